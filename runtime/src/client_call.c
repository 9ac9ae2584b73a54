/* Calls from the client's side: blocking unary. */
#include <grpc-c/generated.h>

#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <grpc/support/time.h>

#include "channel.h"
#include "client_context.h"

static gpr_timespec deadline_after(int64_t timeout_ms)
{
    if (timeout_ms < 0)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_millis(timeout_ms, GPR_TIMESPAN));
}

/* Copies the status out of core's results; the message moves to the context's arena. */
static void take_status(grpc_c_client_context *context)
{
    grpc_slice message = context->results.message;
    context->code = (grpc_c_status_code)context->results.code;
    if (context->code == GRPC_C_STATUS_OK || GRPC_SLICE_LENGTH(message) == 0)
        return;
    const char *copy = grpc_c_arena_copy_string(&context->arena, GRPC_SLICE_START_PTR(message),
                                                GRPC_SLICE_LENGTH(message));
    context->message = copy != NULL ? copy : "";
}

static const ProtobufCMessage *take_reply(const grpc_c_channel *channel,
                                          const grpc_c_bound_method *method,
                                          grpc_c_client_context *context)
{
    take_status(context);
    if (context->code != GRPC_C_STATUS_OK)
        return NULL;
    if (context->results.reply == NULL) {
        /* gRPC's doc/statuscodes.md: a response cardinality violation is UNIMPLEMENTED. */
        grpc_c_client_context_fail(context, GRPC_C_STATUS_UNIMPLEMENTED,
                                   "the server sent no reply to a unary call");
        return NULL;
    }
    grpc_c_status_code code;
    const char *reason;
    const ProtobufCMessage *reply =
        grpc_c_buffer_unpack(context->results.reply, channel->options.codec, &method->reply,
                             &context->arena, &code, &reason);
    if (reply == NULL) {
        grpc_c_arena_reset(&context->arena); /* of what was unpacked; the reason is a constant */
        grpc_c_client_context_fail(context, code, reason);
    }
    return reply;
}

/* Makes the call and waits for its end; the outcome is in context->results. */
static void run_unary_call(const grpc_c_channel *channel, const grpc_c_bound_method *method,
                           grpc_c_buffer *request, grpc_c_client_context *context)
{
    grpc_call *call =
        grpc_channel_create_registered_call(channel->core, NULL, GRPC_PROPAGATE_DEFAULTS,
                                            context->queue, method->handle,
                                            deadline_after(context->timeout_ms), NULL);
    grpc_c_batch_unary_call(call, request, &context->results, &context->done);
    /* No limit here: the call has its own, and a batch that receives the status always ends. */
    bool ok;
    grpc_c_queue_pluck(context->queue, &context->done, gpr_inf_future(GPR_CLOCK_MONOTONIC), &ok);
    grpc_call_unref(call);
}

/* What a caller can have got wrong; NULL when nothing. */
static const char *misuse(const grpc_c_stub *stub, size_t method, const ProtobufCMessage *request)
{
    if (stub == NULL || stub->channel == NULL)
        return "the stub has no channel";
    if (stub->service == NULL)
        return "the stub could not be bound to its channel for want of memory";
    if (method >= stub->service->service->method_count)
        return "the service has no such method";
    if (request == NULL || request->descriptor != stub->service->methods[method].request)
        return "the request is NULL, not initialised, or of another type";
    return NULL;
}

const ProtobufCMessage *grpc_c_stub_unary_call(const grpc_c_stub *stub, size_t method,
                                               const ProtobufCMessage *request,
                                               grpc_c_client_context *context)
{
    if (context == NULL)
        return NULL;
    const char *reason = misuse(stub, method, request);
    /* Packed before the last results go, since a request may be made of the last reply: the token
     * of the next page, say. */
    grpc_c_buffer *buffer =
        reason == NULL ? grpc_c_buffer_pack(stub->channel->options.codec, request, &reason) : NULL;
    if (buffer == NULL) {
        grpc_c_client_context_forget(context);
        grpc_c_client_context_fail(context, GRPC_C_STATUS_INTERNAL, reason);
        return NULL;
    }
    grpc_c_client_context_begin(context, stub->channel->options.max_call_memory_bytes);
    if (context->timeout_ms == 0) { /* core would try all the same, and could succeed */
        grpc_c_buffer_free(buffer);
        grpc_c_client_context_fail(context, GRPC_C_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded");
        return NULL;
    }
    const grpc_c_bound_method *bound = &stub->service->methods[method];
    run_unary_call(stub->channel, bound, buffer, context);
    grpc_c_buffer_free(buffer);
    return take_reply(stub->channel, bound, context);
}
