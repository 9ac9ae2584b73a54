/*
 * The server's context: the call that a handler is answering. Handlers get it as their last
 * argument; it is valid until the handler returns.
 *
 * Memory: the request and what the functions below allocate live in the call's arena and go with
 * the call, after the reply was sent. A handler frees nothing. When the arena's limit is met
 * (grpc_c_server_options.max_call_memory_bytes), they return NULL and the call ends with
 * RESOURCE_EXHAUSTED, even where the handler returns OK.
 *
 * Threads: a context is used by one thread at a time: its handler's.
 */
#ifndef GRPC_C_SERVER_CONTEXT_H
#define GRPC_C_SERVER_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include <grpc-c/macros.h>
#include <grpc-c/status.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_server_context grpc_c_server_context;

/** Memory of the call, aligned for any type, not cleared; NULL at the limit. */
GRPC_C_API void *grpc_c_server_context_alloc(grpc_c_server_context *context, size_t size);

/** A copy of `string` in the call's memory; NULL at the limit, or where `string` is NULL. */
GRPC_C_API char *grpc_c_server_context_strdup(grpc_c_server_context *context, const char *string);

/** Formats like printf into the call's memory; NULL at the limit, or for a bad format. */
GRPC_C_API char *grpc_c_server_context_printf(grpc_c_server_context *context, const char *format,
                                              ...) GRPC_C_PRINTF(2, 3);

/**
 * Gives the call a status message, formatted like printf (NULL: none), and returns `code`, so that
 * a handler can end with
 * `return grpc_c_server_context_fail(context, GRPC_C_STATUS_NOT_FOUND, "no user %s", name);`.
 * The message reaches the client only if the handler returns a code other than OK.
 */
GRPC_C_API grpc_c_status_code grpc_c_server_context_fail(grpc_c_server_context *context,
                                                         grpc_c_status_code code,
                                                         const char *format, ...)
    GRPC_C_PRINTF(3, 4);

/**
 * Milliseconds until the client's deadline, not below 0; INT64_MAX where the client set none.
 */
GRPC_C_API int64_t grpc_c_server_context_time_left_ms(const grpc_c_server_context *context);

GRPC_C_END_DECLS

#endif
