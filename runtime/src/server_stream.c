/*
 * Streams from the handler's side, blocking. The typed handle is the call in disguise.
 */
#include <grpc-c/generated.h>

#include "batch.h"
#include "lane.h"
#include "server.h"

static grpc_c_server_call *call_of(grpc_c_server_stream *stream)
{
    return (grpc_c_server_call *)stream;
}

static void fail_stream(grpc_c_server_call *call, grpc_c_status_code code, const char *message)
{
    if (call->stream_failure != GRPC_C_STATUS_OK)
        return;
    call->stream_failure = code;
    call->stream_failure_message = message;
}

const ProtobufCMessage *grpc_c_server_stream_read(grpc_c_server_stream *stream)
{
    grpc_c_server_call *call = call_of(stream);
    if (call == NULL || call->reads_ended)
        return NULL;
    grpc_c_arena_reset(&call->message_arena);
    grpc_c_buffer_free(call->request);
    call->request = NULL;
    grpc_c_wait_begin(&call->read);
    grpc_c_batch_receive(call->core, &call->request, &call->read.event);
    grpc_c_lane_wait(call, &call->read);
    call->reads_ended = true;
    if (call->request == NULL) {
        /* The end and a client that is gone look the same to a handler, unless it asks. */
        if (!call->read.ok || grpc_call_failed_before_recv_message(call->core))
            atomic_store(&call->watch.seen_cancelled, true);
        return NULL;
    }
    grpc_c_status_code code;
    const char *reason;
    const ProtobufCMessage *message =
        grpc_c_buffer_unpack(call->request, call->lane->server->options.codec,
                             &call->method->request, &call->message_arena, &code, &reason);
    if (message == NULL)
        fail_stream(call, code, reason);
    call->reads_ended = message == NULL;
    return message;
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

/* Sends the headers, if they have not been, and call->write_buffer, if there is one. */
static void send(grpc_c_server_call *call)
{
    const grpc_c_headers headers = {&call->headers, false};
    grpc_c_wait_begin(&call->write);
    grpc_c_batch_write(call->core, call->headers_sent ? NULL : &headers,
                       (grpc_c_outgoing){call->write_buffer, call->send_uncompressed},
                       &call->write.event);
    call->headers_sent = true;
}

bool grpc_c_server_stream_write(grpc_c_server_stream *stream, const ProtobufCMessage *message)
{
    grpc_c_server_call *call = call_of(stream);
    if (call == NULL || !settle_write(call))
        return false;
    const char *reason = "the handler wrote a message that is NULL, or of another type";
    if (message != NULL && message->descriptor == call->method->reply)
        call->write_buffer =
            grpc_c_buffer_pack(call->lane->server->options.codec, message, &reason);
    if (call->write_buffer == NULL) {
        call->writes_failed = true;
        fail_stream(call, GRPC_C_STATUS_INTERNAL, reason);
        return false;
    }
    send(call);
    return true;
}

bool grpc_c_server_context_send_initial_metadata(grpc_c_server_context *context)
{
    if (context == NULL || context->headers_sent)
        return false;
    send(context);
    return true;
}
