/*
 * Async calls of a client: what goes on behind the operations that users start.
 *
 * All of a call's batches end as events of its completion queue, and whoever drives that deals with
 * them, one at a time. `outstanding` counts those in flight or being dealt with. Once the user has
 * said finish, whatever is still missing is started (writes_done, the status, the read of what is
 * left unread); when nothing is outstanding any more the call is over, the context the user's
 * again, and the last callback is called. A unary call is one that begins with finish.
 */
#ifndef GRPC_C_CLIENT_ASYNC_H
#define GRPC_C_CLIENT_ASYNC_H

#include "client_call.h"

/**
 * Makes a call whose events come in the context's queue, or the channel's. False, with the status
 * in the context, when it cannot be made.
 */
bool grpc_c_client_async_begin(grpc_c_client_context *context, const grpc_c_stub *stub,
                               size_t method);

/** Starts all of a unary call; takes `request`. The callback is in place. */
void grpc_c_client_async_start_unary(grpc_c_client_context *context, grpc_c_buffer *request);

/** Starts a call that streams; takes `request`, NULL where that streams, too. */
void grpc_c_client_async_start_stream(grpc_c_client_context *context, grpc_c_buffer *request);

/* Under the mutex, as the rest of the state: each starts one operation, whose callback is in place
 * and which may be started. `send` takes the buffer. */
void grpc_c_client_async_read(grpc_c_client_context *context);
void grpc_c_client_async_send(grpc_c_client_context *context, grpc_c_buffer *message);
void grpc_c_client_async_close(grpc_c_client_context *context);
void grpc_c_client_async_finish(grpc_c_client_context *context);

/** Leaves a call under way to itself, which frees the context with its last event. False when there
 * is none. */
bool grpc_c_client_async_abandon(grpc_c_client_context *context);

#endif
