/* The steps that all calls of a client share; see client_call.h. And the unary call. */
#include "client_call.h"

#include <grpc/grpc.h>
#include <grpc/slice.h>

#include "core.h"
#include "mock.h"
#include "server_call.h"

/* The one reason to refuse a call that is not its caller's fault. */
static const char unbound[] = "the stub could not be bound to its channel for want of memory";

const char *grpc_c_client_call_misuse(const grpc_c_stub *stub, size_t method)
{
    if (grpc_c_core_was_forked())
        return GRPC_C_FORKED;
    if (stub == NULL || stub->channel == NULL)
        return "the stub has no channel";
    if (stub->service == NULL)
        return unbound;
    if (method >= stub->service->service->method_count)
        return "the service has no such method";
    return NULL;
}

bool grpc_c_client_call_takes(const grpc_c_bound_method *method, const ProtobufCMessage *message)
{
    return message != NULL && message->descriptor == method->request;
}

grpc_c_buffer *grpc_c_client_call_pack(const grpc_c_stub *stub, size_t method,
                                       const ProtobufCMessage *request, const char **ret_reason)
{
    *ret_reason = grpc_c_client_call_misuse(stub, method);
    if (*ret_reason != NULL)
        return NULL;
    if (!grpc_c_client_call_takes(&stub->service->methods[method], request)) {
        *ret_reason = "the request is NULL, not initialised, or of another type";
        return NULL;
    }
    return grpc_c_buffer_pack(stub->channel->codec, request, ret_reason);
}

bool grpc_c_client_call_pack_for_stream(const grpc_c_stub *stub, size_t method,
                                        const ProtobufCMessage *request, grpc_c_buffer **ret_buffer,
                                        const char **ret_reason)
{
    *ret_reason = grpc_c_client_call_misuse(stub, method);
    if (*ret_reason != NULL)
        return false;
    switch (stub->service->service->methods[method].kind) {
    case GRPC_C_METHOD_UNARY:
        *ret_reason = "the method does not stream";
        return false;
    case GRPC_C_METHOD_SERVER_STREAMING:
        *ret_buffer = grpc_c_client_call_pack(stub, method, request, ret_reason);
        return *ret_buffer != NULL;
    default:
        *ret_buffer = NULL;
        return true;
    }
}

void grpc_c_client_call_refuse(grpc_c_client_context *context, const char *reason)
{
    grpc_c_client_context_forget(context);
    grpc_c_client_context_fail(context,
                               reason == unbound ? GRPC_C_STATUS_RESOURCE_EXHAUSTED
                                                 : GRPC_C_STATUS_INTERNAL,
                               reason);
}

void grpc_c_client_call_leave_to_parent(grpc_c_client_context *context)
{
    context->call = NULL;
    context->phase = GRPC_C_CALL_OVER;
    grpc_c_client_context_fail(context, GRPC_C_STATUS_INTERNAL, GRPC_C_FORKED);
}

static void enter_phase(grpc_c_client_context *context, grpc_c_call_phase phase, grpc_call *call)
{
    pthread_mutex_lock(&context->mutex);
    context->phase = phase;
    context->call = call;
    if (phase == GRPC_C_CALL_RUNNING)
        context->was_cancelled = context->cancelled;
    if (phase == GRPC_C_CALL_RUNNING && context->cancelled)
        grpc_call_cancel(call, NULL);
    if (phase != GRPC_C_CALL_BEGINNING)
        context->cancelled = false;
    pthread_mutex_unlock(&context->mutex);
}

/* Core hands a cancellation on when it hears of it, and it hears of it when it is watched for. */
static grpc_call *parent_call(grpc_c_client_context *context)
{
    if (context->parent == NULL)
        return NULL;
    grpc_c_server_call_watch(context->parent);
    return context->parent->core;
}

static void refuse_to_begin(grpc_c_client_context *context, grpc_c_status_code code,
                            const char *message)
{
    grpc_c_client_context_fail(context, code, message);
    enter_phase(context, GRPC_C_CALL_OVER, NULL);
}

static bool attach_credentials(grpc_c_client_context *context, grpc_call *call)
{
    grpc_c_call_credentials *const sources[grpc_c_call_credentials_sources] = {
        context->channel->call_credentials,
        context->call_credentials,
    };
    return grpc_c_call_credentials_attach(call, sources, context->credentials_uses);
}

bool grpc_c_client_call_begin(grpc_c_client_context *context, const grpc_c_stub *stub,
                              size_t method, grpc_c_queue *queue)
{
    grpc_c_client_context_forget(context);
    enter_phase(context, GRPC_C_CALL_BEGINNING, NULL);
    context->channel = stub->channel;
    context->method = &stub->service->methods[method];
    context->message_arena.limit = stub->channel->max_call_memory_bytes;
    if (context->timeout_ms == 0) { /* core would try all the same, and could succeed */
        refuse_to_begin(context, GRPC_C_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
        return false;
    }
    bool has_credentials =
        stub->channel->call_credentials != NULL || context->call_credentials != NULL;
    if (has_credentials && stub->channel->refuses_call_credentials != NULL) {
        refuse_to_begin(context, GRPC_C_STATUS_UNAUTHENTICATED,
                        stub->channel->refuses_call_credentials);
        return false;
    }
    if (!context->holds_core)
        grpc_c_core_acquire();
    context->holds_core = true;
    if (queue == NULL) {
        if (context->queue == NULL)
            context->queue = grpc_c_queue_new_for_pluck();
        queue = context->queue;
    }
    context->stream = (grpc_c_client_stream_state){.failure = GRPC_C_STATUS_OK};
    grpc_call *call =
        grpc_channel_create_registered_call(stub->channel->core, parent_call(context),
                                            GRPC_PROPAGATE_DEFAULTS, queue, context->method->handle,
                                            grpc_c_deadline_after_ms(context->timeout_ms), NULL);
    if (has_credentials && !attach_credentials(context, call)) {
        grpc_call_unref(call);
        refuse_to_begin(context, GRPC_C_STATUS_RESOURCE_EXHAUSTED,
                        "no memory for the call credentials");
        return false;
    }
    enter_phase(context, GRPC_C_CALL_RUNNING, call);
    return true;
}

grpc_c_headers grpc_c_client_call_headers(const grpc_c_client_context *context)
{
    return (grpc_c_headers){&context->metadata, context->wait_for_ready};
}

void grpc_c_client_call_take_headers(grpc_c_client_context *context)
{
    if (context->initial_metadata.count == 0)
        context->initial_metadata =
            grpc_c_metadata_copy(&context->results.initial_metadata, &context->arena);
}

void grpc_c_client_call_fail(grpc_c_client_context *context, grpc_c_status_code code,
                             const char *message)
{
    if (context->stream.failure == GRPC_C_STATUS_OK) {
        context->stream.failure = code;
        context->stream.failure_message = message;
    }
    grpc_call_cancel(context->call, NULL);
}

void grpc_c_client_call_fail_for_replies(grpc_c_client_context *context)
{
    /* gRPC's doc/statuscodes.md: a response cardinality violation is UNIMPLEMENTED. */
    grpc_c_client_call_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                            "the server sent more than one reply to a call that has one");
}

static void take_status(grpc_c_client_context *context)
{
    grpc_slice message = context->results.message;
    context->code = (grpc_c_status_code)context->results.code;
    if ((unsigned)context->code > GRPC_C_STATUS_UNAUTHENTICATED) /* a peer may send any number */
        context->code = GRPC_C_STATUS_UNKNOWN;
    if (context->code == GRPC_C_STATUS_OK || GRPC_SLICE_LENGTH(message) == 0)
        return;
    const char *copy = grpc_c_arena_copy_string(&context->arena, GRPC_SLICE_START_PTR(message),
                                                GRPC_SLICE_LENGTH(message));
    context->message = copy != NULL ? copy : "";
}

static void end_credentials(grpc_c_client_context *context)
{
    for (int i = 0; i < grpc_c_call_credentials_sources; i++) {
        if (context->credentials_uses[i] == NULL)
            continue;
        grpc_c_credentials_use_end(context->credentials_uses[i], &context->arena, &context->code,
                                   &context->message);
        context->credentials_uses[i] = NULL;
    }
}

void grpc_c_client_call_end(grpc_c_client_context *context)
{
    grpc_call *call = context->call;
    enter_phase(context, GRPC_C_CALL_OVER, NULL);
    /* Metadata goes with core's call, and so is copied while that is there. */
    grpc_c_client_call_take_headers(context);
    context->trailing_metadata =
        grpc_c_metadata_copy(&context->results.trailing_metadata, &context->arena);
    grpc_call_unref(call);
    context->results.initial_metadata.count = context->results.trailing_metadata.count = 0;
    take_status(context);
    if (context->code == GRPC_C_STATUS_OK && context->arena.exhausted)
        grpc_c_client_context_fail(context, GRPC_C_STATUS_RESOURCE_EXHAUSTED,
                                   "there is no memory for the metadata that came");
    end_credentials(context);
    if (context->stream.failure != GRPC_C_STATUS_OK)
        grpc_c_client_context_fail(context, context->stream.failure,
                                   context->stream.failure_message);
}

const ProtobufCMessage *grpc_c_client_call_unpack(grpc_c_client_context *context)
{
    grpc_c_status_code code;
    const char *reason;
    context->message_was_compressed = grpc_c_buffer_is_compressed(context->results.reply);
    const ProtobufCMessage *reply =
        grpc_c_buffer_unpack(context->results.reply, context->channel->max_receive_message_bytes,
                             context->channel->codec, &context->method->reply,
                             &context->message_arena, &code, &reason);
    if (reply == NULL) {
        grpc_c_arena_reset(&context->message_arena);
        grpc_c_client_context_fail(context, code, reason);
    }
    return reply;
}

const ProtobufCMessage *grpc_c_client_call_take_reply(grpc_c_client_context *context)
{
    if (context->code != GRPC_C_STATUS_OK)
        return NULL;
    if (context->results.reply != NULL)
        return grpc_c_client_call_unpack(context);
    /* A cancel may come between the status and the reply. */
    if (context->was_cancelled) {
        grpc_c_client_context_fail(context, GRPC_C_STATUS_CANCELLED, "Cancelled");
        return NULL;
    }
    /* gRPC's doc/statuscodes.md: a response cardinality violation is UNIMPLEMENTED. */
    grpc_c_client_context_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                               "the server sent no reply to a call that has one");
    return NULL;
}

const ProtobufCMessage *grpc_c_stub_unary_call(const grpc_c_stub *stub, size_t method,
                                               const ProtobufCMessage *request,
                                               grpc_c_client_context *context)
{
    if (context == NULL || grpc_c_client_context_is_busy(context))
        return NULL;
    if (grpc_c_mock_of(stub) != NULL)
        return grpc_c_mock_unary_call(stub, method, request, context);
    /* Packed before the last results go, since a request may be made of the last reply: the token
     * of the next page, say. */
    const char *reason;
    grpc_c_buffer *buffer = grpc_c_client_call_pack(stub, method, request, &reason);
    if (buffer == NULL) {
        grpc_c_client_call_refuse(context, reason);
        return NULL;
    }
    const ProtobufCMessage *reply = NULL;
    if (grpc_c_client_call_begin(context, stub, method, NULL)) {
        const grpc_c_headers headers = grpc_c_client_call_headers(context);
        grpc_c_batch_unary_call(context->call, &headers,
                                (grpc_c_outgoing){buffer, context->send_uncompressed},
                                &context->results, &context->done);
        grpc_c_client_call_wait_for_status(context);
        grpc_c_client_call_end(context);
        reply = grpc_c_client_call_take_reply(context);
    }
    grpc_c_buffer_free(buffer);
    return reply;
}
