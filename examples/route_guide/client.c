/* The RouteGuide client: route_guide_client [TARGET], by default localhost:50051. Calls each of the
 * four methods and prints what comes. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

enum { route_length = 3 };
static const int32_t latitudes[route_length] = {476600000, 476700000, 476940000};
static const int32_t longitudes[route_length] = {91750000, 92000000, 92710000};

static Routeguide__Point point_of(int number)
{
    Routeguide__Point point = ROUTEGUIDE__POINT__INIT;
    point.latitude = latitudes[number];
    point.longitude = longitudes[number];
    return point;
}

static void get_feature(const Routeguide__RouteGuide_Stub *stub, grpc_c_client_context *context)
{
    for (int i = 0; i < 2; i++) {
        Routeguide__Point point = point_of(i);
        const Routeguide__Feature *feature =
            routeguide__route_guide_stub__get_feature(stub, &point, context);
        const char *text = feature != NULL ? feature->name : grpc_c_client_context_error(context);
        printf("GetFeature: %s\n", text);
    }
}

static void list_features(const Routeguide__RouteGuide_Stub *stub, grpc_c_client_context *context)
{
    Routeguide__Point lo = ROUTEGUIDE__POINT__INIT, hi = ROUTEGUIDE__POINT__INIT;
    Routeguide__Rectangle everywhere = ROUTEGUIDE__RECTANGLE__INIT;
    hi.latitude = hi.longitude = 1000000000;
    everywhere.lo = &lo;
    everywhere.hi = &hi;
    Routeguide__RouteGuide_ListFeatures_ClientReader *reader =
        routeguide__route_guide_stub__list_features(stub, &everywhere, context);
    const Routeguide__Feature *feature;
    while ((feature = routeguide__route_guide_stub__list_features__read(reader)) != NULL)
        printf("ListFeatures: %s\n", feature->name);
    if (routeguide__route_guide_stub__list_features__finish(reader) != GRPC_C_STATUS_OK)
        printf("ListFeatures: %s\n", grpc_c_client_context_error(context));
}

static void record_route(const Routeguide__RouteGuide_Stub *stub, grpc_c_client_context *context)
{
    Routeguide__RouteGuide_RecordRoute_ClientWriter *writer =
        routeguide__route_guide_stub__record_route(stub, context);
    for (int i = 0; i < route_length; i++) {
        Routeguide__Point point = point_of(i);
        if (!routeguide__route_guide_stub__record_route__write(writer, &point))
            break;
    }
    const Routeguide__RouteSummary *summary =
        routeguide__route_guide_stub__record_route__finish(writer);
    if (summary != NULL)
        printf("RecordRoute: %d points, %d features\n", summary->point_count,
               summary->feature_count);
    else
        printf("RecordRoute: %s\n", grpc_c_client_context_error(context));
}

static void route_chat(const Routeguide__RouteGuide_Stub *stub, grpc_c_client_context *context)
{
    Routeguide__RouteGuide_RouteChat_ClientReaderWriter *stream =
        routeguide__route_guide_stub__route_chat(stub, context);
    const char *const words[] = {"fine view", "steep"};
    for (int i = 0; i < 2; i++) {
        Routeguide__RouteNote note = ROUTEGUIDE__ROUTE_NOTE__INIT;
        note.message = (char *)words[i];
        routeguide__route_guide_stub__route_chat__write(stream, &note);
    }
    routeguide__route_guide_stub__route_chat__writes_done(stream);
    const Routeguide__RouteNote *note;
    while ((note = routeguide__route_guide_stub__route_chat__read(stream)) != NULL)
        printf("RouteChat: %s\n", note->message);
    if (routeguide__route_guide_stub__route_chat__finish(stream) != GRPC_C_STATUS_OK)
        printf("RouteChat: %s\n", grpc_c_client_context_error(context));
}

int main(int argc, char **argv)
{
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051", NULL);
    Routeguide__RouteGuide_Stub stub = routeguide__route_guide_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    get_feature(&stub, context);
    list_features(&stub, context);
    record_route(&stub, context);
    route_chat(&stub, context);
    int result =
        grpc_c_client_context_status(context) == GRPC_C_STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return result;
}
