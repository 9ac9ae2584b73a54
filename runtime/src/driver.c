/* Drivers of queues; see driver.h. */
#include "driver.h"

#include <grpc/support/time.h>

enum {
    /* A stream whose writes all end at once could keep others waiting. */
    most_in_a_row = 16,
};

static _Thread_local grpc_c_driver *current;
/* Core has one place for what ends at once. What runs inside of an operation's start (a user's
 * plugin for credentials) may start others: they go through the queue. */
static _Thread_local bool starting;

static void take(grpc_c_driver *driver, grpc_c_event *event, bool ok)
{
    grpc_c_driver_keep(driver, event, ok);
}

void grpc_c_driver_init(grpc_c_driver *driver, grpc_c_queue *queue)
{
    *driver = (grpc_c_driver){.queue = queue, .take = take};
    driver->end = &driver->first;
}

void grpc_c_driver_keep(grpc_c_driver *driver, grpc_c_event *event, bool ok)
{
    event->ok = ok;
    event->next = NULL;
    *driver->end = event;
    driver->end = &event->next;
}

static grpc_c_event *pop(grpc_c_driver *driver, bool *ret_ok)
{
    grpc_c_event *event = driver->first;
    driver->first = event->next;
    if (driver->first == NULL)
        driver->end = &driver->first;
    *ret_ok = event->ok;
    return event;
}

static grpc_c_queue_result next(grpc_c_driver *driver, gpr_timespec deadline,
                                grpc_c_event **ret_event, bool *ret_ok)
{
    bool kept = driver->first != NULL;
    if (!kept || ++driver->in_a_row > most_in_a_row) {
        driver->in_a_row = 0;
        if (kept)
            deadline = gpr_inf_past(GPR_CLOCK_MONOTONIC);
        grpc_c_queue_result result =
            grpc_c_queue_next_until(driver->queue, deadline, ret_event, ret_ok);
        if (result == GRPC_C_QUEUE_EVENT || !kept)
            return result;
    }
    *ret_event = pop(driver, ret_ok);
    return GRPC_C_QUEUE_EVENT;
}

grpc_c_queue_result grpc_c_driver_run_next(grpc_c_driver *driver, gpr_timespec deadline)
{
    grpc_c_event *event;
    bool ok;
    grpc_c_queue_result result = next(driver, deadline, &event, &ok);
    if (result != GRPC_C_QUEUE_EVENT)
        return result;
    grpc_c_driver *outer = grpc_c_driver_enter(driver);
    event->done(event, ok);
    grpc_c_driver_leave(outer);
    return result;
}

grpc_c_driver *grpc_c_driver_enter(grpc_c_driver *driver)
{
    grpc_c_driver *outer = current;
    current = driver;
    return outer;
}

void grpc_c_driver_leave(grpc_c_driver *outer)
{
    current = outer;
}

grpc_c_driver *grpc_c_driver_begin_start(void)
{
    grpc_c_driver *driver = current;
    if (driver == NULL || starting)
        return NULL;
    starting = true;
    grpc_c_queue_begin_catching(driver->queue);
    return driver;
}

void grpc_c_driver_end_start(grpc_c_driver *driver)
{
    grpc_c_event *event;
    bool ok;
    if (driver == NULL)
        return;
    bool caught = grpc_c_queue_end_catching(driver->queue, &event, &ok);
    starting = false;
    if (caught)
        driver->take(driver, event, ok);
}
