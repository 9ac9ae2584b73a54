/* The RouteGuide server, one method of each kind: route_guide_server [ADDRESS], by default
 * [::]:50051. Knows three features around Lake Constance, and remembers no notes. */
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

/* Whether a point lies between two others, which may be missing. */
static bool between(const Routeguide__Point *lo, const Routeguide__Point *point,
                    const Routeguide__Point *hi)
{
    return lo != NULL && hi != NULL && lo->latitude <= point->latitude &&
           point->latitude <= hi->latitude && lo->longitude <= point->longitude &&
           point->longitude <= hi->longitude;
}

static const Routeguide__Feature *find(const Routeguide__Point *point)
{
    for (int i = 0; i < count; i++)
        if (between(point, features[i].location, point))
            return &features[i];
    return NULL;
}

static grpc_c_status_code get(void *self, const Routeguide__Point *request,
                              Routeguide__Feature *reply, grpc_c_server_context *context)
{
    (void)self;
    const Routeguide__Feature *feature = find(request);
    if (feature == NULL)
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_NOT_FOUND, "nothing at %d, %d",
                                          request->latitude, request->longitude);
    *reply = *feature;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code list(void *self, const Routeguide__Rectangle *request,
                               Routeguide__RouteGuide_ListFeatures_ServerWriter *writer,
                               grpc_c_server_context *context)
{
    (void)self, (void)context;
    for (int i = 0; i < count; i++)
        if (between(request->lo, features[i].location, request->hi) &&
            !routeguide__route_guide_servicer__list_features__write(writer, &features[i]))
            break;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code record(void *self, Routeguide__RouteGuide_RecordRoute_ServerReader *route,
                                 Routeguide__RouteSummary *reply, grpc_c_server_context *context)
{
    (void)self, (void)context;
    const Routeguide__Point *point;
    for (; (point = routeguide__route_guide_servicer__record_route__read(route)) != NULL;
         reply->point_count++)
        reply->feature_count += find(point) != NULL;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code chat(void *self, Routeguide__RouteGuide_RouteChat_ServerReaderWriter *io,
                               grpc_c_server_context *context)
{
    (void)self, (void)context;
    const Routeguide__RouteNote *note;
    do
        note = routeguide__route_guide_servicer__route_chat__read(io);
    while (note != NULL && routeguide__route_guide_servicer__route_chat__write(io, note));
    return GRPC_C_STATUS_OK;
}

static const Routeguide__RouteGuide_Servicer guide = {get, list, record, chat};

int main(int argc, char **argv)
{
    grpc_c_error error;
    grpc_c_server *server = grpc_c_server_new(NULL);
    routeguide__route_guide_add_servicer_to_server(&guide, NULL, server);
    int port = grpc_c_server_add_insecure_port(server, argc > 1 ? argv[1] : "[::]:50051", &error);
    bool started = port != 0 && grpc_c_server_stop_on_signals(server, 5000, &error) &&
                   grpc_c_server_start(server, &error);
    if (started)
        printf("RouteGuide server listening on port %d\n", port);
    else
        fprintf(stderr, "route_guide_server: %s\n", error.message);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}
