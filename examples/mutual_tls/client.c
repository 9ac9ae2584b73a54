/* Mutual TLS, the client: mutual_tls_client [TARGET [FOLDER]], by default localhost:50051 and the
 * current folder, which holds ca.pem, whom the client trusts, and client.key and client.pem, who it
 * is. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

/* NULL with the reason in `error`. */
static grpc_c_channel_credentials *read_credentials(const char *folder, grpc_c_error *error)
{
    char key[256];
    char certificate[256];
    char roots[256];
    snprintf(key, sizeof key, "%s/client.key", folder);
    snprintf(certificate, sizeof certificate, "%s/client.pem", folder);
    snprintf(roots, sizeof roots, "%s/ca.pem", folder);
    return grpc_c_tls_channel_credentials_new(GRPC_C_TLS_CHANNEL_OPTIONS(
                                                      .root_certificates_file = roots,
                                                      .key_pair = {.private_key_file = key,
                                                                   .certificate_chain_file =
                                                                       certificate}),
                                              error);
}

int main(int argc, char **argv)
{
    grpc_c_error error;
    grpc_c_channel_credentials *credentials = read_credentials(argc > 2 ? argv[2] : ".", &error);
    if (credentials == NULL) {
        fprintf(stderr, "mutual_tls_client: %s\n", error.message);
        return EXIT_FAILURE;
    }
    grpc_c_channel *channel =
        grpc_c_channel_new(argc > 1 ? argv[1] : "localhost:50051", credentials, NULL);
    grpc_c_channel_credentials_free(credentials);
    Helloworld__Greeter_Stub stub = helloworld__greeter_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();

    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = "you";
    const Helloworld__HelloReply *reply =
        helloworld__greeter_stub__say_hello(&stub, &request, context);
    if (reply == NULL)
        fprintf(stderr, "SayHello: %s\n", grpc_c_client_context_error(context));
    else
        printf("SayHello: %s\n", reply->message);

    int result = reply != NULL ? EXIT_SUCCESS : EXIT_FAILURE;
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return result;
}
