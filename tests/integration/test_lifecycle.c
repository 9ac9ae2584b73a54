/* A server's life: ports, start, stop with and without grace, signals, and again a thousand times.
 */
#include <signal.h>
#include <unistd.h>

#include "fixture.h"

static void test_port_that_is_taken(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(NULL, NULL);
    grpc_c_error error;
    char expected[128];
    grpc_c_server *second = grpc_c_server_new(NULL);
    assert_int_equal(grpc_c_server_add_insecure_port(second, fixture->target, &error), 0);
    snprintf(expected, sizeof expected, "cannot listen on %s: Address already in use",
             fixture->target);
    assert_string_equal(error.message, expected);
    assert_int_equal(error.code, GRPC_C_STATUS_UNAVAILABLE);
    /* The server is still good for another port. */
    assert_true(grpc_c_server_add_insecure_port(second, "127.0.0.1:0", &error) > 0);
    assert_true(grpc_c_server_start(second, &error));
    grpc_c_server_free(second);
    fixture_free(fixture);
}

static void test_port_may_be_shared_on_request(void **state)
{
    (void)state;
    grpc_c_server *first = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.reuse_port = true));
    grpc_c_server *second = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.reuse_port = true));
    char address[64];
    int port = grpc_c_server_add_insecure_port(first, "127.0.0.1:0", NULL);
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    assert_int_equal(grpc_c_server_add_insecure_port(second, address, NULL), port);
    grpc_c_server_free(first);
    grpc_c_server_free(second);
}

static void check_bad_address(const char *address, const char *expected)
{
    grpc_c_error error;
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_int_equal(grpc_c_server_add_insecure_port(server, address, &error), 0);
    assert_string_equal(error.message, expected);
    grpc_c_server_free(server);
}

static void test_bad_addresses_say_why(void **state)
{
    (void)state;
    static const char *const no_addresses[] = {"",
                                               "127.0.0.1",
                                               "127.0.0.1:",
                                               "127.0.0.1:http",
                                               "127.0.0.1:65536",
                                               "::1",
                                               "[::1]",
                                               "[::1]50051",
                                               "ipv4:127.0.0.1",
                                               "unix:",
                                               "localhost",
                                               ":",
                                               "1:2:3:4",
                                               "[::1]:-1",
                                               "127.0.0.1:50051x",
                                               "127.0.0.1:99999",
                                               "ipv4:127.0.0.1:99999",
                                               "unixhost:99999",
                                               "unix-abstract:"};
    for (size_t i = 0; i < sizeof no_addresses / sizeof no_addresses[0]; i++) {
        char expected[128];
        snprintf(expected, sizeof expected, "cannot listen on %s: not an address with a port",
                 no_addresses[i]);
        check_bad_address(no_addresses[i], expected);
    }
    check_bad_address(NULL, "cannot listen on NULL: not an address with a port");
    check_bad_address("unix:/no/such/folder/socket",
                      "cannot listen on unix:/no/such/folder/socket: No such file or directory");
}

static void test_good_addresses(void **state)
{
    (void)state;
    static const char *const addresses[] = {"127.0.0.1:0", "[::]:0", "localhost:0", "0.0.0.0:0"};
    grpc_c_server *server = grpc_c_server_new(NULL);
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        grpc_c_error error = {.message = ""};
        int port = grpc_c_server_add_insecure_port(server, addresses[i], &error);
        assert_string_equal(error.message, "");
        assert_in_range(port, 1, 65535);
    }
    grpc_c_server_free(server);
}

static void test_unix_socket(void **state)
{
    (void)state;
    char folder[] = "/tmp/grpc-c-test-XXXXXX";
    char address[64];
    assert_non_null(mkdtemp(folder));
    snprintf(address, sizeof address, "unix:%s/socket", folder);
    fixture *fixture = fixture_new(NULL, NULL);
    grpc_c_server *server = grpc_c_server_new(NULL);
    echo__echo_add_servicer_to_server(&fixture_servicer, fixture, server);
    assert_int_equal(grpc_c_server_add_insecure_port(server, address, NULL), 1);
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(address, NULL);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_non_null(echo__echo_stub__say(&stub, &request, fixture->context));
    grpc_c_channel_free(channel);
    grpc_c_server_free(server);
    fixture_free(fixture);
    unlink(address + strlen("unix:"));
    rmdir(folder);
}

static void test_out_of_order_is_an_error(void **state)
{
    (void)state;
    grpc_c_error error;
    fixture *fixture = fixture_new(NULL, NULL);
    static const Echo__Absent_Servicer absent = {.say = NULL};
    assert_false(grpc_c_server_start(fixture->server, &error));
    assert_string_equal(error.message, "the server was started or stopped before");
    assert_int_equal(error.code, GRPC_C_STATUS_FAILED_PRECONDITION);
    assert_int_equal(grpc_c_server_add_insecure_port(fixture->server, "127.0.0.1:0", &error), 0);
    assert_false(echo__absent_add_servicer_to_server(&absent, NULL, fixture->server));
    grpc_c_server_stop(fixture->server, 0);
    grpc_c_server_stop(fixture->server, 0);
    assert_false(grpc_c_server_start(fixture->server, &error));
    fixture_free(fixture);
}

static void test_service_is_added_once(void **state)
{
    (void)state;
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(echo__echo_add_servicer_to_server(&fixture_servicer, NULL, server));
    assert_false(echo__echo_add_servicer_to_server(&fixture_servicer, NULL, server));
    assert_false(echo__echo_add_servicer_to_server(NULL, NULL, server));
    assert_false(echo__echo_add_servicer_to_server(&fixture_servicer, NULL, NULL));
    grpc_c_server_free(server);
}

static void test_null_server(void **state)
{
    (void)state;
    grpc_c_error error;
    assert_int_equal(grpc_c_server_add_insecure_port(NULL, "127.0.0.1:0", &error), 0);
    assert_string_equal(error.message, "the server is NULL");
    assert_false(grpc_c_server_start(NULL, &error));
    assert_false(grpc_c_server_stop_on_signals(NULL, 0, &error));
    assert_false(grpc_c_server_start(NULL, NULL));
    grpc_c_server_stop(NULL, 0);
    grpc_c_server_wait_for_termination(NULL);
    grpc_c_server_free(NULL);
}

static void test_server_that_never_starts(void **state)
{
    (void)state;
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL) > 0);
    grpc_c_server_stop(server, 1000);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
}

typedef struct stopper {
    pthread_t thread;
    grpc_c_server *server;
    int64_t grace_ms;
} stopper;

static void *stop_server(void *argument)
{
    stopper *stopper = argument;
    grpc_c_server_stop(stopper->server, stopper->grace_ms);
    return NULL;
}

static void start_to_stop(stopper *stopper, grpc_c_server *server, int64_t grace_ms)
{
    stopper->server = server;
    stopper->grace_ms = grace_ms;
    assert_int_equal(pthread_create(&stopper->thread, NULL, stop_server, stopper), 0);
}

/* Waits until the server refuses new calls. Core cancels those that are on their way just then. */
static void wait_until_refused(fixture *fixture)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    while (echo__echo_stub__say(&fixture->stub, &request, fixture->context) != NULL)
        continue;
    grpc_c_status_code code = grpc_c_client_context_status(fixture->context);
    assert_true(code == GRPC_C_STATUS_UNAVAILABLE || code == GRPC_C_STATUS_CANCELLED);
}

static void test_stop_lets_running_calls_finish(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(NULL, NULL);
    background_call held;
    stopper stopper;
    background_call_start(&held, fixture, true, "finished", -1);
    gate_wait_for(&fixture->gate, 1);
    start_to_stop(&stopper, fixture->server, -1);
    wait_until_refused(fixture);
    gate_let_pass(&fixture->gate, 1);
    background_call_join(&held);
    assert_int_equal(held.code, GRPC_C_STATUS_OK);
    assert_string_equal(held.text, "finished");
    pthread_join(stopper.thread, NULL);
    grpc_c_server_wait_for_termination(fixture->server);
    fixture_free(fixture);
}

static void test_stop_cancels_after_the_grace(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(NULL, NULL);
    background_call held;
    stopper stopper;
    background_call_start(&held, fixture, true, "cancelled", -1);
    gate_wait_for(&fixture->gate, 1);
    start_to_stop(&stopper, fixture->server, 20);
    /* The client hears of it while the handler still runs. */
    background_call_join(&held);
    assert_int_not_equal(held.code, GRPC_C_STATUS_OK);
    assert_int_equal(gate_read(&fixture->gate).waiting, 1);
    gate_let_pass(&fixture->gate, 1);
    pthread_join(stopper.thread, NULL);
    assert_int_equal(gate_read(&fixture->gate).waiting, 0);
    fixture_free(fixture);
}

static void test_second_stop_cuts_the_grace_short(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(NULL, NULL);
    background_call held;
    stopper patient;
    stopper impatient;
    background_call_start(&held, fixture, true, "cancelled", -1);
    gate_wait_for(&fixture->gate, 1);
    start_to_stop(&patient, fixture->server, -1);
    wait_until_refused(fixture);
    start_to_stop(&impatient, fixture->server, 0);
    background_call_join(&held);
    assert_int_not_equal(held.code, GRPC_C_STATUS_OK);
    gate_let_pass(&fixture->gate, 1);
    pthread_join(impatient.thread, NULL);
    pthread_join(patient.thread, NULL);
    fixture_free(fixture);
}

static void test_stop_with_calls_waiting_for_a_worker(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = 1), NULL);
    background_call held;
    background_call waiting[5];
    stopper stopper;
    background_call_start(&held, fixture, true, "held", -1);
    gate_wait_for(&fixture->gate, 1);
    for (int i = 0; i < 5; i++)
        background_call_start(&waiting[i], fixture, false, "waiting", -1);
    start_to_stop(&stopper, fixture->server, 20);
    for (int i = 0; i < 5; i++)
        background_call_join(&waiting[i]);
    background_call_join(&held);
    gate_let_pass(&fixture->gate, 1);
    pthread_join(stopper.thread, NULL);
    /* None of them was begun after the grace. */
    assert_int_equal(fixture->said, 0);
    assert_int_equal(gate_read(&fixture->gate).entered, 1);
    fixture_free(fixture);
}

static grpc_c_status_code stop_own_server(void *self, const Echo__Request *request,
                                          Echo__Reply *reply, grpc_c_server_context *context)
{
    grpc_c_server *const *server = self;
    grpc_c_server_stop(*server, 10000);
    grpc_c_server_stop(*server, 20000);
    grpc_c_server_wait_for_termination(*server);
    grpc_c_server_free(*server); /* refused */
    reply->text = grpc_c_server_context_strdup(context, request->text);
    return GRPC_C_STATUS_OK;
}

static void test_stop_from_a_handler(void **state)
{
    (void)state;
    static const Echo__Echo_Servicer stops_itself = {.say = stop_own_server};
    grpc_c_server *server = grpc_c_server_new(NULL);
    char target[64];
    echo__echo_add_servicer_to_server(&stops_itself, &server, server);
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "last words";
    const Echo__Reply *reply = echo__echo_stub__say(&stub, &request, context);
    assert_string_equal(grpc_c_client_context_error(context), "OK");
    assert_string_equal(reply->text, "last words");
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
}

static int signals_seen;

static void count_signal(int number)
{
    (void)number;
    signals_seen++;
}

static void test_signal_stops_every_server_that_asked(void **state)
{
    (void)state;
    signal(SIGTERM, count_signal);
    for (int round = 0; round < 3; round++) {
        fixture *first = fixture_new(NULL, NULL);
        fixture *second = fixture_new(NULL, NULL);
        fixture *third = fixture_new(NULL, NULL);
        assert_true(grpc_c_server_stop_on_signals(first->server, 1000, NULL));
        assert_true(grpc_c_server_stop_on_signals(second->server, 1000, NULL));
        assert_false(grpc_c_server_stop_on_signals(second->server, 1000, NULL));
        kill(getpid(), SIGTERM);
        grpc_c_server_wait_for_termination(first->server);
        grpc_c_server_wait_for_termination(second->server);
        Echo__Request request = ECHO__REQUEST__INIT;
        assert_non_null(echo__echo_stub__say(&third->stub, &request, third->context));
        fixture_free(first);
        fixture_free(second);
        fixture_free(third);
    }
    /* The process has its own handlers back. */
    assert_int_equal(signals_seen, 0);
    raise(SIGTERM);
    assert_int_equal(signals_seen, 1);
    signal(SIGTERM, SIG_DFL);
}

/* A server that was stopped by a signal and is still there does not hand it to the next. */
static void test_signal_is_for_the_servers_of_its_time(void **state)
{
    (void)state;
    fixture *first = fixture_new(NULL, NULL);
    assert_true(grpc_c_server_stop_on_signals(first->server, 1000, NULL));
    kill(getpid(), SIGINT);
    grpc_c_server_wait_for_termination(first->server);
    fixture *second = fixture_new(NULL, NULL);
    assert_true(grpc_c_server_stop_on_signals(second->server, 1000, NULL));
    for (int i = 0; i < 100; i++) {
        Echo__Request request = ECHO__REQUEST__INIT;
        assert_non_null(echo__echo_stub__say(&second->stub, &request, second->context));
    }
    kill(getpid(), SIGINT);
    grpc_c_server_wait_for_termination(second->server);
    fixture_free(second);
    fixture_free(first);
}

/* Whether it comes before start or after it: the server does not serve on. */
static void test_signal_before_start(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = 1));
        assert_true(grpc_c_server_stop_on_signals(server, 1000, NULL));
        kill(getpid(), SIGTERM);
        grpc_c_server_start(server, NULL);
        grpc_c_server_wait_for_termination(server);
        grpc_c_server_free(server);
    }
}

static void test_stop_before_start(void **state)
{
    (void)state;
    grpc_c_error error;
    grpc_c_server *server = grpc_c_server_new(NULL);
    grpc_c_server_stop(server, 0);
    assert_false(grpc_c_server_start(server, &error));
    assert_string_equal(error.message, "the server was started or stopped before");
    grpc_c_server_free(server);
}

static void test_thousand_lives(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = 2));
        assert_non_null(server);
        assert_true(grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL) > 0);
        assert_true(grpc_c_server_start(server, NULL));
        grpc_c_server_stop(server, 0);
        grpc_c_server_free(server);
    }
}

static void test_hundred_lives_with_a_call(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        fixture *fixture = fixture_new(NULL, NULL);
        Echo__Request request = ECHO__REQUEST__INIT;
        assert_non_null(echo__echo_stub__say(&fixture->stub, &request, fixture->context));
        fixture_free(fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port_that_is_taken),
        cmocka_unit_test(test_port_may_be_shared_on_request),
        cmocka_unit_test(test_bad_addresses_say_why),
        cmocka_unit_test(test_good_addresses),
        cmocka_unit_test(test_unix_socket),
        cmocka_unit_test(test_out_of_order_is_an_error),
        cmocka_unit_test(test_service_is_added_once),
        cmocka_unit_test(test_null_server),
        cmocka_unit_test(test_server_that_never_starts),
        cmocka_unit_test(test_stop_lets_running_calls_finish),
        cmocka_unit_test(test_stop_cancels_after_the_grace),
        cmocka_unit_test(test_second_stop_cuts_the_grace_short),
        cmocka_unit_test(test_stop_with_calls_waiting_for_a_worker),
        cmocka_unit_test(test_stop_from_a_handler),
        cmocka_unit_test(test_signal_stops_every_server_that_asked),
        cmocka_unit_test(test_signal_is_for_the_servers_of_its_time),
        cmocka_unit_test(test_signal_before_start),
        cmocka_unit_test(test_stop_before_start),
        cmocka_unit_test(test_thousand_lives),
        cmocka_unit_test(test_hundred_lives_with_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
