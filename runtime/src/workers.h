/*
 * The workers: the threads of a server, and what they share. See lane.h for the idea.
 */
#ifndef GRPC_C_WORKERS_H
#define GRPC_C_WORKERS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "lane.h"
#include "server_call.h"

typedef struct grpc_c_worker {
    pthread_t thread;
    grpc_c_workers *workers;
    /** The lane that it polls first; NULL: it begins on standby. */
    grpc_c_lane *first_lane;
} grpc_c_worker;

struct grpc_c_workers {
    grpc_c_lane *lanes;
    unsigned lane_count;
    /** max_workers and one more a lane, so that somebody polls even when all are in handlers; one a
     * lane where no handler blocks. */
    grpc_c_worker *threads;
    unsigned thread_count;

    /** Guards what follows, and every change of a slot but entering and leaving a handler. */
    pthread_mutex_t mutex;
    pthread_cond_t standby;
    pthread_cond_t watch;
    /** Threads may begin; threads shall end. */
    bool open;
    bool closing;
    bool has_watcher;
    /** Workers asleep on standby, the watcher not among them. */
    unsigned standing_by;
    /** Workers in a handler that lost their role, and how many may be before lanes lose slots. */
    unsigned away;
    unsigned spare;
    /** Calls that wait for a slot, oldest first. */
    grpc_c_server_call *backlog;
    grpc_c_server_call **backlog_end;
    _Atomic unsigned backlog_count;
    /** The watcher sleeps without a timer; to be woken when a handler is entered. */
    _Atomic bool watcher_asleep;
};

/**
 * Prepares lanes and their queues; starts no thread. With `queue`, which is borrowed, there is one
 * lane, which its user drives. False when memory is short.
 */
bool grpc_c_workers_init(grpc_c_workers *workers, grpc_c_server *server, unsigned lanes,
                         unsigned max_workers, grpc_c_queue *queue);

/**
 * Creates the threads, which wait until opened: those that handlers which block need, or just one a
 * lane; none for the user's queue. False, with none left, when that fails.
 */
bool grpc_c_workers_start(grpc_c_workers *workers, bool handlers_block);

/** Lets the threads poll. */
void grpc_c_workers_open(grpc_c_workers *workers);

/** Ends the threads and waits for them. All calls must be over. */
void grpc_c_workers_close(grpc_c_workers *workers);

/** Frees what init made. No thread may be left. */
void grpc_c_workers_free(grpc_c_workers *workers);

/** Calls running on all lanes; exact for the caller's lane, a moment old for the others. */
unsigned grpc_c_workers_active(const grpc_c_workers *workers);

/** This thread is one of the server's from now on. */
void grpc_c_workers_enter_server(grpc_c_server *server);

/** The server on one of whose threads we are; NULL elsewhere. */
grpc_c_server *grpc_c_workers_current_server(void);

#endif
