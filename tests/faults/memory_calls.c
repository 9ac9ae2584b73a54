/* The calls of a client; see memory_calls.h. */
#include "memory_calls.h"

#include <semaphore.h>
#include <string.h>

#include "memory_service.h"

enum { blocks = 3, poll_ms = 30 * 1000 };

/* One call. What is async's is written by callbacks, of which the last one posts. */
typedef struct call {
    memory_client *client;
    grpc_c_client_context *context;
    bool stops;
    sem_t over;
    bool is_over;
    int ends;
    bool replied;
    uint64_t left;
    int pending;
    Load__Load_Download_ClientReader *reader;
    Load__Load_Upload_ClientWriter *writer;
    Load__Load_PingPong_ClientReaderWriter *stream;
} call;

static Load__Block make_block(void)
{
    Load__Block block = LOAD__BLOCK__INIT;
    block.filling.data = memory_bytes;
    block.filling.len = sizeof memory_bytes;
    return block;
}

static bool is_block(const Load__Block *block)
{
    return block->filling.len == sizeof memory_bytes;
}

/* ---- blocking: each returns whether the call brought all that it should ---- */

static bool ask(call *call)
{
    Load__Question question = LOAD__QUESTION__INIT;
    question.call = 7;
    question.let_read = call->stops;
    const Load__Progress *reply =
        load__load_stub__ask(&call->client->stub, &question, call->context);
    return reply != NULL && reply->blocks == 7;
}

static bool download(call *call)
{
    Load__Order order = LOAD__ORDER__INIT;
    order.count = blocks;
    Load__Load_Download_ClientReader *reader =
        load__load_stub__download(&call->client->stub, &order, call->context);
    int read = 0;
    const Load__Block *block;
    while ((block = load__load_stub__download__read(reader)) != NULL) {
        memory_require(is_block(block));
        read++;
    }
    return load__load_stub__download__finish(reader) == GRPC_C_STATUS_OK && read == blocks;
}

static bool upload(call *call)
{
    Load__Load_Upload_ClientWriter *writer =
        load__load_stub__upload(&call->client->stub, call->context);
    Load__Block block = make_block();
    for (int i = 0; i < blocks; i++)
        if (!load__load_stub__upload__write(writer, &block))
            break;
    const Load__Progress *reply = load__load_stub__upload__finish(writer);
    return reply != NULL && reply->blocks == blocks;
}

static bool ping_pong(call *call)
{
    Load__Load_PingPong_ClientReaderWriter *stream =
        load__load_stub__ping_pong(&call->client->stub, call->context);
    Load__Block block = make_block();
    int back = 0;
    while (back < blocks && load__load_stub__ping_pong__write(stream, &block) &&
           load__load_stub__ping_pong__read(stream) != NULL)
        back++;
    load__load_stub__ping_pong__writes_done(stream);
    bool ended = load__load_stub__ping_pong__read(stream) == NULL;
    return load__load_stub__ping_pong__finish(stream) == GRPC_C_STATUS_OK && ended &&
           back == blocks;
}

/* ---- async ---- */

static void end(call *call, bool replied)
{
    call->ends++;
    call->replied = replied;
    call->is_over = true;
    sem_post(&call->over);
}

/* Waits for the last callback, if the call was begun. */
static bool wait_for(call *call, bool begun)
{
    grpc_c_completion_queue *queue = call->client->queue;
    if (!begun)
        return false;
    if (queue == NULL)
        sem_wait(&call->over);
    while (queue != NULL && !call->is_over)
        memory_require(grpc_c_completion_queue_poll(queue, poll_ms) >= 0);
    memory_require(call->ends == 1);
    return call->replied;
}

static void on_answer(const Load__Progress *reply, void *user_data)
{
    end(user_data, reply != NULL);
}

static void on_status(grpc_c_status_code code, void *user_data)
{
    call *call = user_data;
    end(call, code == GRPC_C_STATUS_OK && call->left == 0);
}

static bool ask_async(call *call)
{
    Load__Question question = LOAD__QUESTION__INIT;
    return wait_for(call, load__load_stub__ask__async(&call->client->stub, &question, call->context,
                                                      on_answer, call));
}

static void on_block(const Load__Block *block, void *user_data)
{
    call *call = user_data;
    if (block == NULL) {
        memory_require(load__load_stub__download__finish__async(call->reader, on_status, call));
        return;
    }
    memory_require(is_block(block));
    call->left--;
    memory_require(load__load_stub__download__read__async(call->reader, on_block, call));
}

static bool download_async(call *call)
{
    Load__Order order = LOAD__ORDER__INIT;
    order.count = call->left = blocks;
    call->reader = load__load_stub__download__async(&call->client->stub, &order, call->context);
    bool begun = call->reader != NULL;
    if (begun)
        memory_require(load__load_stub__download__read__async(call->reader, on_block, call));
    return wait_for(call, begun);
}

static void write_next(bool ok, void *user_data)
{
    call *call = user_data;
    Load__Block block = make_block();
    if (ok && call->left > 0) {
        call->left--;
        if (load__load_stub__upload__write__async(call->writer, &block, write_next, call))
            return;
    }
    memory_require(load__load_stub__upload__finish__async(call->writer, on_answer, call));
}

static bool upload_async(call *call)
{
    call->left = blocks;
    call->writer = load__load_stub__upload__async(&call->client->stub, call->context);
    bool begun = call->writer != NULL;
    if (begun)
        write_next(true, call);
    return wait_for(call, begun);
}

static void exchange(call *call);

/* The write's callback, and the read's: the later one goes on. */
static void half_done(call *call, bool ok)
{
    call->replied &= ok;
    if (--call->pending > 0)
        return;
    if (call->replied && --call->left > 0)
        exchange(call);
    else
        memory_require(load__load_stub__ping_pong__finish__async(call->stream, on_status, call));
}

static void on_pong(const Load__Block *block, void *user_data)
{
    half_done(user_data, block != NULL);
}

/* The read is started here: callbacks come one after the other. */
static void on_written(bool ok, void *user_data)
{
    call *call = user_data;
    memory_require(load__load_stub__ping_pong__read__async(call->stream, on_pong, call));
    half_done(call, ok);
}

static void exchange(call *call)
{
    Load__Block block = make_block();
    call->pending = 2;
    call->replied = true;
    if (load__load_stub__ping_pong__write__async(call->stream, &block, on_written, call))
        return;
    memory_require(load__load_stub__ping_pong__finish__async(call->stream, on_status, call));
}

static bool ping_pong_async(call *call)
{
    call->left = blocks;
    call->stream = load__load_stub__ping_pong__async(&call->client->stub, call->context);
    bool begun = call->stream != NULL;
    if (begun)
        exchange(call);
    return wait_for(call, begun);
}

/* ---- all of them ---- */

/* What came with a call that went well. */
static void check_metadata(const grpc_c_client_context *context)
{
    size_t size;
    const grpc_c_metadata *initial = grpc_c_client_context_initial_metadata(context);
    const grpc_c_metadata *trailing = grpc_c_client_context_trailing_metadata(context);
    memory_require(grpc_c_metadata_find(initial, MEMORY_HEADER_KEY, NULL) != NULL);
    memory_require(grpc_c_metadata_find(trailing, MEMORY_TRAILER_KEY, NULL) != NULL);
    memory_require(grpc_c_client_context_status_details(context, &size) != NULL && size == 100);
}

/* One status, which agrees with what the caller saw. */
static bool make(call *call, bool (*kind)(struct call *call))
{
    call->is_over = call->replied = false;
    call->ends = 0;
    bool well = kind(call);
    grpc_c_status_code code = grpc_c_client_context_status(call->context);
    const char *line = grpc_c_client_context_error(call->context);
    bool excused = allocations_have_failed();
    if (well != (code == GRPC_C_STATUS_OK) ||
        (!well && (code != GRPC_C_STATUS_RESOURCE_EXHAUSTED || !excused)))
        fprintf(stderr, "%d: %s\n", (int)well, line);
    memory_require(well == (code == GRPC_C_STATUS_OK));
    memory_require(well || (code == GRPC_C_STATUS_RESOURCE_EXHAUSTED && excused));
    if (well)
        check_metadata(call->context);
    return well;
}

static void set_up(call *call)
{
    bool set;
    memory_again(call->context, grpc_c_client_context_new());
    memory_again(set, grpc_c_client_context_add_metadata(call->context, MEMORY_REQUEST_KEY, "v"));
    memory_again(set,
                 grpc_c_client_context_set_compression(call->context, GRPC_C_COMPRESSION_GZIP));
    grpc_c_client_context_set_completion_queue(call->context, call->client->queue);
    grpc_c_client_context_set_timeout_ms(call->context, poll_ms);
    grpc_c_client_context_set_call_credentials(call->context, call->client->credentials);
}

void memory_call_all(memory_client *client)
{
    static bool (*const kinds[])(struct call *) = {
        ask, download, upload, ping_pong, ask_async, download_async, upload_async, ping_pong_async,
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        call call = {.client = client};
        sem_init(&call.over, 0, 0);
        set_up(&call);
        bool well = make(&call, kinds[i]);
        if (!well) { /* a stub that was made while there was no memory stays without */
            client->stub = load__load_stub(client->channel);
            well = make(&call, kinds[i]);
        }
        memory_require(well);
        grpc_c_client_context_free(call.context);
        sem_destroy(&call.over);
    }
}

/* Once: a second one would not be served. */
bool memory_call_stop(memory_client *client)
{
    call call = {.client = client, .stops = true};
    set_up(&call);
    bool well = make(&call, ask);
    grpc_c_client_context_free(call.context);
    return well;
}
