/* Async servicers; see async_servicers.h. */
#include "async_servicers.h"

#include <sched.h>

void async_counts_init(async_counts *counts)
{
    memset(counts, 0, sizeof *counts);
    pthread_mutex_init(&counts->mutex, NULL);
    pthread_cond_init(&counts->changed, NULL);
}

void async_wait_for_finished(async_counts *counts, int finished)
{
    while (counts->finished < finished || counts->started != counts->called)
        sched_yield();
}

/* ---- Echo ---- */

static void say(void *self, const Echo__Request *request, Echo__Reply *reply,
                grpc_c_server_context *context)
{
    async_counts *counts = self;
    reply->text = grpc_c_server_context_strdup(context, request->text);
    grpc_c_status_code code = (grpc_c_status_code)request->code;
    if (request->message[0] != '\0')
        code = grpc_c_server_context_fail(context, code, "%s", request->message);
    grpc_c_server_context_finish(context, code);
    counts->finished++;
}

typedef struct held_call {
    struct held_call *next;
    grpc_c_server_context *context;
    const Echo__Request *request;
    Echo__Reply *reply;
} held_call;

static void hold(void *self, const Echo__Request *request, Echo__Reply *reply,
                 grpc_c_server_context *context)
{
    async_counts *counts = self;
    held_call *call = grpc_c_server_context_alloc(context, sizeof *call);
    *call = (held_call){NULL, context, request, reply};
    pthread_mutex_lock(&counts->mutex);
    call->next = counts->first;
    counts->first = call;
    counts->held++;
    pthread_cond_broadcast(&counts->changed);
    pthread_mutex_unlock(&counts->mutex);
}

void async_wait_for_held(async_counts *counts, int held)
{
    pthread_mutex_lock(&counts->mutex);
    while (counts->held < held)
        pthread_cond_wait(&counts->changed, &counts->mutex);
    pthread_mutex_unlock(&counts->mutex);
}

void async_release_held(async_counts *counts, grpc_c_status_code code)
{
    pthread_mutex_lock(&counts->mutex);
    held_call *call = counts->first;
    counts->first = NULL;
    counts->held = 0;
    pthread_mutex_unlock(&counts->mutex);
    while (call != NULL) {
        held_call *next = call->next;
        call->reply->text = call->request->text;
        grpc_c_server_context_finish(call->context, code);
        counts->finished++;
        call = next;
    }
}

/* Unwritten is left NULL. */
const Echo__Echo_AsyncServicer async_echo = {.say = say, .hold = hold};

/* ---- Streams ---- */

/* One call, of any of the three methods. It lives in the call's memory until finish, and its
 * counts longer. */
typedef struct streaming {
    async_counts *counts;
    grpc_c_server_context *context;
    Streams__Streams_Collect_ServerReader *reader;
    Streams__Sum *sum;
    Streams__Streams_Count_ServerWriter *writer;
    const Streams__Order *order;
    Streams__Item item;
    Streams__Streams_Chat_ServerReaderWriter *chat;
} streaming;

static streaming *streaming_new(async_counts *counts, grpc_c_server_context *context)
{
    streaming *call = grpc_c_server_context_alloc(context, sizeof *call);
    memset(call, 0, sizeof *call);
    call->counts = counts;
    call->context = context;
    return call;
}

static void finish(streaming *call, grpc_c_status_code code)
{
    async_counts *counts = call->counts;
    grpc_c_server_context_finish(call->context, code);
    counts->finished++;
}

static void on_cancel(void *user_data)
{
    streaming *call = user_data;
    call->counts->cancelled++;
    finish(call, GRPC_C_STATUS_CANCELLED);
}

static void on_collected(const Streams__Item *item, void *user_data)
{
    streaming *call = user_data;
    call->counts->called++;
    if (item != NULL && item->number == wait_for_cancel) {
        assert_true(grpc_c_server_context_on_cancel(call->context, on_cancel, call));
    } else if (item != NULL && item->number >= 0) {
        call->sum->count++;
        call->sum->total += item->number;
        call->counts->started++;
        assert_true(
            streams__streams_servicer__collect__read__async(call->reader, on_collected, call));
    } else if (item != NULL && item->number == fail_call) {
        finish(call,
               grpc_c_server_context_fail(call->context, GRPC_C_STATUS_ABORTED, "told to fail"));
    } else {
        finish(call, GRPC_C_STATUS_OK);
    }
}

static void collect(void *self, Streams__Streams_Collect_ServerReader *reader, Streams__Sum *reply,
                    grpc_c_server_context *context)
{
    streaming *call = streaming_new(self, context);
    call->reader = reader;
    call->sum = reply;
    call->counts->started++;
    assert_true(streams__streams_servicer__collect__read__async(reader, on_collected, call));
}

static void on_counted(bool ok, void *user_data)
{
    streaming *call = user_data;
    call->counts->called++;
    if (!ok)
        call->counts->writes_refused++;
    if (!ok || (!call->order->stay && call->item.number == call->order->count)) {
        finish(call,
               grpc_c_server_context_fail(call->context, (grpc_c_status_code)call->order->code,
                                          "%s", call->order->message));
        return;
    }
    call->counts->started++;
    assert_true(streams__streams_servicer__count__write__async(call->writer, &call->item,
                                                               on_counted, call));
    call->item.number++; /* it was packed at once */
}

static void count(void *self, const Streams__Order *request,
                  Streams__Streams_Count_ServerWriter *writer, grpc_c_server_context *context)
{
    streaming *call = streaming_new(self, context);
    call->writer = writer;
    call->order = request;
    streams__item__init(&call->item);
    call->item.filling.len = request->filling_bytes;
    call->item.filling.data = grpc_c_server_context_alloc(context, request->filling_bytes);
    memset(call->item.filling.data, 'f', request->filling_bytes);
    /* Begins as if a write had just left. */
    call->counts->started++;
    on_counted(true, call);
}

static void on_chat_read(const Streams__Item *item, void *user_data);

static void on_chat_written(bool ok, void *user_data)
{
    streaming *call = user_data;
    call->counts->called++;
    (void)ok; /* the read tells the end, too */
    call->counts->started++;
    assert_true(streams__streams_servicer__chat__read__async(call->chat, on_chat_read, call));
}

static void on_late_write(bool ok, void *user_data)
{
    async_counts *counts = user_data;
    (void)ok;
    counts->called++;
}

static void on_late_read(const Streams__Item *item, void *user_data)
{
    async_counts *counts = user_data;
    assert_null(item);
    counts->called++;
}

static void on_chat_read(const Streams__Item *item, void *user_data)
{
    streaming *call = user_data;
    call->counts->called++;
    if (item == NULL || item->number == stop_reading) {
        finish(call, GRPC_C_STATUS_OK);
    } else if (item->number == fail_call) {
        finish(call,
               grpc_c_server_context_fail(call->context, GRPC_C_STATUS_ABORTED, "told to fail"));
    } else if (item->number == wait_for_cancel) {
        assert_true(grpc_c_server_context_on_cancel(call->context, on_cancel, call));
    } else if (item->number == finish_in_the_middle) {
        call->counts->started++;
        assert_true(streams__streams_servicer__chat__write__async(call->chat, item, on_late_write,
                                                                  call->counts));
        call->counts->started++;
        assert_true(
            streams__streams_servicer__chat__read__async(call->chat, on_late_read, call->counts));
        /* One of each is enough. */
        assert_false(
            streams__streams_servicer__chat__read__async(call->chat, on_late_read, call->counts));
        finish(call, GRPC_C_STATUS_OK);
    } else {
        call->counts->started++;
        assert_true(
            streams__streams_servicer__chat__write__async(call->chat, item, on_chat_written, call));
    }
}

static void chat(void *self, Streams__Streams_Chat_ServerReaderWriter *stream,
                 grpc_c_server_context *context)
{
    streaming *call = streaming_new(self, context);
    call->chat = stream;
    call->counts->started++;
    assert_true(streams__streams_servicer__chat__read__async(stream, on_chat_read, call));
}

const Streams__Streams_AsyncServicer async_streams = {.collect = collect,
                                                      .count = count,
                                                      .chat = chat};
