/* The RouteGuide client: route_guide_client [TARGET], by default localhost:50051. Calls each of the
 * four methods and prints what comes. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

#define POINT PROTOBUF_C_MESSAGE_INIT(&routeguide__point__descriptor)
enum { route_length = 3 };
static const Routeguide__Point route[route_length] = {{POINT, 476600000, 91750000},
                                                      {POINT, 476700000, 92000000},
                                                      {POINT, 476940000, 92710000}};

static bool ended_well(const char *method, grpc_c_client_context *context)
{
    if (grpc_c_client_context_status(context) == GRPC_C_STATUS_OK)
        return true;
    fprintf(stderr, "%s: %s\n", method, grpc_c_client_context_error(context));
    return false;
}

static void get_feature(const Routeguide__RouteGuide_Stub *stub, grpc_c_client_context *context)
{
    for (int i = 0; i < 2; i++) {
        const Routeguide__Feature *feature =
            routeguide__route_guide_stub__get_feature(stub, &route[i], context);
        const char *text = feature != NULL ? feature->name : grpc_c_client_context_error(context);
        printf("GetFeature: %s\n", text);
    }
}

static bool list_features(const Routeguide__RouteGuide_Stub *stub, grpc_c_client_context *context)
{
    Routeguide__Point lo = {POINT, 0, 0}, hi = {POINT, 1000000000, 1000000000};
    Routeguide__Rectangle everywhere = ROUTEGUIDE__RECTANGLE__INIT;
    everywhere.lo = &lo;
    everywhere.hi = &hi;
    Routeguide__RouteGuide_ListFeatures_ClientReader *reader =
        routeguide__route_guide_stub__list_features(stub, &everywhere, context);
    const Routeguide__Feature *feature;
    while ((feature = routeguide__route_guide_stub__list_features__read(reader)) != NULL)
        printf("ListFeatures: %s\n", feature->name);
    routeguide__route_guide_stub__list_features__finish(reader);
    return ended_well("ListFeatures", context);
}

static bool record_route(const Routeguide__RouteGuide_Stub *stub, grpc_c_client_context *context)
{
    Routeguide__RouteGuide_RecordRoute_ClientWriter *writer =
        routeguide__route_guide_stub__record_route(stub, context);
    for (int i = 0; i < route_length; i++)
        if (!routeguide__route_guide_stub__record_route__write(writer, &route[i]))
            break;
    const Routeguide__RouteSummary *summary =
        routeguide__route_guide_stub__record_route__finish(writer);
    if (summary != NULL)
        printf("RecordRoute: %d points, %d features\n", summary->point_count,
               summary->feature_count);
    return ended_well("RecordRoute", context);
}

static bool route_chat(const Routeguide__RouteGuide_Stub *stub, grpc_c_client_context *context)
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
    routeguide__route_guide_stub__route_chat__finish(stream);
    return ended_well("RouteChat", context);
}

int main(int argc, char **argv)
{
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051", NULL);
    Routeguide__RouteGuide_Stub stub = routeguide__route_guide_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    get_feature(&stub, context);
    bool listed = list_features(&stub, context);
    bool recorded = record_route(&stub, context);
    bool chatted = route_chat(&stub, context);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return listed && recorded && chatted ? EXIT_SUCCESS : EXIT_FAILURE;
}
