/* The calls of a mock's stubs: what the functions of client_call.c and client_stream.c do on a
 * channel, done here with the mock on the other end. */
#include <limits.h>
#include <string.h>

#include "client_call.h"
#include "methods.h"
#include "mock.h"

static grpc_c_client_context *context_of(grpc_c_client_stream *stream)
{
    return (grpc_c_client_context *)stream;
}

/* ---- the call's begin and end ---- */

/* Since core has no call that could be cancelled, the call is as one that has not begun there. */
static bool was_cancelled(grpc_c_client_context *context, grpc_c_call_phase phase)
{
    pthread_mutex_lock(&context->mutex);
    const bool cancelled = context->cancelled;
    context->phase = phase;
    if (phase == GRPC_C_CALL_OVER)
        context->cancelled = false;
    pthread_mutex_unlock(&context->mutex);
    return cancelled;
}

static void end(grpc_c_client_context *context, grpc_c_status_code code, const char *message)
{
    context->mock.mock = NULL;
    grpc_c_client_context_fail(context, code, message);
    if (was_cancelled(context, GRPC_C_CALL_OVER))
        grpc_c_client_context_fail(context, GRPC_C_STATUS_CANCELLED, "CANCELLED");
}

static void end_as_answered(grpc_c_client_context *context, const grpc_c_mock_answer *answer)
{
    const char *message = NULL;
    if (answer->status != GRPC_C_STATUS_OK && answer->message != NULL)
        message =
            grpc_c_arena_copy_string(&context->arena, answer->message, strlen(answer->message));
    end(context, answer->status, message != NULL ? message : "");
}

/* What the caller got wrong with it; NULL when nothing. */
static const char *misuse(const grpc_c_stub *stub, size_t method, bool streams,
                          const ProtobufCMessage *request)
{
    const grpc_c_service *service = stub->service->service;
    if (method >= service->method_count)
        return "the service has no such method";
    if (streams && service->methods[method].kind == GRPC_C_METHOD_UNARY)
        return "the method does not stream";
    if (!grpc_c_method_reads_stream(service->methods[method].kind) &&
        !grpc_c_client_call_takes(&stub->service->methods[method], request))
        return "the request is NULL, not initialised, or of another type";
    return NULL;
}

/* Begins the call, and has the mock hear of it. False, with the status in the context, when it ends
 * before. The request may be part of the last reply, and is heard before that goes. */
static bool begin(grpc_c_client_context *context, const grpc_c_stub *stub, size_t method,
                  const ProtobufCMessage *request)
{
    const bool cancelled = was_cancelled(context, GRPC_C_CALL_BEGINNING);
    const bool starts = !cancelled && context->timeout_ms != 0;
    const bool heard = starts && grpc_c_mock_hear(stub->service->mock, method, true, request);
    grpc_c_client_context_forget(context);
    context->channel = NULL;
    context->method = &stub->service->methods[method];
    context->message_arena.limit = INT_MAX;
    if (heard)
        return true;
    if (context->timeout_ms == 0)
        end(context, GRPC_C_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
    else
        end(context, GRPC_C_STATUS_INTERNAL, "the mock cannot keep the request");
    return false;
}

const ProtobufCMessage *grpc_c_mock_take_reply(grpc_c_client_context *context,
                                               const ProtobufCMessage *reply)
{
    const ProtobufCMessageDescriptor *type = context->method->reply.descriptor;
    ProtobufCMessage *copy = NULL;
    if (reply == NULL) {
        copy = grpc_c_arena_alloc(&context->message_arena, type->sizeof_message);
        if (copy != NULL)
            protobuf_c_message_init(type, copy);
    } else if (reply->descriptor == type) {
        copy = grpc_c_mock_copy(reply, &context->message_arena);
    }
    if (copy == NULL)
        grpc_c_client_context_fail(
            context, GRPC_C_STATUS_INTERNAL,
            "the mock's reply is not initialised, or lacks what it requires");
    return copy;
}

static const ProtobufCMessage *end_with_reply(grpc_c_client_context *context, grpc_c_mock *mock,
                                              size_t method)
{
    const grpc_c_mock_answer answer = grpc_c_mock_ask(mock, method, 0);
    end_as_answered(context, &answer);
    return context->code == GRPC_C_STATUS_OK ? grpc_c_mock_take_reply(context, answer.reply) : NULL;
}

/* ---- calls ---- */

const ProtobufCMessage *grpc_c_mock_unary_call(const grpc_c_stub *stub, size_t method,
                                               const ProtobufCMessage *request,
                                               grpc_c_client_context *context)
{
    const char *reason = misuse(stub, method, false, request);
    if (reason != NULL) {
        grpc_c_client_call_refuse(context, reason);
        return NULL;
    }
    if (!begin(context, stub, method, request))
        return NULL;
    return end_with_reply(context, stub->service->mock, method);
}

grpc_c_client_stream *grpc_c_mock_stream_call(const grpc_c_stub *stub, size_t method,
                                              const ProtobufCMessage *request,
                                              grpc_c_client_context *context)
{
    const char *reason = misuse(stub, method, true, request);
    const bool reads =
        reason == NULL && grpc_c_method_reads_stream(stub->service->service->methods[method].kind);
    if (reason != NULL)
        grpc_c_client_call_refuse(context, reason);
    else if (begin(context, stub, method, reads ? NULL : request))
        context->mock = (grpc_c_mock_call){stub->service->mock, method, 0, !reads};
    return (grpc_c_client_stream *)context;
}

bool grpc_c_mock_write(grpc_c_client_stream *stream, const ProtobufCMessage *message)
{
    grpc_c_client_context *context = context_of(stream);
    const grpc_c_mock_call *call = &context->mock;
    if (call->writes_done || was_cancelled(context, GRPC_C_CALL_BEGINNING) ||
        !grpc_c_client_call_takes(context->method, message))
        return false;
    return grpc_c_mock_hear(call->mock, call->method, false, message);
}

bool grpc_c_mock_writes_done(grpc_c_client_stream *stream)
{
    grpc_c_client_context *context = context_of(stream);
    if (context->mock.writes_done)
        return false;
    context->mock.writes_done = true;
    return !was_cancelled(context, GRPC_C_CALL_BEGINNING);
}

const ProtobufCMessage *grpc_c_mock_next_reply(const grpc_c_mock_call *call)
{
    if (!grpc_c_method_writes_stream(call->mock->service->methods[call->method].kind))
        return NULL;
    return grpc_c_mock_ask(call->mock, call->method, call->next_reply).reply;
}

const ProtobufCMessage *grpc_c_mock_read(grpc_c_client_stream *stream)
{
    grpc_c_client_context *context = context_of(stream);
    grpc_c_arena_reset(&context->message_arena);
    if (was_cancelled(context, GRPC_C_CALL_BEGINNING))
        return NULL;
    const ProtobufCMessage *reply = grpc_c_mock_next_reply(&context->mock);
    if (reply == NULL)
        return NULL;
    const ProtobufCMessage *copy = grpc_c_mock_take_reply(context, reply);
    if (copy == NULL)
        end(context, context->code, context->message);
    else
        context->mock.next_reply++;
    return copy;
}

grpc_c_status_code grpc_c_mock_finish(grpc_c_client_stream *stream)
{
    grpc_c_client_context *context = context_of(stream);
    const grpc_c_mock_call *call = &context->mock;
    if (grpc_c_mock_next_reply(call) != NULL) {
        end(context, GRPC_C_STATUS_CANCELLED, "finished before the server's last message");
    } else {
        const grpc_c_mock_answer answer = grpc_c_mock_ask(call->mock, call->method, 0);
        end_as_answered(context, &answer);
    }
    return context->code;
}

const ProtobufCMessage *grpc_c_mock_finish_with_reply(grpc_c_client_stream *stream)
{
    grpc_c_client_context *context = context_of(stream);
    return end_with_reply(context, context->mock.mock, context->mock.method);
}
