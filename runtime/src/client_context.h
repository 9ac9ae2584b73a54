/*
 * A client context from the inside, and the steps that every kind of call goes through with it.
 */
#ifndef GRPC_C_CLIENT_CONTEXT_INTERNAL_H
#define GRPC_C_CLIENT_CONTEXT_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>

#include <grpc-c/client_context.h>
#include <grpc-c/generated.h>

#include "arena.h"
#include "batch.h"
#include "call_credentials.h"
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

/** A streaming call to a mock, which is open while `mock` is there. */
typedef struct grpc_c_mock_call {
    struct grpc_c_mock *mock;
    size_t method;
    /** The number of the reply to be read next. */
    size_t next_reply;
    bool writes_done;
} grpc_c_mock_call;

/** One of the operations of an async call. */
typedef struct grpc_c_client_operation {
    /** First, so that the event is the operation. */
    grpc_c_event event;
    grpc_c_client_context *context;
} grpc_c_client_operation;

/** A user's callback that gets a message. */
typedef struct grpc_c_message_callback {
    grpc_c_deliver deliver;
    grpc_c_function function;
    void *user_data;
} grpc_c_message_callback;

/** The state of an async call, unary or beside that of a stream; under the context's mutex. */
typedef struct grpc_c_client_async_state {
    /** Where its events come; NULL when no async call is under way: the context is not busy. */
    grpc_c_completion_queue *queue;
    /** Batches in flight, and events that are being dealt with. */
    unsigned outstanding;
    bool streams;
    /** The context was freed meanwhile: no more callbacks. */
    bool abandoned;

    grpc_c_client_operation open;
    grpc_c_buffer *open_buffer;

    grpc_c_client_operation read;
    bool reading;
    grpc_c_message_callback on_read;

    /** Writes and writes_done. */
    grpc_c_client_operation write;
    bool writing;
    grpc_c_done_callback on_written;
    void *written_user_data;

    /** Finish, which a unary call begins with. The callback is one of the two. */
    bool finishing;
    bool with_reply;
    grpc_c_message_callback on_reply;
    grpc_c_status_callback on_status;
    void *status_user_data;
    grpc_c_client_operation status;
    /** The read of the one reply, or of what the user does not want to read any more. */
    grpc_c_client_operation last;
    bool reading_last;
    /** The one reply of a call that streams has come. */
    bool replied;
    grpc_c_buffer *unread;
} grpc_c_client_async_state;

struct grpc_c_client_context {
    /** Status and metadata of the last call; reset when the next begins. */
    grpc_c_arena arena;
    /** The reply, or what a stream's read returned, until the next. */
    grpc_c_arena message_arena;
    /** Made by the first blocking call and kept: a queue a call would cost 15 to 20 % more. */
    grpc_c_queue *queue;
    /** From the first call on, a reference to core. */
    bool holds_core;
    grpc_c_event done;
    grpc_c_client_results results;
    /** The look for a second reply. */
    grpc_c_event extra_done;
    grpc_c_client_stream_state stream;
    grpc_c_mock_call mock;

    /** Settings. Timeout: negative for none. */
    int64_t timeout_ms;
    bool wait_for_ready;
    bool send_uncompressed;
    /** For async calls; NULL for the channel's. */
    grpc_c_completion_queue *completion_queue;
    /** The server's call that this one's are part of; NULL for none. */
    grpc_c_server_context *parent;
    /** A reference; NULL for none. */
    grpc_c_call_credentials *call_credentials;
    grpc_c_metadata_list metadata;

    /** Guards what cancel reads, and the async call. */
    pthread_mutex_t mutex;
    grpc_c_call_phase phase;
    bool cancelled;
    /** The call in progress, or the last one, was cancelled here while it ran. */
    bool was_cancelled;
    /** NULL when no call runs. */
    grpc_call *call;
    grpc_c_client_async_state async;

    /** Of the call that runs, or was the last. */
    grpc_c_channel *channel;
    const grpc_c_bound_method *method;
    /** What its call credentials are asked; NULL for none. */
    grpc_c_credentials_use *credentials_uses[grpc_c_call_credentials_sources];
    /** Of the message received last. */
    bool message_was_compressed;

    grpc_c_metadata initial_metadata;
    grpc_c_metadata trailing_metadata;
    grpc_c_status_code code;
    /** Never NULL; in the arena, or constant. */
    const char *message;
    /** Code and message as one line; NULL until somebody asks. */
    char *error_line;
};

/** Whether an async call is under way: nothing but cancel and free may touch the context. */
bool grpc_c_client_context_is_busy(const grpc_c_client_context *context);

/** Free, for a context that is not busy. */
void grpc_c_client_context_destroy(grpc_c_client_context *context);

/** Ends a call that is still open, and forgets the last one's results. */
void grpc_c_client_context_forget(grpc_c_client_context *context);

/** Gives the call a status of our own. The message is a constant. */
void grpc_c_client_context_fail(grpc_c_client_context *context, grpc_c_status_code code,
                                const char *message);

#endif
