/*
 * Async servicers of Echo and Streams for the integration tests, which answer as the blocking ones
 * do, and a server for them.
 */
#ifndef ASYNC_SERVICERS_H
#define ASYNC_SERVICERS_H

#include "fixture.h"
#include "streams.grpc-c.h"

/** Numbers of items that are orders to the handlers of Collect and Chat. */
enum {
    /** Finish with OK at once, though more may come. */
    stop_reading = -1,
    /** Finish with ABORTED. */
    fail_call = -2,
    /** Finish with a read and a write under way. */
    finish_in_the_middle = -3,
    /** Do nothing more until the call is cancelled. */
    wait_for_cancel = -4,
};

/** What the servicers' `self` is. */
typedef struct async_counts {
    /** Operations started, and callbacks called. */
    _Atomic int started;
    _Atomic int called;
    /** Calls finished, and cancel callbacks called. */
    _Atomic int finished;
    _Atomic int cancelled;
    /** Calls of Hold not answered yet. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int held;
    struct held_call *first;
    /** Writes that said that the call is over. */
    _Atomic int writes_refused;
} async_counts;

extern const Echo__Echo_AsyncServicer async_echo;
extern const Streams__Streams_AsyncServicer async_streams;

void async_counts_init(async_counts *counts);

/** Waits until so many calls of Hold are there. */
void async_wait_for_held(async_counts *counts, int held);

/** Answers all calls that are held, from this thread, last first, with this status. */
void async_release_held(async_counts *counts, grpc_c_status_code code);

/** Waits until so many calls have been finished, and all callbacks called. */
void async_wait_for_finished(async_counts *counts, int finished);

#endif
