/* Wait for ready, the server: wait_for_ready_server [ADDRESS], by default [::]:50051. There is
 * nothing that a server must do for clients that wait for it, but one thing: it listens only when
 * it can serve. What takes time comes first. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    const char *greeting = self;
    reply->message = grpc_c_server_context_printf(context, "%s, %s!", greeting, request->name);
    return GRPC_C_STATUS_OK;
}

static const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "[::]:50051";
    grpc_c_error error;
    int port;

    /* Here a server would read its files and connect to its database. */
    char greeting[] = "Hello";

    grpc_c_server *server = grpc_c_server_new(NULL);
    helloworld__greeter_add_servicer_to_server(&greeter, greeting, server);
    if ((port = grpc_c_server_add_insecure_port(server, address, &error)) == 0 ||
        !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "wait_for_ready_server: %s\n", error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("Wait-for-ready server listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
