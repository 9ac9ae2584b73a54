/*
 * Metadata on its way: the list that a context sends, and the copy of what core received.
 */
#ifndef GRPC_C_METADATA_INTERNAL_H
#define GRPC_C_METADATA_INTERNAL_H

#include <stdbool.h>

#include <grpc/grpc.h>

#include <grpc-c/compression.h>
#include <grpc-c/metadata.h>

#include "arena.h"

/** Where gRPC's richer error model (google.rpc.Status) travels: in the trailers. */
#define GRPC_C_STATUS_DETAILS_KEY "grpc-status-details-bin"

/** Metadata to send. Entries hold their own memory, so that a call may be made with them again and
 * again. Begins as all zero. */
typedef struct grpc_c_metadata_list {
    grpc_metadata *entries;
    size_t count;
    size_t capacity;
    /** Of all keys and values. */
    size_t bytes;
} grpc_c_metadata_list;

/** The library's word to core for the compression of a call; it does not go over the wire. */
#define GRPC_C_COMPRESSION_KEY "grpc-internal-encoding-request"

/** Adds it. False for a number that is no compression, or where memory is short. */
bool grpc_c_metadata_list_set_compression(grpc_c_metadata_list *list,
                                          grpc_c_compression compression);

/** Forgets the entries and keeps the array. */
void grpc_c_metadata_list_clear(grpc_c_metadata_list *list);
void grpc_c_metadata_list_free(grpc_c_metadata_list *list);

/** Makes sure that the next add does not fail for want of memory. False where that is short. */
bool grpc_c_metadata_list_make_room(grpc_c_metadata_list *list);

/**
 * Adds an entry with a copy of key and value. False, with nothing added, for a key or value that
 * may not be sent (gRPC's doc/PROTOCOL-HTTP2.md), or where memory is short.
 */
bool grpc_c_metadata_list_add(grpc_c_metadata_list *list, const char *key, const void *value,
                              size_t size);

/** The same for the library's own keys, which users may not set. */
bool grpc_c_metadata_list_add_reserved(grpc_c_metadata_list *list, const char *key,
                                       const void *value, size_t size);

/** Writes the entries to where there is room for them, each with a reference that the taker gives
 * back. */
void grpc_c_metadata_list_share(const grpc_c_metadata_list *list, grpc_metadata *ret_entries,
                                size_t *ret_count);

/** Copies what core received into the arena. Empty where there is no room for it. */
grpc_c_metadata grpc_c_metadata_copy(const grpc_metadata_array *array, grpc_c_arena *arena);

#endif
