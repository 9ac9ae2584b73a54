/* Completion queues and who drives them; see completion_queue.h. */
#include "completion_queue.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "core.h"
#include "driver.h"
#include "invariant.h"
#include "thread.h"

enum {
    no_fd = -1,
    /* Events that one poll takes straight from core: callbacks that start further operations could
     * keep it busy for ever. */
    most_events_of_a_poll = 256,
};

struct grpc_c_completion_queue {
    grpc_c_queue *core;
    /** The driver's while it is in core's queue, else under the mutex. */
    grpc_c_driver kept;
    /** There is a pump; never goes back. */
    atomic_bool pumped;

    /** Guards what follows. */
    pthread_mutex_t mutex;
    /** The list was filled, the queue has ended, the driver has left core's queue or the queue, or
     * somebody was to be woken. */
    pthread_cond_t changed;
    /** Calls and servers. */
    unsigned uses;
    bool shut_down;
    bool driven;
    /** The thread that does; valid while one does. */
    pthread_t driver;
    /** The driver takes events from core itself. */
    bool driver_in_core;

    pthread_t pump;
    /** Readable while the list holds something, and once the queue has ended. */
    int fd;
    grpc_c_event *first;
    grpc_c_event **end;
    /** The pump saw the end of core's queue. */
    bool ended;
};

static _Thread_local int callbacks_run;

void grpc_c_completion_queue_count_callback(void)
{
    if (callbacks_run < INT_MAX)
        callbacks_run++;
}

/* ---- life ---- */

grpc_c_completion_queue *grpc_c_completion_queue_new(void)
{
    if (grpc_c_core_was_forked()) {
        grpc_c_log_error(GRPC_C_FORKED);
        return NULL;
    }
    grpc_c_completion_queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL)
        return NULL;
    if (!grpc_c_cond_and_mutex_init(&queue->changed, &queue->mutex)) {
        free(queue);
        return NULL;
    }
    grpc_c_core_acquire();
    queue->core = grpc_c_queue_new_for_next();
    grpc_c_driver_init(&queue->kept, queue->core);
    queue->fd = no_fd;
    queue->end = &queue->first;
    return queue;
}

/* Under the mutex, which free takes too: whoever sees the end of core's queue waits there until the
 * thread that brought it about has let go of the queue. */
static void shut_core_down_if_unused(grpc_c_completion_queue *queue)
{
    if (queue->shut_down && queue->uses == 0)
        grpc_c_queue_shutdown(queue->core);
}

bool grpc_c_completion_queue_enter(grpc_c_completion_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool open = !queue->shut_down;
    if (open)
        queue->uses++;
    pthread_mutex_unlock(&queue->mutex);
    return open;
}

void grpc_c_completion_queue_leave(grpc_c_completion_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    GRPC_C_INVARIANT(queue->uses > 0);
    queue->uses--;
    shut_core_down_if_unused(queue);
    pthread_mutex_unlock(&queue->mutex);
}

grpc_c_queue *grpc_c_completion_queue_core(grpc_c_completion_queue *queue)
{
    return queue->core;
}

void grpc_c_completion_queue_shutdown(grpc_c_completion_queue *queue)
{
    if (queue == NULL || grpc_c_core_was_forked())
        return;
    pthread_mutex_lock(&queue->mutex);
    if (!queue->shut_down) {
        queue->shut_down = true;
        shut_core_down_if_unused(queue);
    }
    pthread_mutex_unlock(&queue->mutex);
}

/* ---- the pump, and the list that it fills ---- */

/* Neither fails, unless the user has read or closed the descriptor, which is not for us to mend. */
static void make_readable(grpc_c_completion_queue *queue)
{
    eventfd_write(queue->fd, 1);
}

static void make_unreadable(grpc_c_completion_queue *queue)
{
    eventfd_t count;
    eventfd_read(queue->fd, &count);
}

/* Appends events that are linked, from `first` to the one whose `next` is at `end`. Under the
 * mutex.
 */
static void append(grpc_c_completion_queue *queue, grpc_c_event *first, grpc_c_event **end)
{
    if (queue->first == NULL) {
        make_readable(queue);
        pthread_cond_broadcast(&queue->changed);
    }
    *queue->end = first;
    queue->end = end;
}

/* What the last driver of core's queue has kept goes into the list, once there is a pump. Under the
 * mutex, with no such driver any more. */
static void append_kept(grpc_c_completion_queue *queue)
{
    if (queue->kept.first == NULL || !atomic_load(&queue->pumped))
        return;
    append(queue, queue->kept.first, queue->kept.end);
    grpc_c_driver_init(&queue->kept, queue->core);
}

static void *pump_main(void *argument)
{
    grpc_c_completion_queue *queue = argument;
    pthread_mutex_lock(&queue->mutex);
    while (queue->driver_in_core)
        pthread_cond_wait(&queue->changed, &queue->mutex);
    pthread_mutex_unlock(&queue->mutex);

    grpc_c_event *event;
    bool ok;
    while (grpc_c_queue_next(queue->core, &event, &ok) == GRPC_C_QUEUE_EVENT) {
        event->ok = ok;
        event->next = NULL;
        pthread_mutex_lock(&queue->mutex);
        append(queue, event, &event->next);
        pthread_mutex_unlock(&queue->mutex);
    }

    pthread_mutex_lock(&queue->mutex);
    queue->ended = true;
    make_readable(queue); /* for good */
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
    return NULL;
}

int grpc_c_completion_queue_fd(grpc_c_completion_queue *queue)
{
    if (queue == NULL || grpc_c_core_was_forked())
        return no_fd;
    pthread_mutex_lock(&queue->mutex);
    if (queue->fd == no_fd)
        queue->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (queue->fd != no_fd && !atomic_load(&queue->pumped)) {
        if (grpc_c_thread_start(&queue->pump, "grpc-c pump", pump_main, queue)) {
            atomic_store(&queue->pumped, true);
            if (!queue->driver_in_core)
                append_kept(queue);
        } else {
            close(queue->fd);
            queue->fd = no_fd;
        }
    }
    int fd = queue->fd;
    pthread_mutex_unlock(&queue->mutex);
    return fd;
}

/* ---- driving ---- */

typedef enum driving {
    /** Events ran, if any were due. */
    driving_goes_on,
    driving_ended,
} driving;

static bool begin_driving(grpc_c_completion_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool free_to_drive = !queue->driven;
    if (free_to_drive) {
        queue->driven = true;
        queue->driver = pthread_self();
        queue->driver_in_core = !atomic_load(&queue->pumped);
    }
    pthread_mutex_unlock(&queue->mutex);
    return free_to_drive;
}

bool grpc_c_completion_queue_is_driven_here(grpc_c_completion_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool here = queue->driven && pthread_equal(queue->driver, pthread_self());
    pthread_mutex_unlock(&queue->mutex);
    return here;
}

/* Makes way for the pump. */
static void leave_core(grpc_c_completion_queue *queue)
{
    queue->driver_in_core = false;
    append_kept(queue);
    pthread_cond_broadcast(&queue->changed);
}

static void end_driving(grpc_c_completion_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->driven = false;
    leave_core(queue);
    pthread_mutex_unlock(&queue->mutex);
}

/* Waits for one event and runs it, then those that have come meanwhile, up to `most` in all. */
static driving drive_core(grpc_c_completion_queue *queue, int64_t timeout_ms, unsigned most)
{
    gpr_timespec deadline = grpc_c_deadline_after_ms(timeout_ms);
    for (unsigned taken = 0; taken < most; taken++) {
        switch (grpc_c_driver_run_next(&queue->kept, deadline)) {
        case GRPC_C_QUEUE_EVENT:
            break;
        case GRPC_C_QUEUE_TIMEOUT:
            return driving_goes_on;
        case GRPC_C_QUEUE_SHUTDOWN:
            return taken == 0 ? driving_ended : driving_goes_on;
        }
        deadline = grpc_c_deadline_after_ms(0);
    }
    return driving_goes_on;
}

/* Waits until the pump has something, or the time is up; under the mutex. */
static void wait_for_pump(grpc_c_completion_queue *queue, int64_t timeout_ms)
{
    enum { ns_per_ms = 1000 * 1000 };
    int64_t most_ms = INT64_MAX / ns_per_ms;
    bool limited = timeout_ms >= 0 && timeout_ms <= most_ms;
    struct timespec until = grpc_c_time_after_ns(limited ? timeout_ms * ns_per_ms : 0);
    int error = timeout_ms == 0;
    while (queue->first == NULL && !queue->ended && error == 0)
        error = limited ? pthread_cond_timedwait(&queue->changed, &queue->mutex, &until)
                        : pthread_cond_wait(&queue->changed, &queue->mutex);
}

static driving drive_list(grpc_c_completion_queue *queue, int64_t timeout_ms)
{
    pthread_mutex_lock(&queue->mutex);
    if (queue->driver_in_core)
        leave_core(queue);
    wait_for_pump(queue, timeout_ms);
    grpc_c_event *event = queue->first;
    driving result = event == NULL && queue->ended ? driving_ended : driving_goes_on;
    if (event != NULL && !queue->ended)
        make_unreadable(queue);
    queue->first = NULL;
    queue->end = &queue->first;
    pthread_mutex_unlock(&queue->mutex);
    while (event != NULL) {
        /* The event may be gone, or on its way again, once `done` was called. */
        grpc_c_event *next = event->next;
        event->done(event, event->ok);
        event = next;
    }
    return result;
}

/* One round: from where events come at this moment. */
static driving drive(grpc_c_completion_queue *queue, int64_t timeout_ms, unsigned most)
{
    return atomic_load(&queue->pumped) ? drive_list(queue, timeout_ms)
                                       : drive_core(queue, timeout_ms, most);
}

static void drive_to_the_end(grpc_c_completion_queue *queue)
{
    int outer = callbacks_run;
    /* One event a round, without asking core for more: that would cost a system call each. */
    while (drive(queue, -1, 1) == driving_goes_on)
        continue;
    callbacks_run = outer;
}

bool grpc_c_completion_queue_run(grpc_c_completion_queue *queue)
{
    if (queue == NULL || grpc_c_core_was_forked() || !begin_driving(queue))
        return false;
    drive_to_the_end(queue);
    end_driving(queue);
    return true;
}

int grpc_c_completion_queue_poll(grpc_c_completion_queue *queue, int64_t timeout_ms)
{
    if (queue == NULL || grpc_c_core_was_forked() || !begin_driving(queue))
        return -1;
    int outer = callbacks_run; /* this may be a callback of another queue's */
    callbacks_run = 0;
    driving result = drive(queue, timeout_ms, most_events_of_a_poll);
    int ran = callbacks_run;
    callbacks_run = outer;
    end_driving(queue);
    return result == driving_ended ? -1 : ran;
}

void grpc_c_completion_queue_drive_until(grpc_c_completion_queue *queue,
                                         bool (*is_over)(void *argument), void *argument)
{
    while (!is_over(argument)) {
        if (grpc_c_completion_queue_poll(queue, -1) >= 0)
            continue;
        pthread_mutex_lock(&queue->mutex);
        while (queue->driven && !is_over(argument))
            pthread_cond_wait(&queue->changed, &queue->mutex);
        pthread_mutex_unlock(&queue->mutex);
    }
}

void grpc_c_completion_queue_wake(grpc_c_completion_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}

void grpc_c_completion_queue_free(grpc_c_completion_queue *queue)
{
    if (queue == NULL || grpc_c_core_was_forked())
        return;
    if (!begin_driving(queue)) {
        grpc_c_log_error("grpc_c_completion_queue_free: refused, since a thread drives the queue, "
                         "or this is one of its callbacks");
        return;
    }
    grpc_c_completion_queue_shutdown(queue);
    drive_to_the_end(queue);
    end_driving(queue);
    if (queue->fd != no_fd) {
        pthread_join(queue->pump, NULL);
        close(queue->fd);
    }
    grpc_c_queue_free_next(queue->core);
    pthread_mutex_destroy(&queue->mutex);
    pthread_cond_destroy(&queue->changed);
    free(queue);
    grpc_c_core_release();
}
