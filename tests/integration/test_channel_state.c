/* The state of a channel while its server comes, goes, and comes back. */
#include "fixture.h"

static int port;

/* The first gets a free port, the later ones the same. */
static grpc_c_server *server_new(void)
{
    char address[64];
    grpc_c_error error = {.message = ""};
    grpc_c_server *server = grpc_c_server_new(NULL);
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    port = grpc_c_server_add_insecure_port(server, address, &error);
    assert_string_equal(error.message, "");
    assert_true(grpc_c_server_start(server, &error));
    return server;
}

static grpc_c_channel *channel_new(grpc_c_completion_queue *queue)
{
    /* Tries again soon. */
    static const grpc_c_core_argument arguments[] = {
        {"grpc.initial_reconnect_backoff_ms", NULL, 20},
        {"grpc.min_reconnect_backoff_ms", NULL, 20},
        {"grpc.max_reconnect_backoff_ms", NULL, 100},
    };
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d", port);
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(target, GRPC_C_CHANNEL_OPTIONS(.completion_queue = queue,
                                                                   .core_arguments = arguments,
                                                                   .core_argument_count = 3));
    assert_non_null(channel);
    return channel;
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(grpc_c_channel_state_name(GRPC_C_CHANNEL_IDLE), "IDLE");
    assert_string_equal(grpc_c_channel_state_name(GRPC_C_CHANNEL_CONNECTING), "CONNECTING");
    assert_string_equal(grpc_c_channel_state_name(GRPC_C_CHANNEL_READY), "READY");
    assert_string_equal(grpc_c_channel_state_name(GRPC_C_CHANNEL_TRANSIENT_FAILURE),
                        "TRANSIENT_FAILURE");
    assert_string_equal(grpc_c_channel_state_name(GRPC_C_CHANNEL_SHUTDOWN), "SHUTDOWN");
    assert_string_equal(grpc_c_channel_state_name((grpc_c_channel_state)99), "(no state)");
}

static void ignore(bool ok, void *user_data)
{
    (void)ok;
    (void)user_data;
}

static void test_misuse(void **state)
{
    (void)state;
    grpc_c_channel *channel = grpc_c_insecure_channel_new("127.0.0.1:1", NULL);
    const grpc_c_channel_state none = (grpc_c_channel_state)99;
    assert_int_equal(grpc_c_channel_get_state(NULL, true), GRPC_C_CHANNEL_SHUTDOWN);
    assert_false(grpc_c_channel_wait_until_ready(NULL, -1));
    assert_false(grpc_c_channel_wait_for_state_change(NULL, GRPC_C_CHANNEL_IDLE, -1));
    assert_false(grpc_c_channel_wait_for_state_change(channel, none, -1));
    assert_false(
        grpc_c_channel_wait_for_state_change__async(NULL, GRPC_C_CHANNEL_IDLE, -1, ignore, NULL));
    assert_false(grpc_c_channel_wait_for_state_change__async(channel, none, -1, ignore, NULL));
    assert_false(
        grpc_c_channel_wait_for_state_change__async(channel, GRPC_C_CHANNEL_IDLE, -1, NULL, NULL));
    grpc_c_channel_free(channel);
}

static void test_an_idle_channel_stays_idle_until_told(void **state)
{
    (void)state;
    grpc_c_server *server = server_new();
    grpc_c_channel *channel = channel_new(NULL);
    assert_int_equal(grpc_c_channel_get_state(channel, false), GRPC_C_CHANNEL_IDLE);
    assert_false(grpc_c_channel_wait_for_state_change(channel, GRPC_C_CHANNEL_IDLE, 20));
    assert_false(grpc_c_channel_wait_for_state_change(channel, GRPC_C_CHANNEL_IDLE, 0));
    /* It is another already. */
    assert_true(grpc_c_channel_wait_for_state_change(channel, GRPC_C_CHANNEL_READY, 0));
    assert_int_equal(grpc_c_channel_get_state(channel, true), GRPC_C_CHANNEL_IDLE);
    assert_true(grpc_c_channel_wait_for_state_change(channel, GRPC_C_CHANNEL_IDLE, -1));
    assert_true(grpc_c_channel_wait_until_ready(channel, -1));
    assert_int_equal(grpc_c_channel_get_state(channel, false), GRPC_C_CHANNEL_READY);
    assert_true(grpc_c_channel_wait_until_ready(channel, 0));
    grpc_c_channel_free(channel);
    grpc_c_server_free(server);
}

static void test_a_server_that_comes_goes_and_comes_back(void **state)
{
    (void)state;
    grpc_c_server_free(server_new()); /* for its port */
    grpc_c_channel *channel = channel_new(NULL);
    assert_false(grpc_c_channel_wait_until_ready(channel, 100));
    assert_int_not_equal(grpc_c_channel_get_state(channel, false), GRPC_C_CHANNEL_READY);
    grpc_c_channel_state seen = grpc_c_channel_get_state(channel, true);
    while (seen != GRPC_C_CHANNEL_TRANSIENT_FAILURE) {
        assert_true(grpc_c_channel_wait_for_state_change(channel, seen, -1));
        seen = grpc_c_channel_get_state(channel, true);
    }

    grpc_c_server *server = server_new();
    assert_true(grpc_c_channel_wait_until_ready(channel, -1));
    grpc_c_server_free(server);
    assert_true(grpc_c_channel_wait_for_state_change(channel, GRPC_C_CHANNEL_READY, -1));
    assert_false(grpc_c_channel_wait_until_ready(channel, 100));

    server = server_new();
    assert_true(grpc_c_channel_wait_until_ready(channel, -1));
    grpc_c_server_free(server);
    grpc_c_channel_free(channel);
}

/* ---- async ---- */

typedef struct watcher {
    grpc_c_channel *channel;
    bool ok;
    int times;
    pthread_t thread;
} watcher;

static void on_change(bool ok, void *user_data)
{
    watcher *watcher = user_data;
    watcher->ok = ok;
    watcher->thread = pthread_self();
    watcher->times++;
}

static bool watch(watcher *watcher, grpc_c_channel_state last, int64_t timeout_ms)
{
    return grpc_c_channel_wait_for_state_change__async(watcher->channel, last, timeout_ms,
                                                       on_change, watcher);
}

static void drive_until(grpc_c_completion_queue *queue, const watcher *watcher, int times)
{
    while (watcher->times < times)
        assert_true(grpc_c_completion_queue_poll(queue, -1) >= 0);
}

static void test_async_watch(void **state)
{
    (void)state;
    grpc_c_server *server = server_new();
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    watcher watcher = {.channel = channel_new(queue)};
    assert_true(watch(&watcher, GRPC_C_CHANNEL_IDLE, 10));
    drive_until(queue, &watcher, 1);
    assert_false(watcher.ok);
    assert_true(watch(&watcher, GRPC_C_CHANNEL_READY, 0)); /* it is another already */
    drive_until(queue, &watcher, 2);
    assert_true(watcher.ok);
    assert_true(watch(&watcher, GRPC_C_CHANNEL_IDLE, -1));
    grpc_c_channel_get_state(watcher.channel, true);
    drive_until(queue, &watcher, 3);
    assert_true(watcher.ok);
    assert_true(pthread_equal(watcher.thread, pthread_self()));
    grpc_c_channel_free(watcher.channel);
    grpc_c_completion_queue_free(queue);
    grpc_c_server_free(server);
}

static void test_free_of_the_channel_ends_its_watch(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    watcher watcher = {.channel = channel_new(queue)};
    assert_true(watch(&watcher, GRPC_C_CHANNEL_IDLE, -1));
    grpc_c_channel_free(watcher.channel);
    drive_until(queue, &watcher, 1);
    assert_true(watcher.ok);
    grpc_c_completion_queue_free(queue);
}

/* Core has no watch of a channel that it could not make, and would wait for the time to be up. */
static void test_free_ends_the_watch_of_a_channel_that_cannot_be(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_channel_options options = GRPC_C_CHANNEL_OPTIONS_INIT;
    options.completion_queue = queue;
    options.service_config_json = "{";
    watcher watcher = {.channel = grpc_c_insecure_channel_new("127.0.0.1:1", &options)};
    assert_int_equal(grpc_c_channel_get_state(watcher.channel, false),
                     GRPC_C_CHANNEL_TRANSIENT_FAILURE);
    assert_true(watch(&watcher, GRPC_C_CHANNEL_TRANSIENT_FAILURE, 10));
    drive_until(queue, &watcher, 1);
    assert_false(watcher.ok);
    assert_true(watch(&watcher, GRPC_C_CHANNEL_READY, -1)); /* it is another already */
    drive_until(queue, &watcher, 2);
    assert_true(watcher.ok);
    assert_true(watch(&watcher, GRPC_C_CHANNEL_TRANSIENT_FAILURE, -1));
    grpc_c_channel_free(watcher.channel);
    drive_until(queue, &watcher, 3);
    assert_true(watcher.ok);
    grpc_c_completion_queue_free(queue);
}

static void test_a_queue_that_is_shut_down_takes_no_watch(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    watcher watcher = {.channel = channel_new(queue)};
    assert_true(watch(&watcher, GRPC_C_CHANNEL_IDLE, 10));
    grpc_c_completion_queue_shutdown(queue);
    assert_false(watch(&watcher, GRPC_C_CHANNEL_IDLE, 10));
    assert_true(grpc_c_completion_queue_run(queue));
    assert_int_equal(watcher.times, 1);
    grpc_c_channel_free(watcher.channel);
    grpc_c_completion_queue_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_an_idle_channel_stays_idle_until_told),
        cmocka_unit_test(test_a_server_that_comes_goes_and_comes_back),
        cmocka_unit_test(test_async_watch),
        cmocka_unit_test(test_free_of_the_channel_ends_its_watch),
        cmocka_unit_test(test_free_ends_the_watch_of_a_channel_that_cannot_be),
        cmocka_unit_test(test_a_queue_that_is_shut_down_takes_no_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
