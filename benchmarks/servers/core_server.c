/*
 * The limit: a server written by hand over core's C API, with protobuf-c's messages. A thread for
 * each completion queue; registered methods, whose request comes with the call; calls and their
 * memory are kept; an answer and the next read go into one batch.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include "bench.pb-c.h"
#include "core_messages.h"
#include "serve.h"

enum { methods = 3, requested = 32 };
enum { unary, download, chat };

static const char *const paths[methods] = {"/bench.Bench/Unary", "/bench.Bench/Download",
                                           "/bench.Bench/Chat"};

typedef struct lane {
    grpc_completion_queue *queue;
    struct call *free;
} lane;

typedef struct call {
    enum { arriving, going_on, finishing } state;
    int method;
    lane *lane;
    struct call *next;
    grpc_call *core;
    grpc_metadata_array metadata;
    gpr_timespec deadline;
    grpc_byte_buffer *in;
    grpc_byte_buffer *out;
    int cancelled;
    Bench__Reply reply;
    int left;
    core_memory memory;
} call;

static grpc_server *server;
static void *registered[methods];

static void must(grpc_call_error error)
{
    if (error != GRPC_CALL_OK) {
        fprintf(stderr, "core_server: %s\n", grpc_call_error_to_string(error));
        abort();
    }
}

static void request(lane *lane, int method)
{
    call *call = lane->free;
    if (call != NULL) {
        lane->free = call->next;
    } else {
        call = calloc(1, sizeof *call);
        call->lane = lane;
        grpc_metadata_array_init(&call->metadata);
    }
    call->state = arriving;
    call->method = method;
    call->metadata.count = 0;
    must(grpc_server_request_registered_call(server, registered[method], &call->core,
                                             &call->deadline, &call->metadata,
                                             method == chat ? NULL : &call->in, lane->queue,
                                             lane->queue, call));
}

static void drop(grpc_byte_buffer **buffer)
{
    if (*buffer != NULL)
        grpc_byte_buffer_destroy(*buffer);
    *buffer = NULL;
}

static void start(call *call, const grpc_op *ops, size_t count)
{
    must(grpc_call_start_batch(call->core, ops, count, call, NULL));
}

static grpc_op send_headers(void)
{
    return (grpc_op){.op = GRPC_OP_SEND_INITIAL_METADATA};
}

static grpc_op send_message(call *call)
{
    call->out = core_pack(&call->reply.base);
    return (grpc_op){.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = call->out};
}

static grpc_op receive_message(call *call)
{
    return (grpc_op){.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &call->in};
}

static grpc_op send_status(void)
{
    return (grpc_op){.op = GRPC_OP_SEND_STATUS_FROM_SERVER,
                     .data.send_status_from_server.status = GRPC_STATUS_OK};
}

static grpc_op receive_close(call *call)
{
    return (grpc_op){.op = GRPC_OP_RECV_CLOSE_ON_SERVER,
                     .data.recv_close_on_server.cancelled = &call->cancelled};
}

/* The reply is the request's body, and lives as long as that. */
static const Bench__Request *take_request(call *call)
{
    const Bench__Request *message =
        core_unpack(call->in, &bench__request__descriptor, &call->memory);
    call->reply = (Bench__Reply)BENCH__REPLY__INIT;
    call->reply.body = message->body;
    return message;
}

static void finish(call *call)
{
    const grpc_op ops[] = {send_status(), receive_close(call)};
    call->state = finishing;
    start(call, ops, 2);
}

static void arrived(call *call)
{
    request(call->lane, call->method);
    if (call->method == chat) {
        const grpc_op ops[] = {send_headers(), receive_message(call)};
        call->state = going_on;
        start(call, ops, 2);
        return;
    }
    if (call->in == NULL) { /* the client is gone already */
        finish(call);
        return;
    }
    const Bench__Request *message = take_request(call);
    if (call->method == unary) {
        serve_sleep(message->sleep_ms);
        const grpc_op ops[] = {send_headers(), send_message(call), send_status(),
                               receive_close(call)};
        call->state = finishing;
        start(call, ops, 4);
        return;
    }
    call->left = message->count - 1;
    const grpc_op ops[] = {send_headers(), send_message(call)};
    call->state = going_on;
    start(call, ops, 2);
}

static void go_on(call *call)
{
    drop(&call->out);
    if (call->method == download && call->left > 0) {
        call->left--;
        const grpc_op op = send_message(call);
        start(call, &op, 1);
    } else if (call->method == chat && call->in != NULL) {
        take_request(call);
        const grpc_op answer = send_message(call);
        drop(&call->in);
        const grpc_op ops[] = {answer, receive_message(call)};
        start(call, ops, 2);
    } else {
        finish(call);
    }
}

static void finished(call *call)
{
    drop(&call->in);
    drop(&call->out);
    grpc_call_unref(call->core);
    call->next = call->lane->free;
    call->lane->free = call;
}

static void *lane_main(void *argument)
{
    lane *lane = argument;
    for (int method = 0; method < methods; method++)
        for (int i = 0; i < requested; i++)
            request(lane, method);
    for (;;) {
        grpc_event event =
            grpc_completion_queue_next(lane->queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
        call *call = event.tag;
        if (call->state == arriving)
            arrived(call);
        else if (call->state == finishing)
            finished(call);
        else if (event.success)
            go_on(call);
        else /* the client is gone */
            finish(call);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    serve_options options = serve_parse(argc, argv);
    int lanes = options.lanes > 0 ? options.lanes : 1;
    grpc_init();
    grpc_arg argument = {.type = GRPC_ARG_INTEGER, .key = GRPC_ARG_ALLOW_REUSEPORT};
    const grpc_channel_args arguments = {1, &argument};
    server = grpc_server_create(&arguments, NULL);
    lane *all = calloc((size_t)lanes, sizeof *all);
    for (int i = 0; i < lanes; i++) {
        all[i].queue = grpc_completion_queue_create_for_next(NULL);
        grpc_server_register_completion_queue(server, all[i].queue, NULL);
    }
    for (int method = 0; method < methods; method++)
        registered[method] =
            grpc_server_register_method(server, paths[method], NULL,
                                        method == chat ? GRPC_SRM_PAYLOAD_NONE
                                                       : GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER,
                                        0);
    grpc_server_credentials *credentials = grpc_insecure_server_credentials_create();
    int port = grpc_server_add_http2_port(server, "127.0.0.1:0", credentials);
    grpc_server_start(server);
    for (int i = 0; i < lanes; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, lane_main, &all[i]);
    }
    serve(port);
}
