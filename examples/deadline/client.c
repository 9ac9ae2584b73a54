/* Deadlines, the client: deadline_client [TARGET [TIMEOUT_MS]], by default localhost:50051 and
 * 1000; a negative timeout waits without limit. A call that takes longer ends with
 * DEADLINE_EXCEEDED. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

int main(int argc, char **argv)
{
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051", NULL);
    Helloworld__Greeter_Stub stub = helloworld__greeter_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();

    /* Counted anew from the start of each call of this context. */
    grpc_c_client_context_set_timeout_ms(context, argc > 2 ? strtol(argv[2], NULL, 10) : 1000);

    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = "you";
    const Helloworld__HelloReply *reply =
        helloworld__greeter_stub__say_hello(&stub, &request, context);
    if (reply != NULL)
        printf("%s\n", reply->message);
    else if (grpc_c_client_context_status(context) == GRPC_C_STATUS_DEADLINE_EXCEEDED)
        /* Nobody knows what became of it: the server may have been done, its reply on the way. */
        fprintf(stderr, "SayHello: too late (%s)\n", grpc_c_client_context_error(context));
    else
        fprintf(stderr, "SayHello: %s\n", grpc_c_client_context_error(context));

    int result = reply != NULL ? EXIT_SUCCESS : EXIT_FAILURE;
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return result;
}
