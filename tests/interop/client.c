/*
 * The client of gRPC's interop tests: interop_client --server_host=H --server_port=N
 * --test_case=NAME runs one case against a grpc.testing.TestService. It exits with 0 only if it
 * verified what the case is about; else it says what it saw.
 *
 * Besides the document's flags, --target=T replaces host and port, for a server on a unix socket,
 * or several servers; --iteration_interval=SECONDS is long_lived_channel's.
 */
#include "cases.h"

#include <stdlib.h>
#include <string.h>

#include "flags.h"

static const struct {
    const char *name;
    bool (*run)(interop_client *client);
} cases[] = {
    {"empty_unary", interop_empty_unary},
    {"large_unary", interop_large_unary},
    {"client_compressed_unary", interop_client_compressed_unary},
    {"server_compressed_unary", interop_server_compressed_unary},
    {"client_streaming", interop_client_streaming},
    {"client_compressed_streaming", interop_client_compressed_streaming},
    {"server_streaming", interop_server_streaming},
    {"server_compressed_streaming", interop_server_compressed_streaming},
    {"ping_pong", interop_ping_pong},
    {"empty_stream", interop_empty_stream},
    {"half_duplex", interop_half_duplex},
    {"custom_metadata", interop_custom_metadata},
    {"status_code_and_message", interop_status_code_and_message},
    {"special_status_message", interop_special_status_message},
    {"unimplemented_method", interop_unimplemented_method},
    {"unimplemented_service", interop_unimplemented_service},
    {"cancel_after_begin", interop_cancel_after_begin},
    {"cancel_after_first_response", interop_cancel_after_first_response},
    {"timeout_on_sleeping_server", interop_timeout_on_sleeping_server},
    {"pick_first_unary", interop_pick_first_unary},
    {"slow_consumer", interop_slow_consumer},
    {"rpc_soak", interop_rpc_soak},
    {"channel_soak", interop_channel_soak},
    {"long_lived_channel", interop_long_lived_channel},
    {"cacheable_unary", interop_cacheable_unary},
};
enum { case_count = sizeof(cases) / sizeof(cases[0]) };

/* The soak flags' defaults are those of gRPC's Go client: the document gives none. */
static bool parse(int argc, char **argv, interop_client *client)
{
    const interop_flag flags[] = {
        {.name = "server_host", .string = &client->server_host},
        {.name = "server_host_override", .string = &client->server_host_override},
        {.name = "server_port", .number = &client->server_port},
        {.name = "target", .string = &client->target},
        {.name = "test_case", .string = &client->test_case},
        {.name = "service_config_json", .string = &client->service_config_json},
        {.name = "use_tls", .boolean = &client->use_tls},
        {.name = "ca_file", .string = &client->ca_file},
        {.name = "soak_iterations", .number = &client->soak_iterations},
        {.name = "soak_max_failures", .number = &client->soak_max_failures},
        {.name = "soak_per_iteration_max_acceptable_latency_ms",
         .number = &client->soak_per_iteration_max_acceptable_latency_ms},
        {.name = "soak_overall_timeout_seconds", .number = &client->soak_overall_timeout_seconds},
        {.name = "soak_min_time_ms_between_rpcs", .number = &client->soak_min_time_ms_between_rpcs},
        {.name = "iteration_interval", .number = &client->iteration_interval},
    };
    *client = (interop_client){
        .server_host = "localhost",
        .server_port = -1,
        .soak_iterations = 10,
        .soak_per_iteration_max_acceptable_latency_ms = 1000,
        .soak_overall_timeout_seconds = 10,
        .iteration_interval = 10,
    };
    return interop_parse_flags(argc, argv, flags, sizeof(flags) / sizeof(flags[0]));
}

/* The number of the case that was named; -1, with a line on stderr, where the flags do not do. */
static int chosen_case(const interop_client *client)
{
    if (client->server_port < 0 && client->target == NULL)
        fprintf(stderr, "interop_client: --server_port is missing\n");
    else if (client->test_case == NULL)
        fprintf(stderr, "interop_client: --test_case is missing\n");
    else {
        for (int i = 0; i < case_count; i++)
            if (strcmp(cases[i].name, client->test_case) == 0)
                return i;
        fprintf(stderr, "interop_client: there is no case %s\n", client->test_case);
    }
    return -1;
}

/* With TLS, server_host_override is the name that the server's certificate must be for; without,
 * the authority alone. NULL, with a line on stderr, where the flags do not do. */
static grpc_c_channel_credentials *credentials(const interop_client *client)
{
    if (!client->use_tls)
        return grpc_c_insecure_channel_credentials_new();
    grpc_c_error error;
    grpc_c_channel_credentials *tls =
        grpc_c_tls_channel_credentials_new(GRPC_C_TLS_CHANNEL_OPTIONS(
                                                   .root_certificates_file = client->ca_file,
                                                   .host_name_override =
                                                       client->server_host_override),
                                           &error);
    if (tls == NULL)
        fprintf(stderr, "interop_client: %s\n", error.message);
    return tls;
}

bool interop_client_connect(interop_client *client)
{
    char address[300];
    snprintf(address, sizeof(address), "%s:%d", client->server_host, client->server_port);
    grpc_c_core_argument arguments[2] = {{.name = "grpc.use_local_subchannel_pool", .number = 1}};
    size_t count = 1;
    if (client->server_host_override != NULL)
        arguments[count++] = (grpc_c_core_argument){.name = "grpc.default_authority",
                                                    .string = client->server_host_override};
    grpc_c_channel_free(client->channel);
    grpc_c_channel_credentials *secured_by = credentials(client);
    client->channel =
        grpc_c_channel_new(client->target != NULL ? client->target : address, secured_by,
                           GRPC_C_CHANNEL_OPTIONS(.service_config_json =
                                                      client->service_config_json,
                                                  .core_arguments = arguments,
                                                  .core_argument_count = count));
    grpc_c_channel_credentials_free(secured_by);
    client->stub = grpc__testing__test_service_stub(client->channel);
    return client->channel != NULL;
}

void interop_client_reset(interop_client *client)
{
    grpc_c_client_context_reset(client->context);
    grpc_c_client_context_set_timeout_ms(client->context, INTEROP_TIMEOUT_MS);
}

int main(int argc, char **argv)
{
    interop_client client;
    if (!parse(argc, argv, &client))
        return EXIT_FAILURE;
    int number = chosen_case(&client);
    if (number < 0)
        return EXIT_FAILURE;
    client.context = grpc_c_client_context_new();
    interop_client_reset(&client);
    bool passed = interop_client_connect(&client) && cases[number].run(&client);
    grpc_c_client_context_free(client.context);
    grpc_c_channel_free(client.channel);
    printf("%s: %s\n", client.test_case, passed ? "passed" : "FAILED");
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
