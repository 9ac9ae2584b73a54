/* Addresses of servers and targets of channels, each scheme of both (gRPC's doc/naming.md), and
 * what a call says of a channel that cannot be. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

/* Answers with the client's address and the host that it meant. */
static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    (void)self;
    (void)request;
    reply->text =
        grpc_c_server_context_printf(context, "%s %s", grpc_c_server_context_peer(context),
                                     grpc_c_server_context_authority(context));
    return GRPC_C_STATUS_OK;
}

static const Echo__Echo_Servicer servicer = {.say = say};

/* Returns the port. */
static int serve(grpc_c_server **ret_server, const char *address)
{
    grpc_c_error error = {.message = ""};
    *ret_server = grpc_c_server_new(NULL);
    assert_true(echo__echo_add_servicer_to_server(&servicer, NULL, *ret_server));
    int port = grpc_c_server_add_insecure_port(*ret_server, address, &error);
    assert_string_equal(error.message, "");
    assert_true(grpc_c_server_start(*ret_server, &error));
    return port;
}

/* Writes what the server answers, or how the call failed. */
static void ask(const char *target, const grpc_c_channel_options *options, char *answer,
                size_t size)
{
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, options);
    assert_non_null(channel);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Request request = ECHO__REQUEST__INIT;
    const Echo__Reply *reply = echo__echo_stub__say(&stub, &request, context);
    snprintf(answer, size, "%s",
             reply != NULL ? reply->text : grpc_c_client_context_error(context));
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
}

static void check_begins(const char *text, const char *beginning)
{
    char start[512];
    snprintf(start, sizeof start, "%.*s", (int)strlen(beginning), text);
    assert_string_equal(start, beginning);
}

/* A peer, and a target with its port for "%d". */
typedef struct way {
    const char *target;
    const char *peer;
} way;

static void check_ways(const char *address, const way *ways, size_t count)
{
    grpc_c_server *server;
    int port = serve(&server, address);
    for (size_t i = 0; i < count; i++) {
        char target[64], answer[512];
        const char *colon = strrchr(ways[i].target, ':');
        snprintf(target, sizeof target, "%.*s:%d", (int)(colon - ways[i].target), ways[i].target,
                 port);
        ask(target, NULL, answer, sizeof answer);
        check_begins(answer, ways[i].peer);
        char authority[32];
        snprintf(authority, sizeof authority, ":%d", port);
        assert_string_equal(strrchr(answer, ':'), authority);
    }
    grpc_c_server_free(server);
}

static void test_ipv4_targets(void **state)
{
    (void)state;
    static const way ways[] = {
        {"127.0.0.1:PORT", "ipv4:127.0.0.1:"},         {"ipv4:127.0.0.1:PORT", "ipv4:127.0.0.1:"},
        {"ipv4:///127.0.0.1:PORT", "ipv4:127.0.0.1:"}, {"dns:127.0.0.1:PORT", "ipv4:127.0.0.1:"},
        {"dns:///127.0.0.1:PORT", "ipv4:127.0.0.1:"},  {"dns:///localhost:PORT", "ipv4:127.0.0.1:"},
        {"localhost:PORT", "ipv4:127.0.0.1:"},
    };
    check_ways("127.0.0.1:0", ways, sizeof ways / sizeof ways[0]);
}

static bool has_ipv6(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    bool bound = probe >= 0 && bind(probe, (struct sockaddr *)&address, sizeof address) == 0;
    if (probe >= 0)
        close(probe);
    return bound;
}

static void test_ipv6_targets(void **state)
{
    (void)state;
    if (!has_ipv6())
        skip();
    static const way ways[] = {
        {"[::1]:PORT", "ipv6:%5B::1%5D:"},
        {"ipv6:[::1]:PORT", "ipv6:%5B::1%5D:"},
        {"dns:///[::1]:PORT", "ipv6:%5B::1%5D:"},
    };
    check_ways("[::1]:0", ways, sizeof ways / sizeof ways[0]);
    check_ways("ipv6:[::1]:0", ways, sizeof ways / sizeof ways[0]);
    check_ways("[::]:0", ways, sizeof ways / sizeof ways[0]);
}

static void test_addresses_with_a_scheme(void **state)
{
    (void)state;
    static const way way = {"127.0.0.1:PORT", "ipv4:127.0.0.1:"};
    static const char *const addresses[] = {"ipv4:127.0.0.1:0", "ipv4:///127.0.0.1:0",
                                            "dns:127.0.0.1:0",  "dns:///127.0.0.1:0",
                                            "dns:localhost:0",  "dns:///localhost:0"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        check_ways(addresses[i], &way, 1);
}

static void test_schemes_with_a_bad_address(void **state)
{
    (void)state;
    static const char *const addresses[] = {"dns:///localhost", "ipv4:127.0.0.1:99999",
                                            "ipv6:[::1]",       "ipv5:127.0.0.1:0",
                                            "ipv4:///",         "dns::0x"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        grpc_c_error error = {.message = ""};
        char expected[128];
        grpc_c_server *server = grpc_c_server_new(NULL);
        assert_int_equal(grpc_c_server_add_insecure_port(server, addresses[i], &error), 0);
        snprintf(expected, sizeof expected, "cannot listen on %s: not an address with a port",
                 addresses[i]);
        assert_string_equal(error.message, expected);
        grpc_c_server_free(server);
    }
}

static void check_unix(const char *address, const char *target)
{
    grpc_c_server *server;
    char answer[512];
    assert_int_equal(serve(&server, address), 1);
    ask(target, NULL, answer, sizeof answer);
    assert_string_equal(answer, "unix: localhost");
    grpc_c_server_free(server);
    ask(target, NULL, answer, sizeof answer);
    check_begins(answer, "UNAVAILABLE: ");
}

static void test_unix_sockets(void **state)
{
    (void)state;
    char folder[] = "/tmp/grpc-c-test-XXXXXX";
    char one[64], other[64];
    assert_non_null(mkdtemp(folder));
    snprintf(one, sizeof one, "unix:%s/socket", folder);
    snprintf(other, sizeof other, "unix://%s/socket", folder);
    check_unix(one, one);
    check_unix(one, other);
    check_unix(other, one);
    /* Core removes the file when the server is freed. */
    assert_int_equal(rmdir(folder), 0);
}

static void test_abstract_unix_sockets(void **state)
{
    (void)state;
    char address[64];
    snprintf(address, sizeof address, "unix-abstract:grpc-c-test-%d", (int)getpid());
    check_unix(address, address);
}

static void test_one_server_on_several_addresses(void **state)
{
    (void)state;
    char address[64], target[64], answer[512];
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(echo__echo_add_servicer_to_server(&servicer, NULL, server));
    snprintf(address, sizeof address, "unix-abstract:grpc-c-several-%d", (int)getpid());
    assert_int_equal(grpc_c_server_add_insecure_port(server, address, NULL), 1);
    int one = grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL);
    int other = grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL);
    assert_int_not_equal(one, other);
    assert_true(grpc_c_server_start(server, NULL));
    ask(address, NULL, answer, sizeof answer);
    assert_string_equal(answer, "unix: localhost");
    snprintf(target, sizeof target, "ipv4:127.0.0.1:%d", one);
    ask(target, NULL, answer, sizeof answer);
    check_begins(answer, "ipv4:127.0.0.1:");
    snprintf(target, sizeof target, "ipv4:127.0.0.1:%d", other);
    ask(target, NULL, answer, sizeof answer);
    check_begins(answer, "ipv4:127.0.0.1:");
    grpc_c_server_free(server);
}

static void test_targets_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        const char *expected;
    } cases[] = {
        {"", "INTERNAL: the target uri is not valid: "},
        {"ipv4:localhost:1", "INTERNAL: the target uri is not valid: ipv4:localhost:1"},
        {"ipv6:[::1", "INTERNAL: the target uri is not valid: ipv6:[::1"},
        {"ipv4:", "UNAVAILABLE: empty address list"},
        {"unix:", "UNAVAILABLE: empty address list"},
        /* Core would call port 34463. */
        {"127.0.0.1:99999", "INVALID_ARGUMENT: the target has a port over 65535"},
        {"localhost:65536", "INVALID_ARGUMENT: the target has a port over 65535"},
        {"[::1]:65536", "INVALID_ARGUMENT: the target has a port over 65535"},
        {"dns:localhost:99999", "INVALID_ARGUMENT: the target has a port over 65535"},
        {"dns:///localhost:99999", "INVALID_ARGUMENT: the target has a port over 65535"},
        {"dns://127.0.0.1:53/localhost:99999",
         "INVALID_ARGUMENT: the target has a port over 65535"},
        {"ipv4:127.0.0.1:1,127.0.0.1:99999", "INVALID_ARGUMENT: the target has a port over 65535"},
        {"ipv6:[::1]:4294967297", "INVALID_ARGUMENT: the target has a port over 65535"},
        {"unixhost:65536", "INVALID_ARGUMENT: the target has a port over 65535"},
        /* What looks like one and is none. */
        {"unix:/no/such/socket:99999", "UNAVAILABLE: "},
        {"ipv4:127.0.0.1:1", "UNAVAILABLE: "},
        {"ipv6:[::1]:00001", "UNAVAILABLE: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char answer[512];
        ask(cases[i].target, NULL, answer, sizeof answer);
        check_begins(answer, cases[i].expected);
    }
}

static void keep_message(grpc_c_log_severity severity, const char *message, void *user_data)
{
    if (severity == GRPC_C_LOG_ERROR)
        snprintf(user_data, 512, "%s", message);
}

static void test_wrong_service_configs_say_so_in_the_status(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *expected;
    } cases[] = {
        {"{", "INVALID_ARGUMENT: JSON parsing failed: "},
        {"{\"methodConfig\": 3}",
         "INVALID_ARGUMENT: errors validating service config: [field:methodConfig error:"},
        {"{\"loadBalancingConfig\": [{\"no_such\": {}}]}",
         "INVALID_ARGUMENT: errors validating service config: [field:loadBalancingConfig error:"},
        {"{\"methodConfig\": [{\"name\": [{}], \"timeout\": \"soon\"}]}",
         "INVALID_ARGUMENT: errors validating service config: [field:methodConfig"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char answer[512], logged[512] = "";
        grpc_c_set_log_callback(keep_message, logged);
        ask("127.0.0.1:1", GRPC_C_CHANNEL_OPTIONS(.service_config_json = cases[i].json), answer,
            sizeof answer);
        grpc_c_set_log_callback(NULL, NULL);
        check_begins(answer, cases[i].expected);
        assert_non_null(strstr(logged, cases[i].expected));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4_targets),
        cmocka_unit_test(test_ipv6_targets),
        cmocka_unit_test(test_addresses_with_a_scheme),
        cmocka_unit_test(test_schemes_with_a_bad_address),
        cmocka_unit_test(test_unix_sockets),
        cmocka_unit_test(test_abstract_unix_sockets),
        cmocka_unit_test(test_one_server_on_several_addresses),
        cmocka_unit_test(test_targets_that_are_none),
        cmocka_unit_test(test_wrong_service_configs_say_so_in_the_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
