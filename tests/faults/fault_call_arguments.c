/*
 * NULL and wrong arguments to the public functions of calls: contexts, stubs, streams. See
 * fault_arguments.c.
 */
#include "misuse.h"

/* ---- the client's context ---- */

static void test_client_context_null(void **state)
{
    (void)state;
    size_t size = 1;
    MISUSE_VOID(grpc_c_client_context_free, grpc_c_client_context_free(NULL));
    MISUSE_VOID(grpc_c_client_context_reset, grpc_c_client_context_reset(NULL));
    MISUSE_VOID(grpc_c_client_context_set_timeout_ms,
                grpc_c_client_context_set_timeout_ms(NULL, 1));
    MISUSE_VOID(grpc_c_client_context_set_wait_for_ready,
                grpc_c_client_context_set_wait_for_ready(NULL, true));
    MISUSE_VOID(grpc_c_client_context_set_compress_messages,
                grpc_c_client_context_set_compress_messages(NULL, true));
    MISUSE_VOID(grpc_c_client_context_set_completion_queue,
                grpc_c_client_context_set_completion_queue(NULL, NULL));
    MISUSE_VOID(grpc_c_client_context_cancel, grpc_c_client_context_cancel(NULL));
    MISUSE(grpc_c_client_context_set_parent, !grpc_c_client_context_set_parent(NULL, NULL));
    MISUSE(grpc_c_client_context_set_compression,
           !grpc_c_client_context_set_compression(NULL, GRPC_C_COMPRESSION_GZIP));
    MISUSE(grpc_c_client_context_add_metadata,
           !grpc_c_client_context_add_metadata(NULL, "x-key", "value"));
    MISUSE(grpc_c_client_context_add_binary_metadata,
           !grpc_c_client_context_add_binary_metadata(NULL, "x-key-bin", "value", 5));
    MISUSE(grpc_c_client_context_message_was_compressed,
           !grpc_c_client_context_message_was_compressed(NULL));
    MISUSE(grpc_c_client_context_status,
           grpc_c_client_context_status(NULL) == GRPC_C_STATUS_INTERNAL);
    MISUSE(grpc_c_client_context_message, grpc_c_client_context_message(NULL) != NULL);
    MISUSE(grpc_c_client_context_error, grpc_c_client_context_error(NULL) != NULL);
    MISUSE(grpc_c_client_context_initial_metadata,
           grpc_c_client_context_initial_metadata(NULL)->count == 0);
    MISUSE(grpc_c_client_context_trailing_metadata,
           grpc_c_client_context_trailing_metadata(NULL)->count == 0);
    MISUSE(grpc_c_client_context_status_details,
           grpc_c_client_context_status_details(NULL, NULL) == NULL &&
               grpc_c_client_context_status_details(NULL, &size) == NULL && size == 0);
}

static void test_client_context(void **state)
{
    (void)state;
    grpc_c_client_context *context = grpc_c_client_context_new();
    MISUSE(grpc_c_client_context_new, context != NULL);
    MISUSE(grpc_c_client_context_set_compression,
           !grpc_c_client_context_set_compression(context, (grpc_c_compression)-1));
    MISUSE(grpc_c_client_context_add_metadata,
           !grpc_c_client_context_add_metadata(context, NULL, "value") &&
               !grpc_c_client_context_add_metadata(context, "x-key", NULL) &&
               !grpc_c_client_context_add_metadata(context, "no key", "value"));
    MISUSE(grpc_c_client_context_add_binary_metadata,
           !grpc_c_client_context_add_binary_metadata(context, NULL, "value", 5) &&
               !grpc_c_client_context_add_binary_metadata(context, "x-key-bin", NULL, 5));
    grpc_c_client_context_free(context);
}

/* ---- stubs and the client's streams ---- */

/* A stub without a channel, one without a service, as when memory was short, a method that is none,
 * a NULL request. */
static grpc_c_status_code expected_of(const grpc_c_stub *stub)
{
    return stub != NULL && stub->channel != NULL && stub->service == NULL
               ? GRPC_C_STATUS_RESOURCE_EXHAUSTED
               : GRPC_C_STATUS_INTERNAL;
}

static bool unary_fails(const grpc_c_stub *stub, size_t method, grpc_c_client_context *context)
{
    bool replied = grpc_c_stub_unary_call(stub, method, NULL, context) != NULL;
    bool failed = grpc_c_client_context_status(context) == expected_of(stub);
    bool started =
        grpc_c_stub_unary_call__async(stub, method, NULL, context, deliver, on_any, NULL);
    return !replied && failed && !started &&
           grpc_c_client_context_status(context) == expected_of(stub);
}

static bool stream_fails(const grpc_c_stub *stub, size_t method, grpc_c_client_context *context)
{
    grpc_c_client_stream *stream = grpc_c_stub_stream_call(stub, method, NULL, context);
    return grpc_c_client_stream_read(stream) == NULL &&
           grpc_c_client_stream_finish(stream) == expected_of(stub) &&
           grpc_c_stub_stream_call__async(stub, method, NULL, context) == NULL;
}

static void test_stubs(void **state)
{
    fixture *fixture = *state;
    grpc_c_client_context *context = fixture->context;
    const grpc_c_stub *stub = &fixture->stub.base;
    const grpc_c_stub without_channel = grpc_c_stub_new(NULL, NULL);
    const grpc_c_stub without_service = grpc_c_stub_new(fixture->channel, NULL);
    MISUSE(grpc_c_stub_new, without_channel.channel == NULL && without_service.service == NULL);
    MISUSE(grpc_c_stub_unary_call,
           unary_fails(NULL, 0, context) && unary_fails(&without_channel, 0, context) &&
               unary_fails(&without_service, 0, context) && unary_fails(stub, 99, context) &&
               unary_fails(stub, 0, context) &&
               grpc_c_stub_unary_call(stub, 0, NULL, NULL) == NULL);
    MISUSE(grpc_c_stub_unary_call__async,
           !grpc_c_stub_unary_call__async(stub, 0, NULL, NULL, deliver, on_any, NULL) &&
               !grpc_c_stub_unary_call__async(stub, 0, NULL, context, NULL, NULL, NULL));
    MISUSE(grpc_c_stub_stream_call,
           stream_fails(NULL, 0, context) && stream_fails(&without_channel, 0, context) &&
               stream_fails(&without_service, 0, context) && stream_fails(stub, 99, context) &&
               stream_fails(stub, 0, context) && /* which does not stream */
               grpc_c_stub_stream_call(stub, 0, NULL, NULL) == NULL);
    MISUSE(grpc_c_stub_stream_call__async,
           grpc_c_stub_stream_call__async(stub, 0, NULL, NULL) == NULL);
}

static void test_client_streams(void **state)
{
    (void)state;
    Echo__Request message = ECHO__REQUEST__INIT;
    MISUSE(grpc_c_client_stream_write, !grpc_c_client_stream_write(NULL, &message.base));
    MISUSE(grpc_c_client_stream_writes_done, !grpc_c_client_stream_writes_done(NULL));
    MISUSE(grpc_c_client_stream_read, grpc_c_client_stream_read(NULL) == NULL);
    MISUSE(grpc_c_client_stream_finish,
           grpc_c_client_stream_finish(NULL) == GRPC_C_STATUS_INTERNAL);
    MISUSE(grpc_c_client_stream_finish_with_reply,
           grpc_c_client_stream_finish_with_reply(NULL) == NULL);
    MISUSE(grpc_c_client_stream_read__async,
           !grpc_c_client_stream_read__async(NULL, deliver, on_any, NULL));
    MISUSE(grpc_c_client_stream_write__async,
           !grpc_c_client_stream_write__async(NULL, &message.base, on_done, NULL));
    MISUSE(grpc_c_client_stream_writes_done__async,
           !grpc_c_client_stream_writes_done__async(NULL, on_done, NULL));
    MISUSE(grpc_c_client_stream_finish__async,
           !grpc_c_client_stream_finish__async(NULL, on_status, NULL));
    MISUSE(grpc_c_client_stream_finish_with_reply__async,
           !grpc_c_client_stream_finish_with_reply__async(NULL, deliver, on_any, NULL));
}

/* A stream that is open, and one that is over, with what is wrong for each. */
static void test_client_streams_wrongly(void **state)
{
    fixture *fixture = *state;
    Streams__Streams_Stub stub = streams__streams_stub(fixture->channel);
    enum { chat = 2 };
    Echo__Request wrong = ECHO__REQUEST__INIT;
    grpc_c_client_context *context = fixture->context;
    for (int over = 0; over < 2; over++) {
        grpc_c_client_stream *stream = grpc_c_stub_stream_call(&stub.base, chat, NULL, context);
        if (over) /* the server does not serve it */
            assert_int_equal(grpc_c_client_stream_finish(stream), GRPC_C_STATUS_UNIMPLEMENTED);
        assert_false(grpc_c_client_stream_write(stream, NULL));
        assert_false(grpc_c_client_stream_write(stream, &wrong.base));
        assert_false(grpc_c_client_stream_read__async(stream, deliver, on_any, NULL));
        assert_false(grpc_c_client_stream_read__async(stream, NULL, NULL, NULL));
        assert_false(grpc_c_client_stream_write__async(stream, NULL, on_done, NULL));
        assert_false(grpc_c_client_stream_writes_done__async(stream, on_done, NULL));
        assert_false(grpc_c_client_stream_finish__async(stream, NULL, NULL));
        assert_false(grpc_c_client_stream_finish__async(stream, on_status, NULL));
        assert_false(grpc_c_client_stream_finish_with_reply__async(stream, deliver, on_any, NULL));
        assert_int_equal(grpc_c_client_stream_finish(stream), GRPC_C_STATUS_UNIMPLEMENTED);
        assert_int_equal(grpc_c_client_stream_finish(stream), GRPC_C_STATUS_UNIMPLEMENTED);
    }
}

/* ---- the server's context and streams ---- */

static void test_server_context_null(void **state)
{
    (void)state;
    MISUSE(grpc_c_server_context_alloc, grpc_c_server_context_alloc(NULL, 1) == NULL);
    MISUSE(grpc_c_server_context_strdup, grpc_c_server_context_strdup(NULL, "text") == NULL);
    MISUSE(grpc_c_server_context_printf, grpc_c_server_context_printf(NULL, "%d", 1) == NULL);
    MISUSE(grpc_c_server_context_fail, grpc_c_server_context_fail(NULL, GRPC_C_STATUS_ABORTED, "%d",
                                                                  1) == GRPC_C_STATUS_ABORTED);
    MISUSE_VOID(grpc_c_server_context_finish, grpc_c_server_context_finish(NULL, GRPC_C_STATUS_OK));
    MISUSE(grpc_c_server_context_time_left_ms, grpc_c_server_context_time_left_ms(NULL) == 0);
    MISUSE(grpc_c_server_context_method, grpc_c_server_context_method(NULL) != NULL);
    MISUSE(grpc_c_server_context_authority, grpc_c_server_context_authority(NULL) != NULL);
    MISUSE(grpc_c_server_context_peer, grpc_c_server_context_peer(NULL) != NULL);
    MISUSE(grpc_c_server_context_metadata, grpc_c_server_context_metadata(NULL)->count == 0);
    MISUSE(grpc_c_server_context_add_initial_metadata,
           !grpc_c_server_context_add_initial_metadata(NULL, "x-key", "value", 5));
    MISUSE(grpc_c_server_context_add_trailing_metadata,
           !grpc_c_server_context_add_trailing_metadata(NULL, "x-key", "value", 5));
    MISUSE(grpc_c_server_context_set_compression,
           !grpc_c_server_context_set_compression(NULL, GRPC_C_COMPRESSION_GZIP));
    MISUSE_VOID(grpc_c_server_context_set_compress_messages,
                grpc_c_server_context_set_compress_messages(NULL, true));
    MISUSE(grpc_c_server_context_message_was_compressed,
           !grpc_c_server_context_message_was_compressed(NULL));
    MISUSE(grpc_c_server_context_send_initial_metadata,
           !grpc_c_server_context_send_initial_metadata(NULL));
    MISUSE(grpc_c_server_context_send_initial_metadata__async,
           !grpc_c_server_context_send_initial_metadata__async(NULL, on_done, NULL));
    MISUSE(grpc_c_server_context_set_status_details,
           !grpc_c_server_context_set_status_details(NULL, "details", 7));
    MISUSE(grpc_c_server_context_is_cancelled, !grpc_c_server_context_is_cancelled(NULL));
    MISUSE(grpc_c_server_context_on_cancel, !grpc_c_server_context_on_cancel(NULL, NULL, NULL));
}

static void test_server_streams_null(void **state)
{
    (void)state;
    Echo__Reply message = ECHO__REPLY__INIT;
    MISUSE(grpc_c_server_stream_read, grpc_c_server_stream_read(NULL) == NULL);
    MISUSE(grpc_c_server_stream_write, !grpc_c_server_stream_write(NULL, &message.base));
    MISUSE(grpc_c_server_stream_read__async,
           !grpc_c_server_stream_read__async(NULL, deliver, on_any, NULL));
    MISUSE(grpc_c_server_stream_write__async,
           !grpc_c_server_stream_write__async(NULL, &message.base, on_done, NULL));
}

/* What a handler can get wrong with its own context; streams are in integration's test_streams and
 * test_async_server. False where something was accepted. */
static bool misuse_in_handler(grpc_c_server_context *context)
{
    const char *no_format = NULL;
    return grpc_c_server_context_alloc(context, SIZE_MAX) == NULL &&
           grpc_c_server_context_alloc(context, SIZE_MAX - 15) == NULL &&
           grpc_c_server_context_strdup(context, NULL) == NULL &&
           grpc_c_server_context_printf(context, no_format, 1) == NULL &&
           !grpc_c_server_context_add_initial_metadata(context, NULL, "value", 5) &&
           !grpc_c_server_context_add_initial_metadata(context, "x-key", NULL, 5) &&
           !grpc_c_server_context_add_trailing_metadata(context, NULL, "value", 5) &&
           !grpc_c_server_context_add_trailing_metadata(context, "x-key", NULL, 5) &&
           !grpc_c_server_context_set_compression(context, (grpc_c_compression)-1) &&
           !grpc_c_server_context_set_status_details(context, NULL, 5) &&
           grpc_c_server_context_on_cancel(context, NULL, NULL);
}

static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    (void)request;
    (void)reply;
    grpc_c_server *server = *(grpc_c_server **)self;
    bool refused = misuse_in_handler(context);
    /* It would wait for itself. */
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    grpc_c_server_context_finish(context, GRPC_C_STATUS_ABORTED);
    /* The memory of the call is at its limit since the allocations above. */
    return refused ? GRPC_C_STATUS_OK : GRPC_C_STATUS_DATA_LOSS;
}

static void test_handler_with_wrong_arguments(void **state)
{
    fixture *fixture = *state;
    const Echo__Echo_Servicer servicer = {.say = say};
    char target[64];
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(echo__echo_add_servicer_to_server(&servicer, &server, server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    for (int i = 0; i < 2; i++) {
        assert_null(echo__echo_stub__say(&stub, &request, fixture->context));
        assert_int_equal(grpc_c_client_context_status(fixture->context),
                         GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    }
    grpc_c_channel_free(channel);
    grpc_c_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_context_null),
        cmocka_unit_test(test_client_context),
        WITH_SERVER(test_stubs),
        cmocka_unit_test(test_client_streams),
        WITH_SERVER(test_client_streams_wrongly),
        cmocka_unit_test(test_server_context_null),
        cmocka_unit_test(test_server_streams_null),
        WITH_SERVER(test_handler_with_wrong_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
