/* Mutual TLS, the server: mutual_tls_server [ADDRESS [FOLDER]], by default [::]:50051 and the
 * current folder, which holds server.key, server.pem and ca.pem; certificates.sh makes them. Only
 * clients with a certificate that leads to ca.pem are served, and handlers see whose it is. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    (void)self;
    const char *name = grpc_c_server_context_peer_common_name(context);
    printf("SayHello from %s\n", grpc_c_server_context_peer_subject(context));
    for (size_t i = 0; i < grpc_c_server_context_peer_san_count(context); i++)
        printf("also known as %s\n", grpc_c_server_context_peer_san(context, i));
    if (name == NULL || !grpc_c_server_context_peer_is_authenticated(context))
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNAUTHENTICATED, "who are you?");
    reply->message =
        grpc_c_server_context_printf(context, "Hello, %s! I know you as %s.", request->name, name);
    return GRPC_C_STATUS_OK;
}

static const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};

/* NULL with the reason in `error`. */
static grpc_c_server_credentials *read_credentials(const char *folder, grpc_c_error *error)
{
    char key[256];
    char certificate[256];
    char roots[256];
    snprintf(key, sizeof key, "%s/server.key", folder);
    snprintf(certificate, sizeof certificate, "%s/server.pem", folder);
    snprintf(roots, sizeof roots, "%s/ca.pem", folder);
    /* Roots alone would do: clients' certificates are required and verified then. */
    return grpc_c_tls_server_credentials_new(
        GRPC_C_TLS_SERVER_OPTIONS(.key_pair = {.private_key_file = key,
                                               .certificate_chain_file = certificate},
                                  .root_certificates_file = roots,
                                  .client_certificates =
                                      GRPC_C_CLIENT_CERTIFICATES_REQUIRED_AND_VERIFIED),
        error);
}

int main(int argc, char **argv)
{
    grpc_c_error error;
    int port;

    setvbuf(stdout, NULL, _IOLBF, 0);
    grpc_c_server_credentials *credentials = read_credentials(argc > 2 ? argv[2] : ".", &error);
    if (credentials == NULL) {
        fprintf(stderr, "mutual_tls_server: %s\n", error.message);
        return EXIT_FAILURE;
    }
    grpc_c_server *server = grpc_c_server_new(NULL);
    helloworld__greeter_add_servicer_to_server(&greeter, NULL, server);
    port = grpc_c_server_add_port(server, argc > 1 ? argv[1] : "[::]:50051", credentials, &error);
    grpc_c_server_credentials_free(credentials);
    if (port == 0 || !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "mutual_tls_server: %s\n", error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("Mutual TLS server listening on port %d\n", port);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
