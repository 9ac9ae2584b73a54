/*
 * Whether the client still wants a call: asked by handlers, answered by an operation of core's that
 * is started when the first of them asks.
 */
#include <sched.h>

#include "backlog.h"
#include "batch.h"
#include "server.h"
#include "server_call.h"

/* Each change is the last touch of the call by whoever has set a callback: from then on that may
 * run, and end the call, on another thread. */
enum {
    no_callback,
    has_callback,
    calling_back,
    called_back,
    /* The client had gone before there was a callback. */
    too_late,
};

/* The client is gone. True when that is the callback thread's to tell: the event comes again. */
static bool call_back(grpc_c_server_watch *watch, bool ok)
{
    int state = no_callback;
    atomic_store(&watch->seen_cancelled, true);
    if (atomic_compare_exchange_strong(&watch->state, &state, too_late) || state != has_callback)
        return false;
    if (grpc_c_callbacks_pass(&watch->call->lane->server->callbacks, &watch->event, ok))
        return true;
    watch->caller = pthread_self();
    if (atomic_compare_exchange_strong(&watch->state, &state, calling_back)) {
        grpc_c_completion_queue_count_callback();
        watch->callback(watch->user_data);
        atomic_store(&watch->state, called_back);
    }
    return false;
}

/* Also when the call ends in the ordinary way. */
static void on_closed(grpc_c_event *event, bool ok)
{
    grpc_c_server_watch *watch = (grpc_c_server_watch *)event;
    if (watch->cancelled && grpc_c_backlog_withdraw(watch->call)) {
        /* It has waited for a worker in vain, and must not take the place of calls that matter. */
        watch->call->code = GRPC_C_STATUS_CANCELLED;
        grpc_c_server_call_finish(watch->call);
    } else if (watch->cancelled && call_back(watch, ok)) {
        return;
    }
    grpc_c_server_call_event_came(watch->call);
}

void grpc_c_server_call_watch(grpc_c_server_call *call)
{
    if (call->watch.started)
        return;
    call->watch.started = true;
    call->watch.event.done = on_closed;
    atomic_fetch_add(&call->pending, 1);
    grpc_c_batch_watch(call->core, &call->watch.cancelled, &call->watch.event);
}

void grpc_c_server_call_forget_callback(grpc_c_server_call *call)
{
    int expected = has_callback;
    atomic_compare_exchange_strong(&call->watch.state, &expected, no_callback);
}

void grpc_c_server_call_unwatch(grpc_c_server_call *call)
{
    grpc_c_server_call_forget_callback(call);
    /* It may be running just now, with memory that goes with the handler; unless it is the one who
     * asks. */
    while (atomic_load(&call->watch.state) == calling_back &&
           !pthread_equal(call->watch.caller, pthread_self()))
        sched_yield();
}

bool grpc_c_server_context_is_cancelled(grpc_c_server_context *context)
{
    if (context == NULL)
        return false;
    grpc_c_server_call_watch(context);
    return atomic_load(&context->watch.seen_cancelled);
}

bool grpc_c_server_context_on_cancel(grpc_c_server_context *context,
                                     grpc_c_cancel_callback callback, void *user_data)
{
    if (context == NULL)
        return false;
    if (callback == NULL) {
        grpc_c_server_call_unwatch(context);
        context->watch.callback = NULL;
        return true;
    }
    if (context->watch.callback != NULL)
        return false;
    context->watch.callback = callback;
    context->watch.user_data = user_data;
    grpc_c_server_call_watch(context);
    int expected = no_callback;
    if (!atomic_load(&context->watch.seen_cancelled) &&
        atomic_compare_exchange_strong(&context->watch.state, &expected, has_callback))
        return true;
    atomic_store(&context->watch.state, called_back);
    callback(user_data);
    return true;
}
