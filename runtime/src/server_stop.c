/* The end of a server's life: stopped, waited for, freed. server.c has the beginning. */
#include <errno.h>
#include <limits.h>

#include "clock.h"
#include "core.h"
#include "server.h"
#include "thread.h"

/* A handler, or a callback: it would wait for itself. */
static bool is_own_thread(grpc_c_server *server)
{
    return grpc_c_workers_current_server() == server ||
           (server->queue != NULL && grpc_c_completion_queue_is_driven_here(server->queue));
}

/* ---- stopped ---- */

void grpc_c_server_lane_is_idle(grpc_c_server *server)
{
    grpc_c_completion_queue *queue = server->queue;
    pthread_mutex_lock(&server->mutex);
    server->idle_lanes++;
    bool ends_here = server->stops_in_events;
    if (ends_here)
        server->state = GRPC_C_SERVER_STOPPED;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
    /* The server may be gone; the queue is being driven. */
    if (queue != NULL)
        grpc_c_completion_queue_wake(queue);
    if (ends_here)
        grpc_c_completion_queue_leave(queue);
}

/* Core tells every lane, by an event of its own, that it has shut down. */
static void shut_core_down(grpc_c_server *server)
{
    const unsigned count = server->workers.lane_count;
    for (unsigned i = 0; i < count; i++) {
        grpc_c_lane *lane = &server->workers.lanes[i];
        grpc_c_event_starts(&lane->shutdown);
        grpc_server_shutdown_and_notify(server->core, lane->queue, &lane->shutdown);
    }
}

static bool is_earlier(struct timespec a, struct timespec b)
{
    return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

/* The earliest deadline of all stops counts. Under the mutex. */
static void shorten_grace(grpc_c_server *server, int64_t grace_ms)
{
    if (grace_ms < 0)
        return;
    int64_t bounded_ms = grace_ms < INT_MAX ? grace_ms : INT_MAX;
    struct timespec deadline = grpc_c_time_after_ns(bounded_ms * 1000 * 1000);
    if (server->has_deadline && !is_earlier(deadline, server->deadline))
        return;
    server->has_deadline = true;
    server->deadline = deadline;
    pthread_cond_broadcast(&server->changed);
}

/* Waits until no lane has calls any more; from the deadline on, calls are cancelled. Under the
 * mutex. */
static void wait_for_lanes(grpc_c_server *server)
{
    while (server->idle_lanes < server->workers.lane_count) {
        if (atomic_load(&server->cancelling) || !server->has_deadline) {
            pthread_cond_wait(&server->changed, &server->mutex);
        } else if (pthread_cond_timedwait(&server->changed, &server->mutex, &server->deadline) ==
                   ETIMEDOUT) {
            atomic_store(&server->cancelling, true);
            grpc_c_listeners_cancel_retired(server);
            pthread_mutex_unlock(&server->mutex);
            grpc_server_cancel_all_calls(server->core);
            pthread_mutex_lock(&server->mutex);
        }
    }
}

/* The one thread that stops the server. */
static void *stop_now(void *argument)
{
    grpc_c_server *server = argument;
    shut_core_down(server);
    pthread_mutex_lock(&server->mutex);
    wait_for_lanes(server);
    pthread_mutex_unlock(&server->mutex);
    grpc_c_workers_close(&server->workers);
    grpc_c_callbacks_stop(&server->callbacks);
    if (server->queue != NULL)
        grpc_c_completion_queue_leave(server->queue);
    pthread_mutex_lock(&server->mutex);
    server->state = GRPC_C_SERVER_STOPPED;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
    return NULL;
}

/* There is no thread to be had. On a user's queue, events do what is left to do; nobody waits for
 * the end of a grace, so that there is none. Else it is left to whoever waits for the termination.
 * Under the mutex; unlocks it. */
static void stop_without_thread(grpc_c_server *server)
{
    bool first = server->state == GRPC_C_SERVER_STARTED;
    server->stop_wanted = true;
    server->stops_in_events = server->queue != NULL;
    bool cancels =
        server->stops_in_events && server->has_deadline && !atomic_load(&server->cancelling);
    if (cancels)
        atomic_store(&server->cancelling, true);
    if (server->stops_in_events)
        server->state = GRPC_C_SERVER_STOPPING;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
    if (cancels)
        grpc_server_cancel_all_calls(server->core);
    if (first && server->queue != NULL)
        shut_core_down(server); /* the server may be gone with it */
}

/* A handler cannot wait for its own end, nor the thread that drives the server for events that it
 * is to deal with: another thread stops the server. Under the mutex; unlocks it. */
static void stop_without_waiting(grpc_c_server *server)
{
    bool first = server->state == GRPC_C_SERVER_STARTED;
    bool going_on = server->state == GRPC_C_SERVER_STOPPING && server->stops_in_events;
    if (first && grpc_c_thread_start(&server->stopper, "grpc-c stopper", stop_now, server)) {
        server->has_stopper = true;
        server->state = GRPC_C_SERVER_STOPPING;
    } else if (first || going_on) {
        stop_without_thread(server);
        return;
    }
    pthread_mutex_unlock(&server->mutex);
}

void grpc_c_server_stop(grpc_c_server *server, int64_t grace_ms)
{
    if (server == NULL)
        return;
    pthread_mutex_lock(&server->mutex);
    shorten_grace(server, grace_ms);
    bool ours = false;
    if (server->state == GRPC_C_SERVER_NEW) {
        server->state = GRPC_C_SERVER_STOPPED;
    } else if (server->queue != NULL || is_own_thread(server)) {
        stop_without_waiting(server);
        return;
    } else if (server->state == GRPC_C_SERVER_STARTED) {
        server->state = GRPC_C_SERVER_STOPPING;
        ours = true;
    } else {
        while (server->state == GRPC_C_SERVER_STOPPING)
            pthread_cond_wait(&server->changed, &server->mutex);
    }
    pthread_mutex_unlock(&server->mutex);
    if (ours)
        stop_now(server);
}

/* ---- waited for ---- */

static bool is_idle(void *argument)
{
    grpc_c_server *server = argument;
    pthread_mutex_lock(&server->mutex);
    bool idle = server->idle_lanes == server->workers.lane_count;
    pthread_mutex_unlock(&server->mutex);
    return idle;
}

static bool was_never_started(grpc_c_server *server)
{
    pthread_mutex_lock(&server->mutex);
    bool never = !server->was_started;
    pthread_mutex_unlock(&server->mutex);
    return never;
}

void grpc_c_server_wait_for_termination(grpc_c_server *server)
{
    if (server == NULL || is_own_thread(server) || was_never_started(server))
        return;
    if (server->queue != NULL) /* whose other callbacks run meanwhile */
        grpc_c_completion_queue_drive_until(server->queue, is_idle, server);
    pthread_mutex_lock(&server->mutex);
    while ((server->state == GRPC_C_SERVER_STARTED && !server->stop_wanted) ||
           server->state == GRPC_C_SERVER_STOPPING)
        pthread_cond_wait(&server->changed, &server->mutex);
    bool ours = server->state == GRPC_C_SERVER_STARTED;
    if (ours)
        server->state = GRPC_C_SERVER_STOPPING;
    pthread_mutex_unlock(&server->mutex);
    if (ours)
        stop_now(server);
}

/* ---- freed ---- */

/* A server that never started has no pollers; core wants to be shut down all the same. */
static void shut_down_unstarted(grpc_c_server *server)
{
    shut_core_down(server);
    if (server->queue != NULL) {
        grpc_c_completion_queue_drive_until(server->queue, is_idle, server);
        grpc_c_completion_queue_leave(server->queue);
        return;
    }
    for (unsigned i = 0; i < server->workers.lane_count; i++) {
        grpc_c_event *event;
        bool ok;
        grpc_c_queue_next(server->workers.lanes[i].queue, &event, &ok);
    }
}

void grpc_c_server_free(grpc_c_server *server)
{
    if (server == NULL)
        return;
    if (is_own_thread(server)) {
        grpc_c_log_error("a server cannot be freed by one of its own handlers or callbacks");
        return;
    }
    grpc_c_signals_forget(server);
    grpc_c_server_stop(server, 0);
    if (server->was_started)
        grpc_c_server_wait_for_termination(server);
    else
        shut_down_unstarted(server);
    grpc_c_listeners_close(server);
    if (server->has_stopper)
        pthread_join(server->stopper, NULL);
    grpc_c_server_destroy(server);
}
