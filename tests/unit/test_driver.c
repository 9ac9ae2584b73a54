/*
 * Drivers: what ends at once is kept, in order; core is asked nevertheless; and what a completion
 * queue has kept gets into its list. A batch without an operation ends at once.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/time.h>

#include "completion_queue.h"
#include "core.h"
#include "driver.h"

static grpc_channel *channel;

static int start_core(void **state)
{
    (void)state;
    grpc_c_core_acquire();
    grpc_channel_credentials *credentials = grpc_insecure_credentials_create();
    channel = grpc_channel_create("127.0.0.1:1", credentials, NULL);
    grpc_channel_credentials_release(credentials);
    return 0;
}

static int stop_core(void **state)
{
    (void)state;
    grpc_channel_destroy(channel);
    grpc_c_core_release();
    return 0;
}

static grpc_call *make_call(grpc_c_queue *queue)
{
    return grpc_channel_create_call(channel, NULL, GRPC_PROPAGATE_DEFAULTS, queue,
                                    grpc_slice_from_static_string("/s/m"), NULL,
                                    gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
}

typedef struct operation {
    grpc_c_event event;
    grpc_call *call;
    /** In which place it ran, from 1; its last one, if it ran more than once. */
    int place;
    int ran;
    /** How often it starts itself again. */
    int again;
    /** Started, too, when it has run first. */
    struct operation *next;
    grpc_c_completion_queue *wants_fd;
    /** Left by it: its last use. */
    grpc_c_completion_queue *leaves;
} operation;

static int places;

static void start(operation *operation)
{
    grpc_c_driver *driver = grpc_c_driver_begin_start();
    grpc_c_event_starts(&operation->event);
    assert_int_equal(grpc_call_start_batch(operation->call, NULL, 0, &operation->event, NULL),
                     GRPC_CALL_OK);
    grpc_c_driver_end_start(driver);
}

static void on_done(grpc_c_event *event, bool ok)
{
    operation *operation = (struct operation *)event;
    assert_true(ok);
    operation->place = ++places;
    grpc_c_completion_queue_count_callback();
    if (operation->ran++ == 0 && operation->next != NULL)
        start(operation->next);
    if (operation->wants_fd != NULL)
        assert_int_not_equal(grpc_c_completion_queue_fd(operation->wants_fd), -1);
    if (operation->again-- > 0)
        start(operation);
    if (operation->leaves != NULL)
        grpc_c_completion_queue_leave(operation->leaves);
}

static operation make_operation(grpc_call *call)
{
    return (operation){.event.done = on_done, .call = call};
}

static grpc_c_queue_result run_next(grpc_c_driver *driver)
{
    return grpc_c_driver_run_next(driver, gpr_inf_past(GPR_CLOCK_MONOTONIC));
}

/* ---- drivers ---- */

static void test_what_ends_at_once_comes_before_the_queue(void **state)
{
    (void)state;
    grpc_c_driver driver;
    grpc_c_driver_init(&driver, grpc_c_queue_new_for_next());
    grpc_call *call = make_call(driver.queue);
    operation in_queue[2] = {make_operation(call), make_operation(call)};
    operation kept = make_operation(call);
    in_queue[0].next = &kept;
    places = 0;
    start(&in_queue[0]); /* nobody drives here yet */
    start(&in_queue[1]);
    assert_null(driver.first);
    assert_int_equal(run_next(&driver), GRPC_C_QUEUE_EVENT);
    assert_ptr_equal(driver.first, &kept.event);
    assert_int_equal(run_next(&driver), GRPC_C_QUEUE_EVENT);
    assert_int_equal(run_next(&driver), GRPC_C_QUEUE_EVENT);
    assert_int_equal(run_next(&driver), GRPC_C_QUEUE_TIMEOUT);
    assert_int_equal(in_queue[0].place, 1);
    assert_int_equal(kept.place, 2);
    assert_int_equal(in_queue[1].place, 3);
    grpc_call_unref(call);
    grpc_c_queue_free_next(driver.queue);
}

static void test_an_operation_that_always_ends_at_once_does_not_keep_others_waiting(void **state)
{
    (void)state;
    grpc_c_driver driver;
    grpc_c_driver_init(&driver, grpc_c_queue_new_for_next());
    grpc_call *call = make_call(driver.queue);
    operation greedy = make_operation(call);
    operation other = make_operation(call);
    greedy.again = 1000;
    places = 0;
    start(&greedy);
    assert_int_equal(run_next(&driver), GRPC_C_QUEUE_EVENT);
    start(&other);
    while (run_next(&driver) == GRPC_C_QUEUE_EVENT)
        continue;
    assert_int_equal(greedy.ran, 1001);
    assert_int_equal(other.ran, 1);
    assert_in_range(other.place, 2, 100);
    grpc_call_unref(call);
    grpc_c_queue_free_next(driver.queue);
}

static void test_a_start_within_a_start_goes_through_the_queue(void **state)
{
    (void)state;
    grpc_c_driver driver;
    grpc_c_driver_init(&driver, grpc_c_queue_new_for_next());
    grpc_call *call = make_call(driver.queue);
    operation inner = make_operation(call);
    grpc_c_driver *outer = grpc_c_driver_enter(&driver);
    grpc_c_driver *starting = grpc_c_driver_begin_start();
    assert_ptr_equal(starting, &driver);
    assert_null(grpc_c_driver_begin_start());
    grpc_c_driver_end_start(NULL);
    grpc_c_driver_end_start(starting);
    assert_null(driver.first);
    start(&inner);
    assert_ptr_equal(driver.first, &inner.event);
    grpc_c_driver_leave(outer);
    assert_null(grpc_c_driver_begin_start());
    grpc_c_queue_shutdown(driver.queue);
    assert_int_equal(run_next(&driver), GRPC_C_QUEUE_EVENT); /* before the end of the queue */
    assert_int_equal(run_next(&driver), GRPC_C_QUEUE_SHUTDOWN);
    assert_int_equal(inner.ran, 1);
    grpc_call_unref(call);
    grpc_c_queue_free_next(driver.queue);
}

/* ---- completion queues ---- */

static void test_what_a_poll_leaves_makes_a_new_fd_readable(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_call *call = make_call(grpc_c_completion_queue_core(queue));
    operation greedy = make_operation(call);
    greedy.again = 1000;
    assert_true(grpc_c_completion_queue_enter(queue));
    start(&greedy);
    int ran = grpc_c_completion_queue_poll(queue, -1);
    assert_in_range(ran, 1, 1000);
    struct pollfd waited = {.fd = grpc_c_completion_queue_fd(queue), .events = POLLIN};
    while (ran < 1001) {
        assert_int_equal(poll(&waited, 1, 10000), 1);
        ran += grpc_c_completion_queue_poll(queue, 0);
    }
    assert_int_equal(greedy.ran, 1001);
    grpc_call_unref(call);
    grpc_c_completion_queue_leave(queue);
    grpc_c_completion_queue_free(queue);
}

static void test_what_is_kept_when_a_callback_asks_for_the_fd_is_run(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_call *call = make_call(grpc_c_completion_queue_core(queue));
    operation kept = make_operation(call);
    operation asks = make_operation(call);
    asks.next = &kept;
    asks.wants_fd = kept.leaves = queue;
    assert_true(grpc_c_completion_queue_enter(queue));
    start(&asks);
    grpc_c_completion_queue_shutdown(queue);
    assert_true(grpc_c_completion_queue_run(queue)); /* one event a round */
    assert_int_equal(asks.ran, 1);
    assert_int_equal(kept.ran, 1);
    grpc_call_unref(call);
    grpc_c_completion_queue_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_ends_at_once_comes_before_the_queue),
        cmocka_unit_test(test_an_operation_that_always_ends_at_once_does_not_keep_others_waiting),
        cmocka_unit_test(test_a_start_within_a_start_goes_through_the_queue),
        cmocka_unit_test(test_what_a_poll_leaves_makes_a_new_fd_readable),
        cmocka_unit_test(test_what_is_kept_when_a_callback_asks_for_the_fd_is_run),
    };
    return cmocka_run_group_tests(tests, start_core, stop_core);
}
