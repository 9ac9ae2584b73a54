/* The Ticker client: many_streams_client [TARGET [STREAMS]], by default localhost:50051 and ten
 * thousand streams, on one connection. Publishes each line of its input, and says when all streams
 * have it; at the end says how many values have come. Reads no streams while it waits for input. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "ticker.grpc-c.h"

typedef struct Stream {
    grpc_c_client_context *context;
    Ticker__Ticker_Subscribe_ClientReader *reader;
    uint64_t version; /* that came last; 0 before the first */
} Stream;

/* The callbacks run on the thread that polls the queue, main's. */
static grpc_c_completion_queue *queue;
static size_t count, running, behind; /* streams; behind: without the version awaited */
static uint64_t awaited, values;
static bool failed;

static void ended(grpc_c_status_code status, void *user_data)
{
    const Stream *stream = user_data;
    running--;
    if (status != GRPC_C_STATUS_CANCELLED && !failed)
        fprintf(stderr, "Subscribe: %s\n", grpc_c_client_context_error(stream->context));
    failed |= status != GRPC_C_STATUS_CANCELLED;
}

static void on_value(const Ticker__Value *value, void *user_data)
{
    Stream *stream = user_data;
    if (value != NULL) {
        values++;
        behind -= stream->version < awaited && value->version >= awaited;
        stream->version = value->version;
    }
    if (value == NULL ||
        !ticker__ticker_stub__subscribe__read__async(stream->reader, on_value, stream))
        ticker__ticker_stub__subscribe__finish__async(stream->reader, ended, stream);
}

/* Waits until all streams have what was published; false when one has failed. */
static bool all_have(const Ticker__Published *news, const Stream *streams)
{
    awaited = news->version;
    behind = 0;
    for (size_t i = 0; i < count; i++)
        behind += streams[i].version < awaited;
    while (behind > 0 && !failed)
        grpc_c_completion_queue_poll(queue, -1);
    if (!failed)
        printf("%zu streams of %u at version %" PRIu64 "\n", count, news->subscribers, awaited);
    return !failed;
}

int main(int argc, char **argv)
{
    queue = grpc_c_completion_queue_new();
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051",
                                    GRPC_C_CHANNEL_OPTIONS(.completion_queue = queue));
    Ticker__Ticker_Stub stub = ticker__ticker_stub(channel);
    Ticker__Subscription all = TICKER__SUBSCRIPTION__INIT;
    running = count = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
    Stream *streams = calloc(count, sizeof *streams);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (Stream *stream = streams; stream < streams + count; stream++) {
        stream->context = grpc_c_client_context_new();
        stream->reader = ticker__ticker_stub__subscribe__async(&stub, &all, stream->context);
        if (!ticker__ticker_stub__subscribe__read__async(stream->reader, on_value, stream))
            ended(GRPC_C_STATUS_INTERNAL, stream);
    }
    char line[4096];
    Ticker__Value value = TICKER__VALUE__INIT;
    value.text = line;
    grpc_c_client_context *context = grpc_c_client_context_new();
    const Ticker__Published *published = &(Ticker__Published){.version = 1};
    while (published != NULL && all_have(published, streams) &&
           fgets(line, sizeof line, stdin) != NULL)
        published = ticker__ticker_stub__publish(&stub, &value, context);
    if (published == NULL)
        fprintf(stderr, "Publish: %s\n", grpc_c_client_context_error(context));
    for (size_t i = 0; i < count; i++)
        grpc_c_client_context_cancel(streams[i].context);
    while (running > 0)
        grpc_c_completion_queue_poll(queue, -1);
    printf("%" PRIu64 " values have come\n", values);
    for (size_t i = 0; i < count; i++)
        grpc_c_client_context_free(streams[i].context);
    free(streams);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    grpc_c_completion_queue_free(queue);
    return failed || published == NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
