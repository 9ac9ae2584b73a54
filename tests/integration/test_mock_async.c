/* Async calls of mocks, on a queue that the test drives: every test runs with the mock's own stub
 * and with one on a channel. What only one of them has comes after. */
#include <semaphore.h>

#include "mock_rig.h"

/* What callbacks have brought. */
typedef struct heard {
    int replies;
    int64_t number; /* of the last item or sum, -1 for NULL */
    char text[32];  /* of the last reply, "" for NULL */
    int writes;
    bool written;
    int finishes;
    grpc_c_status_code status;
} heard;

typedef struct async_rig {
    rig *rig;
    grpc_c_completion_queue *queue;
    heard heard;
} async_rig;

static int set_up(void **state, int (*set_up_rig)(void **state))
{
    async_rig *async = calloc(1, sizeof *async);
    void *rig_of_calls = NULL;
    set_up_rig(&rig_of_calls);
    async->rig = rig_of_calls;
    async->queue = grpc_c_completion_queue_new();
    grpc_c_client_context_set_completion_queue(async->rig->context, async->queue);
    *state = async;
    return 0;
}

static int set_up_async_local(void **state)
{
    return set_up(state, set_up_local);
}

static int set_up_async_served(void **state)
{
    return set_up(state, set_up_served);
}

static int tear_down_async(void **state)
{
    async_rig *async = *state;
    void *rig_of_calls = async->rig;
    tear_down(&rig_of_calls);
    grpc_c_completion_queue_free(async->queue);
    free(async);
    return 0;
}

static void drive_until(async_rig *async, const int *count, int least)
{
    while (*count < least)
        assert_true(grpc_c_completion_queue_poll(async->queue, -1) >= 0);
}

/* ---- callbacks ---- */

static void on_say(const Echo__Reply *reply, void *user_data)
{
    heard *heard = user_data;
    snprintf(heard->text, sizeof heard->text, "%s", reply != NULL ? reply->text : "");
    heard->replies++;
}

static void on_item(const Streams__Item *item, void *user_data)
{
    heard *heard = user_data;
    heard->number = item != NULL ? item->number : -1;
    heard->replies++;
}

static void on_sum(const Streams__Sum *sum, void *user_data)
{
    heard *heard = user_data;
    heard->number = sum != NULL ? sum->total : -1;
    heard->replies++;
}

static void on_written(bool ok, void *user_data)
{
    heard *heard = user_data;
    heard->written = ok;
    heard->writes++;
}

static void on_status(grpc_c_status_code status, void *user_data)
{
    heard *heard = user_data;
    heard->status = status;
    heard->finishes++;
}

static bool say(async_rig *async, char *text)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = text;
    return echo__echo_stub__say__async(&async->rig->echo_stub, &request, async->rig->context,
                                       on_say, &async->heard);
}

/* ---- one request, one reply ---- */

static void test_a_reply_comes_by_the_queue(void **state)
{
    async_rig *async = *state;
    Echo__Reply answer = ECHO__REPLY__INIT;
    answer.text = "good day";
    async->rig->echo.say.reply = &answer;
    for (int call = 1; call <= 2; call++) {
        assert_true(say(async, "hello"));
        assert_false(say(async, "hello")); /* busy */
        assert_int_equal(async->heard.replies, call - 1);
        drive_until(async, &async->heard.replies, call);
        assert_string_equal(async->heard.text, "good day");
        assert_status(async->rig, GRPC_C_STATUS_OK, "");
        assert_int_equal(async->rig->echo.say.calls, call);
        assert_string_equal(async->rig->echo.say.request->text, "hello");
    }
}

static void answer_by_call(Echo__Echo_Say_Mock *mock, void *user_data)
{
    assert_string_equal(mock->request->text, "hello");
    mock->status = GRPC_C_STATUS_NOT_FOUND;
    mock->message = user_data;
}

static void test_on_call_sets_the_status(void **state)
{
    async_rig *async = *state;
    async->rig->echo.say.on_call = answer_by_call;
    async->rig->echo.say.user_data = "nobody here";
    assert_true(say(async, "hello"));
    drive_until(async, &async->heard.replies, 1);
    assert_string_equal(async->heard.text, "");
    assert_status(async->rig, GRPC_C_STATUS_NOT_FOUND, "nobody here");
}

static void test_what_is_not_started_has_no_callback(void **state)
{
    async_rig *async = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    Echo__Echo_Stub *stub = &async->rig->echo_stub;
    grpc_c_client_context *context = async->rig->context;
    assert_false(echo__echo_stub__say__async(stub, NULL, context, on_say, &async->heard));
    assert_status(async->rig, GRPC_C_STATUS_INTERNAL,
                  "the request is NULL, not initialised, or of another type");
    assert_false(echo__echo_stub__say__async(stub, &request, context, NULL, &async->heard));
    grpc_c_client_context_set_timeout_ms(context, 0);
    assert_false(say(async, "hello"));
    assert_status(async->rig, GRPC_C_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
    assert_int_equal(grpc_c_completion_queue_poll(async->queue, 0), 0);
    assert_int_equal(async->heard.replies, 0);
    assert_int_equal(async->rig->echo.say.calls, 0);
}

static void test_cancelled_before_it_begins(void **state)
{
    async_rig *async = *state;
    grpc_c_client_context_cancel(async->rig->context);
    assert_true(say(async, "hello"));
    drive_until(async, &async->heard.replies, 1);
    assert_int_equal(grpc_c_client_context_status(async->rig->context), GRPC_C_STATUS_CANCELLED);
    assert_int_equal(async->rig->echo.say.calls, 0);
    assert_true(say(async, "hello"));
    drive_until(async, &async->heard.replies, 2);
    assert_status(async->rig, GRPC_C_STATUS_OK, "");
}

/* ---- streams ---- */

static Streams__Streams_Count_ClientReader *count(async_rig *async)
{
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = 7;
    set_items(async->rig);
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count__async(&async->rig->streams_stub, &order, async->rig->context);
    assert_non_null(reader);
    return reader;
}

static void test_replies_of_a_stream_come_one_by_one(void **state)
{
    async_rig *async = *state;
    heard *heard = &async->heard;
    async->rig->streams.count.status = GRPC_C_STATUS_DATA_LOSS;
    async->rig->streams.count.message = "more was lost";
    Streams__Streams_Count_ClientReader *reader = count(async);
    for (int i = 1; i <= item_count + 1; i++) {
        assert_true(streams__streams_stub__count__read__async(reader, on_item, heard));
        assert_false(streams__streams_stub__count__read__async(reader, on_item, heard));
        drive_until(async, &heard->replies, i);
        assert_int_equal(heard->number, i <= item_count ? i : -1);
    }
    assert_true(streams__streams_stub__count__finish__async(reader, on_status, heard));
    drive_until(async, &heard->finishes, 1);
    assert_int_equal(heard->status, GRPC_C_STATUS_DATA_LOSS);
    assert_status(async->rig, GRPC_C_STATUS_DATA_LOSS, "more was lost");
    assert_int_equal(async->rig->streams.count.request->count, 7);
}

static void test_a_stream_that_is_left_unread_is_cancelled(void **state)
{
    async_rig *async = *state;
    Streams__Streams_Count_ClientReader *reader = count(async);
    assert_true(streams__streams_stub__count__read__async(reader, on_item, &async->heard));
    assert_true(streams__streams_stub__count__finish__async(reader, on_status, &async->heard));
    assert_false(streams__streams_stub__count__finish__async(reader, on_status, &async->heard));
    drive_until(async, &async->heard.finishes, 1);
    assert_int_equal(async->heard.replies, 1); /* before */
    assert_int_equal(async->heard.status, GRPC_C_STATUS_CANCELLED);
}

static void test_what_a_client_streams_is_kept(void **state)
{
    async_rig *async = *state;
    heard *heard = &async->heard;
    Streams__Sum sum = STREAMS__SUM__INIT;
    sum.total = 42;
    async->rig->streams.collect.reply = &sum;
    set_items(async->rig);
    Streams__Streams_Collect_ClientWriter *writer =
        streams__streams_stub__collect__async(&async->rig->streams_stub, async->rig->context);
    for (int i = 0; i < item_count; i++) {
        assert_true(
            streams__streams_stub__collect__write__async(writer, &items[i], on_written, heard));
        drive_until(async, &heard->writes, i + 1);
        assert_true(heard->written);
    }
    assert_false(streams__streams_stub__collect__write__async(writer, NULL, on_written, heard));
    assert_true(streams__streams_stub__collect__finish__async(writer, on_sum, heard));
    drive_until(async, &heard->replies, 1);
    assert_int_equal(heard->number, 42);
    assert_status(async->rig, GRPC_C_STATUS_OK, "");
    assert_int_equal(async->rig->streams.collect.request_count, item_count);
    assert_int_equal(async->rig->streams.collect.request->number, item_count);
}

static void test_both_sides_stream_at_once(void **state)
{
    async_rig *async = *state;
    heard *heard = &async->heard;
    set_items(async->rig);
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat__async(&async->rig->streams_stub, async->rig->context);
    assert_true(streams__streams_stub__chat__read__async(stream, on_item, heard));
    assert_true(streams__streams_stub__chat__write__async(stream, &items[2], on_written, heard));
    drive_until(async, &heard->replies, 1);
    drive_until(async, &heard->writes, 1);
    assert_true(streams__streams_stub__chat__writes_done__async(stream, on_written, heard));
    drive_until(async, &heard->writes, 2);
    assert_true(heard->written);
    for (int i = 2; i <= item_count + 1; i++) {
        assert_true(streams__streams_stub__chat__read__async(stream, on_item, heard));
        drive_until(async, &heard->replies, i);
    }
    assert_int_equal(heard->number, -1);
    assert_true(streams__streams_stub__chat__finish__async(stream, on_status, heard));
    drive_until(async, &heard->finishes, 1);
    assert_int_equal(heard->status, GRPC_C_STATUS_OK);
    assert_int_equal(async->rig->streams.chat.request->number, 3);
}

static void test_a_stream_is_cancelled(void **state)
{
    async_rig *async = *state;
    heard *heard = &async->heard;
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat__async(&async->rig->streams_stub, async->rig->context);
    grpc_c_client_context_cancel(async->rig->context);
    assert_true(streams__streams_stub__chat__read__async(stream, on_item, heard));
    drive_until(async, &heard->replies, 1);
    assert_int_equal(heard->number, -1);
    assert_true(streams__streams_stub__chat__finish__async(stream, on_status, heard));
    drive_until(async, &heard->finishes, 1);
    assert_int_equal(heard->status, GRPC_C_STATUS_CANCELLED);
}

static void test_the_context_is_freed_during_a_call(void **state)
{
    async_rig *async = *state;
    Streams__Streams_Count_ClientReader *reader = count(async);
    assert_true(streams__streams_stub__count__read__async(reader, on_item, &async->heard));
    grpc_c_client_context_free(async->rig->context);
    async->rig->context = NULL;
}

/* ---- without a server ---- */

static void test_a_reply_that_was_not_initialised(void **state)
{
    async_rig *async = *state;
    static const Streams__Item blank;
    const Streams__Item *const replies[] = {&blank};
    Streams__Streams_Count_ClientReader *reader = count(async);
    async->rig->streams.count.replies = replies;
    async->rig->streams.count.reply_count = 1;
    assert_true(streams__streams_stub__count__read__async(reader, on_item, &async->heard));
    assert_true(streams__streams_stub__count__finish__async(reader, on_status, &async->heard));
    drive_until(async, &async->heard.finishes, 1);
    assert_int_equal(async->heard.number, -1);
    assert_status(async->rig, GRPC_C_STATUS_INTERNAL,
                  "the mock's reply is not initialised, or lacks what it requires");
}

static void test_the_mock_is_cleared_during_a_call(void **state)
{
    async_rig *async = *state;
    assert_true(say(async, "hello"));
    echo__echo_mock_clear(&async->rig->echo);
    drive_until(async, &async->heard.replies, 1);
    assert_int_not_equal(grpc_c_client_context_status(async->rig->context), GRPC_C_STATUS_OK);
}

static void post(const Echo__Reply *reply, void *user_data)
{
    assert_non_null(reply);
    assert_int_equal(sem_post(user_data), 0);
}

static void test_callbacks_on_the_librarys_thread(void **state)
{
    async_rig *async = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    sem_t called;
    sem_init(&called, 0, 0);
    grpc_c_client_context_set_completion_queue(async->rig->context, NULL);
    for (int call = 0; call < 100; call++) {
        assert_true(echo__echo_stub__say__async(&async->rig->echo_stub, &request,
                                                async->rig->context, post, &called));
        while (sem_wait(&called) != 0)
            continue;
    }
    sem_destroy(&called);
}

#define LOCALLY(test) cmocka_unit_test_setup_teardown(test, set_up_async_local, tear_down_async)

#define SERVED(test) \
    { \
        "served: " #test, test, set_up_async_served, tear_down_async, NULL \
    }
#define BOTH(test) LOCALLY(test), SERVED(test)

/* The test looks at what a handler of the same process wrote down, when its call has ended: one
 * comes after the other by way of a socket, which ThreadSanitizer does not know of. */
static bool without_server(void)
{
#ifdef __SANITIZE_THREAD__
    return true;
#else
    return false;
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_a_reply_comes_by_the_queue),
        BOTH(test_on_call_sets_the_status),
        BOTH(test_what_is_not_started_has_no_callback),
        BOTH(test_cancelled_before_it_begins),
        BOTH(test_replies_of_a_stream_come_one_by_one),
        BOTH(test_a_stream_that_is_left_unread_is_cancelled),
        BOTH(test_what_a_client_streams_is_kept),
        BOTH(test_both_sides_stream_at_once),
        BOTH(test_a_stream_is_cancelled),
        BOTH(test_the_context_is_freed_during_a_call),
        BOTH(test_callbacks_on_the_librarys_thread),
        LOCALLY(test_a_reply_that_was_not_initialised),
        LOCALLY(test_the_mock_is_cleared_during_a_call),
    };
    if (without_server())
        cmocka_set_skip_filter("served: *");
    return cmocka_run_group_tests_name("mock_async", tests, NULL, NULL);
}
