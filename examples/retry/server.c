/* Retries, the server: retry_server [ADDRESS [FAILURES]], by default [::]:50051 and 2. Answers so
 * many attempts with UNAVAILABLE before one succeeds, then begins again. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

typedef struct state {
    atomic_long attempts;
    long failures;
} state;

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    state *state = self;
    long attempt = atomic_fetch_add(&state->attempts, 1) % (state->failures + 1) + 1;

    /* In every attempt but the first, the client says how many there were before. */
    const grpc_c_metadata_entry *before =
        grpc_c_metadata_find(grpc_c_server_context_metadata(context), "grpc-previous-rpc-attempts",
                             NULL);
    printf("attempt %ld, %s before it\n", attempt, before != NULL ? before->value : "none");

    /* UNAVAILABLE says that a later attempt may succeed. A handler that may have changed something
     * before it failed should choose another code: clients must not repeat that. */
    if (attempt <= state->failures)
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNAVAILABLE,
                                          "not in the mood, attempt %ld", attempt);
    reply->message =
        grpc_c_server_context_printf(context, "Hello, %s! Attempt %ld", request->name, attempt);
    return GRPC_C_STATUS_OK;
}

static const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "[::]:50051";
    state state = {.failures = argc > 2 ? strtol(argv[2], NULL, 10) : 2};
    grpc_c_error error;
    int port;

    setvbuf(stdout, NULL, _IOLBF, 0);
    grpc_c_server *server = grpc_c_server_new(NULL);
    helloworld__greeter_add_servicer_to_server(&greeter, &state, server);
    if ((port = grpc_c_server_add_insecure_port(server, address, &error)) == 0 ||
        !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "retry_server: %s\n", error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("Retry server listening on port %d\n", port);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
