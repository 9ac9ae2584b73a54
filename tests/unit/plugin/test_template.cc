// plugin/template: expansion and its errors.
#include "cmocka.hh"

#include "template.h"

using namespace grpc_c;

static std::string expanded(const std::string &text, const Variables &variables = {})
{
    std::string result;
    Template("t.c", text).append(variables, result);
    return result;
}

static std::string error_of(const std::string &text)
{
    try {
        expanded(text, {{"known", "value"}});
    } catch (const TemplateError &error) {
        return error.what();
    }
    return "no error";
}

static void test_variables_are_replaced(void **)
{
    assert_text(expanded("a $b$ c$d$$b$\n", {{"b", "B"}, {"d", ""}}), "a B cB");
}

static void test_two_dollars_are_one(void **)
{
    assert_text(expanded("$$ and $$$$\n"), "$ and $$");
}

static void test_values_are_not_looked_into(void **)
{
    assert_text(expanded("<$a$>\n", {{"a", "$b$ $ $$"}, {"b", "no"}}), "<$b$ $ $$>");
}

static void test_values_may_have_lines(void **)
{
    assert_text(expanded("a\n$b$\nc\n", {{"b", "1\n2"}}), "a\n1\n2\nc");
}

static void test_a_line_of_empty_variables_goes(void **)
{
    assert_text(expanded("a\n  $b$$c$\nd\n", {{"b", ""}, {"c", ""}}), "a\nd");
    assert_text(expanded("a\n$b$;\n", {{"b", ""}}), "a\n;");
    assert_text(expanded("a\n\nb\n"), "a\n\nb");
}

static void test_a_hole_is_left_out_and_counts_as_text(void **)
{
    Hole hole{Variables::number_of("large")};
    std::string result;
    Template("t.c", "a\n$large$$b$\n$b$\n<$large$>\n").append({{"b", ""}}, result, &hole);
    assert_text(result, "a\n\n<>");
    assert_int_equal(hole.places.size(), 2);
    assert_int_equal(hole.places[0], 2);
    assert_int_equal(hole.places[1], 4);
}

static void test_the_last_newline_goes(void **)
{
    assert_text(expanded("a\n"), "a");
    assert_text(expanded("a"), "a");
    assert_text(expanded("a\n\n"), "a\n");
    assert_text(expanded(""), "");
}

static void test_errors_name_template_and_line(void **)
{
    assert_text(error_of("fine $known$\n\n  $unknown$\n"), "t.c:3: unknown variable $unknown$");
    assert_text(error_of("a $ stray\n"), "t.c:1: a $ that ends no variable; $$ is a plain one");
    assert_text(error_of("$known$ $open\nnext$\n"),
                "t.c:1: a $ that ends no variable; $$ is a plain one");
    assert_text(error_of("$known$"), "no error");
}

static void test_embedded_fragments(void **)
{
    const Templates templates;
    assert_text(templates.expand("path_constant.h", {{"path_constant", "A"}, {"path", "/b"}}),
                "#define A \"/b\"");
    std::string error;
    try {
        templates.expand("none.h", {});
    } catch (const TemplateError &fault) {
        error = fault.what();
    }
    assert_text(error, "none.h: no such template");
}

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_variables_are_replaced),
        cmocka_unit_test(test_two_dollars_are_one),
        cmocka_unit_test(test_values_are_not_looked_into),
        cmocka_unit_test(test_values_may_have_lines),
        cmocka_unit_test(test_a_line_of_empty_variables_goes),
        cmocka_unit_test(test_a_hole_is_left_out_and_counts_as_text),
        cmocka_unit_test(test_the_last_newline_goes),
        cmocka_unit_test(test_errors_name_template_and_line),
        cmocka_unit_test(test_embedded_fragments),
    };
    return cmocka_run_group_tests_name("template", tests, nullptr, nullptr);
}
