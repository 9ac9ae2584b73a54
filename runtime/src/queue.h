/*
 * Core's completion queues in our words; queue.c is the only file that touches them.
 *
 * Whatever core completes is an event: a struct of ours that is passed as the tag when the
 * operation starts and comes back from the queue when it ends. An event may be in flight once at a
 * time and must stay in place until then.
 */
#ifndef GRPC_C_QUEUE_H
#define GRPC_C_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <grpc/grpc.h>

typedef struct grpc_completion_queue grpc_c_queue;

typedef struct grpc_c_event grpc_c_event;

struct grpc_c_event {
    /** Called by whoever takes the event from a `next` queue; unused with pluck. */
    void (*done)(grpc_c_event *event, bool ok);
    /** While it waits in a list for its `done` to be called. */
    grpc_c_event *next;
    bool ok;
};

/**
 * To be called right before an operation with this event starts. Core is not built for the thread
 * sanitizer: this, and its counterpart where events come out, tell it of the hand-over.
 */
void grpc_c_event_starts(grpc_c_event *event);

/** A queue whose events are waited for one by one, by the thread that started them. */
grpc_c_queue *grpc_c_queue_new_for_pluck(void);

/** A queue that one thread at a time takes all events from, as they come. */
grpc_c_queue *grpc_c_queue_new_for_next(void);

/** In so many milliseconds; negative: never. */
gpr_timespec grpc_c_deadline_after_ms(int64_t timeout_ms);

typedef enum grpc_c_queue_result {
    GRPC_C_QUEUE_EVENT,
    GRPC_C_QUEUE_TIMEOUT,
    GRPC_C_QUEUE_SHUTDOWN,
} grpc_c_queue_result;

/** Waits for one event until `deadline`. Writes `ret_ok` when the event has come. */
grpc_c_queue_result grpc_c_queue_pluck(grpc_c_queue *queue, grpc_c_event *event,
                                       gpr_timespec deadline, bool *ret_ok);

/** Waits for any event, without limit. Writes both when one has come. */
grpc_c_queue_result grpc_c_queue_next(grpc_c_queue *queue, grpc_c_event **ret_event, bool *ret_ok);

/** The same, until `deadline`: TIMEOUT where none has come by then. */
grpc_c_queue_result grpc_c_queue_next_until(grpc_c_queue *queue, gpr_timespec deadline,
                                            grpc_c_event **ret_event, bool *ret_ok);

/**
 * From begin to end, which the same thread is to call soon, an event of the `next` queue that comes
 * about on this thread is not put there: the first one is end's to return, in `ret_event` and
 * `ret_ok`. False when there was none. Core has one such place a thread: not to be nested.
 */
void grpc_c_queue_begin_catching(grpc_c_queue *queue);
bool grpc_c_queue_end_catching(grpc_c_queue *queue, grpc_c_event **ret_event, bool *ret_ok);

/** No operation may start any more; `next` returns SHUTDOWN after the last event. */
void grpc_c_queue_shutdown(grpc_c_queue *queue);

/** Shuts a queue down, if that has not been done, and frees it. No operation may be in flight. */
void grpc_c_queue_free_pluck(grpc_c_queue *queue);
void grpc_c_queue_free_next(grpc_c_queue *queue);

#endif
