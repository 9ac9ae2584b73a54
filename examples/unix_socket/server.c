/* Unix sockets, the server: unix_socket_server [PATH [NAME]], by default greeter.sock in the
 * current folder and "greeter". Listens on a socket in the file system and, on Linux, on one in the
 * abstract namespace; no port, and nobody from another machine. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    (void)self;
    printf("SayHello from %s\n", grpc_c_server_context_peer(context));
    reply->message = grpc_c_server_context_printf(context, "Hello, %s!", request->name);
    return GRPC_C_STATUS_OK;
}

static const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};

/* scheme:name, as a target and an address are written. */
static bool listen_on(grpc_c_server *server, const char *scheme, const char *name,
                      grpc_c_error *error)
{
    char address[160];
    snprintf(address, sizeof address, "%s:%s", scheme, name);
    if (grpc_c_server_add_insecure_port(server, address, error) == 0)
        return false;
    printf("Unix socket server listening on %s\n", address);
    return true;
}

int main(int argc, char **argv)
{
    grpc_c_error error;
    int result = EXIT_FAILURE;

    setvbuf(stdout, NULL, _IOLBF, 0);
    grpc_c_server *server = grpc_c_server_new(NULL);
    helloworld__greeter_add_servicer_to_server(&greeter, NULL, server);

    /* A file: whoever may write to it may call. It is the folder's permissions that decide from the
     * first moment on; those of the file can only be changed afterwards. */
    if (!listen_on(server, "unix", argc > 1 ? argv[1] : "greeter.sock", &error))
        goto failed;
#ifdef __linux__
    /* No file, nothing to clean up, and no permissions: every user of the machine may call. */
    if (!listen_on(server, "unix-abstract", argc > 2 ? argv[2] : "greeter", &error))
        goto failed;
#endif
    if (!grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error))
        goto failed;
    printf("Unix socket server serving\n");
    grpc_c_server_wait_for_termination(server);
    result = EXIT_SUCCESS;
    goto out;

failed:
    fprintf(stderr, "unix_socket_server: %s\n", error.message);
out:
    grpc_c_server_free(server);
    return result;
}
