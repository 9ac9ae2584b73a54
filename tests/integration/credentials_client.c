/* A client for servers of others: credentials_client TARGET ROOTS TOKEN says hello over TLS, twice:
 * with the token, and with what a callback gives later, from a thread of its own, when it has said
 * what it was asked. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

typedef struct question {
    pthread_t thread;
    grpc_c_call_credentials_request request;
    const char *token;
} question;

static void *answer(void *argument)
{
    const question *question = argument;
    char value[256];
    int size = snprintf(value, sizeof value, "Bearer %s", question->token);
    const grpc_c_metadata_entry entries[] = {
        {"authorization", value, (size_t)size},
        {"x-trace-bin", "\0\1\2", 3},
    };
    if (!grpc_c_call_credentials_succeed(question->request, entries, 2))
        fprintf(stderr, "nobody waits for the answer\n");
    return NULL;
}

static void ask(grpc_c_call_credentials_request request, const char *service_url,
                const char *method, void *user_data)
{
    question *question = user_data;
    printf("asked for %s, %s\n", service_url, method);
    question->request = request;
    if (pthread_create(&question->thread, NULL, answer, question) != 0)
        abort();
}

static void say_hello(grpc_c_channel *channel, grpc_c_call_credentials *credentials)
{
    Helloworld__Greeter_Stub stub = helloworld__greeter_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    grpc_c_client_context_set_call_credentials(context, credentials);
    grpc_c_call_credentials_free(credentials);
    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = "you";
    const Helloworld__HelloReply *reply =
        helloworld__greeter_stub__say_hello(&stub, &request, context);
    printf("%s\n", reply != NULL ? reply->message : grpc_c_client_context_error(context));
    grpc_c_client_context_free(context);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return EXIT_FAILURE;
    grpc_c_tls_channel_options tls = GRPC_C_TLS_CHANNEL_OPTIONS_INIT;
    tls.root_certificates_file = argv[2];
    grpc_c_channel_credentials *credentials = grpc_c_tls_channel_credentials_new(&tls, NULL);
    grpc_c_channel *channel = grpc_c_channel_new(argv[1], credentials, NULL);
    grpc_c_channel_credentials_free(credentials);
    question question = {.token = argv[3]};
    say_hello(channel, grpc_c_token_call_credentials_new(argv[3]));
    say_hello(channel, grpc_c_call_credentials_new(ask, NULL, &question));
    pthread_join(question.thread, NULL);
    grpc_c_channel_free(channel);
    return EXIT_SUCCESS;
}
