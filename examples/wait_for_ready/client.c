/* Wait for ready, the client: wait_for_ready_client [TARGET [TIMEOUT_MS]], by default
 * localhost:50051 and 60000. Start it before the server: its first call fails at once, the second
 * waits. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

static bool greet(const Helloworld__Greeter_Stub *stub, grpc_c_client_context *context)
{
    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = "you";
    const Helloworld__HelloReply *reply =
        helloworld__greeter_stub__say_hello(stub, &request, context);
    printf("SayHello: %s\n", reply != NULL ? reply->message : grpc_c_client_context_error(context));
    fflush(stdout);
    return reply != NULL;
}

int main(int argc, char **argv)
{
    /* Between two attempts to connect, core waits for a second and then longer and longer, up to
     * two minutes. For servers that are about to come, five seconds are enough. */
    const grpc_c_core_argument backoff = {"grpc.max_reconnect_backoff_ms", NULL, 5000};
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051",
                                    GRPC_C_CHANNEL_OPTIONS(.core_arguments = &backoff,
                                                           .core_argument_count = 1));
    Helloworld__Greeter_Stub stub = helloworld__greeter_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();

    /* By default a call fails with UNAVAILABLE when the server cannot be reached. */
    greet(&stub, context);

    /* Now it waits for a connection. Give such a call a time limit: a server that never comes is
     * DEADLINE_EXCEEDED then. */
    grpc_c_client_context_set_wait_for_ready(context, true);
    grpc_c_client_context_set_timeout_ms(context, argc > 2 ? strtol(argv[2], NULL, 10) : 60000);
    bool greeted = greet(&stub, context);

    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return greeted ? EXIT_SUCCESS : EXIT_FAILURE;
}
