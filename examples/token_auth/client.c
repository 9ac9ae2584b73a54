/* Tokens, the client: token_auth_client [TARGET [FOLDER]], by default localhost:50051 and the
 * current folder, which holds ca.pem and a file "token", such as `echo secret-of-ann >token` makes.
 * Each call carries the token that is in the file then: somebody else may renew it. A token that
 * stays the same needs no callback: grpc_c_token_call_credentials_new. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

/* Answers at once. What takes longer, such as asking another server, is begun here; the answer is
 * given when it is there, on any thread. */
static void give_token(grpc_c_call_credentials_request request, const char *service_url,
                       const char *method, void *user_data)
{
    (void)service_url;
    (void)method;
    const char *path = user_data;
    char value[1024] = "Bearer ";
    char text[512];
    FILE *file = fopen(path, "r");
    bool has_token = file != NULL && fgets(value + strlen(value), 1000, file) != NULL;
    if (file != NULL)
        fclose(file);
    if (!has_token) {
        snprintf(text, sizeof text, "no token in %s", path);
        grpc_c_call_credentials_fail(request, GRPC_C_STATUS_UNAUTHENTICATED, text);
        return;
    }
    value[strcspn(value, "\n")] = '\0';
    const grpc_c_metadata_entry authorization = {"authorization", value, strlen(value)};
    grpc_c_call_credentials_succeed(request, &authorization, 1);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 2 ? argv[2] : ".";
    char roots[256];
    char path[256];
    grpc_c_error error;
    snprintf(roots, sizeof roots, "%s/ca.pem", folder);
    snprintf(path, sizeof path, "%s/token", folder);
    grpc_c_tls_channel_options tls = GRPC_C_TLS_CHANNEL_OPTIONS_INIT;
    tls.root_certificates_file = roots;
    grpc_c_channel_credentials *credentials = grpc_c_tls_channel_credentials_new(&tls, &error);
    if (credentials == NULL) {
        fprintf(stderr, "token_auth_client: %s\n", error.message);
        return EXIT_FAILURE;
    }
    grpc_c_call_credentials *token = grpc_c_call_credentials_new(give_token, NULL, path);
    grpc_c_channel *channel =
        grpc_c_channel_new(argc > 1 ? argv[1] : "localhost:50051", credentials,
                           GRPC_C_CHANNEL_OPTIONS(.call_credentials = token));
    grpc_c_call_credentials_free(token);
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
