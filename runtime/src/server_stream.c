/*
 * Streams from the handler's side, blocking, and what the async ones (server_async.c) share with
 * them. The typed handle is the call in disguise.
 */
#include <grpc-c/generated.h>

#include "batch.h"
#include "core.h"
#include "lane.h"
#include "server.h"

static grpc_c_server_call *call_of(grpc_c_server_stream *stream)
{
    return (grpc_c_server_call *)stream;
}

/* ---- shared ---- */

static void fail(grpc_c_stream_failure *failure, grpc_c_status_code code, const char *message)
{
    if (atomic_load(&failure->code) != GRPC_C_STATUS_OK)
        return;
    failure->message = message;
    atomic_store(&failure->code, code);
}

void grpc_c_server_call_forget_message(grpc_c_server_call *call)
{
    grpc_c_arena_reset(&call->message_arena);
    grpc_c_buffer_free(call->request);
    call->request = NULL;
}

const ProtobufCMessage *grpc_c_server_call_take_message(grpc_c_server_call *call, bool ok)
{
    call->reads_ended = true;
    if (call->request == NULL) {
        /* The end and a client that is gone look the same to a handler, unless it asks. */
        if (!ok || grpc_call_failed_before_recv_message(call->core))
            atomic_store(&call->watch.seen_cancelled, true);
        return NULL;
    }
    const grpc_c_server_options *options = &call->lane->server->options;
    grpc_c_status_code code;
    const char *reason;
    call->message_was_compressed = grpc_c_buffer_is_compressed(call->request);
    const ProtobufCMessage *message =
        grpc_c_buffer_unpack(call->request, options->max_receive_message_bytes, options->codec,
                             &call->method->request, &call->message_arena, &code, &reason);
    if (message == NULL)
        fail(&call->read_failure, code, reason);
    call->reads_ended = message == NULL;
    return message;
}

bool grpc_c_server_call_pack_message(grpc_c_server_call *call, const ProtobufCMessage *message)
{
    const char *reason = "the handler wrote a message that is NULL, or of another type";
    if (message != NULL && message->descriptor == call->method->reply)
        call->write_buffer =
            grpc_c_buffer_pack(call->lane->server->options.codec, message, &reason);
    if (call->write_buffer != NULL)
        return true;
    call->writes_failed = true;
    fail(&call->write_failure, GRPC_C_STATUS_INTERNAL, reason);
    return false;
}

void grpc_c_server_call_send(grpc_c_server_call *call, grpc_c_event *done)
{
    const grpc_c_headers headers = {&call->headers, false};
    const grpc_c_outgoing message = {call->write_buffer, call->send_uncompressed};
    grpc_c_batch_write(call->core, call->headers_sent ? NULL : &headers, message, done);
    call->headers_sent = true;
}

/* ---- blocking ---- */

/* Only while a worker serves it: an async call has none. */
static bool is_blocking(const grpc_c_server_call *call)
{
    return call != NULL && call->role != NULL && !grpc_c_core_was_forked();
}

const ProtobufCMessage *grpc_c_server_stream_read(grpc_c_server_stream *stream)
{
    grpc_c_server_call *call = call_of(stream);
    if (!is_blocking(call) || call->reads_ended)
        return NULL;
    grpc_c_server_call_forget_message(call);
    grpc_c_wait_begin(&call->read);
    grpc_c_batch_receive(call->core, &call->request, &call->read.event);
    grpc_c_lane_wait(call, &call->read);
    return grpc_c_server_call_take_message(call, call->read.ok);
}

/* Waits until what was sent last has left. False when it has not, and nothing will any more. */
static bool settle_write(grpc_c_server_call *call)
{
    if (call->headers_sent && !call->writes_failed) {
        grpc_c_lane_wait(call, &call->write);
        call->writes_failed = !call->write.ok;
        grpc_c_buffer_free(call->write_buffer);
        call->write_buffer = NULL;
    }
    return !call->writes_failed;
}

bool grpc_c_server_stream_write(grpc_c_server_stream *stream, const ProtobufCMessage *message)
{
    grpc_c_server_call *call = call_of(stream);
    if (!is_blocking(call) || !settle_write(call) ||
        !grpc_c_server_call_pack_message(call, message))
        return false;
    grpc_c_wait_begin(&call->write);
    grpc_c_server_call_send(call, &call->write.event);
    return true;
}

bool grpc_c_server_context_send_initial_metadata(grpc_c_server_context *context)
{
    if (!is_blocking(context) || context->headers_sent)
        return false;
    grpc_c_wait_begin(&context->write);
    grpc_c_server_call_send(context, &context->write.event);
    return true;
}
