/* Cancellation, the client: cancellation_client [TARGET], by default localhost:50051. Cancels a
 * stream when it has seen enough of it, and another from a second thread while the first waits. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

/* Success is that the call was cancelled. */
static bool was_cancelled(const char *method, grpc_c_client_context *context)
{
    printf("%s: %s\n", method, grpc_c_client_context_error(context));
    return grpc_c_client_context_status(context) == GRPC_C_STATUS_CANCELLED;
}

static bool enough_of_a_stream(const Routeguide__RouteGuide_Stub *stub,
                               grpc_c_client_context *context)
{
    Routeguide__Rectangle everywhere = ROUTEGUIDE__RECTANGLE__INIT;
    Routeguide__RouteGuide_ListFeatures_ClientReader *reader =
        routeguide__route_guide_stub__list_features(stub, &everywhere, context);
    for (int i = 0; i < 3; i++) {
        const Routeguide__Feature *feature =
            routeguide__route_guide_stub__list_features__read(reader);
        if (feature != NULL)
            printf("ListFeatures: %s\n", feature->name);
    }
    grpc_c_client_context_cancel(context);
    routeguide__route_guide_stub__list_features__finish(reader);
    return was_cancelled("ListFeatures", context);
}

/* Cancel is the one function of a context that any thread may call at any time. */
static void *cancel(void *context)
{
    grpc_c_client_context_cancel(context);
    return NULL;
}

static bool by_another_thread(const Routeguide__RouteGuide_Stub *stub,
                              grpc_c_client_context *context)
{
    Routeguide__RouteGuide_RouteChat_ClientReaderWriter *stream =
        routeguide__route_guide_stub__route_chat(stub, context);
    const Routeguide__RouteNote *note = routeguide__route_guide_stub__route_chat__read(stream);
    if (note != NULL)
        printf("RouteChat: the server is %s\n", note->message);

    pthread_t thread;
    bool started = pthread_create(&thread, NULL, cancel, context) == 0;
    if (started) {
        /* No more notes come: without the other thread, this would wait for ever. */
        while (routeguide__route_guide_stub__route_chat__read(stream) != NULL)
            continue;
        pthread_join(thread, NULL);
    }
    routeguide__route_guide_stub__route_chat__finish(stream);
    return was_cancelled("RouteChat", context) && started;
}

int main(int argc, char **argv)
{
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051", NULL);
    Routeguide__RouteGuide_Stub stub = routeguide__route_guide_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();

    bool cancelled = enough_of_a_stream(&stub, context) && by_another_thread(&stub, context);

    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return cancelled ? EXIT_SUCCESS : EXIT_FAILURE;
}
