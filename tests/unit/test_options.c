/* Options: defaults, ranges, and callers compiled against other versions of the struct. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <grpc-c/log.h>

#include "options.h"

static char logged[256];

static void remember(grpc_c_log_severity severity, const char *message, void *user_data)
{
    (void)severity;
    (void)user_data;
    strncpy(logged, message, sizeof logged - 1);
}

static void test_null_is_all_defaults(void **state)
{
    (void)state;
    grpc_c_server_options server;
    grpc_c_channel_options channel;
    assert_true(grpc_c_server_options_read(NULL, &server));
    assert_int_equal(server.max_workers, 16);
    assert_true(server.lanes >= 1 && server.lanes <= server.max_workers);
    assert_int_equal(server.max_concurrent_calls, 10000);
    assert_int_equal(server.max_receive_message_bytes, 4 << 20);
    assert_int_equal(server.max_call_memory_bytes, 64 << 20);
    assert_false(server.reuse_port);
    assert_ptr_equal(server.codec, &grpc_c_protobuf_codec);
    assert_true(grpc_c_channel_options_read(NULL, &channel));
    assert_int_equal(channel.max_receive_message_bytes, 4 << 20);
    assert_ptr_equal(channel.codec, &grpc_c_protobuf_codec);
}

static void test_limits_are_on_by_default(void **state)
{
    (void)state;
    grpc_c_server_options server;
    grpc_c_channel_options channel;
    assert_true(grpc_c_server_options_read(NULL, &server));
    assert_int_equal(server.max_concurrent_streams, 1000);
    assert_int_equal(server.max_metadata_bytes, 8 << 10);
    assert_int_equal(server.max_nesting_depth, 100);
    assert_int_equal(server.handshake_timeout_ms, 20 * 1000);
    assert_int_equal(server.max_connection_idle_ms, 60 * 60 * 1000);
    assert_int_equal(server.max_connection_age_ms, 24 * 60 * 60 * 1000);
    assert_int_equal(server.max_connection_age_grace_ms, -1);
    assert_int_equal(server.min_ping_interval_ms, 5 * 60 * 1000);
    assert_int_equal(server.max_ping_strikes, 2);
    assert_false(server.permit_pings_without_calls);
    assert_int_equal(server.max_transport_memory_bytes, 0);
    assert_true(grpc_c_channel_options_read(NULL, &channel));
    assert_int_equal(channel.max_metadata_bytes, 8 << 10);
    assert_int_equal(channel.max_nesting_depth, 100);
}

static void test_negative_is_no_limit(void **state)
{
    (void)state;
    grpc_c_server_options read;
    assert_true(grpc_c_server_options_read(GRPC_C_SERVER_OPTIONS(.max_connection_idle_ms = -1,
                                                                 .max_ping_strikes = -1),
                                           &read));
    assert_int_equal(read.max_connection_idle_ms, -1);
    assert_int_equal(read.max_ping_strikes, -1);
}

static void test_init_macros_and_literals_are_the_same(void **state)
{
    (void)state;
    grpc_c_server_options init = GRPC_C_SERVER_OPTIONS_INIT;
    assert_memory_equal(&init, GRPC_C_SERVER_OPTIONS(), sizeof init);
    grpc_c_channel_options channel_init = GRPC_C_CHANNEL_OPTIONS_INIT;
    assert_memory_equal(&channel_init, GRPC_C_CHANNEL_OPTIONS(), sizeof channel_init);
}

static void test_values_are_taken_over(void **state)
{
    (void)state;
    grpc_c_server_options read;
    assert_true(grpc_c_server_options_read(GRPC_C_SERVER_OPTIONS(.max_workers = 10, .lanes = 3,
                                                                 .max_concurrent_calls = 7,
                                                                 .reuse_port = true,
                                                                 .max_receive_message_bytes = 99),
                                           &read));
    assert_int_equal(read.max_workers, 10);
    assert_int_equal(read.lanes, 3);
    assert_int_equal(read.max_concurrent_calls, 7);
    assert_int_equal(read.max_receive_message_bytes, 99);
    assert_true(read.reuse_port);
}

static void test_lanes_never_exceed_workers(void **state)
{
    (void)state;
    grpc_c_server_options read;
    assert_true(
        grpc_c_server_options_read(GRPC_C_SERVER_OPTIONS(.max_workers = 2, .lanes = 5), &read));
    assert_int_equal(read.lanes, 2);
}

static void test_out_of_range_is_refused_with_a_reason(void **state)
{
    (void)state;
    grpc_c_server_options read;
    assert_false(grpc_c_server_options_read(GRPC_C_SERVER_OPTIONS(.max_workers = 1025), &read));
    assert_string_equal(logged, "max_workers: at most 1024");
    assert_false(grpc_c_server_options_read(GRPC_C_SERVER_OPTIONS(.max_receive_message_bytes =
                                                                      (size_t)1 << 31),
                                            &read));
    assert_string_equal(logged, "max_receive_message_bytes: at most 2147483647");
    assert_false(
        grpc_c_server_options_read(GRPC_C_SERVER_OPTIONS(.max_call_memory_bytes = SIZE_MAX),
                                   &read));
    assert_string_equal(logged, "max_call_memory_bytes: at most 2147483647");
    assert_false(
        grpc_c_server_options_read(GRPC_C_SERVER_OPTIONS(.max_nesting_depth = 1001), &read));
    assert_string_equal(logged, "max_nesting_depth: at most 1000");
    grpc_c_channel_options channel;
    assert_false(
        grpc_c_channel_options_read(GRPC_C_CHANNEL_OPTIONS(.max_nesting_depth = 1001), &channel));
    assert_false(grpc_c_channel_options_read(GRPC_C_CHANNEL_OPTIONS(.max_metadata_bytes = SIZE_MAX),
                                             &channel));
    assert_string_equal(logged, "max_metadata_bytes: at most 2147483647");
}

static void test_user_agent_is_printable(void **state)
{
    (void)state;
    grpc_c_channel_options read;
    assert_true(
        grpc_c_channel_options_read(GRPC_C_CHANNEL_OPTIONS(.user_agent_prefix = "router/2 (x86)"),
                                    &read));
    assert_false(
        grpc_c_channel_options_read(GRPC_C_CHANNEL_OPTIONS(.user_agent_prefix = "two\r\nlines"),
                                    &read));
    assert_string_equal(logged, "user_agent_prefix: printable ASCII only");
}

static void test_unset_struct_size_is_refused(void **state)
{
    (void)state;
    grpc_c_server_options options = {.struct_size = 0, .max_workers = 3};
    grpc_c_server_options read;
    assert_false(grpc_c_server_options_read(&options, &read));
    assert_string_equal(logged, "server options: struct_size is not set; use the _INIT macro");
}

static void test_older_caller_gets_defaults_for_the_rest(void **state)
{
    (void)state;
    grpc_c_server_options options = GRPC_C_SERVER_OPTIONS_INIT;
    options.max_workers = 3;
    options.lanes = 2;
    options.struct_size = offsetof(grpc_c_server_options, lanes);
    grpc_c_server_options read;
    assert_true(grpc_c_server_options_read(&options, &read));
    assert_int_equal(read.max_workers, 3);
    grpc_c_server_options defaults;
    options.lanes = 0;
    assert_true(grpc_c_server_options_read(&options, &defaults));
    assert_int_equal(read.lanes, defaults.lanes);
}

static void test_newer_caller_is_welcome_while_the_news_is_zero(void **state)
{
    (void)state;
    struct {
        grpc_c_server_options known;
        unsigned char news[16];
    } options = {.known = GRPC_C_SERVER_OPTIONS_INIT};
    options.known.struct_size = sizeof options;
    options.known.max_workers = 4;
    grpc_c_server_options read;
    assert_true(grpc_c_server_options_read(&options.known, &read));
    assert_int_equal(read.max_workers, 4);
    options.news[15] = 1;
    assert_false(grpc_c_server_options_read(&options.known, &read));
    assert_string_equal(logged, "server options: an option is set that this version does not know");
}

int main(void)
{
    grpc_c_set_log_callback(remember, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null_is_all_defaults),
        cmocka_unit_test(test_limits_are_on_by_default),
        cmocka_unit_test(test_negative_is_no_limit),
        cmocka_unit_test(test_init_macros_and_literals_are_the_same),
        cmocka_unit_test(test_values_are_taken_over),
        cmocka_unit_test(test_lanes_never_exceed_workers),
        cmocka_unit_test(test_out_of_range_is_refused_with_a_reason),
        cmocka_unit_test(test_user_agent_is_printable),
        cmocka_unit_test(test_unset_struct_size_is_refused),
        cmocka_unit_test(test_older_caller_gets_defaults_for_the_rest),
        cmocka_unit_test(test_newer_caller_is_welcome_while_the_news_is_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
