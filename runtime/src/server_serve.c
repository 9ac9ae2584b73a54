/* Serving a call: its handler's run, from the request to the status. On any worker. */
#include <grpc/support/time.h>

#include "server.h"
#include "server_call.h"

static bool deadline_is_past(const grpc_c_server_call *call)
{
    gpr_timespec deadline = call->details.deadline;
    return gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) != 0 &&
           gpr_time_cmp(deadline, gpr_now(deadline.clock_type)) <= 0;
}

/* The handler's `in`: the one request, or the stream of them. NULL, with a status, for a request
 * that cannot be unpacked. */
static void *make_in(grpc_c_server_call *call)
{
    if (grpc_c_method_reads_stream(call->method->kind))
        return call;
    const grpc_c_server_options *options = &call->lane->server->options;
    call->message_was_compressed = grpc_c_buffer_is_compressed(call->request);
    return grpc_c_buffer_unpack(call->request, options->max_receive_message_bytes, options->codec,
                                &call->method->request, &call->arena, &call->code, &call->message);
}

/* The handler's `out`: the reply to fill in, or the stream of them. NULL for want of memory. */
static void *make_out(grpc_c_server_call *call)
{
    const ProtobufCMessageDescriptor *type = call->method->reply;
    if (grpc_c_method_writes_stream(call->method->kind))
        return call;
    ProtobufCMessage *reply = grpc_c_arena_alloc(&call->arena, type->sizeof_message);
    if (reply != NULL)
        protobuf_c_message_init(type, reply);
    return reply;
}

/* A handler that was refused memory, or whose stream broke, may not have noticed: its OK would tell
 * the client that all is well. */
static void settle_status(grpc_c_server_call *call, grpc_c_status_code code)
{
    call->code = code;
    if ((unsigned)code > GRPC_C_STATUS_UNAUTHENTICATED)
        call->code = GRPC_C_STATUS_UNKNOWN;
    if (code != GRPC_C_STATUS_OK)
        return;
    call->code = call->stream_failure;
    call->message = call->stream_failure != GRPC_C_STATUS_OK ? call->stream_failure_message : NULL;
    if (call->code == GRPC_C_STATUS_OK && call->arena.exhausted) {
        call->code = GRPC_C_STATUS_RESOURCE_EXHAUSTED;
        call->message = "the call takes more memory than it may";
    }
}

static void pack_reply(grpc_c_server_call *call, const ProtobufCMessage *reply)
{
    call->reply = grpc_c_buffer_pack(call->lane->server->options.codec, reply, &call->message);
    if (call->reply == NULL)
        call->code = GRPC_C_STATUS_INTERNAL;
}

static void run_handler(grpc_c_server_call *call)
{
    const grpc_c_server_method *method = call->method;
    void *in = make_in(call);
    if (in == NULL)
        return;
    void *out = make_out(call);
    call->message = NULL;
    grpc_c_status_code code = GRPC_C_STATUS_OK;
    if (out != NULL)
        code = method->handler(method->servicer, method->self, in, out, call);
    settle_status(call, code);
    if (call->code == GRPC_C_STATUS_OK && !grpc_c_method_writes_stream(method->kind))
        pack_reply(call, out);
}

static void finish_later(void *argument)
{
    grpc_c_server_call_finish(argument);
}

void grpc_c_server_call_serve(grpc_c_server_call *call, grpc_c_role *role)
{
    call->role = role;
    if (atomic_load_explicit(&call->lane->server->cancelling, memory_order_relaxed))
        call->code = GRPC_C_STATUS_UNAVAILABLE;
    else if (atomic_load_explicit(&call->watch.seen_cancelled, memory_order_relaxed))
        call->code = GRPC_C_STATUS_CANCELLED;
    else if (deadline_is_past(call))
        call->code = GRPC_C_STATUS_DEADLINE_EXCEEDED;
    else
        run_handler(call);
    call->role = NULL;
    grpc_c_server_call_unwatch(call);
    /* A message may still be leaving. Nobody waits for it: the poller finishes the call then. */
    if (!grpc_c_wait_leave(&call->write, finish_later, call))
        grpc_c_server_call_finish(call);
}
