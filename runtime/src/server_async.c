/*
 * Calls of async servicers: the handler begins them, finish ends them, and in between they are
 * memory that waits for events. Reads, writes and finish are started by any thread. The handler and
 * the callbacks count in call->pending until they have returned.
 */
#include <stddef.h>

#include <grpc-c/generated.h>

#include "batch.h"
#include "core.h"
#include "lane.h"
#include "server.h"

/* States of async.writing. */
enum {
    idle,
    in_flight,
    /* In flight, and the call is finished when it has left. */
    finish_after,
    /* Finished. */
    closed,
};

/* NULL for what is no stream of an async servicer. */
static grpc_c_server_call *call_of(grpc_c_server_stream *stream)
{
    grpc_c_server_call *call = (grpc_c_server_call *)stream;
    return call != NULL && call->role == NULL && call->method->async_handler != NULL ? call : NULL;
}

/* ---- begin and end ---- */

void grpc_c_server_call_start_async(grpc_c_server_call *call)
{
    const grpc_c_server_method *method = call->method;
    void *in;
    void *out;
    if (!grpc_c_server_call_open(call, &in, &out)) {
        grpc_c_server_call_forget_callback(call); /* of the auth check */
        grpc_c_server_call_finish(call);
        return;
    }
    call->async.reply = grpc_c_method_writes_stream(method->kind) ? NULL : out;
    grpc_c_completion_queue_count_callback();
    /* The call's memory outlives whatever of the user's runs for it. */
    atomic_fetch_add(&call->pending, 1);
    method->async_handler(method->servicer, method->self, in, out, call);
    grpc_c_server_call_event_came(call);
}

void grpc_c_server_context_finish(grpc_c_server_context *context, grpc_c_status_code code)
{
    grpc_c_server_call *call = call_of((grpc_c_server_stream *)context);
    if (call == NULL || atomic_exchange(&call->async.finished, true)) {
        grpc_c_log_error("finish: not a call of an async servicer, or finished before");
        return;
    }
    grpc_c_server_call_settle(call, code, call->async.reply);
    /* Without waiting for one that runs, which may want a lock of the caller's: its event keeps the
     * call's memory. */
    grpc_c_server_call_forget_callback(call);
    int state = idle;
    while (!atomic_compare_exchange_weak(&call->async.writing, &state,
                                         state == in_flight ? finish_after : closed))
        continue;
    if (state == idle)
        grpc_c_server_call_finish(call);
}

/* ---- read ---- */

static void on_read(grpc_c_event *event, bool ok)
{
    grpc_c_server_call *call =
        (grpc_c_server_call *)((char *)event - offsetof(grpc_c_server_call, async.read_done));
    grpc_c_server_async *async = &call->async;
    if (grpc_c_callbacks_pass(&call->lane->server->callbacks, event, ok))
        return;
    grpc_c_deliver deliver = async->deliver;
    grpc_c_function callback = async->read_callback;
    void *user_data = async->read_user_data;
    const ProtobufCMessage *message = NULL;
    if (!call->reads_ended && !atomic_load(&async->finished))
        message = grpc_c_server_call_take_message(call, ok);
    atomic_store(&async->reading, false); /* the callback may start the next */
    grpc_c_completion_queue_count_callback();
    deliver(callback, message, user_data);
    grpc_c_server_call_event_came(call);
}

bool grpc_c_server_stream_read__async(grpc_c_server_stream *stream, grpc_c_deliver deliver,
                                      grpc_c_function callback, void *user_data)
{
    grpc_c_server_call *call = call_of(stream);
    if (call == NULL || deliver == NULL || callback == NULL ||
        !grpc_c_method_reads_stream(call->method->kind) || atomic_load(&call->async.finished) ||
        atomic_exchange(&call->async.reading, true))
        return false;
    grpc_c_server_async *async = &call->async;
    async->deliver = deliver;
    async->read_callback = callback;
    async->read_user_data = user_data;
    async->read_done.done = on_read;
    atomic_fetch_add(&call->pending, 1);
    grpc_c_server_call_forget_message(call);
    if (call->reads_ended)
        grpc_c_batch_nothing(call->core, &async->read_done);
    else
        grpc_c_batch_receive(call->core, &call->request, &async->read_done);
    return true;
}

/* ---- write ---- */

void grpc_c_server_call_close_writes(grpc_c_server_call *call, bool are_closed)
{
    atomic_store(&call->async.writing, are_closed ? closed : idle);
}

static void on_written(grpc_c_event *event, bool ok)
{
    grpc_c_server_call *call =
        (grpc_c_server_call *)((char *)event - offsetof(grpc_c_server_call, async.write_done));
    grpc_c_server_async *async = &call->async;
    if (grpc_c_callbacks_pass(&call->lane->server->callbacks, event, ok))
        return;
    grpc_c_done_callback callback = async->write_callback;
    void *user_data = async->write_user_data;
    grpc_c_buffer_free(call->write_buffer);
    call->write_buffer = NULL;
    call->writes_failed |= !ok;
    ok = !call->writes_failed;
    /* From here on the next write may begin, or the call end, on any thread. */
    int state = in_flight;
    if (!atomic_compare_exchange_strong(&async->writing, &state, idle)) {
        atomic_store(&async->writing, closed);
        grpc_c_server_call_finish(call);
    }
    if (callback != NULL) {
        grpc_c_completion_queue_count_callback();
        callback(ok, user_data);
    }
    grpc_c_server_call_event_came(call);
}

/* Takes the right to write; false when a write is under way, or the call finished. */
static bool begin_write(grpc_c_server_call *call, grpc_c_done_callback callback, void *user_data)
{
    int state = idle;
    if (!atomic_compare_exchange_strong(&call->async.writing, &state, in_flight))
        return false;
    call->async.write_callback = callback;
    call->async.write_user_data = user_data;
    call->async.write_done.done = on_written;
    atomic_fetch_add(&call->pending, 1);
    return true;
}

bool grpc_c_server_stream_write__async(grpc_c_server_stream *stream,
                                       const ProtobufCMessage *message,
                                       grpc_c_done_callback callback, void *user_data)
{
    grpc_c_server_call *call = call_of(stream);
    if (call == NULL || !grpc_c_method_writes_stream(call->method->kind) || message == NULL ||
        message->descriptor != call->method->reply || !begin_write(call, callback, user_data))
        return false;
    /* A message that cannot be packed ends the writes, and the call with INTERNAL. */
    if (call->writes_failed || !grpc_c_server_call_pack_message(call, message))
        grpc_c_batch_nothing(call->core, &call->async.write_done);
    else
        grpc_c_server_call_send(call, &call->async.write_done);
    return true;
}

bool grpc_c_server_context_send_initial_metadata__async(grpc_c_server_context *context,
                                                        grpc_c_done_callback callback,
                                                        void *user_data)
{
    grpc_c_server_call *call = call_of((grpc_c_server_stream *)context);
    if (call == NULL || call->headers_sent || !begin_write(call, callback, user_data))
        return false;
    grpc_c_server_call_send(call, &call->async.write_done);
    return true;
}
