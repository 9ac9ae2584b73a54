/* Lanes: slots, the poller's loop, and waiting. See lane.h for the idea. */
#include "lane.h"

#include <string.h>

#include <grpc/support/time.h>

#include "backlog.h"
#include "clock.h"
#include "invariant.h"
#include "server.h"

/* The token's bits; above them the count of handlers entered, which tells one from the next. */
enum {
    in_handler = 1,
    has_slot = 2,
    /* The poller is a worker in a handler that waits, and is counted among those away. */
    counted = 4,
    one_handler = 8,
};
enum { quick_ns = 200 * 1000 }; /* from one wait to the next, of a quick handler */

static void on_shutdown(grpc_c_event *event, bool ok)
{
    (void)ok;
    grpc_c_lane_end_came((grpc_c_lane *)((char *)event - offsetof(grpc_c_lane, shutdown)));
}

void grpc_c_lane_init(grpc_c_lane *lane, grpc_c_server *server, grpc_c_queue *queue)
{
    memset(lane, 0, sizeof *lane);
    lane->server = server;
    lane->owns_queue = queue == NULL;
    lane->queue = queue != NULL ? queue : grpc_c_queue_new_for_next();
    lane->core = server->core;
    lane->shutdown.done = on_shutdown;
    atomic_init(&lane->ends_to_come, 1);
    lane->pass.done = grpc_c_lane_on_pass;
    grpc_c_driver_init(&lane->driver, lane->queue);
    atomic_init(&lane->token, has_slot);
}

void grpc_c_lane_free(grpc_c_lane *lane)
{
    if (lane->owns_queue)
        grpc_c_queue_free_next(lane->queue);
    grpc_c_server_call_free_pool(lane);
}

/* ---- slots ---- */

/* Takes the slot of a lane that does not use it. Under the mutex; a worker that polls in place
 * there may still enter its handler again meanwhile, which leaves the slot free. */
static bool take_free_slot(grpc_c_lane *lane)
{
    uint64_t token = atomic_load(&lane->token);
    while ((token & has_slot) && (!(token & in_handler) || (token & counted)))
        if (atomic_compare_exchange_weak(&lane->token, &token, token & ~(uint64_t)has_slot))
            return true;
    return false;
}

/* Makes sure that the lane has a slot, taking one that another lane does not use just now. Under
 * the mutex, by the lane's poller. */
static bool find_slot(grpc_c_workers *workers, grpc_c_lane *lane)
{
    if (atomic_load(&lane->token) & has_slot)
        return true;
    for (unsigned i = 0; i < workers->lane_count; i++) {
        if (take_free_slot(&workers->lanes[i])) {
            atomic_fetch_or(&lane->token, has_slot);
            return true;
        }
    }
    return false;
}

/* Enters a handler in place, if the lane still has its slot. The poller's. */
static bool try_enter(grpc_c_lane *lane, grpc_c_role *ret_role)
{
    uint64_t token = atomic_load_explicit(&lane->token, memory_order_relaxed);
    uint64_t entered = (token + one_handler) | in_handler;
    if (!(token & has_slot) || !atomic_compare_exchange_strong(&lane->token, &token, entered))
        return false;
    /* What was written, and not what is there now: the watcher may have the role already. */
    *ret_role = (grpc_c_role){.lane = lane, .entered = entered};
    return true;
}

/* Leaves it again, for good or to poll in place. False when the role was taken over meanwhile. The
 * slot is no part of the comparison: that of a worker counted as away comes and goes. */
static bool try_leave(grpc_c_lane *lane, uint64_t entered)
{
    uint64_t token = atomic_load_explicit(&lane->token, memory_order_relaxed);
    while (((token ^ entered) & ~(uint64_t)has_slot) == 0)
        if (atomic_compare_exchange_weak(&lane->token, &token, token & ~(uint64_t)in_handler))
            return true;
    return false;
}

/* Counts a worker among those away, or no more, and keeps the invariant of lane.h. Under the
 * mutex. */
static void count_away(grpc_c_workers *workers, grpc_c_lane *lane)
{
    if (++workers->away > workers->spare)
        atomic_fetch_and(&lane->token, ~(uint64_t)has_slot);
}

static void count_back(grpc_c_workers *workers)
{
    if (workers->away-- <= workers->spare)
        return;
    unsigned i = 0;
    while (i < workers->lane_count && (atomic_load(&workers->lanes[i].token) & has_slot))
        i++;
    GRPC_C_INVARIANT(i < workers->lane_count);
    atomic_fetch_or(&workers->lanes[i].token, has_slot);
}

/* The slow way into a handler: through the backlog, so that older calls come first. `call` may be
 * NULL. Returns the call to run, its handler entered; NULL when there is none, or no slot. */
static grpc_c_server_call *enter_through_backlog(grpc_c_workers *workers, grpc_c_lane *lane,
                                                 grpc_c_server_call *call, grpc_c_role *ret_role)
{
    /* A call that waits may be given up by its client meanwhile. */
    if (call != NULL)
        grpc_c_server_call_watch(call);
    pthread_mutex_lock(&workers->mutex);
    /* Pushed before looking for a slot; a lane that leaves its handler looks at the backlog after:
     * one of the two sees the other. */
    if (call != NULL)
        grpc_c_backlog_push(workers, call);
    call = NULL;
    if (workers->backlog != NULL && find_slot(workers, lane) && try_enter(lane, ret_role))
        call = grpc_c_backlog_pop(workers);
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

/* Enters the handler of `call` (NULL: none), or of an older one that waits. As above. */
static grpc_c_server_call *enter(grpc_c_workers *workers, grpc_c_lane *lane,
                                 grpc_c_server_call *call, grpc_c_role *ret_role)
{
    bool waiting = atomic_load(&workers->backlog_count) > 0;
    if (call == NULL && !waiting)
        return NULL;
    if (waiting || !try_enter(lane, ret_role))
        call = enter_through_backlog(workers, lane, call, ret_role);
    /* The token is written before this is read; the watcher does it the other way round. */
    if (call != NULL && atomic_load(&workers->watcher_asleep))
        wake_watcher(workers);
    return call;
}

/* ---- polling ---- */

/* A worker that polled in place and kept the role is an ordinary poller again. */
static void come_back(grpc_c_workers *workers, grpc_c_lane *lane)
{
    pthread_mutex_lock(&workers->mutex);
    atomic_fetch_and(&lane->token, ~(uint64_t)counted);
    count_back(workers);
    pthread_mutex_unlock(&workers->mutex);
}

/* Takes one event, waiting for it until the deadline. False when none has come by then, or none
 * will any more. `ret_ready` is a call that is to be served now; NULL for none. */
static bool poll_once(grpc_c_lane *lane, gpr_timespec deadline, grpc_c_server_call **ret_ready)
{
    *ret_ready = NULL;
    if (grpc_c_driver_run_next(&lane->driver, deadline) != GRPC_C_QUEUE_EVENT)
        return false;
    *ret_ready = lane->ready;
    lane->ready = NULL;
    return true;
}

/* Leaves a handler that has returned. The lane that the worker polls now; NULL: it is away. */
static grpc_c_lane *leave_handler(grpc_c_workers *workers, const grpc_c_role *role)
{
    if (role->lane == NULL || !try_leave(role->lane, role->entered))
        return NULL;
    if (role->away)
        come_back(workers, role->lane);
    return role->lane;
}

/* Runs a call's handler, leaves it, and answers: as the poller, if it still is. As above. */
static grpc_c_lane *serve(grpc_c_workers *workers, grpc_c_server_call *call, grpc_c_role *role)
{
    grpc_c_lane_serve(call, role);
    grpc_c_lane *lane = leave_handler(workers, role);
    grpc_c_driver *outer = grpc_c_driver_enter(lane != NULL ? &lane->driver : NULL);
    grpc_c_server_call_answer(call);
    grpc_c_driver_leave(outer);
    return lane;
}

/* A worker that lost its role has a slot to itself: it serves what waits, then gives the slot
 * back. The lane that it polls now, should it have come to a role meanwhile; else NULL. */
static grpc_c_lane *end_away(grpc_c_workers *workers)
{
    grpc_c_server_call *call;
    pthread_mutex_lock(&workers->mutex);
    while ((call = grpc_c_backlog_pop(workers)) != NULL) {
        grpc_c_role role = {.lane = NULL, .away = true};
        pthread_mutex_unlock(&workers->mutex);
        grpc_c_lane *lane = serve(workers, call, &role);
        if (lane != NULL)
            return lane;
        pthread_mutex_lock(&workers->mutex);
    }
    count_back(workers);
    pthread_mutex_unlock(&workers->mutex);
    return NULL;
}

/* Wakes who sleeps over the event just handled. */
static void wake(grpc_c_lane *lane, bool with_role)
{
    grpc_c_wait *wait = lane->woken;
    lane->woken = NULL;
    if (wait != NULL)
        grpc_c_wait_wake(wait, with_role);
}

/* Runs a call's handler in place, and then what waits in the backlog. As above. */
static grpc_c_lane *run_handlers(grpc_c_workers *workers, grpc_c_lane *lane,
                                 grpc_c_server_call *call)
{
    grpc_c_role role;
    while ((call = enter(workers, lane, call, &role)) != NULL) {
        lane = serve(workers, call, &role);
        if (lane == NULL)
            lane = end_away(workers);
        if (lane == NULL)
            return NULL;
        /* Between calls of the backlog, events are not left waiting. */
        call = NULL;
        if (atomic_load(&workers->backlog_count) > 0) {
            poll_once(lane, gpr_inf_past(GPR_CLOCK_MONOTONIC), &call);
            wake(lane, false);
        }
    }
    return lane;
}

/* Polls until the role is lost, or given to a handler that was woken, or the lane is shut down. */
void grpc_c_lane_poll(grpc_c_workers *workers, grpc_c_lane *lane)
{
    grpc_c_server_call *call = NULL; /* a worker that comes to a vacant lane looks at the backlog */
    while ((lane = run_handlers(workers, lane, call)) != NULL &&
           poll_once(lane, gpr_inf_future(GPR_CLOCK_MONOTONIC), &call)) {
        bool give = lane->woken != NULL && lane->woken->wants_role &&
                    atomic_load(&workers->backlog_count) == 0;
        wake(lane, give);
        if (give)
            return;
    }
}

/* ---- waiting in a handler ---- */

/* Leaves the handler, to poll in place. False when the role was taken over; whoever did it has
 * counted the worker as away then. */
static bool begin_polling_in_place(grpc_c_workers *workers, grpc_c_role *role)
{
    if (role->away)
        return try_leave(role->lane, role->entered);
    role->away = true;
    pthread_mutex_lock(&workers->mutex);
    bool left = try_leave(role->lane, role->entered);
    if (left) {
        atomic_fetch_or(&role->lane->token, counted);
        count_away(workers, role->lane);
    }
    pthread_mutex_unlock(&workers->mutex);
    return left;
}

static void end_polling_in_place(grpc_c_workers *workers, grpc_c_role *role)
{
    grpc_c_lane *lane = role->lane;
    uint64_t token = atomic_load_explicit(&lane->token, memory_order_relaxed);
    while (!atomic_compare_exchange_weak(&lane->token, &token, (token + one_handler) | in_handler))
        continue;
    role->entered = (token + one_handler) | in_handler;
    if (atomic_load(&workers->watcher_asleep))
        wake_watcher(workers);
}

/* Puts a call (NULL: none) into the backlog and, if there is anything to run there and a slot to
 * run it in, leaves the role to a standby worker: true then. */
static bool leave_role(grpc_c_workers *workers, grpc_c_lane *lane, grpc_c_server_call *call)
{
    if (call != NULL)
        grpc_c_server_call_watch(call);
    pthread_mutex_lock(&workers->mutex);
    if (call != NULL)
        grpc_c_backlog_push(workers, call);
    bool leave = workers->backlog != NULL && find_slot(workers, lane);
    if (leave) {
        atomic_fetch_and(&lane->token, ~(uint64_t)counted);
        lane->vacant = true;
        pthread_cond_signal(workers->standing_by > 0 ? &workers->standby : &workers->watch);
    }
    pthread_mutex_unlock(&workers->mutex);
    return leave;
}

/* Polls until the operation is done or the role is gone; role->lane tells which. */
static void poll_in_place(grpc_c_workers *workers, grpc_c_role *role, const grpc_c_wait *wait)
{
    grpc_c_server_call *ready = NULL;
    bool keep = begin_polling_in_place(workers, role);
    while (keep && !grpc_c_wait_is_done(wait)) {
        bool polled = poll_once(role->lane, gpr_inf_future(GPR_CLOCK_MONOTONIC), &ready);
        GRPC_C_INVARIANT(polled);
        wake(role->lane, false);
        if (ready != NULL || atomic_load(&workers->backlog_count) > 0)
            keep = !leave_role(workers, role->lane, ready);
    }
    if (keep)
        end_polling_in_place(workers, role);
    else
        role->lane = NULL;
}

/* Sleeps until the operation is done. A worker that has no role takes the one of the poller that
 * wakes it, if its handler is quick now: whoever polls for itself is not woken for each message. A
 * slow one would leave the lane without a poller each time. */
static void sleep_over(grpc_c_server_call *call, grpc_c_wait *wait)
{
    grpc_c_role *role = call->role;
    bool wants_role = role->lane == NULL && grpc_c_now_ns() - role->woke_at < quick_ns;
    if (grpc_c_wait_sleep(wait, wants_role)) {
        role->lane = call->lane;
        atomic_fetch_or(&call->lane->token, counted);
        end_polling_in_place(&call->lane->server->workers, role);
    } else {
        role->woke_at = grpc_c_now_ns();
    }
}

void grpc_c_lane_wait(grpc_c_server_call *call, grpc_c_wait *wait)
{
    if (grpc_c_wait_is_done(wait))
        return;
    /* A call from the backlog may be served by the poller of another lane, whose role is of no use
     * here: the watcher will see to that lane. */
    if (call->role->lane == call->lane)
        poll_in_place(&call->lane->server->workers, call->role, wait);
    if (!grpc_c_wait_is_done(wait))
        sleep_over(call, wait);
}

/* ---- what the watcher sees; under the mutex ---- */

static bool take_over(grpc_c_workers *workers, grpc_c_lane *lane, uint64_t token)
{
    uint64_t taken = (token + one_handler) & ~(uint64_t)(in_handler | counted);
    if (!atomic_compare_exchange_strong(&lane->token, &token, taken))
        return false;
    if (!(token & counted))
        count_away(workers, lane);
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
