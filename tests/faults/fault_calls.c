/*
 * Faults of callers and handlers, client and server in one process: metadata that may not be sent,
 * deadlines at their limits, cancels at each step, a handler that blocks for ever, retries. A case
 * ends with a call that succeeds.
 */
#include <errno.h>
#include <limits.h>
#include <semaphore.h>

#include "async_servicers.h"

enum { most_attempts = 16 };

typedef struct ground {
    grpc_c_server *server;
    grpc_c_channel *channel;
    Echo__Echo_Stub echo;
    Streams__Streams_Stub streams;
    grpc_c_client_context *context;
    char target[64];
    /* What the handlers do and see. */
    _Atomic int accepted;
    _Atomic int called;
    _Atomic int failures;
    char attempts[most_attempts][8];
    sem_t entered;
    sem_t leave;
} ground;

/* ---- metadata ---- */

static const char *const bad_keys[] = {"",
                                       "Upper",
                                       "with space",
                                       "n\xc3\xa4me",
                                       "line\nbreak",
                                       ":path",
                                       ":status",
                                       "grpc-timeout",
                                       "grpc-status",
                                       "grpc-message",
                                       "grpc-encoding",
                                       "grpc-status-details-bin",
                                       "te",
                                       "content-type",
                                       "content-length",
                                       "connection",
                                       "user-agent",
                                       "host"};
enum { bad_key_count = sizeof bad_keys / sizeof bad_keys[0] };

typedef bool (*adder)(void *context, const char *key, const void *value, size_t size);

static bool add_to_client(void *context, const char *key, const void *value, size_t size)
{
    return grpc_c_client_context_add_binary_metadata(context, key, value, size);
}

static bool add_initial(void *context, const char *key, const void *value, size_t size)
{
    return grpc_c_server_context_add_initial_metadata(context, key, value, size);
}

static bool add_trailing(void *context, const char *key, const void *value, size_t size)
{
    return grpc_c_server_context_add_trailing_metadata(context, key, value, size);
}

/* How many of all that may not be sent were accepted. */
static int count_accepted(adder add, void *context)
{
    int accepted = 0;
    for (size_t i = 0; i < bad_key_count; i++)
        accepted += add(context, bad_keys[i], "value", 5);
    accepted += add(context, NULL, "value", 5);
    accepted += add(context, "x-key", NULL, 5);
    accepted += add(context, "x-key", "a\nb", 3);
    accepted += add(context, "x-key", "a\0b", 3);
    accepted += add(context, "x-key", "n\xc3\xa4me", 5);
    accepted += add(context, "x-key", "\x7f", 1);
    accepted += add(NULL, "x-key", "value", 5);
    return accepted;
}

static void try_bad_metadata(ground *ground, grpc_c_server_context *context)
{
    ground->accepted = count_accepted(add_initial, context) + count_accepted(add_trailing, context);
    ground->called++;
}

/* ---- the service ---- */

static void note_attempt(ground *ground, grpc_c_server_context *context)
{
    const grpc_c_metadata_entry *attempt =
        grpc_c_metadata_find(grpc_c_server_context_metadata(context), "grpc-previous-rpc-attempts",
                             NULL);
    int number = ground->called;
    if (number < most_attempts)
        snprintf(ground->attempts[number], sizeof ground->attempts[0], "%s",
                 attempt != NULL ? attempt->value : "none");
    ground->called++;
}

static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    ground *ground = self;
    (void)reply;
    if (strcmp(request->text, "metadata") == 0)
        try_bad_metadata(ground, context);
    else
        note_attempt(ground, context);
    return ground->failures-- > 0 ? GRPC_C_STATUS_UNAVAILABLE : GRPC_C_STATUS_OK;
}

static grpc_c_status_code hold(void *self, const Echo__Request *request, Echo__Reply *reply,
                               grpc_c_server_context *context)
{
    ground *ground = self;
    (void)request;
    (void)reply;
    (void)context;
    sem_post(&ground->entered);
    sem_wait(&ground->leave);
    return GRPC_C_STATUS_OK;
}

/* Reads nothing until it is told to leave. */
static grpc_c_status_code collect(void *self, Streams__Streams_Collect_ServerReader *reader,
                                  Streams__Sum *reply, grpc_c_server_context *context)
{
    (void)reader;
    (void)reply;
    return hold(self, NULL, NULL, context);
}

static void say_async(void *self, const Echo__Request *request, Echo__Reply *reply,
                      grpc_c_server_context *context)
{
    (void)request;
    (void)reply;
    try_bad_metadata(self, context);
    grpc_c_server_context_finish(context, GRPC_C_STATUS_OK);
}

static const Echo__Echo_Servicer echo = {.say = say, .hold = hold};
static const Echo__Echo_AsyncServicer async_says = {.say = say_async};
static const Streams__Streams_Servicer streams = {.collect = collect};

static ground *ground_new(bool async, const grpc_c_channel_options *options)
{
    ground *ground = calloc(1, sizeof *ground);
    ground->failures = 0;
    sem_init(&ground->entered, 0, 0);
    sem_init(&ground->leave, 0, 0);
    ground->server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = 2));
    if (async)
        assert_true(echo__echo_add_async_servicer_to_server(&async_says, ground, ground->server));
    else
        assert_true(echo__echo_add_servicer_to_server(&echo, ground, ground->server) &&
                    streams__streams_add_servicer_to_server(&streams, ground, ground->server));
    snprintf(ground->target, sizeof ground->target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->channel = grpc_c_insecure_channel_new(ground->target, options);
    ground->echo = echo__echo_stub(ground->channel);
    ground->streams = streams__streams_stub(ground->channel);
    ground->context = grpc_c_client_context_new();
    return ground;
}

static void ground_free(ground *ground)
{
    grpc_c_client_context_free(ground->context);
    grpc_c_channel_free(ground->channel);
    grpc_c_server_free(ground->server);
    sem_destroy(&ground->entered);
    sem_destroy(&ground->leave);
    free(ground);
}

static grpc_c_status_code call_say(ground *ground, const char *text)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = (char *)text;
    const Echo__Reply *reply = echo__echo_stub__say(&ground->echo, &request, ground->context);
    grpc_c_status_code code = grpc_c_client_context_status(ground->context);
    assert_int_equal(reply != NULL, code == GRPC_C_STATUS_OK);
    return code;
}

static grpc_c_status_code call_hold(ground *ground)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    echo__echo_stub__hold(&ground->echo, &request, ground->context);
    return grpc_c_client_context_status(ground->context);
}

/* The server answers the next call. */
static void check_next_call(ground *ground)
{
    grpc_c_client_context_reset(ground->context);
    assert_int_equal(call_say(ground, "next"), GRPC_C_STATUS_OK);
}

/* ---- tests ---- */

static void check_bad_metadata(bool async)
{
    ground *ground = ground_new(async, NULL);
    assert_int_equal(count_accepted(add_to_client, ground->context), 0);
    assert_false(grpc_c_client_context_add_metadata(ground->context, "x-key", NULL));
    assert_int_equal(ground->called, 0); /* nothing was called by that */
    assert_int_equal(call_say(ground, "metadata"), GRPC_C_STATUS_OK);
    assert_int_equal(ground->called, 1);
    assert_int_equal(ground->accepted, 0);
    assert_int_equal(grpc_c_client_context_trailing_metadata(ground->context)->count, 0);
    check_next_call(ground);
    ground_free(ground);
}

static void test_bad_metadata_is_refused_where_it_is_set(void **state)
{
    (void)state;
    check_bad_metadata(false);
    check_bad_metadata(true);
}

/* What a server takes is its own affair, and 8 KiB by default: the call ends, and perhaps, a moment
 * later, the connection. */
static void check_too_much(const char *key, const char *value)
{
    ground *ground = ground_new(false, NULL);
    assert_true(grpc_c_client_context_add_metadata(ground->context, key, value));
    assert_int_equal(call_say(ground, "too much"), GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    assert_int_equal(ground->called, 0);
    grpc_c_client_context_reset(ground->context);
    grpc_c_client_context_set_wait_for_ready(ground->context, true);
    while (call_say(ground, "next") != GRPC_C_STATUS_OK)
        assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_UNAVAILABLE);
    ground_free(ground);
}

/* Over a MiB is refused here. */
static void test_metadata_of_any_length(void **state)
{
    (void)state;
    enum { most = 1024 * 1024, over_the_server = 16 * 1024 };
    grpc_c_client_context *context = grpc_c_client_context_new();
    char *text = calloc(most + 2, 1);
    memset(text, 'x', most + 1);
    assert_false(grpc_c_client_context_add_metadata(context, "x-key", text));
    assert_false(grpc_c_client_context_add_metadata(context, text, "value"));
    assert_false(grpc_c_client_context_add_binary_metadata(context, "x-key", text, SIZE_MAX));
    text[most - 10] = '\0';
    assert_true(grpc_c_client_context_add_metadata(context, "x-key", text));
    assert_false(grpc_c_client_context_add_metadata(context, "x-key", "value"));
    grpc_c_client_context_free(context);
    check_too_much("x-key", text);
    text[over_the_server] = '\0';
    check_too_much("x-key", text);
    check_too_much(text, "value");
    free(text);
}

static void test_deadlines_of_all_lengths(void **state)
{
    (void)state;
    static const int64_t endless[] = {-1, INT64_MIN, INT64_MAX, INT64_MAX / 1000000 + 1, INT_MAX};
    ground *ground = ground_new(false, NULL);
    grpc_c_client_context_set_timeout_ms(ground->context, 0);
    assert_int_equal(call_say(ground, "past"), GRPC_C_STATUS_DEADLINE_EXCEEDED);
    assert_int_equal(ground->called, 0);
    grpc_c_client_context_set_timeout_ms(ground->context, 1);
    for (int i = 0; i < 20; i++)
        assert_int_equal(call_hold(ground), GRPC_C_STATUS_DEADLINE_EXCEEDED);
    for (int i = 0; i < 20; i++)
        sem_post(&ground->leave); /* for as many as have come to a handler, at most */
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
        grpc_c_client_context_set_timeout_ms(ground->context, endless[i]);
        assert_int_equal(call_say(ground, "endless"), GRPC_C_STATUS_OK);
    }
    check_next_call(ground);
    ground_free(ground);
}

static void *cancel_when_entered(void *argument)
{
    ground *ground = argument;
    sem_wait(&ground->entered);
    grpc_c_client_context_cancel(ground->context);
    return NULL;
}

static void test_cancel_before_and_after_the_call(void **state)
{
    (void)state;
    ground *ground = ground_new(false, NULL);
    grpc_c_client_context_cancel(ground->context);
    assert_int_equal(call_say(ground, "cancelled"), GRPC_C_STATUS_CANCELLED);
    assert_int_equal(call_say(ground, "the cancel was for one"), GRPC_C_STATUS_OK);
    grpc_c_client_context_cancel(ground->context);
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_OK);
    assert_int_equal(call_say(ground, "not cancelled"), GRPC_C_STATUS_OK);
    check_next_call(ground);
    ground_free(ground);
}

/* The handler does not read: writes stop when the window is full, and wait until the cancel. */
static void test_cancel_in_a_write_that_waits(void **state)
{
    (void)state;
    ground *ground = ground_new(false, NULL);
    pthread_t canceller;
    assert_int_equal(pthread_create(&canceller, NULL, cancel_when_entered, ground), 0);
    Streams__Item item = STREAMS__ITEM__INIT;
    uint8_t filling[1024] = {0};
    item.filling = (ProtobufCBinaryData){sizeof filling, filling};
    Streams__Streams_Collect_ClientWriter *writer =
        streams__streams_stub__collect(&ground->streams, ground->context);
    while (streams__streams_stub__collect__write(writer, &item))
        continue;
    pthread_join(canceller, NULL);
    assert_null(streams__streams_stub__collect__finish(writer));
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_CANCELLED);
    /* It stays so. */
    grpc_c_client_context_cancel(ground->context);
    assert_null(streams__streams_stub__collect__finish(writer));
    assert_false(streams__streams_stub__collect__write(writer, &item));
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_CANCELLED);
    sem_post(&ground->leave);
    check_next_call(ground);
    ground_free(ground);
}

static void *stop_at_once(void *server)
{
    grpc_c_server_stop(server, 0);
    return NULL;
}

/* Of two workers, one is lost. Stop waits for the handler, since it uses what free takes away. */
static void test_handler_that_blocks_for_ever(void **state)
{
    (void)state;
    ground *ground = ground_new(false, NULL);
    grpc_c_client_context_set_timeout_ms(ground->context, 100);
    assert_int_equal(call_hold(ground), GRPC_C_STATUS_DEADLINE_EXCEEDED);
    sem_wait(&ground->entered);
    for (int i = 0; i < 20; i++)
        check_next_call(ground);
    pthread_t stopper;
    assert_int_equal(pthread_create(&stopper, NULL, stop_at_once, ground->server), 0);
    while (call_say(ground, "until it stops") == GRPC_C_STATUS_OK)
        continue;
    assert_int_equal(pthread_tryjoin_np(stopper, NULL), EBUSY);
    sem_post(&ground->leave);
    pthread_join(stopper, NULL);
    ground_free(ground);
}

static void test_retries_are_counted(void **state)
{
    (void)state;
    static const char config[] =
        "{\"methodConfig\": [{\"name\": [{\"service\": \"echo.Echo\"}], \"retryPolicy\": {"
        "\"maxAttempts\": 4, \"initialBackoff\": \"0.01s\", \"maxBackoff\": \"0.05s\", "
        "\"backoffMultiplier\": 1, \"retryableStatusCodes\": [\"UNAVAILABLE\"]}}]}";
    ground *ground = ground_new(false, GRPC_C_CHANNEL_OPTIONS(.service_config_json = config));
    ground->failures = 3;
    assert_int_equal(call_say(ground, "fourth time lucky"), GRPC_C_STATUS_OK);
    assert_int_equal(ground->called, 4);
    /* gRPC's proposal A6 has servers told how often it was tried before. */
    static const char *const attempts[] = {"none", "1", "2", "3"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(ground->attempts[i], attempts[i]);
    ground->called = 0;
    ground->failures = 4;
    assert_int_equal(call_say(ground, "no fifth time"), GRPC_C_STATUS_UNAVAILABLE);
    assert_int_equal(ground->called, 4);
    check_next_call(ground);
    ground_free(ground);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_metadata_is_refused_where_it_is_set),
        cmocka_unit_test(test_metadata_of_any_length),
        cmocka_unit_test(test_deadlines_of_all_lengths),
        cmocka_unit_test(test_cancel_before_and_after_the_call),
        cmocka_unit_test(test_cancel_in_a_write_that_waits),
        cmocka_unit_test(test_handler_that_blocks_for_ever),
        cmocka_unit_test(test_retries_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
