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
    /* On a user's queue, whose run is to end by itself, there is nothing more to do. */
    bool ends_stop = queue != NULL && server->stop_is_orphaned;
    if (ends_stop) {
        server->stop_is_orphaned = false;
        server->state = GRPC_C_SERVER_STOPPED;
    }
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
    /* The server may be gone; the queue is being driven. */
    if (queue != NULL)
        grpc_c_completion_queue_wake(queue);
    if (ends_stop)
        grpc_c_completion_queue_leave(queue);
}

void grpc_c_lane_end_came(grpc_c_lane *lane)
{
    if (atomic_fetch_sub(&lane->ends_to_come, 1) > 1)
        return;
    lane->shut_down = true;
    if (lane->in_use == 0)
        grpc_c_server_lane_is_idle(lane->server);
}

/* Core tells every lane, by an event of its own, that it has shut down. */
static void shut_core_down(grpc_c_server *server)
{
    for (unsigned i = 0; i < server->workers.lane_count; i++) {
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

/* The grace is over. Under the mutex. */
static void cancel_calls(grpc_c_server *server)
{
    atomic_store(&server->cancelling, true);
    grpc_c_listeners_cancel_retired(server);
    grpc_server_cancel_all_calls(server->core);
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
            cancel_calls(server);
        }
    }
}

/* What follows the shutdown of core, by one thread. */
static void carry_on(grpc_c_server *server)
{
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
}

/* The one thread that stops the server. */
static void *stop_now(void *argument)
{
    shut_core_down(argument);
    carry_on(argument);
    return NULL;
}

/* Waits for the end of a stop, and carries on with one that nobody else does. Under the mutex. */
static void wait_until_stopped(grpc_c_server *server)
{
    while (server->state == GRPC_C_SERVER_STARTED || server->state == GRPC_C_SERVER_STOPPING) {
        if (!server->stop_is_orphaned || server->queue != NULL) {
            pthread_cond_wait(&server->changed, &server->mutex);
            continue;
        }
        server->stop_is_orphaned = false;
        pthread_mutex_unlock(&server->mutex);
        carry_on(server);
        pthread_mutex_lock(&server->mutex);
    }
}

/* A handler cannot wait for its own end, nor the thread that drives the server for events that it
 * is to deal with: another thread stops the server. Where there is none to be had, who waits for
 * the server does, or on a user's queue its last event. Under the mutex. */
static void stop_without_waiting(grpc_c_server *server)
{
    if (server->state == GRPC_C_SERVER_STARTED) {
        server->has_stopper =
            grpc_c_thread_start(&server->stopper, "grpc-c stopper", stop_now, server);
        server->stop_is_orphaned = !server->has_stopper;
        server->state = GRPC_C_SERVER_STOPPING;
        if (server->stop_is_orphaned) {
            grpc_c_log_error("stop: no thread to be had; it ends when somebody waits for it");
            shut_core_down(server);
            pthread_cond_broadcast(&server->changed);
        }
    }
    /* Who drives a queue cannot wait for the end of the grace as well. */
    if (server->stop_is_orphaned && server->queue != NULL && server->has_deadline)
        cancel_calls(server);
}

void grpc_c_server_stop(grpc_c_server *server, int64_t grace_ms)
{
    if (server == NULL || grpc_c_core_was_forked())
        return;
    pthread_mutex_lock(&server->mutex);
    shorten_grace(server, grace_ms);
    bool ours = false;
    if (server->state == GRPC_C_SERVER_NEW) {
        server->state = GRPC_C_SERVER_STOPPED;
    } else if (server->queue != NULL || is_own_thread(server)) {
        stop_without_waiting(server);
    } else if (server->state == GRPC_C_SERVER_STARTED) {
        server->state = GRPC_C_SERVER_STOPPING;
        ours = true;
    } else {
        wait_until_stopped(server);
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
    if (server == NULL || grpc_c_core_was_forked() || is_own_thread(server) ||
        was_never_started(server))
        return;
    if (server->queue != NULL) /* whose other callbacks run meanwhile */
        grpc_c_completion_queue_drive_until(server->queue, is_idle, server);
    pthread_mutex_lock(&server->mutex);
    wait_until_stopped(server);
    pthread_mutex_unlock(&server->mutex);
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
    if (server == NULL || grpc_c_core_was_forked())
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
