/* TLS, the server: tls_server [ADDRESS [FOLDER]], by default [::]:50051 and the current folder,
 * which holds its key and certificate, server.key and server.pem; certificates.sh makes them.
 * Clients know for sure who answers, and nobody reads along. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    (void)self;
    reply->message = grpc_c_server_context_printf(context, "Hello, %s!", request->name);
    return GRPC_C_STATUS_OK;
}

static const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};

/* A new certificate is used when the files are replaced: no restart. NULL with the reason in
 * `error`, for a file that is missing, or a key that is not the certificate's. */
static grpc_c_server_credentials *read_credentials(const char *folder, grpc_c_error *error)
{
    char key[256];
    char certificate[256];
    snprintf(key, sizeof key, "%s/server.key", folder);
    snprintf(certificate, sizeof certificate, "%s/server.pem", folder);
    return grpc_c_tls_server_credentials_new(GRPC_C_TLS_SERVER_OPTIONS(
                                                     .key_pair = {.private_key_file = key,
                                                                  .certificate_chain_file =
                                                                      certificate},
                                                     .reload_interval_ms = 60000),
                                             error);
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "[::]:50051";
    grpc_c_error error;
    int port;

    grpc_c_server_credentials *credentials = read_credentials(argc > 2 ? argv[2] : ".", &error);
    if (credentials == NULL) {
        fprintf(stderr, "tls_server: %s\n", error.message);
        return EXIT_FAILURE;
    }
    grpc_c_server *server = grpc_c_server_new(NULL);
    helloworld__greeter_add_servicer_to_server(&greeter, NULL, server);
    port = grpc_c_server_add_port(server, address, credentials, &error);
    grpc_c_server_credentials_free(credentials);
    if (port == 0 || !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "tls_server: %s\n", error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("TLS server listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
