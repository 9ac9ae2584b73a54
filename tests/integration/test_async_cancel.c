/* Cancel callbacks of async servicers against the threads that handle the same call: they take a
 * lock that a thread holds over finish, and they finish a call that another thread is still setting
 * up. */
#include <semaphore.h>

#include "fixture.h"

/* The one call of a test. */
typedef struct held {
    pthread_mutex_t mutex;
    grpc_c_server_context *context;
    bool finished;
    sem_t came;
    sem_t called;
    _Atomic int times;
} held;

typedef struct ground {
    held held;
    grpc_c_server *server;
    fixture client;
} ground;

/* Leaves the call to the test's thread. */
static void hold(void *self, const Echo__Request *request, Echo__Reply *reply,
                 grpc_c_server_context *context)
{
    held *held = self;
    (void)request;
    (void)reply;
    held->context = context;
    sem_post(&held->came);
}

static ground *ground_new(void)
{
    static const Echo__Echo_AsyncServicer servicer = {.hold = hold};
    ground *ground = calloc(1, sizeof *ground);
    pthread_mutex_init(&ground->held.mutex, NULL);
    sem_init(&ground->held.came, 0, 0);
    sem_init(&ground->held.called, 0, 0);
    ground->server = grpc_c_server_new(NULL);
    assert_true(echo__echo_add_async_servicer_to_server(&servicer, &ground->held, ground->server));
    snprintf(ground->client.target, sizeof ground->client.target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->client.channel = grpc_c_insecure_channel_new(ground->client.target, NULL);
    ground->client.stub = echo__echo_stub(ground->client.channel);
    ground->client.context = grpc_c_client_context_new();
    return ground;
}

static void ground_free(ground *ground)
{
    grpc_c_client_context_free(ground->client.context);
    grpc_c_channel_free(ground->client.channel);
    grpc_c_server_free(ground->server);
    free(ground);
}

static void on_reply(const Echo__Reply *reply, void *user_data)
{
    assert_null(reply);
    sem_post(user_data);
}

/* Begins a call, and waits until the server has it. */
static void begin(ground *ground, sem_t *over)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_true(echo__echo_stub__hold__async(&ground->client.stub, &request, ground->client.context,
                                             on_reply, over));
    sem_wait(&ground->held.came);
}

/* ---- a lock ---- */

static void on_cancel_finish_once(void *user_data)
{
    held *held = user_data;
    held->times++;
    sem_post(&held->called);
    pthread_mutex_lock(&held->mutex);
    if (!held->finished)
        grpc_c_server_context_finish(held->context, GRPC_C_STATUS_CANCELLED);
    held->finished = true;
    pthread_mutex_unlock(&held->mutex);
}

static void test_finish_under_a_lock_that_the_cancel_callback_wants(void **state)
{
    (void)state;
    ground *ground = ground_new();
    held *held = &ground->held;
    sem_t over;
    sem_init(&over, 0, 0);
    begin(ground, &over);
    assert_true(grpc_c_server_context_on_cancel(held->context, on_cancel_finish_once, held));
    pthread_mutex_lock(&held->mutex);
    grpc_c_client_context_cancel(ground->client.context);
    sem_wait(&held->called);
    grpc_c_server_context_finish(held->context, GRPC_C_STATUS_OK);
    held->finished = true;
    pthread_mutex_unlock(&held->mutex);
    sem_wait(&over);
    ground_free(ground);
    sem_destroy(&over);
}

/* ---- the callback, while it is being set ---- */

static void on_cancel_finish(void *user_data)
{
    held *held = user_data;
    held->times++;
    grpc_c_server_context_finish(held->context, GRPC_C_STATUS_CANCELLED);
    sem_post(&held->called);
}

/* The call may be gone before on_cancel returns. */
static void test_callback_that_finishes_as_it_is_set(void **state)
{
    enum { calls = 200 };
    (void)state;
    ground *ground = ground_new();
    held *held = &ground->held;
    sem_t over;
    sem_init(&over, 0, 0);
    for (int i = 0; i < calls; i++) {
        begin(ground, &over);
        grpc_c_client_context_cancel(ground->client.context);
        if (i % 2 == 0)
            sem_wait(&over);
        assert_true(grpc_c_server_context_on_cancel(held->context, on_cancel_finish, held));
        sem_wait(&held->called);
        if (i % 2 == 1)
            sem_wait(&over);
        assert_int_equal(held->times, i + 1);
    }
    ground_free(ground);
    sem_destroy(&over);
}

static void on_cancel_count(void *user_data)
{
    held *held = user_data;
    held->times++;
}

/* Taken back, it does not run any more; set again, it is called though the cancel came between. */
static void test_callback_that_is_taken_back(void **state)
{
    enum { calls = 200 };
    (void)state;
    ground *ground = ground_new();
    held *held = &ground->held;
    sem_t over;
    sem_init(&over, 0, 0);
    for (int i = 0; i < calls; i++) {
        begin(ground, &over);
        held->times = 0;
        assert_true(grpc_c_server_context_on_cancel(held->context, on_cancel_count, held));
        assert_false(grpc_c_server_context_on_cancel(held->context, on_cancel_count, held));
        grpc_c_client_context_cancel(ground->client.context);
        if (i % 2 == 0)
            sem_wait(&over);
        assert_true(grpc_c_server_context_on_cancel(held->context, NULL, NULL));
        int times = held->times;
        assert_in_range(times, 0, 1);
        if (i % 2 == 1)
            sem_wait(&over);
        assert_int_equal(held->times, times);
        assert_true(grpc_c_server_context_on_cancel(held->context, on_cancel_finish, held));
        sem_wait(&held->called);
        assert_int_equal(held->times, times + 1);
    }
    ground_free(ground);
    sem_destroy(&over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finish_under_a_lock_that_the_cancel_callback_wants),
        cmocka_unit_test(test_callback_that_finishes_as_it_is_set),
        cmocka_unit_test(test_callback_that_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
