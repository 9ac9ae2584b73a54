/* Status codes, local errors, and what a context says of a call that was never made. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <grpc/status.h>

#include <grpc-c/generated.h>
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

static int threads(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (const struct dirent *entry; (entry = readdir(tasks)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(tasks);
    return count;
}

/* Not even for a context, or for a call that fails for want of a channel. */
static void test_no_thread_before_the_first_channel(void **state)
{
    (void)state;
    int before = threads();
    grpc_c_client_context *context = grpc_c_client_context_new();
    assert_true(grpc_c_client_context_add_metadata(context, "x-key", "value"));
    assert_null(grpc_c_stub_unary_call(NULL, 0, NULL, context));
    assert_int_equal(grpc_c_client_context_status(context), GRPC_C_STATUS_INTERNAL);
    assert_null(grpc_c_insecure_channel_new(NULL, NULL));
#ifndef __SANITIZE_THREAD__ /* which has a thread of its own that may come late */
    assert_int_equal(threads(), before);
#endif
    grpc_c_client_context_free(context);
    grpc_c_channel *channel = grpc_c_insecure_channel_new("localhost:1", NULL);
    assert_true(threads() > before);
    grpc_c_channel_free(channel);
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
        cmocka_unit_test(test_no_thread_before_the_first_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
