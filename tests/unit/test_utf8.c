/* What may stand in a C string: every character of Unicode, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "utf8.h"

static bool is_good(const char *text, size_t size)
{
    return grpc_c_utf8_is_c_string((const uint8_t *)text, size);
}

/* Writes a character as RFC 3629 has it, and returns its size. */
static size_t encode(uint32_t point, uint8_t *ret_bytes)
{
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size; --i > 0; point >>= 6)
        ret_bytes[i] = (uint8_t)(0x80 | (point & 0x3f));
    ret_bytes[0] = (uint8_t)(marks[size] | point);
    return size;
}

static void test_every_character_but_nul_and_surrogates(void **state)
{
    (void)state;
    uint8_t bytes[4];
    for (uint32_t point = 0; point < 0x200000; point++) {
        bool good = point != 0 && (point < 0xd800 || point > 0xdfff) && point <= 0x10ffff;
        size_t size = encode(point, bytes);
        if (grpc_c_utf8_is_c_string(bytes, size) != good)
            fail_msg("U+%04X", (unsigned)point);
        if (size > 1 && grpc_c_utf8_is_c_string(bytes, size - 1))
            fail_msg("U+%04X, cut off", (unsigned)point);
    }
}

static void test_bytes_that_are_no_characters(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "s\xe4ure", /* Latin-1 */
        "\x80",     /* a continuation alone */
        "\xc0\x80",
        "\xc1\xbf",         /* overlong: NUL, U+007F */
        "\xe0\x9f\xbf",     /* overlong: U+07FF */
        "\xf0\x8f\xbf\xbf", /* overlong: U+FFFF */
        "\xc3\x28",         /* no continuation */
        "\xe2\x82\x28",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80", /* five bytes, as UTF-8 once was */
        "\xff",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (is_good(cases[i], strlen(cases[i])))
            fail_msg("case %zu", i);
}

/* The scan goes by words of eight bytes. */
static void test_one_wrong_byte_anywhere(void **state)
{
    (void)state;
    char text[40];
    for (size_t size = 0; size <= sizeof text; size++) {
        memset(text, 'x', sizeof text);
        assert_true(is_good(text, size));
        for (size_t i = 0; i < size; i++) {
            text[i] = '\0';
            assert_false(is_good(text, size));
            text[i] = '\x80';
            assert_false(is_good(text, size));
            text[i] = '\x7f';
            assert_true(is_good(text, size));
            text[i] = '\x01';
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_character_but_nul_and_surrogates),
        cmocka_unit_test(test_bytes_that_are_no_characters),
        cmocka_unit_test(test_one_wrong_byte_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
