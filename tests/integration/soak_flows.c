/*
 * The async half of the soak's client: flows, each of which makes one call after the other, all in
 * callbacks. A flow's last callback begins its next call.
 */
#include <semaphore.h>

#include "soak.h"

enum { flow_count = 16, one_in_cancels = 16 };

typedef struct flow {
    soak *soak;
    sem_t *done;
    load_random random;
    grpc_c_client_context *context;
    const Load__Load_Stub *stub;

    /** The call's final callback has not been called. */
    bool runs;
    uint64_t blocks;
    uint64_t count;
    size_t size;
    int pending;
    bool failed;
    Load__Load_Download_ClientReader *reader;
    Load__Load_Upload_ClientWriter *writer;
    Load__Load_PingPong_ClientReaderWriter *stream;
} flow;

typedef struct soak_flows {
    flow all[flow_count];
    sem_t done;
} soak_flows;

static void go_on(flow *flow);

/* The call's last callback. */
static void end(flow *flow)
{
    load_require(flow->runs);
    flow->runs = false;
    soak_note(flow->soak, flow->context);
    go_on(flow);
}

static void on_status(grpc_c_status_code code, void *user_data)
{
    flow *flow = user_data;
    load_require(code == grpc_c_client_context_status(flow->context));
    end(flow);
}

static void on_answer(const Load__Progress *reply, void *user_data)
{
    flow *flow = user_data;
    load_require((reply != NULL) ==
                 (grpc_c_client_context_status(flow->context) == GRPC_C_STATUS_OK));
    end(flow);
}

/* At each step of a call. */
static void maybe_cancel(flow *flow)
{
    if (load_random_below(&flow->random, one_in_cancels * soak_most_blocks) == 0)
        grpc_c_client_context_cancel(flow->context);
}

/* ---- the kinds of calls: each returns false for a call that has ended where it began ---- */

static bool ask(flow *flow)
{
    Load__Question question = LOAD__QUESTION__INIT;
    return load__load_stub__ask__async(flow->stub, &question, flow->context, on_answer, flow);
}

static void on_block(const Load__Block *block, void *user_data)
{
    flow *flow = user_data;
    maybe_cancel(flow);
    if (block == NULL) {
        load_require(load__load_stub__download__finish__async(flow->reader, on_status, flow));
        return;
    }
    load_block_check(block, flow->blocks++, flow->size);
    load_require(load__load_stub__download__read__async(flow->reader, on_block, flow));
}

static bool download(flow *flow)
{
    Load__Order order = LOAD__ORDER__INIT;
    order.count = flow->count;
    order.filling_bytes = (uint32_t)flow->size;
    flow->reader = load__load_stub__download__async(flow->stub, &order, flow->context);
    if (flow->reader == NULL)
        return false;
    load_require(load__load_stub__download__read__async(flow->reader, on_block, flow));
    return true;
}

static void write_next(bool ok, void *user_data)
{
    flow *flow = user_data;
    maybe_cancel(flow);
    if (!ok || flow->blocks == flow->count) {
        load_require(load__load_stub__upload__finish__async(flow->writer, on_answer, flow));
        return;
    }
    Load__Block block = load_block(flow->blocks++, flow->size);
    load_require(load__load_stub__upload__write__async(flow->writer, &block, write_next, flow));
}

static bool upload(flow *flow)
{
    flow->writer = load__load_stub__upload__async(flow->stub, flow->context);
    if (flow->writer == NULL)
        return false;
    write_next(true, flow);
    return true;
}

static void exchange(flow *flow);

/* The write's callback, and the read's: the later one goes on. */
static void half_done(flow *flow, bool ok)
{
    flow->failed |= !ok;
    if (--flow->pending > 0)
        return;
    maybe_cancel(flow);
    if (!flow->failed && ++flow->blocks < flow->count)
        exchange(flow);
    else
        load_require(load__load_stub__ping_pong__finish__async(flow->stream, on_status, flow));
}

static void on_pong(const Load__Block *block, void *user_data)
{
    flow *flow = user_data;
    if (block != NULL)
        load_block_check(block, flow->blocks, flow->size);
    half_done(flow, block != NULL);
}

static void on_written(bool ok, void *user_data)
{
    flow *flow = user_data;
    load_require(load__load_stub__ping_pong__read__async(flow->stream, on_pong, flow));
    half_done(flow, ok);
}

static void exchange(flow *flow)
{
    Load__Block block = load_block(flow->blocks, flow->size);
    flow->pending = 2;
    load_require(load__load_stub__ping_pong__write__async(flow->stream, &block, on_written, flow));
}

static bool ping_pong(flow *flow)
{
    flow->stream = load__load_stub__ping_pong__async(flow->stub, flow->context);
    if (flow->stream == NULL)
        return false;
    exchange(flow);
    return true;
}

/* ---- flows ---- */

/* Everything that a call needs is set before it begins: its callbacks may come at once, on another
 * thread, and begin the next. */
static bool begin(flow *flow)
{
    static bool (*const kinds[])(struct flow *) = {ask, download, upload, ping_pong};
    flow->stub = soak_choose(flow->soak, &flow->random, flow->context);
    flow->blocks = 0;
    flow->count = 1 + load_random_below(&flow->random, soak_most_blocks);
    flow->size = soak_size(&flow->random);
    flow->failed = false;
    flow->runs = true;
    return kinds[load_random_below(&flow->random, 4)](flow);
}

static void go_on(flow *flow)
{
    while (!flow->soak->over) {
        if (begin(flow))
            return;
        flow->runs = false;
        soak_note(flow->soak, flow->context);
    }
    sem_post(flow->done);
}

struct soak_flows *soak_flows_start(soak *soak, uint64_t seed)
{
    soak_flows *flows = calloc(1, sizeof *flows);
    load_require(flows != NULL);
    sem_init(&flows->done, 0, 0);
    for (int i = 0; i < flow_count; i++) {
        flow *flow = &flows->all[i];
        flow->soak = soak;
        flow->done = &flows->done;
        flow->random.state = seed + (uint64_t)i;
        flow->context = grpc_c_client_context_new();
        load_require(flow->context != NULL);
        go_on(flow);
    }
    return flows;
}

void soak_flows_join(struct soak_flows *flows)
{
    for (int i = 0; i < flow_count; i++)
        while (sem_wait(&flows->done) != 0)
            continue;
    for (int i = 0; i < flow_count; i++)
        grpc_c_client_context_free(flows->all[i].context);
    sem_destroy(&flows->done);
    free(flows);
}
