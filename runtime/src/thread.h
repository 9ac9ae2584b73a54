/*
 * Threads of the library's own. Signals are the application's: none is delivered to these threads,
 * but for those that a thread brings upon itself. They have names that begin with "grpc-c ", for
 * debuggers and /proc.
 */
#ifndef GRPC_C_THREAD_H
#define GRPC_C_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/** Starts a thread, with its signals blocked from its first instruction on. Its name has at most 15
 * characters. False when the system has none to give. */
bool grpc_c_thread_start(pthread_t *ret_thread, const char *name, void *(*main)(void *),
                         void *argument);

/** The same, with the signals of the caller. */
bool grpc_c_thread_start_with_signals(pthread_t *ret_thread, const char *name,
                                      void *(*main)(void *), void *argument);

#endif
