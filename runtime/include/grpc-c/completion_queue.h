/*
 * Completion queues: where the callbacks of asynchronous operations run.
 *
 * By default that is a thread of the library's own, and no queue is needed. A queue of one's own,
 * given to a context, a channel or a server, has its callbacks run by whoever drives it: a thread
 * that calls run, a loop that calls poll, or an event loop (epoll, libuv, libevent, ...) that waits
 * for the queue's descriptor to become readable and then polls without waiting. No thread of the
 * library's runs them then.
 *
 * Threads: one thread at a time drives a queue (run, poll), and so its callbacks run one after the
 * other. Operations are started from any thread. All else is thread-safe, free excepted.
 */
#ifndef GRPC_C_COMPLETION_QUEUE_H
#define GRPC_C_COMPLETION_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <grpc-c/macros.h>
#include <grpc-c/status.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_completion_queue grpc_c_completion_queue;

/*
 * Every operation X that waits has a twin X__async that returns at once. True means that it has
 * been started: its callback is called once, later, never from inside X__async. False means that it
 * has not, and there is no callback.
 *
 * A callback should not block: what waits behind it are the callbacks of other calls. It may start
 * further operations, of its own call or others, and free what is its own; it must not free the
 * queue.
 */

/** A write, or what else can only succeed or fail: `ok` tells. */
typedef void (*grpc_c_done_callback)(bool ok, void *user_data);

/** The end of a call that streams: how it went. */
typedef void (*grpc_c_status_callback)(grpc_c_status_code status, void *user_data);

/** Returns an owned queue; NULL when memory is short. */
GRPC_C_API grpc_c_completion_queue *grpc_c_completion_queue_new(void);

/**
 * Runs callbacks, and waits for more, until the queue is shut down and the last of its calls has
 * ended. False at once for a NULL queue, or one that another thread drives or this one already.
 */
GRPC_C_API bool grpc_c_completion_queue_run(grpc_c_completion_queue *queue);

/**
 * Runs the callbacks that are due; waits up to `timeout_ms` milliseconds for the first (0: not at
 * all; negative: without limit). Returns how many ran, which may be 0 before the time is up, since
 * not every event of a call concerns its user; -1 when the queue is shut down and the last of its
 * calls has ended, and where run returns false.
 */
GRPC_C_API int grpc_c_completion_queue_poll(grpc_c_completion_queue *queue, int64_t timeout_ms);

/**
 * A descriptor that is readable while callbacks are due, and when poll would return -1. It is
 * level-triggered and for waiting only: never read or close it. From the first call on, a thread of
 * the library's waits for events in the user's stead; it runs no callbacks. Borrowed: valid until
 * the queue is freed. -1 where the system has no descriptor or thread to give.
 */
GRPC_C_API int grpc_c_completion_queue_fd(grpc_c_completion_queue *queue);

/**
 * Refuses further calls. Those that run go on, and must be finished as ever (cancel them first, to
 * be quick); a server on the queue must be stopped. Then run returns.
 */
GRPC_C_API void grpc_c_completion_queue_shutdown(grpc_c_completion_queue *queue);

/**
 * Shuts the queue down, drives it until the last of its calls has ended, on this thread, and frees
 * it; NULL does nothing. No other thread may drive it any more. Not to be called from one of its
 * callbacks.
 */
GRPC_C_API void grpc_c_completion_queue_free(grpc_c_completion_queue *queue);

GRPC_C_END_DECLS

#endif
