/* Load balancing, the servers: load_balancing_server [ADDRESS…], by default 127.0.0.1:50051, :50052
 * and :50053, at most 16. One server for each address, each of which says which one it is; they
 * could as well be processes of their own on machines of their own. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

enum { most = 16 };

typedef struct backend {
    grpc_c_server *server;
    int port;
} backend;

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    const backend *backend = self;
    reply->message = grpc_c_server_context_printf(context, "Hello, %s! This is port %d",
                                                  request->name, backend->port);
    return GRPC_C_STATUS_OK;
}

static const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};

static bool start(backend *backend, const char *address, grpc_c_error *error)
{
    backend->server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = 4));
    helloworld__greeter_add_servicer_to_server(&greeter, backend, backend->server);
    backend->port = grpc_c_server_add_insecure_port(backend->server, address, error);
    return backend->port != 0 && grpc_c_server_stop_on_signals(backend->server, 5000, error) &&
           grpc_c_server_start(backend->server, error);
}

int main(int argc, char **argv)
{
    char *defaults[] = {"127.0.0.1:50051", "127.0.0.1:50052", "127.0.0.1:50053"};
    char **addresses = argc > 1 ? argv + 1 : defaults;
    int count = argc == 1 ? 3 : argc <= most ? argc - 1 : most;
    static backend backends[most];
    grpc_c_error error;
    int result = EXIT_SUCCESS;

    for (int i = 0; i < count && result == EXIT_SUCCESS; i++) {
        if (start(&backends[i], addresses[i], &error)) {
            printf("Load balancing server listening on port %d\n", backends[i].port);
        } else {
            fprintf(stderr, "load_balancing_server: %s\n", error.message);
            result = EXIT_FAILURE;
        }
        fflush(stdout);
    }
    for (int i = 0; i < count && result == EXIT_SUCCESS; i++)
        grpc_c_server_wait_for_termination(backends[i].server);
    for (int i = 0; i < count; i++)
        grpc_c_server_free(backends[i].server);
    return result;
}
