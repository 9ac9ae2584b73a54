/* The depth scan; see depth.h. */
#include "depth.h"

#include "utf8.h"

/* ---- types ---- */

enum { most_types = 100 };

typedef struct type_walk {
    const ProtobufCMessageDescriptor *seen[most_types];
    bool finished[most_types];
    int count;
} type_walk;

/* Depth first. Recurses at most once for each type seen, so as deep as `seen` is long. A type that
 * reaches more types than that is taken for unbounded: it is scanned needlessly, never missed. */
static bool reaches_unfinished(type_walk *walk, const ProtobufCMessageDescriptor *type)
{
    for (int i = 0; i < walk->count; i++)
        if (walk->seen[i] == type)
            return !walk->finished[i];
    if (walk->count == most_types)
        return true;
    int index = walk->count++;
    walk->seen[index] = type;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && reaches_unfinished(walk, field->descriptor))
            return true;
    }
    walk->finished[index] = true;
    return false;
}

/* A type that cannot contain itself is no deeper than it reaches other types. */
bool grpc_c_depth_may_exceed(const ProtobufCMessageDescriptor *type, unsigned levels)
{
    type_walk walk = {.count = 0};
    return reaches_unfinished(&walk, type) || (unsigned)walk.count > levels + 1;
}

/* As above, without an end to recursion that is not a type seen before. */
static bool reaches_string(type_walk *walk, const ProtobufCMessageDescriptor *type)
{
    for (int i = 0; i < walk->count; i++)
        if (walk->seen[i] == type)
            return false;
    if (walk->count == most_types)
        return true;
    walk->seen[walk->count++] = type;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (field->type == PROTOBUF_C_TYPE_STRING ||
            (field->type == PROTOBUF_C_TYPE_MESSAGE && reaches_string(walk, field->descriptor)))
            return true;
    }
    return false;
}

bool grpc_c_depth_reaches_string(const ProtobufCMessageDescriptor *type)
{
    type_walk walk = {.count = 0};
    return reaches_string(&walk, type);
}

/* ---- bytes ---- */

enum {
    wire_varint = 0,
    wire_64_bit = 1,
    wire_length_prefixed = 2,
    wire_32_bit = 5,
    most_varint_bytes = 10,
    /* protobuf-c reads tags and lengths from at most five bytes. */
    most_header_bytes = 5,
};

typedef struct level {
    const ProtobufCMessageDescriptor *type;
    const uint8_t *end;
} level;

/* Reads a varint of at most `most` bytes; moves `*position` behind it. */
static bool read_varint(const uint8_t **position, const uint8_t *end, int most, uint64_t *ret_value)
{
    uint64_t value = 0;
    if (*position < end && **position < 0x80) { /* most often */
        *ret_value = *(*position)++;
        return true;
    }
    for (int i = 0; i < most && *position + i < end; i++) {
        uint8_t byte = (*position)[i];
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *position += i + 1;
            *ret_value = value;
            return true;
        }
    }
    return false;
}

/* The bytes of a field's value that follow its tag, or follow its length. */
static bool value_size(const uint8_t **position, const uint8_t *end, unsigned wire_type,
                       uint64_t *ret_size)
{
    uint64_t ignored;
    switch (wire_type) {
    case wire_varint:
        *ret_size = 0;
        return read_varint(position, end, most_varint_bytes, &ignored);
    case wire_64_bit:
        *ret_size = 8;
        return true;
    case wire_32_bit:
        *ret_size = 4;
        return true;
    case wire_length_prefixed:
        return read_varint(position, end, most_header_bytes, ret_size);
    default: /* groups, which protobuf-c does not read, and unassigned numbers */
        return false;
    }
}

bool grpc_c_depth_scan(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
                       unsigned levels, bool strings)
{
    level stack[GRPC_C_DEPTH_MOST + 1];
    unsigned depth = 0;
    const uint8_t *position = bytes;
    stack[0] = (level){type, bytes + size};
    for (;;) {
        const uint8_t *end = stack[depth].end;
        if (position == end) {
            if (depth-- == 0)
                return true;
            continue;
        }
        uint64_t tag;
        uint64_t length;
        if (!read_varint(&position, end, most_header_bytes, &tag) ||
            !value_size(&position, end, tag & 7, &length) || length > (uint64_t)(end - position))
            return false;
        const ProtobufCFieldDescriptor *field = NULL;
        if ((tag & 7) == wire_length_prefixed) /* a tag has 35 bits at most */
            field =
                protobuf_c_message_descriptor_get_field(stack[depth].type, (unsigned)(tag >> 3));
        if (strings && field != NULL && field->type == PROTOBUF_C_TYPE_STRING &&
            !grpc_c_utf8_is_c_string(position, (size_t)length))
            return false;
        if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE) {
            position += length;
            continue;
        }
        if (depth == levels)
            return false;
        depth++;
        stack[depth] = (level){field->descriptor, position + length};
    }
}
