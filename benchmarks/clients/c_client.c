/* Ours: the blocking stub, in a thread for each call outstanding, or the async one, on a completion
 * queue that the one thread drives. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "bench.grpc-c.h"
#include "load.h"

typedef struct slot {
    Bench__Bench_Stub stub;
    grpc_c_client_context *context;
    Bench__Request request;
    int64_t began_ns;
    Bench__Bench_Download_ClientReader *reader;
    Bench__Bench_Chat_ClientReaderWriter *chat;
    /** Of chat's read and write, how many are over. */
    int parts;
} slot;

static grpc_c_completion_queue *queue;
static int open_slots;

static void begin(slot *slot)
{
    slot->request.sleep_ms = load_next_sleep_ms();
    slot->began_ns = load_now_ns();
}

static void replied(slot *slot, const Bench__Reply *reply)
{
    if (reply == NULL)
        load_fail(grpc_c_client_context_error(slot->context));
    if (reply->body.len != slot->request.body.len)
        load_fail("a reply of another size");
    load_record(slot->began_ns, slot->request.sleep_ms > 0);
}

static void ended(slot *slot, grpc_c_status_code status)
{
    if (status != GRPC_C_STATUS_OK)
        load_fail(grpc_c_client_context_error(slot->context));
}

/* ---- blocking ---- */

static void block_in_unary(slot *slot)
{
    do {
        begin(slot);
        replied(slot, bench__bench_stub__unary(&slot->stub, &slot->request, slot->context));
    } while (load_goes_on());
}

static void block_in_download(slot *slot)
{
    do {
        begin(slot);
        slot->reader = bench__bench_stub__download(&slot->stub, &slot->request, slot->context);
        const Bench__Reply *reply;
        while ((reply = bench__bench_stub__download__read(slot->reader)) != NULL) {
            replied(slot, reply);
            slot->began_ns = load_now_ns();
        }
        ended(slot, bench__bench_stub__download__finish(slot->reader));
    } while (load_goes_on());
}

static void block_in_chat(slot *slot)
{
    slot->chat = bench__bench_stub__chat(&slot->stub, slot->context);
    do {
        begin(slot);
        if (!bench__bench_stub__chat__write(slot->chat, &slot->request))
            load_fail("a write has failed");
        replied(slot, bench__bench_stub__chat__read(slot->chat));
    } while (load_goes_on());
    ended(slot, bench__bench_stub__chat__finish(slot->chat));
}

static void *slot_main(void *argument)
{
    static void (*const kinds[])(slot *) = {block_in_unary, block_in_download, block_in_chat};
    kinds[load.kind](argument);
    if (load.hold)
        load_hold();
    return NULL;
}

static void block(slot *slots)
{
    pthread_t *threads = calloc((size_t)load.outstanding, sizeof *threads);
    for (int i = 0; i < load.outstanding; i++)
        if (pthread_create(&threads[i], NULL, slot_main, &slots[i]) != 0)
            load_fail("no thread");
    for (int i = 0; i < load.outstanding; i++)
        pthread_join(threads[i], NULL);
}

/* ---- async ---- */

static void close_slot(void)
{
    if (load.hold)
        load_hold();
    else
        open_slots--;
}

static void start_call(slot *slot);

static void on_reply(const Bench__Reply *reply, void *user_data)
{
    slot *slot = user_data;
    replied(slot, reply);
    if (load_goes_on())
        start_call(slot);
    else
        close_slot();
}

static void on_finished(grpc_c_status_code status, void *user_data)
{
    slot *slot = user_data;
    ended(slot, status);
    if (load_goes_on())
        start_call(slot);
    else
        close_slot();
}

static void on_downloaded(const Bench__Reply *reply, void *user_data)
{
    slot *slot = user_data;
    if (reply == NULL) {
        bench__bench_stub__download__finish__async(slot->reader, on_finished, slot);
        return;
    }
    replied(slot, reply);
    slot->began_ns = load_now_ns();
    bench__bench_stub__download__read__async(slot->reader, on_downloaded, slot);
}

static void on_chat(const Bench__Reply *reply, void *user_data);

static void on_written(bool ok, void *user_data);

static void say(slot *slot)
{
    begin(slot);
    slot->parts = 0;
    bench__bench_stub__chat__write__async(slot->chat, &slot->request, on_written, slot);
    bench__bench_stub__chat__read__async(slot->chat, on_chat, slot);
}

/* What comes of the write and of the read may come in either order. */
static void go_on(slot *slot)
{
    if (++slot->parts < 2)
        return;
    if (load_goes_on())
        say(slot);
    else if (load.hold)
        load_hold();
    else
        bench__bench_stub__chat__finish__async(slot->chat, on_finished, slot);
}

static void on_written(bool ok, void *user_data)
{
    (void)ok;
    go_on(user_data);
}

static void on_chat(const Bench__Reply *reply, void *user_data)
{
    replied(user_data, reply);
    go_on(user_data);
}

static void start_call(slot *slot)
{
    bool started = true;
    if (load.kind == LOAD_UNARY) {
        begin(slot);
        started = bench__bench_stub__unary__async(&slot->stub, &slot->request, slot->context,
                                                  on_reply, slot);
    } else if (load.kind == LOAD_DOWNLOAD) {
        begin(slot);
        slot->reader =
            bench__bench_stub__download__async(&slot->stub, &slot->request, slot->context);
        bench__bench_stub__download__read__async(slot->reader, on_downloaded, slot);
    } else {
        slot->chat = bench__bench_stub__chat__async(&slot->stub, slot->context);
        say(slot);
    }
    if (!started)
        load_fail(grpc_c_client_context_error(slot->context));
}

static void drive(slot *slots)
{
    open_slots = load.outstanding;
    for (int i = 0; i < load.outstanding; i++) {
        start_call(&slots[i]);
        if (load.stall)
            load_hold();
    }
    if (load.stall)
        load_end();
    while (open_slots > 0)
        grpc_c_completion_queue_poll(queue, -1);
}

int main(int argc, char **argv)
{
    load_parse(argc, argv);
    bool blocking = strcmp(load.mode, "blocking") == 0;
    if (!blocking)
        queue = grpc_c_completion_queue_new();
    /* Channels to one target share connections unless their arguments say not to. */
    const grpc_c_core_argument own_connection = {"grpc.use_local_subchannel_pool", NULL, 1};
    Bench__Bench_Stub *stubs = calloc((size_t)load.connections, sizeof *stubs);
    for (int i = 0; i < load.connections; i++) {
        grpc_c_channel *channel =
            grpc_c_insecure_channel_new(load.target,
                                        GRPC_C_CHANNEL_OPTIONS(.completion_queue = queue,
                                                               .core_arguments = &own_connection,
                                                               .core_argument_count = 1));
        if (!load.once && !grpc_c_channel_wait_until_ready(channel, 60000))
            load_fail("no connection");
        stubs[i] = bench__bench_stub(channel);
    }
    slot *slots = calloc((size_t)load.outstanding, sizeof *slots);
    unsigned char *body = calloc(1, (size_t)load.size);
    for (int i = 0; i < load.outstanding; i++) {
        slots[i] = (slot){.stub = stubs[i % load.connections],
                          .context = grpc_c_client_context_new(),
                          .request = BENCH__REQUEST__INIT};
        slots[i].request.body = (ProtobufCBinaryData){(size_t)load.size, body};
        slots[i].request.count = load.count;
    }
    load_begin();
    if (blocking)
        block(slots);
    else
        drive(slots);
    load_end();
}
