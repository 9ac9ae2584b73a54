/*
 * How deep messages nest. protobuf-c unpacks by recursion without a limit, so that 29 KB from a
 * hostile peer can overflow a stack; gRPC's C++ and Java stop at 100 levels, and so do we, unless
 * the option max_nesting_depth says otherwise.
 */
#ifndef GRPC_C_DEPTH_H
#define GRPC_C_DEPTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

enum {
    /** Levels of messages within messages that are accepted by default. */
    GRPC_C_DEPTH_LIMIT = 100,
    /** The most that may be asked for: a recursion of so many fits any thread's stack. */
    GRPC_C_DEPTH_MOST = 1000,
};

/** Whether messages of this type can be deeper than so many levels, since it contains itself
 * mostly, or it cannot be told cheaply. */
bool grpc_c_depth_may_exceed(const ProtobufCMessageDescriptor *type, unsigned levels);

/** Whether a message of this type can hold strings, in itself or in what it contains. */
bool grpc_c_depth_reaches_string(const ProtobufCMessageDescriptor *type);

/**
 * Scans a serialized message without recursion and without memory of its own. False when it is
 * nested deeper than so many levels, GRPC_C_DEPTH_MOST at most, or is malformed where the nesting
 * is decided; with `strings`, also when a field of type string is not UTF-8 or holds a NUL, which
 * protobuf-c takes as it comes.
 */
bool grpc_c_depth_scan(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                       unsigned levels, bool strings);

#endif
