/*
 * Status codes, as every gRPC implementation numbers them (gRPC's doc/statuscodes.md), and
 * grpc_c_error, the report of a failure that is local: a bad address, a port in use.
 *
 * Threads: values only; thread-safe.
 */
#ifndef GRPC_C_STATUS_H
#define GRPC_C_STATUS_H

#include <grpc-c/macros.h>

GRPC_C_BEGIN_DECLS

/** How a call ended. The numbers go over the wire. */
typedef enum grpc_c_status_code {
    GRPC_C_STATUS_OK = 0,
    /** The caller cancelled the call. */
    GRPC_C_STATUS_CANCELLED = 1,
    /** No better code is known; also what a handler's return outside this list becomes. */
    GRPC_C_STATUS_UNKNOWN = 2,
    /** The request is wrong whatever the state of the system. */
    GRPC_C_STATUS_INVALID_ARGUMENT = 3,
    /** The time ran out; the call may have taken effect all the same. */
    GRPC_C_STATUS_DEADLINE_EXCEEDED = 4,
    GRPC_C_STATUS_NOT_FOUND = 5,
    GRPC_C_STATUS_ALREADY_EXISTS = 6,
    GRPC_C_STATUS_PERMISSION_DENIED = 7,
    /** A limit was met: message size, memory, calls at once. */
    GRPC_C_STATUS_RESOURCE_EXHAUSTED = 8,
    GRPC_C_STATUS_FAILED_PRECONDITION = 9,
    GRPC_C_STATUS_ABORTED = 10,
    GRPC_C_STATUS_OUT_OF_RANGE = 11,
    /** The server has no such method. */
    GRPC_C_STATUS_UNIMPLEMENTED = 12,
    /** A message could not be parsed or serialized, or an invariant broke. */
    GRPC_C_STATUS_INTERNAL = 13,
    /** No server was reached, or the connection was lost: a later try may succeed. */
    GRPC_C_STATUS_UNAVAILABLE = 14,
    GRPC_C_STATUS_DATA_LOSS = 15,
    GRPC_C_STATUS_UNAUTHENTICATED = 16
} grpc_c_status_code;

/**
 * The name of a code as gRPC writes it, such as "NOT_FOUND"; "UNKNOWN" for a number that is no
 * code. A constant, never freed.
 */
GRPC_C_API const char *grpc_c_status_code_name(grpc_c_status_code code);

/**
 * What went wrong in a function that takes a `grpc_c_error *`. The caller owns the struct;
 * nothing in it needs freeing. It is written only on failure, and NULL is welcome where the
 * reason does not matter.
 */
typedef struct grpc_c_error {
    grpc_c_status_code code;
    /** One line of text for a person, terminated, cut where it does not fit. */
    char message[508];
} grpc_c_error;

GRPC_C_END_DECLS

#endif
