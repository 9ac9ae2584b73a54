/* Decompressing a received message; see decompress.h. */
#include "decompress.h"

#include <stdlib.h>

enum {
    window_bits = 15,
    gzip_format = 16, /* added to the above, in zlib's way */
    smallest_room = 1024,
    /* How often a message is expected to hold its compressed size: only a first guess. */
    usual_ratio = 4,
};

static bool fail(grpc_c_decompressor *decompressor, grpc_c_status_code code, const char *reason)
{
    decompressor->code = code;
    decompressor->reason = reason;
    return false;
}

static bool fail_for_memory(grpc_c_decompressor *decompressor)
{
    return fail(decompressor, GRPC_C_STATUS_RESOURCE_EXHAUSTED,
                "there is no memory to decompress the message");
}

static bool fail_for_data(grpc_c_decompressor *decompressor)
{
    return fail(decompressor, GRPC_C_STATUS_INTERNAL, "the message could not be decompressed");
}

void grpc_c_decompressor_init(grpc_c_decompressor *decompressor, grpc_c_compression compression,
                              size_t limit)
{
    int format = compression == GRPC_C_COMPRESSION_GZIP ? gzip_format : 0;
    *decompressor = (grpc_c_decompressor){.limit = limit};
    if (inflateInit2(&decompressor->zlib, window_bits + format) != Z_OK)
        fail_for_memory(decompressor);
}

void grpc_c_decompressor_free(grpc_c_decompressor *decompressor)
{
    inflateEnd(&decompressor->zlib); /* welcome where init has failed, too */
    free(decompressor->bytes);
}

static size_t times(size_t size, size_t factor, size_t most)
{
    return size <= most / factor ? size * factor : most;
}

/* Makes room where there is none. One byte over the limit is room enough to see that the message is
 * too large; without it, one of exactly the limit could not be told from one that goes on. */
static bool make_room(grpc_c_decompressor *decompressor, size_t compressed)
{
    if (decompressor->size < decompressor->room)
        return true;
    size_t most = decompressor->limit + 1;
    size_t room = decompressor->room > 0 ? times(decompressor->room, 2, most)
                                         : times(compressed, usual_ratio, most);
    if (room < smallest_room)
        room = smallest_room;
    if (room > most)
        room = most;
    uint8_t *bytes = realloc(decompressor->bytes, room);
    if (bytes == NULL)
        return fail_for_memory(decompressor);
    decompressor->bytes = bytes;
    decompressor->room = room;
    return true;
}

/* One step of zlib's, into the room there is. Returns zlib's result. */
static int step(grpc_c_decompressor *decompressor)
{
    z_stream *zlib = &decompressor->zlib;
    zlib->next_out = decompressor->bytes + decompressor->size;
    zlib->avail_out = (uInt)(decompressor->room - decompressor->size);
    int result = inflate(zlib, Z_NO_FLUSH);
    decompressor->size = decompressor->room - zlib->avail_out;
    decompressor->ended = result == Z_STREAM_END;
    return result;
}

bool grpc_c_decompressor_add(grpc_c_decompressor *decompressor, const uint8_t *bytes, size_t size)
{
    if (decompressor->code != GRPC_C_STATUS_OK)
        return false;
    z_stream *zlib = &decompressor->zlib;
    zlib->next_in = (Bytef *)bytes;
    zlib->avail_in = (uInt)size; /* core counts messages in ints, and so do our limits */
    int result = Z_OK;
    /* As long as zlib fills all the room it gets, it may hold more back. */
    while (result == Z_OK && !decompressor->ended && (zlib->avail_in > 0 || zlib->avail_out == 0)) {
        if (!make_room(decompressor, size))
            return false;
        result = step(decompressor);
        if (decompressor->size > decompressor->limit)
            return fail(decompressor, GRPC_C_STATUS_RESOURCE_EXHAUSTED,
                        "the message is larger than may be received, once decompressed");
    }
    if (result == Z_MEM_ERROR)
        return fail_for_memory(decompressor);
    /* Z_BUF_ERROR: zlib waits for more input. What is left comes after the end: a second member,
     * say, which gzip's files may have and gRPC's messages may not. */
    bool good = result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
    return (good && zlib->avail_in == 0) || fail_for_data(decompressor);
}

bool grpc_c_decompressor_finish(grpc_c_decompressor *decompressor)
{
    if (decompressor->code != GRPC_C_STATUS_OK)
        return false;
    return decompressor->ended || fail_for_data(decompressor);
}
