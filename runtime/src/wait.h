/*
 * One operation that a handler may wait for: started by the worker that serves the call, ended by
 * an event that whoever polls the lane takes, which may be the same worker or another.
 */
#ifndef GRPC_C_WAIT_H
#define GRPC_C_WAIT_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "queue.h"

typedef struct grpc_c_wait grpc_c_wait;

struct grpc_c_wait {
    /** First, so that the event is the wait. */
    grpc_c_event event;
    /** One of the states in wait.c. */
    _Atomic int state;
    /** How the operation ended; valid once it is done. */
    bool ok;
    /** Posted when it is done and somebody sleeps over it. */
    sem_t done;
    /** Where the poller finds what it is to wake, for it may give the sleeper more than that. */
    grpc_c_wait **woken;
    /** The sleeper would poll the lane; it is to, from now on. */
    bool wants_role;
    bool gets_role;
    /** Called by the poller instead, where nobody waits any more. */
    void (*then)(void *argument);
    void *argument;
};

/** `woken` is set to the wait when it is done and somebody sleeps over it; wake it then. False when
 * the system has no semaphore to give. */
bool grpc_c_wait_init(grpc_c_wait *wait, grpc_c_wait **woken);
void grpc_c_wait_destroy(grpc_c_wait *wait);

/** To be called before the operation starts with &wait->event. */
void grpc_c_wait_begin(grpc_c_wait *wait);

/** Whether nothing is in flight. What the operation wrote may be read then. */
bool grpc_c_wait_is_done(const grpc_c_wait *wait);

/** Sleeps until the operation is done; somebody else must be polling. Returns whether the sleeper
 * is to poll from now on. */
bool grpc_c_wait_sleep(grpc_c_wait *wait, bool wants_role);

/** Ends the sleep over what is done, by the poller, which gives its role away if it says so. */
void grpc_c_wait_wake(grpc_c_wait *wait, bool with_role);

/** Has the poller call `then` when the operation is done. False when it is done already. */
bool grpc_c_wait_leave(grpc_c_wait *wait, void (*then)(void *argument), void *argument);

#endif
