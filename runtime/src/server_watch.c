/*
 * Whether the client still wants a call: asked by handlers, answered by an operation of core's that
 * is started when the first of them asks.
 */
#include <sched.h>

#include "backlog.h"
#include "batch.h"
#include "server.h"
#include "server_call.h"

enum {
    no_callback,
    has_callback,
    calling_back,
    called_back,
};

/* Also when the call ends in the ordinary way. */
static void on_closed(grpc_c_event *event, bool ok)
{
    grpc_c_server_watch *watch = (grpc_c_server_watch *)event;
    if (watch->cancelled && atomic_load(&watch->state) == has_callback &&
        grpc_c_callbacks_pass(&watch->call->lane->server->callbacks, event, ok))
        return;
    if (watch->cancelled && grpc_c_backlog_withdraw(watch->call)) {
        /* It has waited for a worker in vain, and must not take the place of calls that matter. */
        watch->call->code = GRPC_C_STATUS_CANCELLED;
        grpc_c_server_call_finish(watch->call);
    } else if (watch->cancelled) {
        int expected = has_callback;
        atomic_store(&watch->seen_cancelled, true);
        watch->caller = pthread_self();
        if (atomic_compare_exchange_strong(&watch->state, &expected, calling_back)) {
            grpc_c_completion_queue_count_callback();
            watch->callback(watch->user_data);
            atomic_store(&watch->state, called_back);
        }
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

void grpc_c_server_call_unwatch(grpc_c_server_call *call)
{
    int expected = has_callback;
    if (!call->watch.started ||
        atomic_compare_exchange_strong(&call->watch.state, &expected, no_callback))
        return;
    /* The callback may be running just now, with memory that goes with the handler; unless it is
     * the one who ends the call. */
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
    atomic_store(&context->watch.state, has_callback);
    grpc_c_server_call_watch(context);
    /* The watch may have ended before there was a callback. */
    int expected = has_callback;
    if (atomic_load(&context->watch.seen_cancelled) &&
        atomic_compare_exchange_strong(&context->watch.state, &expected, called_back))
        callback(user_data);
    return true;
}
