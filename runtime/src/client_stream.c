/*
 * Streaming calls from the client's side, blocking. The typed handle is the context in disguise:
 * the call's state lives there, and so a handle is never invalid while its context is there.
 */
#include <grpc-c/generated.h>

#include "client_call.h"
#include "mock.h"

static grpc_c_client_context *context_of(grpc_c_client_stream *stream)
{
    return (grpc_c_client_context *)stream;
}

/* An async call has functions of its own, and is not touched by these. */
static bool is_open(grpc_c_client_context *context)
{
    if (context == NULL)
        return false;
    pthread_mutex_lock(&context->mutex);
    bool open = context->call != NULL && context->async.queue == NULL;
    pthread_mutex_unlock(&context->mutex);
    return open;
}

static void fail_here(grpc_c_client_context *context, grpc_c_status_code code, const char *message)
{
    pthread_mutex_lock(&context->mutex); /* the writer and the reader may both fail */
    grpc_c_client_call_fail(context, code, message);
    pthread_mutex_unlock(&context->mutex);
}

/* ---- begin ---- */

grpc_c_client_stream *grpc_c_stub_stream_call(const grpc_c_stub *stub, size_t method,
                                              const ProtobufCMessage *request,
                                              grpc_c_client_context *context)
{
    if (context == NULL || grpc_c_client_context_is_busy(context))
        return NULL;
    if (grpc_c_mock_of(stub) != NULL)
        return grpc_c_mock_stream_call(stub, method, request, context);
    grpc_c_client_stream *stream = (grpc_c_client_stream *)context;
    const char *reason;
    grpc_c_buffer *buffer;
    if (!grpc_c_client_call_pack_for_stream(stub, method, request, &buffer, &reason)) {
        grpc_c_client_call_refuse(context, reason);
        return stream;
    }
    if (!grpc_c_client_call_begin(context, stub, method, NULL)) {
        grpc_c_buffer_free(buffer);
        return stream;
    }
    context->stream.write_in_flight = true;
    context->stream.writes_done = buffer != NULL;
    context->stream.write_buffer = buffer;
    const grpc_c_headers headers = grpc_c_client_call_headers(context);
    grpc_c_batch_open(context->call, &headers,
                      (grpc_c_outgoing){buffer, context->send_uncompressed},
                      &context->stream.write_done);
    /* Asked for at once: with retries enabled, core 1.51 may never end a read of a call that is
     * cancelled while nothing waits for its status. */
    grpc_c_batch_status(context->call, &context->results, &context->done);
    return stream;
}

/* ---- write ---- */

/* Waits until the last write has left. False when it has not, and none will any more. */
static bool settle_write(grpc_c_client_context *context)
{
    grpc_c_client_stream_state *state = &context->stream;
    if (state->write_in_flight) {
        state->writes_failed |= !grpc_c_client_call_wait(context, &state->write_done);
        state->write_in_flight = false;
        grpc_c_buffer_free(state->write_buffer);
        state->write_buffer = NULL;
    }
    return !state->writes_failed;
}

bool grpc_c_client_stream_write(grpc_c_client_stream *stream, const ProtobufCMessage *message)
{
    if (grpc_c_mock_has(stream))
        return grpc_c_mock_write(stream, message);
    grpc_c_client_context *context = context_of(stream);
    if (!is_open(context) || context->stream.writes_done ||
        !grpc_c_client_call_takes(context->method, message) || !settle_write(context))
        return false;
    const char *reason;
    grpc_c_buffer *buffer = grpc_c_buffer_pack(context->channel->codec, message, &reason);
    if (buffer == NULL) {
        context->stream.writes_failed = true;
        fail_here(context, GRPC_C_STATUS_INTERNAL, reason);
        return false;
    }
    context->stream.write_buffer = buffer;
    context->stream.write_in_flight = true;
    grpc_c_batch_send(context->call, (grpc_c_outgoing){buffer, context->send_uncompressed},
                      &context->stream.write_done);
    return true;
}

/* Says that no more messages come, behind the last one if that is still on its way. */
static void close_writes(grpc_c_client_context *context)
{
    if (context->stream.writes_done)
        return;
    context->stream.writes_done = true;
    context->stream.close_in_flight = true;
    grpc_c_batch_close(context->call, &context->stream.close_done);
}

bool grpc_c_client_stream_writes_done(grpc_c_client_stream *stream)
{
    if (grpc_c_mock_has(stream))
        return grpc_c_mock_writes_done(stream);
    grpc_c_client_context *context = context_of(stream);
    if (!is_open(context) || context->stream.writes_done)
        return false;
    bool settled = settle_write(context);
    close_writes(context);
    return settled;
}

/* ---- read ---- */

/* Receives the next message into context->results.reply; false at the end. */
static bool receive(grpc_c_client_context *context)
{
    grpc_c_client_stream_state *state = &context->stream;
    if (state->reads_ended)
        return false;
    grpc_c_buffer_free(context->results.reply);
    context->results.reply = NULL;
    grpc_c_batch_read(context->call, state->headers_received ? NULL : &context->results,
                      &context->results.reply, &state->read_done);
    grpc_c_client_call_wait(context, &state->read_done);
    if (!state->headers_received)
        grpc_c_client_call_take_headers(context);
    state->headers_received = true;
    state->reads_ended = context->results.reply == NULL;
    return !state->reads_ended;
}

const ProtobufCMessage *grpc_c_client_stream_read(grpc_c_client_stream *stream)
{
    if (grpc_c_mock_has(stream))
        return grpc_c_mock_read(stream);
    grpc_c_client_context *context = context_of(stream);
    if (!is_open(context))
        return NULL;
    grpc_c_arena_reset(&context->message_arena);
    if (!receive(context))
        return NULL;
    const ProtobufCMessage *message = grpc_c_client_call_unpack(context);
    if (message == NULL) {
        context->stream.reads_ended = true;
        fail_here(context, context->code, context->message);
    }
    return message;
}

/* ---- finish ---- */

/* Waits for the status and gives the call up. `reply` (NULL: not expected) is received before. */
static void end_call(grpc_c_client_context *context, grpc_c_buffer **reply)
{
    grpc_c_client_stream_state *state = &context->stream;
    if (reply != NULL) {
        grpc_c_batch_read(context->call, state->headers_received ? NULL : &context->results, reply,
                          &state->read_done);
        grpc_c_client_call_wait(context, &state->read_done);
    }
    if (reply != NULL)
        grpc_c_client_call_wait_for_end(context);
    else
        grpc_c_client_call_wait(context, &context->done);
    settle_write(context);
    if (state->close_in_flight)
        grpc_c_client_call_wait(context, &state->close_done);
    grpc_c_client_call_end(context);
}

grpc_c_status_code grpc_c_client_stream_finish(grpc_c_client_stream *stream)
{
    if (grpc_c_mock_has(stream))
        return grpc_c_mock_finish(stream);
    grpc_c_client_context *context = context_of(stream);
    if (!is_open(context))
        return context == NULL || grpc_c_client_context_is_busy(context) ? GRPC_C_STATUS_INTERNAL
                                                                         : context->code;
    /* Without waiting for the last write: it may be stuck until the server has been read from. */
    close_writes(context);
    /* A message in the way means that the server has more to say than its caller wants to hear. */
    if (receive(context))
        fail_here(context, GRPC_C_STATUS_CANCELLED, "finished before the server's last message");
    end_call(context, NULL);
    return context->code;
}

const ProtobufCMessage *grpc_c_client_stream_finish_with_reply(grpc_c_client_stream *stream)
{
    if (grpc_c_mock_has(stream))
        return grpc_c_mock_finish_with_reply(stream);
    grpc_c_client_context *context = context_of(stream);
    if (!is_open(context))
        return NULL;
    close_writes(context);
    end_call(context, &context->results.reply);
    return grpc_c_client_call_take_reply(context);
}

void grpc_c_client_call_abandon(grpc_c_client_context *context)
{
    grpc_call_cancel(context->call, NULL);
    end_call(context, NULL);
}
