/* Keepalive, the client: keepalive_client [TARGET [TIME_MS]], by default localhost:50051 and 10000.
 * Keeps a stream open on which nothing is said, and notices when the server is gone without a word:
 * a cut cable, a router that forgot the connection, a frozen process (kill -STOP shows it). */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

/* Core stops after two pings in a row without any other traffic; 0: it goes on. */
static const grpc_c_core_argument more_pings = {"grpc.http2.max_pings_without_data", NULL, 0};

int main(int argc, char **argv)
{
    int time_ms = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 10000;
    const grpc_c_channel_options options = {
        .struct_size = sizeof options,
        /* When nothing has come for so long, a ping is sent; without an answer to it, the
         * connection is given up after the timeout. The server must permit pings as frequent as
         * these. */
        .keepalive_time_ms = time_ms,
        .keepalive_timeout_ms = time_ms,
        /* Also between calls, so that the next call finds a connection that works; by default only
         * while calls run. */
        .keepalive_without_calls = true,
        .core_arguments = &more_pings,
        .core_argument_count = 1,
    };
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051", &options);
    Routeguide__RouteGuide_Stub stub = routeguide__route_guide_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();

    Routeguide__RouteGuide_RouteChat_ClientReaderWriter *stream =
        routeguide__route_guide_stub__route_chat(&stub, context);
    Routeguide__RouteNote note = ROUTEGUIDE__ROUTE_NOTE__INIT;
    note.message = "is anybody there?";
    routeguide__route_guide_stub__route_chat__write(stream, &note);
    const Routeguide__RouteNote *answer;
    while ((answer = routeguide__route_guide_stub__route_chat__read(stream)) != NULL) {
        printf("RouteChat: %s\n", answer->message);
        fflush(stdout);
    }
    grpc_c_status_code code = routeguide__route_guide_stub__route_chat__finish(stream);
    if (code != GRPC_C_STATUS_OK)
        fprintf(stderr, "RouteChat: %s\n", grpc_c_client_context_error(context));

    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return code == GRPC_C_STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
