/* Workers: how many handlers run at once, and what slow ones do to the others. */
#include "fixture.h"

enum { workers = 10, callers = 30 };

static void check_quick_call(fixture *fixture)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "quick";
    grpc_c_client_context_set_timeout_ms(fixture->context, 60000);
    const Echo__Reply *reply = echo__echo_stub__say(&fixture->stub, &request, fixture->context);
    assert_string_equal(grpc_c_client_context_error(fixture->context), "OK");
    assert_string_equal(reply->text, "quick");
}

static void hold_all(fixture *fixture, background_call *calls, int count)
{
    for (int i = 0; i < count; i++)
        background_call_start(&calls[i], fixture, true, "held", -1);
}

static void join_all(background_call *calls, int count)
{
    for (int i = 0; i < count; i++) {
        background_call_join(&calls[i]);
        assert_int_equal(calls[i].code, GRPC_C_STATUS_OK);
        assert_string_equal(calls[i].text, "held");
    }
}

static void test_quick_calls_pass_held_ones(void **state)
{
    (void)state;
    for (unsigned lanes = 1; lanes <= 3; lanes++) {
        fixture *fixture =
            fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = workers, .lanes = lanes), NULL);
        background_call held[workers - 1];
        for (int i = 0; i < workers - 1; i++) {
            background_call_start(&held[i], fixture, true, "held", -1);
            gate_wait_for(&fixture->gate, i + 1);
            check_quick_call(fixture);
        }
        gate_let_pass(&fixture->gate, workers - 1);
        join_all(held, workers - 1);
        check_quick_call(fixture);
        fixture_free(fixture);
    }
}

static void test_no_more_than_max_workers_at_once(void **state)
{
    (void)state;
    for (unsigned max_workers = 1; max_workers <= 4; max_workers++) {
        for (unsigned lanes = 1; lanes <= max_workers; lanes++) {
            fixture *fixture =
                fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = max_workers, .lanes = lanes),
                            NULL);
            background_call held[callers];
            hold_all(fixture, held, callers);
            /* One passes at a time, and its place is taken, while there are calls to take it. */
            for (int i = 0; i < callers; i++) {
                int left = callers - i;
                gate_wait_for(&fixture->gate, left < (int)max_workers ? left : (int)max_workers);
                gate_let_pass(&fixture->gate, 1);
            }
            join_all(held, callers);
            assert_int_equal(gate_read(&fixture->gate).most_waiting, max_workers);
            assert_int_equal(gate_read(&fixture->gate).entered, callers);
            check_quick_call(fixture);
            fixture_free(fixture);
        }
    }
}

static void test_call_waits_for_a_worker(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = 2), NULL);
    background_call held[2];
    background_call waits;
    hold_all(fixture, held, 2);
    gate_wait_for(&fixture->gate, 2);
    background_call_start(&waits, fixture, false, "waited", -1);
    gate_let_pass(&fixture->gate, 1);
    background_call_join(&waits);
    assert_string_equal(waits.text, "waited");
    gate_let_pass(&fixture->gate, 1);
    join_all(held, 2);
    fixture_free(fixture);
}

static void test_deadline_passes_while_waiting_for_a_worker(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = 1), NULL);
    background_call held;
    background_call late;
    background_call later;
    hold_all(fixture, &held, 1);
    gate_wait_for(&fixture->gate, 1);
    background_call_start(&late, fixture, false, "late", 50);
    background_call_join(&late);
    assert_int_equal(late.code, GRPC_C_STATUS_DEADLINE_EXCEEDED);
    /* The server learns of deadlines a little late: by this one's, the first has passed there. */
    background_call_start(&later, fixture, true, "later", 500);
    background_call_join(&later);
    gate_let_pass(&fixture->gate, 2);
    join_all(&held, 1);
    check_quick_call(fixture);
    /* Only the quick call: the late one's handler never ran. */
    assert_int_equal(fixture->said, 1);
    fixture_free(fixture);
}

static void test_calls_over_the_limit_are_shed_at_once(void **state)
{
    (void)state;
    enum { limit = 5 };
    fixture *fixture =
        fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = limit, .max_concurrent_calls = limit),
                    NULL);
    background_call held[limit];
    hold_all(fixture, held, limit);
    gate_wait_for(&fixture->gate, limit);
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_null(echo__echo_stub__say(&fixture->stub, &request, fixture->context));
    assert_string_equal(grpc_c_client_context_error(fixture->context),
                        "RESOURCE_EXHAUSTED: the server has as many calls as it takes");
    gate_let_pass(&fixture->gate, limit);
    join_all(held, limit);
    check_quick_call(fixture);
    fixture_free(fixture);
}

typedef struct caller {
    pthread_t thread;
    fixture *fixture;
} caller;

static void *call_many_times(void *argument)
{
    caller *caller = argument;
    grpc_c_client_context *context = grpc_c_client_context_new();
    for (int i = 0; i < 200; i++) {
        Echo__Request request = ECHO__REQUEST__INIT;
        request.text = "many";
        const Echo__Reply *reply =
            i % 20 == 0 ? echo__echo_stub__hold(&caller->fixture->stub, &request, context)
                        : echo__echo_stub__say(&caller->fixture->stub, &request, context);
        assert_non_null(reply);
        assert_string_equal(reply->text, "many");
    }
    grpc_c_client_context_free(context);
    return NULL;
}

/* Quick calls with held ones among them: roles and slots change hands all the time. */
static void test_many_callers_with_slow_calls_among_them(void **state)
{
    (void)state;
    for (unsigned lanes = 1; lanes <= 3; lanes++) {
        fixture *fixture =
            fixture_new(GRPC_C_SERVER_OPTIONS(.max_workers = 4, .lanes = lanes), NULL);
        caller all[8];
        for (int i = 0; i < 8; i++) {
            all[i].fixture = fixture;
            assert_int_equal(pthread_create(&all[i].thread, NULL, call_many_times, &all[i]), 0);
        }
        /* One pass at a time, as they come: every held handler really waits. */
        for (int i = 0; i < 8 * 10; i++) {
            pthread_mutex_lock(&fixture->gate.mutex);
            while (fixture->gate.counts.waiting == 0 || fixture->gate.passes > 0)
                pthread_cond_wait(&fixture->gate.changed, &fixture->gate.mutex);
            pthread_mutex_unlock(&fixture->gate.mutex);
            gate_let_pass(&fixture->gate, 1);
        }
        for (int i = 0; i < 8; i++)
            pthread_join(all[i].thread, NULL);
        assert_int_equal(gate_read(&fixture->gate).entered, 8 * 10);
        assert_int_equal(fixture->said, 8 * 190);
        fixture_free(fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quick_calls_pass_held_ones),
        cmocka_unit_test(test_no_more_than_max_workers_at_once),
        cmocka_unit_test(test_call_waits_for_a_worker),
        cmocka_unit_test(test_deadline_passes_while_waiting_for_a_worker),
        cmocka_unit_test(test_calls_over_the_limit_are_shed_at_once),
        cmocka_unit_test(test_many_callers_with_slow_calls_among_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
