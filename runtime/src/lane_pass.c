/*
 * What ends at once while a handler runs: a handler's thread need not have the poller's role, and
 * cannot tell whether it still has it. So it deals itself with what it would wait for, its own
 * call's operations, and passes the rest on.
 */
#include "batch.h"
#include "lane.h"
#include "server.h"

typedef struct handler {
    grpc_c_driver driver;
    grpc_c_server_call *call;
} handler;

/* Passes an event to the lane's poller, by an event without an operation that brings all that have
 * been passed by then. It is rare: core was busy with somebody else's operation, too. */
static void pass(grpc_c_server_call *call, grpc_c_event *event, bool ok)
{
    grpc_c_lane *lane = call->lane;
    pthread_mutex_t *mutex = &lane->server->workers.mutex;
    event->ok = ok;
    pthread_mutex_lock(mutex);
    bool is_first = lane->passed == NULL;
    event->next = lane->passed;
    lane->passed = event;
    pthread_mutex_unlock(mutex);
    if (is_first)
        grpc_c_batch_nothing(call->core, &lane->pass);
}

void grpc_c_lane_on_pass(grpc_c_event *event, bool ok)
{
    (void)ok;
    grpc_c_lane *lane = (grpc_c_lane *)((char *)event - offsetof(grpc_c_lane, pass));
    pthread_mutex_t *mutex = &lane->server->workers.mutex;
    pthread_mutex_lock(mutex);
    grpc_c_event *passed = lane->passed;
    lane->passed = NULL;
    pthread_mutex_unlock(mutex);
    while (passed != NULL) {
        grpc_c_event *next = passed->next;
        grpc_c_driver_keep(&lane->driver, passed, passed->ok);
        passed = next;
    }
}

/* Another call's wait is not ended here: its worker may be the one that polls, and would not hear
 * of it in core's queue. */
static void take(grpc_c_driver *driver, grpc_c_event *event, bool ok)
{
    grpc_c_server_call *call = ((handler *)driver)->call;
    if (event == &call->read.event || event == &call->write.event)
        event->done(event, ok);
    else
        pass(call, event, ok);
}

void grpc_c_lane_serve(grpc_c_server_call *call, grpc_c_role *role)
{
    handler handler = {.driver = {.queue = call->lane->queue, .take = take}, .call = call};
    grpc_c_driver *outer = grpc_c_driver_enter(&handler.driver);
    grpc_c_server_call_serve(call, role);
    grpc_c_driver_leave(outer);
}
