/* Allocations that fail; see allocations.h. */
#include "allocations.h"

#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "arena.h"

enum {
    most_sites = 4096,
    /* What tells sites apart: the arena, say, the step of the call, and who called. */
    most_frames = 3,
    /* A site may be met again and again in a run; the first time is enough. */
    most_times = 1,
    own_frames = 2,
};

typedef struct site {
    void *frames[most_frames];
    /** How often it was met in one run, at most, and how often it has failed. */
    unsigned met;
    unsigned failed;
    /** Runs in which it was to fail, and was not met. */
    unsigned missed;
    /** First met when another one had failed: mostly that is the only way to it. */
    bool second;
} site;

/* The linker's names for the ends of our code. */
extern const char __executable_start[];
extern const char etext[];

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static site sites[most_sites];
static size_t site_count;
/* How often each was met in this run. */
static unsigned met[most_sites];
static site *victim;
static bool failed;
static atomic_bool running;

static bool is_ours(const void *address)
{
    const char *byte = address;
    return byte >= __executable_start && byte < etext;
}

static size_t find_site(void *const frames[most_frames])
{
    size_t i = 0;
    while (i < site_count && memcmp(sites[i].frames, frames, sizeof sites[i].frames) != 0)
        i++;
    if (i == site_count && site_count < most_sites) {
        sites[i].second = failed;
        memcpy(sites[site_count++].frames, frames, sizeof sites[i].frames);
    }
    return i;
}

static bool note(void *const frames[most_frames])
{
    pthread_mutex_lock(&mutex);
    size_t i = find_site(frames);
    bool fails = false;
    if (i < site_count) {
        met[i]++;
        if (met[i] > sites[i].met)
            sites[i].met = met[i];
        fails = victim == &sites[i] && !failed && met[i] == sites[i].failed + 1;
        failed |= fails;
    }
    pthread_mutex_unlock(&mutex);
    return fails;
}

/* Whether the allocation that is asked for is to fail. A frame of its own, and its caller's, are
 * not the site's. */
static bool __attribute__((noinline)) fails(void)
{
    /* backtrace may allocate itself. */
    static _Thread_local bool inside;
    if (!atomic_load(&running) || inside)
        return false;
    inside = true;
    void *all[own_frames + most_frames];
    void *frames[most_frames] = {NULL};
    int count = backtrace(all, own_frames + most_frames);
    for (int i = own_frames; i < count && is_ours(all[i]); i++)
        frames[i - own_frames] = all[i];
    bool result = note(frames);
    inside = false;
    return result;
}

/* ---- runs ---- */

/* Sites that are met now and then only, by way of a race, get another chance. */
static bool is_due(const site *site)
{
    unsigned most_misses = site->second ? 1 : 3;
    return site->failed < most_times && site->failed < site->met && site->missed < most_misses;
}

bool allocations_begin(void)
{
    static bool first = true;
    memset(met, 0, sizeof met);
    failed = false;
    victim = NULL;
    for (size_t i = 0; i < site_count && victim == NULL; i++)
        if (is_due(&sites[i]))
            victim = &sites[i];
    bool more = first || victim != NULL;
    first = false;
    atomic_store(&running, more);
    return more;
}

bool allocations_end(void)
{
    atomic_store(&running, false);
    if (victim != NULL && failed)
        victim->failed++;
    else if (victim != NULL)
        victim->missed++;
    return victim == NULL || failed;
}

bool allocations_have_failed(void)
{
    pthread_mutex_lock(&mutex);
    bool result = failed;
    pthread_mutex_unlock(&mutex);
    return result;
}

size_t allocations_sites(void)
{
    return site_count;
}

void allocations_print(void)
{
    if (victim == NULL)
        return;
    fprintf(stderr, "site %zu, time %u, addr2line -pfe PROGRAM", (size_t)(victim - sites),
            victim->failed + 1);
    for (int i = 0; i < most_frames && victim->frames[i] != NULL; i++)
        fprintf(stderr, " 0x%zx", (size_t)((char *)victim->frames[i] - __executable_start) - 1);
    fprintf(stderr, "\n");
}

/* ---- what the linker puts in the place of the C library's ---- */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

char *__real_strdup(const char *string);
char *__wrap_strdup(const char *string);
char *__wrap_strdup(const char *string)
{
    return fails() ? NULL : __real_strdup(string);
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*main)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*main)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*main)(void *), void *argument)
{
    return fails() ? EAGAIN : __real_pthread_create(thread, attributes, main, argument);
}

int allocations_thread_create(pthread_t *ret_thread, void *(*main)(void *), void *argument)
{
    return __real_pthread_create(ret_thread, NULL, main, argument);
}

int __real_pthread_mutex_init(pthread_mutex_t *made, const pthread_mutexattr_t *attributes);
int __wrap_pthread_mutex_init(pthread_mutex_t *made, const pthread_mutexattr_t *attributes);
int __wrap_pthread_mutex_init(pthread_mutex_t *made, const pthread_mutexattr_t *attributes)
{
    return fails() ? ENOMEM : __real_pthread_mutex_init(made, attributes);
}

int __real_pthread_cond_init(pthread_cond_t *made, const pthread_condattr_t *attributes);
int __wrap_pthread_cond_init(pthread_cond_t *made, const pthread_condattr_t *attributes);
int __wrap_pthread_cond_init(pthread_cond_t *made, const pthread_condattr_t *attributes)
{
    return fails() ? ENOMEM : __real_pthread_cond_init(made, attributes);
}

int __real_inflateInit2_(z_stream *zlib, int bits, const char *version, int size);
int __wrap_inflateInit2_(z_stream *zlib, int bits, const char *version, int size);
int __wrap_inflateInit2_(z_stream *zlib, int bits, const char *version, int size)
{
    return fails() ? Z_MEM_ERROR : __real_inflateInit2_(zlib, bits, version, size);
}

/* Most of what a call asks for fits into the chunk that its arena has. */

void *__real_grpc_c_arena_alloc(grpc_c_arena *arena, size_t size);
void *__wrap_grpc_c_arena_alloc(grpc_c_arena *arena, size_t size);
void *__wrap_grpc_c_arena_alloc(grpc_c_arena *arena, size_t size)
{
    if (!fails())
        return __real_grpc_c_arena_alloc(arena, size);
    arena->exhausted = true;
    return NULL;
}

char *__real_grpc_c_arena_copy_string(grpc_c_arena *arena, const void *bytes, size_t size);
char *__wrap_grpc_c_arena_copy_string(grpc_c_arena *arena, const void *bytes, size_t size);
char *__wrap_grpc_c_arena_copy_string(grpc_c_arena *arena, const void *bytes, size_t size)
{
    if (!fails())
        return __real_grpc_c_arena_copy_string(arena, bytes, size);
    arena->exhausted = true;
    return NULL;
}

char *__real_grpc_c_arena_vprintf(grpc_c_arena *arena, const char *format, va_list arguments);
char *__wrap_grpc_c_arena_vprintf(grpc_c_arena *arena, const char *format, va_list arguments);
char *__wrap_grpc_c_arena_vprintf(grpc_c_arena *arena, const char *format, va_list arguments)
{
    if (!fails())
        return __real_grpc_c_arena_vprintf(arena, format, arguments);
    arena->exhausted = true;
    return NULL;
}
