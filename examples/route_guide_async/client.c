/* The RouteGuide client, with a unary call and a bidirectional stream under way at once on one
 * thread: route_guide_async_client [TARGET], by default localhost:50051. Prints what comes as it
 * comes. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

enum { word_count = 2 };
static char *const words[word_count] = {"fine view", "steep"};

/* A call, for its callbacks. They all run on the thread that polls, main's. */
typedef struct Call {
    const char *method;
    grpc_c_client_context *context;
    Routeguide__RouteGuide_RouteChat_ClientReaderWriter *stream;
    int next;
    bool over;
} Call;

static void ended(grpc_c_status_code status, void *user_data)
{
    Call *call = user_data;
    if (status != GRPC_C_STATUS_OK)
        fprintf(stderr, "%s: %s\n", call->method, grpc_c_client_context_error(call->context));
    call->over = true;
}

static void got_feature(const Routeguide__Feature *feature, void *user_data)
{
    Call *call = user_data;
    if (feature != NULL)
        printf("%s: %s\n", call->method, feature->name);
    ended(grpc_c_client_context_status(call->context), call);
}

/* Writes the next word when the last one has left, while `heard` reads. */
static void say_next(bool ok, void *user_data)
{
    Call *call = user_data;
    Routeguide__RouteNote note = ROUTEGUIDE__ROUTE_NOTE__INIT;
    if (ok && call->next < word_count) {
        note.message = words[call->next++];
        routeguide__route_guide_stub__route_chat__write__async(call->stream, &note, say_next, call);
    } else if (ok) {
        routeguide__route_guide_stub__route_chat__writes_done__async(call->stream, NULL, NULL);
    }
}

static void heard(const Routeguide__RouteNote *note, void *user_data)
{
    Call *call = user_data;
    if (note != NULL)
        printf("%s: %s\n", call->method, note->message);
    if (note == NULL ||
        !routeguide__route_guide_stub__route_chat__read__async(call->stream, heard, call))
        routeguide__route_guide_stub__route_chat__finish__async(call->stream, ended, call);
}

int main(int argc, char **argv)
{
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051",
                                    GRPC_C_CHANNEL_OPTIONS(.completion_queue = queue));
    Routeguide__RouteGuide_Stub stub = routeguide__route_guide_stub(channel);
    Call get = {.method = "GetFeature", .context = grpc_c_client_context_new()};
    Call chat = {.method = "RouteChat", .context = grpc_c_client_context_new()};

    Routeguide__Point konstanz = ROUTEGUIDE__POINT__INIT;
    konstanz.latitude = 476600000;
    konstanz.longitude = 91750000;
    /* What cannot be started has its status in the context, and no callback. */
    if (!routeguide__route_guide_stub__get_feature__async(&stub, &konstanz, get.context,
                                                          got_feature, &get))
        ended(grpc_c_client_context_status(get.context), &get);
    chat.stream = routeguide__route_guide_stub__route_chat__async(&stub, chat.context);
    if (routeguide__route_guide_stub__route_chat__read__async(chat.stream, heard, &chat))
        say_next(true, &chat);
    else
        ended(grpc_c_client_context_status(chat.context), &chat);
    while (!get.over || !chat.over)
        grpc_c_completion_queue_poll(queue, -1);

    bool good = grpc_c_client_context_status(get.context) == GRPC_C_STATUS_OK &&
                grpc_c_client_context_status(chat.context) == GRPC_C_STATUS_OK;
    grpc_c_client_context_free(get.context);
    grpc_c_client_context_free(chat.context);
    grpc_c_channel_free(channel);
    grpc_c_completion_queue_free(queue);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
