/* Compression, the server: compression_server [ADDRESS], by default [::]:50051. Sends notes back,
 * compressed with gzip where that is worth it. What comes compressed needs no care: the library
 * unpacks it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

/* For the whole call, before its first message. A client that does not accept gzip gets its
 * messages as they are. */
static grpc_c_status_code route_chat(void *self,
                                     Routeguide__RouteGuide_RouteChat_ServerReaderWriter *stream,
                                     grpc_c_server_context *context)
{
    (void)self;
    const Routeguide__RouteNote *note;
    grpc_c_server_context_set_compression(context, GRPC_C_COMPRESSION_GZIP);
    while ((note = routeguide__route_guide_servicer__route_chat__read(stream)) != NULL) {
        printf("received %zu characters\n", strlen(note->message));
        /* For each message that follows: a short one would hardly become shorter. */
        grpc_c_server_context_set_compress_messages(context, strlen(note->message) > 100);
        if (!routeguide__route_guide_servicer__route_chat__write(stream, note))
            break;
    }
    return GRPC_C_STATUS_OK;
}

int main(int argc, char **argv)
{
    static const Routeguide__RouteGuide_Servicer guide = {.route_chat = route_chat};
    const char *address = argc > 1 ? argv[1] : "[::]:50051";
    grpc_c_error error;
    int port;

    setvbuf(stdout, NULL, _IOLBF, 0);
    grpc_c_server *server = grpc_c_server_new(NULL);
    routeguide__route_guide_add_servicer_to_server(&guide, NULL, server);
    if ((port = grpc_c_server_add_insecure_port(server, address, &error)) == 0 ||
        !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "compression_server: %s\n", error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("Compression server listening on port %d\n", port);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
