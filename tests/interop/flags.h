/*
 * The command lines of interop_server and interop_client: flags of the form --name=value, as all of
 * gRPC's interop programs take them.
 */
#ifndef INTEROP_FLAGS_H
#define INTEROP_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

/** One flag; the pointer that is not NULL says where its value goes, and of what kind it is. */
typedef struct interop_flag {
    const char *name;
    const char **string;
    int *number;
    bool *boolean;
} interop_flag;

/**
 * Fills in the flags that are given; strings borrow from `argv`. False, with a line on stderr, for
 * an argument that is no flag of these, or a value of another kind: numbers are 0 or more, booleans
 * "true" or "false".
 */
bool interop_parse_flags(int argc, char **argv, const interop_flag *flags, size_t count);

#endif
