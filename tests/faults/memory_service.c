/* Handlers that ask for memory; see memory_service.h. */
#include "memory_service.h"

#include <string.h>

#include <grpc-c/grpc-c.h>

uint8_t memory_bytes[memory_filling];

static void on_cancel(void *user_data)
{
    (void)user_data;
}

/* False when there is no memory. Headers can be set until the first message has gone. */
static bool dress_headers(grpc_c_server_context *context)
{
    const grpc_c_metadata *metadata = grpc_c_server_context_metadata(context);
    return grpc_c_metadata_find(metadata, MEMORY_REQUEST_KEY, NULL) != NULL &&
           grpc_c_server_context_set_compression(context, GRPC_C_COMPRESSION_GZIP) &&
           grpc_c_server_context_add_initial_metadata(context, MEMORY_HEADER_KEY, "value", 5) &&
           grpc_c_server_context_on_cancel(context, on_cancel, NULL);
}

static bool dress_trailers(grpc_c_server_context *context)
{
    const char *long_text = grpc_c_server_context_printf(context, "%3000d", 1);
    const char *text = grpc_c_server_context_strdup(context, "text");
    return long_text != NULL && text != NULL && grpc_c_server_context_peer(context)[0] != '\0' &&
           grpc_c_server_context_authority(context)[0] != '\0' &&
           grpc_c_server_context_add_trailing_metadata(context, MEMORY_TRAILER_KEY, text, 4) &&
           grpc_c_server_context_set_status_details(context, long_text, 100);
}

static grpc_c_status_code end(grpc_c_server_context *context, bool well)
{
    if (well)
        return GRPC_C_STATUS_OK;
    return grpc_c_server_context_fail(context, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "%s",
                                      "the handler got no memory");
}

static Load__Block make_block(void)
{
    Load__Block block = LOAD__BLOCK__INIT;
    block.filling.data = memory_bytes;
    block.filling.len = sizeof memory_bytes;
    return block;
}

/* ---- blocking ---- */

static grpc_c_status_code ask(void *self, const Load__Question *request, Load__Progress *reply,
                              grpc_c_server_context *context)
{
    reply->blocks = request->call;
    if (request->let_read > 0)
        grpc_c_server_stop(self, -1);
    return end(context, dress_headers(context) && dress_trailers(context));
}

static grpc_c_status_code download(void *self, const Load__Order *request,
                                   Load__Load_Download_ServerWriter *writer,
                                   grpc_c_server_context *context)
{
    (void)self;
    bool well = dress_headers(context);
    for (uint64_t i = 0; well && i < request->count; i++) {
        Load__Block block = make_block();
        if (!load__load_servicer__download__write(writer, &block))
            return GRPC_C_STATUS_OK; /* the library knows better */
    }
    return end(context, well && dress_trailers(context));
}

static grpc_c_status_code upload(void *self, Load__Load_Upload_ServerReader *reader,
                                 Load__Progress *reply, grpc_c_server_context *context)
{
    (void)self;
    while (load__load_servicer__upload__read(reader) != NULL)
        reply->blocks++;
    return end(context, dress_headers(context) && dress_trailers(context));
}

static grpc_c_status_code ping_pong(void *self, Load__Load_PingPong_ServerReaderWriter *stream,
                                    grpc_c_server_context *context)
{
    (void)self;
    if (!dress_headers(context))
        return end(context, false);
    const Load__Block *block;
    while ((block = load__load_servicer__ping_pong__read(stream)) != NULL)
        if (!load__load_servicer__ping_pong__write(stream, block))
            return GRPC_C_STATUS_OK;
    return end(context, dress_trailers(context));
}

const Load__Load_Servicer memory_servicer = {
    .ask = ask,
    .download = download,
    .upload = upload,
    .ping_pong = ping_pong,
};

/* ---- async ---- */

typedef struct handling {
    grpc_c_server_context *context;
    uint64_t left;
    Load__Progress *reply;
    Load__Load_Download_ServerWriter *writer;
    Load__Load_Upload_ServerReader *reader;
    Load__Load_PingPong_ServerReaderWriter *stream;
} handling;

/* NULL when there is no memory, and the call has been ended. */
static handling *begin(grpc_c_server_context *context)
{
    handling *handling = NULL;
    if (dress_headers(context))
        handling = grpc_c_server_context_alloc(context, sizeof *handling);
    if (handling == NULL) {
        grpc_c_server_context_finish(context, end(context, false));
        return NULL;
    }
    memset(handling, 0, sizeof *handling);
    handling->context = context;
    return handling;
}

static void finish(grpc_c_server_context *context)
{
    grpc_c_server_context_finish(context, end(context, dress_trailers(context)));
}

static void ask_async(void *self, const Load__Question *request, Load__Progress *reply,
                      grpc_c_server_context *context)
{
    reply->blocks = request->call;
    if (request->let_read > 0)
        grpc_c_server_stop(self, -1);
    if (begin(context) != NULL)
        finish(context);
}

static void write_next(bool ok, void *user_data)
{
    handling *handling = user_data;
    Load__Block block = make_block();
    if (ok && handling->left == 0)
        finish(handling->context);
    else if (!ok || (handling->left--,
                     !load__load_servicer__download__write__async(handling->writer, &block,
                                                                  write_next, handling)))
        grpc_c_server_context_finish(handling->context, GRPC_C_STATUS_OK);
}

static void download_async(void *self, const Load__Order *request,
                           Load__Load_Download_ServerWriter *writer, grpc_c_server_context *context)
{
    (void)self;
    handling *handling = begin(context);
    if (handling == NULL)
        return;
    handling->writer = writer;
    handling->left = request->count;
    write_next(true, handling);
}

static void on_block(const Load__Block *block, void *user_data)
{
    handling *handling = user_data;
    if (block == NULL) {
        finish(handling->context);
        return;
    }
    handling->reply->blocks++;
    load__load_servicer__upload__read__async(handling->reader, on_block, handling);
}

static void upload_async(void *self, Load__Load_Upload_ServerReader *reader, Load__Progress *reply,
                         grpc_c_server_context *context)
{
    (void)self;
    handling *handling = begin(context);
    if (handling == NULL)
        return;
    handling->reader = reader;
    handling->reply = reply;
    load__load_servicer__upload__read__async(reader, on_block, handling);
}

static void read_next(bool ok, void *user_data);

static void on_ping(const Load__Block *block, void *user_data)
{
    handling *handling = user_data;
    if (block == NULL)
        finish(handling->context);
    else if (!load__load_servicer__ping_pong__write__async(handling->stream, block, read_next,
                                                           handling))
        grpc_c_server_context_finish(handling->context, GRPC_C_STATUS_OK);
}

static void read_next(bool ok, void *user_data)
{
    handling *handling = user_data;
    (void)ok; /* the read tells */
    load__load_servicer__ping_pong__read__async(handling->stream, on_ping, handling);
}

static void ping_pong_async(void *self, Load__Load_PingPong_ServerReaderWriter *stream,
                            grpc_c_server_context *context)
{
    (void)self;
    handling *handling = begin(context);
    if (handling == NULL)
        return;
    handling->stream = stream;
    read_next(true, handling);
}

const Load__Load_AsyncServicer memory_async_servicer = {
    .ask = ask_async,
    .download = download_async,
    .upload = upload_async,
    .ping_pong = ping_pong_async,
};
