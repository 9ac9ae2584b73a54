/* The decompressor: what it reads, what it refuses, and how much memory it takes for that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decompress.h"

/* ---- memory, counted and refused: the linker leads the decompressor's calls here ---- */

static size_t most_room;
/* How many more times memory is given; negative: always. */
static int given = -1;

static bool refuses(void)
{
    return given >= 0 && given-- == 0;
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    if (refuses())
        return NULL;
    most_room = size > most_room ? size : most_room;
    return __real_realloc(memory, size);
}

int __real_inflateInit2_(z_stream *zlib, int bits, const char *version, int size);
int __wrap_inflateInit2_(z_stream *zlib, int bits, const char *version, int size);
int __wrap_inflateInit2_(z_stream *zlib, int bits, const char *version, int size)
{
    return refuses() ? Z_MEM_ERROR : __real_inflateInit2_(zlib, bits, version, size);
}

int __real_inflate(z_stream *zlib, int flush);
int __wrap_inflate(z_stream *zlib, int flush);
int __wrap_inflate(z_stream *zlib, int flush)
{
    return refuses() ? Z_MEM_ERROR : __real_inflate(zlib, flush);
}

/* ---- the ground ---- */

enum { limit = 100 * 1000 };

static const grpc_c_compression both[] = {GRPC_C_COMPRESSION_GZIP, GRPC_C_COMPRESSION_DEFLATE};

typedef struct bytes {
    uint8_t *start;
    size_t size;
} bytes;

static bytes compress_bytes(grpc_c_compression compression, const uint8_t *data, size_t size)
{
    z_stream zlib = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
    int window = compression == GRPC_C_COMPRESSION_GZIP ? 15 + 16 : 15;
    assert_int_equal(deflateInit2(&zlib, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&zlib, size);
    bytes out = {malloc(room + 1), 0};
    zlib.next_out = out.start;
    zlib.avail_out = (uInt)room;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    out.size = zlib.total_out;
    deflateEnd(&zlib);
    return out;
}

/* Every byte another than its neighbours, in long repetitions and short ones. */
static uint8_t *make_text(size_t size)
{
    uint8_t *text = malloc(size + 1);
    uint32_t random = 1;
    for (size_t i = 0; i < size; i++) {
        random = random * 1664525 + 1013904223;
        text[i] = i % 64 < 40 ? (uint8_t) "abcdefg"[i % 7] : (uint8_t)(random >> 24);
    }
    return text;
}

/* Feeds `data` in pieces of this size. What comes out must be `text`, if there is one. */
static grpc_c_status_code read_pieces(grpc_c_compression compression, bytes data, size_t piece,
                                      const uint8_t *text, size_t text_size)
{
    grpc_c_decompressor decompressor;
    grpc_c_decompressor_init(&decompressor, compression, limit);
    bool good = true;
    for (size_t done = 0; good && done < data.size; done += piece)
        good = grpc_c_decompressor_add(&decompressor, data.start + done,
                                       piece < data.size - done ? piece : data.size - done);
    bool finished = grpc_c_decompressor_finish(&decompressor);
    assert_true(good || !finished);
    grpc_c_status_code code = decompressor.code;
    assert_int_equal(finished, code == GRPC_C_STATUS_OK);
    assert_int_equal(finished, decompressor.reason == NULL);
    if (finished && text != NULL) {
        assert_int_equal(decompressor.size, text_size);
        if (text_size > 0)
            assert_memory_equal(decompressor.bytes, text, text_size);
    }
    grpc_c_decompressor_free(&decompressor);
    return code;
}

static grpc_c_status_code read_whole(grpc_c_compression compression, bytes data)
{
    return read_pieces(compression, data, data.size + 1, NULL, 0);
}

/* ---- tests ---- */

static void test_all_sizes_in_all_pieces(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 2, 1000, 1023, 1024, 1025, 33000, limit - 1, limit};
    const size_t pieces[] = {1, 2, 3, 100, 8192, SIZE_MAX / 2};
    for (size_t c = 0; c < 2; c++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            uint8_t *text = make_text(sizes[s]);
            bytes data = compress_bytes(both[c], text, sizes[s]);
            for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++)
                assert_int_equal(read_pieces(both[c], data, pieces[p], text, sizes[s]),
                                 GRPC_C_STATUS_OK);
            free(data.start);
            free(text);
        }
    }
}

static void check_too_large(grpc_c_compression compression, const uint8_t *text, size_t size)
{
    bytes data = compress_bytes(compression, text, size);
    for (size_t piece = 1; piece <= 10000; piece *= 10) {
        most_room = 0;
        assert_int_equal(read_pieces(compression, data, piece, NULL, 0),
                         GRPC_C_STATUS_RESOURCE_EXHAUSTED);
        assert_true(most_room <= limit + 1);
    }
    free(data.start);
}

static void test_one_byte_over_the_limit(void **state)
{
    (void)state;
    uint8_t *text = make_text(limit + 1);
    for (size_t c = 0; c < 2; c++)
        check_too_large(both[c], text, limit + 1);
    free(text);
}

static void test_bomb_takes_no_more_than_the_limit(void **state)
{
    (void)state;
    const size_t size = 200 * limit;
    uint8_t *zeros = calloc(1, size);
    for (size_t c = 0; c < 2; c++) {
        bytes data = compress_bytes(both[c], zeros, size);
        assert_true(data.size < size / 900);
        free(data.start);
        check_too_large(both[c], zeros, size);
    }
    free(zeros);
}

static void test_truncated_data(void **state)
{
    (void)state;
    uint8_t *text = make_text(500);
    for (size_t c = 0; c < 2; c++) {
        bytes data = compress_bytes(both[c], text, 500);
        while (data.size > 0) {
            data.size--;
            assert_int_equal(read_whole(both[c], data), GRPC_C_STATUS_INTERNAL);
            assert_int_equal(read_pieces(both[c], data, 1, NULL, 0), GRPC_C_STATUS_INTERNAL);
        }
        free(data.start);
    }
    free(text);
}

static void test_bytes_after_the_end(void **state)
{
    (void)state;
    for (size_t c = 0; c < 2; c++) {
        bytes data = compress_bytes(both[c], (const uint8_t *)"text", 4);
        bytes twice = {malloc(2 * data.size), 2 * data.size};
        memcpy(twice.start, data.start, data.size);
        memcpy(twice.start + data.size, data.start, data.size);
        for (size_t piece = 1; piece <= twice.size; piece++)
            assert_int_equal(read_pieces(both[c], twice, piece, NULL, 0), GRPC_C_STATUS_INTERNAL);
        twice.size = data.size + 1;
        for (size_t piece = 1; piece <= twice.size; piece++)
            assert_int_equal(read_pieces(both[c], twice, piece, NULL, 0), GRPC_C_STATUS_INTERNAL);
        free(twice.start);
        free(data.start);
    }
}

/* Any bit that flips is seen, but for those of gzip's header that say nothing of the data: time,
 * flags that are hints, and the system. Whatever happens, it is one of three ends. */
static void test_corrupt_data(void **state)
{
    (void)state;
    uint8_t *text = make_text(500);
    for (size_t c = 0; c < 2; c++) {
        bytes data = compress_bytes(both[c], text, 500);
        size_t header = both[c] == GRPC_C_COMPRESSION_GZIP ? 10 : 0;
        for (size_t bit = 0; bit < 8 * data.size; bit++) {
            data.start[bit / 8] ^= (uint8_t)(1 << bit % 8);
            grpc_c_status_code code = read_pieces(both[c], data, 7, NULL, 0);
            data.start[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (bit / 8 >= header || bit < 8 * 3)
                assert_true(code == GRPC_C_STATUS_INTERNAL ||
                            code == GRPC_C_STATUS_RESOURCE_EXHAUSTED);
        }
        assert_int_equal(read_whole(both[c], data), GRPC_C_STATUS_OK);
        free(data.start);
    }
    free(text);
}

static void test_formats_are_not_mixed_up(void **state)
{
    (void)state;
    for (size_t c = 0; c < 2; c++) {
        bytes data = compress_bytes(both[c], (const uint8_t *)"text", 4);
        assert_int_equal(read_whole(both[1 - c], data), GRPC_C_STATUS_INTERNAL);
        free(data.start);
    }
    uint8_t plain[] = "not compressed at all";
    for (size_t c = 0; c < 2; c++)
        assert_int_equal(read_whole(both[c], (bytes){plain, sizeof plain}), GRPC_C_STATUS_INTERNAL);
    /* zlib's format with a dictionary that nobody has. */
    uint8_t with_dictionary[] = {0x78, 0xbb, 0x01, 0x02, 0x03, 0x04, 0x03, 0x00};
    assert_int_equal(read_whole(GRPC_C_COMPRESSION_DEFLATE,
                                (bytes){with_dictionary, sizeof with_dictionary}),
                     GRPC_C_STATUS_INTERNAL);
}

/* Refuses the first request for memory, the second, and so on, until one too many is given. */
static void test_memory_is_short(void **state)
{
    (void)state;
    uint8_t *text = make_text(limit);
    bytes data = compress_bytes(GRPC_C_COMPRESSION_GZIP, text, limit);
    int refusals = 0;
    grpc_c_status_code code;
    do {
        given = refusals;
        code = read_pieces(GRPC_C_COMPRESSION_GZIP, data, 5000, text, limit);
        bool refused = given < 0;
        given = -1;
        if (!refused)
            break;
        assert_int_equal(code, GRPC_C_STATUS_RESOURCE_EXHAUSTED);
        refusals++;
    } while (refusals < 1000);
    assert_int_equal(code, GRPC_C_STATUS_OK);
    assert_in_range(refusals, 5, 999);
    free(data.start);
    free(text);
}

static void test_a_failure_stays(void **state)
{
    (void)state;
    grpc_c_decompressor decompressor;
    bytes data = compress_bytes(GRPC_C_COMPRESSION_GZIP, (const uint8_t *)"text", 4);
    grpc_c_decompressor_init(&decompressor, GRPC_C_COMPRESSION_GZIP, 3);
    assert_false(grpc_c_decompressor_add(&decompressor, data.start, data.size));
    assert_int_equal(decompressor.code, GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    assert_false(grpc_c_decompressor_add(&decompressor, data.start, data.size));
    assert_false(grpc_c_decompressor_finish(&decompressor));
    assert_int_equal(decompressor.code, GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    grpc_c_decompressor_free(&decompressor);
    free(data.start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_sizes_in_all_pieces),
        cmocka_unit_test(test_one_byte_over_the_limit),
        cmocka_unit_test(test_bomb_takes_no_more_than_the_limit),
        cmocka_unit_test(test_truncated_data),
        cmocka_unit_test(test_bytes_after_the_end),
        cmocka_unit_test(test_corrupt_data),
        cmocka_unit_test(test_formats_are_not_mixed_up),
        cmocka_unit_test(test_memory_is_short),
        cmocka_unit_test(test_a_failure_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
