/* Generated mocks: every test runs twice, with the mock's own stub and with one on a channel to a
 * server that serves the mock, and finds the same. What only one of them has comes after. */
#include "mock_rig.h"

static const Echo__Reply *say(rig *rig, char *text)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = text;
    return echo__echo_stub__say(&rig->echo_stub, &request, rig->context);
}

/* ---- one request, one reply ---- */

static void test_a_new_mock_answers_with_an_empty_reply(void **state)
{
    rig *rig = *state;
    const Echo__Reply *reply = say(rig, "hello");
    assert_non_null(reply);
    assert_string_equal(reply->text, "");
    assert_status(rig, GRPC_C_STATUS_OK, "");
}

static void test_the_reply_is_a_copy_of_what_was_set(void **state)
{
    rig *rig = *state;
    char text[] = "first";
    Echo__Reply answer = ECHO__REPLY__INIT;
    answer.text = text;
    rig->echo.say.reply = &answer;
    const Echo__Reply *reply = say(rig, "hello");
    text[0] = 'F';
    assert_string_equal(reply->text, "first");
    assert_string_equal(say(rig, "hello")->text, "First");
}

static void test_a_status_comes_with_its_message_and_no_reply(void **state)
{
    rig *rig = *state;
    Echo__Reply answer = ECHO__REPLY__INIT;
    rig->echo.say.reply = &answer;
    rig->echo.say.status = GRPC_C_STATUS_NOT_FOUND;
    rig->echo.say.message = "nobody here";
    assert_null(say(rig, "hello"));
    assert_status(rig, GRPC_C_STATUS_NOT_FOUND, "nobody here");
    rig->echo.say.message = NULL;
    assert_null(say(rig, "hello"));
    assert_status(rig, GRPC_C_STATUS_NOT_FOUND, "");
}

static void test_calls_and_requests_are_kept(void **state)
{
    rig *rig = *state;
    char text[] = "one";
    assert_null(rig->echo.say.request);
    say(rig, text);
    text[0] = 'O';
    say(rig, "two");
    assert_int_equal(rig->echo.say.calls, 2);
    assert_int_equal(rig->echo.say.request_count, 2);
    assert_string_equal(rig->echo.say.requests[0]->text, "one");
    assert_string_equal(rig->echo.say.requests[1]->text, "two");
    assert_ptr_equal(rig->echo.say.request, rig->echo.say.requests[1]);
    assert_int_equal(rig->echo.hold.calls, 0);
}

static void answer_by_call(Echo__Echo_Say_Mock *mock, void *user_data)
{
    assert_string_equal(mock->request->text, "hello");
    mock->status = mock->calls < 3 ? GRPC_C_STATUS_UNAVAILABLE : GRPC_C_STATUS_OK;
    ++*(int *)user_data;
}

static void test_on_call_sets_the_answer_to_this_call(void **state)
{
    rig *rig = *state;
    int called = 0;
    rig->echo.say.on_call = answer_by_call;
    rig->echo.say.user_data = &called;
    assert_null(say(rig, "hello"));
    assert_null(say(rig, "hello"));
    assert_non_null(say(rig, "hello"));
    assert_int_equal(called, 3);
}

static void test_a_request_may_be_made_of_the_last_reply(void **state)
{
    rig *rig = *state;
    Echo__Reply answer = ECHO__REPLY__INIT;
    answer.text = "page 2";
    rig->echo.say.reply = &answer;
    const Echo__Reply *reply = say(rig, "page 1");
    assert_non_null(say(rig, reply->text));
    assert_string_equal(rig->echo.say.request->text, "page 2");
}

static void test_wrong_requests_are_not_heard(void **state)
{
    rig *rig = *state;
    Echo__Request blank;
    memset(&blank, 0, sizeof blank);
    assert_null(echo__echo_stub__say(&rig->echo_stub, NULL, rig->context));
    assert_status(rig, GRPC_C_STATUS_INTERNAL,
                  "the request is NULL, not initialised, or of another type");
    assert_null(echo__echo_stub__say(&rig->echo_stub, &blank, rig->context));
    assert_int_equal(grpc_c_client_context_status(rig->context), GRPC_C_STATUS_INTERNAL);
    assert_int_equal(rig->echo.say.calls, 0);
}

static void test_no_time_no_call(void **state)
{
    rig *rig = *state;
    grpc_c_client_context_set_timeout_ms(rig->context, 0);
    assert_null(say(rig, "hello"));
    assert_status(rig, GRPC_C_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
    assert_int_equal(rig->echo.say.calls, 0);
}

static void test_cancelled_before_it_begins(void **state)
{
    rig *rig = *state;
    grpc_c_client_context_cancel(rig->context);
    assert_null(say(rig, "hello"));
    assert_int_equal(grpc_c_client_context_status(rig->context), GRPC_C_STATUS_CANCELLED);
    assert_int_equal(rig->echo.say.calls, 0);
    assert_non_null(say(rig, "hello"));
}

/* ---- streams ---- */

static void test_replies_of_a_stream_come_from_an_array(void **state)
{
    rig *rig = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = 7;
    set_items(rig);
    rig->streams.count.status = GRPC_C_STATUS_DATA_LOSS;
    rig->streams.count.message = "more was lost";
    for (int call = 1; call <= 2; call++) {
        Streams__Streams_Count_ClientReader *reader =
            streams__streams_stub__count(&rig->streams_stub, &order, rig->context);
        for (int i = 0; i < item_count; i++)
            assert_int_equal(streams__streams_stub__count__read(reader)->number, i + 1);
        assert_null(streams__streams_stub__count__read(reader));
        assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_DATA_LOSS);
        assert_status(rig, GRPC_C_STATUS_DATA_LOSS, "more was lost");
        assert_int_equal(rig->streams.count.calls, call);
        assert_int_equal(rig->streams.count.request->count, 7);
    }
}

static void test_a_stream_that_is_left_unread_is_cancelled(void **state)
{
    rig *rig = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    set_items(rig);
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&rig->streams_stub, &order, rig->context);
    assert_non_null(streams__streams_stub__count__read(reader));
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_CANCELLED);
    assert_status(rig, GRPC_C_STATUS_CANCELLED, "finished before the server's last message");
}

static void test_what_a_client_streams_is_kept(void **state)
{
    rig *rig = *state;
    Streams__Sum sum = STREAMS__SUM__INIT;
    sum.total = 42;
    rig->streams.collect.reply = &sum;
    set_items(rig);
    Streams__Streams_Collect_ClientWriter *writer =
        streams__streams_stub__collect(&rig->streams_stub, rig->context);
    for (int i = 0; i < item_count; i++)
        assert_true(streams__streams_stub__collect__write(writer, &items[i]));
    assert_false(streams__streams_stub__collect__write(writer, NULL));
    const Streams__Sum *reply = streams__streams_stub__collect__finish(writer);
    assert_non_null(reply);
    assert_int_equal(reply->total, 42);
    assert_int_equal(rig->streams.collect.calls, 1);
    assert_int_equal(rig->streams.collect.request_count, item_count);
    for (int i = 0; i < item_count; i++)
        assert_int_equal(rig->streams.collect.requests[i]->number, i + 1);
}

static void test_a_client_stream_that_fails(void **state)
{
    rig *rig = *state;
    rig->streams.collect.status = GRPC_C_STATUS_ABORTED;
    rig->streams.collect.message = "enough";
    Streams__Streams_Collect_ClientWriter *writer =
        streams__streams_stub__collect(&rig->streams_stub, rig->context);
    assert_null(streams__streams_stub__collect__finish(writer));
    assert_status(rig, GRPC_C_STATUS_ABORTED, "enough");
}

static void test_both_sides_stream(void **state)
{
    rig *rig = *state;
    set_items(rig);
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&rig->streams_stub, rig->context);
    assert_int_equal(streams__streams_stub__chat__read(stream)->number, 1);
    assert_true(streams__streams_stub__chat__write(stream, &items[2]));
    assert_int_equal(streams__streams_stub__chat__read(stream)->number, 2);
    assert_int_equal(streams__streams_stub__chat__read(stream)->number, 3);
    assert_true(streams__streams_stub__chat__writes_done(stream));
    assert_false(streams__streams_stub__chat__writes_done(stream));
    assert_false(streams__streams_stub__chat__write(stream, &items[2]));
    assert_null(streams__streams_stub__chat__read(stream));
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
    assert_int_equal(rig->streams.chat.request_count, 1);
    assert_int_equal(rig->streams.chat.request->number, 3);
}

static void test_a_stream_is_cancelled(void **state)
{
    rig *rig = *state;
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&rig->streams_stub, rig->context);
    grpc_c_client_context_cancel(rig->context);
    assert_null(streams__streams_stub__chat__read(stream));
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_CANCELLED);
    /* The next is not. */
    assert_non_null(say(rig, "hello"));
}

static void test_a_stream_that_is_left_open(void **state)
{
    rig *rig = *state;
    streams__streams_stub__chat(&rig->streams_stub, rig->context);
    assert_non_null(say(rig, "hello"));
    streams__streams_stub__chat(&rig->streams_stub, rig->context);
    grpc_c_client_context_reset(rig->context);
    assert_non_null(say(rig, "hello"));
    streams__streams_stub__chat(&rig->streams_stub, rig->context);
}

/* ---- without a server ---- */

static void test_a_reply_that_was_not_initialised(void **state)
{
    rig *rig = *state;
    Echo__Reply blank;
    memset(&blank, 0, sizeof blank);
    rig->echo.say.reply = &blank;
    assert_null(say(rig, "hello"));
    assert_status(rig, GRPC_C_STATUS_INTERNAL,
                  "the mock's reply is not initialised, or lacks what it requires");
}

static void call_again(Echo__Echo_Say_Mock *mock, void *user_data)
{
    rig *rig = user_data;
    if (mock->calls == 1) {
        grpc_c_client_context *context = grpc_c_client_context_new();
        Echo__Request request = ECHO__REQUEST__INIT;
        assert_non_null(echo__echo_stub__say(&rig->echo_stub, &request, context));
        grpc_c_client_context_free(context);
    }
}

static void test_on_call_may_call(void **state)
{
    rig *rig = *state;
    rig->echo.say.on_call = call_again;
    rig->echo.say.user_data = rig;
    assert_non_null(say(rig, "hello"));
    assert_int_equal(rig->echo.say.calls, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TWICE(test_a_new_mock_answers_with_an_empty_reply),
        TWICE(test_the_reply_is_a_copy_of_what_was_set),
        TWICE(test_a_status_comes_with_its_message_and_no_reply),
        TWICE(test_calls_and_requests_are_kept),
        TWICE(test_on_call_sets_the_answer_to_this_call),
        TWICE(test_a_request_may_be_made_of_the_last_reply),
        TWICE(test_wrong_requests_are_not_heard),
        TWICE(test_no_time_no_call),
        TWICE(test_cancelled_before_it_begins),
        TWICE(test_replies_of_a_stream_come_from_an_array),
        TWICE(test_a_stream_that_is_left_unread_is_cancelled),
        TWICE(test_what_a_client_streams_is_kept),
        TWICE(test_a_client_stream_that_fails),
        TWICE(test_both_sides_stream),
        TWICE(test_a_stream_is_cancelled),
        TWICE(test_a_stream_that_is_left_open),
        cmocka_unit_test_setup_teardown(test_a_reply_that_was_not_initialised, set_up_local,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_on_call_may_call, set_up_local, tear_down),
    };
    return cmocka_run_group_tests_name("mock", tests, NULL, NULL);
}
