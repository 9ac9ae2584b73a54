/* Workers: the watcher, standby, and the threads' life. See lane.h for the idea. */
#include "workers.h"

#include <stdlib.h>

#include "clock.h"
#include "thread.h"

enum {
    /* How often the watcher looks. A handler is overtaken after one to two of these. */
    tick_ns = 1000 * 1000,
    /* Looks without anything new before the watcher sleeps until it is woken. */
    ticks_until_sleep = 2,
};

static _Thread_local grpc_c_server *current_server;

grpc_c_server *grpc_c_workers_current_server(void)
{
    return current_server;
}

void grpc_c_workers_enter_server(grpc_c_server *server)
{
    current_server = server;
}

/* ---- the watcher; under the mutex ---- */

/* A lane whose poller has left the role, now the caller's; NULL where there is none. */
static grpc_c_lane *take_vacant(grpc_c_workers *workers)
{
    for (unsigned i = 0; i < workers->lane_count; i++) {
        if (workers->lanes[i].vacant) {
            workers->lanes[i].vacant = false;
            return &workers->lanes[i];
        }
    }
    return NULL;
}

static bool is_needed(const grpc_c_workers *workers)
{
    bool vacant = false;
    for (unsigned i = 0; i < workers->lane_count; i++)
        vacant |= workers->lanes[i].vacant;
    return vacant || workers->closing;
}

static bool any_in_handler(const grpc_c_workers *workers)
{
    for (unsigned i = 0; i < workers->lane_count; i++)
        if (grpc_c_lane_is_in_handler(&workers->lanes[i]))
            return true;
    return false;
}

static void wait_for_handlers(grpc_c_workers *workers)
{
    atomic_store(&workers->watcher_asleep, true);
    /* Looked at after saying so; a poller enters its handler and then looks whether we sleep. */
    while (atomic_load(&workers->watcher_asleep) && !is_needed(workers) && !any_in_handler(workers))
        pthread_cond_wait(&workers->watch, &workers->mutex);
    atomic_store(&workers->watcher_asleep, false);
}

static void wait_for_tick(grpc_c_workers *workers)
{
    struct timespec until = grpc_c_time_after_ns(tick_ns);
    while (!is_needed(workers) &&
           pthread_cond_timedwait(&workers->watch, &workers->mutex, &until) == 0)
        continue;
}

/* Watches until a lane needs a poller, and returns it; NULL when the workers are to end. */
static grpc_c_lane *watch(grpc_c_workers *workers)
{
    unsigned quiet = 0;
    while (!workers->closing) {
        grpc_c_lane *vacant = take_vacant(workers);
        if (vacant != NULL)
            return vacant;
        quiet++;
        for (unsigned i = 0; i < workers->lane_count; i++) {
            grpc_c_lane *lane = &workers->lanes[i];
            grpc_c_lane_view view = grpc_c_lane_look(workers, lane);
            if (view == GRPC_C_LANE_TAKEN_OVER)
                return lane;
            if (view == GRPC_C_LANE_ACTIVE)
                quiet = 0;
        }
        if (quiet >= ticks_until_sleep)
            wait_for_handlers(workers);
        else
            wait_for_tick(workers);
    }
    return NULL;
}

/* ---- threads ---- */

/* The lane that a standby worker is to poll next, as the watcher or because it was left vacant;
 * NULL when the worker is to end. */
static grpc_c_lane *stand_by(grpc_c_workers *workers)
{
    while (!workers->closing) {
        grpc_c_lane *lane = take_vacant(workers);
        if (lane == NULL && !workers->has_watcher) {
            workers->has_watcher = true;
            lane = watch(workers);
            workers->has_watcher = false;
            pthread_cond_signal(&workers->standby);
        }
        if (lane != NULL) {
            /* Two lanes may have been left to one worker, before it woke. */
            if (is_needed(workers)) {
                pthread_cond_signal(&workers->standby);
                pthread_cond_signal(&workers->watch);
            }
            return lane;
        }
        workers->standing_by++;
        while (!is_needed(workers) && workers->has_watcher)
            pthread_cond_wait(&workers->standby, &workers->mutex);
        workers->standing_by--;
    }
    return NULL;
}

static void *worker_main(void *argument)
{
    const grpc_c_worker *worker = argument;
    grpc_c_workers *workers = worker->workers;
    grpc_c_lane *lane = worker->first_lane;
    grpc_c_workers_enter_server(workers->lanes[0].server);
    pthread_mutex_lock(&workers->mutex);
    while (!workers->open && !workers->closing)
        pthread_cond_wait(&workers->standby, &workers->mutex);
    while (!workers->closing && (lane != NULL || (lane = stand_by(workers)) != NULL)) {
        pthread_mutex_unlock(&workers->mutex);
        grpc_c_lane_poll(workers, lane);
        lane = NULL;
        pthread_mutex_lock(&workers->mutex);
    }
    pthread_mutex_unlock(&workers->mutex);
    return NULL;
}

bool grpc_c_workers_start(grpc_c_workers *workers, bool handlers_block)
{
    unsigned wanted = workers->lanes[0].owns_queue ? workers->lane_count : 0;
    if (handlers_block)
        wanted += workers->lane_count + workers->spare;
    const char *name = handlers_block ? "grpc-c worker" : "grpc-c lane";
    while (workers->thread_count < wanted) {
        grpc_c_worker *worker = &workers->threads[workers->thread_count];
        worker->workers = workers;
        if (workers->thread_count < workers->lane_count)
            worker->first_lane = &workers->lanes[workers->thread_count];
        if (!grpc_c_thread_start(&worker->thread, name, worker_main, worker))
            break;
        workers->thread_count++;
    }
    if (workers->thread_count == wanted)
        return true;
    grpc_c_workers_close(workers);
    return false;
}

void grpc_c_workers_open(grpc_c_workers *workers)
{
    pthread_mutex_lock(&workers->mutex);
    workers->open = true;
    pthread_cond_broadcast(&workers->standby);
    pthread_mutex_unlock(&workers->mutex);
}

void grpc_c_workers_close(grpc_c_workers *workers)
{
    pthread_mutex_lock(&workers->mutex);
    workers->closing = true;
    pthread_cond_broadcast(&workers->standby);
    pthread_cond_broadcast(&workers->watch);
    bool polling = workers->open;
    pthread_mutex_unlock(&workers->mutex);
    for (unsigned i = 0; polling && i < workers->lane_count; i++)
        if (workers->lanes[i].owns_queue)
            grpc_c_queue_shutdown(workers->lanes[i].queue);
    while (workers->thread_count > 0)
        pthread_join(workers->threads[--workers->thread_count].thread, NULL);
    workers->closing = false; /* a start that failed may be tried again */
}

/* ---- life ---- */

static bool init_locks(grpc_c_workers *workers)
{
    if (!grpc_c_cond_and_mutex_init(&workers->watch, &workers->mutex))
        return false;
    if (pthread_cond_init(&workers->standby, NULL) == 0)
        return true;
    pthread_cond_destroy(&workers->watch);
    pthread_mutex_destroy(&workers->mutex);
    return false;
}

bool grpc_c_workers_init(grpc_c_workers *workers, grpc_c_server *server, unsigned lanes,
                         unsigned max_workers, grpc_c_queue *queue)
{
    *workers = (grpc_c_workers){.lane_count = lanes, .spare = max_workers - lanes};
    workers->backlog_end = &workers->backlog;
    /* Lanes keep to cache lines of their own. */
    workers->lanes = aligned_alloc(_Alignof(grpc_c_lane), lanes * sizeof *workers->lanes);
    workers->threads = calloc(max_workers + lanes, sizeof *workers->threads);
    if (workers->lanes == NULL || workers->threads == NULL || !init_locks(workers)) {
        free(workers->lanes);
        free(workers->threads);
        workers->lanes = NULL;
        return false;
    }
    for (unsigned i = 0; i < lanes; i++)
        grpc_c_lane_init(&workers->lanes[i], server, queue);
    return true;
}

void grpc_c_workers_free(grpc_c_workers *workers)
{
    for (unsigned i = 0; i < workers->lane_count; i++)
        grpc_c_lane_free(&workers->lanes[i]);
    free(workers->lanes);
    free(workers->threads);
    pthread_mutex_destroy(&workers->mutex);
    pthread_cond_destroy(&workers->standby);
    pthread_cond_destroy(&workers->watch);
}

unsigned grpc_c_workers_active(const grpc_c_workers *workers)
{
    unsigned active = 0;
    for (unsigned i = 0; i < workers->lane_count; i++)
        active += atomic_load_explicit(&workers->lanes[i].active, memory_order_relaxed);
    return active;
}
