/* The other half of route_guide_async's client: a stream to read and one to write, under way at
 * once on one thread: streams_async_client [TARGET], by default localhost:50051. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

#define POINT PROTOBUF_C_MESSAGE_INIT(&routeguide__point__descriptor)
enum { route_length = 3 };
static const Routeguide__Point route[route_length] = {{POINT, 476600000, 91750000},
                                                      {POINT, 476700000, 92000000},
                                                      {POINT, 476940000, 92710000}};

/* A call, for its callbacks. They all run on the thread that polls, main's. */
typedef struct Call {
    const char *method;
    grpc_c_client_context *context;
    Routeguide__RouteGuide_ListFeatures_ClientReader *reader;
    Routeguide__RouteGuide_RecordRoute_ClientWriter *writer;
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

static void listed(const Routeguide__Feature *feature, void *user_data)
{
    Call *call = user_data;
    if (feature != NULL)
        printf("%s: %s\n", call->method, feature->name);
    if (feature == NULL ||
        !routeguide__route_guide_stub__list_features__read__async(call->reader, listed, call))
        routeguide__route_guide_stub__list_features__finish__async(call->reader, ended, call);
}

static void recorded(const Routeguide__RouteSummary *summary, void *user_data)
{
    Call *call = user_data;
    if (summary != NULL)
        printf("%s: %d points\n", call->method, summary->point_count);
    ended(grpc_c_client_context_status(call->context), call);
}

/* Writes the next point when the last one has left. */
static void record_next(bool ok, void *user_data)
{
    Call *call = user_data;
    if (!ok || call->next == route_length ||
        !routeguide__route_guide_stub__record_route__write__async(call->writer,
                                                                  &route[call->next++], record_next,
                                                                  call))
        routeguide__route_guide_stub__record_route__finish__async(call->writer, recorded, call);
}

int main(int argc, char **argv)
{
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051",
                                    GRPC_C_CHANNEL_OPTIONS(.completion_queue = queue));
    Routeguide__RouteGuide_Stub stub = routeguide__route_guide_stub(channel);
    Call list = {.method = "ListFeatures", .context = grpc_c_client_context_new()};
    Call record = {.method = "RecordRoute", .context = grpc_c_client_context_new()};
    Routeguide__Point lo = ROUTEGUIDE__POINT__INIT, hi = ROUTEGUIDE__POINT__INIT;
    Routeguide__Rectangle everywhere = ROUTEGUIDE__RECTANGLE__INIT;
    hi.latitude = hi.longitude = 1000000000;
    everywhere.lo = &lo;
    everywhere.hi = &hi;

    /* What cannot be started has its status in the context, and no callback. */
    list.reader =
        routeguide__route_guide_stub__list_features__async(&stub, &everywhere, list.context);
    if (!routeguide__route_guide_stub__list_features__read__async(list.reader, listed, &list))
        ended(grpc_c_client_context_status(list.context), &list);
    record.writer = routeguide__route_guide_stub__record_route__async(&stub, record.context);
    if (record.writer != NULL)
        record_next(true, &record);
    else
        ended(grpc_c_client_context_status(record.context), &record);
    while (!list.over || !record.over)
        grpc_c_completion_queue_poll(queue, -1);

    bool good = grpc_c_client_context_status(list.context) == GRPC_C_STATUS_OK &&
                grpc_c_client_context_status(record.context) == GRPC_C_STATUS_OK;
    grpc_c_client_context_free(list.context);
    grpc_c_client_context_free(record.context);
    grpc_c_channel_free(channel);
    grpc_c_completion_queue_free(queue);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
