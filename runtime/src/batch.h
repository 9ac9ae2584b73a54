/*
 * Core's batches in our words; batch.c is the only file that touches them. Each function here
 * starts one batch: `done` comes out of the call's queue when all of it has ended.
 */
#ifndef GRPC_C_BATCH_H
#define GRPC_C_BATCH_H

#include <stdbool.h>

#include <grpc/grpc.h>

#include <grpc-c/status.h>

#include "buffer.h"
#include "metadata.h"
#include "queue.h"

/** What a call begins with. */
typedef struct grpc_c_headers {
    /** Borrowed until the batch is done. */
    const grpc_c_metadata_list *metadata;
    /** Wait for a connection rather than fail without one. Client only. */
    bool wait_for_ready;
} grpc_c_headers;

/** A message on its way out. */
typedef struct grpc_c_outgoing {
    /** Borrowed until the batch is done. NULL: there is none. */
    grpc_c_buffer *buffer;
    /** Send it as it is, though the call is compressed. */
    bool uncompressed;
} grpc_c_outgoing;

/** What a call brings back to the client. One can be used for call after call. */
typedef struct grpc_c_client_results {
    grpc_metadata_array initial_metadata;
    grpc_metadata_array trailing_metadata;
    /** Owned by the struct until cleared; NULL when no reply came. */
    grpc_c_buffer *reply;
    grpc_status_code code;
    /** Owned by the struct until cleared. */
    grpc_slice message;
} grpc_c_client_results;

void grpc_c_client_results_init(grpc_c_client_results *results);

/** Gives back what the last call brought, and keeps the arrays for the next. */
void grpc_c_client_results_clear(grpc_c_client_results *results);
void grpc_c_client_results_free(grpc_c_client_results *results);

/** Whether the reply has come. May be asked while the batch that receives it is under way, by who
 * is content with an old answer. */
bool grpc_c_client_results_have_reply(const grpc_c_client_results *results);

/** Client: the whole of a unary call. Borrows `request` until done. */
void grpc_c_batch_unary_call(grpc_call *call, const grpc_c_headers *headers,
                             grpc_c_outgoing request, grpc_c_client_results *results,
                             grpc_c_event *done);

/**
 * Client: begins a streaming call. With `request`, which is borrowed until done, that is all that
 * is sent; without, messages follow.
 */
void grpc_c_batch_open(grpc_call *call, const grpc_c_headers *headers, grpc_c_outgoing request,
                       grpc_c_event *done);

/** Client: sends a message, borrowed until done; or says that no more come. */
void grpc_c_batch_send(grpc_call *call, grpc_c_outgoing message, grpc_c_event *done);
void grpc_c_batch_close(grpc_call *call, grpc_c_event *done);

/** Client: receives the next message, and before the first the headers, into `headers` (NULL: they
 * were). `ret_message` is owned by the caller, NULL after the last. */
void grpc_c_batch_read(grpc_call *call, grpc_c_client_results *headers, grpc_c_buffer **ret_message,
                       grpc_c_event *done);

/** Client: receives the status, which comes when all messages have been read. */
void grpc_c_batch_status(grpc_call *call, grpc_c_client_results *results, grpc_c_event *done);

/** Server: receives the next message. `ret_message` is owned by the caller, NULL after the last. */
void grpc_c_batch_receive(grpc_call *call, grpc_c_buffer **ret_message, grpc_c_event *done);

/** Either side: an event without an operation, for what has failed before it began. Always through
 * the queue. */
void grpc_c_batch_nothing(grpc_call *call, grpc_c_event *done);

/** Server: sends the headers (NULL: they have been), the message (if there is one), or both. */
void grpc_c_batch_write(grpc_call *call, const grpc_c_headers *headers, grpc_c_outgoing message,
                        grpc_c_event *done);

/** Server: `done` comes when the call is over; `ret_cancelled` is as in finish then. */
void grpc_c_batch_watch(grpc_call *call, int *ret_cancelled, grpc_c_event *done);

/** How a call on the server ends. All of it is borrowed until done, but for the message. */
typedef struct grpc_c_ending {
    /** NULL: they have been sent. */
    const grpc_c_headers *headers;
    grpc_c_outgoing reply;
    grpc_c_status_code code;
    const char *message;
    const grpc_c_metadata_list *trailers;
    /** Written when done: nonzero when the client no longer wanted the call. NULL: watched. */
    int *ret_cancelled;
} grpc_c_ending;

/** Server: ends the call. */
void grpc_c_batch_finish(grpc_call *call, const grpc_c_ending *ending, grpc_c_event *done);

#endif
