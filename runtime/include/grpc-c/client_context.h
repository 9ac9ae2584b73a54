/*
 * The client's context: one call, with its settings before, its status and memory after.
 *
 * A context carries one call at a time and is meant to be reused for the next one: settings stay
 * until reset; the reply and the status live until the next call begins, or the context is reset
 * or freed. A reused context allocates nothing of its own.
 *
 * Threads: a context is used by one thread at a time.
 */
#ifndef GRPC_C_CLIENT_CONTEXT_H
#define GRPC_C_CLIENT_CONTEXT_H

#include <stdint.h>

#include <grpc-c/macros.h>
#include <grpc-c/status.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_client_context grpc_c_client_context;

/**
 * Returns an owned context with default settings; NULL when memory is short. A call on a NULL
 * context is not made and returns NULL.
 */
GRPC_C_API grpc_c_client_context *grpc_c_client_context_new(void);

/** Frees the context, its last reply and its status; NULL does nothing. */
GRPC_C_API void grpc_c_client_context_free(grpc_c_client_context *context);

/** Makes the context as new: settings back to their defaults, reply and status gone. */
GRPC_C_API void grpc_c_client_context_reset(grpc_c_client_context *context);

/**
 * Gives each later call this many milliseconds, counted from its start; then it ends with
 * DEADLINE_EXCEEDED, here and on the server. 0 has run out before it begins. A negative number,
 * the default, waits without limit.
 */
GRPC_C_API void grpc_c_client_context_set_timeout_ms(grpc_c_client_context *context,
                                                     int64_t timeout_ms);

/** How the last call ended; OK before the first. INTERNAL for a NULL context. */
GRPC_C_API grpc_c_status_code grpc_c_client_context_status(const grpc_c_client_context *context);

/**
 * The status message that came with it: the server's words, or the library's where the call failed
 * here. Never NULL, "" where there is none. Borrowed: valid until the context's next call.
 */
GRPC_C_API const char *grpc_c_client_context_message(const grpc_c_client_context *context);

/**
 * Code and message as one line for a person, such as "NOT_FOUND: no user 7"; "OK" after success.
 * Never NULL. Borrowed: valid until the context's next call.
 */
GRPC_C_API const char *grpc_c_client_context_error(grpc_c_client_context *context);

GRPC_C_END_DECLS

#endif
