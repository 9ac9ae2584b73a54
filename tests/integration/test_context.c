/* What a call carries besides messages: metadata, status details, identity, cancellation. */
#include <sched.h>

#include "fixture.h"

/* ---- a server whose handlers say what they saw ---- */

static unsigned char all_bytes[256];

typedef struct notes {
    char method[64];
    char peer[64];
    char authority[64];
    _Atomic int cancelled_seen;
    _Atomic int callbacks;
    _Atomic int entered;
    _Atomic bool release;
    /** For a handler that makes a call of its own, and how that ended; -1 before. */
    Echo__Echo_Stub stub;
    _Atomic int inner_status;
} notes;

/* Calls Hold as a part of the call that is being answered. */
static grpc_c_status_code forward(notes *notes, grpc_c_server_context *context)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    grpc_c_client_context *inner = grpc_c_client_context_new();
    request.text = "ask";
    assert_true(grpc_c_client_context_set_parent(inner, context));
    echo__echo_stub__hold(&notes->stub, &request, inner);
    notes->inner_status = (int)grpc_c_client_context_status(inner);
    grpc_c_client_context_free(inner);
    return GRPC_C_STATUS_OK;
}

/* Sends back every entry that begins with "x-", at the beginning and at the end of the call. */
static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    notes *notes = self;
    if (strcmp(request->text, "forward") == 0)
        return forward(notes, context);
    const grpc_c_metadata *metadata = grpc_c_server_context_metadata(context);
    for (size_t i = 0; i < metadata->count; i++) {
        const grpc_c_metadata_entry *entry = &metadata->entries[i];
        if (strncmp(entry->key, "x-", 2) != 0)
            continue;
        assert_true(grpc_c_server_context_add_initial_metadata(context, entry->key, entry->value,
                                                               entry->size));
        assert_true(grpc_c_server_context_add_trailing_metadata(context, entry->key, entry->value,
                                                                entry->size));
    }
    snprintf(notes->method, sizeof notes->method, "%s", grpc_c_server_context_method(context));
    snprintf(notes->peer, sizeof notes->peer, "%s", grpc_c_server_context_peer(context));
    snprintf(notes->authority, sizeof notes->authority, "%s",
             grpc_c_server_context_authority(context));
    reply->text = grpc_c_server_context_strdup(context, request->text);
    if (request->code == 0)
        return GRPC_C_STATUS_OK;
    assert_true(grpc_c_server_context_set_status_details(context, all_bytes, sizeof all_bytes));
    assert_false(grpc_c_server_context_set_status_details(context, "again", 5));
    return grpc_c_server_context_fail(context, (grpc_c_status_code)request->code, "with details");
}

static void count_callback(void *user_data)
{
    notes *notes = user_data;
    notes->callbacks++;
}

/* Stays until its client is gone. With the text "callback" it is told, else it asks. */
static grpc_c_status_code hold(void *self, const Echo__Request *request, Echo__Reply *reply,
                               grpc_c_server_context *context)
{
    notes *notes = self;
    (void)reply;
    bool callback = strcmp(request->text, "callback") == 0;
    if (callback) {
        assert_true(grpc_c_server_context_on_cancel(context, count_callback, notes));
        assert_false(grpc_c_server_context_on_cancel(context, count_callback, notes));
    }
    notes->entered++;
    while (!notes->release &&
           !(callback ? notes->callbacks > 0 : grpc_c_server_context_is_cancelled(context)))
        sched_yield();
    notes->cancelled_seen += grpc_c_server_context_is_cancelled(context);
    return GRPC_C_STATUS_OK;
}

static const Echo__Echo_Servicer servicer = {.say = say, .hold = hold};

typedef struct ground {
    notes notes;
    grpc_c_server *server;
    char target[64];
    grpc_c_channel *channel;
    Echo__Echo_Stub stub;
    grpc_c_client_context *context;
} ground;

static grpc_c_server *start_server(ground *ground, const char *address, int *ret_port)
{
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(echo__echo_add_servicer_to_server(&servicer, &ground->notes, server));
    *ret_port = grpc_c_server_add_insecure_port(server, address, NULL);
    assert_true(*ret_port > 0 && grpc_c_server_start(server, NULL));
    return server;
}

static int start(void **state)
{
    int port;
    ground *ground = calloc(1, sizeof *ground);
    for (int i = 0; i < 256; i++)
        all_bytes[i] = (unsigned char)i;
    ground->server = start_server(ground, "127.0.0.1:0", &port);
    snprintf(ground->target, sizeof ground->target, "127.0.0.1:%d", port);
    ground->channel = grpc_c_insecure_channel_new(ground->target, NULL);
    ground->stub = echo__echo_stub(ground->channel);
    ground->context = grpc_c_client_context_new();
    ground->notes.stub = ground->stub;
    *state = ground;
    return 0;
}

static int stop(void **state)
{
    ground *ground = *state;
    ground->notes.release = true;
    grpc_c_server_free(ground->server);
    grpc_c_client_context_free(ground->context);
    grpc_c_channel_free(ground->channel);
    free(ground);
    return 0;
}

static void call_say(ground *ground, grpc_c_status_code code)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.code = (int32_t)code;
    echo__echo_stub__say(&ground->stub, &request, ground->context);
    assert_int_equal(grpc_c_client_context_status(ground->context), code);
}

static void check_entries(const grpc_c_metadata *metadata, const char *key, size_t count,
                          const char *const *values)
{
    size_t position = 0;
    for (size_t i = 0; i < count; i++) {
        const grpc_c_metadata_entry *entry = grpc_c_metadata_find(metadata, key, &position);
        assert_non_null(entry);
        assert_string_equal(entry->value, values[i]);
        assert_int_equal(entry->size, strlen(values[i]));
    }
    assert_null(grpc_c_metadata_find(metadata, key, &position));
}

/* ---- metadata ---- */

static void test_metadata_goes_there_and_back(void **state)
{
    ground *ground = *state;
    static const char *const values[] = {"one", "two, with a comma", ""};
    grpc_c_client_context_reset(ground->context);
    for (size_t i = 0; i < 3; i++)
        assert_true(grpc_c_client_context_add_metadata(ground->context, "x-repeated", values[i]));
    assert_true(grpc_c_client_context_add_metadata(ground->context, "x-0.9_z", "odd key"));
    /* Twice, since settings stay. */
    for (int round = 0; round < 2; round++) {
        call_say(ground, GRPC_C_STATUS_OK);
        const grpc_c_metadata *initial = grpc_c_client_context_initial_metadata(ground->context);
        const grpc_c_metadata *trailing = grpc_c_client_context_trailing_metadata(ground->context);
        check_entries(initial, "x-repeated", 3, values);
        check_entries(trailing, "x-repeated", 3, values);
        assert_string_equal(grpc_c_metadata_find(trailing, "x-0.9_z", NULL)->value, "odd key");
    }
    grpc_c_client_context_reset(ground->context);
    call_say(ground, GRPC_C_STATUS_OK);
    check_entries(grpc_c_client_context_trailing_metadata(ground->context), "x-repeated", 0, NULL);
}

static void test_binary_metadata_of_every_byte(void **state)
{
    ground *ground = *state;
    grpc_c_client_context_reset(ground->context);
    assert_true(grpc_c_client_context_add_binary_metadata(ground->context, "x-all-bin", all_bytes,
                                                          sizeof all_bytes));
    assert_true(grpc_c_client_context_add_binary_metadata(ground->context, "x-none-bin", NULL, 0));
    call_say(ground, GRPC_C_STATUS_OK);
    const grpc_c_metadata *trailing = grpc_c_client_context_trailing_metadata(ground->context);
    const grpc_c_metadata_entry *entry = grpc_c_metadata_find(trailing, "x-all-bin", NULL);
    assert_int_equal(entry->size, sizeof all_bytes);
    assert_memory_equal(entry->value, all_bytes, sizeof all_bytes);
    assert_int_equal(grpc_c_metadata_find(trailing, "x-none-bin", NULL)->size, 0);
    grpc_c_client_context_reset(ground->context);
}

static void test_metadata_that_may_not_be_sent(void **state)
{
    ground *ground = *state;
    static const char *const keys[] = {"",
                                       "Upper",
                                       "with space",
                                       "n\xc3\xa4me",
                                       ":path",
                                       "grpc-timeout",
                                       "grpc-status-details-bin",
                                       "te",
                                       "content-type",
                                       "content-length",
                                       "lb-cost-bin",
                                       "endpoint-load-metrics-bin",
                                       "host"};
    grpc_c_client_context_reset(ground->context);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_false(grpc_c_client_context_add_metadata(ground->context, keys[i], "value"));
    assert_false(grpc_c_client_context_add_metadata(ground->context, NULL, "value"));
    assert_false(grpc_c_client_context_add_metadata(ground->context, "x-key", NULL));
    assert_false(grpc_c_client_context_add_metadata(ground->context, "x-key", "line\nbreak"));
    assert_false(grpc_c_client_context_add_metadata(ground->context, "x-key", "n\xc3\xa4me"));
    assert_false(grpc_c_client_context_add_metadata(NULL, "x-key", "value"));
    call_say(ground, GRPC_C_STATUS_OK);
    assert_int_equal(grpc_c_client_context_trailing_metadata(ground->context)->count, 0);
    assert_int_equal(grpc_c_client_context_initial_metadata(NULL)->count, 0);
    assert_int_equal(grpc_c_server_context_metadata(NULL)->count, 0);
}

static void test_status_details_arrive_as_they_are(void **state)
{
    ground *ground = *state;
    size_t size = 1;
    call_say(ground, GRPC_C_STATUS_OK);
    assert_null(grpc_c_client_context_status_details(ground->context, &size));
    assert_int_equal(size, 0);
    call_say(ground, GRPC_C_STATUS_FAILED_PRECONDITION);
    const void *details = grpc_c_client_context_status_details(ground->context, &size);
    assert_int_equal(size, sizeof all_bytes);
    assert_memory_equal(details, all_bytes, sizeof all_bytes);
    assert_string_equal(grpc_c_client_context_message(ground->context), "with details");
}

static void test_handler_knows_method_peer_and_authority(void **state)
{
    ground *ground = *state;
    call_say(ground, GRPC_C_STATUS_OK);
    assert_string_equal(ground->notes.method, "/echo.Echo/Say");
    assert_string_equal(ground->notes.authority, ground->target);
    assert_memory_equal(ground->notes.peer, "ipv4:127.0.0.1:", strlen("ipv4:127.0.0.1:"));
}

/* ---- cancellation ---- */

static void check_cancel(ground *ground, const char *text)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = (char *)text;
    ground->notes.cancelled_seen = ground->notes.callbacks = 0;
    grpc_c_client_context_set_timeout_ms(ground->context, 50);
    assert_null(echo__echo_stub__hold(&ground->stub, &request, ground->context));
    assert_int_equal(grpc_c_client_context_status(ground->context),
                     GRPC_C_STATUS_DEADLINE_EXCEEDED);
    while (ground->notes.cancelled_seen == 0)
        sched_yield();
    grpc_c_client_context_reset(ground->context);
}

static void test_handler_asks_whether_it_is_cancelled(void **state)
{
    ground *ground = *state;
    check_cancel(ground, "ask");
    assert_int_equal(ground->notes.callbacks, 0);
}

static void test_handler_is_told_that_it_is_cancelled(void **state)
{
    ground *ground = *state;
    check_cancel(ground, "callback");
    assert_int_equal(ground->notes.callbacks, 1);
}

typedef struct canceller {
    pthread_t thread;
    ground *ground;
    int calls;
} canceller;

/* Cancels each call as soon as its handler runs. */
static void *cancel_calls(void *argument)
{
    canceller *canceller = argument;
    for (int i = 1; i <= canceller->calls; i++) {
        while (canceller->ground->notes.entered < i)
            sched_yield();
        grpc_c_client_context_cancel(canceller->ground->context);
    }
    return NULL;
}

static void test_client_cancels_a_unary_call(void **state)
{
    ground *ground = *state;
    canceller canceller = {.ground = ground, .calls = 50};
    Echo__Request request = ECHO__REQUEST__INIT;
    ground->notes.entered = 0;
    assert_int_equal(pthread_create(&canceller.thread, NULL, cancel_calls, &canceller), 0);
    for (int i = 0; i < canceller.calls; i++) {
        assert_null(echo__echo_stub__hold(&ground->stub, &request, ground->context));
        assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_CANCELLED);
    }
    pthread_join(canceller.thread, NULL);
    call_say(ground, GRPC_C_STATUS_OK);
}

/* ---- calls of a handler's own ---- */

static int wait_for_inner_call(ground *ground)
{
    while (ground->notes.inner_status < 0 || ground->notes.cancelled_seen == 0)
        sched_yield();
    return ground->notes.inner_status;
}

static void test_deadline_is_handed_on(void **state)
{
    ground *ground = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "forward";
    ground->notes.inner_status = -1;
    ground->notes.cancelled_seen = 0;
    grpc_c_client_context_set_timeout_ms(ground->context, 100);
    assert_null(echo__echo_stub__say(&ground->stub, &request, ground->context));
    grpc_c_client_context_reset(ground->context);
    int status = wait_for_inner_call(ground);
    assert_true(status == GRPC_C_STATUS_DEADLINE_EXCEEDED || status == GRPC_C_STATUS_CANCELLED);
    call_say(ground, GRPC_C_STATUS_OK);
}

static void test_cancellation_is_handed_on(void **state)
{
    ground *ground = *state;
    canceller canceller = {.ground = ground, .calls = 1};
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "forward";
    ground->notes.inner_status = -1;
    ground->notes.cancelled_seen = ground->notes.entered = 0;
    assert_int_equal(pthread_create(&canceller.thread, NULL, cancel_calls, &canceller), 0);
    assert_null(echo__echo_stub__say(&ground->stub, &request, ground->context));
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_CANCELLED);
    pthread_join(canceller.thread, NULL);
    assert_int_equal(wait_for_inner_call(ground), GRPC_C_STATUS_CANCELLED);
    assert_false(grpc_c_client_context_set_parent(NULL, NULL));
}

/* ---- waiting for a server ---- */

typedef struct late_server {
    pthread_t thread;
    ground *ground;
    char address[64];
    grpc_c_server *server;
} late_server;

static void *start_late(void *argument)
{
    late_server *late = argument;
    int port;
    late->server = start_server(late->ground, late->address, &port);
    return NULL;
}

static void test_call_waits_for_its_server(void **state)
{
    ground *ground = *state;
    late_server late = {.ground = ground};
    char folder[] = "/tmp/grpc-c-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(late.address, sizeof late.address, "unix:%s/socket", folder);
    grpc_c_channel *channel = grpc_c_insecure_channel_new(late.address, NULL);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_null(echo__echo_stub__say(&stub, &request, ground->context));
    assert_int_equal(grpc_c_client_context_status(ground->context), GRPC_C_STATUS_UNAVAILABLE);

    grpc_c_client_context_set_wait_for_ready(ground->context, true);
    grpc_c_client_context_set_timeout_ms(ground->context, 60000);
    assert_int_equal(pthread_create(&late.thread, NULL, start_late, &late), 0);
    assert_non_null(echo__echo_stub__say(&stub, &request, ground->context));
    assert_string_equal(grpc_c_client_context_error(ground->context), "OK");
    pthread_join(late.thread, NULL);

    grpc_c_client_context_reset(ground->context);
    grpc_c_server_free(late.server);
    grpc_c_channel_free(channel);
    remove(late.address + strlen("unix:"));
    remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metadata_goes_there_and_back),
        cmocka_unit_test(test_binary_metadata_of_every_byte),
        cmocka_unit_test(test_metadata_that_may_not_be_sent),
        cmocka_unit_test(test_status_details_arrive_as_they_are),
        cmocka_unit_test(test_handler_knows_method_peer_and_authority),
        cmocka_unit_test(test_handler_asks_whether_it_is_cancelled),
        cmocka_unit_test(test_handler_is_told_that_it_is_cancelled),
        cmocka_unit_test(test_client_cancels_a_unary_call),
        cmocka_unit_test(test_deadline_is_handed_on),
        cmocka_unit_test(test_cancellation_is_handed_on),
        cmocka_unit_test(test_call_waits_for_its_server),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
