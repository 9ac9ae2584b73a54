/* The RouteGuide server, one method of each kind: route_guide_server [ADDRESS], by default
 * [::]:50051. Knows three features around Lake Constance, and remembers no notes. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

enum { feature_count = 3 };
static Routeguide__Point points[feature_count];
static Routeguide__Feature features[feature_count];

static void make_feature(int i, char *name, int32_t latitude, int32_t longitude)
{
    routeguide__point__init(&points[i]);
    points[i].latitude = latitude;
    points[i].longitude = longitude;
    routeguide__feature__init(&features[i]);
    features[i].name = name;
    features[i].location = &points[i];
}

static bool inside(const Routeguide__Rectangle *area, const Routeguide__Point *point)
{
    return area->lo != NULL && area->hi != NULL && point->latitude >= area->lo->latitude &&
           point->latitude <= area->hi->latitude && point->longitude >= area->lo->longitude &&
           point->longitude <= area->hi->longitude;
}

static const Routeguide__Feature *find(const Routeguide__Point *point)
{
    for (int i = 0; i < feature_count; i++)
        if (points[i].latitude == point->latitude && points[i].longitude == point->longitude)
            return &features[i];
    return NULL;
}

static grpc_c_status_code get_feature(void *self, const Routeguide__Point *request,
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

static grpc_c_status_code list_features(void *self, const Routeguide__Rectangle *request,
                                        Routeguide__RouteGuide_ListFeatures_ServerWriter *writer,
                                        grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    for (int i = 0; i < feature_count; i++)
        if (inside(request, &points[i]) &&
            !routeguide__route_guide_servicer__list_features__write(writer, &features[i]))
            break;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code record_route(void *self,
                                       Routeguide__RouteGuide_RecordRoute_ServerReader *reader,
                                       Routeguide__RouteSummary *reply,
                                       grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    const Routeguide__Point *point;
    while ((point = routeguide__route_guide_servicer__record_route__read(reader)) != NULL) {
        reply->point_count++;
        reply->feature_count += find(point) != NULL;
    }
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code route_chat(void *self,
                                     Routeguide__RouteGuide_RouteChat_ServerReaderWriter *stream,
                                     grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    const Routeguide__RouteNote *note;
    do
        note = routeguide__route_guide_servicer__route_chat__read(stream);
    while (note != NULL && routeguide__route_guide_servicer__route_chat__write(stream, note));
    return GRPC_C_STATUS_OK;
}

int main(int argc, char **argv)
{
    static const Routeguide__RouteGuide_Servicer servicer = {get_feature, list_features,
                                                             record_route, route_chat};
    grpc_c_error error;
    make_feature(0, "Konstanz", 476600000, 91750000);
    make_feature(1, "Meersburg", 476940000, 92710000);
    make_feature(2, "Bregenz", 475030000, 97470000);
    grpc_c_server *server = grpc_c_server_new(NULL);
    routeguide__route_guide_add_servicer_to_server(&servicer, NULL, server);
    int port = grpc_c_server_add_insecure_port(server, argc > 1 ? argv[1] : "[::]:50051", &error);
    if (port == 0 || !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "route_guide_server: %s\n", error.message);
        return EXIT_FAILURE;
    }
    grpc_c_server_stop_on_signals(server, 5000, NULL);
    printf("RouteGuide server listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
