/*
 * The server of gRPC's interop tests: interop_server --port=N serves grpc.testing.TestService until
 * SIGTERM or SIGINT. Its first line says the port, of which 0 takes a free one. --host=ADDRESS
 * listens there alone, instead of on every address of the machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <grpc-c/grpc-c.h>

#include "flags.h"
#include "service.h"

typedef struct server_options {
    const char *host;
    int port;
    bool use_tls;
    const char *tls_cert_file;
    const char *tls_key_file;
    /* Which server this is, for clients that ask (fill_server_id). */
    char id[80];
} server_options;

static bool parse(int argc, char **argv, server_options *options)
{
    const interop_flag flags[] = {
        {.name = "host", .string = &options->host},
        {.name = "port", .number = &options->port},
        {.name = "use_tls", .boolean = &options->use_tls},
        {.name = "tls_cert_file", .string = &options->tls_cert_file},
        {.name = "tls_key_file", .string = &options->tls_key_file},
    };
    *options = (server_options){.host = "[::]", .port = -1};
    if (!interop_parse_flags(argc, argv, flags, sizeof(flags) / sizeof(flags[0])))
        return false;
    if (options->port < 0) {
        fprintf(stderr, "interop_server: --port is missing\n");
        return false;
    }
    return true;
}

/* NULL with the reason in `error`. */
static grpc_c_server_credentials *credentials(const server_options *options, grpc_c_error *error)
{
    if (!options->use_tls)
        return grpc_c_insecure_server_credentials_new();
    return grpc_c_tls_server_credentials_new(GRPC_C_TLS_SERVER_OPTIONS(
                                                     .key_pair = {.private_key_file =
                                                                      options->tls_key_file,
                                                                  .certificate_chain_file =
                                                                      options->tls_cert_file}),
                                             error);
}

/* Returns when a signal has stopped the server. */
static bool serve(grpc_c_server *server, server_options *options)
{
    char address[300];
    grpc_c_error error = {GRPC_C_STATUS_INTERNAL, "out of memory"};
    snprintf(address, sizeof(address), "%s:%d", options->host, options->port);
    grpc_c_server_credentials *secured_by = credentials(options, &error);
    int port = secured_by != NULL ? grpc_c_server_add_port(server, address, secured_by, &error) : 0;
    grpc_c_server_credentials_free(secured_by);
    snprintf(options->id, sizeof(options->id), "port %d of process %ld", port, (long)getpid());
    if (port == 0 ||
        !grpc__testing__test_service_add_servicer_to_server(&interop_service, options->id,
                                                            server) ||
        !grpc_c_server_stop_on_signals(server, 1000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "interop_server: %s\n", error.message);
        return false;
    }
    printf("interop_server listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    return true;
}

int main(int argc, char **argv)
{
    server_options options;
    if (!parse(argc, argv, &options))
        return EXIT_FAILURE;
    grpc_c_server *server = grpc_c_server_new(NULL);
    bool served = serve(server, &options);
    grpc_c_server_free(server);
    return served ? EXIT_SUCCESS : EXIT_FAILURE;
}
