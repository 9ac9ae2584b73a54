/*
 * The library's own completion queue, for users who give none: one a process, driven by one thread.
 * Both are made when the first channel needs them, and end with the last.
 */
#ifndef GRPC_C_OWN_QUEUE_H
#define GRPC_C_OWN_QUEUE_H

#include "completion_queue.h"

/** Takes a reference; NULL where there is no memory or thread to be had. Any thread. */
grpc_c_completion_queue *grpc_c_own_queue_acquire(void);

/**
 * Gives a reference back. The last one waits for the calls that still run there, and ends the
 * thread; in one of its own callbacks it does not wait, and the thread ends after that callback.
 * Any thread.
 */
void grpc_c_own_queue_release(void);

#endif
