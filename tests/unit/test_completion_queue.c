/*
 * Completion queues without calls: who may drive, run, poll and descriptor, shutdown and free, and
 * the library's own queue. Events come from core: the end of a watch of a channel that has no time.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <grpc-c/log.h>

#include "completion_queue.h"
#include "core.h"
#include "own_queue.h"

/* ---- events ---- */

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

typedef struct operation {
    grpc_c_event event;
    grpc_c_completion_queue *queue;
    void (*callback)(struct operation *operation);
    void *argument;
    pthread_t ran_on;
    _Atomic int ran;
} operation;

static void on_done(grpc_c_event *event, bool ok)
{
    (void)ok;
    operation *operation = (struct operation *)event;
    operation->ran_on = pthread_self();
    grpc_c_completion_queue_leave(operation->queue);
    grpc_c_completion_queue_count_callback();
    if (operation->callback != NULL)
        operation->callback(operation);
    operation->ran++;
}

/* Its event comes in `ms` milliseconds. */
static bool start_operation(operation *operation, grpc_c_completion_queue *queue, int64_t ms)
{
    if (!grpc_c_completion_queue_enter(queue))
        return false;
    operation->queue = queue;
    operation->event.done = on_done;
    grpc_c_event_starts(&operation->event);
    gpr_timespec deadline =
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(ms, GPR_TIMESPAN));
    grpc_channel_watch_connectivity_state(channel, GRPC_CHANNEL_IDLE, deadline,
                                          grpc_c_completion_queue_core(queue), &operation->event);
    return true;
}

static bool is_readable(int fd, int timeout_ms)
{
    struct pollfd waited = {.fd = fd, .events = POLLIN};
    return poll(&waited, 1, timeout_ms) == 1;
}

static char logged[512];

static void remember(grpc_c_log_severity severity, const char *message, void *user_data)
{
    (void)user_data;
    if (severity == GRPC_C_LOG_ERROR)
        strncpy(logged, message, sizeof logged - 1);
}

/* ---- poll and run ---- */

static void test_null_is_harmless(void **state)
{
    (void)state;
    assert_false(grpc_c_completion_queue_run(NULL));
    assert_int_equal(grpc_c_completion_queue_poll(NULL, 0), -1);
    assert_int_equal(grpc_c_completion_queue_fd(NULL), -1);
    grpc_c_completion_queue_shutdown(NULL);
    grpc_c_completion_queue_free(NULL);
}

static void test_poll_waits_no_longer_than_told(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    assert_int_equal(grpc_c_completion_queue_poll(queue, 0), 0);
    assert_int_equal(grpc_c_completion_queue_poll(queue, 5), 0);
    assert_int_not_equal(grpc_c_completion_queue_fd(queue), -1);
    assert_int_equal(grpc_c_completion_queue_poll(queue, 0), 0);
    assert_int_equal(grpc_c_completion_queue_poll(queue, 5), 0);
    grpc_c_completion_queue_free(queue);
}

static void test_poll_runs_what_is_due_and_counts_it(void **state)
{
    (void)state;
    enum { count = 10 };
    operation operations[count] = {{.ran = 0}};
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    for (int i = 0; i < count; i++)
        assert_true(start_operation(&operations[i], queue, i % 2));
    int ran = 0;
    while (ran < count)
        ran += grpc_c_completion_queue_poll(queue, INT64_MAX);
    assert_int_equal(ran, count);
    for (int i = 0; i < count; i++)
        assert_int_equal(operations[i].ran, 1);
    grpc_c_completion_queue_free(queue);
}

static void shut_down_here(operation *operation)
{
    grpc_c_completion_queue_shutdown(operation->queue);
}

static void test_run_returns_after_shutdown_and_the_last_event(void **state)
{
    (void)state;
    for (int with_fd = 0; with_fd < 2; with_fd++) {
        operation last = {.ran = 0};
        operation first = {.callback = shut_down_here};
        grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
        if (with_fd)
            assert_int_not_equal(grpc_c_completion_queue_fd(queue), -1);
        assert_true(start_operation(&last, queue, 20));
        assert_true(start_operation(&first, queue, 0));
        assert_true(grpc_c_completion_queue_run(queue));
        assert_int_equal(first.ran, 1);
        assert_int_equal(last.ran, 1);
        assert_true(pthread_equal(last.ran_on, pthread_self()));
        assert_int_equal(grpc_c_completion_queue_poll(queue, -1), -1);
        assert_true(grpc_c_completion_queue_run(queue));
        assert_false(start_operation(&first, queue, 0));
        grpc_c_completion_queue_free(queue);
    }
}

static void test_free_drives_what_still_runs(void **state)
{
    (void)state;
    for (int with_fd = 0; with_fd < 2; with_fd++) {
        operation operation = {.ran = 0};
        grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
        if (with_fd)
            assert_int_not_equal(grpc_c_completion_queue_fd(queue), -1);
        assert_true(start_operation(&operation, queue, 10));
        grpc_c_completion_queue_free(queue);
        assert_int_equal(operation.ran, 1);
    }
}

/* ---- one driver ---- */

static void drive_again(operation *operation)
{
    assert_int_equal(grpc_c_completion_queue_poll(operation->queue, 0), -1);
    assert_false(grpc_c_completion_queue_run(operation->queue));
    grpc_c_completion_queue_free(operation->queue);
}

static void test_a_callback_can_neither_drive_nor_free(void **state)
{
    (void)state;
    for (int with_fd = 0; with_fd < 2; with_fd++) {
        operation operation = {.callback = drive_again};
        grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
        if (with_fd)
            assert_int_not_equal(grpc_c_completion_queue_fd(queue), -1);
        grpc_c_set_log_callback(remember, NULL);
        logged[0] = '\0';
        assert_true(start_operation(&operation, queue, 0));
        while (operation.ran == 0)
            grpc_c_completion_queue_poll(queue, -1);
        assert_non_null(strstr(logged, "grpc_c_completion_queue_free: refused"));
        grpc_c_set_log_callback(NULL, NULL);
        /* The refused free has left the queue as it was. */
        assert_true(start_operation(&operation, queue, 0));
        operation.callback = NULL;
        grpc_c_completion_queue_free(queue);
        assert_int_equal(operation.ran, 2);
    }
}

static void drive_other(operation *operation)
{
    struct operation other = {.ran = 0};
    assert_true(start_operation(&other, operation->argument, 0));
    while (other.ran == 0)
        grpc_c_completion_queue_poll(operation->argument, -1);
}

static void test_a_callback_may_drive_another_queue(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_completion_queue *other = grpc_c_completion_queue_new();
    operation operation = {.callback = drive_other, .argument = other};
    assert_true(start_operation(&operation, queue, 0));
    assert_int_equal(grpc_c_completion_queue_poll(queue, -1), 1);
    grpc_c_completion_queue_free(other);
    grpc_c_completion_queue_free(queue);
}

static void *run_main(void *queue)
{
    assert_true(grpc_c_completion_queue_run(queue));
    return NULL;
}

static void wait_for(const operation *operation)
{
    while (operation->ran == 0)
        sched_yield();
}

/* Returns when it does drive. */
static pthread_t start_driver(grpc_c_completion_queue *queue)
{
    pthread_t driver;
    operation sign = {.ran = 0};
    assert_true(start_operation(&sign, queue, 0));
    assert_int_equal(pthread_create(&driver, NULL, run_main, queue), 0);
    wait_for(&sign);
    return driver;
}

static void test_two_threads_cannot_drive(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    operation operation = {.ran = 0};
    assert_true(grpc_c_completion_queue_enter(queue));
    pthread_t driver = start_driver(queue);
    assert_false(grpc_c_completion_queue_run(queue));
    assert_int_equal(grpc_c_completion_queue_poll(queue, 0), -1);
    assert_true(start_operation(&operation, queue, 0));
    grpc_c_completion_queue_shutdown(queue);
    grpc_c_completion_queue_leave(queue);
    pthread_join(driver, NULL);
    assert_int_equal(operation.ran, 1);
    assert_true(pthread_equal(operation.ran_on, driver));
    grpc_c_completion_queue_free(queue);
}

/* ---- the descriptor ---- */

static void test_fd_is_readable_while_callbacks_are_due(void **state)
{
    (void)state;
    operation first = {.ran = 0};
    operation second = {.ran = 0};
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    int fd = grpc_c_completion_queue_fd(queue);
    assert_int_equal(grpc_c_completion_queue_fd(queue), fd);
    assert_false(is_readable(fd, 0));
    for (int i = 1; i <= 1000; i++) {
        assert_true(start_operation(&first, queue, 0));
        assert_true(start_operation(&second, queue, 0));
        while (first.ran < i || second.ran < i) {
            assert_true(is_readable(fd, -1));
            assert_true(is_readable(fd, 0));
            assert_true(grpc_c_completion_queue_poll(queue, 0) > 0);
        }
        assert_false(is_readable(fd, 0));
    }
    assert_true(pthread_equal(first.ran_on, pthread_self()));
    grpc_c_completion_queue_free(queue);
}

static void test_fd_stays_readable_after_the_end(void **state)
{
    (void)state;
    operation operation = {.ran = 0};
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    int fd = grpc_c_completion_queue_fd(queue);
    assert_true(start_operation(&operation, queue, 0));
    grpc_c_completion_queue_shutdown(queue);
    int result;
    do {
        assert_true(is_readable(fd, -1));
        result = grpc_c_completion_queue_poll(queue, 0);
    } while (result != -1);
    assert_int_equal(operation.ran, 1);
    assert_true(is_readable(fd, 0));
    assert_int_equal(grpc_c_completion_queue_poll(queue, 0), -1);
    assert_true(is_readable(fd, 0));
    grpc_c_completion_queue_free(queue);
}

static void test_fd_of_a_queue_that_has_ended(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_completion_queue_shutdown(queue);
    assert_int_equal(grpc_c_completion_queue_poll(queue, -1), -1);
    int fd = grpc_c_completion_queue_fd(queue);
    assert_true(is_readable(fd, -1));
    assert_int_equal(grpc_c_completion_queue_poll(queue, -1), -1);
    grpc_c_completion_queue_free(queue);
}

static void test_first_fd_while_another_thread_runs(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        enum { count = 3 };
        operation operations[count] = {{.ran = 0}};
        grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
        assert_true(grpc_c_completion_queue_enter(queue));
        pthread_t driver = start_driver(queue);
        assert_true(start_operation(&operations[0], queue, i % 3));
        assert_int_not_equal(grpc_c_completion_queue_fd(queue), -1);
        assert_true(start_operation(&operations[1], queue, i % 2));
        while (operations[0].ran == 0 || operations[1].ran == 0)
            sched_yield();
        assert_true(start_operation(&operations[2], queue, 0));
        grpc_c_completion_queue_shutdown(queue);
        grpc_c_completion_queue_leave(queue);
        pthread_join(driver, NULL);
        for (int k = 0; k < count; k++)
            assert_true(pthread_equal(operations[k].ran_on, driver));
        grpc_c_completion_queue_free(queue);
    }
}

static int64_t cpu_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void test_idle_fd_takes_no_time(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    int fd = grpc_c_completion_queue_fd(queue);
    int64_t before = cpu_ns();
    assert_false(is_readable(fd, 500));
    /* A busy thread would take 500 ms of them. */
    assert_true(cpu_ns() - before < 50 * 1000 * 1000);
    grpc_c_completion_queue_free(queue);
}

/* ---- threads that start and end ---- */

enum { threads = 4, operations_a_thread = 500 };

static void *start_many(void *queue)
{
    operation *operations = calloc(operations_a_thread, sizeof *operations);
    int started = 0;
    while (started < operations_a_thread &&
           start_operation(&operations[started], queue, started % 2))
        started++;
    for (int i = 0; i < started; i++)
        wait_for(&operations[i]);
    free(operations);
    grpc_c_completion_queue_leave(queue);
    return NULL;
}

static void test_the_last_to_leave_may_be_any_thread(void **state)
{
    (void)state;
    for (int with_fd = 0; with_fd < 2; with_fd++) {
        pthread_t starters[threads];
        grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
        if (with_fd)
            assert_int_not_equal(grpc_c_completion_queue_fd(queue), -1);
        for (int i = 0; i < threads; i++) {
            assert_true(grpc_c_completion_queue_enter(queue));
            pthread_create(&starters[i], NULL, start_many, queue);
        }
        int result;
        do {
            result = grpc_c_completion_queue_poll(queue, 1);
        } while (result == 0);
        grpc_c_completion_queue_free(queue);
        for (int i = 0; i < threads; i++)
            pthread_join(starters[i], NULL);
    }
}

/* ---- the library's own ---- */

static void test_own_queue_is_shared_and_ends_with_the_last(void **state)
{
    (void)state;
    operation first = {.ran = 0};
    operation second = {.ran = 0};
    grpc_c_completion_queue *queue = grpc_c_own_queue_acquire();
    assert_non_null(queue);
    assert_ptr_equal(grpc_c_own_queue_acquire(), queue);
    assert_true(start_operation(&first, queue, 0));
    wait_for(&first);
    grpc_c_own_queue_release();
    assert_true(start_operation(&second, queue, 10));
    grpc_c_own_queue_release();
    assert_int_equal(second.ran, 1);
    assert_false(pthread_equal(second.ran_on, pthread_self()));
    assert_true(pthread_equal(second.ran_on, first.ran_on));
}

static void release_here(operation *operation)
{
    (void)operation;
    grpc_c_own_queue_release();
}

static void test_own_queue_released_in_its_callback(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        operation operation = {.callback = release_here};
        assert_true(start_operation(&operation, grpc_c_own_queue_acquire(), 0));
        wait_for(&operation);
        /* Its thread may still be ending; the next queue is another. */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null_is_harmless),
        cmocka_unit_test(test_poll_waits_no_longer_than_told),
        cmocka_unit_test(test_poll_runs_what_is_due_and_counts_it),
        cmocka_unit_test(test_run_returns_after_shutdown_and_the_last_event),
        cmocka_unit_test(test_free_drives_what_still_runs),
        cmocka_unit_test(test_a_callback_can_neither_drive_nor_free),
        cmocka_unit_test(test_a_callback_may_drive_another_queue),
        cmocka_unit_test(test_two_threads_cannot_drive),
        cmocka_unit_test(test_fd_is_readable_while_callbacks_are_due),
        cmocka_unit_test(test_fd_stays_readable_after_the_end),
        cmocka_unit_test(test_fd_of_a_queue_that_has_ended),
        cmocka_unit_test(test_first_fd_while_another_thread_runs),
        cmocka_unit_test(test_idle_fd_takes_no_time),
        cmocka_unit_test(test_the_last_to_leave_may_be_any_thread),
        cmocka_unit_test(test_own_queue_is_shared_and_ends_with_the_last),
        cmocka_unit_test(test_own_queue_released_in_its_callback),
    };
    return cmocka_run_group_tests(tests, start_core, stop_core);
}
