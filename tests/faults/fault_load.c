/*
 * Many at once: ten thousand calls, a thousand connections. What a server takes beyond its limit
 * ends with RESOURCE_EXHAUSTED, all else with OK, each call once; and what a burst took is given
 * back.
 */
#include <semaphore.h>
#include <sys/resource.h>

#include "async_servicers.h"
#include "server.h"

enum { most_calls = 10000, fewer_calls = 2000, connections = 1000, descriptors = 4096 };

/* ---- calls ---- */

typedef struct burst {
    int calls;
    _Atomic int ok;
    _Atomic int exhausted;
    _Atomic int others;
    _Atomic int ended;
    sem_t over;
} burst;

typedef struct call {
    burst *burst;
    grpc_c_client_context *context;
    _Atomic int ends;
} call;

static void on_reply(const Echo__Reply *reply, void *user_data)
{
    call *call = user_data;
    burst *burst = call->burst;
    grpc_c_status_code code = grpc_c_client_context_status(call->context);
    if (code == GRPC_C_STATUS_OK && reply != NULL)
        burst->ok++;
    else if (code == GRPC_C_STATUS_RESOURCE_EXHAUSTED && reply == NULL)
        burst->exhausted++;
    else
        burst->others++;
    call->ends++;
    if (++burst->ended == burst->calls)
        sem_post(&burst->over);
}

static call *start_calls(burst *burst, const Echo__Echo_Stub *stub, bool hold)
{
    call *all = calloc((size_t)burst->calls, sizeof *all);
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "one of many";
    sem_init(&burst->over, 0, 0);
    for (int i = 0; i < burst->calls; i++) {
        all[i].burst = burst;
        all[i].context = grpc_c_client_context_new();
        assert_true((hold ? echo__echo_stub__hold__async
                          : echo__echo_stub__say__async)(stub, &request, all[i].context, on_reply,
                                                         &all[i]));
    }
    return all;
}

static void end_calls(burst *burst, call *all)
{
    sem_wait(&burst->over);
    for (int i = 0; i < burst->calls; i++) {
        assert_int_equal(all[i].ends, 1);
        grpc_c_client_context_free(all[i].context);
    }
    assert_int_equal(burst->others, 0);
    assert_int_equal(burst->ok + burst->exhausted, burst->calls);
    sem_destroy(&burst->over);
    free(all);
}

static void check_next_call(const Echo__Echo_Stub *stub)
{
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_non_null(echo__echo_stub__say(stub, &request, context));
    grpc_c_client_context_free(context);
}

static void check_blocking(const grpc_c_server_options *options, int calls)
{
    fixture *fixture = fixture_new(options, NULL);
    burst burst = {.calls = calls};
    end_calls(&burst, start_calls(&burst, &fixture->stub, false));
    check_next_call(&fixture->stub);
    assert_int_equal(fixture->said, burst.ok + 1);
    print_message("OK: %d, RESOURCE_EXHAUSTED: %d\n", burst.ok, burst.exhausted);
    fixture_free(fixture);
}

static void test_ten_thousand_calls_of_a_blocking_server(void **state)
{
    (void)state;
    check_blocking(GRPC_C_SERVER_OPTIONS(.max_workers = 10), most_calls);
    check_blocking(GRPC_C_SERVER_OPTIONS(.max_workers = 10, .max_concurrent_calls = 20),
                   fewer_calls);
}

/* Calls of which the test's own gate holds all that the server takes: they are there at once. */
static void check_async(const grpc_c_server_options *options, int calls, int taken)
{
    async_counts counts;
    char target[64];
    burst burst = {.calls = calls};
    async_counts_init(&counts);
    grpc_c_server *server = grpc_c_server_new(options);
    assert_true(echo__echo_add_async_servicer_to_server(&async_echo, &counts, server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    call *all = start_calls(&burst, &stub, true);
    async_wait_for_held(&counts, taken);
    while (burst.ended < calls - taken)
        sched_yield();
    assert_int_equal(burst.exhausted, calls - taken);
    async_release_held(&counts, GRPC_C_STATUS_OK);
    end_calls(&burst, all);
    assert_int_equal(burst.ok, taken);
    check_next_call(&stub);
    grpc_c_channel_free(channel);
    grpc_c_server_stop(server, -1);
    for (unsigned i = 0; i < server->workers.lane_count; i++)
        assert_in_range(server->workers.lanes[i].pool_count, 1, 100);
    grpc_c_server_free(server);
}

static void test_ten_thousand_calls_of_an_async_server(void **state)
{
    (void)state;
    check_async(GRPC_C_SERVER_OPTIONS(.max_concurrent_calls = most_calls,
                                      .max_concurrent_streams = most_calls),
                most_calls, most_calls);
    check_async(GRPC_C_SERVER_OPTIONS(.max_concurrent_calls = 100, .lanes = 1,
                                      .max_concurrent_streams = fewer_calls),
                fewer_calls, 100);
}

/* ---- connections ---- */

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < descriptors) {
        limit.rlim_cur = descriptors;
        assert_true(limit.rlim_max >= descriptors);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
}

/* Each channel has connections of its own, where core would share them. */
static void test_a_thousand_connections(void **state)
{
    (void)state;
    static const grpc_c_core_argument unshared = {"grpc.use_local_subchannel_pool", NULL, 1};
    static grpc_c_channel *channels[connections];
    raise_descriptor_limit();
    fixture *fixture = fixture_new(NULL, NULL);
    for (int i = 0; i < connections; i++) {
        channels[i] =
            grpc_c_insecure_channel_new(fixture->target,
                                        GRPC_C_CHANNEL_OPTIONS(.core_arguments = &unshared,
                                                               .core_argument_count = 1));
        grpc_c_channel_get_state(channels[i], true); /* begins to connect */
    }
    for (int i = 0; i < connections; i++)
        assert_true(grpc_c_channel_wait_until_ready(channels[i], -1));
    for (int i = 0; i < connections; i++) {
        Echo__Echo_Stub stub = echo__echo_stub(channels[i]);
        check_next_call(&stub);
    }
    for (int i = 0; i < connections; i++) {
        assert_int_equal(grpc_c_channel_get_state(channels[i], false), GRPC_C_CHANNEL_READY);
        grpc_c_channel_free(channels[i]);
    }
    check_next_call(&fixture->stub);
    assert_int_equal(fixture->said, connections + 1);
    fixture_free(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_thousand_calls_of_a_blocking_server),
        cmocka_unit_test(test_ten_thousand_calls_of_an_async_server),
        cmocka_unit_test(test_a_thousand_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
