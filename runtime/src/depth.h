/*
 * How deep messages nest. protobuf-c unpacks by recursion without a limit, so that 29 KB from a
 * hostile peer can overflow a stack; gRPC's C++ and Java stop at 100 levels, and so do we.
 */
#ifndef GRPC_C_DEPTH_H
#define GRPC_C_DEPTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

/** Levels of messages within messages that are accepted. */
enum { GRPC_C_DEPTH_LIMIT = 100 };

/** Whether messages of this type can be deeper than the limit: it contains itself, mostly. */
bool grpc_c_depth_is_unbounded(const ProtobufCMessageDescriptor *type);

/** Whether a message of this type can hold strings, in itself or in what it contains. */
bool grpc_c_depth_reaches_string(const ProtobufCMessageDescriptor *type);

/**
 * Scans a serialized message without recursion and without memory of its own. False when it is
 * nested deeper than the limit, or is malformed where the nesting is decided.
 */
bool grpc_c_depth_is_within_limit(const ProtobufCMessageDescriptor *type, const uint8_t *bytes,
                                  size_t size);

/** The same; with `strings`, false too when a field of type string is not UTF-8 or holds a NUL,
 * which protobuf-c takes as it comes. */
bool grpc_c_depth_scan(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                       bool strings);

#endif
