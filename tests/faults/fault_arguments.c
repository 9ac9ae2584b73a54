/*
 * NULL and wrong arguments to the public functions of channels, servers, services and queues: an
 * error comes back, nothing crashes, and the next call is answered. fault_call_arguments.c has
 * those of calls.
 */
#include <limits.h>

#include "misuse.h"

static grpc_c_error error;

/* ---- channels, servers, queues ---- */

static void test_channel(void **state)
{
    fixture *fixture = *state;
    grpc_c_channel *channel = fixture->channel;
    const grpc_c_channel_state none = (grpc_c_channel_state)99;
    const grpc_c_channel_options unset = {.struct_size = 0};
    MISUSE(grpc_c_insecure_channel_new, grpc_c_insecure_channel_new(NULL, NULL) == NULL);
    MISUSE(grpc_c_insecure_channel_new, grpc_c_insecure_channel_new("localhost:1", &unset) == NULL);
    MISUSE(grpc_c_channel_state_name, grpc_c_channel_state_name(none) != NULL);
    MISUSE(grpc_c_channel_get_state,
           grpc_c_channel_get_state(NULL, true) == GRPC_C_CHANNEL_SHUTDOWN);
    MISUSE(grpc_c_channel_wait_for_state_change,
           !grpc_c_channel_wait_for_state_change(NULL, GRPC_C_CHANNEL_IDLE, -1) &&
               !grpc_c_channel_wait_for_state_change(channel, none, -1));
    MISUSE(grpc_c_channel_wait_for_state_change__async,
           !grpc_c_channel_wait_for_state_change__async(NULL, GRPC_C_CHANNEL_IDLE, -1, on_done,
                                                        NULL) &&
               !grpc_c_channel_wait_for_state_change__async(channel, GRPC_C_CHANNEL_IDLE, -1, NULL,
                                                            NULL) &&
               !grpc_c_channel_wait_for_state_change__async(channel, none, -1, on_done, NULL));
    MISUSE(grpc_c_channel_wait_until_ready, !grpc_c_channel_wait_until_ready(NULL, -1));
    MISUSE_VOID(grpc_c_channel_free, grpc_c_channel_free(NULL));
}

static void test_server(void **state)
{
    fixture *fixture = *state;
    const grpc_c_server_options unset = {.struct_size = 0};
    MISUSE(grpc_c_server_new, grpc_c_server_new(&unset) == NULL);
    MISUSE(grpc_c_server_new,
           grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = INT_MAX)) == NULL);
    MISUSE(grpc_c_server_add_insecure_port,
           grpc_c_server_add_insecure_port(NULL, "127.0.0.1:0", &error) == 0 &&
               failed_with(&error, GRPC_C_STATUS_INVALID_ARGUMENT) &&
               grpc_c_server_add_insecure_port(fixture->server, NULL, &error) == 0 &&
               failed_with(&error, GRPC_C_STATUS_INVALID_ARGUMENT) &&
               grpc_c_server_add_insecure_port(NULL, NULL, NULL) == 0);
    /* It has been started. */
    MISUSE(grpc_c_server_add_insecure_port,
           grpc_c_server_add_insecure_port(fixture->server, "127.0.0.1:0", &error) == 0 &&
               failed_with(&error, GRPC_C_STATUS_FAILED_PRECONDITION));
    MISUSE(grpc_c_server_start, !grpc_c_server_start(NULL, &error) &&
                                    failed_with(&error, GRPC_C_STATUS_INVALID_ARGUMENT) &&
                                    !grpc_c_server_start(NULL, NULL));
    MISUSE(grpc_c_server_start, !grpc_c_server_start(fixture->server, &error) &&
                                    failed_with(&error, GRPC_C_STATUS_FAILED_PRECONDITION));
    MISUSE(grpc_c_server_stop_on_signals,
           !grpc_c_server_stop_on_signals(NULL, 0, &error) &&
               failed_with(&error, GRPC_C_STATUS_FAILED_PRECONDITION) &&
               !grpc_c_server_stop_on_signals(NULL, 0, NULL));
    MISUSE_VOID(grpc_c_server_stop, grpc_c_server_stop(NULL, INT64_MIN));
    MISUSE_VOID(grpc_c_server_wait_for_termination, grpc_c_server_wait_for_termination(NULL));
    MISUSE_VOID(grpc_c_server_free, grpc_c_server_free(NULL));
}

static void test_services(void **state)
{
    (void)state;
    static const grpc_c_handler handlers[8];
    static const grpc_c_async_handler async_handlers[8];
    static const grpc_c_service empty = {"empty", 0, NULL, NULL};
    static const grpc_c_method method = {.path = "/a/b"};
    static const grpc_c_service one = {"one", 1, &method, NULL};
    static const grpc_c_mock_method mocked;
    int servicer;
    grpc_c_server *server = grpc_c_server_new(NULL);
    MISUSE(grpc_c_server_add_service,
           !grpc_c_server_add_service(NULL, &empty, handlers, &servicer, NULL) &&
               !grpc_c_server_add_service(server, NULL, handlers, &servicer, NULL) &&
               !grpc_c_server_add_service(server, &one, NULL, &servicer, NULL) &&
               !grpc_c_server_add_service(server, &one, handlers, NULL, NULL));
    MISUSE(grpc_c_server_add_async_service,
           !grpc_c_server_add_async_service(NULL, &empty, async_handlers, &servicer, NULL) &&
               !grpc_c_server_add_async_service(server, NULL, async_handlers, &servicer, NULL) &&
               !grpc_c_server_add_async_service(server, &one, NULL, &servicer, NULL) &&
               !grpc_c_server_add_async_service(server, &one, async_handlers, NULL, NULL));
    MISUSE(grpc_c_mock_new, grpc_c_mock_new(NULL, &mocked, &servicer) == NULL &&
                                grpc_c_mock_new(&empty, NULL, &servicer) == NULL &&
                                grpc_c_mock_new(&empty, &mocked, NULL) == NULL);
    MISUSE(grpc_c_mock_add_to_server, !grpc_c_mock_add_to_server(NULL, server));
    grpc_c_mock *mock = grpc_c_mock_new(&empty, &mocked, &servicer);
    MISUSE(grpc_c_mock_add_to_server, !grpc_c_mock_add_to_server(mock, NULL));
    MISUSE_VOID(grpc_c_mock_free, grpc_c_mock_free(NULL));
    grpc_c_client_context *context = grpc_c_client_context_new();
    grpc_c_stub stub = grpc_c_mock_stub(NULL);
    MISUSE(grpc_c_mock_stub, grpc_c_stub_unary_call(&stub, 0, NULL, context) == NULL &&
                                 grpc_c_client_context_status(context) == GRPC_C_STATUS_INTERNAL);
    grpc_c_client_context_free(context);
    grpc_c_mock_free(mock);
    grpc_c_server_free(server);
}

static void test_completion_queue(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    MISUSE(grpc_c_completion_queue_new, queue != NULL); /* takes nothing that could be wrong */
    MISUSE(grpc_c_completion_queue_run, !grpc_c_completion_queue_run(NULL));
    MISUSE(grpc_c_completion_queue_poll, grpc_c_completion_queue_poll(NULL, -1) == -1);
    MISUSE(grpc_c_completion_queue_fd, grpc_c_completion_queue_fd(NULL) == -1);
    MISUSE_VOID(grpc_c_completion_queue_shutdown, grpc_c_completion_queue_shutdown(NULL));
    MISUSE_VOID(grpc_c_completion_queue_free, grpc_c_completion_queue_free(NULL));
    grpc_c_completion_queue_shutdown(queue);
    grpc_c_completion_queue_shutdown(queue);
    assert_int_equal(grpc_c_completion_queue_poll(queue, -1), -1);
    assert_int_equal(grpc_c_completion_queue_poll(queue, INT64_MIN), -1);
    grpc_c_completion_queue_free(queue);
}

static void test_values(void **state)
{
    (void)state;
    const grpc_c_metadata none = {0, NULL};
    size_t beyond = 99;
    MISUSE(grpc_c_metadata_find, grpc_c_metadata_find(NULL, "key", NULL) == NULL &&
                                     grpc_c_metadata_find(&none, NULL, NULL) == NULL &&
                                     grpc_c_metadata_find(&none, "key", &beyond) == NULL);
    MISUSE(grpc_c_status_code_name,
           strcmp(grpc_c_status_code_name((grpc_c_status_code)-1), "UNKNOWN") == 0 &&
               strcmp(grpc_c_status_code_name((grpc_c_status_code)17), "UNKNOWN") == 0);
    MISUSE_VOID(grpc_c_set_log_callback, grpc_c_set_log_callback(NULL, NULL));
    MISUSE(grpc_c_version, grpc_c_version() != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_channel),       WITH_SERVER(test_server),
        cmocka_unit_test(test_services), cmocka_unit_test(test_completion_queue),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
