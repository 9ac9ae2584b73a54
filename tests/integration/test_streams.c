/* Blocking streams between our client and our server: all three kinds, their ends, and failures. */
#include <sched.h>
#include <unistd.h>

#include "fixture.h"
#include "streams.grpc-c.h"

/* ---- the service ---- */

/* Numbers below 0 are orders to the handlers. */
enum { stop_reading = -1, fail_call = -2 };

static _Atomic int writes_refused;
static _Atomic int handlers_ended;
static _Atomic int items_collected;
static _Atomic bool collect_was_cancelled;

static grpc_c_status_code collect(void *self, Streams__Streams_Collect_ServerReader *reader,
                                  Streams__Sum *reply, grpc_c_server_context *context)
{
    (void)self;
    const Streams__Item *item;
    while ((item = streams__streams_servicer__collect__read(reader)) != NULL) {
        if (item->number == stop_reading)
            break;
        if (item->number == fail_call)
            return grpc_c_server_context_fail(context, GRPC_C_STATUS_OUT_OF_RANGE, "item %d",
                                              (int)reply->count);
        reply->count++;
        reply->total += item->number;
        items_collected++;
    }
    collect_was_cancelled = grpc_c_server_context_is_cancelled(context);
    handlers_ended++;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code count(void *self, const Streams__Order *request,
                                Streams__Streams_Count_ServerWriter *writer,
                                grpc_c_server_context *context)
{
    (void)self;
    Streams__Item item = STREAMS__ITEM__INIT;
    item.filling.len = request->filling_bytes;
    item.filling.data = grpc_c_server_context_alloc(context, item.filling.len);
    memset(item.filling.data, 'f', item.filling.len);
    for (item.number = 0; item.number < request->count || request->stay; item.number++) {
        if (streams__streams_servicer__count__write(writer, &item))
            continue;
        writes_refused++;
        break;
    }
    handlers_ended++;
    if (request->message[0] != '\0')
        return grpc_c_server_context_fail(context, (grpc_c_status_code)request->code, "%s",
                                          request->message);
    return (grpc_c_status_code)request->code;
}

/* For a client that sends this, chat writes one item, and reads none. */
static const char write_only[] = "write-only";

static grpc_c_status_code write_and_stay(Streams__Streams_Chat_ServerReaderWriter *stream,
                                         grpc_c_server_context *context)
{
    Streams__Item item = STREAMS__ITEM__INIT;
    streams__streams_servicer__chat__write(stream, &item);
    while (!grpc_c_server_context_is_cancelled(context))
        sched_yield();
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code chat(void *self, Streams__Streams_Chat_ServerReaderWriter *stream,
                               grpc_c_server_context *context)
{
    (void)self;
    const Streams__Item *item;
    if (grpc_c_metadata_find(grpc_c_server_context_metadata(context), write_only, NULL) != NULL)
        return write_and_stay(stream, context);
    while ((item = streams__streams_servicer__chat__read(stream)) != NULL) {
        if (item->number == stop_reading)
            break;
        if (item->number == fail_call)
            return grpc_c_server_context_fail(context, GRPC_C_STATUS_ABORTED, "told to fail");
        if (!streams__streams_servicer__chat__write(stream, item))
            break;
    }
    handlers_ended++;
    return GRPC_C_STATUS_OK;
}

static const Streams__Streams_Servicer servicer = {.collect = collect,
                                                   .count = count,
                                                   .chat = chat};

/* ---- the ground ---- */

typedef struct ground {
    grpc_c_server *server;
    grpc_c_channel *channel;
    Streams__Streams_Stub stub;
    grpc_c_client_context *context;
} ground;

static ground *ground_new(const grpc_c_server_options *options)
{
    char target[64];
    ground *ground = calloc(1, sizeof *ground);
    ground->server = grpc_c_server_new(options);
    assert_true(streams__streams_add_servicer_to_server(&servicer, NULL, ground->server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->channel = grpc_c_insecure_channel_new(target, NULL);
    ground->stub = streams__streams_stub(ground->channel);
    ground->context = grpc_c_client_context_new();
    handlers_ended = writes_refused = 0;
    return ground;
}

static void ground_free(ground *ground)
{
    grpc_c_client_context_free(ground->context);
    grpc_c_server_free(ground->server);
    grpc_c_channel_free(ground->channel);
    free(ground);
}

static int start(void **state)
{
    *state = ground_new(NULL);
    return 0;
}

static int stop(void **state)
{
    ground_free(*state);
    return 0;
}

static Streams__Item item_of(int64_t number)
{
    Streams__Item item = STREAMS__ITEM__INIT;
    item.number = number;
    return item;
}

/* A whole chat of `rounds` messages, one at a time. Any thread, with its own context. */
static void check_chat(ground *ground, grpc_c_client_context *context, int rounds)
{
    Streams__Streams_Chat_ClientReaderWriter *chat_stream =
        streams__streams_stub__chat(&ground->stub, context);
    for (int i = 0; i < rounds; i++) {
        Streams__Item item = item_of(i);
        assert_true(streams__streams_stub__chat__write(chat_stream, &item));
        const Streams__Item *back = streams__streams_stub__chat__read(chat_stream);
        assert_non_null(back);
        assert_int_equal(back->number, i);
    }
    assert_true(streams__streams_stub__chat__writes_done(chat_stream));
    assert_null(streams__streams_stub__chat__read(chat_stream));
    assert_int_equal(streams__streams_stub__chat__finish(chat_stream), GRPC_C_STATUS_OK);
}

/* ---- server streaming ---- */

static void test_every_item_arrives_in_order(void **state)
{
    ground *ground = *state;
    static const int64_t counts[] = {0, 1, 2, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        Streams__Order order = STREAMS__ORDER__INIT;
        order.count = counts[i];
        order.filling_bytes = 100;
        Streams__Streams_Count_ClientReader *reader =
            streams__streams_stub__count(&ground->stub, &order, ground->context);
        const Streams__Item *item;
        int64_t number = 0;
        while ((item = streams__streams_stub__count__read(reader)) != NULL) {
            assert_int_equal(item->number, number++);
            assert_int_equal(item->filling.len, 100);
        }
        assert_int_equal(number, counts[i]);
        assert_null(streams__streams_stub__count__read(reader));
        assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_OK);
        assert_string_equal(grpc_c_client_context_error(ground->context), "OK");
    }
}

static void test_end_and_failure_are_told_apart(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = 3;
    order.code = GRPC_C_STATUS_DATA_LOSS;
    order.message = "after three";
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&ground->stub, &order, ground->context);
    for (int i = 0; i < 3; i++)
        assert_non_null(streams__streams_stub__count__read(reader));
    assert_null(streams__streams_stub__count__read(reader));
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_DATA_LOSS);
    assert_string_equal(grpc_c_client_context_error(ground->context), "DATA_LOSS: after three");
}

static void test_finish_after_the_last_item_unread_end(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = 1;
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&ground->stub, &order, ground->context);
    assert_non_null(streams__streams_stub__count__read(reader));
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_OK);
}

static void wait_for_handler(void)
{
    while (handlers_ended == 0)
        sched_yield();
}

static void test_finish_early_cancels_the_server(void **state)
{
    ground *ground = *state;
    handlers_ended = writes_refused = 0;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.stay = true;
    order.filling_bytes = 1000;
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&ground->stub, &order, ground->context);
    assert_non_null(streams__streams_stub__count__read(reader));
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_CANCELLED);
    wait_for_handler();
    assert_int_equal(writes_refused, 1);
}

static void test_deadline_ends_a_stream(void **state)
{
    ground *ground = *state;
    handlers_ended = 0;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.stay = true;
    grpc_c_client_context_set_timeout_ms(ground->context, 50);
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&ground->stub, &order, ground->context);
    while (streams__streams_stub__count__read(reader) != NULL)
        continue;
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_DEADLINE_EXCEEDED);
    grpc_c_client_context_reset(ground->context);
    wait_for_handler();
}

/* ---- client streaming ---- */

static const Streams__Sum *send_items(ground *ground, int items)
{
    Streams__Streams_Collect_ClientWriter *writer =
        streams__streams_stub__collect(&ground->stub, ground->context);
    for (int i = 1; i <= items; i++) {
        Streams__Item item = item_of(i);
        assert_true(streams__streams_stub__collect__write(writer, &item));
    }
    return streams__streams_stub__collect__finish(writer);
}

static void test_every_item_is_collected(void **state)
{
    ground *ground = *state;
    static const int counts[] = {0, 1, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const Streams__Sum *sum = send_items(ground, counts[i]);
        assert_string_equal(grpc_c_client_context_error(ground->context), "OK");
        assert_int_equal(sum->count, counts[i]);
        assert_int_equal(sum->total, counts[i] * (counts[i] + 1) / 2);
    }
}

/* The handler returns while the client still has much to say. */
static void test_handler_stops_reading_early(void **state)
{
    ground *ground = *state;
    static uint8_t filling[10000];
    Streams__Streams_Collect_ClientWriter *writer =
        streams__streams_stub__collect(&ground->stub, ground->context);
    Streams__Item item = item_of(5);
    assert_true(streams__streams_stub__collect__write(writer, &item));
    item.number = stop_reading;
    assert_true(streams__streams_stub__collect__write(writer, &item));
    item.filling.data = filling;
    item.filling.len = sizeof filling;
    while (streams__streams_stub__collect__write(writer, &item))
        continue;
    const Streams__Sum *sum = streams__streams_stub__collect__finish(writer);
    assert_non_null(sum);
    assert_int_equal(sum->count, 1);
    assert_int_equal(sum->total, 5);
}

static void test_handler_fails_in_mid_stream(void **state)
{
    ground *ground = *state;
    Streams__Streams_Collect_ClientWriter *writer =
        streams__streams_stub__collect(&ground->stub, ground->context);
    Streams__Item item = item_of(fail_call);
    assert_true(streams__streams_stub__collect__write(writer, &item));
    assert_null(streams__streams_stub__collect__finish(writer));
    assert_string_equal(grpc_c_client_context_error(ground->context), "OUT_OF_RANGE: item 0");
}

/* What a handler has to know before it acts upon all that it read. */
static void test_handler_tells_the_end_from_a_client_that_is_gone(void **state)
{
    ground *ground = *state;
    for (int i = 0; i < 20; i++) {
        assert_non_null(send_items(ground, 2));
        assert_false(collect_was_cancelled);

        handlers_ended = items_collected = 0;
        Streams__Item item = item_of(1);
        Streams__Streams_Collect_ClientWriter *writer =
            streams__streams_stub__collect(&ground->stub, ground->context);
        assert_true(streams__streams_stub__collect__write(writer, &item));
        while (items_collected == 0)
            sched_yield();
        grpc_c_client_context_cancel(ground->context);
        assert_null(streams__streams_stub__collect__finish(writer));
        wait_for_handler();
        assert_true(collect_was_cancelled);
    }
}

/* ---- bidirectional ---- */

static void test_chat(void **state)
{
    ground *ground = *state;
    check_chat(ground, ground->context, 0);
    check_chat(ground, ground->context, 1);
    check_chat(ground, ground->context, 5000);
}

static void test_half_close_then_everything_comes(void **state)
{
    ground *ground = *state;
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&ground->stub, ground->context);
    for (int i = 0; i < 100; i++) {
        Streams__Item item = item_of(i);
        assert_true(streams__streams_stub__chat__write(stream, &item));
    }
    assert_true(streams__streams_stub__chat__writes_done(stream));
    for (int i = 0; i < 100; i++)
        assert_int_equal(streams__streams_stub__chat__read(stream)->number, i);
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
}

static void test_failure_reaches_reader_and_writer(void **state)
{
    ground *ground = *state;
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&ground->stub, ground->context);
    Streams__Item item = item_of(fail_call);
    assert_true(streams__streams_stub__chat__write(stream, &item));
    assert_null(streams__streams_stub__chat__read(stream));
    while (streams__streams_stub__chat__write(stream, &item))
        continue;
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_ABORTED);
    assert_string_equal(grpc_c_client_context_error(ground->context), "ABORTED: told to fail");
}

/* The server takes no more than it has room for, and has an item on its way that nobody reads. */
static void test_finish_does_not_wait_for_a_write_that_is_stuck(void **state)
{
    ground *ground = *state;
    Streams__Item item = item_of(1);
    item.filling.len = 3900 * 1000;
    item.filling.data = calloc(1, item.filling.len);
    assert_true(grpc_c_client_context_add_metadata(ground->context, write_only, ""));
    grpc_c_client_context_set_timeout_ms(ground->context, 20000);
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&ground->stub, ground->context);
    assert_true(streams__streams_stub__chat__write(stream, &item));
    assert_true(streams__streams_stub__chat__write(stream, &item));
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_CANCELLED);
    grpc_c_client_context_reset(ground->context);
    free(item.filling.data);
}

typedef struct writer_thread {
    pthread_t thread;
    Streams__Streams_Chat_ClientReaderWriter *stream;
    int count;
} writer_thread;

static void *write_items(void *argument)
{
    writer_thread *writer = argument;
    for (int i = 0; i < writer->count; i++) {
        Streams__Item item = item_of(i);
        assert_true(streams__streams_stub__chat__write(writer->stream, &item));
    }
    assert_true(streams__streams_stub__chat__writes_done(writer->stream));
    return NULL;
}

static void test_one_thread_writes_while_another_reads(void **state)
{
    ground *ground = *state;
    writer_thread writer = {.count = 5000};
    writer.stream = streams__streams_stub__chat(&ground->stub, ground->context);
    assert_int_equal(pthread_create(&writer.thread, NULL, write_items, &writer), 0);
    for (int i = 0; i < writer.count; i++)
        assert_int_equal(streams__streams_stub__chat__read(writer.stream)->number, i);
    assert_null(streams__streams_stub__chat__read(writer.stream));
    pthread_join(writer.thread, NULL);
    assert_int_equal(streams__streams_stub__chat__finish(writer.stream), GRPC_C_STATUS_OK);
}

/* ---- cancelling ---- */

static void *cancel(void *context)
{
    grpc_c_client_context_cancel(context);
    return NULL;
}

static void test_cancel_from_another_thread(void **state)
{
    ground *ground = *state;
    for (int i = 0; i < 100; i++) {
        pthread_t thread;
        Streams__Streams_Chat_ClientReaderWriter *stream =
            streams__streams_stub__chat(&ground->stub, ground->context);
        assert_int_equal(pthread_create(&thread, NULL, cancel, ground->context), 0);
        assert_null(streams__streams_stub__chat__read(stream));
        assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_CANCELLED);
        pthread_join(thread, NULL);
    }
    check_chat(ground, ground->context, 1);
}

typedef struct canceller {
    pthread_t thread;
    pthread_t caller;
    Streams__Streams_Stub stub;
    grpc_c_client_context *context;
    _Atomic bool done;
} canceller;

static void *cancel_all_the_time(void *argument)
{
    canceller *canceller = argument;
    for (unsigned i = 1; !canceller->done; i++) { /* in all stages of a call, by and by */
        usleep(i * 7919 % 1500);
        grpc_c_client_context_cancel(canceller->context);
    }
    return NULL;
}

static void *open_read_finish(void *argument)
{
    canceller *canceller = argument;
    for (int i = 0; i < 5000; i++) {
        grpc_c_client_context_set_timeout_ms(canceller->context, i % 40);
        Streams__Streams_Chat_ClientReaderWriter *stream =
            streams__streams_stub__chat(&canceller->stub, canceller->context);
        if (i % 3 == 0)
            assert_null(streams__streams_stub__chat__read(stream));
        assert_int_not_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
    }
    canceller->done = true;
    return NULL;
}

/* Cancel meets the failure to connect: each call ends all the same. */
static void test_cancel_where_no_server_is(void **state)
{
    (void)state;
    ground *ground = ground_new(NULL);
    grpc_c_server_stop(ground->server, 0);
    canceller all[8] = {{.done = false}};
    for (int i = 0; i < 8; i++) {
        all[i].stub = ground->stub;
        all[i].context = grpc_c_client_context_new();
        assert_int_equal(pthread_create(&all[i].caller, NULL, open_read_finish, &all[i]), 0);
        assert_int_equal(pthread_create(&all[i].thread, NULL, cancel_all_the_time, &all[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(all[i].caller, NULL);
        pthread_join(all[i].thread, NULL);
        grpc_c_client_context_free(all[i].context);
    }
    ground_free(ground);
}

static void test_cancel_before_the_first_call_and_after_the_last(void **state)
{
    ground *ground = *state;
    grpc_c_client_context *context = grpc_c_client_context_new();
    grpc_c_client_context_cancel(context);
    assert_null(
        streams__streams_stub__chat__read(streams__streams_stub__chat(&ground->stub, context)));
    /* The stream is left open: the next call ends it. */
    check_chat(ground, context, 1);
    grpc_c_client_context_cancel(context);
    assert_int_equal(grpc_c_client_context_status(context), GRPC_C_STATUS_OK);
    check_chat(ground, context, 1);
    grpc_c_client_context_cancel(NULL);
    grpc_c_client_context_free(context);
}

static void test_open_streams_are_ended_with_their_context(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    Streams__Item item = item_of(1);
    order.stay = true;
    for (int i = 0; i < 30; i++) {
        grpc_c_client_context *context = grpc_c_client_context_new();
        if (i % 3 == 0)
            streams__streams_stub__count__read(
                streams__streams_stub__count(&ground->stub, &order, context));
        else if (i % 3 == 1)
            streams__streams_stub__collect__write(streams__streams_stub__collect(&ground->stub,
                                                                                 context),
                                                  &item);
        else
            streams__streams_stub__chat__write(streams__streams_stub__chat(&ground->stub, context),
                                               &item);
        if (i % 2 == 0)
            grpc_c_client_context_reset(context);
        grpc_c_client_context_free(context);
    }
    check_chat(ground, ground->context, 1);
}

/* ---- misuse ---- */

static void test_misuse_is_an_error(void **state)
{
    ground *ground = *state;
    Streams__Item item = item_of(1);
    Streams__Sum sum = STREAMS__SUM__INIT;
    assert_null(streams__streams_stub__chat(&ground->stub, NULL));
    assert_false(streams__streams_stub__chat__write(NULL, &item));
    assert_false(streams__streams_stub__chat__writes_done(NULL));
    assert_null(streams__streams_stub__chat__read(NULL));
    assert_int_equal(streams__streams_stub__chat__finish(NULL), GRPC_C_STATUS_INTERNAL);
    assert_null(streams__streams_stub__collect__finish(NULL));

    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&ground->stub, ground->context);
    assert_false(streams__streams_stub__chat__write(stream, NULL));
    assert_false(
        streams__streams_stub__chat__write(stream, (const Streams__Item *)(const void *)&sum));
    assert_true(streams__streams_stub__chat__writes_done(stream));
    assert_false(streams__streams_stub__chat__writes_done(stream));
    assert_false(streams__streams_stub__chat__write(stream, &item));
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
    assert_false(streams__streams_stub__chat__write(stream, &item));
    assert_null(streams__streams_stub__chat__read(stream));

    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&ground->stub, NULL, ground->context);
    assert_null(streams__streams_stub__count__read(reader));
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_INTERNAL);
    assert_string_equal(grpc_c_client_context_message(ground->context),
                        "the request is NULL, not initialised, or of another type");
}

/* ---- many at once ---- */

typedef struct chatter {
    pthread_t thread;
    ground *ground;
    int kind;
} chatter;

static void *chat_and_count(void *argument)
{
    chatter *chatter = argument;
    grpc_c_client_context *context = grpc_c_client_context_new();
    for (int round = 0; round < 20; round++) {
        if ((chatter->kind + round) % 2 == 0) {
            check_chat(chatter->ground, context, 50);
            continue;
        }
        Streams__Order order = STREAMS__ORDER__INIT;
        order.count = 50;
        Streams__Streams_Count_ClientReader *reader =
            streams__streams_stub__count(&chatter->ground->stub, &order, context);
        int64_t number = 0;
        const Streams__Item *item;
        while ((item = streams__streams_stub__count__read(reader)) != NULL)
            assert_int_equal(item->number, number++);
        assert_int_equal(number, 50);
        assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_OK);
    }
    grpc_c_client_context_free(context);
    return NULL;
}

/* More streams than workers, on one lane and several: each is served, some of them later. */
static void test_more_streams_than_workers(void **state)
{
    (void)state;
    enum { chatters = 12 };
    static const struct {
        unsigned workers, lanes;
    } cases[] = {{1, 1}, {2, 1}, {2, 2}, {5, 1}, {5, 3}, {20, 1}, {20, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ground *ground = ground_new(
            GRPC_C_SERVER_OPTIONS(.max_workers = cases[i].workers, .lanes = cases[i].lanes));
        chatter all[chatters];
        for (int j = 0; j < chatters; j++) {
            all[j] = (chatter){.ground = ground, .kind = j};
            assert_int_equal(pthread_create(&all[j].thread, NULL, chat_and_count, &all[j]), 0);
        }
        for (int j = 0; j < chatters; j++)
            pthread_join(all[j].thread, NULL);
        ground_free(ground);
    }
}

static void test_stop_ends_open_streams(void **state)
{
    (void)state;
    ground *ground = ground_new(NULL);
    Streams__Item item = item_of(7);
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&ground->stub, ground->context);
    assert_true(streams__streams_stub__chat__write(stream, &item));
    assert_non_null(streams__streams_stub__chat__read(stream));
    grpc_c_server_stop(ground->server, 20);
    assert_null(streams__streams_stub__chat__read(stream));
    assert_int_not_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
    assert_int_equal(handlers_ended, 1);
    ground_free(ground);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_item_arrives_in_order),
        cmocka_unit_test(test_end_and_failure_are_told_apart),
        cmocka_unit_test(test_finish_after_the_last_item_unread_end),
        cmocka_unit_test(test_finish_early_cancels_the_server),
        cmocka_unit_test(test_deadline_ends_a_stream),
        cmocka_unit_test(test_every_item_is_collected),
        cmocka_unit_test(test_handler_stops_reading_early),
        cmocka_unit_test(test_handler_fails_in_mid_stream),
        cmocka_unit_test(test_handler_tells_the_end_from_a_client_that_is_gone),
        cmocka_unit_test(test_chat),
        cmocka_unit_test(test_half_close_then_everything_comes),
        cmocka_unit_test(test_failure_reaches_reader_and_writer),
        cmocka_unit_test(test_finish_does_not_wait_for_a_write_that_is_stuck),
        cmocka_unit_test(test_one_thread_writes_while_another_reads),
        cmocka_unit_test(test_cancel_from_another_thread),
        cmocka_unit_test(test_cancel_where_no_server_is),
        cmocka_unit_test(test_cancel_before_the_first_call_and_after_the_last),
        cmocka_unit_test(test_open_streams_are_ended_with_their_context),
        cmocka_unit_test(test_misuse_is_an_error),
        cmocka_unit_test(test_more_streams_than_workers),
        cmocka_unit_test(test_stop_ends_open_streams),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
