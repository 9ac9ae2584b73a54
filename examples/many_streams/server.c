/* The Ticker server, for ten thousand streams and more on one thread: many_streams_server
 * [ADDRESS], by default [::]:50051. Nothing is queued for a slow client: when its stream has taken
 * one value, it gets the latest, and misses those between. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "ticker.grpc-c.h"

/* In the memory of its call, which is finished when no write is under way any more. */
typedef struct Stream {
    grpc_c_server_context *context;
    Ticker__Ticker_Subscribe_ServerWriter *writer;
    struct Stream *next, **link;
    uint64_t version; /* that was sent last */
    bool writing, gone;
} Stream;

/* All callbacks run on the thread that drives the server's queue, main's: no lock is needed. */
static Stream *streams;
static char text[4096];
static uint64_t version = 1;

/* The stream has no write under way: sends what it has not got, or ends it. */
static void go_on(bool ok, void *user_data)
{
    Stream *stream = user_data;
    Ticker__Value value = {PROTOBUF_C_MESSAGE_INIT(&ticker__value__descriptor), text, version};
    stream->writing =
        !stream->gone && ok && stream->version != version &&
        ticker__ticker_servicer__subscribe__write__async(stream->writer, &value, go_on, stream);
    stream->version = version;
    if (stream->gone)
        grpc_c_server_context_finish(stream->context, GRPC_C_STATUS_CANCELLED);
}

/* Comes for a client whose write has failed, too. */
static void on_gone(void *user_data)
{
    Stream *stream = user_data;
    *stream->link = stream->next;
    if (stream->next != NULL)
        stream->next->link = stream->link;
    stream->gone = true;
    if (!stream->writing)
        go_on(false, stream);
}

static void subscribe(void *self, const Ticker__Subscription *request,
                      Ticker__Ticker_Subscribe_ServerWriter *writer, grpc_c_server_context *context)
{
    (void)self, (void)request;
    Stream *stream = grpc_c_server_context_alloc(context, sizeof *stream);
    if (stream == NULL) {
        grpc_c_server_context_finish(context, GRPC_C_STATUS_RESOURCE_EXHAUSTED);
        return;
    }
    *stream = (Stream){context, writer, streams, &streams, .writing = false};
    if (streams != NULL)
        streams->link = &stream->next;
    streams = stream;
    go_on(true, stream);
    grpc_c_server_context_on_cancel(context, on_gone, stream);
}

static void publish(void *self, const Ticker__Value *value, Ticker__Published *reply,
                    grpc_c_server_context *context)
{
    (void)self;
    snprintf(text, sizeof text, "%s", value->text);
    reply->version = ++version;
    for (Stream *stream = streams; stream != NULL; stream = stream->next, reply->subscribers++)
        if (!stream->writing)
            go_on(true, stream);
    grpc_c_server_context_finish(context, GRPC_C_STATUS_OK);
}

int main(int argc, char **argv)
{
    static const Ticker__Ticker_AsyncServicer ticker = {subscribe, publish};
    grpc_c_error error;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_server *server = grpc_c_server_new(
        GRPC_C_SERVER_OPTIONS(.completion_queue = queue, .max_concurrent_calls = 1000000,
                              .max_concurrent_streams = 1000000));
    ticker__ticker_add_async_servicer_to_server(&ticker, NULL, server);
    int port = grpc_c_server_add_insecure_port(server, argc > 1 ? argv[1] : "[::]:50051", &error);
    bool started = port != 0 && grpc_c_server_stop_on_signals(server, 0, &error) &&
                   grpc_c_server_start(server, &error);
    if (started)
        printf("Ticker server listening on port %d\n", port);
    else
        fprintf(stderr, "many_streams_server: %s\n", error.message);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    grpc_c_completion_queue_free(queue);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}
