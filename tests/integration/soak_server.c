/*
 * A server of the soak: the service of load.proto on ADDRESS, until SIGTERM, which gives calls that
 * run a moment. Prints its port when it serves, and at its end how many handlers began and ended.
 *
 * usage: soak_server blocking|async ADDRESS
 */
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "load_async.h"

enum { grace_ms = 100 };

int main(int argc, char **argv)
{
    load_async self;
    if (argc != 3)
        return 2;
    load_async_init(&self, 0);
    grpc_c_server *server = grpc_c_server_new(NULL);
    if (strcmp(argv[1], "async") == 0)
        load_require(load__load_add_async_servicer_to_server(&load_async_servicer, &self, server));
    else
        load_require(load__load_add_servicer_to_server(&load_servicer, &self.service, server));
    grpc_c_error error = {.message = ""};
    int port = grpc_c_server_add_insecure_port(server, argv[2], &error);
    if (port == 0 || !grpc_c_server_start(server, &error) ||
        !grpc_c_server_stop_on_signals(server, grace_ms, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    printf("%d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    printf("%llu %llu\n", (unsigned long long)self.service.begun,
           (unsigned long long)self.service.ended);
    fflush(stdout);
    load_async_destroy(&self); /* requires that they are as many */
    return 0;
}
