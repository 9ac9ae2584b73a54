/*
 * The callback thread of a server with blocking servicers: it runs the user's callbacks and async
 * handlers, in the place of the lanes' pollers.
 *
 * A lane's poller may be a worker in the middle of a blocking handler, which waits in its stream
 * and polls meanwhile. That handler may hold a lock which the other code wants: run in place, it
 * would wait for its own thread; run by another poller, it would hold up the events that the
 * handler needs to go on and let go. A thread that nobody waits for may block.
 */
#ifndef GRPC_C_CALLBACKS_H
#define GRPC_C_CALLBACKS_H

#include <pthread.h>
#include <stdbool.h>

#include <grpc-c/server.h>

#include "queue.h"

typedef struct grpc_c_callbacks {
    grpc_c_server *server;
    pthread_t thread;
    /** There is a thread. Immutable while the server serves. */
    bool running;
    /** Guards what follows. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool closing;
    /** Events whose `done` is to be called, in the order in which they came. */
    grpc_c_event *first;
    grpc_c_event **end;
} grpc_c_callbacks;

/** Prepares; starts no thread. False when the system has no lock to give. */
bool grpc_c_callbacks_init(grpc_c_callbacks *callbacks, grpc_c_server *server);

/** Starts the thread. False when there is none to be had. */
bool grpc_c_callbacks_start(grpc_c_callbacks *callbacks);

/** Ends the thread, if it was started, and waits for it. Nothing may be passed any more. */
void grpc_c_callbacks_stop(grpc_c_callbacks *callbacks);

void grpc_c_callbacks_free(grpc_c_callbacks *callbacks);

/**
 * To be asked by an event's `done` before it runs the user's code. True when that is the callback
 * thread's to do: `done` will be called again, there. False when the caller is to go on: there is
 * no such thread, or this is it.
 */
bool grpc_c_callbacks_pass(grpc_c_callbacks *callbacks, grpc_c_event *event, bool ok);

/** Whether this is a callback thread. */
bool grpc_c_callbacks_is_here(void);

#endif
