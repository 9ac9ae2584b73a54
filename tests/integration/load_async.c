/* The service of load.proto with async handlers; see load_async.h. */
#include "load_async.h"

#include <sched.h>
#include <string.h>

/* How long the finisher hesitates, at most. */
enum { most_spin_ns = LOAD_BY_PRESET(50, 50, 200) * 1000 };

/* One call. Its callbacks, the finisher and the call itself hold it; the cancel callback does not:
 * who ends the call takes that back first. */
typedef struct load_handling {
    load_async *async;
    grpc_c_server_context *context;
    _Atomic unsigned references;
    _Atomic bool finished;
    _Atomic(load_visit *) visit;
    _Atomic int cancels;
    /** Who hears of a cancel, and whether that ends the call. */
    bool listens;
    bool ends_when_cancelled;
    /** The finisher, which is to end it, finds it open, unless it is cancelled. */
    bool stays_open;
    struct load_handling *next;
    struct load_handling *older;
    bool for_finisher;
    grpc_c_status_code finisher_code;

    uint64_t blocks;
    uint64_t count;
    size_t size;
    Load__Progress *reply;
    Load__Load_Download_ServerWriter *writer;
    Load__Load_Upload_ServerReader *reader;
    Load__Load_PingPong_ServerReaderWriter *stream;
} load_handling;

/* ---- the call's life ---- */

/* In races, what is over is kept as long as the servicer: who came later would be found out. */
static void release(load_handling *handling)
{
    unsigned before = handling->references--;
    load_require(before > 0);
    if (before > 1)
        return;
    load_visit *visit = handling->visit;
    if (visit != NULL)
        load_require(visit->ended++ == 0);
    load_require(handling->cancels <= 1);
    load_async *async = handling->async;
    if (!async->races) {
        pthread_mutex_lock(&async->mutex);
        handling->next = async->spare;
        async->spare = handling;
        pthread_mutex_unlock(&async->mutex);
    }
    async->service.ended++;
}

static void hold(load_handling *handling)
{
    load_require(handling->references++ > 0);
}

/* The first who comes ends the call. */
static bool end(load_handling *handling, grpc_c_status_code code)
{
    if (atomic_exchange(&handling->finished, true))
        return false;
    if (handling->listens)
        load_require(grpc_c_server_context_on_cancel(handling->context, NULL, NULL));
    grpc_c_server_context_finish(handling->context, code);
    release(handling);
    return true;
}

/* All has been read, or written. */
static void complete(load_handling *handling)
{
    if (!handling->stays_open)
        end(handling, GRPC_C_STATUS_OK);
}

static void on_cancel(void *user_data)
{
    load_handling *handling = user_data;
    load_async *async = handling->async;
    handling->cancels++;
    async->cancelled++;
    sched_yield(); /* others may end the call just now */
    if (handling->ends_when_cancelled && end(handling, GRPC_C_STATUS_CANCELLED))
        async->ended_by_cancel++;
}

static load_handling *take_handling(load_async *async)
{
    load_handling *older = NULL;
    pthread_mutex_lock(&async->mutex);
    load_handling *handling = async->spare;
    if (handling != NULL) {
        async->spare = handling->next;
        older = handling->older;
    } else {
        handling = malloc(sizeof *handling);
        load_require(handling != NULL);
        older = async->all;
        async->all = handling;
    }
    memset(handling, 0, sizeof *handling);
    handling->older = older;
    pthread_mutex_unlock(&async->mutex);
    return handling;
}

static load_handling *begin(load_async *async, grpc_c_server_context *context)
{
    load_handling *handling = take_handling(async);
    handling->async = async;
    handling->context = context;
    handling->references = 2; /* the call's, and the handler's */
    async->service.begun++;
    uint64_t number = async->calls++;
    handling->listens = async->races && number % 2 == 0;
    handling->ends_when_cancelled = number % 4 == 0;
    handling->for_finisher = async->races && number % 3 == 0;
    handling->stays_open = handling->for_finisher && number / 12 % 2 == 0;
    handling->finisher_code = GRPC_C_STATUS_ABORTED;
    if (handling->listens)
        load_require(grpc_c_server_context_on_cancel(context, on_cancel, handling));
    return handling;
}

/* The context may be gone. */
static bool has_ended(load_handling *handling)
{
    return handling->finished;
}

static void identify(load_handling *handling, uint64_t call)
{
    load_service *service = &handling->async->service;
    if (service->visits == NULL || handling->visit != NULL || call == 0)
        return;
    load_require(call <= service->visit_count);
    handling->visit = &service->visits[call];
    load_require(service->visits[call].begun++ == 0);
}

/* ---- the finisher ---- */

/* What is for the finisher, which may end it from now on. */
static void leave_to_finisher(load_handling *handling)
{
    load_async *async = handling->async;
    if (!handling->for_finisher)
        return;
    hold(handling);
    pthread_mutex_lock(&async->mutex);
    handling->next = async->first;
    async->first = handling;
    pthread_cond_signal(&async->changed);
    pthread_mutex_unlock(&async->mutex);
}

static void *finisher_main(void *argument)
{
    load_async *async = argument;
    load_random random = {7};
    pthread_mutex_lock(&async->mutex);
    for (;;) {
        load_handling *handling = async->first;
        if (handling == NULL && async->closing)
            break;
        if (handling == NULL) {
            pthread_cond_wait(&async->changed, &async->mutex);
            continue;
        }
        async->first = handling->next;
        pthread_mutex_unlock(&async->mutex);
        load_spin(&random, most_spin_ns);
        if (end(handling, handling->finisher_code))
            async->ended_by_finisher++;
        release(handling);
        pthread_mutex_lock(&async->mutex);
    }
    pthread_mutex_unlock(&async->mutex);
    return NULL;
}

/* ---- operations ---- */

static void starts(load_handling *handling)
{
    hold(handling);
    handling->async->started++;
}

/* An operation that is refused meets the end of its call. */
static void started(load_handling *handling, bool ok)
{
    if (ok)
        return;
    load_require(has_ended(handling));
    handling->async->started--;
    release(handling);
}

static void called(load_handling *handling)
{
    handling->async->called++;
    release(handling);
}

static void note_progress(load_handling *handling, size_t bytes)
{
    load_service *service = &handling->async->service;
    service->blocks++;
    service->bytes += bytes;
}

static void stream_begins(load_async *async)
{
    async->service.blocks = 0;
    async->service.bytes = 0;
}

/* ---- handlers ---- */

static void ask(void *self, const Load__Question *request, Load__Progress *reply,
                grpc_c_server_context *context)
{
    load_async *async = self;
    reply->blocks = async->service.blocks;
    reply->bytes = async->service.bytes;
    uint64_t call = request->call;
    load_handling *handling = begin(async, context);
    identify(handling, call);
    handling->finisher_code = GRPC_C_STATUS_OK;
    complete(handling);
    leave_to_finisher(handling);
    release(handling);
}

static void on_block_written(bool ok, void *user_data);

static void write_next(load_handling *handling)
{
    Load__Block block = load_block(handling->blocks++, handling->size);
    starts(handling);
    started(handling, load__load_servicer__download__write__async(handling->writer, &block,
                                                                  on_block_written, handling));
}

static void on_block_written(bool ok, void *user_data)
{
    load_handling *handling = user_data;
    if (ok)
        note_progress(handling, handling->size);
    if (!ok)
        end(handling, GRPC_C_STATUS_CANCELLED);
    else if (handling->blocks == handling->count)
        complete(handling);
    else
        write_next(handling);
    called(handling);
}

/* The cancel callback may have ended the call in begin. The finisher gets it last of all: it may
 * take the context away. */
static void download(void *self, const Load__Order *request,
                     Load__Load_Download_ServerWriter *writer, grpc_c_server_context *context)
{
    load_async *async = self;
    uint64_t call = request->call, count = request->count;
    size_t size = request->filling_bytes;
    load_handling *handling = begin(async, context);
    identify(handling, call);
    handling->writer = writer;
    handling->count = count;
    handling->size = size;
    stream_begins(async);
    if (count == 0)
        complete(handling);
    else if (!has_ended(handling))
        write_next(handling);
    leave_to_finisher(handling);
    release(handling);
}

static void on_block(const Load__Block *block, void *user_data)
{
    load_handling *handling = user_data;
    if (block == NULL) {
        complete(handling);
    } else {
        if (handling->reply->blocks == 0) {
            identify(handling, block->call);
            handling->size = block->filling.len;
        }
        load_block_check(block, handling->reply->blocks++, handling->size);
        handling->reply->bytes += handling->size;
        note_progress(handling, handling->size);
        starts(handling);
        started(handling,
                load__load_servicer__upload__read__async(handling->reader, on_block, handling));
    }
    called(handling);
}

static void upload(void *self, Load__Load_Upload_ServerReader *reader, Load__Progress *reply,
                   grpc_c_server_context *context)
{
    load_async *async = self;
    load_handling *handling = begin(async, context);
    handling->reader = reader;
    handling->reply = reply;
    stream_begins(async);
    if (!has_ended(handling)) {
        starts(handling);
        started(handling, load__load_servicer__upload__read__async(reader, on_block, handling));
    }
    leave_to_finisher(handling);
    release(handling);
}

static void on_ping(const Load__Block *block, void *user_data);

static void on_pong_written(bool ok, void *user_data)
{
    load_handling *handling = user_data;
    (void)ok; /* the read tells the end, too */
    starts(handling);
    started(handling,
            load__load_servicer__ping_pong__read__async(handling->stream, on_ping, handling));
    called(handling);
}

static void on_ping(const Load__Block *block, void *user_data)
{
    load_handling *handling = user_data;
    if (block == NULL) {
        complete(handling);
    } else {
        if (handling->blocks == 0)
            identify(handling, block->call);
        load_block_check(block, handling->blocks++, block->filling.len);
        note_progress(handling, block->filling.len);
        starts(handling);
        started(handling, load__load_servicer__ping_pong__write__async(handling->stream, block,
                                                                       on_pong_written, handling));
    }
    called(handling);
}

static void ping_pong(void *self, Load__Load_PingPong_ServerReaderWriter *stream,
                      grpc_c_server_context *context)
{
    load_async *async = self;
    load_handling *handling = begin(async, context);
    handling->stream = stream;
    stream_begins(async);
    if (!has_ended(handling)) {
        starts(handling);
        started(handling, load__load_servicer__ping_pong__read__async(stream, on_ping, handling));
    }
    leave_to_finisher(handling);
    release(handling);
}

const Load__Load_AsyncServicer load_async_servicer = {
    .ask = ask,
    .download = download,
    .upload = upload,
    .ping_pong = ping_pong,
};

/* ---- the servicer's life ---- */

void load_async_init(load_async *async, uint64_t calls)
{
    *async = (load_async){.races = calls > 0};
    load_service_init(&async->service, calls);
    pthread_mutex_init(&async->mutex, NULL);
    pthread_cond_init(&async->changed, NULL);
    if (async->races)
        load_require(pthread_create(&async->finisher, NULL, finisher_main, async) == 0);
}

void load_async_destroy(load_async *async)
{
    pthread_mutex_lock(&async->mutex);
    async->closing = true;
    pthread_cond_signal(&async->changed);
    pthread_mutex_unlock(&async->mutex);
    if (async->races)
        pthread_join(async->finisher, NULL);
    load_require(async->started == async->called);
    while (async->all != NULL) {
        load_handling *handling = async->all;
        async->all = handling->older;
        free(handling);
    }
    load_service_destroy(&async->service);
    pthread_mutex_destroy(&async->mutex);
    pthread_cond_destroy(&async->changed);
}
