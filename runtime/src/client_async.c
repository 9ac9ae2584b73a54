/* What goes on behind the async calls of a client; see client_async.h. */
#include "client_async.h"

#include "completion_queue.h"

static void on_open_done(grpc_c_event *event, bool ok);
static void on_read_done(grpc_c_event *event, bool ok);
static void on_write_done(grpc_c_event *event, bool ok);
static void on_status_done(grpc_c_event *event, bool ok);
static void on_last_read(grpc_c_event *event, bool ok);

static grpc_c_client_context *context_of(grpc_c_event *event)
{
    return ((grpc_c_client_operation *)event)->context;
}

/* ---- begin ---- */

bool grpc_c_client_async_begin(grpc_c_client_context *context, const grpc_c_stub *stub,
                               size_t method)
{
    grpc_c_status_code code;
    const char *reason;
    grpc_c_channel *channel = stub->channel;
    grpc_c_completion_queue *queue =
        grpc_c_channel_enter_queue(channel, context->completion_queue, &code, &reason);
    if (queue == NULL) {
        grpc_c_client_context_forget(context);
        grpc_c_client_context_fail(context, code, reason);
        return false;
    }
    if (!grpc_c_client_call_begin(context, stub, method, grpc_c_completion_queue_core(queue))) {
        grpc_c_channel_leave_queue(channel, queue);
        return false;
    }
    pthread_mutex_lock(&context->mutex);
    context->async = (grpc_c_client_async_state){
        .queue = queue,
        .open = {{.done = on_open_done}, context},
        .read = {{.done = on_read_done}, context},
        .write = {{.done = on_write_done}, context},
        .status = {{.done = on_status_done}, context},
        .last = {{.done = on_last_read}, context},
    };
    pthread_mutex_unlock(&context->mutex);
    return true;
}

/* ---- starting; under the mutex ---- */

void grpc_c_client_async_start_unary(grpc_c_client_context *context, grpc_c_buffer *request)
{
    const grpc_c_headers headers = grpc_c_client_call_headers(context);
    context->async.open_buffer = request;
    context->async.finishing = true;
    context->async.outstanding++;
    grpc_c_batch_unary_call(context->call, &headers,
                            (grpc_c_outgoing){request, context->send_uncompressed},
                            &context->results, &context->async.status.event);
}

void grpc_c_client_async_start_stream(grpc_c_client_context *context, grpc_c_buffer *request)
{
    const grpc_c_headers headers = grpc_c_client_call_headers(context);
    context->async.streams = true;
    context->async.open_buffer = request;
    context->async.outstanding++;
    context->stream.writes_done = request != NULL;
    grpc_c_batch_open(context->call, &headers,
                      (grpc_c_outgoing){request, context->send_uncompressed},
                      &context->async.open.event);
    /* Asked for at once, for the reason that client_stream.c has. */
    context->async.outstanding++;
    grpc_c_batch_status(context->call, &context->results, &context->async.status.event);
}

/* The first to receive anything receives the headers, too. */
static bool takes_headers(grpc_c_client_context *context)
{
    bool first = !context->stream.headers_received;
    context->stream.headers_received = true;
    return first;
}

void grpc_c_client_async_read(grpc_c_client_context *context)
{
    grpc_c_arena_reset(&context->message_arena);
    grpc_c_buffer_free(context->results.reply);
    context->results.reply = NULL;
    context->async.reading = true;
    context->async.outstanding++;
    grpc_c_batch_read(context->call, takes_headers(context) ? &context->results : NULL,
                      &context->results.reply, &context->async.read.event);
}

void grpc_c_client_async_send(grpc_c_client_context *context, grpc_c_buffer *message)
{
    context->stream.write_buffer = message;
    context->async.writing = true;
    context->async.outstanding++;
    grpc_c_batch_send(context->call, (grpc_c_outgoing){message, context->send_uncompressed},
                      &context->async.write.event);
}

void grpc_c_client_async_close(grpc_c_client_context *context)
{
    context->stream.writes_done = true;
    context->async.writing = true;
    context->async.outstanding++;
    grpc_c_batch_close(context->call, &context->async.write.event);
}

static bool awaits_reply(const grpc_c_client_context *context)
{
    return context->async.with_reply && context->results.reply == NULL;
}

/* Receives the one reply, what comes behind it, or what the user has left unread: the last message
 * that was read stays where it is, and so this one goes elsewhere. */
static void read_last(grpc_c_client_context *context)
{
    grpc_c_client_async_state *async = &context->async;
    async->reading_last = true;
    async->outstanding++;
    grpc_c_batch_read(context->call, takes_headers(context) ? &context->results : NULL,
                      awaits_reply(context) ? &context->results.reply : &async->unread,
                      &async->last.event);
}

/* Starts what the end of the call takes and can be started now. Core keeps the status back while a
 * message is unread. */
static void advance(grpc_c_client_context *context)
{
    grpc_c_client_async_state *async = &context->async;
    if (!async->finishing || !async->streams)
        return;
    if (!async->writing && !context->stream.writes_done) {
        async->on_written = NULL;
        grpc_c_client_async_close(context);
    }
    if (!async->reading && !async->reading_last && !context->stream.reads_ended)
        read_last(context);
}

void grpc_c_client_async_finish(grpc_c_client_context *context)
{
    context->async.finishing = true;
    advance(context);
    if (context->async.outstanding == 0) { /* all has been heard; the callback wants an event */
        context->async.outstanding++;
        grpc_c_batch_nothing(context->call, &context->async.status.event);
    }
}

bool grpc_c_client_async_abandon(grpc_c_client_context *context)
{
    pthread_mutex_lock(&context->mutex);
    bool busy = context->async.queue != NULL;
    if (busy) {
        context->async.abandoned = true;
        /* Over already, when the last event is being dealt with. */
        if (context->phase == GRPC_C_CALL_RUNNING) {
            grpc_call_cancel(context->call, NULL);
            context->stream.reads_ended = true; /* a cancelled call does not wait for its reader */
            grpc_c_client_async_finish(context);
        }
    }
    pthread_mutex_unlock(&context->mutex);
    return busy;
}

/* ---- the end ---- */

static bool is_abandoned(grpc_c_client_context *context)
{
    pthread_mutex_lock(&context->mutex);
    bool abandoned = context->async.abandoned;
    pthread_mutex_unlock(&context->mutex);
    return abandoned;
}

/* Nothing is in flight. Gives the context back to the user, and then calls the last callback. */
static void complete(grpc_c_client_context *context)
{
    const ProtobufCMessage *reply = NULL;
    grpc_c_buffer_free(context->async.open_buffer);
    grpc_c_buffer_free(context->async.unread);
    grpc_c_client_call_end(context);
    if (context->async.with_reply && !is_abandoned(context))
        reply = grpc_c_client_call_take_reply(context);
    grpc_c_status_code code = context->code;
    grpc_c_channel *channel = context->channel;

    pthread_mutex_lock(&context->mutex);
    const grpc_c_client_async_state async = context->async;
    context->async.queue = NULL;
    pthread_mutex_unlock(&context->mutex);
    if (async.abandoned)
        grpc_c_client_context_destroy(context);
    grpc_c_channel_leave_queue(channel, async.queue);
    if (async.abandoned)
        return;
    grpc_c_completion_queue_count_callback();
    if (async.on_status != NULL)
        async.on_status(code, async.status_user_data);
    else
        async.on_reply.deliver(async.on_reply.function, reply, async.on_reply.user_data);
}

/* One event has been dealt with. The context may be gone when this returns. */
static void settle(grpc_c_client_context *context)
{
    pthread_mutex_lock(&context->mutex);
    advance(context);
    bool over = --context->async.outstanding == 0 && context->async.finishing;
    pthread_mutex_unlock(&context->mutex);
    if (over)
        complete(context);
}

/* ---- events ---- */

static void on_open_done(grpc_c_event *event, bool ok)
{
    (void)ok; /* the status tells */
    grpc_c_client_context *context = context_of(event);
    grpc_c_buffer_free(context->async.open_buffer);
    context->async.open_buffer = NULL; /* sent: a stream may last for days */
    settle(context);
}

static void on_status_done(grpc_c_event *event, bool ok)
{
    (void)ok; /* always */
    settle(context_of(event));
}

static void on_write_done(grpc_c_event *event, bool ok)
{
    grpc_c_client_context *context = context_of(event);
    pthread_mutex_lock(&context->mutex);
    grpc_c_buffer *sent = context->stream.write_buffer;
    context->stream.write_buffer = NULL;
    context->async.writing = false;
    grpc_c_done_callback callback = context->async.abandoned ? NULL : context->async.on_written;
    void *user_data = context->async.written_user_data;
    pthread_mutex_unlock(&context->mutex);
    grpc_c_buffer_free(sent);
    if (callback != NULL) {
        grpc_c_completion_queue_count_callback();
        callback(ok, user_data);
    }
    settle(context);
}

/* The message that a read brought; NULL at the end, or when it cannot be unpacked, which fails the
 * call. Without the mutex: until the callback, what is read here is this thread's. */
static const ProtobufCMessage *take_message(grpc_c_client_context *context)
{
    grpc_c_client_call_take_headers(context);
    if (context->results.reply == NULL || is_abandoned(context)) /* and perhaps the codec gone */
        return NULL;
    return grpc_c_client_call_unpack(context);
}

static void on_read_done(grpc_c_event *event, bool ok)
{
    (void)ok; /* without a message there was none, or no call any more */
    grpc_c_client_context *context = context_of(event);
    const ProtobufCMessage *message = take_message(context);
    pthread_mutex_lock(&context->mutex);
    if (context->stream.reads_ended)
        message = NULL;
    else if (message == NULL && context->results.reply != NULL)
        grpc_c_client_call_fail(context, context->code, context->message);
    context->stream.reads_ended = message == NULL;
    context->async.reading = false;
    bool abandoned = context->async.abandoned;
    grpc_c_message_callback callback = context->async.on_read;
    pthread_mutex_unlock(&context->mutex);
    if (!abandoned) {
        grpc_c_completion_queue_count_callback();
        callback.deliver(callback.function, message, callback.user_data);
    }
    settle(context);
}

static void on_last_read(grpc_c_event *event, bool ok)
{
    (void)ok;
    grpc_c_client_context *context = context_of(event);
    pthread_mutex_lock(&context->mutex);
    grpc_c_client_async_state *async = &context->async;
    async->reading_last = false;
    /* Behind the one reply there must be nothing, which is read to know. */
    bool goes_on = async->with_reply && !async->replied && context->results.reply != NULL;
    async->replied |= goes_on;
    context->stream.reads_ended |= !goes_on;
    if (async->unread != NULL && async->with_reply)
        grpc_c_client_call_fail_for_replies(context);
    else if (async->unread != NULL)
        grpc_c_client_call_fail(context, GRPC_C_STATUS_CANCELLED,
                                "finished before the server's last message");
    pthread_mutex_unlock(&context->mutex);
    settle(context);
}
