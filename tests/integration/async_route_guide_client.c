/* A RouteGuide client with async calls of all four kinds under way at once, for peers of other
 * makes: async_route_guide_client [TARGET], by default localhost:50051. Prints what comes as it
 * comes. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

#define POINT PROTOBUF_C_MESSAGE_INIT(&routeguide__point__descriptor)
enum { route_length = 3, word_count = 2 };
static const Routeguide__Point route[route_length] = {{POINT, 476600000, 91750000},
                                                      {POINT, 476700000, 92000000},
                                                      {POINT, 476940000, 92710000}};
static char *const words[word_count] = {"fine view", "steep"};

/* A call, for its callbacks. They all run on the thread that polls, main's. */
typedef struct Call {
    const char *method;
    grpc_c_client_context *context;
    void *stream;
    int next;
} Call;

static Routeguide__RouteGuide_Stub stub;
static int running;
static bool failed;

static void ended(grpc_c_status_code status, void *user_data)
{
    const Call *call = user_data;
    if (status != GRPC_C_STATUS_OK)
        fprintf(stderr, "%s: %s\n", call->method, grpc_c_client_context_error(call->context));
    failed |= status != GRPC_C_STATUS_OK;
    running--;
}

/* Each callback below starts the next operation; where there is none, or the call is over, it
 * finishes the call, and `ended` is called with how it went. */

static void got_feature(const Routeguide__Feature *feature, void *user_data)
{
    Call *call = user_data;
    const char *error = grpc_c_client_context_error(call->context);
    printf("GetFeature: %s\n", feature != NULL ? feature->name : error);
    if (call->next == 2 ||
        !routeguide__route_guide_stub__get_feature__async(&stub, &route[call->next++],
                                                          call->context, got_feature, call))
        running--;
}

static void listed(const Routeguide__Feature *feature, void *user_data)
{
    Call *call = user_data;
    if (feature != NULL)
        printf("ListFeatures: %s\n", feature->name);
    if (feature == NULL ||
        !routeguide__route_guide_stub__list_features__read__async(call->stream, listed, call))
        routeguide__route_guide_stub__list_features__finish__async(call->stream, ended, call);
}

static void recorded(const Routeguide__RouteSummary *summary, void *user_data)
{
    Call *call = user_data;
    if (summary != NULL)
        printf("RecordRoute: %d points, %d features\n", summary->point_count,
               summary->feature_count);
    ended(grpc_c_client_context_status(call->context), call);
}

static void record_next(bool ok, void *user_data)
{
    Call *call = user_data;
    if (!ok || call->next == route_length ||
        !routeguide__route_guide_stub__record_route__write__async(call->stream,
                                                                  &route[call->next++], record_next,
                                                                  call))
        routeguide__route_guide_stub__record_route__finish__async(call->stream, recorded, call);
}

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

/* Reads while the other one writes. */
static void heard(const Routeguide__RouteNote *note, void *user_data)
{
    Call *call = user_data;
    if (note != NULL)
        printf("RouteChat: %s\n", note->message);
    if (note == NULL ||
        !routeguide__route_guide_stub__route_chat__read__async(call->stream, heard, call))
        routeguide__route_guide_stub__route_chat__finish__async(call->stream, ended, call);
}

/* A call that cannot be started has its status all the same. */
static void start(Call *get, Call *list, Call *record, Call *chat)
{
    const Routeguide__Point lo = {POINT, 0, 0}, hi = {POINT, 1000000000, 1000000000};
    const Routeguide__Rectangle everywhere = {PROTOBUF_C_MESSAGE_INIT(
                                                  &routeguide__rectangle__descriptor),
                                              (Routeguide__Point *)&lo, (Routeguide__Point *)&hi};
    running += routeguide__route_guide_stub__get_feature__async(&stub, &route[get->next++],
                                                                get->context, got_feature, get);
    list->stream =
        routeguide__route_guide_stub__list_features__async(&stub, &everywhere, list->context);
    running += routeguide__route_guide_stub__list_features__read__async(list->stream, listed, list);
    record->stream = routeguide__route_guide_stub__record_route__async(&stub, record->context);
    running += record->stream != NULL;
    record_next(true, record);
    chat->stream = routeguide__route_guide_stub__route_chat__async(&stub, chat->context);
    running += routeguide__route_guide_stub__route_chat__read__async(chat->stream, heard, chat);
    say_next(true, chat);
    failed = running < 4;
}

int main(int argc, char **argv)
{
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051",
                                    GRPC_C_CHANNEL_OPTIONS(.completion_queue = queue));
    stub = routeguide__route_guide_stub(channel);
    Call calls[] = {{.method = "GetFeature"},
                    {.method = "ListFeatures"},
                    {.method = "RecordRoute"},
                    {.method = "RouteChat"}};
    for (int i = 0; i < 4; i++)
        calls[i].context = grpc_c_client_context_new();
    start(&calls[0], &calls[1], &calls[2], &calls[3]);
    while (running > 0)
        grpc_c_completion_queue_poll(queue, -1);
    for (int i = 0; i < 4; i++)
        grpc_c_client_context_free(calls[i].context);
    grpc_c_channel_free(channel);
    grpc_c_completion_queue_free(queue);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
