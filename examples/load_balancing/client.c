/* Load balancing, the client: load_balancing_client [ADDRESS…], by default 127.0.0.1:50051, :50052
 * and :50053, at most 16. Takes them in turn until each has answered three times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

enum { most = 16, turns = 3, limit = 100000 };

/* Who answered, and how often. */
static struct {
    char message[100];
    int count;
} answers[most];

/* Counts an answer. Returns true when it was that server's last turn. */
static bool note(const char *message)
{
    int i = 0;
    while (i < most - 1 && answers[i].count > 0 && strcmp(answers[i].message, message) != 0)
        i++;
    snprintf(answers[i].message, sizeof answers[i].message, "%s", message);
    return ++answers[i].count == turns;
}

/* The target names all servers, ipv4:ADDRESS,ADDRESS. A name, such as
 * dns:///greeter.example.org:50051, stands for all the addresses that it resolves to, and is looked
 * up again when a server is lost. */
static grpc_c_channel *channel_to(char **addresses, int count)
{
    char target[1024] = "ipv4:";
    for (int i = 0; i < count; i++) {
        size_t length = strlen(target);
        snprintf(target + length, sizeof target - length, "%s%s", i > 0 ? "," : "", addresses[i]);
    }
    /* The default, "pick_first", would send all calls to the first server that it reaches. */
    const grpc_c_channel_options *options =
        GRPC_C_CHANNEL_OPTIONS(.load_balancing_policy = "round_robin");
    return grpc_c_insecure_channel_new(target, options);
}

int main(int argc, char **argv)
{
    char *defaults[] = {"127.0.0.1:50051", "127.0.0.1:50052", "127.0.0.1:50053"};
    int count = argc == 1 ? 3 : argc <= most ? argc - 1 : most;
    grpc_c_channel *channel = channel_to(argc > 1 ? argv + 1 : defaults, count);
    Helloworld__Greeter_Stub stub = helloworld__greeter_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = "you";

    /* The first calls go to the servers that are connected already, the others join in; a server
     * that is lost is left out until it is back. */
    int done = 0;
    for (int calls = 0; done < count && calls < limit; calls++) {
        const Helloworld__HelloReply *reply =
            helloworld__greeter_stub__say_hello(&stub, &request, context);
        if (reply == NULL) {
            fprintf(stderr, "SayHello: %s\n", grpc_c_client_context_error(context));
            break;
        }
        done += note(reply->message);
    }
    for (int i = 0; i < most && answers[i].count > 0; i++)
        printf("%s: %d calls\n", answers[i].message, answers[i].count);

    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return done == count ? EXIT_SUCCESS : EXIT_FAILURE;
}
