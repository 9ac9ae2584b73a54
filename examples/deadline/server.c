/* Deadlines, the server: deadline_server [ADDRESS [WORK_MS [BACKEND]]], by default [::]:50051, 100
 * and none. Works for WORK_MS milliseconds, no longer than the client waits, and then asks BACKEND,
 * a server like itself, which gets the time that is left. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

static long work_ms = 100;

/* Work in small pieces: nobody wants the rest of it once the time is up. */
static bool work(const grpc_c_server_context *context)
{
    const struct timespec piece = {.tv_nsec = 10L * 1000 * 1000};
    for (long done = 0; done < work_ms; done += 10) {
        if (grpc_c_server_context_time_left_ms(context) == 0)
            return false;
        nanosleep(&piece, NULL);
    }
    return true;
}

/* With this call for a parent, the next one ends when it does: no more time than it has left. */
static grpc_c_status_code ask_backend(grpc_c_channel *backend,
                                      const Helloworld__HelloRequest *request,
                                      Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    Helloworld__Greeter_Stub stub = helloworld__greeter_stub(backend);
    grpc_c_client_context *onward = grpc_c_client_context_new();
    grpc_c_client_context_set_parent(onward, context);
    const Helloworld__HelloReply *answer =
        helloworld__greeter_stub__say_hello(&stub, request, onward);
    grpc_c_status_code code = grpc_c_client_context_status(onward);
    if (answer != NULL)
        reply->message =
            grpc_c_server_context_printf(context, "%s / %s", reply->message, answer->message);
    else
        grpc_c_server_context_fail(context, code, "%s", grpc_c_client_context_message(onward));
    grpc_c_client_context_free(onward);
    return code;
}

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    grpc_c_channel *backend = self;
    if (!work(context)) {
        printf("SayHello: the time is up, stopped\n");
        return GRPC_C_STATUS_DEADLINE_EXCEEDED;
    }
    int64_t left_ms = grpc_c_server_context_time_left_ms(context);
    if (left_ms == INT64_MAX)
        reply->message =
            grpc_c_server_context_printf(context, "Hello, %s! No deadline", request->name);
    else
        reply->message = grpc_c_server_context_printf(context, "Hello, %s! %ld ms left",
                                                      request->name, (long)left_ms);
    return backend == NULL ? GRPC_C_STATUS_OK : ask_backend(backend, request, reply, context);
}

int main(int argc, char **argv)
{
    static const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};
    grpc_c_error error;
    int result = EXIT_FAILURE;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 2)
        work_ms = strtol(argv[2], NULL, 10);
    grpc_c_channel *backend = argc > 3 ? grpc_c_insecure_channel_new(argv[3], NULL) : NULL;
    grpc_c_server *server = grpc_c_server_new(NULL);
    helloworld__greeter_add_servicer_to_server(&greeter, backend, server);
    int port = grpc_c_server_add_insecure_port(server, argc > 1 ? argv[1] : "[::]:50051", &error);
    if (port != 0 && grpc_c_server_stop_on_signals(server, 5000, &error) &&
        grpc_c_server_start(server, &error)) {
        printf("Deadline server listening on port %d\n", port);
        grpc_c_server_wait_for_termination(server);
        result = EXIT_SUCCESS;
    } else {
        fprintf(stderr, "deadline_server: %s\n", error.message);
    }
    grpc_c_server_free(server);
    grpc_c_channel_free(backend);
    return result;
}
