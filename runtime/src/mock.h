/*
 * Mocks from the inside, and the calls that the client's functions hand over to them: those of
 * stubs whose service is a mock's, and of contexts in which such a call is open.
 */
#ifndef GRPC_C_MOCK_INTERNAL_H
#define GRPC_C_MOCK_INTERNAL_H

#include <pthread.h>

#include <grpc-c/mock.h>

#include "arena.h"
#include "channel.h"
#include "client_context.h"

struct grpc_c_mock {
    const grpc_c_service *service;
    const grpc_c_mock_method *methods;
    /** The typed mock. */
    void *typed;
    /** What its stubs are bound to. */
    grpc_c_bound_service *bound;
    /** Guards the typed mock, and what follows. Recursive: on_call may make calls. */
    pthread_mutex_t mutex;
    /** The messages that were heard. */
    grpc_c_arena arena;
};

/** A copy in the arena, as if the message had been sent; NULL when that cannot be. */
ProtobufCMessage *grpc_c_mock_copy(const ProtobufCMessage *message, grpc_c_arena *arena);

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

/** Refuses an async call: false, with the status in the context. */
bool grpc_c_mock_refuse_async(grpc_c_client_context *context);

#endif
