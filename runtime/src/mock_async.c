/* Async calls of a mock's stubs. client_async.c runs them as it does those on a channel, but that
 * its operations send nothing and end at once; here is what they bring. */
#include <stdlib.h>
#include <string.h>

#include <grpc-c/channel.h>

#include "client_call.h"
#include "methods.h"
#include "mock.h"

grpc_c_stub grpc_c_mock_carrier(grpc_c_mock *mock)
{
    pthread_mutex_lock(&mock->mutex);
    if (mock->channel == NULL)
        mock->channel = grpc_c_insecure_channel_new("unix-abstract:grpc-c-mock", NULL);
    const grpc_c_stub stub = grpc_c_stub_new(mock->channel, mock->service);
    pthread_mutex_unlock(&mock->mutex);
    return stub;
}

/* Whether the call goes on; once it was abandoned, its mock may be gone. */
static bool goes_on(grpc_c_client_context *context)
{
    pthread_mutex_lock(&context->mutex);
    const bool on = !context->was_cancelled && !context->async.abandoned;
    pthread_mutex_unlock(&context->mutex);
    return on;
}

static void fail(grpc_c_client_context *context, const char *message)
{
    pthread_mutex_lock(&context->mutex);
    grpc_c_client_call_fail(context, GRPC_C_STATUS_INTERNAL, message);
    pthread_mutex_unlock(&context->mutex);
}

/* Has the mock hear of a message as it was packed; of the call alone where there is none. */
static bool hear(grpc_c_client_context *context, bool begins, grpc_c_buffer *packed)
{
    const grpc_c_mock_call *call = &context->async.mock;
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, INT_MAX);
    grpc_c_status_code code;
    const char *reason;
    const grpc_c_message_type type = grpc_c_message_type_of(context->method->request);
    ProtobufCMessage *message = NULL;
    if (packed != NULL)
        message = grpc_c_buffer_unpack(packed, SIZE_MAX, context->channel->codec, &type, &arena,
                                       &code, &reason);
    const bool heard = (packed == NULL || message != NULL) &&
                       grpc_c_mock_hear(call->mock, call->method, begins, message);
    grpc_c_arena_free(&arena);
    if (!heard)
        fail(context, "the mock cannot keep the request");
    return heard;
}

void grpc_c_mock_begin__async(grpc_c_client_context *context)
{
    if (goes_on(context))
        hear(context, true, context->async.open_buffer);
}

bool grpc_c_mock_write__async(grpc_c_client_context *context, grpc_c_buffer *message)
{
    return goes_on(context) && (message == NULL || hear(context, false, message));
}

const ProtobufCMessage *grpc_c_mock_read__async(grpc_c_client_context *context)
{
    grpc_c_mock_call *call = &context->async.mock;
    const ProtobufCMessage *reply = goes_on(context) ? grpc_c_mock_next_reply(call) : NULL;
    if (reply == NULL)
        return NULL;
    const ProtobufCMessage *copy = grpc_c_mock_take_reply(context, reply);
    if (copy == NULL)
        fail(context, context->message);
    else
        call->next_reply++;
    return copy;
}

const ProtobufCMessage *grpc_c_mock_end__async(grpc_c_client_context *context)
{
    const grpc_c_mock_call *call = &context->async.mock;
    if (context->stream.failure != GRPC_C_STATUS_OK)
        return NULL;
    if (!goes_on(context)) {
        grpc_c_client_context_fail(context, GRPC_C_STATUS_CANCELLED, "CANCELLED");
        return NULL;
    }
    if (grpc_c_mock_next_reply(call) != NULL) {
        grpc_c_client_context_fail(context, GRPC_C_STATUS_CANCELLED,
                                   "finished before the server's last message");
        return NULL;
    }
    const grpc_c_mock_answer answer = grpc_c_mock_ask(call->mock, call->method, 0);
    if (answer.status == GRPC_C_STATUS_OK)
        return context->async.with_reply ? grpc_c_mock_take_reply(context, answer.reply) : NULL;
    const char *message = NULL;
    if (answer.message != NULL)
        message = grpc_c_arena_copy_string(&context->arena, answer.message, strlen(answer.message));
    grpc_c_client_context_fail(context, answer.status, message != NULL ? message : "");
    return NULL;
}
