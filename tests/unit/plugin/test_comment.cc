// plugin/comment: whatever a proto comment holds, it cannot leave the C comment it stands in.
#include "cmocka.hh"

#include "comment.h"

using namespace grpc_c;

static void test_an_ordinary_comment(void **)
{
    assert_text(clean_comment(" Says hello.\n"), "Says hello.");
    assert_text(clean_comment(" One.\n\n   indented\n Two.\n\n"),
                "One.\n * \n *   indented\n * Two.");
    assert_text(clean_comment(""), "");
    assert_text(clean_comment(" \n\n  \n"), "");
}

static void test_comment_delimiters_are_parted(void **)
{
    assert_text(clean_comment("a */ b"), "a * / b");
    assert_text(clean_comment("a /* b"), "a / * b");
    assert_text(clean_comment("/*/"), "/ * /");
    assert_text(clean_comment("**/"), "** /");
    assert_text(clean_comment("*\x01/"), "* /");
    assert_text(clean_comment("*\xe2\x80\xae/"), "* /");
}

static void test_nothing_splices_lines(void **)
{
    assert_text(clean_comment("a \\\nb \\ \\\n"), "a\n * b");
    assert_text(clean_comment("a\\b"), "a\\b");
    assert_text(clean_comment("a ?\?/\nb"), "a ?? /\n * b");
}

static void test_line_ends_and_controls(void **)
{
    assert_text(clean_comment(" a\r\n b\r\n"), "a\n * b");
    assert_text(clean_comment("a\tb"), "a    b");
    assert_text(clean_comment(std::string("a\0b\x1b[0m\x7f", 8)), "ab[0m");
    assert_text(clean_comment("a\xc2\x85"
                              "b\xe2\x80\xa8"
                              "c"),
                "abc");
}

static void test_utf8_stays_and_the_rest_does_not(void **)
{
    assert_text(clean_comment("Gr\xc3\xbc\xc3\x9f"
                              "e \xf0\x9f\x91\x8b"),
                "Gr\xc3\xbc\xc3\x9f"
                "e \xf0\x9f\x91\x8b");
    assert_text(clean_comment("\xff \xc3( \xed\xa0\x80 \xc0\xaf \xf5\x80\x80\x80 \xe4\xbd"),
                "? ?( ?\?? ?? ?\?\?? ??");
    // What it becomes is no trigraph either.
    assert_text(clean_comment("\xff\xff/"), "?? /");
}

static void test_bidirectional_controls_go(void **)
{
    assert_text(clean_comment("a\xe2\x80\xae"
                              "b\xe2\x81\xa6"
                              "c\xe2\x80\x8f"),
                "abc");
}

static void test_dollars_and_percents_stay(void **)
{
    assert_text(clean_comment("$a$ $$ $ %s"), "$a$ $$ $ %s");
}

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_an_ordinary_comment),
        cmocka_unit_test(test_comment_delimiters_are_parted),
        cmocka_unit_test(test_nothing_splices_lines),
        cmocka_unit_test(test_line_ends_and_controls),
        cmocka_unit_test(test_utf8_stays_and_the_rest_does_not),
        cmocka_unit_test(test_bidirectional_controls_go),
        cmocka_unit_test(test_dollars_and_percents_stay),
    };
    return cmocka_run_group_tests_name("comment", tests, nullptr, nullptr);
}
