/* A unit test of code that makes calls, without a server: the generated mock (the plugin's option
 * `mock`) answers them. The code under test comes first, as a module of its own would. */
#include <stdio.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c-mock.h"

#undef NDEBUG
#include <assert.h>

/* The name of a place, asked for a second time if the service cannot be reached. */
static bool name_of(const Routeguide__RouteGuide_Stub *stub, const Routeguide__Point *place,
                    char name[64])
{
    grpc_c_client_context *context = grpc_c_client_context_new();
    const Routeguide__Feature *feature =
        routeguide__route_guide_stub__get_feature(stub, place, context);
    if (grpc_c_client_context_status(context) == GRPC_C_STATUS_UNAVAILABLE)
        feature = routeguide__route_guide_stub__get_feature(stub, place, context);
    if (feature != NULL)
        snprintf(name, 64, "%s", feature->name);
    grpc_c_client_context_free(context);
    return feature != NULL;
}

/* How many places of a region have a name; -1 when that is not to be had. */
static int count_named(const Routeguide__RouteGuide_Stub *stub, const Routeguide__Rectangle *region)
{
    grpc_c_client_context *context = grpc_c_client_context_new();
    Routeguide__RouteGuide_ListFeatures_ClientReader *reader =
        routeguide__route_guide_stub__list_features(stub, region, context);
    const Routeguide__Feature *feature;
    int count = 0;
    while ((feature = routeguide__route_guide_stub__list_features__read(reader)) != NULL)
        count += feature->name[0] != '\0';
    if (routeguide__route_guide_stub__list_features__finish(reader) != GRPC_C_STATUS_OK)
        count = -1;
    grpc_c_client_context_free(context);
    return count;
}

/* ---- the test ---- */

static void fail_first(Routeguide__RouteGuide_GetFeature_Mock *mock, void *user_data)
{
    (void)user_data;
    mock->status = mock->calls == 1 ? GRPC_C_STATUS_UNAVAILABLE : GRPC_C_STATUS_OK;
}

int main(void)
{
    Routeguide__Feature konstanz = ROUTEGUIDE__FEATURE__INIT;
    Routeguide__Feature nothing = ROUTEGUIDE__FEATURE__INIT;
    Routeguide__Point place = ROUTEGUIDE__POINT__INIT;
    Routeguide__Rectangle region = ROUTEGUIDE__RECTANGLE__INIT;
    char name[64];
    konstanz.name = "Konstanz";
    place.latitude = 476600000;

    Routeguide__RouteGuide_Mock mock;
    assert(routeguide__route_guide_mock_init(&mock));
    const Routeguide__RouteGuide_Stub stub = routeguide__route_guide_mock_stub(&mock);

    /* A reply, and what was asked for. */
    mock.get_feature.reply = &konstanz;
    assert(name_of(&stub, &place, name) && strcmp(name, "Konstanz") == 0);
    assert(mock.get_feature.calls == 1 && mock.get_feature.request->latitude == 476600000);

    /* A failure. */
    mock.get_feature.status = GRPC_C_STATUS_NOT_FOUND;
    mock.get_feature.message = "nothing there";
    assert(!name_of(&stub, &place, name) && mock.get_feature.calls == 2);

    /* One that goes away: answers may differ from call to call. */
    mock.get_feature.calls = 0;
    mock.get_feature.on_call = fail_first;
    assert(name_of(&stub, &place, name) && mock.get_feature.calls == 2);

    /* A stream of replies, and one that breaks off. */
    const Routeguide__Feature *features[] = {&konstanz, &nothing, &konstanz};
    mock.list_features.replies = features;
    mock.list_features.reply_count = 3;
    assert(count_named(&stub, &region) == 2);
    mock.list_features.status = GRPC_C_STATUS_INTERNAL;
    assert(count_named(&stub, &region) == -1);

    routeguide__route_guide_mock_clear(&mock);
    return 0;
}
