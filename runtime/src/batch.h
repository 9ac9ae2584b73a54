/*
 * Core's batches in our words; batch.c is the only file that touches them. Each function here
 * starts one batch: `done` comes out of the call's queue when all of it has ended.
 */
#ifndef GRPC_C_BATCH_H
#define GRPC_C_BATCH_H

#include <grpc/grpc.h>

#include <grpc-c/status.h>

#include "buffer.h"
#include "queue.h"

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

/** Client: the whole of a unary call. Borrows `request` until done. */
void grpc_c_batch_unary_call(grpc_call *call, grpc_c_buffer *request,
                             grpc_c_client_results *results, grpc_c_event *done);

/** Server: receives the next message. `ret_message` is owned by the caller, NULL after the last. */
void grpc_c_batch_receive(grpc_call *call, grpc_c_buffer **ret_message, grpc_c_event *done);

/**
 * Server: ends the call. Sends `reply` unless it is NULL (borrowed until done), then the status,
 * with a message that is copied. `ret_cancelled` is nonzero when the client no longer wanted it.
 */
void grpc_c_batch_finish(grpc_call *call, grpc_c_buffer *reply, grpc_c_status_code code,
                         const char *message, int *ret_cancelled, grpc_c_event *done);

#endif
