/* The steps that all calls of a client share; see client_call.h. And the unary call. */
#include "client_call.h"

#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <grpc/support/time.h>

#include "core.h"
#include "server_call.h"

const char *grpc_c_client_call_misuse(const grpc_c_stub *stub, size_t method)
{
    if (stub == NULL || stub->channel == NULL)
        return "the stub has no channel";
    if (stub->service == NULL)
        return "the stub could not be bound to its channel for want of memory";
    if (method >= stub->service->service->method_count)
        return "the service has no such method";
    return NULL;
}

bool grpc_c_client_call_takes(const grpc_c_bound_method *method, const ProtobufCMessage *message)
{
    return message != NULL && message->descriptor == method->request;
}

void grpc_c_client_call_refuse(grpc_c_client_context *context, const char *reason)
{
    grpc_c_client_context_forget(context);
    grpc_c_client_context_fail(context, GRPC_C_STATUS_INTERNAL, reason);
}

static gpr_timespec deadline_after(int64_t timeout_ms)
{
    if (timeout_ms < 0)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_millis(timeout_ms, GPR_TIMESPAN));
}

static void enter_phase(grpc_c_client_context *context, grpc_c_call_phase phase, grpc_call *call)
{
    pthread_mutex_lock(&context->mutex);
    context->phase = phase;
    context->call = call;
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

bool grpc_c_client_call_begin(grpc_c_client_context *context, const grpc_c_stub *stub,
                              size_t method)
{
    grpc_c_client_context_forget(context);
    enter_phase(context, GRPC_C_CALL_BEGINNING, NULL);
    context->channel = stub->channel;
    context->method = &stub->service->methods[method];
    context->message_arena.limit = stub->channel->max_call_memory_bytes;
    if (context->timeout_ms == 0) { /* core would try all the same, and could succeed */
        grpc_c_client_context_fail(context, GRPC_C_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
        enter_phase(context, GRPC_C_CALL_OVER, NULL);
        return false;
    }
    if (context->queue == NULL) {
        grpc_c_core_acquire();
        context->queue = grpc_c_queue_new_for_pluck();
    }
    enter_phase(context, GRPC_C_CALL_RUNNING,
                grpc_channel_create_registered_call(stub->channel->core, parent_call(context),
                                                    GRPC_PROPAGATE_DEFAULTS, context->queue,
                                                    context->method->handle,
                                                    deadline_after(context->timeout_ms), NULL));
    return true;
}

grpc_c_headers grpc_c_client_call_headers(const grpc_c_client_context *context)
{
    return (grpc_c_headers){&context->metadata, context->wait_for_ready};
}

bool grpc_c_client_call_wait(grpc_c_client_context *context, grpc_c_event *event)
{
    /* No limit here: the call has its own, and whatever is in flight ends with it. */
    bool ok = false;
    grpc_c_queue_pluck(context->queue, event, gpr_inf_future(GPR_CLOCK_MONOTONIC), &ok);
    return ok;
}

void grpc_c_client_call_take_headers(grpc_c_client_context *context)
{
    if (context->initial_metadata.count == 0)
        context->initial_metadata =
            grpc_c_metadata_copy(&context->results.initial_metadata, &context->arena);
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
    /* gRPC's doc/statuscodes.md: a response cardinality violation is UNIMPLEMENTED. */
    grpc_c_client_context_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                               "the server sent no reply to a call that has one");
    return NULL;
}

const ProtobufCMessage *grpc_c_stub_unary_call(const grpc_c_stub *stub, size_t method,
                                               const ProtobufCMessage *request,
                                               grpc_c_client_context *context)
{
    if (context == NULL)
        return NULL;
    const char *reason = grpc_c_client_call_misuse(stub, method);
    if (reason == NULL && !grpc_c_client_call_takes(&stub->service->methods[method], request))
        reason = "the request is NULL, not initialised, or of another type";
    /* Packed before the last results go, since a request may be made of the last reply: the token
     * of the next page, say. */
    grpc_c_buffer *buffer =
        reason == NULL ? grpc_c_buffer_pack(stub->channel->codec, request, &reason) : NULL;
    if (buffer == NULL) {
        grpc_c_client_call_refuse(context, reason);
        return NULL;
    }
    const ProtobufCMessage *reply = NULL;
    if (grpc_c_client_call_begin(context, stub, method)) {
        const grpc_c_headers headers = grpc_c_client_call_headers(context);
        grpc_c_batch_unary_call(context->call, &headers,
                                (grpc_c_outgoing){buffer, context->send_uncompressed},
                                &context->results, &context->done);
        grpc_c_client_call_wait(context, &context->done);
        grpc_c_client_call_end(context);
        reply = grpc_c_client_call_take_reply(context);
    }
    grpc_c_buffer_free(buffer);
    return reply;
}
