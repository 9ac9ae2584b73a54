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
    void *request =
        grpc_c_buffer_unpack(call->request, options->max_receive_message_bytes, options->codec,
                             &call->method->request, &call->arena, &call->code, &call->message);
    /* A stream may last for days, and the bytes are not needed any more. */
    grpc_c_buffer_free(call->request);
    call->request = NULL;
    return request;
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
    const grpc_c_stream_failure *failure = &call->read_failure;
    if (atomic_load(&failure->code) == GRPC_C_STATUS_OK)
        failure = &call->write_failure;
    call->code = (grpc_c_status_code)atomic_load(&failure->code);
    call->message = call->code != GRPC_C_STATUS_OK ? failure->message : NULL;
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

/* Why no handler is run any more; OK when one is. */
static grpc_c_status_code lost_cause(const grpc_c_server_call *call)
{
    if (atomic_load_explicit(&call->lane->server->cancelling, memory_order_relaxed))
        return GRPC_C_STATUS_UNAVAILABLE;
    if (atomic_load_explicit(&call->watch.seen_cancelled, memory_order_relaxed))
        return GRPC_C_STATUS_CANCELLED;
    return deadline_is_past(call) ? GRPC_C_STATUS_DEADLINE_EXCEEDED : GRPC_C_STATUS_OK;
}

bool grpc_c_server_call_open(grpc_c_server_call *call, void **ret_in, void **ret_out)
{
    call->code = lost_cause(call);
    if (call->code != GRPC_C_STATUS_OK)
        return false;
    if (call->lane->server->options.auth_check != NULL) {
        if (!grpc_c_server_call_check(call))
            return false;
        call->code = lost_cause(call); /* it may have taken its time */
        if (call->code != GRPC_C_STATUS_OK)
            return false;
    }
    void *in = make_in(call);
    if (in == NULL)
        return false;
    void *out = make_out(call);
    call->message = NULL;
    if (out == NULL) {
        settle_status(call, GRPC_C_STATUS_OK); /* the arena is exhausted */
        return false;
    }
    *ret_in = in;
    *ret_out = out;
    return true;
}

void grpc_c_server_call_settle(grpc_c_server_call *call, grpc_c_status_code code,
                               const ProtobufCMessage *reply)
{
    settle_status(call, code);
    if (call->code == GRPC_C_STATUS_OK && reply != NULL)
        pack_reply(call, reply);
}

static void run_handler(grpc_c_server_call *call)
{
    const grpc_c_server_method *method = call->method;
    void *in;
    void *out;
    if (!grpc_c_server_call_open(call, &in, &out))
        return;
    grpc_c_status_code code = method->handler(method->servicer, method->self, in, out, call);
    grpc_c_server_call_settle(call, code, grpc_c_method_writes_stream(method->kind) ? NULL : out);
}

static void finish_later(void *argument)
{
    grpc_c_server_call_finish(argument);
}

void grpc_c_server_call_serve(grpc_c_server_call *call, grpc_c_role *role)
{
    call->role = role;
    run_handler(call);
    call->role = NULL;
    grpc_c_server_call_unwatch(call);
}

void grpc_c_server_call_answer(grpc_c_server_call *call)
{
    /* A message may still be leaving. Nobody waits for it: the poller finishes the call then. */
    if (!grpc_c_wait_leave(&call->write, finish_later, call))
        grpc_c_server_call_finish(call);
}
