/*
 * An Echo server for clients in other languages: echo_server prints its port and serves until
 * SIGTERM. Calls of Hold stay until then. Its exit status tells a clean end from a leak when it is
 * built with a sanitizer.
 */
#include "fixture.h"

/* Handlers that hold would hold the stop, too. This one call among them ends when the stop cancels
 * it, and lets the others pass. */
static void *open_gate_at_stop(void *argument)
{
    fixture *fixture = argument;
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "until stopped";
    echo__echo_stub__hold(&fixture->stub, &request, fixture->context);
    gate_let_pass(&fixture->gate, 1 << 20);
    return NULL;
}

int main(void)
{
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = 10), NULL);
    grpc_c_error error;
    pthread_t gatekeeper;
    if (!grpc_c_server_stop_on_signals(fixture->server, 0, &error) ||
        pthread_create(&gatekeeper, NULL, open_gate_at_stop, fixture) != 0) {
        fprintf(stderr, "echo_server: cannot wait for signals\n");
        return EXIT_FAILURE;
    }
    gate_wait_for(&fixture->gate, 1);
    printf("listening on port %d\n", fixture->port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(fixture->server);
    pthread_join(gatekeeper, NULL);
    fixture_free(fixture);
    return EXIT_SUCCESS;
}
