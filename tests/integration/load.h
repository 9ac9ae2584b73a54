/*
 * What the tests under load share: volumes by preset, random numbers, blocks that can be checked,
 * the memory of a process, and a server in a process of its own. Nothing here knows whether the
 * calls are blocking or async.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "load.pb-c.h"

/* The sanitizers slow everything down, and take memory of their own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOAD_ASAN 1
#elif __has_feature(thread_sanitizer)
#define LOAD_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(LOAD_ASAN)
#define LOAD_BY_PRESET(release, asan, tsan) (asan)
#elif defined(__SANITIZE_THREAD__) || defined(LOAD_TSAN)
#define LOAD_BY_PRESET(release, asan, tsan) (tsan)
#else
#define LOAD_BY_PRESET(release, asan, tsan) (release)
#endif

enum { load_kib = 1024, load_mib = 1024 * 1024 };

/** Ends the process, from any thread, where cmocka's assertions are for the test's own. */
#define load_require(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

/* ---- random numbers ---- */

/** One thread's; starts with any value. */
typedef struct load_random {
    uint64_t state;
} load_random;

uint64_t load_random_next(load_random *random);

/** From 0 up to, not including, `limit`. */
uint64_t load_random_below(load_random *random, uint64_t limit);

/** Passes a random time up to `most_ns` without sleeping: threads that wait so meet more than those
 * that the system wakes. */
void load_spin(load_random *random, uint64_t most_ns);

/* ---- blocks ---- */

/** A block's filling has no more bytes than this. */
enum { load_max_filling = 64 * load_kib };

/** The block of this number, with `size` bytes that depend on it. The filling is static. */
Load__Block load_block(uint64_t number, size_t size);

/** Requires that the block is the one of this number and size, to the last byte. */
void load_block_check(const Load__Block *block, uint64_t number, size_t size);

/* ---- memory ---- */

/** What one process holds in resident memory: before, at its most, and at the last look. */
typedef struct load_memory {
    const char *who;
    pid_t pid;
    size_t before;
    size_t most;
    size_t now;
} load_memory;

/** Looks for the first time. `who` is a constant. */
void load_memory_begin(load_memory *memory, const char *who, pid_t pid);

/** Looks again. */
void load_memory_look(load_memory *memory);

/** Prints the numbers, and asserts that the memory never was more than `bound` bytes over what it
 * was before. */
void load_memory_check(const load_memory *memory, const char *what, size_t bound);

/* ---- a server in a process of its own ---- */

typedef struct load_process {
    pid_t pid;
    int input;
    char target[64];
} load_process;

/** Starts a program from the test's own folder, with one argument or, for NULL, none, which prints
 * its port and runs until its input ends. */
void load_process_start(load_process *process, const char *program, const char *argument);

/** Ends it, and asserts that it exits with 0. */
void load_process_stop(load_process *process);

#endif
