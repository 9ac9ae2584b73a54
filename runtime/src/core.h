/*
 * gRPC core as a whole: its life, and what it logs.
 *
 * Core starts threads when it is initialised, so that happens with the first channel or server and
 * not before. Each object of ours that needs core holds one reference.
 */
#ifndef GRPC_C_CORE_H
#define GRPC_C_CORE_H

#include <stdbool.h>

#include <grpc-c/status.h>

/**
 * Whether this process was forked from one that had begun to use core: its threads are not here,
 * its locks may be held for ever, its sockets are the other's. Nothing of core may be called then.
 * Async-signal-safe, and costs nothing.
 */
bool grpc_c_core_was_forked(void);

/** What a call, or whatever else needs core, then fails with. */
#define GRPC_C_FORKED "the process was forked after its first channel or server, and may only exec"

/** Takes a reference to core, initialising it if it is the first. Thread-safe. */
void grpc_c_core_acquire(void);

/** Gives a reference back; the last one shuts core down. Thread-safe. */
void grpc_c_core_release(void);

/** Logs a message of our own, through the callback that the user set. */
void grpc_c_log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * For the functions of core that fail with no more than a line in the log: between begin and end,
 * what core logs as an error on this thread is kept instead of logged.
 */
void grpc_c_core_capture_begin(void);

/** Ends the capture and returns core's reason, for a person, or "" where it gave none. Valid on
 * this thread until the next begin. */
const char *grpc_c_core_capture_end(void);

#endif
