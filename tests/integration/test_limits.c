/* Limits that are options of channels and servers, as the other side meets them. What peers do that
 * no gRPC would is in tests/faults/limits.bats. */
#include "fixture.h"

/* Answers with as many levels as the request has, and with trailers of reply_bytes bytes. */
static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    (void)self;
    reply->nested = request->nested;
    if (request->reply_bytes == 0)
        return GRPC_C_STATUS_OK;
    char *value = grpc_c_server_context_alloc(context, request->reply_bytes);
    memset(value, 'v', request->reply_bytes);
    bool added =
        grpc_c_server_context_add_trailing_metadata(context, "x-long", value, request->reply_bytes);
    return added ? GRPC_C_STATUS_OK : GRPC_C_STATUS_ABORTED;
}

static const Echo__Echo_Servicer servicer = {.say = say};

typedef struct ground {
    grpc_c_server *server;
    grpc_c_channel *channel;
    Echo__Echo_Stub stub;
    grpc_c_client_context *context;
} ground;

static ground ground_new(const grpc_c_server_options *server_options,
                         const grpc_c_channel_options *channel_options)
{
    char target[64];
    ground ground = {.server = grpc_c_server_new(server_options)};
    assert_true(echo__echo_add_servicer_to_server(&servicer, NULL, ground.server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground.server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground.server, NULL));
    ground.channel = grpc_c_insecure_channel_new(target, channel_options);
    ground.stub = echo__echo_stub(ground.channel);
    ground.context = grpc_c_client_context_new();
    return ground;
}

static void ground_free(ground *ground)
{
    grpc_c_client_context_free(ground->context);
    grpc_c_channel_free(ground->channel);
    grpc_c_server_free(ground->server);
}

/* A call with so many levels, and trailers of so many bytes. */
static grpc_c_status_code call(ground *ground, int levels, unsigned trailer_bytes)
{
    Echo__Node nodes[1000];
    Echo__Request request = ECHO__REQUEST__INIT;
    for (int i = 0; i < levels; i++) {
        echo__node__init(&nodes[i]);
        nodes[i].child = i > 0 ? &nodes[i - 1] : NULL;
    }
    request.nested = levels > 0 ? &nodes[levels - 1] : NULL;
    request.reply_bytes = trailer_bytes;
    echo__echo_stub__say(&ground->stub, &request, ground->context);
    return grpc_c_client_context_status(ground->context);
}

static void test_nesting(void **state)
{
    (void)state;
    ground ground = ground_new(NULL, NULL);
    assert_int_equal(call(&ground, 100, 0), GRPC_C_STATUS_OK);
    assert_int_equal(call(&ground, 101, 0), GRPC_C_STATUS_INTERNAL);
    ground_free(&ground);
    ground = ground_new(GRPC_C_SERVER_OPTIONS(.max_nesting_depth = 1000),
                        GRPC_C_CHANNEL_OPTIONS(.max_nesting_depth = 7));
    assert_int_equal(call(&ground, 7, 0), GRPC_C_STATUS_OK);
    assert_int_equal(call(&ground, 8, 0), GRPC_C_STATUS_INTERNAL);
    ground_free(&ground);
    ground = ground_new(GRPC_C_SERVER_OPTIONS(.max_nesting_depth = 1000),
                        GRPC_C_CHANNEL_OPTIONS(.max_nesting_depth = 1000));
    assert_int_equal(call(&ground, 1000, 0), GRPC_C_STATUS_OK);
    ground_free(&ground);
}

/* Core closes the connection over metadata that is too large, and a call that comes at that moment
 * ends so, too. */
static void check_recovery(ground *ground)
{
    grpc_c_status_code code = GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    for (int i = 0; i < 10 && code != GRPC_C_STATUS_OK; i++)
        code = call(ground, 0, 0);
    assert_int_equal(code, GRPC_C_STATUS_OK);
}

static void test_metadata_of_a_server(void **state)
{
    (void)state;
    ground ground = ground_new(NULL, NULL);
    assert_int_equal(call(&ground, 0, 7000), GRPC_C_STATUS_OK);
    assert_int_equal(call(&ground, 0, 8192), GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    check_recovery(&ground);
    ground_free(&ground);
    ground = ground_new(NULL, GRPC_C_CHANNEL_OPTIONS(.max_metadata_bytes = 32 << 10));
    assert_int_equal(call(&ground, 0, 30000), GRPC_C_STATUS_OK);
    ground_free(&ground);
}

static void test_metadata_of_a_client(void **state)
{
    (void)state;
    char value[16001];
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    ground ground = ground_new(GRPC_C_SERVER_OPTIONS(.max_metadata_bytes = 32 << 10), NULL);
    assert_true(grpc_c_client_context_add_metadata(ground.context, "x-long", value));
    assert_int_equal(call(&ground, 0, 0), GRPC_C_STATUS_OK);
    ground_free(&ground);
    ground = ground_new(NULL, NULL);
    assert_true(grpc_c_client_context_add_metadata(ground.context, "x-long", value));
    assert_int_equal(call(&ground, 0, 0), GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    grpc_c_client_context_reset(ground.context);
    check_recovery(&ground);
    ground_free(&ground);
}

/* A client keeps to the streams that it was told, and its further calls wait. */
static void test_streams_of_a_connection(void **state)
{
    (void)state;
    enum { streams = 2 };
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.max_concurrent_streams = streams), NULL);
    background_call held[streams], waiting, late;
    for (int i = 0; i < streams; i++) {
        background_call_start(&held[i], fixture, true, "held", -1);
        gate_wait_for(&fixture->gate, i + 1);
    }
    background_call_start(&late, fixture, false, "late", 50);
    background_call_join(&late);
    assert_int_equal(late.code, GRPC_C_STATUS_DEADLINE_EXCEEDED);
    assert_int_equal(fixture->said, 0);
    background_call_start(&waiting, fixture, false, "waiting", -1);
    gate_let_pass(&fixture->gate, streams);
    background_call_join(&waiting);
    assert_int_equal(waiting.code, GRPC_C_STATUS_OK);
    for (int i = 0; i < streams; i++)
        background_call_join(&held[i]);
    fixture_free(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_metadata_of_a_server),
        cmocka_unit_test(test_metadata_of_a_client),
        cmocka_unit_test(test_streams_of_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
