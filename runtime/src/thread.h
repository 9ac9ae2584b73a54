/*
 * Threads of the library's own. Signals are the application's: none is delivered to these threads,
 * but for those that a thread brings upon itself.
 */
#ifndef GRPC_C_THREAD_H
#define GRPC_C_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/** Starts a thread, with its signals blocked from its first instruction on. False when the system
 * has none to give. */
bool grpc_c_thread_start(pthread_t *ret_thread, void *(*main)(void *), void *argument);

#endif
