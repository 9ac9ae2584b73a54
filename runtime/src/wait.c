/* Operations that handlers wait for; see wait.h. */
#include "wait.h"

#include <errno.h>

enum {
    /* Nothing in flight. */
    settled,
    in_flight,
    /* In flight, and a worker sleeps over it. */
    slept_over,
    /* In flight, and left to the poller. */
    left,
};

/* By the poller; or by the worker that would wait, where its operation has ended in the start. */
static void on_done(grpc_c_event *event, bool ok)
{
    grpc_c_wait *wait = (grpc_c_wait *)event;
    wait->ok = ok;
    /* From the exchange on, a worker that found it settled may begin the next operation. */
    switch (atomic_exchange(&wait->state, settled)) {
    case slept_over:
        *wait->woken = wait;
        break;
    case left:
        wait->then(wait->argument);
        break;
    default:
        break;
    }
}

bool grpc_c_wait_init(grpc_c_wait *wait, grpc_c_wait **woken)
{
    *wait = (grpc_c_wait){.event.done = on_done, .woken = woken};
    return sem_init(&wait->done, 0, 0) == 0;
}

void grpc_c_wait_destroy(grpc_c_wait *wait)
{
    sem_destroy(&wait->done);
}

void grpc_c_wait_begin(grpc_c_wait *wait)
{
    atomic_store_explicit(&wait->state, in_flight, memory_order_relaxed);
}

bool grpc_c_wait_is_done(const grpc_c_wait *wait)
{
    return atomic_load_explicit(&wait->state, memory_order_acquire) == settled;
}

bool grpc_c_wait_sleep(grpc_c_wait *wait, bool wants_role)
{
    int expected = in_flight;
    wait->wants_role = wants_role;
    if (!atomic_compare_exchange_strong(&wait->state, &expected, slept_over))
        return false;
    while (sem_wait(&wait->done) != 0 && errno == EINTR)
        continue;
    return wait->gets_role;
}

void grpc_c_wait_wake(grpc_c_wait *wait, bool with_role)
{
    wait->gets_role = with_role;
    sem_post(&wait->done);
}

bool grpc_c_wait_leave(grpc_c_wait *wait, void (*then)(void *argument), void *argument)
{
    int expected = in_flight;
    wait->then = then;
    wait->argument = argument;
    return atomic_compare_exchange_strong(&wait->state, &expected, left);
}
