/* The protobuf-c codec and the depth scan: which types are scanned, and what the scan lets pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"
#include "codec.h"
#include "depth.h"
#include "nesting.pb-c.h"

static void test_recursive_types_are_unbounded(void **state)
{
    (void)state;
    assert_false(grpc_c_depth_may_exceed(&nesting__flat__descriptor, GRPC_C_DEPTH_LIMIT));
    assert_false(grpc_c_depth_may_exceed(&nesting__shallow__descriptor, GRPC_C_DEPTH_LIMIT));
    assert_true(grpc_c_depth_may_exceed(&nesting__node__descriptor, GRPC_C_DEPTH_LIMIT));
    assert_true(grpc_c_depth_may_exceed(&nesting__ping__descriptor, GRPC_C_DEPTH_LIMIT));
    assert_true(grpc_c_depth_may_exceed(&nesting__pong__descriptor, GRPC_C_DEPTH_LIMIT));
}

/* A chain of `levels` nodes below the root, through the field with this number. */
static uint8_t *chain(int levels, unsigned field, size_t *ret_size)
{
    size_t room = (size_t)levels * 8 + 8;
    uint8_t *bytes = malloc(room);
    uint8_t *start = bytes + room;
    size_t size = 0;
    for (int i = 0; i < levels; i++) {
        uint8_t header[8];
        size_t length = 0;
        header[length++] = (uint8_t)(field << 3 | 2);
        size_t rest = size;
        while (rest >= 0x80) {
            header[length++] = (uint8_t)(rest | 0x80);
            rest >>= 7;
        }
        header[length++] = (uint8_t)rest;
        start -= length;
        memcpy(start, header, length);
        size += length;
    }
    memmove(bytes, start, size);
    *ret_size = size;
    return bytes;
}

static bool unpacks(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size)
{
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 64 << 20);
    bool unpacked = grpc_c_protobuf_codec.unpack(type, &arena.allocator, bytes, size) != NULL;
    grpc_c_message_type known = grpc_c_message_type_of(type);
    assert_int_equal(unpacked, grpc_c_codec_unpack(&grpc_c_protobuf_codec, &known, &arena.allocator,
                                                   bytes, size) != NULL);
    grpc_c_arena_free(&arena);
    return unpacked;
}

static void check_depth(int levels, unsigned field, bool expected)
{
    size_t size;
    uint8_t *bytes = chain(levels, field, &size);
    assert_int_equal(unpacks(&nesting__node__descriptor, bytes, size), expected);
    free(bytes);
}

static void test_a_hundred_levels_pass_and_no_more(void **state)
{
    (void)state;
    const unsigned child = 1, children = 3, left = 4;
    const unsigned fields[] = {child, children, left};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        check_depth(0, fields[i], true);
        check_depth(1, fields[i], true);
        check_depth(100, fields[i], true);
        check_depth(101, fields[i], false);
        check_depth(100 * 1000, fields[i], false);
    }
}

/* Whether a chain of so many levels is unpacked where so many are allowed. */
static bool is_taken(const ProtobufCMessageDescriptor *type, int levels, unsigned allowed)
{
    size_t size;
    uint8_t *bytes = chain(levels, 1, &size);
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 64 << 20);
    grpc_c_message_type known = grpc_c_message_type_within(type, allowed);
    bool taken =
        grpc_c_codec_unpack(&grpc_c_protobuf_codec, &known, &arena.allocator, bytes, size) != NULL;
    grpc_c_arena_free(&arena);
    free(bytes);
    return taken;
}

static void test_the_limit_can_be_another(void **state)
{
    (void)state;
    static const unsigned allowed[] = {1, 7, 150, 1000};
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        assert_true(is_taken(&nesting__node__descriptor, (int)allowed[i], allowed[i]));
        assert_false(is_taken(&nesting__node__descriptor, (int)allowed[i] + 1, allowed[i]));
    }
    /* A type that cannot contain itself is scanned, too, where it can be deeper than that. */
    assert_true(grpc_c_depth_may_exceed(&nesting__shallow__descriptor, 0));
    assert_false(grpc_c_depth_may_exceed(&nesting__shallow__descriptor, 1));
    assert_false(grpc_c_depth_may_exceed(&nesting__flat__descriptor, 0));
}

static void test_siblings_are_not_levels(void **state)
{
    (void)state;
    uint8_t bytes[1000];
    for (size_t i = 0; i < sizeof bytes; i += 2) {
        bytes[i] = 3 << 3 | 2;
        bytes[i + 1] = 0;
    }
    assert_true(unpacks(&nesting__node__descriptor, bytes, sizeof bytes));
}

static void test_malformed_bytes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {
        {"\x0a", 1},                                              /* no length */
        {"\x0a\x05\x00", 3},                                      /* length beyond the end */
        {"\x0a\xff\xff\xff\xff\x7f", 6},                          /* length of 32 GiB */
        {"\xff\xff\xff\xff\xff\xff", 6},                          /* endless tag */
        {"\x0b", 1},                                              /* a group begins */
        {"\x0c", 1},                                              /* a group ends */
        {"\x0e\x00", 2},                                          /* wire type 6 */
        {"\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12}, /* varint of 11 bytes */
        {"\x3d\x00", 2},                                          /* 32 bits cut short */
        {"\x39\x00\x00\x00\x00", 5},                              /* 64 bits cut short */
        {"\x0a\x02\x0a\x05", 4},                                  /* malformed one level down */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_false(
            unpacks(&nesting__node__descriptor, (const uint8_t *)cases[i].bytes, cases[i].size));
}

/* Whatever the bytes: what protobuf-c reads, and is not too deep, the scan lets pass. */
static void test_scan_agrees_with_protobuf_c(void **state)
{
    (void)state;
    uint32_t random = 12345;
    int both = 0;
    for (int round = 0; round < 200000; round++) {
        uint8_t bytes[24];
        random = random * 1664525 + 1013904223;
        size_t size = random >> 27;
        if (size > sizeof bytes)
            size = sizeof bytes;
        for (size_t i = 0; i < size; i++) {
            random = random * 1664525 + 1013904223;
            /* Mostly small numbers, so that many of them are messages. */
            bytes[i] = (uint8_t)(random >> 24 & (random & 0x10000 ? 0x3f : 0x0b));
        }
        Nesting__Node *node = nesting__node__unpack(NULL, size, bytes);
        bool within =
            grpc_c_depth_scan(&nesting__node__descriptor, bytes, size, GRPC_C_DEPTH_LIMIT, false);
        if (node != NULL)
            assert_true(within);
        both += node != NULL && size > 4;
        nesting__node__free_unpacked(node, NULL);
    }
    assert_true(both > 100);
}

static void test_incomplete_codec_is_refused(void **state)
{
    (void)state;
    grpc_c_codec codec = grpc_c_protobuf_codec;
    assert_ptr_equal(grpc_c_codec_or_default(NULL), &grpc_c_protobuf_codec);
    assert_ptr_equal(grpc_c_codec_or_default(&codec), &codec);
    codec.pack = NULL;
    assert_null(grpc_c_codec_or_default(&codec));
    codec = grpc_c_protobuf_codec;
    codec.struct_size = 0;
    assert_null(grpc_c_codec_or_default(&codec));
}

static void test_strings_are_utf8_without_nul(void **state)
{
    (void)state;
    static const struct {
        const ProtobufCMessageDescriptor *type;
        const char *bytes;
        bool good;
    } cases[] = {
        {&nesting__flat__descriptor, "\x0a\x02\xc3\xa4", true},
        {&nesting__flat__descriptor, "\x0a\x02\xe4x", false},
        {&nesting__shallow__descriptor, "\x12\x04\x0a\x02\xe4x", false}, /* in a message in it */
        {&nesting__node__descriptor, "\x2a\x02\xe4x", false},            /* in a oneof */
        {&nesting__node__descriptor, "\x32\x04\x0a\x02\xe4x", false},    /* a map's key */
        {&nesting__node__descriptor, "\x7a\x02\xe4x", true},             /* an unknown field */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t *bytes = (const uint8_t *)cases[i].bytes;
        assert_int_equal(unpacks(cases[i].type, bytes, strlen(cases[i].bytes)), cases[i].good);
    }
    assert_false(unpacks(&nesting__flat__descriptor, (const uint8_t *)"\x0a\x02x", 4)); /* a NUL */
    assert_true(grpc_c_depth_reaches_string(&nesting__ping__descriptor));
}

static void test_any_strings_where_that_is_asked_for(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x0a, 3, 0xe4, 0, 'x'};
    const grpc_c_message_type type = grpc_c_message_type_of(&nesting__flat__descriptor);
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, 64 << 20);
    const Nesting__Flat *flat =
        (const Nesting__Flat *)grpc_c_codec_unpack(&grpc_c_protobuf_any_strings_codec, &type,
                                                   &arena.allocator, bytes, sizeof bytes);
    assert_string_equal(flat->text, "\xe4");
    flat = (const Nesting__Flat *)grpc_c_protobuf_any_strings_codec.unpack(type.descriptor,
                                                                           &arena.allocator, bytes,
                                                                           sizeof bytes);
    assert_string_equal(flat->text, "\xe4");
    grpc_c_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recursive_types_are_unbounded),
        cmocka_unit_test(test_a_hundred_levels_pass_and_no_more),
        cmocka_unit_test(test_the_limit_can_be_another),
        cmocka_unit_test(test_siblings_are_not_levels),
        cmocka_unit_test(test_malformed_bytes_are_refused),
        cmocka_unit_test(test_scan_agrees_with_protobuf_c),
        cmocka_unit_test(test_incomplete_codec_is_refused),
        cmocka_unit_test(test_strings_are_utf8_without_nul),
        cmocka_unit_test(test_any_strings_where_that_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
