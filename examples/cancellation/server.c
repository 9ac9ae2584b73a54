/* Cancellation, the server: cancellation_server [ADDRESS], by default [::]:50051. Two handlers that
 * would never end by themselves, and stop when nobody wants their answer any more: one asks from
 * time to time, the other is told by a callback while it waits. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

/* Asks between two pieces of work. */
static grpc_c_status_code list_features(void *self, const Routeguide__Rectangle *request,
                                        Routeguide__RouteGuide_ListFeatures_ServerWriter *writer,
                                        grpc_c_server_context *context)
{
    (void)self, (void)request;
    char name[32];
    Routeguide__Feature feature = ROUTEGUIDE__FEATURE__INIT;
    feature.name = name;
    for (int i = 1; !grpc_c_server_context_is_cancelled(context); i++) {
        snprintf(name, sizeof name, "feature %d", i);
        if (!routeguide__route_guide_servicer__list_features__write(writer, &feature))
            break; /* nobody reads any more: that is how a writer learns of it */
    }
    printf("ListFeatures: cancelled, stopped\n");
    return GRPC_C_STATUS_CANCELLED;
}

typedef struct waiter {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool cancelled;
} waiter;

/* Runs on one of the server's threads. It must not block, nor use the context: it wakes the
 * handler, and that goes on. */
static void wake(void *user_data)
{
    waiter *waiter = user_data;
    pthread_mutex_lock(&waiter->mutex);
    waiter->cancelled = true;
    pthread_cond_signal(&waiter->changed);
    pthread_mutex_unlock(&waiter->mutex);
}

/* Says that it is there, and waits for something that never comes. */
static grpc_c_status_code route_chat(void *self,
                                     Routeguide__RouteGuide_RouteChat_ServerReaderWriter *stream,
                                     grpc_c_server_context *context)
{
    (void)self;
    waiter waiter = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    Routeguide__RouteNote note = ROUTEGUIDE__ROUTE_NOTE__INIT;
    note.message = "waiting";
    routeguide__route_guide_servicer__route_chat__write(stream, &note);
    if (!grpc_c_server_context_on_cancel(context, wake, &waiter))
        return GRPC_C_STATUS_INTERNAL;
    pthread_mutex_lock(&waiter.mutex);
    while (!waiter.cancelled)
        pthread_cond_wait(&waiter.changed, &waiter.mutex);
    pthread_mutex_unlock(&waiter.mutex);
    printf("RouteChat: cancelled, woken\n");
    return GRPC_C_STATUS_CANCELLED;
}

int main(int argc, char **argv)
{
    static const Routeguide__RouteGuide_Servicer guide = {.list_features = list_features,
                                                          .route_chat = route_chat};
    grpc_c_error error;
    int result = EXIT_FAILURE;

    setvbuf(stdout, NULL, _IOLBF, 0);
    grpc_c_server *server = grpc_c_server_new(NULL);
    routeguide__route_guide_add_servicer_to_server(&guide, NULL, server);
    int port = grpc_c_server_add_insecure_port(server, argc > 1 ? argv[1] : "[::]:50051", &error);
    if (port != 0 && grpc_c_server_stop_on_signals(server, 5000, &error) &&
        grpc_c_server_start(server, &error)) {
        printf("Cancellation server listening on port %d\n", port);
        grpc_c_server_wait_for_termination(server);
        result = EXIT_SUCCESS;
    } else {
        fprintf(stderr, "cancellation_server: %s\n", error.message);
    }
    grpc_c_server_free(server);
    return result;
}
