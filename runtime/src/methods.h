/*
 * The methods that a server serves, found by path. Filled while the server is set up, immutable
 * and read without a lock once it has started.
 */
#ifndef GRPC_C_METHODS_H
#define GRPC_C_METHODS_H

#include <stdbool.h>
#include <stddef.h>

#include <grpc-c/generated.h>

#include "codec.h"

typedef struct grpc_c_server_method {
    /** "/package.Service/Method", borrowed from the service's table. */
    const char *path;
    size_t path_size;
    grpc_c_method_kind kind;
    grpc_c_message_type request;
    const ProtobufCMessageDescriptor *reply;
    /** One of the two; neither: answered with UNIMPLEMENTED. */
    grpc_c_handler handler;
    grpc_c_async_handler async_handler;
    const void *servicer;
    void *self;
} grpc_c_server_method;

/** Whether the handler reads a stream of requests, rather than being given the one. */
static inline bool grpc_c_method_reads_stream(grpc_c_method_kind kind)
{
    return kind == GRPC_C_METHOD_CLIENT_STREAMING || kind == GRPC_C_METHOD_BIDI_STREAMING;
}

/** Whether the handler writes a stream of replies, rather than filling in the one. */
static inline bool grpc_c_method_writes_stream(grpc_c_method_kind kind)
{
    return kind == GRPC_C_METHOD_SERVER_STREAMING || kind == GRPC_C_METHOD_BIDI_STREAMING;
}

/** Whether there is a handler of either kind. */
static inline bool grpc_c_method_is_served(const grpc_c_server_method *method)
{
    return method->handler != NULL || method->async_handler != NULL;
}

typedef struct grpc_c_method_table {
    /** Open addressing; a NULL path marks a free slot. `size` is a power of two, or 0. */
    grpc_c_server_method *slots;
    size_t size;
    size_t count;
} grpc_c_method_table;

void grpc_c_method_table_free(grpc_c_method_table *table);

/** Adds a method. False, with nothing changed, when its path is there already or memory is short.
 */
bool grpc_c_method_table_add(grpc_c_method_table *table, const grpc_c_server_method *method);

/** Makes room for `more` methods, so that adding them cannot fail for want of memory. */
bool grpc_c_method_table_reserve(grpc_c_method_table *table, size_t more);

/** The method with this path; NULL where there is none. */
const grpc_c_server_method *grpc_c_method_table_find(const grpc_c_method_table *table,
                                                     const void *path, size_t path_size);

#endif
