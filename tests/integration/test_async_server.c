/* Servers with async servicers: calls that are answered at once, later, from other threads, and
 * whose streams are driven by callbacks; what misuse does; and their life beside blocking ones. */
#include <dirent.h>
#include <sched.h>
#include <semaphore.h>

#include "async_servicers.h"

/* ---- the ground ---- */

typedef struct ground {
    async_counts counts;
    grpc_c_server *server;
    grpc_c_channel *channel;
    Echo__Echo_Stub echo;
    Streams__Streams_Stub streams;
    grpc_c_client_context *context;
    /** As a fixture, for calls in the background. */
    fixture client;
} ground;

static ground *ground_new(const grpc_c_server_options *options)
{
    ground *ground = calloc(1, sizeof *ground);
    async_counts_init(&ground->counts);
    ground->server = grpc_c_server_new(options);
    assert_true(
        echo__echo_add_async_servicer_to_server(&async_echo, &ground->counts, ground->server));
    assert_true(streams__streams_add_async_servicer_to_server(&async_streams, &ground->counts,
                                                              ground->server));
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->channel = grpc_c_insecure_channel_new(target, NULL);
    ground->echo = echo__echo_stub(ground->channel);
    ground->streams = streams__streams_stub(ground->channel);
    ground->context = grpc_c_client_context_new();
    ground->client.stub = ground->echo;
    return ground;
}

static void *stop_main(void *server)
{
    grpc_c_server_stop(server, -1);
    return NULL;
}

static void ground_free(ground *ground)
{
    pthread_t stopper;
    grpc_c_client_context_free(ground->context);
    /* A test that failed may have left calls held, and some still on their way. */
    pthread_create(&stopper, NULL, stop_main, ground->server);
    while (pthread_tryjoin_np(stopper, NULL) != 0) {
        async_release_held(&ground->counts, GRPC_C_STATUS_ABORTED);
        sched_yield();
    }
    grpc_c_server_free(ground->server);
    assert_int_equal(ground->counts.started, ground->counts.called);
    grpc_c_channel_free(ground->channel);
    free(ground);
}

static int start(void **state)
{
    *state = ground_new(NULL);
    return 0;
}

static int start_with_one_lane(void **state)
{
    *state = ground_new(GRPC_C_SERVER_OPTIONS(.lanes = 1));
    return 0;
}

static int stop(void **state)
{
    ground_free(*state);
    return 0;
}

/* Threads of the library's in the process, by the names that they have. One of core's has the name
 * of the thread that made it for a moment, and one that was joined may still be seen for another.
 */
static int thread_count(void)
{
    char path[300];
    char name[32];
    int count = 0;
    DIR *folder = opendir("/proc/self/task");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL) /* it has ended */
            continue;
        count += fgets(name, sizeof name, file) != NULL && strncmp(name, "grpc-c ", 7) == 0;
        fclose(file);
    }
    closedir(folder);
    return count;
}

static void wait_for_thread_count(int expected)
{
    int count = thread_count();
    for (int i = 0; i < 100000 && count != expected; i++) {
        sched_yield();
        count = thread_count();
    }
    assert_int_equal(count, expected);
}

/* ---- unary ---- */

static void test_answer_in_the_handler(void **state)
{
    ground *ground = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "you";
    const Echo__Reply *reply = echo__echo_stub__say(&ground->echo, &request, ground->context);
    assert_non_null(reply);
    assert_string_equal(reply->text, "you");
}

static void test_failure_in_the_handler(void **state)
{
    ground *ground = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    request.code = GRPC_C_STATUS_NOT_FOUND;
    request.message = "nobody";
    assert_null(echo__echo_stub__say(&ground->echo, &request, ground->context));
    assert_string_equal(grpc_c_client_context_error(ground->context), "NOT_FOUND: nobody");
    request.code = 77;
    assert_null(echo__echo_stub__say(&ground->echo, &request, ground->context));
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_UNKNOWN);
}

static void test_unwritten_method(void **state)
{
    ground *ground = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_null(echo__echo_stub__unwritten(&ground->echo, &request, ground->context));
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_UNIMPLEMENTED);
}

static void test_answers_from_another_thread_and_holds_none_meanwhile(void **state)
{
    enum { calls = 50 };
    ground *ground = *state;
    background_call background[calls];
    wait_for_thread_count(1);
    background_call_start(&background[0], &ground->client, true, "first", -1);
    async_wait_for_held(&ground->counts, 1);
    for (int i = 1; i < calls; i++)
        background_call_start(&background[i], &ground->client, true, "more", -1);
    async_wait_for_held(&ground->counts, calls);
    wait_for_thread_count(1);
    async_release_held(&ground->counts, GRPC_C_STATUS_OK);
    for (int i = 0; i < calls; i++) {
        background_call_join(&background[i]);
        assert_int_equal(background[i].code, GRPC_C_STATUS_OK);
        assert_string_equal(background[i].text, i == 0 ? "first" : "more");
    }
}

static void test_deadline_of_a_held_call(void **state)
{
    ground *ground = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    grpc_c_client_context_set_timeout_ms(ground->context, 50);
    assert_null(echo__echo_stub__hold(&ground->echo, &request, ground->context));
    assert_int_equal(grpc_c_client_context_status(ground->context),
                     GRPC_C_STATUS_DEADLINE_EXCEEDED);
    /* Answered too late: nobody minds. */
    async_wait_for_held(&ground->counts, 1);
    async_release_held(&ground->counts, GRPC_C_STATUS_OK);
}

/* ---- streams ---- */

static Streams__Item item_of(int64_t number)
{
    Streams__Item item = STREAMS__ITEM__INIT;
    item.number = number;
    return item;
}

static void test_collect(void **state)
{
    enum { items = 1000 };
    ground *ground = *state;
    Streams__Streams_Collect_ClientWriter *writer =
        streams__streams_stub__collect(&ground->streams, ground->context);
    for (int i = 0; i < items; i++) {
        Streams__Item item = item_of(i);
        assert_true(streams__streams_stub__collect__write(writer, &item));
    }
    const Streams__Sum *sum = streams__streams_stub__collect__finish(writer);
    assert_non_null(sum);
    assert_int_equal(sum->count, items);
    assert_int_equal(sum->total, items * (items - 1) / 2);
}

static void check_collect_ends(ground *ground, int64_t order, grpc_c_status_code code)
{
    Streams__Streams_Collect_ClientWriter *writer =
        streams__streams_stub__collect(&ground->streams, ground->context);
    Streams__Item item = item_of(order);
    while (streams__streams_stub__collect__write(writer, &item))
        item = item_of(0);
    const Streams__Sum *sum = streams__streams_stub__collect__finish(writer);
    assert_int_equal(grpc_c_client_context_status(ground->context), code);
    assert_int_equal(sum != NULL, code == GRPC_C_STATUS_OK);
}

static void test_finish_before_the_client_has_sent_all(void **state)
{
    check_collect_ends(*state, stop_reading, GRPC_C_STATUS_OK);
    check_collect_ends(*state, fail_call, GRPC_C_STATUS_ABORTED);
}

static void test_count(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = 1000;
    order.filling_bytes = 100;
    order.code = GRPC_C_STATUS_DATA_LOSS;
    order.message = "that is all";
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&ground->streams, &order, ground->context);
    const Streams__Item *item;
    int64_t number = 0;
    while ((item = streams__streams_stub__count__read(reader)) != NULL) {
        assert_int_equal(item->number, number++);
        assert_int_equal(item->filling.len, 100);
    }
    assert_int_equal(number, order.count);
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_DATA_LOSS);
    assert_string_equal(grpc_c_client_context_message(ground->context), "that is all");
}

static void test_client_leaves_while_the_server_writes(void **state)
{
    ground *ground = *state;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.stay = true;
    order.filling_bytes = 100000;
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&ground->streams, &order, ground->context);
    assert_non_null(streams__streams_stub__count__read(reader));
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_CANCELLED);
    async_wait_for_finished(&ground->counts, 1);
    assert_int_equal(ground->counts.writes_refused, 1);
}

static void check_chat(ground *ground, grpc_c_client_context *context, int rounds)
{
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&ground->streams, context);
    for (int i = 0; i < rounds; i++) {
        Streams__Item item = item_of(i);
        assert_true(streams__streams_stub__chat__write(stream, &item));
        const Streams__Item *back = streams__streams_stub__chat__read(stream);
        assert_non_null(back);
        assert_int_equal(back->number, i);
    }
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
}

static void test_chat(void **state)
{
    ground *ground = *state;
    check_chat(ground, ground->context, 1000);
}

/* Sends one item, reads to the end; the status. */
static grpc_c_status_code chat_with_order(ground *ground, int64_t order, int *ret_items)
{
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&ground->streams, ground->context);
    Streams__Item item = item_of(order);
    assert_true(streams__streams_stub__chat__write(stream, &item));
    *ret_items = 0;
    while (streams__streams_stub__chat__read(stream) != NULL)
        ++*ret_items;
    return streams__streams_stub__chat__finish(stream);
}

static void test_failure_in_mid_stream(void **state)
{
    int items;
    assert_int_equal(chat_with_order(*state, fail_call, &items), GRPC_C_STATUS_ABORTED);
    assert_int_equal(items, 0);
}

/* The write arrives before the status, and the read's callback is called all the same. */
static void test_finish_with_a_read_and_a_write_under_way(void **state)
{
    ground *ground = *state;
    int items;
    assert_int_equal(chat_with_order(ground, finish_in_the_middle, &items), GRPC_C_STATUS_OK);
    assert_int_equal(items, 1);
    async_wait_for_finished(&ground->counts, 1);
}

static void test_call_is_finished_by_its_cancel_callback(void **state)
{
    ground *ground = *state;
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&ground->streams, ground->context);
    Streams__Item item = item_of(0);
    assert_true(streams__streams_stub__chat__write(stream, &item));
    assert_non_null(streams__streams_stub__chat__read(stream)); /* it is there */
    item = item_of(wait_for_cancel);
    assert_true(streams__streams_stub__chat__write(stream, &item));
    grpc_c_client_context_cancel(ground->context);
    assert_null(streams__streams_stub__chat__read(stream));
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_CANCELLED);
    async_wait_for_finished(&ground->counts, 1);
    /* By the callback, or by a read that failed first. */
    assert_true(ground->counts.cancelled <= 1);
}

typedef struct chatter {
    pthread_t thread;
    ground *ground;
} chatter;

static void *chat_main(void *argument)
{
    chatter *chatter = argument;
    grpc_c_client_context *context = grpc_c_client_context_new();
    for (int i = 0; i < 5; i++)
        check_chat(chatter->ground, context, 20);
    grpc_c_client_context_free(context);
    return NULL;
}

static void test_many_streams_at_once(void **state)
{
    enum { chatters = 16 };
    chatter all[chatters];
    for (int i = 0; i < chatters; i++) {
        all[i].ground = *state;
        pthread_create(&all[i].thread, NULL, chat_main, &all[i]);
    }
    for (int i = 0; i < chatters; i++)
        pthread_join(all[i].thread, NULL);
}

/* ---- misuse ---- */

static void nothing_done(bool ok, void *user_data)
{
    (void)ok;
    (void)user_data;
}

static void nothing_read(const Streams__Item *item, void *user_data)
{
    (void)item;
    (void)user_data;
}

static void misused_chat(void *self, Streams__Streams_Chat_ServerReaderWriter *stream,
                         grpc_c_server_context *context)
{
    (void)self;
    Streams__Item item = STREAMS__ITEM__INIT;
    Streams__Sum other = STREAMS__SUM__INIT;
    /* The blocking functions have no worker to wait with. */
    assert_null(streams__streams_servicer__chat__read(stream));
    assert_false(streams__streams_servicer__chat__write(stream, &item));
    assert_false(grpc_c_server_context_send_initial_metadata(context));
    assert_false(streams__streams_servicer__chat__read__async(stream, NULL, NULL));
    assert_false(streams__streams_servicer__chat__read__async(NULL, nothing_read, NULL));
    assert_false(streams__streams_servicer__chat__write__async(NULL, &item, nothing_done, NULL));
    assert_false(streams__streams_servicer__chat__write__async(stream, NULL, nothing_done, NULL));
    assert_false(
        streams__streams_servicer__chat__write__async(stream,
                                                      (const Streams__Item *)(const void *)&other,
                                                      nothing_done, NULL));
    assert_true(grpc_c_server_context_send_initial_metadata__async(context, NULL, NULL));
    assert_false(grpc_c_server_context_send_initial_metadata__async(context, NULL, NULL));
    /* The headers are still leaving, or have left: only then there is room for a write. */
    grpc_c_server_context_finish(NULL, GRPC_C_STATUS_OK);
    grpc_c_server_context_finish(context, GRPC_C_STATUS_OK);
    /* The call is still there, since the handler has not returned. */
    grpc_c_server_context_finish(context, GRPC_C_STATUS_ABORTED);
    assert_false(streams__streams_servicer__chat__read__async(stream, nothing_read, NULL));
    assert_false(streams__streams_servicer__chat__write__async(stream, &item, nothing_done, NULL));
}

static grpc_c_status_code misused_blocking_chat(void *self,
                                                Streams__Streams_Chat_ServerReaderWriter *stream,
                                                grpc_c_server_context *context)
{
    (void)self;
    Streams__Item item = STREAMS__ITEM__INIT;
    assert_false(streams__streams_servicer__chat__read__async(stream, nothing_read, NULL));
    assert_false(streams__streams_servicer__chat__write__async(stream, &item, nothing_done, NULL));
    assert_false(grpc_c_server_context_send_initial_metadata__async(context, NULL, NULL));
    grpc_c_server_context_finish(context, GRPC_C_STATUS_ABORTED);
    return GRPC_C_STATUS_OK;
}

static void check_misuse(grpc_c_server *server)
{
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Streams__Streams_Stub stub = streams__streams_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Streams__Streams_Chat_ClientReaderWriter *stream = streams__streams_stub__chat(&stub, context);
    assert_null(streams__streams_stub__chat__read(stream));
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    grpc_c_server_free(server);
}

static void test_misuse_of_async_streams(void **state)
{
    (void)state;
    const Streams__Streams_AsyncServicer misused = {.chat = misused_chat};
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_false(streams__streams_add_async_servicer_to_server(NULL, NULL, server));
    assert_false(streams__streams_add_async_servicer_to_server(&misused, NULL, NULL));
    assert_true(streams__streams_add_async_servicer_to_server(&misused, NULL, server));
    assert_false(streams__streams_add_async_servicer_to_server(&misused, NULL, server));
    check_misuse(server);
}

static void test_misuse_of_blocking_streams(void **state)
{
    (void)state;
    const Streams__Streams_Servicer misused = {.chat = misused_blocking_chat};
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(streams__streams_add_servicer_to_server(&misused, NULL, server));
    check_misuse(server);
}

/* ---- beside blocking servicers ---- */

/* A blocking handler that holds a lock while it waits in its stream, and async handlers and a
 * cancel callback that want the same lock: whoever polls for the former must not run the latter. */
typedef struct locked {
    pthread_mutex_t mutex;
    sem_t held;
    sem_t wanted;
    _Atomic int cancelled;
} locked;

static void on_cancel_lock(void *user_data)
{
    locked *locked = user_data;
    pthread_mutex_lock(&locked->mutex);
    locked->cancelled++;
    pthread_mutex_unlock(&locked->mutex);
}

static grpc_c_status_code locked_chat(void *self, Streams__Streams_Chat_ServerReaderWriter *stream,
                                      grpc_c_server_context *context)
{
    (void)context;
    locked *locked = self;
    pthread_mutex_lock(&locked->mutex);
    sem_post(&locked->held);
    const Streams__Item *item;
    while ((item = streams__streams_servicer__chat__read(stream)) != NULL)
        streams__streams_servicer__chat__write(stream, item);
    pthread_mutex_unlock(&locked->mutex);
    return GRPC_C_STATUS_OK;
}

/* Waits, in its stream, for the client to go away. */
static grpc_c_status_code left_collect(void *self, Streams__Streams_Collect_ServerReader *reader,
                                       Streams__Sum *reply, grpc_c_server_context *context)
{
    (void)reply;
    grpc_c_server_context_on_cancel(context, on_cancel_lock, self);
    while (streams__streams_servicer__collect__read(reader) != NULL)
        continue;
    return GRPC_C_STATUS_OK;
}

static void locked_say(void *self, const Echo__Request *request, Echo__Reply *reply,
                       grpc_c_server_context *context)
{
    locked *locked = self;
    sem_post(&locked->wanted);
    pthread_mutex_lock(&locked->mutex);
    reply->text = grpc_c_server_context_strdup(context, request->text);
    pthread_mutex_unlock(&locked->mutex);
    grpc_c_server_context_finish(context, GRPC_C_STATUS_OK);
}

typedef struct mixed {
    locked locked;
    grpc_c_server *server;
    fixture client;
    Streams__Streams_Stub streams;
} mixed;

static mixed *mixed_new(void)
{
    static const Streams__Streams_Servicer blocking = {.chat = locked_chat,
                                                       .collect = left_collect};
    static const Echo__Echo_AsyncServicer async = {.say = locked_say};
    mixed *mixed = calloc(1, sizeof *mixed);
    pthread_mutex_init(&mixed->locked.mutex, NULL);
    sem_init(&mixed->locked.held, 0, 0);
    sem_init(&mixed->locked.wanted, 0, 0);
    mixed->server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = 2, .lanes = 1));
    assert_true(streams__streams_add_servicer_to_server(&blocking, &mixed->locked, mixed->server));
    assert_true(echo__echo_add_async_servicer_to_server(&async, &mixed->locked, mixed->server));
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(mixed->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(mixed->server, NULL));
    mixed->client.channel = grpc_c_insecure_channel_new(target, NULL);
    mixed->client.stub = echo__echo_stub(mixed->client.channel);
    mixed->streams = streams__streams_stub(mixed->client.channel);
    return mixed;
}

static void mixed_free(mixed *mixed)
{
    grpc_c_channel_free(mixed->client.channel);
    grpc_c_server_free(mixed->server);
    free(mixed);
}

static void test_async_handlers_may_want_a_lock_that_a_blocking_one_holds(void **state)
{
    enum { sayers = 4 };
    (void)state;
    mixed *mixed = mixed_new();
    grpc_c_client_context *context = grpc_c_client_context_new();
    for (int round = 0; round < 20; round++) {
        Streams__Streams_Chat_ClientReaderWriter *stream =
            streams__streams_stub__chat(&mixed->streams, context);
        sem_wait(&mixed->locked.held);
        background_call calls[sayers];
        for (int i = 0; i < sayers; i++)
            background_call_start(&calls[i], &mixed->client, false, "x", -1);
        sem_wait(&mixed->locked.wanted);
        for (int i = 0; i < 50; i++) {
            Streams__Item item = item_of(i);
            assert_true(streams__streams_stub__chat__write(stream, &item));
            assert_non_null(streams__streams_stub__chat__read(stream));
        }
        assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
        for (int i = 0; i < sayers; i++) {
            background_call_join(&calls[i]);
            assert_int_equal(calls[i].code, GRPC_C_STATUS_OK);
        }
        for (int i = 1; i < sayers; i++)
            sem_wait(&mixed->locked.wanted);
    }
    grpc_c_client_context_free(context);
    mixed_free(mixed);
}

static void test_cancel_callback_may_want_a_lock_that_a_handler_holds(void **state)
{
    (void)state;
    mixed *mixed = mixed_new();
    grpc_c_client_context *holder = grpc_c_client_context_new();
    grpc_c_client_context *leaver = grpc_c_client_context_new();
    Streams__Item item = STREAMS__ITEM__INIT;

    Streams__Streams_Collect_ClientWriter *left =
        streams__streams_stub__collect(&mixed->streams, leaver);
    assert_true(streams__streams_stub__collect__write(left, &item));
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&mixed->streams, holder);
    sem_wait(&mixed->locked.held);
    grpc_c_client_context_cancel(leaver);
    for (int i = 0; i < 50; i++) {
        assert_true(streams__streams_stub__chat__write(stream, &item));
        assert_non_null(streams__streams_stub__chat__read(stream));
    }
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
    assert_null(streams__streams_stub__collect__finish(left));
    grpc_c_client_context_free(holder);
    grpc_c_client_context_free(leaver);
    grpc_c_server_stop(mixed->server, 1000);
    /* Called, unless the handler saw the end first and returned. */
    assert_true(mixed->locked.cancelled <= 1);
    mixed_free(mixed);
}

/* ---- life ---- */

static void test_stop_waits_for_calls_that_are_held(void **state)
{
    (void)state;
    ground *ground = ground_new(NULL);
    background_call call;
    background_call_start(&call, &ground->client, true, "held", -1);
    async_wait_for_held(&ground->counts, 1);
    pthread_t stopper;
    pthread_create(&stopper, NULL, stop_main, ground->server);
    Echo__Request request = ECHO__REQUEST__INIT;
    /* From some moment on, new calls are refused. */
    while (echo__echo_stub__say(&ground->echo, &request, ground->context) != NULL)
        sched_yield();
    async_release_held(&ground->counts, GRPC_C_STATUS_OK);
    pthread_join(stopper, NULL);
    background_call_join(&call);
    assert_int_equal(call.code, GRPC_C_STATUS_OK);
    ground_free(ground);
}

static void test_stop_cancels_streams_after_the_grace(void **state)
{
    (void)state;
    ground *ground = ground_new(NULL);
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&ground->streams, ground->context);
    Streams__Item item = item_of(1);
    assert_true(streams__streams_stub__chat__write(stream, &item));
    assert_non_null(streams__streams_stub__chat__read(stream));
    grpc_c_server_stop(ground->server, 10);
    assert_int_equal(ground->counts.finished, 1);
    assert_null(streams__streams_stub__chat__read(stream));
    assert_int_not_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
    ground_free(ground);
}

static grpc_c_server *stopped_by_handler;

static void stopping_say(void *self, const Echo__Request *request, Echo__Reply *reply,
                         grpc_c_server_context *context)
{
    (void)self;
    (void)request;
    (void)reply;
    grpc_c_server_stop(stopped_by_handler, 1000);
    grpc_c_server_wait_for_termination(stopped_by_handler); /* returns, since it cannot */
    grpc_c_server_context_finish(context, GRPC_C_STATUS_OK);
}

static void check_stop_from_handler(bool beside_blocking)
{
    static const Streams__Streams_Servicer blocking = {.chat = misused_blocking_chat};
    static const Echo__Echo_AsyncServicer stopping = {.say = stopping_say};
    grpc_c_server *server = grpc_c_server_new(NULL);
    stopped_by_handler = server;
    assert_true(echo__echo_add_async_servicer_to_server(&stopping, NULL, server));
    if (beside_blocking)
        assert_true(streams__streams_add_servicer_to_server(&blocking, NULL, server));
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_non_null(echo__echo_stub__say(&stub, &request, context));
    grpc_c_server_wait_for_termination(server);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    grpc_c_server_free(server);
}

static void test_stop_from_an_async_handler(void **state)
{
    (void)state;
    check_stop_from_handler(false);
    check_stop_from_handler(true);
}

static void test_thread_for_each_lane(void **state)
{
    (void)state;
    ground *first = ground_new(GRPC_C_SERVER_OPTIONS(.lanes = 1));
    wait_for_thread_count(1);
    grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.lanes = 3));
    assert_true(echo__echo_add_async_servicer_to_server(&async_echo, &first->counts, server));
    assert_true(grpc_c_server_start(server, NULL));
    wait_for_thread_count(4);
    grpc_c_server_free(server);
    wait_for_thread_count(1);
    ground_free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answer_in_the_handler, start, stop),
        cmocka_unit_test_setup_teardown(test_failure_in_the_handler, start, stop),
        cmocka_unit_test_setup_teardown(test_unwritten_method, start, stop),
        cmocka_unit_test_setup_teardown(test_answers_from_another_thread_and_holds_none_meanwhile,
                                        start_with_one_lane, stop),
        cmocka_unit_test_setup_teardown(test_deadline_of_a_held_call, start, stop),
        cmocka_unit_test_setup_teardown(test_collect, start, stop),
        cmocka_unit_test_setup_teardown(test_finish_before_the_client_has_sent_all, start, stop),
        cmocka_unit_test_setup_teardown(test_count, start, stop),
        cmocka_unit_test_setup_teardown(test_client_leaves_while_the_server_writes, start, stop),
        cmocka_unit_test_setup_teardown(test_chat, start, stop),
        cmocka_unit_test_setup_teardown(test_failure_in_mid_stream, start, stop),
        cmocka_unit_test_setup_teardown(test_finish_with_a_read_and_a_write_under_way, start, stop),
        cmocka_unit_test_setup_teardown(test_call_is_finished_by_its_cancel_callback, start, stop),
        cmocka_unit_test_setup_teardown(test_many_streams_at_once, start, stop),
        cmocka_unit_test(test_misuse_of_async_streams),
        cmocka_unit_test(test_misuse_of_blocking_streams),
        cmocka_unit_test(test_async_handlers_may_want_a_lock_that_a_blocking_one_holds),
        cmocka_unit_test(test_cancel_callback_may_want_a_lock_that_a_handler_holds),
        cmocka_unit_test(test_stop_waits_for_calls_that_are_held),
        cmocka_unit_test(test_stop_cancels_streams_after_the_grace),
        cmocka_unit_test(test_stop_from_an_async_handler),
        cmocka_unit_test(test_thread_for_each_lane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
