/*
 * The steps of a call on the client that unary and streaming calls share.
 */
#ifndef GRPC_C_CLIENT_CALL_H
#define GRPC_C_CLIENT_CALL_H

#include <stdbool.h>

#include <grpc-c/generated.h>

#include "client_context.h"

/** What a caller can have got wrong with a stub, whatever the method's kind; NULL when nothing. */
const char *grpc_c_client_call_misuse(const grpc_c_stub *stub, size_t method);

/** Whether `message` may be sent as this method's request. */
bool grpc_c_client_call_takes(const grpc_c_bound_method *method, const ProtobufCMessage *message);

/** Packs the request of a unary call. NULL, with a constant reason written, when that cannot be
 * done or the caller got something wrong. */
grpc_c_buffer *grpc_c_client_call_pack(const grpc_c_stub *stub, size_t method,
                                       const ProtobufCMessage *request, const char **ret_reason);

/** The same for a call that streams, where `ret_buffer` is written: NULL when its request streams,
 * too. False, with a reason, instead. */
bool grpc_c_client_call_pack_for_stream(const grpc_c_stub *stub, size_t method,
                                        const ProtobufCMessage *request, grpc_c_buffer **ret_buffer,
                                        const char **ret_reason);

/** A call that is not made, because of what the caller got wrong: INTERNAL. */
void grpc_c_client_call_refuse(grpc_c_client_context *context, const char *reason);

/**
 * Forgets the last call and makes the next: context->call is ready for its first batch. Its events
 * come in `queue`; NULL for the context's own. False, with the status in the context, when there is
 * no time for it.
 */
bool grpc_c_client_call_begin(grpc_c_client_context *context, const grpc_c_stub *stub,
                              size_t method, grpc_c_queue *queue);

/** What the call is to begin with, by the context's settings. */
grpc_c_headers grpc_c_client_call_headers(const grpc_c_client_context *context);

/** Waits for the end of a unary call, all of which is under way. Fails one whose server has sent a
 * reply and sends no status. */
void grpc_c_client_call_wait_for_status(grpc_c_client_context *context);

/** The same for a call that streams, whose one reply has been received. Fails one whose server
 * sends more. */
void grpc_c_client_call_wait_for_end(grpc_c_client_context *context);

/** Copies the server's headers, once they have been received. */
void grpc_c_client_call_take_headers(grpc_c_client_context *context);

/** Waits for an event of the call. Returns whether the operation succeeded. */
bool grpc_c_client_call_wait(grpc_c_client_context *context, grpc_c_event *event);

/** Fails a call that streams from here: the server hears of a cancel, the user of `message`, a
 * constant. The first failure counts. Under the context's mutex. */
void grpc_c_client_call_fail(grpc_c_client_context *context, grpc_c_status_code code,
                             const char *message);

/** The same for a server that sent more than one reply where there is one. */
void grpc_c_client_call_fail_for_replies(grpc_c_client_context *context);

/** Takes the status that core has brought, or that the call failed with here, and gives the call
 * up. */
void grpc_c_client_call_end(grpc_c_client_context *context);

/** Unpacks context->results.reply into the arena; fails the call and returns NULL if that cannot be
 * done. */
const ProtobufCMessage *grpc_c_client_call_unpack(grpc_c_client_context *context);

/** The reply of a call that has ended; NULL, with the status in the context, unless it is OK. */
const ProtobufCMessage *grpc_c_client_call_take_reply(grpc_c_client_context *context);

/** Cancels a streaming call that its user has left open, and waits for its end. */
void grpc_c_client_call_abandon(grpc_c_client_context *context);

#endif
