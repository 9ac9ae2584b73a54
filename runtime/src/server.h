/*
 * A server from the inside: what its lanes, its calls and its signal helper share.
 */
#ifndef GRPC_C_SERVER_INTERNAL_H
#define GRPC_C_SERVER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include <grpc-c/server.h>

#include <grpc/grpc.h>

#include "callbacks.h"
#include "completion_queue.h"
#include "listeners.h"
#include "methods.h"
#include "signals.h"
#include "workers.h"

typedef enum grpc_c_server_state {
    /** Being set up: services and ports may be added. */
    GRPC_C_SERVER_NEW,
    GRPC_C_SERVER_STARTED,
    GRPC_C_SERVER_STOPPING,
    GRPC_C_SERVER_STOPPED,
} grpc_c_server_state;

struct grpc_c_server {
    /** Where calls come from: replaced at times, under the mutex; see listeners.h. */
    grpc_server *core;
    /** With every default filled in, and core_arguments of our own. */
    grpc_c_server_options options;
    /** Immutable from start on. */
    grpc_c_method_table methods;
    grpc_c_workers workers;
    /** The user's, with the one lane on it; NULL where the lanes have queues of their own. */
    grpc_c_completion_queue *queue;
    grpc_c_callbacks callbacks;

    /** The grace of a stop is over: calls whose handler has not begun are not served any more. */
    _Atomic bool cancelling;

    /** Guards what follows. */
    pthread_mutex_t mutex;
    /** The state, or the number of idle lanes, has changed. */
    pthread_cond_t changed;
    grpc_c_server_state state;
    /** Lanes on which nothing can happen any more. */
    unsigned idle_lanes;
    bool was_started;
    grpc_c_listeners listeners;
    /** Some handler may block: the lanes have workers. */
    bool has_blocking;
    /** On some port, clients may show certificates that nobody verifies. Immutable from start on.
     */
    bool takes_unverified;
    /** When the calls that still run are cancelled: the earliest that any stop asked for. */
    bool has_deadline;
    struct timespec deadline;
    /** The thread that stops the server on behalf of a handler, if there was one. */
    pthread_t stopper;
    bool has_stopper;
    /** There was none to be had: who waits for the termination stops the server, or on a user's
     * queue the last event. */
    bool stop_wanted;
    bool stops_in_events;
    /** Set by grpc_c_server_stop_on_signals. */
    grpc_c_signal_watch *signal_watch;
};

/** A core server as the options want it; NULL when memory is short. */
grpc_server *grpc_c_server_create_core(const grpc_c_server_options *options);

/** Frees what has been stopped, or was made in part. */
void grpc_c_server_destroy(grpc_c_server *server);

/** A lane's poller reports that core has shut down and the lane's last call is over. */
void grpc_c_server_lane_is_idle(grpc_c_server *server);

#endif
