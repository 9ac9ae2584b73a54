// plugin/layout: each kind of line that it wraps, at the column where it begins to.
#include "cmocka.hh"

#include "layout.h"

using namespace grpc_c;

// `count` times the letter.
static std::string x(size_t count, char letter = 'x')
{
    return std::string(count, letter);
}

static void test_a_line_that_fits_stays(void **)
{
    const std::string line = "void f(" + x(91) + ");";
    assert_int_equal(line.size(), 100);
    assert_text(lay_out(line), line + "\n");
}

static void test_parameters_below_the_first(void **)
{
    assert_text(lay_out("bool " + x(30) + "(const void *first, " + x(20) + " *second, " + x(20) +
                        " *third, int last);"),
                "bool " + x(30) + "(const void *first, " + x(20) + " *second,\n" + x(36, ' ') +
                    x(20) + " *third, int last);\n");
}

static void test_parameters_below_the_line_where_one_does_not_fit(void **)
{
    assert_text(lay_out("    int (*" + x(50) + ")(void *self, " + x(40) + " *request, int last);"),
                "    int (*" + x(50) + ")(\n        void *self, " + x(40) +
                    " *request, int last);\n");
}

static void test_a_parameter_that_no_line_holds(void **)
{
    const auto taking = [](size_t size, const std::string &name) {
        return lay_out("    void (*r0)(void *self, " + x(size) + name + ", int last);");
    };
    const std::string aligned = "\n" + x(15, ' ');
    const std::string below = "\n        ";
    assert_text(taking(76, " *stream"), "    void (*r0)(void *self," + aligned + x(76) +
                                            " *stream," + aligned + "int last);\n");
    assert_text(taking(83, " *stream"), "    void (*r0)(" + below + "void *self," + below + x(83) +
                                            " *stream," + below + "int last);\n");
    assert_text(taking(85, " *stream"), "    void (*r0)(void *self," + aligned + x(85) + aligned +
                                            "    *stream," + aligned + "int last);\n");
    assert_text(taking(86, " *stream"), "    void (*r0)(" + below + "void *self," + below + x(86) +
                                            below + "    *stream," + below + "int last);\n");
    assert_text(taking(86, " callback"), "    void (*r0)(" + below + "void *self," + below + x(86) +
                                             below + "    callback," + below + "int last);\n");
}

static void test_a_name_below_its_type(void **)
{
    assert_text(lay_out("const " + x(40, 't') + " *" + x(60) + "(const void *stub, int last);"),
                "const " + x(40, 't') + " *\n" + x(60) + "(const void *stub, int last);\n");
    // A short type stays.
    assert_text(lay_out("bool " + x(96) + "(void);"), "bool " + x(96) + "(\n    void);\n");
}

static void test_a_define(void **)
{
    assert_text(lay_out("#define " + x(60) + " \"/" + x(30) + "\""),
                "#define " + x(60) + " \\\n    \"/" + x(30) + "\"\n");
    assert_text(lay_out("#define X \"/" + x(60) + "/" + x(50) + "\""),
                "#define X \\\n    \"/" + x(60) + "/" + x(50) + "\"\n");
}

static void test_an_assignment(void **)
{
    assert_text(lay_out("    const " + x(40) + " *typed = (const " + x(40) + " *)servicer;"),
                "    const " + x(40) + " *typed =\n        (const " + x(40) + " *)servicer;\n");
}

static void test_a_cast_whose_type_is_too_long_for_its_name(void **)
{
    const std::string a = x(86);
    const std::string b = x(87);
    assert_text(lay_out("    " + a + " *writer = (" + a + " *)out;"),
                "    " + a + " *writer =\n        (" + a + " *)\n            out;\n");
    assert_text(lay_out("    " + b + " *writer = (" + b + " *)out;"),
                "    " + b + "\n        *writer =\n            (" + b + "\n" + x(17, ' ') +
                    "*)out;\n");
}

static void test_a_cast_to_a_type_of_functions(void **)
{
    const auto assigned = [](size_t size) {
        return lay_out("    " + x(size) + " typed = (" + x(size) + ")callback;");
    };
    const std::string below = "\n        ";
    assert_text(assigned(81), "    " + x(81) + " typed =" + below + "(" + x(81) + ")callback;\n");
    assert_text(assigned(82), "    " + x(82) + " typed =" + below + "(" + x(82) + ")" + below +
                                  "    callback;\n");
    // Too long by a little is better than all of it further in.
    assert_text(assigned(93), "    " + x(93) + " typed =" + below + "(" + x(93) + ")" + below +
                                  "    callback;\n");
    assert_text(assigned(94), "    " + x(94) + below + "typed =" + below + "    (" + x(94) + ")" +
                                  below + "        callback;\n");
}

static void test_a_returned_cast(void **)
{
    const auto returned = [](size_t size) {
        return lay_out("    return (" + x(size) + " *)stream;");
    };
    const std::string below = "\n        ";
    assert_text(returned(78), "    return (" + x(78) + " *)stream;\n");
    assert_text(returned(79), "    return (" + below + x(79) + " *)stream;\n");
    assert_text(returned(82), "    return (" + below + x(82) + " *)stream;\n");
    assert_text(returned(83), "    return (" + x(83) + " *)" + below + "stream;\n");
    assert_text(returned(85), "    return (" + x(85) + " *)" + below + "stream;\n");
    assert_text(returned(86), "    return (" + below + x(86) + " *)" + below + "stream;\n");
    assert_text(returned(89), "    return (" + below + x(89) + " *)" + below + "stream;\n");
    assert_text(returned(90), "    return (" + below + x(90) + below + "    *)stream;\n");
}

static void test_an_assigned_call_breaks_where_that_costs_least(void **)
{
    // Behind the equals sign where that is enough, else below the first argument.
    assert_text(lay_out("    a.b = f(" + x(12) + ", &" + x(73) + ");"),
                "    a.b =\n        f(" + x(12) + ", &" + x(73) + ");\n");
    assert_text(lay_out("    a = f(" + x(60) + ", &" + x(60) + ");"),
                "    a = f(" + x(60) + ",\n          &" + x(60) + ");\n");
}

static void test_a_conditional(void **)
{
    assert_text(lay_out("        a->" + x(40) + " != NULL ? " + x(30) + " : NULL,"),
                "        a->" + x(40) + " != NULL ? " + x(30) + " : NULL,\n");
    assert_text(lay_out("        a->" + x(40) + " != NULL ? " + x(37) + " : NULL,"),
                "        a->" + x(40) + " != NULL ? " + x(37) + "\n" + x(60, ' ') + ": NULL,\n");
    assert_text(lay_out("        a->" + x(40) + " != NULL ? " + x(50) + " : NULL,"),
                "        a->" + x(40) + " != NULL\n            ? " + x(50) +
                    "\n            : NULL,\n");
}

static void test_a_table_whose_head_is_too_long(void **)
{
    assert_text(lay_out("static const grpc_c_service " + x(80) + " = {\n    1,\n};\nint a;"),
                "static const grpc_c_service\n    " + x(80) + " = {\n        1,\n};\nint a;\n");
    assert_text(lay_out("static const grpc_c_service " + x(70) + " = {\n    1,\n};"),
                "static const grpc_c_service " + x(70) + " =\n    {\n        1,\n};\n");
}

static void test_a_typedef(void **)
{
    assert_text(lay_out("typedef struct " + x(60) + " " + x(60) + ";"),
                "typedef struct " + x(60) + "\n    " + x(60) + ";\n");
    assert_text(lay_out("typedef struct " + x(86) + " " + x(86) + ";"),
                "typedef struct\n    " + x(86) + "\n        " + x(86) + ";\n");
}

static void test_a_typedef_of_functions(void **)
{
    const auto callback = [](size_t size) {
        return lay_out("typedef void (*" + x(size) + ")(const " + x(30) + " *reply, void *data);");
    };
    const std::string rest = "\n    const " + x(30) + " *reply, void *data);\n";
    assert_text(callback(39), "typedef void (*" + x(39) + ")(const " + x(30) + " *reply,\n" +
                                  x(56, ' ') + "void *data);\n");
    assert_text(callback(40), "typedef void (*" + x(40) + ")(" + rest);
    assert_text(callback(83), "typedef void (*" + x(83) + ")(" + rest);
    assert_text(callback(84), "typedef void (\n    *" + x(84) + ")(" + rest);
}

static void test_blank_lines(void **)
{
    assert_text(lay_out("\n\nstruct a {\n\n    int b;\n\n\n    int c;\n\n};\n\n\n\nint d;\n\n"),
                "struct a {\n    int b;\n\n    int c;\n};\n\nint d;\n");
}

static void test_a_comment_that_fits_stays(void **)
{
    assert_text(lay_out("    /** " + x(89) + " */"), "    /** " + x(89) + " */\n");
    assert_text(lay_out("/* one\n * two */"), "/* one\n * two */\n");
}

static void test_a_long_doc_comment_becomes_a_block(void **)
{
    assert_text(lay_out("    /** " + x(90) + " */"), "    /**\n     * " + x(90) + "\n     */\n");
    assert_text(lay_out("/** " + x(60) + " " + x(60) + " b */"),
                "/**\n * " + x(60) + "\n * " + x(60) + " b\n */\n");
}

static void test_a_long_plain_comment_is_filled(void **)
{
    assert_text(lay_out("/* " + x(60) + " " + x(60) + " */"),
                "/* " + x(60) + "\n * " + x(60) + " */\n");
}

static void test_what_is_broken_off_joins_the_next_line(void **)
{
    assert_text(lay_out("/** first\n * " + x(90) + " over the edge\n * and on\n * - item */"),
                "/**\n * first\n * " + x(90) + " over\n * the edge and on\n * - item\n */\n");
}

static void test_code_in_comments_is_no_code(void **)
{
    const std::string block = "/**\n * struct a {\n *\n * #define B \\\n * \"c\"\n */\n";
    assert_text(lay_out(block), block);
}

static void test_wide_characters_count_twice(void **)
{
    std::string wide;
    for (int i = 0; i < 50; i++)
        wide += "\xe4\xbd\xa0";
    assert_false(fits(wide + "x"));
    assert_true(fits(wide));
    std::string narrow;
    for (int i = 0; i < 100; i++)
        narrow += "\xc3\xbc";
    assert_true(fits(narrow));
    assert_false(fits(narrow + "x"));
}

static void test_lines_may_come_in_pieces(void **)
{
    const std::string text = "int a;  \n\n\n/* " + x(60) + "\n * " + x(50) + " */\nint (*" + x(50) +
                             ")(void *self, " + x(40) + " *request, int last);";
    for (size_t first = 0; first <= text.size(); first++)
        for (size_t second = first; second <= text.size(); second += 7) {
            const std::string_view view = text;
            assert_text(lay_out({view.substr(0, first), view.substr(first, second - first),
                                 view.substr(second)}),
                        lay_out(text));
        }
}

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_that_fits_stays),
        cmocka_unit_test(test_parameters_below_the_first),
        cmocka_unit_test(test_parameters_below_the_line_where_one_does_not_fit),
        cmocka_unit_test(test_a_parameter_that_no_line_holds),
        cmocka_unit_test(test_a_name_below_its_type),
        cmocka_unit_test(test_a_define),
        cmocka_unit_test(test_an_assignment),
        cmocka_unit_test(test_a_cast_whose_type_is_too_long_for_its_name),
        cmocka_unit_test(test_a_cast_to_a_type_of_functions),
        cmocka_unit_test(test_a_returned_cast),
        cmocka_unit_test(test_an_assigned_call_breaks_where_that_costs_least),
        cmocka_unit_test(test_a_conditional),
        cmocka_unit_test(test_a_table_whose_head_is_too_long),
        cmocka_unit_test(test_a_typedef),
        cmocka_unit_test(test_a_typedef_of_functions),
        cmocka_unit_test(test_blank_lines),
        cmocka_unit_test(test_a_comment_that_fits_stays),
        cmocka_unit_test(test_a_long_doc_comment_becomes_a_block),
        cmocka_unit_test(test_a_long_plain_comment_is_filled),
        cmocka_unit_test(test_what_is_broken_off_joins_the_next_line),
        cmocka_unit_test(test_code_in_comments_is_no_code),
        cmocka_unit_test(test_wide_characters_count_twice),
        cmocka_unit_test(test_lines_may_come_in_pieces),
    };
    return cmocka_run_group_tests_name("layout", tests, nullptr, nullptr);
}
