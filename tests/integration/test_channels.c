/* What the options of a channel do: compression, limits, retries, load balancing, core's arguments.
 * A relay between client and server counts the bytes that really go over the wire. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

/* ---- the relay ---- */

typedef struct relay {
    pthread_t thread;
    int listener;
    int server_port;
    char target[64];
    _Atomic long up;
    _Atomic long down;
} relay;

static bool pump(int from, int to, _Atomic long *count)
{
    char bytes[65536];
    ssize_t size = read(from, bytes, sizeof bytes);
    for (ssize_t done = 0; done < size;) {
        ssize_t written = write(to, bytes + done, (size_t)(size - done));
        if (written <= 0)
            return false;
        done += written;
    }
    *count += size > 0 ? size : 0;
    return size > 0;
}

/* One connection, until one end closes it. */
static void *relay_main(void *argument)
{
    relay *relay = argument;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)relay->server_port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int client = accept(relay->listener, NULL, NULL);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(server, (struct sockaddr *)&address, sizeof address), 0);
    struct pollfd ends[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
    for (bool open = true; open;) {
        poll(ends, 2, -1);
        if (ends[0].revents != 0)
            open = pump(client, server, &relay->up);
        if (open && ends[1].revents != 0)
            open = pump(server, client, &relay->down);
    }
    close(client);
    close(server);
    return NULL;
}

static void relay_start(relay *relay, int server_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    *relay = (struct relay){.server_port = server_port};
    relay->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(relay->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(relay->listener, 1), 0);
    assert_int_equal(getsockname(relay->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(relay->target, sizeof relay->target, "127.0.0.1:%d", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&relay->thread, NULL, relay_main, relay), 0);
}

/* ---- the service ---- */

typedef struct notes {
    /** Calls that came; how many of the next fail with UNAVAILABLE. */
    _Atomic int calls;
    _Atomic int failures;
    grpc_c_compression compression;
    bool send_uncompressed;
    char authority[64];
    char user_agent[128];
} notes;

static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    notes *notes = self;
    notes->calls++;
    const grpc_c_metadata_entry *agent =
        grpc_c_metadata_find(grpc_c_server_context_metadata(context), "user-agent", NULL);
    snprintf(notes->user_agent, sizeof notes->user_agent, "%s", agent->value);
    snprintf(notes->authority, sizeof notes->authority, "%s",
             grpc_c_server_context_authority(context));
    if (notes->compression != GRPC_C_COMPRESSION_NONE)
        assert_true(grpc_c_server_context_set_compression(context, notes->compression));
    grpc_c_server_context_set_compress_messages(context, !notes->send_uncompressed);
    reply->text = request->text;
    return notes->failures-- > 0 ? GRPC_C_STATUS_UNAVAILABLE : GRPC_C_STATUS_OK;
}

static const Echo__Echo_Servicer servicer = {.say = say};

typedef struct served {
    notes notes;
    grpc_c_server *server;
    int port;
    char target[64];
} served;

static void serve(served *served)
{
    memset(served, 0, sizeof *served);
    served->server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = 4));
    assert_true(echo__echo_add_servicer_to_server(&servicer, &served->notes, served->server));
    served->port = grpc_c_server_add_insecure_port(served->server, "127.0.0.1:0", NULL);
    assert_true(grpc_c_server_start(served->server, NULL));
    snprintf(served->target, sizeof served->target, "127.0.0.1:%d", served->port);
}

static grpc_c_status_code call(const char *target, const grpc_c_channel_options *options,
                               grpc_c_client_context *context, char *text)
{
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, options);
    assert_non_null(channel);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = text;
    const Echo__Reply *reply = echo__echo_stub__say(&stub, &request, context);
    if (reply != NULL)
        assert_string_equal(reply->text, text);
    grpc_c_channel_free(channel);
    return grpc_c_client_context_status(context);
}

/* ---- compression ---- */

enum { text_size = 1000 * 1000, little = text_size / 10 };

typedef struct compression_case {
    grpc_c_compression channel, call, server;
    bool set_call, client_uncompressed, server_uncompressed;
    bool up_is_little, down_is_little;
} compression_case;

static void check_compression(const compression_case *this_case)
{
    served served;
    relay relay;
    serve(&served);
    served.notes.compression = this_case->server;
    served.notes.send_uncompressed = this_case->server_uncompressed;
    relay_start(&relay, served.port);
    char *text = malloc(text_size + 1);
    memset(text, 'x', text_size);
    text[text_size] = '\0';
    grpc_c_client_context *context = grpc_c_client_context_new();
    if (this_case->set_call)
        assert_true(grpc_c_client_context_set_compression(context, this_case->call));
    grpc_c_client_context_set_compress_messages(context, !this_case->client_uncompressed);
    assert_int_equal(call(relay.target, GRPC_C_CHANNEL_OPTIONS(.compression = this_case->channel),
                          context, text),
                     GRPC_C_STATUS_OK);
    grpc_c_client_context_free(context);
    grpc_c_server_free(served.server);
    pthread_join(relay.thread, NULL);
    close(relay.listener);
    free(text);
    assert_int_equal(relay.up < little, this_case->up_is_little);
    assert_int_equal(relay.down < little, this_case->down_is_little);
}

static void test_compression_shows_on_the_wire(void **state)
{
    (void)state;
    const grpc_c_compression none = GRPC_C_COMPRESSION_NONE, gzip = GRPC_C_COMPRESSION_GZIP,
                             deflate = GRPC_C_COMPRESSION_DEFLATE;
    const compression_case cases[] = {
        {.channel = none},
        {.channel = gzip, .up_is_little = true},
        {.channel = deflate, .up_is_little = true},
        {.set_call = true, .call = gzip, .up_is_little = true},
        {.channel = gzip, .set_call = true, .call = none},
        {.channel = gzip, .client_uncompressed = true},
        {.server = gzip, .down_is_little = true},
        {.server = deflate, .down_is_little = true},
        {.server = gzip, .server_uncompressed = true},
        {.channel = gzip, .server = gzip, .up_is_little = true, .down_is_little = true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_compression(&cases[i]);
}

static void test_numbers_that_are_no_compression(void **state)
{
    (void)state;
    grpc_c_client_context *context = grpc_c_client_context_new();
    assert_false(grpc_c_client_context_set_compression(context, (grpc_c_compression)3));
    assert_false(grpc_c_client_context_set_compression(NULL, GRPC_C_COMPRESSION_GZIP));
    assert_null(
        grpc_c_insecure_channel_new("localhost:1",
                                    GRPC_C_CHANNEL_OPTIONS(.compression = (grpc_c_compression)3)));
    grpc_c_client_context_free(context);
}

/* ---- the other options ---- */

static void check(const char *target, const grpc_c_channel_options *options,
                  grpc_c_status_code expected)
{
    grpc_c_client_context *context = grpc_c_client_context_new();
    char text[] = "a text of more than twenty bytes";
    grpc_c_status_code code = call(target, options, context, text);
    assert_string_equal(grpc_c_status_code_name(code), grpc_c_status_code_name(expected));
    grpc_c_client_context_free(context);
}

static void test_limit_of_what_is_sent(void **state)
{
    (void)state;
    served served;
    serve(&served);
    check(served.target, GRPC_C_CHANNEL_OPTIONS(.max_send_message_bytes = 20),
          GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    assert_int_equal(served.notes.calls, 0);
    check(served.target, GRPC_C_CHANNEL_OPTIONS(.max_send_message_bytes = 100), GRPC_C_STATUS_OK);
    grpc_c_server_free(served.server);
}

static void test_retries_by_service_config(void **state)
{
    (void)state;
    static const char config[] =
        "{\"methodConfig\": [{\"name\": [{\"service\": \"echo.Echo\"}], \"retryPolicy\": {"
        "\"maxAttempts\": 4, \"initialBackoff\": \"0.01s\", \"maxBackoff\": \"0.05s\", "
        "\"backoffMultiplier\": 1, \"retryableStatusCodes\": [\"UNAVAILABLE\"]}}]}";
    served served;
    serve(&served);
    served.notes.failures = 3;
    check(served.target, GRPC_C_CHANNEL_OPTIONS(.service_config_json = config), GRPC_C_STATUS_OK);
    assert_int_equal(served.notes.calls, 4);
    served.notes.failures = 10;
    check(served.target, GRPC_C_CHANNEL_OPTIONS(.service_config_json = config),
          GRPC_C_STATUS_UNAVAILABLE);
    assert_int_equal(served.notes.calls, 8);
    served.notes.failures = 1;
    check(served.target,
          GRPC_C_CHANNEL_OPTIONS(.service_config_json = config, .disable_retries = true),
          GRPC_C_STATUS_UNAVAILABLE);
    assert_int_equal(served.notes.calls, 9);
    grpc_c_server_free(served.server);
}

static void test_round_robin_reaches_every_server(void **state)
{
    (void)state;
    served servers[3];
    char target[256];
    for (int i = 0; i < 3; i++)
        serve(&servers[i]);
    snprintf(target, sizeof target, "ipv4:%s,%s,%s", servers[0].target, servers[1].target,
             servers[2].target);
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(target,
                                    GRPC_C_CHANNEL_OPTIONS(.load_balancing_policy = "round_robin"));
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Request request = ECHO__REQUEST__INIT;
    /* Calls go to servers that are connected; that of the slowest comes, too. */
    while (servers[0].notes.calls == 0 || servers[1].notes.calls == 0 ||
           servers[2].notes.calls == 0)
        assert_non_null(echo__echo_stub__say(&stub, &request, context));
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    for (int i = 0; i < 3; i++)
        grpc_c_server_free(servers[i].server);
}

static void test_core_arguments_and_user_agent(void **state)
{
    (void)state;
    served served;
    serve(&served);
    const grpc_c_core_argument arguments[] = {
        {"grpc.default_authority", "somewhere.test", 0},
        {"grpc.max_reconnect_backoff_ms", NULL, 100},
    };
    check(served.target,
          GRPC_C_CHANNEL_OPTIONS(.core_arguments = arguments, .core_argument_count = 2,
                                 .user_agent_prefix = "router/2 (test)", .keepalive_time_ms = 10000,
                                 .keepalive_timeout_ms = 1000, .keepalive_without_calls = true),
          GRPC_C_STATUS_OK);
    assert_string_equal(served.notes.authority, "somewhere.test");
    assert_memory_equal(served.notes.user_agent, "router/2 (test) grpc", 20);
    grpc_c_server_free(served.server);
    const grpc_c_core_argument nameless = {NULL, "value", 0};
    assert_null(grpc_c_insecure_channel_new("localhost:1",
                                            GRPC_C_CHANNEL_OPTIONS(.core_arguments = &nameless,
                                                                   .core_argument_count = 1)));
    assert_null(
        grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.core_arguments = NULL, .core_argument_count = 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compression_shows_on_the_wire),
        cmocka_unit_test(test_numbers_that_are_no_compression),
        cmocka_unit_test(test_limit_of_what_is_sent),
        cmocka_unit_test(test_retries_by_service_config),
        cmocka_unit_test(test_round_robin_reaches_every_server),
        cmocka_unit_test(test_core_arguments_and_user_agent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
