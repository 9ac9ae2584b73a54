/*
 * Lanes and workers: which thread polls, which runs handlers.
 *
 * A lane is a completion queue with one poller, which runs handlers in place: no hand-over between
 * threads, which is what a call's CPU time mostly goes to elsewhere. When a handler has held the
 * poller for about a millisecond, a standby worker, the watcher, takes the poller's role over,
 * and the old poller is `away` until its handler returns. So a slow handler delays the calls
 * behind it by a millisecond or two, once, and fast ones never meet a lock.
 *
 *            ┌───────── leaves its handler in time ────────┐
 *            ▼                                             │
 *   standby ──── takes over ────▶ polls ── a call ──▶ in handler
 *      ▲                            ▲                      │ the role was taken over
 *      │                            │                      ▼
 *      └──────────── nothing in the backlog ─────────── away
 *
 * A handler of a stream waits for messages. Whoever waits, polls: a worker that has the role polls
 * in place until its own event comes, and passes on what else comes: it wakes other handlers that
 * wait, and leaves the role, with a call that is to be run, to a standby worker. From its first
 * wait on, such a worker counts as away, and its lane's slot is free for others. One that has lost
 * the role, and whose handler is quick again, gets it back from the poller that wakes it.
 *
 * max_workers bounds the handlers that run at once. Each lane begins with one slot to run handlers
 * in place; the other slots are for workers that are away. When more are away than those, lanes
 * lose their slot: their poller goes on polling, for somebody must, and puts calls into the
 * backlog, from where workers take them when their handler returns.
 *
 * Async servicers need no worker: their handlers and callbacks run in place, on the poller, outside
 * of any slot; where there are blocking servicers too, on the server's callback thread
 * (callbacks.h). A server with async ones alone has one thread a lane, which never loses its role,
 * or a queue that its user drives.
 *
 * Invariant, under the mutex: lanes without a slot = max(0, away - (max_workers - lanes)).
 */
#ifndef GRPC_C_LANE_H
#define GRPC_C_LANE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grpc-c/server.h>

#include "driver.h"
#include "queue.h"
#include "server_call.h"

typedef struct grpc_c_workers grpc_c_workers;

struct grpc_c_lane {
    grpc_c_server *server;
    grpc_c_queue *queue;
    bool owns_queue;

    /** Who may do what: a count of handlers entered, and the two bits below. */
    _Alignas(64) _Atomic uint64_t token;
    /** The token as the watcher last saw it. */
    uint64_t seen;

    /* The poller's, handed over with the role. */

    grpc_c_driver driver;
    /** A call whose handler is to run, left by the event just handled. */
    grpc_c_server_call *ready;
    /** A handler that sleeps over the event just handled. */
    grpc_c_wait *woken;
    grpc_c_server_call *pool;
    size_t pool_count;
    /** Calls not in the pool: waiting for an arrival, or running. */
    size_t in_use;
    /** Of these, the ones that wait for an arrival. */
    unsigned requested;
    /** The core server that the lane asks for calls; NULL when it is shutting down. */
    grpc_server *core;
    /** All core servers that the lane has had have shut down: nothing is to come any more. */
    bool shut_down;
    /** Comes when the last one has. */
    grpc_c_event shutdown;
    /** Shutdowns, of the last one and those before, that are to come; see listeners.h. */
    _Atomic unsigned ends_to_come;
    /** Nobody has the role; a standby worker is to take it. Under the workers' mutex. */
    bool vacant;
    /** Events that a handler's thread came by and that are the poller's to run, latest first; and
     * the one that tells it. Under the workers' mutex. */
    grpc_c_event *passed;
    grpc_c_event pass;
    /** Calls running. Written by the poller alone, read by other lanes'. */
    _Atomic unsigned active;
};

/** A worker while it runs a handler. */
struct grpc_c_role {
    /** The lane that it polls, NULL when somebody else does. */
    grpc_c_lane *lane;
    /** The lane's token when the handler was entered, or entered again after polling in place. */
    uint64_t entered;
    /** It is counted among those away. */
    bool away;
    /** When its handler last woke without the role, in nanoseconds. */
    int64_t woke_at;
};

/** Runs a call's handler, on a worker. What ends at once meanwhile is dealt with on the spot, or
 * passed to the lane's poller. */
void grpc_c_lane_serve(grpc_c_server_call *call, grpc_c_role *role);

/** The `done` of lane->pass. */
void grpc_c_lane_on_pass(grpc_c_event *event, bool ok);

/** Prepares a lane, with a slot, on `queue`, which is borrowed; NULL: on one of its own. */
void grpc_c_lane_init(grpc_c_lane *lane, grpc_c_server *server, grpc_c_queue *queue);

/** Frees a lane's queue and its pool. Nothing may be in flight. */
void grpc_c_lane_free(grpc_c_lane *lane);

/** One of ends_to_come has. After the last one, when no call is in use, the server may be gone. By
 * the poller. */
void grpc_c_lane_end_came(grpc_c_lane *lane);

/** Has the poller's role: polls and runs handlers until the role is lost or the queue has been shut
 * down. */
void grpc_c_lane_poll(grpc_c_workers *workers, grpc_c_lane *lane);

/**
 * Waits, in a handler, until an operation of its call is done. If the worker has the poller's role,
 * it polls meanwhile; else it sleeps until the poller wakes it.
 */
void grpc_c_lane_wait(grpc_c_server_call *call, grpc_c_wait *wait);

/** What the watcher sees of a lane, compared with its last look. */
typedef enum grpc_c_lane_view {
    /** No handler runs, none has run. */
    GRPC_C_LANE_QUIET,
    GRPC_C_LANE_ACTIVE,
    /** The same handler as at the last look: the watcher has the poller's role now. */
    GRPC_C_LANE_TAKEN_OVER,
} grpc_c_lane_view;

/** Under the workers' mutex. */
grpc_c_lane_view grpc_c_lane_look(grpc_c_workers *workers, grpc_c_lane *lane);

bool grpc_c_lane_is_in_handler(const grpc_c_lane *lane);

#endif
