/*
 * Call credentials from the inside, and what a call has to do with them: call_credentials.c, and
 * credentials_use.c for those that have a callback.
 */
#ifndef GRPC_C_CALL_CREDENTIALS_INTERNAL_H
#define GRPC_C_CALL_CREDENTIALS_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>

#include <grpc-c/call_credentials.h>

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include "arena.h"
#include "metadata.h"

struct grpc_c_call_credentials {
    atomic_uint references;
    /** Of a token; empty where there is a callback. */
    grpc_c_metadata_list metadata;
    grpc_c_call_credentials_callback callback;
    void (*destroy)(void *user_data);
    void *user_data;
};

/** One call's use of credentials that have a callback: the questions that wait for an answer, and
 * the failure that ended the call. */
typedef struct grpc_c_credentials_use grpc_c_credentials_use;

enum {
    /** The channel's, and the context's. */
    grpc_c_call_credentials_sources = 2,
};

/** Another reference; NULL stays NULL. Each is given back with the public free. */
grpc_c_call_credentials *grpc_c_call_credentials_ref(grpc_c_call_credentials *credentials);

/**
 * Has a call that has not begun carry what these credentials give (NULL: none), one after the
 * other. Writes what is to be ended with the call, NULL for none. False, with nothing to end, when
 * memory is short: the call must not begin.
 */
bool grpc_c_call_credentials_attach(grpc_call *call, grpc_c_call_credentials *const sources[],
                                    grpc_c_credentials_use *ret_uses[]);

/** What core asks for a call, by way of `ret_plugin`. NULL when memory is short. There are two
 * references: the plugin's, and one to be released, or to be ended with the call. */
grpc_c_credentials_use *grpc_c_credentials_use_new(grpc_c_call_credentials *credentials,
                                                   grpc_metadata_credentials_plugin *ret_plugin);

void grpc_c_credentials_use_release(grpc_c_credentials_use *use);

/**
 * The call has ended: answers that come later go nowhere, and the callback is not asked any more,
 * though it may run just now. If it was the credentials that ended the call, the status becomes
 * theirs, with the message in the arena.
 */
void grpc_c_credentials_use_end(grpc_c_credentials_use *use, grpc_c_arena *arena,
                                grpc_c_status_code *code, const char **message);

#endif
