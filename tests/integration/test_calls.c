/* Unary calls between our client and our server: replies, statuses, deadlines, limits, misuse. */
#include "fixture.h"

static int start(void **state)
{
    *state = fixture_new(NULL, NULL);
    return 0;
}

static int stop(void **state)
{
    fixture_free(*state);
    return 0;
}

static const Echo__Reply *say(fixture *fixture, const Echo__Request *request)
{
    return echo__echo_stub__say(&fixture->stub, request, fixture->context);
}

/* After whatever a test did, the server still answers. */
static void check_still_answers(fixture *fixture)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "still there";
    grpc_c_client_context_reset(fixture->context);
    const Echo__Reply *reply = say(fixture, &request);
    assert_string_equal(grpc_c_client_context_error(fixture->context), "OK");
    assert_non_null(reply);
    assert_string_equal(reply->text, "still there");
}

static void check_fails(fixture *fixture, const Echo__Request *request, const char *error)
{
    assert_null(say(fixture, request));
    assert_string_equal(grpc_c_client_context_error(fixture->context), error);
    check_still_answers(fixture);
}

static void test_reply_arrives(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "h\xc3\xa4llo";
    request.reply_bytes = 100000;
    const Echo__Reply *reply = say(fixture, &request);
    assert_non_null(reply);
    assert_string_equal(reply->text, "h\xc3\xa4llo");
    assert_int_equal(reply->filling.len, 100000);
    for (size_t i = 0; i < reply->filling.len; i++)
        assert_int_equal(reply->filling.data[i], 'x');
    assert_int_equal(grpc_c_client_context_status(fixture->context), GRPC_C_STATUS_OK);
    assert_string_equal(grpc_c_client_context_message(fixture->context), "");
}

static void test_default_request_gets_default_reply(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    const Echo__Reply *reply = say(fixture, &request);
    assert_non_null(reply);
    assert_string_equal(reply->text, "");
    assert_int_equal(reply->filling.len, 0);
}

static void test_every_status_arrives_with_its_message(void **state)
{
    fixture *fixture = *state;
    for (int code = 1; code <= 16; code++) {
        Echo__Request request = ECHO__REQUEST__INIT;
        request.code = code;
        request.message = "why it failed";
        assert_null(say(fixture, &request));
        assert_int_equal(grpc_c_client_context_status(fixture->context), code);
        assert_string_equal(grpc_c_client_context_message(fixture->context), "why it failed");
    }
    check_still_answers(fixture);
}

static void test_status_without_message(void **state)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.code = GRPC_C_STATUS_ABORTED;
    check_fails(*state, &request, "ABORTED");
}

static void test_status_message_survives_the_wire(void **state)
{
    fixture *fixture = *state;
    char long_message[2001];
    memset(long_message, 'm', sizeof long_message - 1);
    long_message[sizeof long_message - 1] = '\0';
    char *const messages[] = {"100% sure: %41 %", "two\nlines\r\n\ttab",
                              "h\xc3\xa4llo \xe2\x82\xac", long_message};
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        Echo__Request request = ECHO__REQUEST__INIT;
        request.code = GRPC_C_STATUS_DATA_LOSS;
        request.message = messages[i];
        assert_null(say(fixture, &request));
        assert_string_equal(grpc_c_client_context_message(fixture->context), messages[i]);
    }
}

static void test_status_out_of_range_is_unknown(void **state)
{
    static const int codes[] = {17, -1, 1000000};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        Echo__Request request = ECHO__REQUEST__INIT;
        request.code = codes[i];
        check_fails(*state, &request, "UNKNOWN");
    }
}

static void test_message_of_a_success_is_dropped(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    request.message = "not a failure";
    assert_non_null(say(fixture, &request));
    assert_string_equal(grpc_c_client_context_message(fixture->context), "");
}

static void test_null_slot_is_unimplemented(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_null(echo__echo_stub__unwritten(&fixture->stub, &request, fixture->context));
    assert_int_equal(grpc_c_client_context_status(fixture->context), GRPC_C_STATUS_UNIMPLEMENTED);
    check_still_answers(fixture);
}

static void test_unknown_service_is_unimplemented(void **state)
{
    fixture *fixture = *state;
    Echo__Absent_Stub absent = echo__absent_stub(fixture->channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_null(echo__absent_stub__say(&absent, &request, fixture->context));
    assert_int_equal(grpc_c_client_context_status(fixture->context), GRPC_C_STATUS_UNIMPLEMENTED);
    check_still_answers(fixture);
}

static void test_deadline_expires_in_handler(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    grpc_c_client_context_set_timeout_ms(fixture->context, 50);
    assert_null(echo__echo_stub__hold(&fixture->stub, &request, fixture->context));
    assert_int_equal(grpc_c_client_context_status(fixture->context),
                     GRPC_C_STATUS_DEADLINE_EXCEEDED);
    check_still_answers(fixture);
}

static void test_deadline_in_the_past_runs_no_handler(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    check_still_answers(fixture);
    int said = fixture->said;
    grpc_c_client_context_set_timeout_ms(fixture->context, 0);
    assert_null(say(fixture, &request));
    assert_int_equal(grpc_c_client_context_status(fixture->context),
                     GRPC_C_STATUS_DEADLINE_EXCEEDED);
    assert_int_equal(fixture->said, said);
    check_still_answers(fixture);
}

static void test_handler_sees_the_time_left(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    const Echo__Reply *reply = say(fixture, &request);
    assert_int_equal(reply->time_left_ms, -1);
    grpc_c_client_context_set_timeout_ms(fixture->context, 60000);
    reply = say(fixture, &request);
    /* Core rounds up what it sends. */
    assert_in_range(reply->time_left_ms, 1, 61000);
}

static void test_settings_stay_until_reset(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    grpc_c_client_context_set_timeout_ms(fixture->context, 60000);
    for (int i = 0; i < 3; i++)
        assert_true(say(fixture, &request)->time_left_ms > 0);
    grpc_c_client_context_reset(fixture->context);
    assert_int_equal(say(fixture, &request)->time_left_ms, -1);
}

static void test_request_may_be_made_of_the_last_reply(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "token";
    for (int page = 0; page < 3; page++) {
        const Echo__Reply *reply = say(fixture, &request);
        assert_non_null(reply);
        assert_string_equal(reply->text, "token");
        request.text = reply->text;
    }
}

static void test_misuse_is_an_error(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    Echo__Reply reply = ECHO__REPLY__INIT;
    Echo__Echo_Stub no_channel = echo__echo_stub(NULL);
    assert_null(echo__echo_stub__say(&fixture->stub, &request, NULL));
    assert_null(echo__echo_stub__say(NULL, &request, fixture->context));
    assert_string_equal(grpc_c_client_context_error(fixture->context),
                        "INTERNAL: the stub has no channel");
    assert_null(echo__echo_stub__say(&no_channel, &request, fixture->context));
    assert_string_equal(grpc_c_client_context_error(fixture->context),
                        "INTERNAL: the stub has no channel");
    assert_null(say(fixture, NULL));
    assert_string_equal(grpc_c_client_context_error(fixture->context),
                        "INTERNAL: the request is NULL, not initialised, or of another type");
    assert_null(say(fixture, (const Echo__Request *)(const void *)&reply));
    memset(&request, 0, sizeof request);
    check_fails(fixture, &request,
                "INTERNAL: the request is NULL, not initialised, or of another type");
    assert_null(grpc_c_insecure_channel_new(NULL, NULL));
    grpc_c_channel_free(NULL);
    assert_null(grpc_c_server_context_alloc(NULL, 1));
    assert_null(grpc_c_server_context_strdup(NULL, "x"));
    assert_null(grpc_c_server_context_printf(NULL, "x"));
    assert_int_equal(grpc_c_server_context_time_left_ms(NULL), 0);
    assert_int_equal(grpc_c_server_context_fail(NULL, GRPC_C_STATUS_ABORTED, "x"),
                     GRPC_C_STATUS_ABORTED);
}

static void test_handler_memory_is_limited(void **state)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.allocate = (uint64_t)65 << 20;
    check_fails(*state, &request, "RESOURCE_EXHAUSTED: the call takes more memory than it may");
}

static void test_request_of_the_limit_and_one_byte_more(void **state)
{
    fixture *fixture = *state;
    enum { limit = 4 << 20 };
    char *text = malloc(limit + 1);
    memset(text, 't', limit);
    text[limit] = '\0';
    Echo__Request request = ECHO__REQUEST__INIT;
    /* A tag, a length of four bytes, and the text; the reply, with its own field, is one longer. */
    text[limit - 5] = '\0';
    request.text = text;
    assert_int_equal(echo__request__get_packed_size(&request), limit);
    request.code = 0;
    assert_null(say(fixture, &request)); /* the reply is over the client's limit */
    assert_int_equal(grpc_c_client_context_status(fixture->context),
                     GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    int said = fixture->said;
    text[limit - 5] = 't';
    text[limit - 4] = '\0';
    assert_null(say(fixture, &request));
    assert_int_equal(grpc_c_client_context_status(fixture->context),
                     GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    assert_int_equal(fixture->said, said);
    free(text);
    check_still_answers(fixture);
}

static void check_nesting(fixture *fixture, int levels, grpc_c_status_code expected)
{
    Echo__Node *nodes = calloc((size_t)levels, sizeof *nodes);
    for (int i = 0; i < levels; i++) {
        echo__node__init(&nodes[i]);
        nodes[i].child = i > 0 ? &nodes[i - 1] : NULL;
    }
    Echo__Request request = ECHO__REQUEST__INIT;
    request.nested = &nodes[levels - 1];
    int said = fixture->said;
    say(fixture, &request);
    assert_int_equal(grpc_c_client_context_status(fixture->context), expected);
    assert_int_equal(fixture->said - said, expected == GRPC_C_STATUS_OK);
    free(nodes);
    check_still_answers(fixture);
}

static void test_nesting_of_a_hundred_levels_and_one_more(void **state)
{
    check_nesting(*state, 100, GRPC_C_STATUS_OK);
    check_nesting(*state, 101, GRPC_C_STATUS_INTERNAL);
    check_nesting(*state, 5000, GRPC_C_STATUS_INTERNAL);
}

/* Two bytes on the wire each, but a structure and a pointer in memory. */
static void test_message_that_grows_in_memory_meets_the_limit(void **state)
{
    fixture *fixture = *state;
    enum { count = 2000 * 1000 };
    static Echo__Empty empty = ECHO__EMPTY__INIT;
    Echo__Request request = ECHO__REQUEST__INIT;
    request.empties = malloc(count * sizeof *request.empties);
    for (int i = 0; i < count; i++)
        request.empties[i] = &empty;
    request.n_empties = count;
    int said = fixture->said;
    assert_null(say(fixture, &request));
    assert_string_equal(grpc_c_client_context_error(fixture->context),
                        "RESOURCE_EXHAUSTED: the message takes more memory than a call may");
    assert_int_equal(fixture->said, said);
    free(request.empties);
    check_still_answers(fixture);
}

static void test_nothing_listens(void **state)
{
    (void)state;
    fixture *gone = fixture_new(NULL, NULL);
    grpc_c_server_free(gone->server);
    gone->server = NULL;
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_null(say(gone, &request));
    assert_int_equal(grpc_c_client_context_status(gone->context), GRPC_C_STATUS_UNAVAILABLE);
    assert_non_null(strstr(grpc_c_client_context_message(gone->context), "Connection refused"));
    fixture_free(gone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reply_arrives),
        cmocka_unit_test(test_default_request_gets_default_reply),
        cmocka_unit_test(test_every_status_arrives_with_its_message),
        cmocka_unit_test(test_status_without_message),
        cmocka_unit_test(test_status_message_survives_the_wire),
        cmocka_unit_test(test_status_out_of_range_is_unknown),
        cmocka_unit_test(test_message_of_a_success_is_dropped),
        cmocka_unit_test(test_null_slot_is_unimplemented),
        cmocka_unit_test(test_unknown_service_is_unimplemented),
        cmocka_unit_test(test_deadline_expires_in_handler),
        cmocka_unit_test(test_deadline_in_the_past_runs_no_handler),
        cmocka_unit_test(test_handler_sees_the_time_left),
        cmocka_unit_test(test_settings_stay_until_reset),
        cmocka_unit_test(test_request_may_be_made_of_the_last_reply),
        cmocka_unit_test(test_misuse_is_an_error),
        cmocka_unit_test(test_handler_memory_is_limited),
        cmocka_unit_test(test_request_of_the_limit_and_one_byte_more),
        cmocka_unit_test(test_nesting_of_a_hundred_levels_and_one_more),
        cmocka_unit_test(test_message_that_grows_in_memory_meets_the_limit),
        cmocka_unit_test(test_nothing_listens),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
