/*
 * The service of load.proto with blocking handlers, and its book: which calls came and ended, how
 * far a stream is. Used in the test's own process, and by load_server.
 */
#ifndef LOAD_SERVICE_H
#define LOAD_SERVICE_H

#include <pthread.h>
#include <stdatomic.h>

#include "load.grpc-c.h"
#include "load.h"

/** How often the handler of one call began and ended. */
typedef struct load_visit {
    _Atomic int begun;
    _Atomic int ended;
} load_visit;

typedef struct load_service {
    /** Handlers of all calls. */
    _Atomic uint64_t begun;
    _Atomic uint64_t ended;
    /** Those of single calls, by their number; NULL: no such book is kept. */
    load_visit *visits;
    uint64_t visit_count;
    /** The stream that began last: what it has read, or written. */
    _Atomic uint64_t blocks;
    _Atomic uint64_t bytes;

    /** Holds Upload when it has read so many bytes. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t let_read;
    bool waits;
} load_service;

/** Keeps a book for calls numbered from 1 to `calls`; 0: no book of single calls. */
void load_service_init(load_service *service, uint64_t calls);
void load_service_destroy(load_service *service);

/** `self` is a load_service. */
extern const Load__Load_Servicer load_servicer;

#endif
