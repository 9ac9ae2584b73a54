/*
 * A completion queue from the inside: core's queue, who drives it, and what keeps it open.
 *
 * Whoever drives takes events and calls their `done`, which runs the user's callbacks. Until the
 * first call of fd, events come straight from core's queue. From then on a thread of ours, the
 * pump, takes them from there, puts them into a list, and makes an eventfd readable; who drives
 * takes them from the list. The pump waits until nobody is in core's queue any more, since an event
 * that it took would not wake who waits there.
 */
#ifndef GRPC_C_COMPLETION_QUEUE_INTERNAL_H
#define GRPC_C_COMPLETION_QUEUE_INTERNAL_H

#include <stdbool.h>

#include <grpc-c/completion_queue.h>

#include "queue.h"

/**
 * To be called before operations are started on the queue: it stays open until as many calls of
 * leave. One for a call, one for a server. False, with nothing done, when it has been shut down.
 * Any thread.
 */
bool grpc_c_completion_queue_enter(grpc_c_completion_queue *queue);

/**
 * No operation that was started after enter is in flight any more, but for the one whose `done`
 * calls this; the caller does not touch the queue again. To be called before the callback that may
 * let the user free all. Any thread.
 */
void grpc_c_completion_queue_leave(grpc_c_completion_queue *queue);

/** Core's queue, where operations are started. Between enter and leave. */
grpc_c_queue *grpc_c_completion_queue_core(grpc_c_completion_queue *queue);

/** Whether this thread drives the queue: we are in one of its callbacks. */
bool grpc_c_completion_queue_is_driven_here(grpc_c_completion_queue *queue);

/**
 * Drives the queue, in turns with other threads that do, until `is_over`, which is asked with the
 * queue locked at times. Between enter and leave, and not on the thread that drives the queue.
 */
void grpc_c_completion_queue_drive_until(grpc_c_completion_queue *queue,
                                         bool (*is_over)(void *argument), void *argument);

/** Has drive_until ask again. By the thread that drives the queue. */
void grpc_c_completion_queue_wake(grpc_c_completion_queue *queue);

/** To be called by a `done` for each callback of the user's that it runs: poll counts them. */
void grpc_c_completion_queue_count_callback(void);

#endif
