/*
 * Building core's channel arguments from options.
 */
#ifndef GRPC_C_CORE_ARGS_H
#define GRPC_C_CORE_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include <grpc/grpc.h>

#include <grpc-c/channel.h>

/** More than any function here adds by itself. */
enum { GRPC_C_CORE_ARGS_OWN = 32 };

/** Arguments with borrowed names and strings. Freed by core_args_free. */
typedef struct grpc_c_core_args {
    grpc_channel_args all;
    /** NULL for none. */
    grpc_resource_quota *quota;
} grpc_c_core_args;

/** Begins with what every channel and server has, then the user's; leaves room for our others,
 * which count only where the user has none of that name. False when memory is short. */
bool grpc_c_core_args_init(grpc_c_core_args *args, const grpc_c_core_argument *user, size_t count);
void grpc_c_core_args_free(grpc_c_core_args *args);

/** A copy of the user's, strings and all, in one block for free(). NULL when memory is short. */
grpc_c_core_argument *grpc_c_core_arguments_copy(const grpc_c_core_argument *user, size_t count);

/** Adds one of our own; a number of 0 or a string of NULL is left to core's default. */
void grpc_c_core_args_number(grpc_c_core_args *args, const char *name, int number);
void grpc_c_core_args_string(grpc_c_core_args *args, const char *name, const char *string);

/** Adds a number that is no limit where it is negative. */
void grpc_c_core_args_limit(grpc_c_core_args *args, const char *name, int limit);

/** Bounds the memory that core takes for connections and calls; 0: not at all. */
void grpc_c_core_args_quota(grpc_c_core_args *args, size_t bytes);

/** Adds a number, 0 included. */
void grpc_c_core_args_set(grpc_c_core_args *args, const char *name, int number);

#endif
