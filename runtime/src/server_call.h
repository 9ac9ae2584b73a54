/*
 * A call on the server. To its handler it is the grpc_c_server_context; here it is what goes
 * through the steps request → receive → serve → finish, each of which ends with an event on its
 * lane.
 *
 * A call belongs to one lane for good: only the thread that polls the lane touches it, but for
 * `serve`, which any worker may run.
 */
#ifndef GRPC_C_SERVER_CALL_H
#define GRPC_C_SERVER_CALL_H

#include <grpc/grpc.h>

#include <grpc-c/server_context.h>

#include "arena.h"
#include "buffer.h"
#include "methods.h"
#include "queue.h"

typedef struct grpc_c_lane grpc_c_lane;

typedef struct grpc_c_server_context grpc_c_server_call;

struct grpc_c_server_context {
    /** The one operation in flight. First, so that the event is the call. */
    grpc_c_event event;
    grpc_c_lane *lane;
    /** The next in the lane's pool, or in the backlog. */
    grpc_c_server_call *next;

    /* What core fills in when a call arrives. */
    grpc_call *core;
    grpc_call_details details;
    grpc_metadata_array metadata;

    const grpc_c_server_method *method;
    grpc_c_buffer *request;
    grpc_c_buffer *reply;
    int cancelled;

    /** Request, reply and what the handler allocates. */
    grpc_c_arena arena;
    /** The status message; NULL for none. In the arena, or constant. */
    const char *message;
};

/** Has core put the next arrivals into calls from the lane's pool, or new ones, as many as the lane
 * keeps waiting. False when none waits, for want of memory. Poller only. */
bool grpc_c_server_call_request(grpc_c_lane *lane);

/** Runs the handler, on any thread, and sends what it answered. The call is not to be touched
 * afterwards: it may be gone. */
void grpc_c_server_call_serve(grpc_c_server_call *call);

/** Frees all calls of the lane's pool. */
void grpc_c_server_call_free_pool(grpc_c_lane *lane);

#endif
