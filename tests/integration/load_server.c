/*
 * The service of load.proto in a process of its own, so that its memory can be measured apart from
 * its client's. Prints its port and serves until its standard input ends. Arguments are core's, for
 * the server: NAME=NUMBER.
 */
#include <string.h>
#include <unistd.h>

#include <grpc-c/grpc-c.h>

#include "load_async.h"

/* load_async_server is this with async servicers. */
#ifdef LOAD_ASYNC
typedef load_async service;
#define servicer load_async_servicer
#define service_init load_async_init
#define service_destroy load_async_destroy
#define add_servicer load__load_add_async_servicer_to_server
#else
typedef load_service service;
#define servicer load_servicer
#define service_init load_service_init
#define service_destroy load_service_destroy
#define add_servicer load__load_add_servicer_to_server
#endif

enum { most_arguments = 4 };

/* Writes the arguments' values, and returns how many there are. */
static size_t read_arguments(int argc, char **argv, grpc_c_core_argument *ret_arguments)
{
    load_require(argc <= most_arguments + 1);
    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        load_require(value != NULL);
        *value = '\0';
        ret_arguments[i - 1] =
            (grpc_c_core_argument){argv[i], NULL, (int)strtol(value + 1, NULL, 10)};
    }
    return (size_t)argc - 1;
}

int main(int argc, char **argv)
{
    char byte;
    service self;
    grpc_c_core_argument arguments[most_arguments];
    grpc_c_server_options options = GRPC_C_SERVER_OPTIONS_INIT;
    options.core_arguments = arguments;
    options.core_argument_count = read_arguments(argc, argv, arguments);
    service_init(&self, 0);
    grpc_c_server *server = grpc_c_server_new(&options);
    load_require(add_servicer(&servicer, &self, server));
    int port = grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL);
    load_require(port != 0 && grpc_c_server_start(server, NULL));
    printf("%d\n", port);
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    grpc_c_server_free(server);
    service_destroy(&self);
    return 0;
}
