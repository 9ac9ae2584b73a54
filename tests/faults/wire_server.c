/*
 * The server of wire.proto that hostile clients are let loose on: wire_server [--async] [--strict].
 * Prints its port, serves until SIGTERM, and says at last how many handlers ran. Strict: it looks
 * for extra requests.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "wire.grpc-c.h"

static _Atomic unsigned handlers;

/* ---- what blocking and async handlers do alike ---- */

static void echo_metadata(grpc_c_server_context *context)
{
    const grpc_c_metadata *metadata = grpc_c_server_context_metadata(context);
    for (size_t i = 0; i < metadata->count; i++) {
        const grpc_c_metadata_entry *entry = &metadata->entries[i];
        if (strncmp(entry->key, "echo-", 5) == 0)
            grpc_c_server_context_add_trailing_metadata(context, entry->key, entry->value,
                                                        entry->size);
    }
}

static grpc_c_status_code end(const Wire__Request *request, grpc_c_server_context *context)
{
    if (request->text[0] == '!')
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_ABORTED, "%s", request->text + 1);
    if (request->message[0] == '\0')
        return (grpc_c_status_code)request->code;
    return grpc_c_server_context_fail(context, (grpc_c_status_code)request->code, "%s",
                                      request->message);
}

static grpc_c_status_code say(void *self, const Wire__Request *request, Wire__Reply *reply,
                              grpc_c_server_context *context)
{
    (void)self;
    handlers++;
    echo_metadata(context);
    reply->text = grpc_c_server_context_strdup(context, request->text);
    return end(request, context);
}

/* ---- blocking ---- */

static grpc_c_status_code count(void *self, const Wire__Request *request,
                                Wire__Wire_Count_ServerWriter *writer,
                                grpc_c_server_context *context)
{
    (void)self;
    handlers++;
    Wire__Reply reply = WIRE__REPLY__INIT;
    reply.text = request->text;
    for (; reply.number < request->count; reply.number++)
        if (!wire__wire_servicer__count__write(writer, &reply))
            break;
    return end(request, context);
}

static grpc_c_status_code collect(void *self, Wire__Wire_Collect_ServerReader *reader,
                                  Wire__Reply *reply, grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    handlers++;
    while (wire__wire_servicer__collect__read(reader) != NULL)
        reply->number++;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code chat(void *self, Wire__Wire_Chat_ServerReaderWriter *stream,
                               grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    handlers++;
    unsigned requests = 0;
    while (wire__wire_servicer__chat__read(stream) != NULL)
        requests++;
    Wire__Reply reply = WIRE__REPLY__INIT;
    for (; reply.number < requests; reply.number++)
        if (!wire__wire_servicer__chat__write(stream, &reply))
            break;
    return GRPC_C_STATUS_OK;
}

static const Wire__Wire_Servicer servicer = {.say = say,
                                             .count = count,
                                             .collect = collect,
                                             .chat = chat};

/* ---- async ---- */

typedef struct call {
    grpc_c_server_context *context;
    Wire__Reply *reply;
    Wire__Reply next;
    Wire__Wire_Count_ServerWriter *writer;
    Wire__Wire_Collect_ServerReader *reader;
    Wire__Wire_Chat_ServerReaderWriter *stream;
    unsigned count;
    grpc_c_status_code code;
} call;

static call *call_new(grpc_c_server_context *context)
{
    handlers++;
    call *call = grpc_c_server_context_alloc(context, sizeof *call);
    memset(call, 0, sizeof *call);
    call->context = context;
    wire__reply__init(&call->next);
    return call;
}

static void say_async(void *self, const Wire__Request *request, Wire__Reply *reply,
                      grpc_c_server_context *context)
{
    grpc_c_server_context_finish(context, say(self, request, reply, context));
}

static void on_written(bool ok, void *user_data)
{
    call *call = user_data;
    if (!ok || call->next.number == call->count) {
        grpc_c_server_context_finish(call->context, call->code);
        return;
    }
    call->next.number++;
    if (call->writer != NULL)
        wire__wire_servicer__count__write__async(call->writer, &call->next, on_written, call);
    else
        wire__wire_servicer__chat__write__async(call->stream, &call->next, on_written, call);
}

static void count_async(void *self, const Wire__Request *request,
                        Wire__Wire_Count_ServerWriter *writer, grpc_c_server_context *context)
{
    (void)self;
    call *call = call_new(context);
    call->writer = writer;
    call->next.text = request->text;
    call->count = request->count;
    call->code = end(request, context);
    on_written(true, call);
}

static void on_collected(const Wire__Request *request, void *user_data)
{
    call *call = user_data;
    if (request == NULL) {
        grpc_c_server_context_finish(call->context, GRPC_C_STATUS_OK);
        return;
    }
    call->reply->number++;
    wire__wire_servicer__collect__read__async(call->reader, on_collected, call);
}

static void collect_async(void *self, Wire__Wire_Collect_ServerReader *reader, Wire__Reply *reply,
                          grpc_c_server_context *context)
{
    (void)self;
    call *call = call_new(context);
    call->reader = reader;
    call->reply = reply;
    wire__wire_servicer__collect__read__async(reader, on_collected, call);
}

static void on_heard(const Wire__Request *request, void *user_data)
{
    call *call = user_data;
    if (request == NULL) {
        on_written(true, call);
        return;
    }
    call->count++;
    wire__wire_servicer__chat__read__async(call->stream, on_heard, call);
}

static void chat_async(void *self, Wire__Wire_Chat_ServerReaderWriter *stream,
                       grpc_c_server_context *context)
{
    (void)self;
    call *call = call_new(context);
    call->stream = stream;
    wire__wire_servicer__chat__read__async(stream, on_heard, call);
}

static const Wire__Wire_AsyncServicer async_servicer = {.say = say_async,
                                                        .count = count_async,
                                                        .collect = collect_async,
                                                        .chat = chat_async};

int main(int argc, char **argv)
{
    grpc_c_error error = {.message = "the servicer was refused"};
    bool async = false;
    bool strict = false;
    for (; argc > 1; argc--) {
        async |= strcmp(argv[argc - 1], "--async") == 0;
        strict |= strcmp(argv[argc - 1], "--strict") == 0;
    }
    grpc_c_server *server =
        grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = 4, .refuse_extra_requests = strict));
    bool added = async ? wire__wire_add_async_servicer_to_server(&async_servicer, NULL, server)
                       : wire__wire_add_servicer_to_server(&servicer, NULL, server);
    int port = grpc_c_server_add_insecure_port(server, "127.0.0.1:0", &error);
    if (!added || port == 0 || !grpc_c_server_stop_on_signals(server, 0, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "wire_server: %s\n", error.message);
        return EXIT_FAILURE;
    }
    printf("listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    printf("handlers: %u\n", handlers);
    return EXIT_SUCCESS;
}
