/*
 * The decompression of a received message: any bytes, and what zlib has compressed with a few bytes
 * changed after that. It never holds more than the limit, ends alike in whatever pieces the bytes
 * came, and agrees with zlib on what the message is.
 *
 * Input: a byte for the format and for what is done, two for the limit, one for the size of the
 * pieces; then compressed bytes, or those to compress, with how many to change before them.
 */
#include <stdbool.h>
#include <string.h>

#include "decompress.h"
#include "fuzz.h"

typedef struct bytes {
    uint8_t *start;
    size_t size;
} bytes;

enum { window_bits = 15, gzip_format = 16, most_changes = 8 };

static int window(grpc_c_compression compression)
{
    return window_bits + (compression == GRPC_C_COMPRESSION_GZIP ? gzip_format : 0);
}

static bytes compress_bytes(grpc_c_compression compression, bytes plain)
{
    z_stream zlib = {.next_in = plain.start, .avail_in = (uInt)plain.size};
    fuzz_require(deflateInit2(&zlib, Z_BEST_SPEED, Z_DEFLATED, window(compression), 8,
                              Z_DEFAULT_STRATEGY) == Z_OK);
    size_t room = deflateBound(&zlib, plain.size);
    bytes out = {malloc(room), 0};
    zlib.next_out = out.start;
    zlib.avail_out = (uInt)room;
    fuzz_require(deflate(&zlib, Z_FINISH) == Z_STREAM_END);
    out.size = zlib.total_out;
    deflateEnd(&zlib);
    return out;
}

typedef struct outcome {
    grpc_c_status_code code;
    bytes message;
} outcome;

static outcome decompress(grpc_c_compression compression, bytes data, size_t limit, size_t piece)
{
    outcome outcome = {.message = {NULL, 0}};
    grpc_c_decompressor decompressor;
    grpc_c_decompressor_init(&decompressor, compression, limit);
    bool good = true;
    for (size_t done = 0; good && done < data.size; done += piece) {
        size_t left = data.size - done;
        good =
            grpc_c_decompressor_add(&decompressor, data.start + done, piece < left ? piece : left);
        fuzz_require(decompressor.room <= limit + 1 && decompressor.size <= decompressor.room);
    }
    bool finished = grpc_c_decompressor_finish(&decompressor);
    outcome.code = decompressor.code;
    fuzz_require(finished == (outcome.code == GRPC_C_STATUS_OK));
    fuzz_require(finished == (decompressor.reason == NULL));
    fuzz_require(!finished || (good && decompressor.size <= limit));
    if (finished && decompressor.size > 0) {
        outcome.message = (bytes){malloc(decompressor.size), decompressor.size};
        memcpy(outcome.message.start, decompressor.bytes, decompressor.size);
    }
    grpc_c_decompressor_free(&decompressor);
    return outcome;
}

/* zlib, with room for exactly this message, makes it of the same bytes and stops there. */
static void check_with_zlib(grpc_c_compression compression, bytes data, bytes message)
{
    bytes out = {malloc(message.size + 1), message.size + 1};
    z_stream zlib = {.next_in = data.start, .avail_in = (uInt)data.size};
    fuzz_require(inflateInit2(&zlib, window(compression)) == Z_OK);
    zlib.next_out = out.start;
    zlib.avail_out = (uInt)out.size;
    fuzz_require(inflate(&zlib, Z_FINISH) == Z_STREAM_END);
    fuzz_require(zlib.avail_in == 0 && zlib.total_out == message.size);
    fuzz_require(message.size == 0 || memcmp(out.start, message.start, message.size) == 0);
    inflateEnd(&zlib);
    free(out.start);
}

/* Compresses what is left of the input, and changes some of that. */
static bytes make_data(fuzz_input *input, grpc_c_compression compression)
{
    uint8_t changes[most_changes][3];
    size_t count = fuzz_byte(input) % (most_changes + 1);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < 3; j++)
            changes[i][j] = fuzz_byte(input);
    bytes plain;
    plain.start = fuzz_rest(input, &plain.size);
    bytes data = compress_bytes(compression, plain);
    for (size_t i = 0; i < count; i++)
        data.start[(changes[i][0] * 256U + changes[i][1]) % data.size] ^= changes[i][2];
    free(plain.start);
    return data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, size};
    uint8_t flags = fuzz_byte(&input);
    grpc_c_compression compression =
        flags % 2 == 0 ? GRPC_C_COMPRESSION_GZIP : GRPC_C_COMPRESSION_DEFLATE;
    size_t limit = fuzz_byte(&input) * 256U;
    limit += fuzz_byte(&input);
    size_t piece = fuzz_byte(&input) + 1U;
    bytes compressed;
    if (flags / 2 % 2 == 0)
        compressed = make_data(&input, compression);
    else
        compressed.start = fuzz_rest(&input, &compressed.size);

    outcome whole = decompress(compression, compressed, limit, compressed.size + 1);
    outcome pieces = decompress(compression, compressed, limit, piece);
    /* What is over the limit and wrong behind that is refused for what is met first. */
    bool refused = whole.code != GRPC_C_STATUS_OK;
    fuzz_require(refused == (pieces.code != GRPC_C_STATUS_OK));
    fuzz_require(whole.message.size == pieces.message.size);
    fuzz_require(whole.message.size == 0 ||
                 memcmp(whole.message.start, pieces.message.start, whole.message.size) == 0);
    if (!refused)
        check_with_zlib(compression, compressed, whole.message);
    free(whole.message.start);
    free(pieces.message.start);
    free(compressed.start);
    return refused ? fuzz_refused : fuzz_accepted;
}
