/* Ours: blocking handlers, or async ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "bench.grpc-c.h"
#include "serve.h"

/* ---- blocking ---- */

static grpc_c_status_code unary(void *self, const Bench__Request *request, Bench__Reply *reply,
                                grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    serve_sleep(request->sleep_ms);
    reply->body = request->body;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code download(void *self, const Bench__Request *request,
                                   Bench__Bench_Download_ServerWriter *writer,
                                   grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    Bench__Reply reply = BENCH__REPLY__INIT;
    reply.body = request->body;
    for (int i = 0; i < request->count; i++)
        if (!bench__bench_servicer__download__write(writer, &reply))
            break;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code chat(void *self, Bench__Bench_Chat_ServerReaderWriter *stream,
                               grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    const Bench__Request *request;
    Bench__Reply reply = BENCH__REPLY__INIT;
    while ((request = bench__bench_servicer__chat__read(stream)) != NULL) {
        reply.body = request->body;
        if (!bench__bench_servicer__chat__write(stream, &reply))
            break;
    }
    return GRPC_C_STATUS_OK;
}

static const Bench__Bench_Servicer blocking = {unary, download, chat};

/* ---- async ---- */

static void async_unary(void *self, const Bench__Request *request, Bench__Reply *reply,
                        grpc_c_server_context *context)
{
    grpc_c_server_context_finish(context, unary(self, request, reply, context));
}

typedef struct stream {
    grpc_c_server_context *context;
    Bench__Bench_Download_ServerWriter *writer;
    Bench__Bench_Chat_ServerReaderWriter *chat;
    Bench__Reply reply;
    int left;
    /** Of the read and the write of chat, how many are over; whether a message came. */
    int parts;
    bool arrived;
} stream;

static stream *stream_new(grpc_c_server_context *context)
{
    stream *stream = grpc_c_server_context_alloc(context, sizeof *stream);
    *stream = (struct stream){.context = context, .reply = BENCH__REPLY__INIT};
    return stream;
}

static void on_downloaded(bool ok, void *user_data)
{
    stream *stream = user_data;
    if (ok && stream->left-- > 0)
        bench__bench_servicer__download__write__async(stream->writer, &stream->reply, on_downloaded,
                                                      stream);
    else
        grpc_c_server_context_finish(stream->context, GRPC_C_STATUS_OK);
}

static void async_download(void *self, const Bench__Request *request,
                           Bench__Bench_Download_ServerWriter *writer,
                           grpc_c_server_context *context)
{
    (void)self;
    stream *stream = stream_new(context);
    stream->writer = writer;
    stream->reply.body = request->body;
    stream->left = request->count;
    on_downloaded(true, stream);
}

static void on_read(const Bench__Request *request, void *user_data);
static void on_written(bool ok, void *user_data);

/* The next read goes on beside the write; what comes of both may come in either order. */
static void go_on(stream *stream)
{
    if (++stream->parts < 2)
        return;
    if (!stream->arrived) {
        grpc_c_server_context_finish(stream->context, GRPC_C_STATUS_OK);
        return;
    }
    stream->parts = 0;
    bench__bench_servicer__chat__write__async(stream->chat, &stream->reply, on_written, stream);
    bench__bench_servicer__chat__read__async(stream->chat, on_read, stream);
}

static void on_written(bool ok, void *user_data)
{
    (void)ok;
    go_on(user_data);
}

static void on_read(const Bench__Request *request, void *user_data)
{
    stream *stream = user_data;
    stream->arrived = request != NULL;
    if (request != NULL)
        stream->reply.body = request->body;
    go_on(stream);
}

static void async_chat(void *self, Bench__Bench_Chat_ServerReaderWriter *chat,
                       grpc_c_server_context *context)
{
    (void)self;
    stream *stream = stream_new(context);
    stream->chat = chat;
    stream->parts = 1; /* nothing is being written */
    bench__bench_servicer__chat__read__async(chat, on_read, stream);
}

static const Bench__Bench_AsyncServicer async = {async_unary, async_download, async_chat};

int main(int argc, char **argv)
{
    serve_options options = serve_parse(argc, argv);
    grpc_c_server *server = grpc_c_server_new(
        GRPC_C_SERVER_OPTIONS(.max_workers = (unsigned)options.workers,
                              .lanes = (unsigned)options.lanes, .max_concurrent_calls = 20000,
                              .max_concurrent_streams = 20000));
    if (strcmp(options.mode, "blocking") == 0)
        bench__bench_add_servicer_to_server(&blocking, NULL, server);
    else
        bench__bench_add_async_servicer_to_server(&async, NULL, server);
    grpc_c_error error;
    int port = grpc_c_server_add_insecure_port(server, "127.0.0.1:0", &error);
    if (port == 0 || !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "c_server: %s\n", error.message);
        return EXIT_FAILURE;
    }
    serve(port);
}
