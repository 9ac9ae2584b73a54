/*
 * The state of a channel's connections: reading it, and waiting for it to change, on a queue of the
 * moment or on the channel's.
 */
#include <stdlib.h>

#include <grpc/support/time.h>

#include "channel.h"
#include "completion_queue.h"
#include "core.h"

const char *grpc_c_channel_state_name(grpc_c_channel_state state)
{
    switch (state) {
    case GRPC_C_CHANNEL_IDLE:
        return "IDLE";
    case GRPC_C_CHANNEL_CONNECTING:
        return "CONNECTING";
    case GRPC_C_CHANNEL_READY:
        return "READY";
    case GRPC_C_CHANNEL_TRANSIENT_FAILURE:
        return "TRANSIENT_FAILURE";
    case GRPC_C_CHANNEL_SHUTDOWN:
        return "SHUTDOWN";
    }
    return "(no state)";
}

static grpc_c_channel_state state_of_core(grpc_connectivity_state state)
{
    switch (state) {
    case GRPC_CHANNEL_IDLE:
        return GRPC_C_CHANNEL_IDLE;
    case GRPC_CHANNEL_CONNECTING:
        return GRPC_C_CHANNEL_CONNECTING;
    case GRPC_CHANNEL_READY:
        return GRPC_C_CHANNEL_READY;
    case GRPC_CHANNEL_TRANSIENT_FAILURE:
        return GRPC_C_CHANNEL_TRANSIENT_FAILURE;
    case GRPC_CHANNEL_SHUTDOWN:
        break;
    }
    return GRPC_C_CHANNEL_SHUTDOWN;
}

static grpc_connectivity_state core_state(grpc_c_channel_state state)
{
    static const grpc_connectivity_state states[] = {
        [GRPC_C_CHANNEL_IDLE] = GRPC_CHANNEL_IDLE,
        [GRPC_C_CHANNEL_CONNECTING] = GRPC_CHANNEL_CONNECTING,
        [GRPC_C_CHANNEL_READY] = GRPC_CHANNEL_READY,
        [GRPC_C_CHANNEL_TRANSIENT_FAILURE] = GRPC_CHANNEL_TRANSIENT_FAILURE,
        [GRPC_C_CHANNEL_SHUTDOWN] = GRPC_CHANNEL_SHUTDOWN,
    };
    return states[state];
}

static bool is_state(grpc_c_channel_state state)
{
    return (unsigned)state <= GRPC_C_CHANNEL_SHUTDOWN;
}

grpc_c_channel_state grpc_c_channel_get_state(grpc_c_channel *channel, bool try_to_connect)
{
    if (channel == NULL || grpc_c_core_was_forked())
        return GRPC_C_CHANNEL_SHUTDOWN;
    return state_of_core(grpc_channel_check_connectivity_state(channel->core, try_to_connect));
}

static void watch(grpc_c_channel *channel, grpc_c_channel_state last_state, gpr_timespec deadline,
                  grpc_c_queue *queue, grpc_c_event *event)
{
    grpc_c_event_starts(event);
    grpc_channel_watch_connectivity_state(channel->core, core_state(last_state), deadline, queue,
                                          event);
}

/* ---- blocking ---- */

static bool wait_for_change(grpc_c_channel *channel, grpc_c_channel_state last_state,
                            gpr_timespec deadline)
{
    if (grpc_c_channel_get_state(channel, false) != last_state)
        return true;
    bool changed = false;
    grpc_c_event event = {.done = NULL};
    grpc_c_queue *queue = grpc_c_queue_new_for_pluck();
    watch(channel, last_state, deadline, queue, &event);
    /* Core's watch keeps to the deadline. */
    grpc_c_queue_pluck(queue, &event, gpr_inf_future(GPR_CLOCK_MONOTONIC), &changed);
    grpc_c_queue_free_pluck(queue);
    return changed;
}

bool grpc_c_channel_wait_for_state_change(grpc_c_channel *channel, grpc_c_channel_state last_state,
                                          int64_t timeout_ms)
{
    return channel != NULL && !grpc_c_core_was_forked() && is_state(last_state) &&
           wait_for_change(channel, last_state, grpc_c_deadline_after_ms(timeout_ms));
}

bool grpc_c_channel_wait_until_ready(grpc_c_channel *channel, int64_t timeout_ms)
{
    if (channel == NULL || grpc_c_core_was_forked())
        return false;
    gpr_timespec deadline = grpc_c_deadline_after_ms(timeout_ms);
    grpc_c_channel_state state = grpc_c_channel_get_state(channel, true);
    while (state != GRPC_C_CHANNEL_READY && wait_for_change(channel, state, deadline))
        state = grpc_c_channel_get_state(channel, true);
    return state == GRPC_C_CHANNEL_READY;
}

/* ---- async ---- */

/* Core's watch of a lame channel waits for the time to be up, even when the channel is freed: so it
 * is asked for a little at a time. */
enum { lame_watch_ms = 100 };

typedef struct state_watch {
    /** First, so that the event is the watch. */
    grpc_c_event event;
    grpc_c_channel *channel;
    grpc_c_completion_queue *queue;
    grpc_c_channel_state last_state;
    gpr_timespec deadline;
    /** The state was another from the start; core may find the time up first. */
    bool changed;
    grpc_c_done_callback callback;
    void *user_data;
} state_watch;

static void start_watch(state_watch *started)
{
    gpr_timespec deadline = started->deadline;
    if (started->channel->lame)
        deadline =
            gpr_time_min(deadline, grpc_c_deadline_after_ms(started->changed ? 0 : lame_watch_ms));
    watch(started->channel, started->last_state, deadline,
          grpc_c_completion_queue_core(started->queue), &started->event);
}

/* Whether the time of a lame channel's watch is not up yet; then it goes on. */
static bool goes_on(state_watch *started)
{
    grpc_c_channel *channel = started->channel;
    if (!channel->lame || gpr_time_cmp(gpr_now(GPR_CLOCK_MONOTONIC), started->deadline) >= 0)
        return false;
    pthread_mutex_lock(&channel->mutex);
    started->changed |= channel->freed;
    if (!started->changed)
        start_watch(started);
    pthread_mutex_unlock(&channel->mutex);
    return !started->changed;
}

static void on_watch_done(grpc_c_event *event, bool ok)
{
    if (!ok && goes_on((state_watch *)event))
        return;
    const state_watch watch = *(state_watch *)event;
    free(event);
    grpc_c_channel_leave_queue(watch.channel, watch.queue);
    grpc_c_completion_queue_count_callback();
    watch.callback(ok || watch.changed, watch.user_data);
}

bool grpc_c_channel_wait_for_state_change__async(grpc_c_channel *channel,
                                                 grpc_c_channel_state last_state,
                                                 int64_t timeout_ms, grpc_c_done_callback callback,
                                                 void *user_data)
{
    grpc_c_status_code code;
    const char *reason;
    if (channel == NULL || callback == NULL || !is_state(last_state) || grpc_c_core_was_forked())
        return false;
    state_watch *started = malloc(sizeof *started);
    if (started == NULL)
        return false;
    grpc_c_completion_queue *queue = grpc_c_channel_enter_queue(channel, NULL, &code, &reason);
    if (queue == NULL) {
        free(started);
        return false;
    }
    bool changed = grpc_c_channel_get_state(channel, false) != last_state;
    *started = (state_watch){{.done = on_watch_done},
                             channel,
                             queue,
                             last_state,
                             grpc_c_deadline_after_ms(timeout_ms),
                             changed,
                             callback,
                             user_data};
    start_watch(started);
    return true;
}
