/*
 * Async streams of a client against blocking handlers: all three kinds, what may be under way at
 * once, every way to end, and free, cancel and reuse in the middle.
 */
#include <sched.h>
#include <semaphore.h>

#include <grpc-c/generated.h>

#include "fixture.h"
#include "streams.grpc-c.h"

enum { collect_method = 0, count_method = 1, chat_method = 2 };

/* ---- the service ---- */

/* Numbers below 0 are orders to the handlers. */
enum { stop_reading = -1, fail_call = -2 };

static grpc_c_status_code collect(void *self, Streams__Streams_Collect_ServerReader *reader,
                                  Streams__Sum *reply, grpc_c_server_context *context)
{
    (void)self;
    const Streams__Item *item;
    while ((item = streams__streams_servicer__collect__read(reader)) != NULL) {
        if (item->number == stop_reading)
            break;
        if (item->number == fail_call)
            return grpc_c_server_context_fail(context, GRPC_C_STATUS_OUT_OF_RANGE, "no more");
        reply->count++;
        reply->total += item->number;
    }
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code count(void *self, const Streams__Order *request,
                                Streams__Streams_Count_ServerWriter *writer,
                                grpc_c_server_context *context)
{
    (void)self;
    grpc_c_server_context_add_initial_metadata(context, "kind", "count", 5);
    Streams__Item item = STREAMS__ITEM__INIT;
    for (item.number = 0; item.number < request->count || request->stay; item.number++)
        if (!streams__streams_servicer__count__write(writer, &item))
            break;
    return (grpc_c_status_code)request->code;
}

static grpc_c_status_code chat(void *self, Streams__Streams_Chat_ServerReaderWriter *stream,
                               grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    const Streams__Item *item;
    while ((item = streams__streams_servicer__chat__read(stream)) != NULL) {
        if (item->number == stop_reading)
            break;
        if (!streams__streams_servicer__chat__write(stream, item))
            break;
    }
    return GRPC_C_STATUS_OK;
}

static const Streams__Streams_Servicer servicer = {.collect = collect,
                                                   .count = count,
                                                   .chat = chat};

/* ---- the ground: a server, and one stream whose callbacks leave traces ---- */

typedef struct ground ground;

struct ground {
    grpc_c_server *server;
    grpc_c_channel *channel;
    Streams__Streams_Stub stub;
    /* NULL: the library's own thread. */
    grpc_c_completion_queue *queue;
    grpc_c_client_context *context;
    grpc_c_client_stream *stream;
    sem_t called;
    /* Of each kind: how often it was called, and with what last. */
    _Atomic int reads, writes, ends;
    int64_t number; /* -1 for NULL */
    bool written;
    grpc_c_status_code code;
    int64_t total;
    /* One letter a callback, in their order. */
    char trace[16];
    void (*then)(ground *ground);
};

static void leave_trace(ground *ground, char kind)
{
    size_t length = strlen(ground->trace);
    if (length + 1 < sizeof ground->trace) {
        ground->trace[length] = kind;
        ground->trace[length + 1] = '\0';
    }
    void (*then)(struct ground *) = ground->then;
    ground->then = NULL;
    if (then != NULL)
        then(ground);
    sem_post(&ground->called);
}

typedef void (*item_callback)(const Streams__Item *item, void *user_data);
typedef void (*sum_callback)(const Streams__Sum *sum, void *user_data);

static void deliver_item(grpc_c_function callback, const ProtobufCMessage *message, void *user_data)
{
    ((item_callback)callback)((const Streams__Item *)message, user_data);
}

static void deliver_sum(grpc_c_function callback, const ProtobufCMessage *message, void *user_data)
{
    ((sum_callback)callback)((const Streams__Sum *)message, user_data);
}

static void on_item(const Streams__Item *item, void *user_data)
{
    ground *ground = user_data;
    ground->number = item != NULL ? item->number : -1;
    ground->reads++;
    leave_trace(ground, 'r');
}

static void on_written(bool ok, void *user_data)
{
    ground *ground = user_data;
    ground->written = ok;
    ground->writes++;
    leave_trace(ground, 'w');
}

static void on_status(grpc_c_status_code code, void *user_data)
{
    ground *ground = user_data;
    ground->code = code;
    ground->ends++;
    leave_trace(ground, 'f');
}

static void on_sum(const Streams__Sum *sum, void *user_data)
{
    ground *ground = user_data;
    ground->total = sum != NULL ? sum->total : -1;
    on_status(grpc_c_client_context_status(ground->context), ground);
}

static bool start_read(ground *ground)
{
    return grpc_c_client_stream_read__async(ground->stream, deliver_item, (grpc_c_function)on_item,
                                            ground);
}

static bool start_write(ground *ground, int64_t number)
{
    Streams__Item item = STREAMS__ITEM__INIT;
    item.number = number;
    return grpc_c_client_stream_write__async(ground->stream, &item.base, on_written, ground);
}

static bool start_writes_done(ground *ground)
{
    return grpc_c_client_stream_writes_done__async(ground->stream, on_written, ground);
}

static bool start_finish(ground *ground)
{
    return grpc_c_client_stream_finish__async(ground->stream, on_status, ground);
}

static bool start_finish_with_reply(ground *ground)
{
    return grpc_c_client_stream_finish_with_reply__async(ground->stream, deliver_sum,
                                                         (grpc_c_function)on_sum, ground);
}

static bool open_stream(ground *ground, size_t method, const Streams__Order *order)
{
    ground->stream =
        grpc_c_stub_stream_call__async(&ground->stub.base, method,
                                       order != NULL ? &order->base : NULL, ground->context);
    return ground->stream != NULL;
}

/* Waits for one callback. */
static void await_callback(ground *ground)
{
    if (ground->queue == NULL) {
        while (sem_wait(&ground->called) != 0)
            continue;
        return;
    }
    while (sem_trywait(&ground->called) != 0)
        assert_true(grpc_c_completion_queue_poll(ground->queue, -1) >= 0);
}

static ground *ground_new(bool own_thread)
{
    char target[64];
    ground *ground = calloc(1, sizeof *ground);
    sem_init(&ground->called, 0, 0);
    ground->server = grpc_c_server_new(NULL);
    assert_true(streams__streams_add_servicer_to_server(&servicer, NULL, ground->server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->queue = own_thread ? NULL : grpc_c_completion_queue_new();
    ground->channel =
        grpc_c_insecure_channel_new(target,
                                    GRPC_C_CHANNEL_OPTIONS(.completion_queue = ground->queue));
    ground->stub = streams__streams_stub(ground->channel);
    ground->context = grpc_c_client_context_new();
    return ground;
}

static int start_driven(void **state)
{
    *state = ground_new(false);
    return 0;
}

static int start_own(void **state)
{
    *state = ground_new(true);
    return 0;
}

static int stop(void **state)
{
    ground *ground = *state;
    grpc_c_client_context_free(ground->context);
    grpc_c_completion_queue_free(ground->queue);
    grpc_c_channel_free(ground->channel);
    grpc_c_server_free(ground->server);
    sem_destroy(&ground->called);
    free(ground);
    return 0;
}

/* ---- the three kinds ---- */

static void test_client_streaming(void **state)
{
    ground *ground = *state;
    int64_t total = 0;
    assert_true(open_stream(ground, collect_method, NULL));
    for (int64_t i = 1; i <= 500; i++) {
        assert_true(start_write(ground, i));
        await_callback(ground);
        assert_true(ground->written);
        total += i;
    }
    assert_true(start_finish_with_reply(ground));
    await_callback(ground);
    assert_int_equal(ground->code, GRPC_C_STATUS_OK);
    assert_int_equal(ground->total, total);
    assert_int_equal(ground->writes, 500);
    assert_int_equal(ground->ends, 1);
}

static void test_server_streaming(void **state)
{
    ground *ground = *state;
    static const int64_t counts[] = {0, 1, 500};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        Streams__Order order = STREAMS__ORDER__INIT;
        order.count = counts[i];
        order.code = GRPC_C_STATUS_DATA_LOSS;
        assert_true(open_stream(ground, count_method, &order));
        for (int64_t k = 0; k <= counts[i]; k++) {
            assert_true(start_read(ground));
            await_callback(ground);
            assert_int_equal(ground->number, k < counts[i] ? k : -1);
            assert_int_equal(grpc_c_client_context_initial_metadata(ground->context)->count > 0,
                             true);
        }
        assert_true(start_finish(ground));
        await_callback(ground);
        assert_int_equal(ground->code, GRPC_C_STATUS_DATA_LOSS);
    }
}

static void test_both_ways(void **state)
{
    ground *ground = *state;
    assert_true(open_stream(ground, chat_method, NULL));
    for (int64_t i = 0; i < 500; i++) {
        assert_true(start_read(ground));
        assert_true(start_write(ground, i));
        await_callback(ground);
        await_callback(ground);
        assert_int_equal(ground->number, i);
        assert_true(ground->written);
    }
    assert_true(start_read(ground));
    assert_true(start_writes_done(ground));
    await_callback(ground);
    await_callback(ground);
    assert_int_equal(ground->number, -1);
    assert_true(start_finish(ground));
    await_callback(ground);
    assert_int_equal(ground->code, GRPC_C_STATUS_OK);
    assert_int_equal(ground->ends, 1);
}

static void *write_many(void *argument)
{
    ground *ground = argument;
    for (int64_t i = 0; i < 2000; i++)
        while (!start_write(ground, i)) /* the one before is under way */
            sched_yield();
    while (!start_writes_done(ground))
        sched_yield();
    return NULL;
}

static void test_one_thread_writes_while_another_reads(void **state)
{
    ground *ground = *state;
    pthread_t writer;
    assert_true(open_stream(ground, chat_method, NULL));
    pthread_create(&writer, NULL, write_many, ground);
    for (int64_t i = 0; i <= 2000; i++) {
        int before = ground->reads;
        assert_true(start_read(ground));
        while (ground->reads == before)
            await_callback(ground);
        assert_int_equal(ground->number, i < 2000 ? i : -1);
    }
    pthread_join(writer, NULL);
    assert_true(start_finish(ground));
    while (ground->ends == 0)
        await_callback(ground);
    assert_int_equal(ground->code, GRPC_C_STATUS_OK);
}

/* ---- what is refused ---- */

static void test_one_of_a_kind_at_a_time(void **state)
{
    ground *ground = *state;
    Streams__Sum other = STREAMS__SUM__INIT;
    assert_true(open_stream(ground, chat_method, NULL));
    assert_true(start_read(ground));
    assert_false(start_read(ground));
    assert_false(start_finish_with_reply(ground));
    assert_false(grpc_c_client_stream_write__async(ground->stream, NULL, NULL, NULL));
    assert_false(grpc_c_client_stream_write__async(ground->stream, &other.base, NULL, NULL));
    assert_false(grpc_c_client_stream_finish__async(ground->stream, NULL, NULL));
    assert_false(grpc_c_client_stream_read__async(ground->stream, deliver_item, NULL, NULL));
    assert_true(start_write(ground, 7));
    assert_false(start_write(ground, 8)); /* its callback runs on this thread, in poll */
    assert_false(start_writes_done(ground));
    await_callback(ground);
    await_callback(ground);
    assert_int_equal(ground->number, 7);
    assert_true(grpc_c_client_stream_writes_done__async(ground->stream, NULL, NULL));
    assert_false(start_write(ground, 9));
    assert_false(start_writes_done(ground));
    assert_true(start_finish(ground));
    assert_false(start_finish(ground));
    assert_false(start_read(ground));
    assert_false(start_write(ground, 10));
    await_callback(ground);
    assert_int_equal(ground->code, GRPC_C_STATUS_OK);
    assert_false(start_read(ground));
    assert_false(start_write(ground, 10));
    assert_false(start_finish(ground));
}

static void test_calls_that_cannot_begin(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    assert_null(grpc_c_stub_stream_call__async(&ground->stub.base, chat_method, NULL, NULL));
    assert_false(open_stream(ground, count_method, NULL));
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_INTERNAL);
    assert_false(open_stream(ground, 99, NULL));
    grpc_c_client_context_set_timeout_ms(ground->context, 0);
    assert_false(open_stream(ground, count_method, &order));
    assert_int_equal(grpc_c_client_context_status(ground->context),
                     GRPC_C_STATUS_DEADLINE_EXCEEDED);
    assert_false(start_read(ground)); /* of NULL */
    assert_false(start_write(ground, 0));
    assert_false(start_writes_done(ground));
    assert_false(start_finish(ground));
    assert_false(start_finish_with_reply(ground));
}

static void test_blocking_and_async_do_not_mix(void **state)
{
    ground *ground = *state;
    Streams__Item item = STREAMS__ITEM__INIT;
    assert_true(open_stream(ground, chat_method, NULL));
    assert_false(grpc_c_client_stream_write(ground->stream, &item.base));
    assert_false(grpc_c_client_stream_writes_done(ground->stream));
    assert_null(grpc_c_client_stream_read(ground->stream));
    assert_null(grpc_c_client_stream_finish_with_reply(ground->stream));
    assert_int_equal(grpc_c_client_stream_finish(ground->stream), GRPC_C_STATUS_INTERNAL);
    assert_null(grpc_c_stub_stream_call(&ground->stub.base, chat_method, NULL, ground->context));
    assert_true(start_finish(ground));
    await_callback(ground);
    assert_int_equal(ground->code, GRPC_C_STATUS_OK);

    ground->stream =
        grpc_c_stub_stream_call(&ground->stub.base, chat_method, NULL, ground->context);
    assert_false(start_read(ground));
    assert_false(start_write(ground, 0));
    assert_false(start_writes_done(ground));
    assert_false(start_finish(ground));
    assert_true(grpc_c_client_stream_write(ground->stream, &item.base));
    assert_non_null(grpc_c_client_stream_read(ground->stream));
    assert_int_equal(grpc_c_client_stream_finish(ground->stream), GRPC_C_STATUS_OK);
}

/* ---- ends ---- */

static void test_finish_comes_after_all_others(void **state)
{
    ground *ground = *state;
    for (int i = 0; i < 50; i++) {
        ground->trace[0] = '\0';
        assert_true(open_stream(ground, chat_method, NULL));
        assert_true(start_read(ground));
        assert_true(start_write(ground, i));
        assert_true(start_finish(ground));
        for (int k = 0; k < 3; k++)
            await_callback(ground);
        assert_int_equal(ground->trace[2], 'f');
        assert_int_equal(ground->ends, i + 1);
        assert_int_equal(ground->number, i);
        assert_true(ground->written);
        assert_int_equal(ground->code, GRPC_C_STATUS_OK);
    }
}

static void test_finish_with_messages_left_unread(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.stay = true;
    for (int reading = 0; reading < 2; reading++) {
        assert_true(open_stream(ground, count_method, &order));
        if (reading)
            assert_true(start_read(ground));
        assert_true(start_finish(ground));
        if (reading)
            await_callback(ground);
        await_callback(ground);
        assert_int_equal(ground->reads, reading);
        assert_int_equal(ground->ends, reading + 1);
        assert_int_equal(ground->number, 0);
        assert_int_equal(ground->code, GRPC_C_STATUS_CANCELLED);
        assert_string_equal(grpc_c_client_context_message(ground->context),
                            "finished before the server's last message");
    }
}

static void test_the_last_message_outlives_finish(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = 1;
    assert_true(open_stream(ground, count_method, &order));
    ground->number = -1;
    assert_true(start_read(ground));
    assert_true(start_finish(ground));
    await_callback(ground);
    await_callback(ground);
    assert_int_equal(ground->number, 0);
    assert_int_equal(ground->code, GRPC_C_STATUS_OK);
}

static void test_after_the_end_reads_bring_null_and_writes_false(void **state)
{
    ground *ground = *state;
    assert_true(open_stream(ground, chat_method, NULL));
    assert_true(start_write(ground, stop_reading));
    await_callback(ground);
    for (int i = 0; i < 3; i++) {
        assert_true(start_read(ground));
        await_callback(ground);
        assert_int_equal(ground->number, -1);
        assert_true(start_write(ground, i));
        await_callback(ground);
        assert_false(ground->written);
    }
    assert_true(start_finish(ground));
    await_callback(ground);
    assert_int_equal(ground->code, GRPC_C_STATUS_OK);
}

static void test_failure_of_a_call_with_one_reply(void **state)
{
    ground *ground = *state;
    assert_true(open_stream(ground, collect_method, NULL));
    assert_true(start_write(ground, fail_call));
    assert_true(start_finish_with_reply(ground));
    await_callback(ground);
    await_callback(ground);
    assert_string_equal(ground->trace, "wf");
    assert_int_equal(ground->total, -1);
    assert_int_equal(ground->code, GRPC_C_STATUS_OUT_OF_RANGE);
    assert_string_equal(grpc_c_client_context_message(ground->context), "no more");
}

static void test_cancel_ends_what_is_under_way(void **state)
{
    ground *ground = *state;
    assert_true(open_stream(ground, chat_method, NULL));
    assert_true(start_read(ground));
    grpc_c_client_context_cancel(ground->context);
    await_callback(ground);
    assert_int_equal(ground->number, -1);
    assert_true(start_finish(ground));
    await_callback(ground);
    assert_int_equal(ground->code, GRPC_C_STATUS_CANCELLED);
}

/* ---- in callbacks ---- */

static void chat_once_more(ground *ground)
{
    assert_true(open_stream(ground, chat_method, NULL));
    assert_true(start_finish(ground));
}

static void finish_here(ground *ground)
{
    ground->then = chat_once_more; /* in the callback of finish */
    assert_true(start_finish(ground));
    assert_false(start_read(ground));
}

static void test_finish_in_a_callback_and_reuse_in_the_last(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = 1;
    assert_true(open_stream(ground, count_method, &order));
    ground->then = finish_here;
    assert_true(start_read(ground));
    for (int i = 0; i < 3; i++)
        await_callback(ground);
    assert_string_equal(ground->trace, "rff");
    assert_int_equal(ground->code, GRPC_C_STATUS_OK);
}

static void free_here(ground *ground)
{
    grpc_c_client_context_free(ground->context);
    ground->context = NULL;
}

static void test_free_in_a_callback(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.stay = true;
    assert_true(open_stream(ground, count_method, &order));
    ground->then = free_here;
    assert_true(start_read(ground));
    await_callback(ground);
    assert_string_equal(ground->trace, "r");
}

static void test_free_in_the_last_callback(void **state)
{
    ground *ground = *state;
    assert_true(open_stream(ground, chat_method, NULL));
    ground->then = free_here;
    assert_true(start_finish(ground));
    await_callback(ground);
    assert_string_equal(ground->trace, "f");
}

static void test_free_with_operations_under_way(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.stay = true;
    for (int i = 0; i < 40; i++) {
        bool chats = i % 2 == 0;
        assert_true(open_stream(ground, chats ? chat_method : count_method, chats ? NULL : &order));
        if (chats)
            assert_true(start_write(ground, 1));
        if (i % 4 < 2)
            assert_true(start_read(ground));
        if (i % 8 < 4)
            assert_true(start_finish(ground));
        grpc_c_client_context_free(ground->context);
        ground->context = grpc_c_client_context_new();
    }
    /* Nothing but the queue's own end is waited for. */
    grpc_c_completion_queue_free(ground->queue);
    ground->queue = NULL;
    assert_string_equal(ground->trace, "");
}

/* ---- races ---- */

static sem_t go;

static void *cancel_when_told(void *argument)
{
    for (int i = 0; i < 2000; i++) {
        sem_wait(&go);
        for (int k = 0; k < i % 20; k++)
            sched_yield();
        grpc_c_client_context_cancel(argument);
        sem_wait(&go);
    }
    return NULL;
}

static void test_cancel_and_finish_raced(void **state)
{
    ground *ground = *state;
    pthread_t canceller;
    sem_init(&go, 0, 0);
    pthread_create(&canceller, NULL, cancel_when_told, ground->context);
    for (int i = 1; i <= 2000; i++) {
        assert_true(open_stream(ground, chat_method, NULL));
        sem_post(&go);
        assert_true(start_finish(ground));
        await_callback(ground);
        sem_post(&go);
        assert_int_equal(ground->ends, i);
        assert_true(ground->code == GRPC_C_STATUS_OK || ground->code == GRPC_C_STATUS_CANCELLED);
    }
    pthread_join(canceller, NULL);
    sem_destroy(&go);
}

#define ON(ground, test) cmocka_unit_test_setup_teardown(test, start_##ground, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON(driven, test_client_streaming),
        ON(own, test_client_streaming),
        ON(driven, test_server_streaming),
        ON(own, test_server_streaming),
        ON(driven, test_both_ways),
        ON(own, test_both_ways),
        ON(own, test_one_thread_writes_while_another_reads),
        ON(driven, test_one_of_a_kind_at_a_time),
        ON(driven, test_calls_that_cannot_begin),
        ON(driven, test_blocking_and_async_do_not_mix),
        ON(driven, test_finish_comes_after_all_others),
        ON(own, test_finish_comes_after_all_others),
        ON(driven, test_finish_with_messages_left_unread),
        ON(driven, test_the_last_message_outlives_finish),
        ON(driven, test_after_the_end_reads_bring_null_and_writes_false),
        ON(driven, test_failure_of_a_call_with_one_reply),
        ON(driven, test_cancel_ends_what_is_under_way),
        ON(driven, test_finish_in_a_callback_and_reuse_in_the_last),
        ON(driven, test_free_in_a_callback),
        ON(own, test_free_in_a_callback),
        ON(driven, test_free_in_the_last_callback),
        ON(own, test_free_in_the_last_callback),
        ON(driven, test_free_with_operations_under_way),
        ON(own, test_cancel_and_finish_raced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
