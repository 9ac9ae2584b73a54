/*
 * What the two halves of the soak's client share: when it ends, whom it calls, and the tally of
 * calls.
 */
#ifndef SOAK_H
#define SOAK_H

#include <pthread.h>
#include <stdatomic.h>

#include <grpc-c/grpc-c.h>

#include "load.grpc-c.h"
#include "load.h"

enum { soak_most_targets = 8, soak_most_blocks = 20 };

typedef struct soak {
    /** No call begins any more. */
    _Atomic bool over;
    int target_count;
    grpc_c_channel *channels[soak_most_targets];
    Load__Load_Stub stubs[soak_most_targets];

    /** Where the canceller's random numbers begin. */
    uint64_t cancel_seed;
    _Atomic uint64_t started;
    /** With a status, by its number. */
    _Atomic uint64_t ended[GRPC_C_STATUS_UNAUTHENTICATED + 1];
    /** Left by their caller, who did not ask for one. */
    _Atomic uint64_t abandoned;
} soak;

/** Writes down a status. Ends the process for one that nothing here leads to. */
void soak_note(soak *soak, const grpc_c_client_context *context);

/** A stub of any target, and for the call to come a timeout, short now and then, and the rest. */
const Load__Load_Stub *soak_choose(soak *soak, load_random *random, grpc_c_client_context *context);

/** A block's size, small mostly. */
size_t soak_size(load_random *random);

/** Calls by callbacks, several at once: begun, and waited for when the soak is over. */
struct soak_flows *soak_flows_start(soak *soak, uint64_t seed);
void soak_flows_join(struct soak_flows *flows);

#endif
