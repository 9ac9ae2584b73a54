/*
 * A client context from the inside, and the steps that every kind of call goes through with it.
 */
#ifndef GRPC_C_CLIENT_CONTEXT_INTERNAL_H
#define GRPC_C_CLIENT_CONTEXT_INTERNAL_H

#include <grpc-c/client_context.h>

#include "arena.h"
#include "batch.h"
#include "queue.h"

struct grpc_c_client_context {
    /** The reply and the status message; reset when the next call begins. */
    grpc_c_arena arena;
    /** Made by the first call and kept: a queue a call would cost 15 to 20 % more. It holds one
     * reference to core. */
    grpc_c_queue *queue;
    grpc_c_event done;
    grpc_c_client_results results;

    /** Negative: none. */
    int64_t timeout_ms;

    grpc_c_status_code code;
    /** Never NULL; in the arena, or constant. */
    const char *message;
    /** Code and message as one line; NULL until somebody asks. */
    char *error_line;
};

/** Forgets the last call's results. */
void grpc_c_client_context_forget(grpc_c_client_context *context);

/** Forgets the last call's results and makes ready for the next: its memory limit, its queue. */
void grpc_c_client_context_begin(grpc_c_client_context *context, size_t memory_limit);

/** Gives the call a status of our own. The message is a constant. */
void grpc_c_client_context_fail(grpc_c_client_context *context, grpc_c_status_code code,
                                const char *message);

#endif
