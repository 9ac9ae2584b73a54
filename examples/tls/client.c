/* TLS, the client: tls_client [TARGET [FOLDER]], by default localhost:50051 and the current folder,
 * which holds ca.pem, the root that the server's certificate must lead to. The certificate must be
 * for the target's name, too: localhost here. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

int main(int argc, char **argv)
{
    char roots[256];
    grpc_c_error error;
    snprintf(roots, sizeof roots, "%s/ca.pem", argc > 2 ? argv[2] : ".");

    /* Without roots, those of the system count: for servers of the internet at large. */
    grpc_c_channel_credentials *credentials =
        grpc_c_tls_channel_credentials_new(GRPC_C_TLS_CHANNEL_OPTIONS(.root_certificates_file =
                                                                          roots),
                                           &error);
    if (credentials == NULL) {
        fprintf(stderr, "tls_client: %s\n", error.message);
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
