/* Lanes: slots, the backlog, and the poller's loop. See lane.h for the idea. */
#include "lane.h"

#include <string.h>

#include "invariant.h"
#include "workers.h"

/* The token's bits; above them the count of handlers entered, which tells one from the next. */
enum {
    in_handler = 1,
    has_slot = 2,
    one_handler = 4,
};

void grpc_c_lane_init(grpc_c_lane *lane, grpc_c_server *server)
{
    memset(lane, 0, sizeof *lane);
    lane->server = server;
    lane->queue = grpc_c_queue_new_for_next();
    atomic_init(&lane->token, has_slot);
}

void grpc_c_lane_free(grpc_c_lane *lane)
{
    grpc_c_queue_free_next(lane->queue);
    grpc_c_server_call_free_pool(lane);
}

/* ---- the backlog; under the mutex ---- */

static void backlog_push(grpc_c_workers *workers, grpc_c_server_call *call)
{
    call->next = NULL;
    *workers->backlog_end = call;
    workers->backlog_end = &call->next;
    atomic_fetch_add(&workers->backlog_count, 1);
}

static grpc_c_server_call *backlog_pop(grpc_c_workers *workers)
{
    grpc_c_server_call *call = workers->backlog;
    if (call == NULL)
        return NULL;
    workers->backlog = call->next;
    if (workers->backlog == NULL)
        workers->backlog_end = &workers->backlog;
    atomic_fetch_sub(&workers->backlog_count, 1);
    return call;
}

/* ---- slots ---- */

/* Makes sure that the lane has a slot, taking one that another lane does not use just now. Under
 * the mutex, by the lane's poller. */
static bool find_slot(grpc_c_workers *workers, grpc_c_lane *lane)
{
    if (atomic_load(&lane->token) & has_slot)
        return true;
    for (unsigned i = 0; i < workers->lane_count; i++) {
        grpc_c_lane *other = &workers->lanes[i];
        uint64_t token = atomic_load(&other->token);
        if ((token & has_slot) && !(token & in_handler) &&
            atomic_compare_exchange_strong(&other->token, &token, token & ~(uint64_t)has_slot)) {
            atomic_fetch_or(&lane->token, has_slot);
            return true;
        }
    }
    return false;
}

/* Enters a handler in place, if the lane still has its slot. The poller's. */
static bool try_enter(grpc_c_lane *lane)
{
    uint64_t token = atomic_load_explicit(&lane->token, memory_order_relaxed);
    return (token & has_slot) &&
           atomic_compare_exchange_strong(&lane->token, &token, (token + one_handler) | in_handler);
}

/* Leaves it again. False when the role was taken over meanwhile. */
static bool try_leave(grpc_c_lane *lane, uint64_t entered)
{
    return atomic_compare_exchange_strong(&lane->token, &entered, entered & ~(uint64_t)in_handler);
}

/* The slow way into a handler: through the backlog, so that older calls come first. `call` may be
 * NULL. Returns the call to run, its handler entered; NULL when there is none, or no slot. */
static grpc_c_server_call *enter_through_backlog(grpc_c_workers *workers, grpc_c_lane *lane,
                                                 grpc_c_server_call *call)
{
    pthread_mutex_lock(&workers->mutex);
    /* Pushed before looking for a slot; a lane that leaves its handler looks at the backlog after:
     * one of the two sees the other. */
    if (call != NULL)
        backlog_push(workers, call);
    call = NULL;
    if (workers->backlog != NULL && find_slot(workers, lane) && try_enter(lane))
        call = backlog_pop(workers);
    pthread_mutex_unlock(&workers->mutex);
    return call;
}

static void wake_watcher(grpc_c_workers *workers)
{
    pthread_mutex_lock(&workers->mutex);
    atomic_store(&workers->watcher_asleep, false);
    pthread_cond_signal(&workers->watch);
    pthread_mutex_unlock(&workers->mutex);
}

static grpc_c_server_call *enter(grpc_c_workers *workers, grpc_c_lane *lane,
                                 grpc_c_server_call *call)
{
    bool waiting = atomic_load(&workers->backlog_count) > 0;
    if (call == NULL && !waiting)
        return NULL;
    if (waiting || !try_enter(lane))
        call = enter_through_backlog(workers, lane, call);
    /* The token is written before this is read; the watcher does it the other way round. */
    if (call != NULL && atomic_load(&workers->watcher_asleep))
        wake_watcher(workers);
    return call;
}

/* A worker whose role was taken over has a slot to itself: it serves what waits, then gives the
 * slot back, to a lane that lost its own if there is one. */
static void end_away(grpc_c_workers *workers)
{
    grpc_c_server_call *call;
    pthread_mutex_lock(&workers->mutex);
    while ((call = backlog_pop(workers)) != NULL) {
        pthread_mutex_unlock(&workers->mutex);
        grpc_c_server_call_serve(call);
        pthread_mutex_lock(&workers->mutex);
    }
    if (workers->away-- > workers->spare) {
        grpc_c_lane *lane = workers->lanes;
        while (atomic_load(&lane->token) & has_slot)
            lane++;
        GRPC_C_INVARIANT(lane < workers->lanes + workers->lane_count);
        atomic_fetch_or(&lane->token, has_slot);
    }
    pthread_mutex_unlock(&workers->mutex);
}

/* ---- polling ---- */

/* Runs a call's handler in place, and then what waits in the backlog. False when the role was lost
 * over one of them. */
static bool run_handlers(grpc_c_workers *workers, grpc_c_lane *lane, grpc_c_server_call *call)
{
    while ((call = enter(workers, lane, call)) != NULL) {
        uint64_t entered = atomic_load_explicit(&lane->token, memory_order_relaxed);
        grpc_c_server_call_serve(call);
        if (!try_leave(lane, entered)) {
            end_away(workers);
            return false;
        }
        call = NULL;
    }
    return true;
}

/* Polls until the role is lost or the lane is shut down. */
void grpc_c_lane_poll(grpc_c_workers *workers, grpc_c_lane *lane)
{
    grpc_c_event *event;
    bool ok;
    while (grpc_c_queue_next(lane->queue, &event, &ok) == GRPC_C_QUEUE_EVENT) {
        event->done(event, ok);
        grpc_c_server_call *call = lane->ready;
        lane->ready = NULL;
        if (call != NULL && !run_handlers(workers, lane, call))
            return;
    }
}

/* ---- what the watcher sees; under the mutex ---- */

static bool take_over(grpc_c_workers *workers, grpc_c_lane *lane, uint64_t token)
{
    uint64_t taken = (token + one_handler) & ~(uint64_t)in_handler;
    if (!atomic_compare_exchange_strong(&lane->token, &token, taken))
        return false;
    if (++workers->away > workers->spare)
        atomic_fetch_and(&lane->token, ~(uint64_t)has_slot);
    return true;
}

bool grpc_c_lane_is_in_handler(const grpc_c_lane *lane)
{
    return atomic_load(&lane->token) & in_handler;
}

grpc_c_lane_view grpc_c_lane_look(grpc_c_workers *workers, grpc_c_lane *lane)
{
    uint64_t token = atomic_load(&lane->token);
    bool same = token == lane->seen;
    lane->seen = token;
    if ((token & in_handler) && same && take_over(workers, lane, token))
        return GRPC_C_LANE_TAKEN_OVER;
    return same && !(token & in_handler) ? GRPC_C_LANE_QUIET : GRPC_C_LANE_ACTIVE;
}
