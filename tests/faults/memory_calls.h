/*
 * The calls of a client in the test of failing allocations: the four kinds, blocking and async,
 * each of which ends with one status.
 */
#ifndef MEMORY_CALLS_H
#define MEMORY_CALLS_H

#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "allocations.h"
#include "load.grpc-c.h"

/** Ends the process with a line that says what, and which allocation has failed. */
#define memory_require(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            allocations_print(); \
            abort(); \
        } \
    } while (0)

/** Does it once more where an allocation has failed; then there is memory. */
#define memory_again(result, expression) \
    do { \
        (result) = (expression); \
        if (!(result)) { \
            memory_require(allocations_have_failed()); \
            (result) = (expression); \
        } \
        memory_require(result); \
    } while (0)

typedef struct memory_client {
    grpc_c_channel *channel;
    Load__Load_Stub stub;
    /** What drives async calls; NULL for the library's own. */
    grpc_c_completion_queue *queue;
    /** Of each call; NULL for none. */
    grpc_c_call_credentials *credentials;
} memory_client;

/** Calls of all kinds. Each ends with OK, or with RESOURCE_EXHAUSTED where an allocation has failed
 * meanwhile, and then with OK. */
void memory_call_all(memory_client *client);

/** A call whose handler stops the server. False when it may not have come to that. */
bool memory_call_stop(memory_client *client);

#endif
