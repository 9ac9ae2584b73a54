/* The service of load.proto; see load_service.h. */
#include "load_service.h"

#include <sched.h>

void load_service_init(load_service *service, uint64_t calls)
{
    *service = (load_service){.let_read = UINT64_MAX, .visit_count = calls};
    if (calls > 0) {
        service->visits = calloc(calls + 1, sizeof *service->visits);
        load_require(service->visits != NULL);
    }
    pthread_mutex_init(&service->mutex, NULL);
    pthread_cond_init(&service->changed, NULL);
}

void load_service_destroy(load_service *service)
{
    load_require(service->begun == service->ended);
    free(service->visits);
    pthread_mutex_destroy(&service->mutex);
    pthread_cond_destroy(&service->changed);
}

/* ---- the book ---- */

/* One run of a handler. */
typedef struct handling {
    load_service *service;
    grpc_c_server_context *context;
    load_visit *visit;
    _Atomic int callbacks;
} handling;

/* In the call's memory: a cancel callback may still look at it while the handler returns. */
static handling *begin(load_service *service, grpc_c_server_context *context)
{
    handling *handling = grpc_c_server_context_alloc(context, sizeof *handling);
    load_require(handling != NULL);
    handling->service = service;
    handling->context = context;
    handling->visit = NULL;
    atomic_init(&handling->callbacks, 0);
    service->begun++;
    return handling;
}

/* Takes its time, so that the handler's return meets it: it must not outlive that. */
static void on_cancel(void *user_data)
{
    handling *handling = user_data;
    sched_yield();
    handling->callbacks++;
}

/* The handler has learned which call it answers. Every other one wants to hear of a cancel. */
static void identify(handling *handling, uint64_t call)
{
    if (handling->service->visits == NULL || handling->visit != NULL || call == 0)
        return;
    load_require(call <= handling->service->visit_count);
    handling->visit = &handling->service->visits[call];
    load_require(handling->visit->begun++ == 0);
    if (call % 2 == 0)
        load_require(grpc_c_server_context_on_cancel(handling->context, on_cancel, handling));
}

static grpc_c_status_code end(handling *handling, grpc_c_status_code code)
{
    int callbacks = handling->callbacks;
    load_require(callbacks <= 1);
    if (callbacks == 1)
        load_require(grpc_c_server_context_is_cancelled(handling->context));
    if (handling->visit != NULL)
        load_require(handling->visit->ended++ == 0);
    handling->service->ended++;
    if (code == GRPC_C_STATUS_OK)
        return code;
    return grpc_c_server_context_fail(handling->context, code, "stopped");
}

/* ---- progress ---- */

static void stream_begins(load_service *service)
{
    service->blocks = 0;
    service->bytes = 0;
}

static void count(load_service *service, size_t bytes)
{
    service->blocks++;
    service->bytes += bytes;
}

/* Waits, as a slow reader, while no more may be read. */
static void pass(load_service *service, uint64_t bytes)
{
    pthread_mutex_lock(&service->mutex);
    while (bytes >= service->let_read) {
        service->waits = true;
        pthread_cond_wait(&service->changed, &service->mutex);
    }
    service->waits = false;
    pthread_mutex_unlock(&service->mutex);
}

/* ---- handlers ---- */

static grpc_c_status_code ask(void *self, const Load__Question *request, Load__Progress *reply,
                              grpc_c_server_context *context)
{
    load_service *service = self;
    handling *handling = begin(service, context);
    identify(handling, request->call);
    pthread_mutex_lock(&service->mutex);
    if (request->let_read > 0) {
        service->let_read = request->let_read;
        service->waits = false;
        pthread_cond_broadcast(&service->changed);
    }
    reply->waits = service->waits;
    pthread_mutex_unlock(&service->mutex);
    reply->blocks = service->blocks;
    reply->bytes = service->bytes;
    return end(handling, GRPC_C_STATUS_OK);
}

static grpc_c_status_code download(void *self, const Load__Order *request,
                                   Load__Load_Download_ServerWriter *writer,
                                   grpc_c_server_context *context)
{
    load_service *service = self;
    handling *handling = begin(service, context);
    identify(handling, request->call);
    stream_begins(service);
    for (uint64_t i = 0; i < request->count; i++) {
        Load__Block block = load_block(i, request->filling_bytes);
        if (!load__load_servicer__download__write(writer, &block))
            break;
        count(service, request->filling_bytes);
    }
    return end(handling, GRPC_C_STATUS_OK);
}

static grpc_c_status_code upload(void *self, Load__Load_Upload_ServerReader *reader,
                                 Load__Progress *reply, grpc_c_server_context *context)
{
    load_service *service = self;
    handling *handling = begin(service, context);
    stream_begins(service);
    size_t size = 0;
    const Load__Block *block;
    while ((block = load__load_servicer__upload__read(reader)) != NULL) {
        if (reply->blocks == 0) {
            identify(handling, block->call);
            size = block->filling.len;
        }
        load_block_check(block, reply->blocks++, size);
        reply->bytes += size;
        count(service, size);
        if (block->stop)
            return end(handling, (grpc_c_status_code)block->code);
        pass(service, reply->bytes);
    }
    return end(handling, GRPC_C_STATUS_OK);
}

static grpc_c_status_code ping_pong(void *self, Load__Load_PingPong_ServerReaderWriter *stream,
                                    grpc_c_server_context *context)
{
    load_service *service = self;
    handling *handling = begin(service, context);
    stream_begins(service);
    uint64_t number = 0;
    const Load__Block *block;
    while ((block = load__load_servicer__ping_pong__read(stream)) != NULL) {
        if (number == 0)
            identify(handling, block->call);
        load_block_check(block, number++, block->filling.len);
        if (block->stop)
            return end(handling, (grpc_c_status_code)block->code);
        if (!load__load_servicer__ping_pong__write(stream, block))
            break;
        count(service, block->filling.len);
    }
    return end(handling, GRPC_C_STATUS_OK);
}

const Load__Load_Servicer load_servicer = {
    .ask = ask,
    .download = download,
    .upload = upload,
    .ping_pong = ping_pong,
};
