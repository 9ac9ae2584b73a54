/* The RouteGuide server, with handlers that hold no thread while their calls last: GetFeature,
 * which is unary, and RouteChat, bidirectional (streams_async has the other two).
 * route_guide_async_server [ADDRESS], by default [::]:50051. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

#define POINT PROTOBUF_C_MESSAGE_INIT(&routeguide__point__descriptor)
#define FEATURE PROTOBUF_C_MESSAGE_INIT(&routeguide__feature__descriptor)
enum { count = 3 };
static const Routeguide__Feature features[count] =
    {{FEATURE, "Konstanz", &(Routeguide__Point){POINT, 476600000, 91750000}},
     {FEATURE, "Meersburg", &(Routeguide__Point){POINT, 476940000, 92710000}},
     {FEATURE, "Bregenz", &(Routeguide__Point){POINT, 475030000, 97470000}}};

static void get(void *self, const Routeguide__Point *point, Routeguide__Feature *reply,
                grpc_c_server_context *context)
{
    (void)self;
    grpc_c_status_code code =
        grpc_c_server_context_fail(context, GRPC_C_STATUS_NOT_FOUND, "nothing at %d, %d",
                                   point->latitude, point->longitude);
    for (int i = 0; i < count; i++) {
        const Routeguide__Point *at = features[i].location;
        if (at->latitude != point->latitude || at->longitude != point->longitude)
            continue;
        *reply = features[i];
        code = GRPC_C_STATUS_OK;
    }
    grpc_c_server_context_finish(context, code);
}

/* What a chat's callbacks have to know; in the call's memory, which outlives them. */
typedef struct Chat {
    grpc_c_server_context *context;
    Routeguide__RouteGuide_RouteChat_ServerReaderWriter *stream;
} Chat;

static void said(bool ok, void *user_data);

/* Each note goes back to where it came from. */
static void heard(const Routeguide__RouteNote *note, void *user_data)
{
    Chat *chat = user_data;
    if (note == NULL ||
        !routeguide__route_guide_servicer__route_chat__write__async(chat->stream, note, said, chat))
        grpc_c_server_context_finish(chat->context, GRPC_C_STATUS_OK);
}

static void said(bool ok, void *user_data)
{
    Chat *chat = user_data;
    if (!ok ||
        !routeguide__route_guide_servicer__route_chat__read__async(chat->stream, heard, chat))
        grpc_c_server_context_finish(chat->context, GRPC_C_STATUS_OK);
}

static void begin_chat(void *self, Routeguide__RouteGuide_RouteChat_ServerReaderWriter *stream,
                       grpc_c_server_context *context)
{
    (void)self;
    Chat *chat = grpc_c_server_context_alloc(context, sizeof *chat);
    if (chat == NULL) {
        grpc_c_server_context_finish(context, GRPC_C_STATUS_RESOURCE_EXHAUSTED);
        return;
    }
    *chat = (Chat){context, stream};
    routeguide__route_guide_servicer__route_chat__read__async(stream, heard, chat);
}

static const Routeguide__RouteGuide_AsyncServicer guide = {.get_feature = get,
                                                           .route_chat = begin_chat};

int main(int argc, char **argv)
{
    grpc_c_error error;
    grpc_c_server *server = grpc_c_server_new(NULL);
    routeguide__route_guide_add_async_servicer_to_server(&guide, NULL, server);
    int port = grpc_c_server_add_insecure_port(server, argc > 1 ? argv[1] : "[::]:50051", &error);
    bool started = port != 0 && grpc_c_server_stop_on_signals(server, 5000, &error) &&
                   grpc_c_server_start(server, &error);
    if (started)
        printf("RouteGuide server listening on port %d\n", port);
    else
        fprintf(stderr, "route_guide_async_server: %s\n", error.message);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}
