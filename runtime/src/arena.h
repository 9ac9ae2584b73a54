/*
 * The arena: the memory of one call. Allocations are bumps of a pointer and are never freed one by
 * one; reset takes them all back and keeps a chunk for the next call, so that a reused arena
 * allocates nothing in the steady state.
 *
 * It counts what it hands out against a limit: a small message that unpacks into a large structure
 * ends the call, not the process. Not thread-safe: an arena belongs to its call.
 */
#ifndef GRPC_C_ARENA_H
#define GRPC_C_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

typedef struct grpc_c_arena_chunk grpc_c_arena_chunk;

typedef struct grpc_c_arena {
    /** The arena in protobuf-c's terms; its free does nothing. */
    ProtobufCAllocator allocator;
    /** Free bytes of the newest chunk. */
    char *next;
    char *end;
    /** Newest first. */
    grpc_c_arena_chunk *chunks;
    /** Bytes handed out since the last reset, and how many may be. */
    size_t used;
    size_t limit;
    /** Size of the chunk that the next call begins with: what the last ones needed. */
    size_t first_chunk_size;
    /** Of what all arenas may keep beyond their usual: this one's; and its calls in a row that did
     * not need it. */
    size_t share;
    unsigned small_calls;
    /** An allocation failed since the last reset, at the limit or for want of memory. */
    bool exhausted;
} grpc_c_arena;

/** Prepares an arena in place; allocates nothing. */
void grpc_c_arena_init(grpc_c_arena *arena, size_t limit);

/** Gives all memory back to the system. */
void grpc_c_arena_free(grpc_c_arena *arena);

/** Takes back everything that was allocated; keeps what the next call will need. */
void grpc_c_arena_reset(grpc_c_arena *arena);

/** Memory aligned for any type, not cleared; NULL at the limit or where memory is short. */
void *grpc_c_arena_alloc(grpc_c_arena *arena, size_t size);

/** A copy of `size` bytes with a terminating NUL behind them; NULL as alloc. */
char *grpc_c_arena_copy_string(grpc_c_arena *arena, const void *bytes, size_t size);

/** Formats as vprintf; NULL as alloc, or for a bad format. */
char *grpc_c_arena_vprintf(grpc_c_arena *arena, const char *format, va_list arguments);

#endif
