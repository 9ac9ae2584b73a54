/* Status codes, local errors, and what a context says of a call that was never made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <grpc/status.h>

#include <grpc-c/grpc-c.h>

#include "error.h"

static void test_codes_are_those_of_the_wire(void **state)
{
    (void)state;
#define CHECK(name) \
    assert_int_equal(GRPC_C_STATUS_##name, GRPC_STATUS_##name); \
    assert_string_equal(grpc_c_status_code_name(GRPC_C_STATUS_##name), #name)
    CHECK(OK);
    CHECK(CANCELLED);
    CHECK(UNKNOWN);
    CHECK(INVALID_ARGUMENT);
    CHECK(DEADLINE_EXCEEDED);
    CHECK(NOT_FOUND);
    CHECK(ALREADY_EXISTS);
    CHECK(PERMISSION_DENIED);
    CHECK(RESOURCE_EXHAUSTED);
    CHECK(FAILED_PRECONDITION);
    CHECK(ABORTED);
    CHECK(OUT_OF_RANGE);
    CHECK(UNIMPLEMENTED);
    CHECK(INTERNAL);
    CHECK(UNAVAILABLE);
    CHECK(DATA_LOSS);
    CHECK(UNAUTHENTICATED);
#undef CHECK
}

static void test_other_numbers_are_unknown(void **state)
{
    (void)state;
    assert_string_equal(grpc_c_status_code_name((grpc_c_status_code)17), "UNKNOWN");
    assert_string_equal(grpc_c_status_code_name((grpc_c_status_code)-1), "UNKNOWN");
}

static void test_error_is_cut_and_terminated(void **state)
{
    (void)state;
    grpc_c_error error;
    memset(&error, 0xff, sizeof error);
    grpc_c_error_set(&error, GRPC_C_STATUS_NOT_FOUND, "%1000d", 1);
    assert_int_equal(error.code, GRPC_C_STATUS_NOT_FOUND);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
    grpc_c_error_set(&error, GRPC_C_STATUS_INTERNAL, "%s", "short");
    assert_string_equal(error.message, "short");
    grpc_c_error_set(NULL, GRPC_C_STATUS_INTERNAL, "%s", "nobody asks");
}

static void test_context_before_its_first_call(void **state)
{
    (void)state;
    grpc_c_client_context *context = grpc_c_client_context_new();
    assert_int_equal(grpc_c_client_context_status(context), GRPC_C_STATUS_OK);
    assert_string_equal(grpc_c_client_context_message(context), "");
    assert_string_equal(grpc_c_client_context_error(context), "OK");
    grpc_c_client_context_reset(context);
    assert_string_equal(grpc_c_client_context_error(context), "OK");
    grpc_c_client_context_free(context);
}

static void test_null_context(void **state)
{
    (void)state;
    assert_int_equal(grpc_c_client_context_status(NULL), GRPC_C_STATUS_INTERNAL);
    assert_string_equal(grpc_c_client_context_message(NULL), "no context");
    assert_string_equal(grpc_c_client_context_error(NULL), "INTERNAL: no context");
    grpc_c_client_context_reset(NULL);
    grpc_c_client_context_set_timeout_ms(NULL, 1);
    grpc_c_client_context_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes_are_those_of_the_wire),
        cmocka_unit_test(test_other_numbers_are_unknown),
        cmocka_unit_test(test_error_is_cut_and_terminated),
        cmocka_unit_test(test_context_before_its_first_call),
        cmocka_unit_test(test_null_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
