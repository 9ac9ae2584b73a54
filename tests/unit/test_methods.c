/* The table of methods: found by path, never twice, through growth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "methods.h"

enum { many = 1000 };

static void test_every_path_is_found(void **state)
{
    (void)state;
    static char paths[many][32];
    grpc_c_method_table table = {.slots = NULL};
    for (int i = 0; i < many; i++) {
        snprintf(paths[i], sizeof paths[i], "/p.S%d/M%d", i % 10, i);
        grpc_c_server_method method = {.path = paths[i], .path_size = strlen(paths[i])};
        assert_true(grpc_c_method_table_add(&table, &method));
        assert_false(grpc_c_method_table_add(&table, &method));
    }
    assert_int_equal(table.count, many);
    for (int i = 0; i < many; i++) {
        const grpc_c_server_method *found =
            grpc_c_method_table_find(&table, paths[i], strlen(paths[i]));
        assert_non_null(found);
        assert_ptr_equal(found->path, paths[i]);
    }
    assert_null(grpc_c_method_table_find(&table, "/p.S0/M00", 9));
    assert_null(grpc_c_method_table_find(&table, "", 0));
    /* A path is compared whole, not up to a NUL or the shorter one's end. */
    assert_null(grpc_c_method_table_find(&table, "/p.S0/M0\0x", 10));
    assert_null(grpc_c_method_table_find(&table, "/p.S0/M", 7));
    grpc_c_method_table_free(&table);
}

static void test_empty_table(void **state)
{
    (void)state;
    grpc_c_method_table table = {.slots = NULL};
    assert_null(grpc_c_method_table_find(&table, "/a/b", 4));
    assert_true(grpc_c_method_table_reserve(&table, 0));
    assert_null(grpc_c_method_table_find(&table, "/a/b", 4));
    grpc_c_method_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_path_is_found),
        cmocka_unit_test(test_empty_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
