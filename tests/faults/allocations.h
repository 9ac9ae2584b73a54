/*
 * Allocations that fail: the linker's --wrap leads every malloc, calloc, realloc, aligned_alloc,
 * pthread_create, mutex and condition that our library and generated code ask for here, and so what
 * is asked of a call's arena. Core and other libraries get what they want: they do not bear it.
 *
 * A site is where an allocation was asked for: the calls that led there, as far as they are our
 * code's. A run is one pass of whatever the test does; in each, one site fails once.
 */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/** Begins the next run, in which a site that has not failed yet will. False when all have. */
bool allocations_begin(void);

/** Ends the run: from now on nothing fails. False when the site was not met in it. */
bool allocations_end(void);

/** Whether the run's site has failed by now; it will not again. */
bool allocations_have_failed(void);

/** How many sites there are, so far. */
size_t allocations_sites(void);

/** Prints which site fails in this run, for a debugger's or addr2line's eyes. */
void allocations_print(void);

/** pthread_create, for the test's own threads. */
int allocations_thread_create(pthread_t *ret_thread, void *(*main)(void *), void *argument);

#endif
