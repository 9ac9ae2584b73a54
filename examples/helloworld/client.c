/* The Greeter client: greeter_client [TARGET [NAME]], by default localhost:50051 and "you". */
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

    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = argc > 2 ? argv[2] : "you";
    const Helloworld__HelloReply *reply =
        helloworld__greeter_stub__say_hello(&stub, &request, context);
    if (reply == NULL)
        fprintf(stderr, "SayHello: %s\n", grpc_c_client_context_error(context));
    else
        printf("Greeter client received: %s\n", reply->message);

    int result = reply != NULL ? EXIT_SUCCESS : EXIT_FAILURE;
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return result;
}
