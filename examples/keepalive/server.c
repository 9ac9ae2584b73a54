/* Keepalive, the server: keepalive_server [ADDRESS], by default [::]:50051. Finds out about clients
 * that are gone without a word, and says how often a client may ping. gRPC's doc/keepalive.md. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

/* Sends each note back, and may wait for the next one for hours. */
static grpc_c_status_code route_chat(void *self,
                                     Routeguide__RouteGuide_RouteChat_ServerReaderWriter *stream,
                                     grpc_c_server_context *context)
{
    (void)self, (void)context;
    const Routeguide__RouteNote *note;
    do
        note = routeguide__route_guide_servicer__route_chat__read(stream);
    while (note != NULL && routeguide__route_guide_servicer__route_chat__write(stream, note));
    return GRPC_C_STATUS_OK;
}

static const grpc_c_server_options options = {
    .struct_size = sizeof(grpc_c_server_options),
    /* A connection on which nothing has come for a minute is pinged, and given up if there is no
     * answer in 20 seconds: its calls are cancelled, and their handlers need not wait any more. */
    .keepalive_time_ms = 60 * 1000,
    .keepalive_timeout_ms = 20 * 1000,
    /* A client that pings more often than this while nothing else is sent gets a few warnings, then
     * loses the connection ("too_many_pings"). By default this is five minutes, so client and
     * server must be set up together. */
    .min_ping_interval_ms = 500,
    /* Pings are welcome while no call runs, too. */
    .permit_pings_without_calls = true,
    /* A connection without calls is closed after a quarter of an hour, and the client makes a new
     * one for its next call. */
    .max_connection_idle_ms = 15 * 60 * 1000,
};

int main(int argc, char **argv)
{
    static const Routeguide__RouteGuide_Servicer guide = {.route_chat = route_chat};
    const char *address = argc > 1 ? argv[1] : "[::]:50051";
    grpc_c_error error;
    int port;

    grpc_c_server *server = grpc_c_server_new(&options);
    routeguide__route_guide_add_servicer_to_server(&guide, NULL, server);
    if ((port = grpc_c_server_add_insecure_port(server, address, &error)) == 0 ||
        !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "keepalive_server: %s\n", error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("Keepalive server listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
