/* The async calls of a client as generated code calls them: what is refused, and what is started.
 * client_async.h has the rest. */
#include "client_async.h"
#include "core.h"
#include "mock.h"

static grpc_c_client_context *context_of(grpc_c_client_stream *stream)
{
    return (grpc_c_client_context *)stream;
}

/* ---- begin ---- */

/* The mock that answers the calls of `*stub`, and in its place the stub to make them with. NULL,
 * and nothing else, where a server does. */
static grpc_c_mock *begin_mock(const grpc_c_stub **stub, grpc_c_stub *ret_carrier)
{
    grpc_c_mock *mock = grpc_c_mock_of(*stub);
    if (mock != NULL) {
        *ret_carrier = grpc_c_mock_carrier(mock);
        *stub = ret_carrier;
    }
    return mock;
}

static void take_mock(grpc_c_client_context *context, grpc_c_mock *mock, size_t method)
{
    if (mock == NULL)
        return;
    atomic_fetch_add(&mock->references, 1);
    context->async.mock = (grpc_c_mock_call){mock, method, 0, false};
}

bool grpc_c_stub_unary_call__async(const grpc_c_stub *stub, size_t method,
                                   const ProtobufCMessage *request, grpc_c_client_context *context,
                                   grpc_c_deliver deliver, grpc_c_function callback,
                                   void *user_data)
{
    if (context == NULL || grpc_c_client_context_is_busy(context))
        return false;
    grpc_c_stub carrier;
    grpc_c_mock *mock = begin_mock(&stub, &carrier);
    const char *reason = "no callback";
    grpc_c_buffer *buffer = NULL;
    if (deliver != NULL && callback != NULL)
        buffer = grpc_c_client_call_pack(stub, method, request, &reason);
    if (buffer == NULL) {
        grpc_c_client_call_refuse(context, reason);
        return false;
    }
    if (!grpc_c_client_async_begin(context, stub, method)) {
        grpc_c_buffer_free(buffer);
        return false;
    }
    pthread_mutex_lock(&context->mutex);
    take_mock(context, mock, method);
    context->async.with_reply = true;
    context->async.on_reply = (grpc_c_message_callback){deliver, callback, user_data};
    grpc_c_client_async_start_unary(context, buffer);
    pthread_mutex_unlock(&context->mutex);
    return true;
}

grpc_c_client_stream *grpc_c_stub_stream_call__async(const grpc_c_stub *stub, size_t method,
                                                     const ProtobufCMessage *request,
                                                     grpc_c_client_context *context)
{
    if (context == NULL || grpc_c_client_context_is_busy(context))
        return NULL;
    grpc_c_stub carrier;
    grpc_c_mock *mock = begin_mock(&stub, &carrier);
    const char *reason;
    grpc_c_buffer *buffer;
    if (!grpc_c_client_call_pack_for_stream(stub, method, request, &buffer, &reason)) {
        grpc_c_client_call_refuse(context, reason);
        return NULL;
    }
    if (!grpc_c_client_async_begin(context, stub, method)) {
        grpc_c_buffer_free(buffer);
        return NULL;
    }
    pthread_mutex_lock(&context->mutex);
    take_mock(context, mock, method);
    grpc_c_client_async_start_stream(context, buffer);
    pthread_mutex_unlock(&context->mutex);
    return (grpc_c_client_stream *)context;
}

/* ---- operations ---- */

/* Locks the context of a stream that takes operations. False, unlocked, where it takes none. */
static bool lock_open(grpc_c_client_context *context)
{
    if (context == NULL || grpc_c_core_was_forked())
        return false;
    pthread_mutex_lock(&context->mutex);
    const grpc_c_client_async_state *async = &context->async;
    if (async->queue != NULL && async->streams && !async->finishing)
        return true;
    pthread_mutex_unlock(&context->mutex);
    return false;
}

static bool unlock(grpc_c_client_context *context, bool result)
{
    pthread_mutex_unlock(&context->mutex);
    return result;
}

bool grpc_c_client_stream_read__async(grpc_c_client_stream *stream, grpc_c_deliver deliver,
                                      grpc_c_function callback, void *user_data)
{
    grpc_c_client_context *context = context_of(stream);
    if (deliver == NULL || callback == NULL || !lock_open(context))
        return false;
    if (context->async.reading)
        return unlock(context, false);
    context->async.on_read = (grpc_c_message_callback){deliver, callback, user_data};
    grpc_c_client_async_read(context);
    return unlock(context, true);
}

bool grpc_c_client_stream_write__async(grpc_c_client_stream *stream,
                                       const ProtobufCMessage *message,
                                       grpc_c_done_callback callback, void *user_data)
{
    grpc_c_client_context *context = context_of(stream);
    if (!lock_open(context))
        return false;
    if (context->async.writing || context->stream.writes_done ||
        !grpc_c_client_call_takes(context->method, message))
        return unlock(context, false);
    const char *reason;
    grpc_c_buffer *buffer = grpc_c_buffer_pack(context->channel->codec, message, &reason);
    if (buffer == NULL) {
        grpc_c_client_call_fail(context, GRPC_C_STATUS_INTERNAL, reason);
        return unlock(context, false);
    }
    context->async.on_written = callback;
    context->async.written_user_data = user_data;
    grpc_c_client_async_send(context, buffer);
    return unlock(context, true);
}

bool grpc_c_client_stream_writes_done__async(grpc_c_client_stream *stream,
                                             grpc_c_done_callback callback, void *user_data)
{
    grpc_c_client_context *context = context_of(stream);
    if (!lock_open(context))
        return false;
    if (context->async.writing || context->stream.writes_done)
        return unlock(context, false);
    context->async.on_written = callback;
    context->async.written_user_data = user_data;
    grpc_c_client_async_close(context);
    return unlock(context, true);
}

bool grpc_c_client_stream_finish__async(grpc_c_client_stream *stream,
                                        grpc_c_status_callback callback, void *user_data)
{
    grpc_c_client_context *context = context_of(stream);
    if (callback == NULL || !lock_open(context))
        return false;
    context->async.on_status = callback;
    context->async.status_user_data = user_data;
    grpc_c_client_async_finish(context);
    return unlock(context, true);
}

bool grpc_c_client_stream_finish_with_reply__async(grpc_c_client_stream *stream,
                                                   grpc_c_deliver deliver, grpc_c_function callback,
                                                   void *user_data)
{
    grpc_c_client_context *context = context_of(stream);
    if (deliver == NULL || callback == NULL || !lock_open(context))
        return false;
    if (context->async.reading)
        return unlock(context, false);
    context->async.with_reply = true;
    context->async.on_reply = (grpc_c_message_callback){deliver, callback, user_data};
    grpc_c_buffer_free(context->results.reply);
    context->results.reply = NULL;
    grpc_c_client_async_finish(context);
    return unlock(context, true);
}
