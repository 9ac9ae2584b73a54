/* A RouteGuide server with async handlers of all four kinds, for peers of other makes:
 * async_route_guide_server [ADDRESS], by default [::]:50051. */
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

/* The first feature from *next on between two points, which may be missing. */
static const Routeguide__Feature *find(const Routeguide__Point *lo, const Routeguide__Point *hi,
                                       int *next)
{
    while (lo != NULL && hi != NULL && *next < count) {
        const Routeguide__Point *at = features[(*next)++].location;
        if (lo->latitude <= at->latitude && at->latitude <= hi->latitude &&
            lo->longitude <= at->longitude && at->longitude <= hi->longitude)
            return &features[*next - 1];
    }
    return NULL;
}

static void get(void *self, const Routeguide__Point *point, Routeguide__Feature *reply,
                grpc_c_server_context *context)
{
    (void)self;
    grpc_c_status_code code = GRPC_C_STATUS_OK;
    const Routeguide__Feature *feature = find(point, point, &(int){0});
    if (feature != NULL)
        *reply = *feature;
    else
        code = grpc_c_server_context_fail(context, GRPC_C_STATUS_NOT_FOUND, "nothing at %d, %d",
                                          point->latitude, point->longitude);
    grpc_c_server_context_finish(context, code);
}

/* What the callbacks of a call that streams have to know; in the call's memory. */
typedef struct Call {
    grpc_c_server_context *context;
    void *stream;
    const Routeguide__Rectangle *where;
    Routeguide__RouteSummary *summary;
    int next;
} Call;

/* NULL when there is no memory, which ends the call. */
static Call *call_new(Call values)
{
    Call *call = grpc_c_server_context_alloc(values.context, sizeof *call);
    if (call != NULL)
        *call = values;
    else
        grpc_c_server_context_finish(values.context, GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    return call;
}

static void list_next(bool ok, void *user_data)
{
    Call *call = user_data;
    const Routeguide__Feature *feature = find(call->where->lo, call->where->hi, &call->next);
    if (!ok || feature == NULL ||
        !routeguide__route_guide_servicer__list_features__write__async(call->stream, feature,
                                                                       list_next, call))
        grpc_c_server_context_finish(call->context, GRPC_C_STATUS_OK);
}

static void list(void *self, const Routeguide__Rectangle *request,
                 Routeguide__RouteGuide_ListFeatures_ServerWriter *writer,
                 grpc_c_server_context *context)
{
    (void)self;
    Call *call = call_new((Call){.context = context, .stream = writer, .where = request});
    if (call != NULL)
        list_next(true, call);
}

static void on_point(const Routeguide__Point *point, void *user_data)
{
    Call *call = user_data;
    call->summary->point_count += point != NULL;
    call->summary->feature_count += find(point, point, &(int){0}) != NULL;
    if (point == NULL ||
        !routeguide__route_guide_servicer__record_route__read__async(call->stream, on_point, call))
        grpc_c_server_context_finish(call->context, GRPC_C_STATUS_OK);
}

static void record(void *self, Routeguide__RouteGuide_RecordRoute_ServerReader *reader,
                   Routeguide__RouteSummary *reply, grpc_c_server_context *context)
{
    (void)self;
    Call *call = call_new((Call){.context = context, .stream = reader, .summary = reply});
    if (call != NULL)
        routeguide__route_guide_servicer__record_route__read__async(reader, on_point, call);
}

static void chat_on(bool ok, void *user_data);

static void on_note(const Routeguide__RouteNote *note, void *user_data)
{
    Call *call = user_data;
    if (note == NULL ||
        !routeguide__route_guide_servicer__route_chat__write__async(call->stream, note, chat_on,
                                                                    call))
        grpc_c_server_context_finish(call->context, GRPC_C_STATUS_OK);
}

static void chat_on(bool ok, void *user_data)
{
    Call *call = user_data;
    if (!ok ||
        !routeguide__route_guide_servicer__route_chat__read__async(call->stream, on_note, call))
        grpc_c_server_context_finish(call->context, GRPC_C_STATUS_OK);
}

static void chat(void *self, Routeguide__RouteGuide_RouteChat_ServerReaderWriter *stream,
                 grpc_c_server_context *context)
{
    (void)self;
    Call *call = call_new((Call){.context = context, .stream = stream});
    if (call != NULL)
        chat_on(true, call);
}

static const Routeguide__RouteGuide_AsyncServicer guide = {get, list, record, chat};

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
        fprintf(stderr, "async_route_guide_server: %s\n", error.message);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}
