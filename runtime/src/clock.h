/*
 * Points in time for condition variables, on the monotonic clock.
 */
#ifndef GRPC_C_CLOCK_H
#define GRPC_C_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

static inline struct timespec grpc_c_time_after_ns(int64_t nanoseconds)
{
    enum { second = 1000 * 1000 * 1000 };
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    int64_t sum = time.tv_nsec + nanoseconds % second;
    time.tv_sec += (time_t)(nanoseconds / second + sum / second);
    time.tv_nsec = (long)(sum % second);
    return time;
}

static inline int64_t grpc_c_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 * 1000 * 1000 + now.tv_nsec;
}

/** A condition variable whose timed waits go by that clock, and its mutex. False, with nothing left
 * behind, when the system has none to give. */
static inline bool grpc_c_cond_and_mutex_init(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    pthread_condattr_t monotonic;
    if (pthread_condattr_init(&monotonic) != 0)
        return false;
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    bool made = pthread_cond_init(condition, &monotonic) == 0;
    pthread_condattr_destroy(&monotonic);
    if (made && pthread_mutex_init(mutex, NULL) == 0)
        return true;
    if (made)
        pthread_cond_destroy(condition);
    return false;
}

#endif
