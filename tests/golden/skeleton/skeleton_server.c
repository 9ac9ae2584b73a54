/* A server of skeleton.proto: fill in its handlers. Yours: protoc-gen-grpc-c does not write over
 * it. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "skeleton.grpc-c.h"

/* ---- service kinds.Kinds ---- */

/** One and one. */
static grpc_c_status_code handle_kinds__unary(void *self, const Kinds__Ask *request,
                                              Kinds__Answer *reply, grpc_c_server_context *context)
{
    (void)self;
    (void)request;
    (void)reply;
    return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                                      "Unary is not written yet");
}

/** Many and one. */
static grpc_c_status_code handle_kinds__client(void *self, Kinds__Kinds_Client_ServerReader *reader,
                                               Kinds__Answer *reply, grpc_c_server_context *context)
{
    /* Messages come by kinds__kinds_servicer__client__read. */
    (void)self;
    (void)reader;
    (void)reply;
    return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                                      "Client is not written yet");
}

/** One and many. */
static grpc_c_status_code handle_kinds__server(void *self, const Kinds__Ask *request,
                                               Kinds__Kinds_Server_ServerWriter *writer,
                                               grpc_c_server_context *context)
{
    /* Messages go out by kinds__kinds_servicer__server__write. */
    (void)self;
    (void)request;
    (void)writer;
    return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                                      "Server is not written yet");
}

/** Many and many. */
static grpc_c_status_code handle_kinds__bidi(void *self,
                                             Kinds__Kinds_Bidi_ServerReaderWriter *stream,
                                             grpc_c_server_context *context)
{
    /* Messages come by kinds__kinds_servicer__bidi__read and go out by
     * kinds__kinds_servicer__bidi__write. */
    (void)self;
    (void)stream;
    return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                                      "Bidi is not written yet");
}

static const Kinds__Kinds_Servicer kinds_servicer = {
    .unary = handle_kinds__unary,
    .client = handle_kinds__client,
    .server = handle_kinds__server,
    .bidi = handle_kinds__bidi,
};

/* ---- service kinds.Streams ---- */

static grpc_c_status_code handle_streams__talk(void *self,
                                               Kinds__Streams_Talk_ServerReaderWriter *stream,
                                               grpc_c_server_context *context)
{
    /* Messages come by kinds__streams_servicer__talk__read and go out by
     * kinds__streams_servicer__talk__write. */
    (void)self;
    (void)stream;
    return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                                      "Talk is not written yet");
}

static grpc_c_status_code handle_streams__listen(void *self, const Kinds__Ask *request,
                                                 Kinds__Streams_Listen_ServerWriter *writer,
                                                 grpc_c_server_context *context)
{
    /* Messages go out by kinds__streams_servicer__listen__write. */
    (void)self;
    (void)request;
    (void)writer;
    return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                                      "Listen is not written yet");
}

static const Kinds__Streams_Servicer streams_servicer = {
    .talk = handle_streams__talk,
    .listen = handle_streams__listen,
};

/* ---- service kinds.Empty ---- */

static const Kinds__Empty_Servicer empty_servicer = {0};

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "[::]:50051";
    grpc_c_error error;
    int port;

    grpc_c_server *server = grpc_c_server_new(NULL);
    kinds__kinds_add_servicer_to_server(&kinds_servicer, NULL, server);
    kinds__streams_add_servicer_to_server(&streams_servicer, NULL, server);
    kinds__empty_add_servicer_to_server(&empty_servicer, NULL, server);
    if ((port = grpc_c_server_add_insecure_port(server, address, &error)) == 0 ||
        !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "%s: %s\n", argv[0], error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
