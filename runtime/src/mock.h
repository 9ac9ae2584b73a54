/*
 * Mocks from the inside, and the calls that the client's functions hand over to them: those of
 * stubs whose service is a mock's, and of contexts in which such a call is open.
 */
#ifndef GRPC_C_MOCK_INTERNAL_H
#define GRPC_C_MOCK_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <grpc-c/mock.h>

#include "arena.h"
#include "channel.h"
#include "client_context.h"

struct grpc_c_mock {
    /** The user's, until free, and one for each async call under way. */
    atomic_uint references;
    const grpc_c_service *service;
    const grpc_c_mock_method *methods;
    /** The typed mock; NULL once it was freed. Under the mutex. */
    void *typed;
    /** What its stubs are bound to. */
    grpc_c_bound_service *bound;
    /** Guards the typed mock, and what follows. Recursive: on_call may make calls. */
    pthread_mutex_t mutex;
    /** The messages that were heard. */
    grpc_c_arena arena;
    /** Where async calls are made, whose events take their way through core: nothing is ever sent
     * on it, so that it does not connect. NULL until the first. */
    grpc_c_channel *channel;
};

/** A copy in the arena, as if the message had been sent; NULL when that cannot be. */
ProtobufCMessage *grpc_c_mock_copy(const ProtobufCMessage *message, grpc_c_arena *arena);

/** Gives a reference back. */
void grpc_c_mock_release(grpc_c_mock *mock);

/** Copies the message for the typed mock to take. False when that cannot be done. NULL is heard as
 * it is. */
bool grpc_c_mock_hear(grpc_c_mock *mock, size_t method, bool begins,
                      const ProtobufCMessage *message);

grpc_c_mock_answer grpc_c_mock_ask(grpc_c_mock *mock, size_t method, size_t number);

/** The mock that answers the stub's calls; NULL where that is a server. */
static inline grpc_c_mock *grpc_c_mock_of(const grpc_c_stub *stub)
{
    return stub != NULL && stub->service != NULL ? stub->service->mock : NULL;
}

/** Whether the stream is an open call to a mock. */
static inline bool grpc_c_mock_has(const grpc_c_client_stream *stream)
{
    return stream != NULL && ((const grpc_c_client_context *)stream)->mock.mock != NULL;
}

/* The functions of <grpc-c/generated.h>, for a stub or stream that is a mock's. */
const ProtobufCMessage *grpc_c_mock_unary_call(const grpc_c_stub *stub, size_t method,
                                               const ProtobufCMessage *request,
                                               grpc_c_client_context *context);
grpc_c_client_stream *grpc_c_mock_stream_call(const grpc_c_stub *stub, size_t method,
                                              const ProtobufCMessage *request,
                                              grpc_c_client_context *context);
bool grpc_c_mock_write(grpc_c_client_stream *stream, const ProtobufCMessage *message);
bool grpc_c_mock_writes_done(grpc_c_client_stream *stream);
const ProtobufCMessage *grpc_c_mock_read(grpc_c_client_stream *stream);
grpc_c_status_code grpc_c_mock_finish(grpc_c_client_stream *stream);
const ProtobufCMessage *grpc_c_mock_finish_with_reply(grpc_c_client_stream *stream);

/** The stub to make async calls with; its channel is NULL where there is no memory. */
grpc_c_stub grpc_c_mock_carrier(grpc_c_mock *mock);

/** The reply that comes next in a stream; NULL when all came, or the method has one reply only. */
const ProtobufCMessage *grpc_c_mock_next_reply(const grpc_c_mock_call *call);

/** A copy of the reply, for the context's user; an empty one where there is none. NULL, with the
 * status in the context, when that cannot be done. */
const ProtobufCMessage *grpc_c_mock_take_reply(grpc_c_client_context *context,
                                               const ProtobufCMessage *reply);

/* What client_async.c does for context->async.mock where on a channel core does it, when the event
 * has come and without the context's mutex. None touches the mock of an abandoned call. */

/** The call begins: the mock hears of it. */
void grpc_c_mock_begin__async(grpc_c_client_context *context);
/** Whether the message, NULL for writes_done, came through. */
bool grpc_c_mock_write__async(grpc_c_client_context *context, grpc_c_buffer *message);
/** As grpc_c_mock_read; a reply that cannot be copied fails the call. */
const ProtobufCMessage *grpc_c_mock_read__async(grpc_c_client_context *context);
/** The call is over for core: what the mock says of it is its status, and the reply returned. */
const ProtobufCMessage *grpc_c_mock_end__async(grpc_c_client_context *context);

#endif
