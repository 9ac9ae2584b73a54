/* The other half of route_guide_async's server: ListFeatures, which streams its replies, and
 * RecordRoute, which reads a stream of requests. Neither holds a thread while it lasts.
 * streams_async_server [ADDRESS], by default [::]:50051. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

enum { count = 3 };
static char *const names[count] = {"Konstanz", "Meersburg", "Bregenz"};

/* What the callbacks of a call have to know; in the call's memory, which outlives them. */
typedef struct Call {
    grpc_c_server_context *context;
    Routeguide__RouteGuide_ListFeatures_ServerWriter *writer;
    Routeguide__RouteGuide_RecordRoute_ServerReader *reader;
    Routeguide__RouteSummary *summary;
    int next;
} Call;

/* NULL when there is no memory, which ends the call. */
static Call *call_new(grpc_c_server_context *context)
{
    Call *call = grpc_c_server_context_alloc(context, sizeof *call);
    if (call != NULL)
        *call = (Call){.context = context};
    else
        grpc_c_server_context_finish(context, GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    return call;
}

/* The feature before has left, or there was none: the next one follows. */
static void list_next(bool ok, void *user_data)
{
    Call *call = user_data;
    Routeguide__Feature feature = ROUTEGUIDE__FEATURE__INIT;
    if (ok && call->next < count)
        feature.name = names[call->next];
    if (!ok || call->next++ == count ||
        !routeguide__route_guide_servicer__list_features__write__async(call->writer, &feature,
                                                                       list_next, call))
        grpc_c_server_context_finish(call->context, GRPC_C_STATUS_OK);
}

static void list(void *self, const Routeguide__Rectangle *everywhere,
                 Routeguide__RouteGuide_ListFeatures_ServerWriter *writer,
                 grpc_c_server_context *context)
{
    (void)self, (void)everywhere;
    Call *call = call_new(context);
    if (call == NULL)
        return;
    call->writer = writer;
    list_next(true, call);
}

static void passed(const Routeguide__Point *point, void *user_data)
{
    Call *call = user_data;
    call->summary->point_count += point != NULL;
    if (point == NULL ||
        !routeguide__route_guide_servicer__record_route__read__async(call->reader, passed, call))
        grpc_c_server_context_finish(call->context, GRPC_C_STATUS_OK);
}

static void record(void *self, Routeguide__RouteGuide_RecordRoute_ServerReader *reader,
                   Routeguide__RouteSummary *reply, grpc_c_server_context *context)
{
    (void)self;
    Call *call = call_new(context);
    if (call == NULL)
        return;
    call->reader = reader;
    call->summary = reply;
    routeguide__route_guide_servicer__record_route__read__async(reader, passed, call);
}

static const Routeguide__RouteGuide_AsyncServicer guide = {.list_features = list,
                                                           .record_route = record};

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
        fprintf(stderr, "streams_async_server: %s\n", error.message);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}
