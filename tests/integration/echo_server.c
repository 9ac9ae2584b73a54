/*
 * An Echo server for clients in other languages: echo_server prints its port and serves until
 * SIGTERM. Calls of Hold stay until then. Its exit status tells a clean end from a leak when it is
 * built with a sanitizer.
 */
#include "fixture.h"

int main(void)
{
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = 10), NULL);
    grpc_c_error error;
    if (!grpc_c_server_stop_on_signals(fixture->server, 0, &error)) {
        fprintf(stderr, "echo_server: %s\n", error.message);
        return EXIT_FAILURE;
    }
    printf("listening on port %d\n", fixture->port);
    fflush(stdout);
    /* Handlers that hold would hold the stop, too: they pass once it has begun. */
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "until stopped";
    echo__echo_stub__hold(&fixture->stub, &request, fixture->context);
    gate_let_pass(&fixture->gate, 1 << 20);
    grpc_c_server_wait_for_termination(fixture->server);
    printf("stopped after %d calls of Say\n", fixture->said);
    fixture_free(fixture);
    return EXIT_SUCCESS;
}
