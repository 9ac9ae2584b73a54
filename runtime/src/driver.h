/*
 * Who takes a queue's events, and what is spared the way through the queue.
 *
 * Most operations end in the very call that starts them: a write that the socket takes, the read of
 * a message that is there already. Core puts their event into the queue all the same, wakes who
 * waits there, and has it looked for again. So a thread says for which driver it works, and batch.c
 * hands over what has ended at once: to the driver, which keeps it to be run next, or, while a
 * handler runs, to who deals with it on the spot.
 */
#ifndef GRPC_C_DRIVER_H
#define GRPC_C_DRIVER_H

#include "queue.h"

typedef struct grpc_c_driver grpc_c_driver;

struct grpc_c_driver {
    grpc_c_queue *queue;
    /** Gets what has ended at once, on the thread that started it or, with core, somebody else's
     * operation: an event of whatever kind. */
    void (*take)(grpc_c_driver *driver, grpc_c_event *event, bool ok);
    /** Kept, oldest first. Of whoever takes the queue's events, as is all below. */
    grpc_c_event *first;
    grpc_c_event **end;
    /** Events that were kept, run since core was last asked. */
    unsigned in_a_row;
};

/** One that keeps what it takes. */
void grpc_c_driver_init(grpc_c_driver *driver, grpc_c_queue *queue);

/** Keeps an event, to be run in its turn. */
void grpc_c_driver_keep(grpc_c_driver *driver, grpc_c_event *event, bool ok);

/**
 * Takes one event, waiting for it until the deadline, and calls its `done`, as this driver. What
 * was kept comes first, but core is asked now and then. SHUTDOWN when nothing is kept any more
 * either.
 */
grpc_c_queue_result grpc_c_driver_run_next(grpc_c_driver *driver, gpr_timespec deadline);

/** This thread works for `driver` (NULL: for none) until it leaves. Returns for whom it did. */
grpc_c_driver *grpc_c_driver_enter(grpc_c_driver *driver);
void grpc_c_driver_leave(grpc_c_driver *outer);

/** Around an operation's start. What begin returns, end wants. */
grpc_c_driver *grpc_c_driver_begin_start(void);
void grpc_c_driver_end_start(grpc_c_driver *driver);

#endif
