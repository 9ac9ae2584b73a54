/* Unix sockets, the client: unix_socket_client [PATH [NAME]], by default greeter.sock in the
 * current folder and "greeter". Calls the server by the file and, on Linux, by the abstract name.
 */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

/* Targets are scheme:name; a path that begins with a slash may also be written unix:///path. */
static bool greet(const char *scheme, const char *name)
{
    char target[160];
    snprintf(target, sizeof target, "%s:%s", scheme, name);
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Helloworld__Greeter_Stub stub = helloworld__greeter_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();

    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = "you";
    const Helloworld__HelloReply *reply =
        helloworld__greeter_stub__say_hello(&stub, &request, context);
    bool greeted = reply != NULL;
    if (greeted)
        printf("%s says: %s\n", target, reply->message);
    else
        fprintf(stderr, "%s: %s\n", target, grpc_c_client_context_error(context));
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return greeted;
}

int main(int argc, char **argv)
{
    bool greeted = greet("unix", argc > 1 ? argv[1] : "greeter.sock");
#ifdef __linux__
    greeted = greet("unix-abstract", argc > 2 ? argv[2] : "greeter") && greeted;
#endif
    return greeted ? EXIT_SUCCESS : EXIT_FAILURE;
}
