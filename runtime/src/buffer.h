/*
 * Core's byte buffers in our words; buffer.c is the only file that touches them. A buffer is one
 * serialized message on its way to or from core.
 */
#ifndef GRPC_C_BUFFER_H
#define GRPC_C_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include <grpc-c/codec.h>
#include <grpc-c/status.h>

#include "arena.h"
#include "codec.h"

typedef struct grpc_byte_buffer grpc_c_buffer;

/**
 * Packs `message` into a new buffer, in one slice of the exact size. Returns an owned buffer; NULL
 * on failure, with `ret_reason`, a constant, written.
 */
grpc_c_buffer *grpc_c_buffer_pack(const grpc_c_codec *codec, const ProtobufCMessage *message,
                                  const char **ret_reason);

/** Whether a received message came compressed. */
bool grpc_c_buffer_is_compressed(const grpc_c_buffer *buffer);

/**
 * Unpacks a message of `type` into the arena: in place from a buffer of one slice, and decompressed
 * where it came compressed, if it has no more than `limit` bytes then. Returns NULL on failure,
 * with a code (INTERNAL or RESOURCE_EXHAUSTED) and a constant reason written.
 */
ProtobufCMessage *grpc_c_buffer_unpack(grpc_c_buffer *buffer, size_t limit,
                                       const grpc_c_codec *codec, const grpc_c_message_type *type,
                                       grpc_c_arena *arena, grpc_c_status_code *ret_code,
                                       const char **ret_reason);

/** Frees a buffer; NULL does nothing. */
void grpc_c_buffer_free(grpc_c_buffer *buffer);

#endif
