/*
 * A client context from the inside, and the steps that every kind of call goes through with it.
 */
#ifndef GRPC_C_CLIENT_CONTEXT_INTERNAL_H
#define GRPC_C_CLIENT_CONTEXT_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>

#include <grpc-c/client_context.h>

#include "arena.h"
#include "batch.h"
#include "channel.h"
#include "metadata.h"
#include "queue.h"

/** What cancel, which may come from any thread at any time, has to know of the call. */
typedef enum grpc_c_call_phase {
    /** No call since the context was made or reset: a cancel is for the next one. */
    GRPC_C_CALL_NONE,
    /** Being made. */
    GRPC_C_CALL_BEGINNING,
    GRPC_C_CALL_RUNNING,
    /** A cancel comes too late, and means nothing to the next call. */
    GRPC_C_CALL_OVER,
} grpc_c_call_phase;

/** The state of a streaming call. */
typedef struct grpc_c_client_stream_state {
    /** The writer's. */
    grpc_c_event write_done;
    bool write_in_flight;
    bool writes_failed;
    bool writes_done;
    grpc_c_buffer *write_buffer;
    grpc_c_event close_done;
    bool close_in_flight;
    /** The reader's. */
    grpc_c_event read_done;
    bool headers_received;
    bool reads_ended;
    /** What failed here, and is the call's status then; OK when nothing did. */
    grpc_c_status_code failure;
    const char *failure_message;
} grpc_c_client_stream_state;

struct grpc_c_client_context {
    /** Status and metadata of the last call; reset when the next begins. */
    grpc_c_arena arena;
    /** The reply, or what a stream's read returned, until the next. */
    grpc_c_arena message_arena;
    /** Made by the first call and kept: a queue a call would cost 15 to 20 % more. It holds one
     * reference to core. */
    grpc_c_queue *queue;
    grpc_c_event done;
    grpc_c_client_results results;
    grpc_c_client_stream_state stream;

    /** Settings. Timeout: negative for none. */
    int64_t timeout_ms;
    bool wait_for_ready;
    bool send_uncompressed;
    /** The server's call that this one's are part of; NULL for none. */
    grpc_c_server_context *parent;
    grpc_c_metadata_list metadata;

    /** Guards what cancel reads. */
    pthread_mutex_t mutex;
    grpc_c_call_phase phase;
    bool cancelled;
    /** NULL when no call runs. */
    grpc_call *call;

    /** Of the call that runs, or was the last. */
    const grpc_c_channel *channel;
    const grpc_c_bound_method *method;

    grpc_c_metadata initial_metadata;
    grpc_c_metadata trailing_metadata;
    grpc_c_status_code code;
    /** Never NULL; in the arena, or constant. */
    const char *message;
    /** Code and message as one line; NULL until somebody asks. */
    char *error_line;
};

/** Ends a call that is still open, and forgets the last one's results. */
void grpc_c_client_context_forget(grpc_c_client_context *context);

/** Gives the call a status of our own. The message is a constant. */
void grpc_c_client_context_fail(grpc_c_client_context *context, grpc_c_status_code code,
                                const char *message);

#endif
