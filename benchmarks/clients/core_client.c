/*
 * The limit, and the load that all servers get: a client written by hand over core's C API, with
 * protobuf-c's messages. One thread, one completion queue; a call is one batch, and so is a message
 * of a stream together with its answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include "bench.pb-c.h"
#include "core_messages.h"
#include "load.h"

static const char *const paths[] = {"/bench.Bench/Unary", "/bench.Bench/Download",
                                    "/bench.Bench/Chat"};

typedef struct channel {
    grpc_channel *core;
    void *method;
} channel;

typedef struct slot {
    channel *channel;
    grpc_call *core;
    /** The status has been asked for. */
    bool ending;
    bool slow;
    int64_t began_ns;
    grpc_byte_buffer *out;
    grpc_byte_buffer *in;
    grpc_metadata_array headers;
    grpc_metadata_array trailers;
    grpc_status_code code;
    grpc_slice message;
    core_memory memory;
} slot;

static grpc_completion_queue *queue;
static Bench__Request request = BENCH__REQUEST__INIT;
static int open_slots;

static gpr_timespec never(void)
{
    return gpr_inf_future(GPR_CLOCK_REALTIME);
}

static grpc_channel *connect(void)
{
    /* Channels to one target share connections unless their arguments say not to. */
    grpc_arg argument = {.type = GRPC_ARG_INTEGER,
                         .key = GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL,
                         .value.integer = 1};
    const grpc_channel_args arguments = {1, &argument};
    grpc_channel_credentials *credentials = grpc_insecure_credentials_create();
    grpc_channel *channel = grpc_channel_create(load.target, credentials, &arguments);
    grpc_channel_credentials_release(credentials);
    while (!load.once) { /* a single call connects by itself */
        grpc_connectivity_state state = grpc_channel_check_connectivity_state(channel, 1);
        if (state == GRPC_CHANNEL_READY)
            break;
        if (state == GRPC_CHANNEL_TRANSIENT_FAILURE)
            load_fail("no connection");
        grpc_channel_watch_connectivity_state(channel, state, never(), queue, NULL);
        grpc_completion_queue_next(queue, never(), NULL);
    }
    return channel;
}

static void start(slot *slot, const grpc_op *ops, size_t count)
{
    if (grpc_call_start_batch(slot->core, ops, count, slot, NULL) != GRPC_CALL_OK)
        load_fail("core refused a batch");
}

static grpc_op send_headers(void)
{
    return (grpc_op){.op = GRPC_OP_SEND_INITIAL_METADATA};
}

static grpc_op send_message(slot *slot)
{
    request.sleep_ms = load_next_sleep_ms();
    slot->slow = request.sleep_ms > 0;
    slot->out = core_pack(&request.base);
    return (grpc_op){.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = slot->out};
}

static grpc_op send_close(void)
{
    return (grpc_op){.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT};
}

static grpc_op receive_headers(slot *slot)
{
    slot->headers.count = 0;
    return (grpc_op){.op = GRPC_OP_RECV_INITIAL_METADATA,
                     .data.recv_initial_metadata.recv_initial_metadata = &slot->headers};
}

static grpc_op receive_message(slot *slot)
{
    return (grpc_op){.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &slot->in};
}

static grpc_op receive_status(slot *slot)
{
    slot->ending = true;
    slot->trailers.count = 0;
    return (grpc_op){.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
                     .data.recv_status_on_client = {.trailing_metadata = &slot->trailers,
                                                    .status = &slot->code,
                                                    .status_details = &slot->message}};
}

static void begin(slot *slot)
{
    slot->began_ns = load_now_ns();
    slot->ending = false;
    slot->core =
        grpc_channel_create_registered_call(slot->channel->core, NULL, GRPC_PROPAGATE_DEFAULTS,
                                            queue, slot->channel->method, never(), NULL);
    const grpc_op send = send_message(slot);
    if (load.kind == LOAD_UNARY) {
        const grpc_op ops[] = {send_headers(),        send,
                               send_close(),          receive_headers(slot),
                               receive_message(slot), receive_status(slot)};
        start(slot, ops, 6);
    } else if (load.kind == LOAD_DOWNLOAD) {
        const grpc_op ops[] = {send_headers(), send, send_close(), receive_headers(slot),
                               receive_message(slot)};
        start(slot, ops, 5);
    } else {
        const grpc_op ops[] = {send_headers(), send, receive_headers(slot), receive_message(slot)};
        start(slot, ops, 4);
    }
}

static void drop(grpc_byte_buffer **buffer)
{
    if (*buffer != NULL)
        grpc_byte_buffer_destroy(*buffer);
    *buffer = NULL;
}

/* Whether there was one. */
static bool take_reply(slot *slot)
{
    if (slot->in == NULL)
        return false;
    const Bench__Reply *reply = core_unpack(slot->in, &bench__reply__descriptor, &slot->memory);
    if (reply->body.len != request.body.len)
        load_fail("a reply of another size");
    drop(&slot->in);
    load_record(slot->began_ns, slot->slow);
    return true;
}

static void end(slot *slot)
{
    if (slot->code != GRPC_STATUS_OK)
        load_fail("a call has failed");
    grpc_slice_unref(slot->message);
    grpc_call_unref(slot->core);
    if (load_goes_on())
        begin(slot);
    else if (load.hold)
        load_hold();
    else
        open_slots--;
}

static void go_on(slot *slot)
{
    drop(&slot->out);
    bool replied = take_reply(slot);
    if (slot->ending) {
        end(slot);
    } else if (!replied) {
        const grpc_op op = receive_status(slot);
        start(slot, &op, 1);
    } else if (load.kind == LOAD_DOWNLOAD) {
        slot->began_ns = load_now_ns();
        const grpc_op op = receive_message(slot);
        start(slot, &op, 1);
    } else if (load_goes_on()) {
        slot->began_ns = load_now_ns();
        const grpc_op ops[] = {send_message(slot), receive_message(slot)};
        start(slot, ops, 2);
    } else if (load.hold) {
        load_hold();
    } else {
        const grpc_op ops[] = {send_close(), receive_status(slot)};
        start(slot, ops, 2);
    }
}

int main(int argc, char **argv)
{
    load_parse(argc, argv);
    grpc_init();
    queue = grpc_completion_queue_create_for_next(NULL);
    channel *channels = calloc((size_t)load.connections, sizeof *channels);
    for (int i = 0; i < load.connections; i++) {
        channels[i].core = connect();
        channels[i].method =
            grpc_channel_register_call(channels[i].core, paths[load.kind], NULL, NULL);
    }
    request.body.len = (size_t)load.size;
    request.body.data = calloc(1, request.body.len);
    request.count = load.count;
    slot *slots = calloc((size_t)load.outstanding, sizeof *slots);
    load_begin();
    open_slots = load.outstanding;
    for (int i = 0; i < load.outstanding; i++) {
        slots[i].channel = &channels[i % load.connections];
        begin(&slots[i]);
        if (load.stall)
            load_hold();
    }
    if (load.hold && load.stall)
        load_end();
    while (open_slots > 0) {
        grpc_event event = grpc_completion_queue_next(queue, never(), NULL);
        go_on(event.tag);
    }
    load_end();
}
