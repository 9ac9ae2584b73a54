/* The memory of a call; see arena.h. */
#include "arena.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Under the address sanitizer, memory that is not handed out is poisoned, with a gap between
 * neighbours: a handler that runs over its allocation, or keeps a pointer past its call, is
 * reported as it would be with malloc. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
enum { red_zone = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
enum { red_zone = 0 };
#endif

enum {
    alignment = alignof(max_align_t),
    /* What most calls take. Ten thousand streams have one or two each; who needs more gets that
     * from the second call on. */
    smallest_chunk = 512,
    /* A pooled call must not hold on to the memory of the largest message it ever saw... */
    largest_kept_chunk = 64 * 1024,
    /* ...but a few calls may, of up to so much together: glibc gives a megabyte back to the system
     * when it is freed, and takes it anew page by page, a fifth of what such a call costs. */
    most_kept_beyond = 8 * 1024 * 1024,
    /* After so many calls in a row that would have done with less, the arena gives it back. */
    patience = 64,
};

/* What all arenas hold in chunks larger than what each may keep. */
static _Atomic size_t kept_beyond;

struct grpc_c_arena_chunk {
    grpc_c_arena_chunk *older;
    size_t size;
    alignas(max_align_t) char bytes[];
};

static void *allocator_alloc(void *arena, size_t size)
{
    return grpc_c_arena_alloc(arena, size);
}

static void allocator_free(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

void grpc_c_arena_init(grpc_c_arena *arena, size_t limit)
{
    *arena = (grpc_c_arena){
        .allocator = {allocator_alloc, allocator_free, arena},
        .limit = limit,
        .first_chunk_size = smallest_chunk,
    };
}

static void free_chunks(grpc_c_arena_chunk *chunk)
{
    while (chunk != NULL) {
        grpc_c_arena_chunk *older = chunk->older;
        ASAN_UNPOISON_MEMORY_REGION(chunk->bytes, chunk->size);
        free(chunk);
        chunk = older;
    }
}

static void give_share_back(grpc_c_arena *arena)
{
    atomic_fetch_sub(&kept_beyond, arena->share);
    arena->share = 0;
}

/* A share of what may be kept beyond, for a first chunk of `size` bytes. */
static bool take_share(grpc_c_arena *arena, size_t size)
{
    if (size > most_kept_beyond)
        return false;
    if (atomic_fetch_add(&kept_beyond, size) + size > most_kept_beyond) {
        atomic_fetch_sub(&kept_beyond, size);
        return false;
    }
    arena->share = size;
    arena->small_calls = 0;
    return true;
}

static void free_all_chunks(grpc_c_arena *arena)
{
    free_chunks(arena->chunks);
    arena->chunks = NULL;
    arena->next = arena->end = NULL;
}

void grpc_c_arena_free(grpc_c_arena *arena)
{
    free_all_chunks(arena);
    give_share_back(arena);
}

static void use_chunk(grpc_c_arena *arena, grpc_c_arena_chunk *chunk)
{
    arena->next = chunk->bytes;
    arena->end = chunk->bytes + chunk->size;
    ASAN_POISON_MEMORY_REGION(chunk->bytes, chunk->size);
}

void grpc_c_arena_reset(grpc_c_arena *arena)
{
    grpc_c_arena_chunk *chunk = arena->chunks;
    bool small = arena->used <= largest_kept_chunk;
    arena->used = 0;
    arena->exhausted = false;
    if (chunk == NULL)
        return;
    if (arena->share > 0)
        arena->small_calls = small ? arena->small_calls + 1 : 0;
    if (chunk->older == NULL && (chunk->size <= largest_kept_chunk ||
                                 (chunk->size <= arena->share && arena->small_calls < patience))) {
        use_chunk(arena, chunk);
        return;
    }
    /* The call took more than one chunk: give them back, and begin the next with one of the size
     * that would have done, so that a steady load settles at one chunk a call. */
    size_t total = 0;
    for (; chunk != NULL; chunk = chunk->older)
        total += chunk->size;
    free_all_chunks(arena);
    give_share_back(arena);
    bool large = total > largest_kept_chunk;
    arena->first_chunk_size = large ? largest_kept_chunk : total;
    if (large && !small && take_share(arena, total))
        arena->first_chunk_size = total;
}

static bool add_chunk(grpc_c_arena *arena, size_t needed)
{
    size_t size = arena->chunks == NULL ? arena->first_chunk_size : 2 * arena->chunks->size;
    size_t most = arena->chunks == NULL && arena->share > 0 ? arena->share : largest_kept_chunk;
    if (size > most)
        size = most;
    if (size < needed)
        size = needed;
    grpc_c_arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (chunk == NULL)
        return false;
    chunk->size = size;
    chunk->older = arena->chunks;
    arena->chunks = chunk;
    use_chunk(arena, chunk);
    return true;
}

void *grpc_c_arena_alloc(grpc_c_arena *arena, size_t size)
{
    if (size > arena->limit - arena->used) {
        arena->exhausted = true;
        return NULL;
    }
    /* The limit is far below SIZE_MAX (options.c), so that this sum does not wrap. */
    size_t padded = (size + red_zone + alignment - 1) / alignment * alignment;
    if (padded == 0)
        padded = alignment;
    if (padded > (size_t)(arena->end - arena->next) && !add_chunk(arena, padded)) {
        arena->exhausted = true;
        return NULL;
    }
    char *memory = arena->next;
    arena->next += padded;
    arena->used += padded < arena->limit - arena->used ? padded : arena->limit - arena->used;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memory;
}

char *grpc_c_arena_copy_string(grpc_c_arena *arena, const void *bytes, size_t size)
{
    char *copy = size < SIZE_MAX ? grpc_c_arena_alloc(arena, size + 1) : NULL;
    if (copy == NULL)
        return NULL;
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

char *grpc_c_arena_vprintf(grpc_c_arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    /* Most texts are short: they are formatted once. */
    char small[256];
    int length = vsnprintf(small, sizeof small, format, arguments);
    char *text = NULL;
    if (length >= 0 && (size_t)length < sizeof small) {
        text = grpc_c_arena_copy_string(arena, small, (size_t)length);
    } else if (length >= 0) {
        text = grpc_c_arena_alloc(arena, (size_t)length + 1);
        if (text != NULL)
            vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}
