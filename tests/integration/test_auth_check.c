/* A server's auth check, before blocking and async handlers of all four kinds: what it sees, whom
 * it refuses and with what, what it hands on, and what it may not do. */
#include <grpc-c/generated.h>

#include "fixture.h"
#include "streams.grpc-c.h"

/* ---- the servers ---- */

typedef struct ground {
    /** Calls that came to the check, and to a handler. */
    _Atomic int checked;
    _Atomic int handled;
    /** What the check tried and was refused. */
    _Atomic int refused_misuse;
    gate gate;
    grpc_c_server *server;
    grpc_c_channel *channel;
    Echo__Echo_Stub echo;
    Streams__Streams_Stub streams;
    grpc_c_client_context *context;
} ground;

static void cancelled(void *user_data)
{
    (void)user_data;
}

/* What a check has no business with; it must come to nothing. */
static void misuse(ground *ground, grpc_c_server_context *context)
{
    grpc_c_server_context_finish(context, GRPC_C_STATUS_OK);
    if (!grpc_c_server_context_send_initial_metadata__async(context, NULL, NULL))
        ground->refused_misuse++;
    grpc_c_server_context_on_cancel(context, cancelled, NULL);
}

/* The token says what is to happen. */
static grpc_c_status_code check(grpc_c_server_context *context, void *auth_check_data)
{
    ground *ground = auth_check_data;
    ground->checked++;
    const grpc_c_metadata_entry *entry =
        grpc_c_metadata_find(grpc_c_server_context_metadata(context), "authorization", NULL);
    if (entry == NULL)
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNAUTHENTICATED, "no token");
    const char *token = entry->value;
    if (strncmp(token, "misuse", 6) == 0)
        misuse(ground, context);
    if (strcmp(token, "misuse and refuse") == 0 || strcmp(token, "refuse") == 0) {
        grpc_c_server_context_add_trailing_metadata(context, "www-authenticate", "Bearer", 6);
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_PERMISSION_DENIED,
                                          "%s is not for %s", grpc_c_server_context_method(context),
                                          token);
    }
    if (strcmp(token, "silent") == 0)
        return GRPC_C_STATUS_PERMISSION_DENIED;
    if (strcmp(token, "no code") == 0)
        return (grpc_c_status_code)99;
    if (strcmp(token, "negative") == 0)
        return (grpc_c_status_code)-1;
    grpc_c_server_context_set_principal(context, grpc_c_server_context_strdup(context, token));
    grpc_c_server_context_remove_metadata(context, "authorization");
    return GRPC_C_STATUS_OK;
}

/* Who calls, as the handler sees it. */
static char *describe(grpc_c_server_context *context)
{
    const grpc_c_metadata *metadata = grpc_c_server_context_metadata(context);
    const char *principal = grpc_c_server_context_principal(context);
    return grpc_c_server_context_printf(context, "%s, %s, %s",
                                        principal != NULL ? principal : "nobody",
                                        grpc_c_metadata_find(metadata, "authorization", NULL) !=
                                                NULL
                                            ? "visible"
                                            : "hidden",
                                        grpc_c_metadata_find(metadata, "x-kept", NULL) != NULL
                                            ? "kept"
                                            : "lost");
}

static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    ground *ground = self;
    (void)request;
    ground->handled++;
    reply->text = describe(context);
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code collect(void *self, Streams__Streams_Collect_ServerReader *reader,
                                  Streams__Sum *reply, grpc_c_server_context *context)
{
    ground *ground = self;
    (void)context;
    ground->handled++;
    while (streams__streams_servicer__collect__read(reader) != NULL)
        reply->count++;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code count(void *self, const Streams__Order *request,
                                Streams__Streams_Count_ServerWriter *writer,
                                grpc_c_server_context *context)
{
    ground *ground = self;
    (void)request;
    (void)context;
    ground->handled++;
    Streams__Item item = STREAMS__ITEM__INIT;
    streams__streams_servicer__count__write(writer, &item);
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code chat(void *self, Streams__Streams_Chat_ServerReaderWriter *stream,
                               grpc_c_server_context *context)
{
    ground *ground = self;
    (void)context;
    ground->handled++;
    const Streams__Item *item;
    while ((item = streams__streams_servicer__chat__read(stream)) != NULL)
        streams__streams_servicer__chat__write(stream, item);
    return GRPC_C_STATUS_OK;
}

static void say__async(void *self, const Echo__Request *request, Echo__Reply *reply,
                       grpc_c_server_context *context)
{
    grpc_c_server_context_finish(context, say(self, request, reply, context));
}

static void on_collected(const Streams__Item *item, void *user_data)
{
    (void)item;
    grpc_c_server_context_finish(user_data, GRPC_C_STATUS_OK);
}

static void collect__async(void *self, Streams__Streams_Collect_ServerReader *reader,
                           Streams__Sum *reply, grpc_c_server_context *context)
{
    ground *ground = self;
    ground->handled++;
    reply->count = 1;
    assert_true(streams__streams_servicer__collect__read__async(reader, on_collected, context));
}

static void on_counted(bool ok, void *user_data)
{
    (void)ok;
    grpc_c_server_context_finish(user_data, GRPC_C_STATUS_OK);
}

static void count__async(void *self, const Streams__Order *request,
                         Streams__Streams_Count_ServerWriter *writer,
                         grpc_c_server_context *context)
{
    ground *ground = self;
    (void)request;
    ground->handled++;
    Streams__Item item = STREAMS__ITEM__INIT;
    assert_true(streams__streams_servicer__count__write__async(writer, &item, on_counted, context));
}

static void chat__async(void *self, Streams__Streams_Chat_ServerReaderWriter *stream,
                        grpc_c_server_context *context)
{
    ground *ground = self;
    ground->handled++;
    Streams__Item item = STREAMS__ITEM__INIT;
    assert_true(streams__streams_servicer__chat__write__async(stream, &item, on_counted, context));
}

static const Echo__Echo_Servicer echo = {.say = say};
static const Streams__Streams_Servicer streams = {.collect = collect, .count = count, .chat = chat};
static const Echo__Echo_AsyncServicer echo_async = {.say = say__async};
static const Streams__Streams_AsyncServicer streams_async = {.collect = collect__async,
                                                             .count = count__async,
                                                             .chat = chat__async};

/* Which servicers are async. */
typedef enum mixture { all_blocking, all_async, echo_async_only } mixture;

static ground *ground_new(mixture mixture, grpc_c_auth_check auth_check)
{
    ground *ground = calloc(1, sizeof *ground);
    ground->server = grpc_c_server_new(
        GRPC_C_SERVER_OPTIONS(.auth_check = auth_check, .auth_check_data = ground));
    assert_true(mixture == all_blocking
                    ? echo__echo_add_servicer_to_server(&echo, ground, ground->server)
                    : echo__echo_add_async_servicer_to_server(&echo_async, ground, ground->server));
    assert_true(mixture != all_async
                    ? streams__streams_add_servicer_to_server(&streams, ground, ground->server)
                    : streams__streams_add_async_servicer_to_server(&streams_async, ground,
                                                                    ground->server));
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->channel = grpc_c_insecure_channel_new(target, NULL);
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
    free(ground);
}

static int start_blocking(void **state)
{
    *state = ground_new(all_blocking, check);
    return 0;
}

static int start_async(void **state)
{
    *state = ground_new(all_async, check);
    return 0;
}

static int start_mixed(void **state)
{
    *state = ground_new(echo_async_only, check);
    return 0;
}

static int stop(void **state)
{
    ground_free(*state);
    return 0;
}

/* ---- calls ---- */

/* For the next call; NULL: none. */
static grpc_c_client_context *with_token(ground *ground, const char *token)
{
    grpc_c_client_context_reset(ground->context);
    if (token != NULL)
        assert_true(grpc_c_client_context_add_metadata(ground->context, "authorization", token));
    assert_true(grpc_c_client_context_add_metadata(ground->context, "x-kept", "1"));
    return ground->context;
}

typedef enum kind { unary, client_streaming, server_streaming, bidi, kinds } kind;

static grpc_c_status_code call(ground *ground, kind kind, const char *token)
{
    grpc_c_client_context *context = with_token(ground, token);
    Echo__Request request = ECHO__REQUEST__INIT;
    Streams__Item item = STREAMS__ITEM__INIT;
    Streams__Order order = STREAMS__ORDER__INIT;
    switch (kind) {
    case unary:
        echo__echo_stub__say(&ground->echo, &request, context);
        break;
    case client_streaming: {
        Streams__Streams_Collect_ClientWriter *writer =
            streams__streams_stub__collect(&ground->streams, context);
        streams__streams_stub__collect__write(writer, &item);
        streams__streams_stub__collect__finish(writer);
        break;
    }
    case server_streaming: {
        Streams__Streams_Count_ClientReader *reader =
            streams__streams_stub__count(&ground->streams, &order, context);
        while (streams__streams_stub__count__read(reader) != NULL)
            continue;
        streams__streams_stub__count__finish(reader);
        break;
    }
    default: {
        Streams__Streams_Chat_ClientReaderWriter *stream =
            streams__streams_stub__chat(&ground->streams, context);
        streams__streams_stub__chat__write(stream, &item);
        streams__streams_stub__chat__writes_done(stream);
        while (streams__streams_stub__chat__read(stream) != NULL)
            continue;
        streams__streams_stub__chat__finish(stream);
        break;
    }
    }
    return grpc_c_client_context_status(context);
}

static void test_all_kinds_are_let_in(void **state)
{
    ground *ground = *state;
    for (kind kind = unary; kind < kinds; kind++)
        assert_int_equal(call(ground, kind, "ann"), GRPC_C_STATUS_OK);
    assert_int_equal(ground->checked, kinds);
    assert_int_equal(ground->handled, kinds);
}

static void test_all_kinds_are_refused_without_a_handler(void **state)
{
    static const char *const methods[] = {"/echo.Echo/Say", "/streams.Streams/Collect",
                                          "/streams.Streams/Count", "/streams.Streams/Chat"};
    ground *ground = *state;
    for (kind kind = unary; kind < kinds; kind++) {
        char expected[64];
        snprintf(expected, sizeof expected, "%s is not for refuse", methods[kind]);
        assert_int_equal(call(ground, kind, "refuse"), GRPC_C_STATUS_PERMISSION_DENIED);
        assert_string_equal(grpc_c_client_context_message(ground->context), expected);
        assert_non_null(
            grpc_c_metadata_find(grpc_c_client_context_trailing_metadata(ground->context),
                                 "www-authenticate", NULL));
        assert_int_equal(call(ground, kind, NULL), GRPC_C_STATUS_UNAUTHENTICATED);
        assert_string_equal(grpc_c_client_context_message(ground->context), "no token");
    }
    assert_int_equal(ground->checked, 2 * kinds);
    assert_int_equal(ground->handled, 0);
}

static void test_what_a_check_does_not_say_is_filled_in(void **state)
{
    static const char refused[] = "refused by the server's auth check";
    ground *ground = *state;
    assert_int_equal(call(ground, unary, "silent"), GRPC_C_STATUS_PERMISSION_DENIED);
    assert_string_equal(grpc_c_client_context_message(ground->context), refused);
    assert_int_equal(call(ground, unary, "no code"), GRPC_C_STATUS_UNAUTHENTICATED);
    assert_string_equal(grpc_c_client_context_message(ground->context), refused);
    assert_int_equal(call(ground, bidi, "negative"), GRPC_C_STATUS_UNAUTHENTICATED);
    assert_int_equal(ground->handled, 0);
}

static void test_the_handler_is_told_who_calls(void **state)
{
    ground *ground = *state;
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? "ann" : "bob"; /* the second is none of the first's */
        char expected[64];
        snprintf(expected, sizeof expected, "%s, hidden, kept", name);
        Echo__Request request = ECHO__REQUEST__INIT;
        const Echo__Reply *reply =
            echo__echo_stub__say(&ground->echo, &request, with_token(ground, name));
        assert_non_null(reply);
        assert_string_equal(reply->text, expected);
    }
}

static void test_methods_that_are_not_served_are_not_checked(void **state)
{
    ground *ground = *state;
    Echo__Absent_Stub absent = echo__absent_stub(ground->channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_null(echo__absent_stub__say(&absent, &request, with_token(ground, NULL)));
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_UNIMPLEMENTED);
    assert_null(echo__echo_stub__unwritten(&ground->echo, &request, with_token(ground, NULL)));
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_UNIMPLEMENTED);
    assert_int_equal(ground->checked, 0);
}

static void test_a_check_cannot_end_or_write_to_a_call(void **state)
{
    ground *ground = *state;
    for (kind kind = unary; kind < kinds; kind++) {
        assert_int_equal(call(ground, kind, "misuse"), GRPC_C_STATUS_OK);
        assert_int_equal(call(ground, kind, "misuse and refuse"), GRPC_C_STATUS_PERMISSION_DENIED);
    }
    assert_int_equal(ground->handled, kinds);
    assert_int_equal(ground->refused_misuse, 2 * kinds);
}

/* ---- a slow check ---- */

static pthread_mutex_t slow_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t slow_changed = PTHREAD_COND_INITIALIZER;
static bool slow_entered;
static bool slow_released;

static grpc_c_status_code check_slowly(grpc_c_server_context *context, void *auth_check_data)
{
    (void)auth_check_data;
    const grpc_c_metadata *metadata = grpc_c_server_context_metadata(context);
    if (grpc_c_metadata_find(metadata, "authorization", NULL) == NULL)
        return GRPC_C_STATUS_OK;
    pthread_mutex_lock(&slow_mutex);
    slow_entered = true;
    pthread_cond_broadcast(&slow_changed);
    while (!slow_released)
        pthread_cond_wait(&slow_changed, &slow_mutex);
    pthread_mutex_unlock(&slow_mutex);
    return GRPC_C_STATUS_OK;
}

static void *call_slowly(void *argument)
{
    ground *ground = argument;
    struct ground other = {.echo = ground->echo, .context = grpc_c_client_context_new()};
    grpc_c_status_code code = call(&other, unary, "slow");
    grpc_c_client_context_free(other.context);
    return code == GRPC_C_STATUS_OK ? ground : NULL;
}

static void test_a_check_that_blocks_holds_its_own_worker_only(void **state)
{
    (void)state;
    ground *ground = ground_new(all_blocking, check_slowly);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, call_slowly, ground), 0);
    pthread_mutex_lock(&slow_mutex);
    while (!slow_entered)
        pthread_cond_wait(&slow_changed, &slow_mutex);
    pthread_mutex_unlock(&slow_mutex);
    for (int i = 0; i < 10; i++)
        assert_int_equal(call(ground, unary, NULL), GRPC_C_STATUS_OK);
    pthread_mutex_lock(&slow_mutex);
    slow_released = true;
    pthread_cond_broadcast(&slow_changed);
    pthread_mutex_unlock(&slow_mutex);
    void *served;
    pthread_join(thread, &served);
    assert_non_null(served);
    ground_free(ground);
}

static void test_nothing_is_there_without_a_check(void **state)
{
    (void)state;
    ground *ground = ground_new(all_blocking, NULL);
    Echo__Request request = ECHO__REQUEST__INIT;
    const Echo__Reply *reply =
        echo__echo_stub__say(&ground->echo, &request, with_token(ground, "ann"));
    assert_string_equal(reply->text, "nobody, visible, kept");
    grpc_c_server_context_set_principal(NULL, ground);
    assert_null(grpc_c_server_context_principal(NULL));
    grpc_c_server_context_remove_metadata(NULL, "x");
    ground_free(ground);
}

#define TESTS_OF(start) \
    cmocka_unit_test_setup_teardown(test_all_kinds_are_let_in, start, stop), \
        cmocka_unit_test_setup_teardown(test_all_kinds_are_refused_without_a_handler, start, \
                                        stop), \
        cmocka_unit_test_setup_teardown(test_what_a_check_does_not_say_is_filled_in, start, stop), \
        cmocka_unit_test_setup_teardown(test_the_handler_is_told_who_calls, start, stop), \
        cmocka_unit_test_setup_teardown(test_methods_that_are_not_served_are_not_checked, start, \
                                        stop), \
        cmocka_unit_test_setup_teardown(test_a_check_cannot_end_or_write_to_a_call, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TESTS_OF(start_blocking),
        TESTS_OF(start_async),
        TESTS_OF(start_mixed),
        cmocka_unit_test(test_a_check_that_blocks_holds_its_own_worker_only),
        cmocka_unit_test(test_nothing_is_there_without_a_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
