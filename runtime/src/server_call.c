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
    /* Calls that a pool keeps beyond as many as are in use: what a burst took is given back. */
    most_spare = 64,
};

static void on_requested(grpc_c_event *event, bool ok);
static void on_received(grpc_c_event *event, bool ok);
static void on_received_all(grpc_c_event *event, bool ok);
static void on_ready(grpc_c_event *event, bool ok);
static void on_finished(grpc_c_event *event, bool ok);
static void on_over(grpc_c_event *event, bool ok);

/* ---- the pool ---- */

static bool init_waits(grpc_c_server_call *call)
{
    if (!grpc_c_wait_init(&call->read, &call->lane->woken))
        return false;
    if (grpc_c_wait_init(&call->write, &call->lane->woken))
        return true;
    grpc_c_wait_destroy(&call->read);
    return false;
}

grpc_c_server_call *grpc_c_server_call_new(grpc_c_lane *lane)
{
    grpc_c_server_call *call = calloc(1, sizeof *call);
    if (call == NULL)
        return NULL;
    call->lane = lane;
    if (!init_waits(call)) {
        free(call);
        return NULL;
    }
    call->watch.call = call;
    grpc_call_details_init(&call->details);
    grpc_metadata_array_init(&call->metadata);
    grpc_c_arena_init(&call->arena, lane->server->options.max_call_memory_bytes);
    grpc_c_arena_init(&call->message_arena, lane->server->options.max_call_memory_bytes);
    return call;
}

void grpc_c_server_call_free(grpc_c_server_call *call)
{
    grpc_call_details_destroy(&call->details);
    grpc_metadata_array_destroy(&call->metadata);
    grpc_c_metadata_list_free(&call->headers);
    grpc_c_metadata_list_free(&call->trailers);
    grpc_c_arena_free(&call->arena);
    grpc_c_arena_free(&call->message_arena);
    grpc_c_wait_destroy(&call->read);
    grpc_c_wait_destroy(&call->write);
    free(call);
}

static grpc_c_server_call *take_from_pool(grpc_c_lane *lane)
{
    grpc_c_server_call *call = lane->pool;
    if (call == NULL)
        return grpc_c_server_call_new(lane);
    lane->pool = call->next;
    lane->pool_count--;
    return call;
}

static void put_into_pool(grpc_c_server_call *call)
{
    call->next = call->lane->pool;
    call->lane->pool = call;
    call->lane->pool_count++;
}

static void free_one(grpc_c_lane *lane)
{
    grpc_c_server_call *call = lane->pool;
    lane->pool = call->next;
    lane->pool_count--;
    grpc_c_server_call_free(call);
}

static void give_to_pool(grpc_c_server_call *call)
{
    grpc_c_lane *lane = call->lane;
    put_into_pool(call);
    lane->in_use--;
    while (lane->pool_count > lane->in_use + most_spare)
        free_one(lane);
    if (lane->shut_down && lane->in_use == 0)
        grpc_c_server_lane_is_idle(lane->server);
}

bool grpc_c_server_call_prepare(grpc_c_lane *lane)
{
    grpc_c_server_call *call = take_from_pool(lane);
    if (call == NULL)
        return false;
    put_into_pool(call);
    return true;
}

void grpc_c_server_call_free_pool(grpc_c_lane *lane)
{
    while (lane->pool != NULL)
        free_one(lane);
}

/* ---- request ---- */

static void ask(grpc_c_server_call *call, grpc_server *core)
{
    grpc_c_queue *queue = call->lane->queue;
    call->asked = core;
    grpc_c_event_starts(&call->event);
    grpc_c_driver *driver = grpc_c_driver_begin_start(); /* an arrival may be waiting for us */
    grpc_call_error error = grpc_server_request_call(core, &call->core, &call->details,
                                                     &call->metadata, queue, queue, &call->event);
    grpc_c_driver_end_start(driver);
    GRPC_C_INVARIANT(error == GRPC_CALL_OK);
}

static bool request_one(grpc_c_lane *lane)
{
    grpc_c_server_call *call = take_from_pool(lane);
    if (call == NULL)
        return false;
    lane->in_use++;
    lane->requested++;
    call->event.done = on_requested;
    ask(call, lane->core);
    return true;
}

/* The first arrival from a core server that has replaced another. */
static void on_first_requested(grpc_c_event *event, bool ok)
{
    grpc_c_server_call *call = (grpc_c_server_call *)event;
    grpc_c_lane *lane = call->lane;
    lane->in_use++;
    lane->requested++;
    lane->core = call->asked;
    on_requested(event, ok);
    grpc_c_lane_end_came(lane);
}

void grpc_c_server_call_ask_first(grpc_c_server_call *call, grpc_server *core)
{
    call->event.done = on_first_requested;
    ask(call, core);
}

void grpc_c_server_call_request_first(grpc_c_lane *lane)
{
    bool requested = request_one(lane);
    GRPC_C_INVARIANT(requested);
}

void grpc_c_server_call_request(grpc_c_lane *lane)
{
    while (lane->core != NULL && lane->requested < requested_ahead)
        if (!request_one(lane))
            break;
}

/* ---- finish ---- */

void grpc_c_server_call_finish(grpc_c_server_call *call)
{
    const grpc_c_headers headers = {&call->headers, false};
    const grpc_c_ending ending = {
        .headers = call->headers_sent ? NULL : &headers,
        .reply = {call->reply, call->send_uncompressed},
        .code = call->code,
        .message = call->message,
        .trailers = &call->trailers,
        .ret_cancelled = call->watch.started ? NULL : &call->watch.cancelled,
    };
    call->event.done = on_finished;
    grpc_c_batch_finish(call->core, &ending, &call->event);
}

/* Ends a call that no handler runs for. The message is a constant. */
static void refuse(grpc_c_server_call *call, grpc_c_status_code code, const char *message)
{
    call->code = code;
    call->message = message;
    grpc_c_server_call_finish(call);
}

static void on_finished(grpc_c_event *event, bool ok)
{
    (void)ok; /* whether the client still took the answer, or is gone: the call is over */
    grpc_c_server_call_event_came((grpc_c_server_call *)event);
}

/* Back to what a call is before it arrives. */
static void clear(grpc_c_server_call *call)
{
    grpc_call_unref(call->core);
    grpc_c_buffer_free(call->request);
    grpc_c_buffer_free(call->extra_request);
    grpc_c_buffer_free(call->reply);
    grpc_c_buffer_free(call->write_buffer);
    grpc_slice_unref(call->details.method);
    grpc_slice_unref(call->details.host);
    grpc_call_details_init(&call->details);
    call->metadata.count = 0;
    call->received = (grpc_c_metadata){0, NULL};
    call->principal = NULL;
    grpc_c_metadata_list_clear(&call->headers);
    grpc_c_metadata_list_clear(&call->trailers);
    call->request = call->extra_request = call->reply = call->write_buffer = NULL;
    call->headers_sent = call->reads_ended = call->writes_failed = false;
    call->has_details = call->send_uncompressed = call->message_was_compressed = false;
    call->read_failure = call->write_failure = (grpc_c_stream_failure){.code = GRPC_C_STATUS_OK};
    call->code = GRPC_C_STATUS_OK;
    call->message = NULL;
    call->watch = (grpc_c_server_watch){.call = call};
    if (call->method != NULL && call->method->async_handler != NULL)
        call->async = (grpc_c_server_async){.reply = NULL};
    call->counted = false;
    grpc_c_arena_reset(&call->arena);
    grpc_c_arena_reset(&call->message_arena);
}

static void count_active(grpc_c_lane *lane, int change)
{
    unsigned active = atomic_load_explicit(&lane->active, memory_order_relaxed);
    atomic_store_explicit(&lane->active, active + (unsigned)change, memory_order_relaxed);
}

/* Nothing is to come any more. */
static void on_over(grpc_c_event *event, bool ok)
{
    (void)ok;
    grpc_c_server_call *call = (grpc_c_server_call *)event;
    grpc_c_lane *lane = call->lane;
    /* For want of memory, which there is now. */
    bool starved = lane->requested == 0;
    if (call->counted)
        count_active(lane, -1);
    clear(call);
    give_to_pool(call); /* when the lane is idle with it, the server may be freed */
    if (starved)
        grpc_c_server_call_request(lane);
}

void grpc_c_server_call_event_came(grpc_c_server_call *call)
{
    if (atomic_fetch_sub(&call->pending, 1) > 1)
        return;
    if (grpc_c_callbacks_is_here()) { /* the pool is the poller's */
        call->event.done = on_over;
        grpc_c_batch_nothing(call->core, &call->event);
        return;
    }
    on_over(&call->event, true);
}

/* ---- arrival ---- */

/* The handler can run: a blocking one by whom the lane sees fit, an async one here. */
static void on_ready(grpc_c_event *event, bool ok)
{
    grpc_c_server_call *call = (grpc_c_server_call *)event;
    event->done = on_ready; /* if it is called again */
    if (call->method->async_handler == NULL)
        call->lane->ready = call;
    else if (!grpc_c_callbacks_pass(&call->lane->server->callbacks, event, ok))
        grpc_c_server_call_start_async(call);
}

/* Decides by path and load alone: what is refused here is refused before its message is read. */
static void accept_call(grpc_c_server_call *call)
{
    const grpc_c_server *server = call->lane->server;
    grpc_slice path = call->details.method;
    call->method = grpc_c_method_table_find(&server->methods, GRPC_SLICE_START_PTR(path),
                                            GRPC_SLICE_LENGTH(path));
    if (call->method == NULL || !grpc_c_method_is_served(call->method)) {
        refuse(call, GRPC_C_STATUS_UNIMPLEMENTED, "the server does not implement this method");
        return;
    }
    if (grpc_c_workers_active(&server->workers) >= server->options.max_concurrent_calls) {
        refuse(call, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "the server has as many calls as it takes");
        return;
    }
    call->counted = true;
    count_active(call->lane, 1);
    if (grpc_c_method_reads_stream(call->method->kind)) {
        call->event.done = on_ready;
        on_ready(&call->event, true);
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
    if (!ok) { /* the core server is shutting down, or has been replaced */
        if (lane->core == call->asked)
            lane->core = NULL;
        give_to_pool(call);
        return;
    }
    atomic_store_explicit(&call->pending, 1, memory_order_relaxed);
    /* First of all the next one: what core cannot hand over it queues without a limit. */
    grpc_c_server_call_request(lane);
    accept_call(call);
}

static void on_received(grpc_c_event *event, bool ok)
{
    grpc_c_server_call *call = (grpc_c_server_call *)event;
    if (!ok || call->request == NULL) {
        /* gRPC's doc/statuscodes.md: a request cardinality violation is UNIMPLEMENTED. A client
         * that is gone looks the same, and sees no answer. */
        refuse(call, GRPC_C_STATUS_UNIMPLEMENTED,
               "the client sent no request to a call that has one");
    } else if (call->lane->server->options.refuse_extra_requests) {
        event->done = on_received_all;
        grpc_c_batch_receive(call->core, &call->extra_request, event);
    } else {
        on_ready(event, ok);
    }
}

/* Core does not say with a message whether it was the last: only another operation does, and that
 * takes 8 % of what a server spends on a small call. */
static void on_received_all(grpc_c_event *event, bool ok)
{
    grpc_c_server_call *call = (grpc_c_server_call *)event;
    if (call->extra_request != NULL)
        refuse(call, GRPC_C_STATUS_UNIMPLEMENTED,
               "the client sent more than one request to a call that has one");
    else
        on_ready(event, ok);
}
