/* The steps of a call on the server; see server_call.h. */
#include "server_call.h"

#include <stdlib.h>

#include <grpc/slice.h>
#include <grpc/support/time.h>

#include "batch.h"
#include "invariant.h"
#include "lane.h"
#include "server.h"

enum {
    /* Arrivals that core may hand over before we ask again. More only take memory. */
    requested_ahead = 16,
};

static void on_requested(grpc_c_event *event, bool ok);
static void on_received(grpc_c_event *event, bool ok);
static void on_finished(grpc_c_event *event, bool ok);

/* ---- the pool ---- */

static grpc_c_server_call *take_from_pool(grpc_c_lane *lane)
{
    grpc_c_server_call *call = lane->pool;
    if (call != NULL) {
        lane->pool = call->next;
        return call;
    }
    call = calloc(1, sizeof *call);
    if (call == NULL)
        return NULL;
    call->lane = lane;
    grpc_call_details_init(&call->details);
    grpc_metadata_array_init(&call->metadata);
    grpc_c_arena_init(&call->arena, lane->server->options.max_call_memory_bytes);
    return call;
}

static void give_to_pool(grpc_c_server_call *call)
{
    grpc_c_lane *lane = call->lane;
    call->next = lane->pool;
    lane->pool = call;
    lane->in_use--;
    if (lane->stopping && lane->in_use == 0)
        grpc_c_server_lane_is_idle(lane->server);
}

void grpc_c_server_call_free_pool(grpc_c_lane *lane)
{
    while (lane->pool != NULL) {
        grpc_c_server_call *call = lane->pool;
        lane->pool = call->next;
        grpc_call_details_destroy(&call->details);
        grpc_metadata_array_destroy(&call->metadata);
        grpc_c_arena_free(&call->arena);
        free(call);
    }
}

/* ---- request ---- */

static bool request_one(grpc_c_lane *lane)
{
    grpc_c_server_call *call = take_from_pool(lane);
    if (call == NULL)
        return false;
    lane->in_use++;
    lane->requested++;
    call->event.done = on_requested;
    grpc_c_event_starts(&call->event);
    grpc_call_error error =
        grpc_server_request_call(lane->server->core, &call->core, &call->details, &call->metadata,
                                 lane->queue, lane->queue, &call->event);
    GRPC_C_INVARIANT(error == GRPC_CALL_OK);
    return true;
}

bool grpc_c_server_call_request(grpc_c_lane *lane)
{
    while (!lane->stopping && lane->requested < requested_ahead)
        if (!request_one(lane))
            break;
    return lane->requested > 0;
}

/* ---- finish ---- */

static void finish(grpc_c_server_call *call, grpc_c_status_code code, const char *message)
{
    call->event.done = on_finished;
    grpc_c_batch_finish(call->core, call->reply, code, message, &call->cancelled, &call->event);
}

static void on_finished(grpc_c_event *event, bool ok)
{
    (void)ok; /* whether the client still took the answer, or is gone: the call is over */
    grpc_c_server_call *call = (grpc_c_server_call *)event;
    grpc_c_lane *lane = call->lane;
    grpc_call_unref(call->core);
    grpc_c_buffer_free(call->request);
    grpc_c_buffer_free(call->reply);
    grpc_slice_unref(call->details.method);
    grpc_slice_unref(call->details.host);
    grpc_call_details_init(&call->details);
    call->metadata.count = 0;
    call->request = call->reply = NULL;
    call->message = NULL;
    grpc_c_arena_reset(&call->arena);
    atomic_store_explicit(&lane->active,
                          atomic_load_explicit(&lane->active, memory_order_relaxed) - 1,
                          memory_order_relaxed);
    give_to_pool(call);
    if (lane->requested == 0) /* for want of memory, which there is now */
        grpc_c_server_call_request(lane);
}

/* ---- arrival ---- */

/* Decides by path and load alone: what is refused here is refused before its message is read. */
static void accept_call(grpc_c_server_call *call)
{
    const grpc_c_server *server = call->lane->server;
    grpc_slice path = call->details.method;
    call->method = grpc_c_method_table_find(&server->methods, GRPC_SLICE_START_PTR(path),
                                            GRPC_SLICE_LENGTH(path));
    if (call->method == NULL || call->method->handler == NULL) {
        finish(call, GRPC_C_STATUS_UNIMPLEMENTED, "the server does not implement this method");
    } else if (grpc_c_workers_active(&server->workers) > server->options.max_concurrent_calls) {
        finish(call, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "the server has as many calls as it takes");
    } else {
        call->event.done = on_received;
        grpc_c_batch_receive(call->core, &call->request, &call->event);
    }
}

static void on_requested(grpc_c_event *event, bool ok)
{
    grpc_c_server_call *call = (grpc_c_server_call *)event;
    grpc_c_lane *lane = call->lane;
    lane->requested--;
    if (!ok) { /* core is shutting down */
        lane->stopping = true;
        give_to_pool(call);
        return;
    }
    atomic_store_explicit(&lane->active,
                          atomic_load_explicit(&lane->active, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    /* First of all the next one: what core cannot hand over it queues without a limit. */
    grpc_c_server_call_request(lane);
    accept_call(call);
}

static void on_received(grpc_c_event *event, bool ok)
{
    grpc_c_server_call *call = (grpc_c_server_call *)event;
    if (!ok || call->request == NULL)
        /* gRPC's doc/statuscodes.md: a request cardinality violation is UNIMPLEMENTED. A client
         * that is gone looks the same, and sees no answer. */
        finish(call, GRPC_C_STATUS_UNIMPLEMENTED, "the client sent no request to a unary call");
    else
        call->lane->ready = call;
}

/* ---- serve ---- */

static bool deadline_is_past(const grpc_c_server_call *call)
{
    gpr_timespec deadline = call->details.deadline;
    return gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) != 0 &&
           gpr_time_cmp(deadline, gpr_now(deadline.clock_type)) <= 0;
}

/* Runs the handler on a parsed request and packs its reply. */
static grpc_c_status_code run_handler(grpc_c_server_call *call, ProtobufCMessage *request)
{
    const grpc_c_server_method *method = call->method;
    ProtobufCMessage *reply = grpc_c_arena_alloc(&call->arena, method->reply->sizeof_message);
    grpc_c_status_code code = GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    if (reply != NULL) {
        protobuf_c_message_init(method->reply, reply);
        code = method->handler(method->servicer, method->self, request, reply, call);
    }
    if ((unsigned)code > GRPC_C_STATUS_UNAUTHENTICATED)
        return GRPC_C_STATUS_UNKNOWN;
    if (code == GRPC_C_STATUS_OK)
        call->message = NULL;
    if (code == GRPC_C_STATUS_OK && call->arena.exhausted)
        code = GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    if (code == GRPC_C_STATUS_RESOURCE_EXHAUSTED && call->message == NULL)
        call->message = call->arena.exhausted ? "the call takes more memory than it may" : NULL;
    if (code == GRPC_C_STATUS_OK) {
        call->reply = grpc_c_buffer_pack(call->lane->server->options.codec, reply, &call->message);
        if (call->reply == NULL)
            code = GRPC_C_STATUS_INTERNAL;
    }
    return code;
}

void grpc_c_server_call_serve(grpc_c_server_call *call)
{
    grpc_c_status_code code = GRPC_C_STATUS_DEADLINE_EXCEEDED;
    if (!deadline_is_past(call)) {
        const char *reason = NULL;
        ProtobufCMessage *request =
            grpc_c_buffer_unpack(call->request, call->lane->server->options.codec,
                                 &call->method->request, &call->arena, &code, &reason);
        if (request != NULL)
            code = run_handler(call, request);
        else
            call->message = reason;
    }
    finish(call, code, call->message);
}
