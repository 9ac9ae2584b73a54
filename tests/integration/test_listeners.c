/* Listening again when core has given a socket up. That it did is read from its log, so a line in
 * it is all that these tests need; tests/faults/limits.bats does it with a server without
 * descriptors.
 */
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include <grpc/support/log.h>

#include "async_servicers.h"

/* How often the log has said that a server listens again. */
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t log_changed = PTHREAD_COND_INITIALIZER;
static int renewals;

static void count_renewals(grpc_c_log_severity severity, const char *message, void *user_data)
{
    (void)severity;
    (void)user_data;
    pthread_mutex_lock(&log_mutex);
    renewals += strcmp(message, "listening again on all addresses") == 0;
    pthread_cond_broadcast(&log_changed);
    pthread_mutex_unlock(&log_mutex);
}

static void wait_for_renewals(int count)
{
    pthread_mutex_lock(&log_mutex);
    while (renewals < count)
        pthread_cond_wait(&log_changed, &log_mutex);
    pthread_mutex_unlock(&log_mutex);
}

static int count_so_far(void)
{
    pthread_mutex_lock(&log_mutex);
    int count = renewals;
    pthread_mutex_unlock(&log_mutex);
    return count;
}

static void let_accept_fail(void)
{
    gpr_log(__FILE__, __LINE__, GPR_LOG_SEVERITY_ERROR, "Failed accept4: of a test");
}

static grpc_c_status_code say_with(const Echo__Echo_Stub *stub, grpc_c_client_context *context)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    grpc_c_client_context_set_wait_for_ready(context, true);
    echo__echo_stub__say(stub, &request, context);
    return grpc_c_client_context_status(context);
}

static grpc_c_status_code say(fixture *fixture)
{
    return say_with(&fixture->stub, fixture->context);
}

/* The connection was asked to end, and the channel makes a new one for the next call. */
static void wait_for_goaway(fixture *fixture)
{
    while (grpc_c_channel_get_state(fixture->channel, false) == GRPC_C_CHANNEL_READY)
        grpc_c_channel_wait_for_state_change(fixture->channel, GRPC_C_CHANNEL_READY, -1);
}

static void test_calls_go_on_and_new_ones_are_served(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = 4, .lanes = 2), NULL);
    background_call held;
    for (int round = 0; round < 2; round++) {
        background_call_start(&held, fixture, true, "held", -1);
        gate_wait_for(&fixture->gate, 1);
        let_accept_fail();
        wait_for_goaway(fixture);
        assert_int_equal(say(fixture), GRPC_C_STATUS_OK);
        gate_let_pass(&fixture->gate, 1);
        background_call_join(&held);
        assert_int_equal(held.code, GRPC_C_STATUS_OK);
    }
    fixture_free(fixture);
}

static void test_all_addresses_come_back(void **state)
{
    (void)state;
    char path[64];
    char targets[3][80];
    int port;
    grpc_c_server *server = grpc_c_server_new(NULL);
    fixture fixture = {.context = grpc_c_client_context_new()};
    assert_true(echo__echo_add_servicer_to_server(&fixture_servicer, &fixture, server));
    snprintf(path, sizeof path, "/tmp/grpc-c-listeners.%d", (int)getpid());
    snprintf(targets[0], sizeof targets[0], "unix:%s", path);
    assert_int_equal(grpc_c_server_add_insecure_port(server, targets[0], NULL), 1);
    for (int i = 1; i < 3; i++) {
        port = grpc_c_server_add_insecure_port(server, i == 1 ? "[::]:0" : "127.0.0.1:0", NULL);
        snprintf(targets[i], sizeof targets[i], "127.0.0.1:%d", port);
    }
    assert_true(grpc_c_server_start(server, NULL));
    for (int i = 0; i < 3; i++) {
        fixture.channel = grpc_c_insecure_channel_new(targets[i], NULL);
        fixture.stub = echo__echo_stub(fixture.channel);
        assert_int_equal(say(&fixture), GRPC_C_STATUS_OK);
        if (i == 0) {
            let_accept_fail();
            wait_for_goaway(&fixture);
        }
        assert_int_equal(say(&fixture), GRPC_C_STATUS_OK);
        grpc_c_channel_free(fixture.channel);
    }
    grpc_c_client_context_free(fixture.context);
    grpc_c_server_free(server);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* With a call that runs on meanwhile, and is cancelled by the stop. */
static void test_stop_at_any_time(void **state)
{
    (void)state;
    for (int round = 0; round < 30; round++) {
        fixture *fixture = fixture_new(NULL, NULL);
        background_call held;
        background_call_start(&held, fixture, true, "held", -1);
        gate_wait_for(&fixture->gate, 1);
        let_accept_fail();
        if (round % 3 > 0)
            wait_for_goaway(fixture);
        if (round % 3 > 1)
            say(fixture);
        gate_let_pass(&fixture->gate, 1);
        grpc_c_server_stop(fixture->server, round % 2 ? 0 : 60 * 1000);
        background_call_join(&held);
        fixture_free(fixture);
    }
}

/* ---- calls all the time ---- */

typedef struct caller {
    pthread_t thread;
    fixture *fixture;
    atomic_bool *over;
    atomic_int done;
    int stopped;
    int failed_otherwise;
} caller;

static void *call_until_over(void *argument)
{
    caller *caller = argument;
    grpc_c_client_context *context = grpc_c_client_context_new();
    while (!*caller->over) {
        grpc_c_status_code code = say_with(&caller->fixture->stub, context);
        if (code == GRPC_C_STATUS_OK)
            caller->done++;
        else if (code == GRPC_C_STATUS_CANCELLED || code == GRPC_C_STATUS_UNAVAILABLE)
            caller->stopped++;
        else
            caller->failed_otherwise++;
    }
    grpc_c_client_context_free(context);
    return NULL;
}

/* One that comes at the very moment may end as when a server is stopped; others do not. */
static void test_calls_all_the_time(void **state)
{
    (void)state;
    enum { callers_count = 4, rounds = 2 };
    atomic_bool over = false;
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.lanes = 2), NULL);
    caller callers[callers_count];
    for (int i = 0; i < callers_count; i++) {
        callers[i] = (caller){.fixture = fixture, .over = &over};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_until_over, &callers[i]), 0);
    }
    for (int round = 0; round < rounds; round++) {
        int before = count_so_far();
        let_accept_fail();
        wait_for_renewals(before + 1);
    }
    assert_true(grpc_c_channel_wait_until_ready(fixture->channel, -1));
    for (int i = 0; i < callers_count; i++)
        while (callers[i].done == 0)
            sched_yield();
    over = true;
    for (int i = 0; i < callers_count; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_in_range(callers[i].stopped, 0, 2 * rounds);
        assert_int_equal(callers[i].failed_otherwise, 0);
    }
    fixture_free(fixture);
}

/* ---- on the user's queue ---- */

static void *drive(void *queue)
{
    grpc_c_completion_queue_run(queue);
    return NULL;
}

static void test_on_a_queue_of_the_users(void **state)
{
    (void)state;
    pthread_t driver;
    async_counts counts;
    async_counts_init(&counts);
    fixture fixture = {.context = grpc_c_client_context_new()};
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.completion_queue = queue));
    assert_true(echo__echo_add_async_servicer_to_server(&async_echo, &counts, server));
    int port = grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL);
    snprintf(fixture.target, sizeof fixture.target, "127.0.0.1:%d", port);
    assert_true(grpc_c_server_start(server, NULL));
    assert_int_equal(pthread_create(&driver, NULL, drive, queue), 0);
    fixture.channel = grpc_c_insecure_channel_new(fixture.target, NULL);
    fixture.stub = echo__echo_stub(fixture.channel);
    assert_int_equal(say(&fixture), GRPC_C_STATUS_OK);
    let_accept_fail();
    wait_for_goaway(&fixture);
    assert_int_equal(say(&fixture), GRPC_C_STATUS_OK);
    grpc_c_channel_free(fixture.channel);
    grpc_c_client_context_free(fixture.context);
    grpc_c_server_free(server);
    grpc_c_completion_queue_shutdown(queue);
    pthread_join(driver, NULL);
    grpc_c_completion_queue_free(queue);
}

int main(void)
{
    grpc_c_set_log_callback(count_renewals, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_go_on_and_new_ones_are_served),
        cmocka_unit_test(test_all_addresses_come_back),
        cmocka_unit_test(test_stop_at_any_time),
        cmocka_unit_test(test_calls_all_the_time),
        cmocka_unit_test(test_on_a_queue_of_the_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
