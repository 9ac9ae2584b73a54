/*
 * The service of load.proto with async handlers, and the same book as load_service's. In races, a
 * thread of its own ends calls while their callbacks run, and so do cancel callbacks.
 */
#ifndef LOAD_ASYNC_H
#define LOAD_ASYNC_H

#include "load_service.h"

typedef struct load_async {
    load_service service;
    /** Reads and writes. */
    _Atomic uint64_t started;
    _Atomic uint64_t called;
    /** Calls that the servicer has seen, and what came of them. */
    _Atomic uint64_t calls;
    _Atomic uint64_t cancelled;
    _Atomic uint64_t ended_by_cancel;
    _Atomic uint64_t ended_by_finisher;

    /** The thread that ends calls, and those that it is to end. */
    bool races;
    pthread_t finisher;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct load_handling *first;
    struct load_handling *all;
    /** Without races: what is over, to be used again. */
    struct load_handling *spare;
    bool closing;
} load_async;

/** Keeps a book for calls numbered from 1 to `calls`, and races; 0: neither. */
void load_async_init(load_async *async, uint64_t calls);

/** The server has stopped. */
void load_async_destroy(load_async *async);

/** `self` is a load_async. */
extern const Load__Load_AsyncServicer load_async_servicer;

#endif
