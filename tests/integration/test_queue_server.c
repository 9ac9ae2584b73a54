/* Servers on a completion queue of their user's: no thread of the library runs the user's code, and
 * one thread can be server and client. */
#include <dirent.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "async_servicers.h"

typedef struct ground {
    async_counts counts;
    grpc_c_completion_queue *queue;
    grpc_c_server *server;
    /** A client in the same process; its calls are async, or made by threads of their own. */
    fixture client;
    Streams__Streams_Stub streams;
} ground;

static ground *ground_new(void)
{
    ground *ground = calloc(1, sizeof *ground);
    async_counts_init(&ground->counts);
    ground->queue = grpc_c_completion_queue_new();
    assert_non_null(ground->queue);
    ground->server =
        grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.completion_queue = ground->queue, .lanes = 4));
    assert_non_null(ground->server);
    assert_true(
        echo__echo_add_async_servicer_to_server(&async_echo, &ground->counts, ground->server));
    assert_true(streams__streams_add_async_servicer_to_server(&async_streams, &ground->counts,
                                                              ground->server));
    /* There is nobody to run them. */
    assert_false(echo__absent_add_servicer_to_server(&(Echo__Absent_Servicer){.say = NULL}, NULL,
                                                     ground->server));
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->client.channel =
        grpc_c_insecure_channel_new(target,
                                    GRPC_C_CHANNEL_OPTIONS(.completion_queue = ground->queue));
    ground->client.stub = echo__echo_stub(ground->client.channel);
    ground->streams = streams__streams_stub(ground->client.channel);
    return ground;
}

static void ground_free(ground *ground)
{
    grpc_c_channel_free(ground->client.channel);
    grpc_c_server_free(ground->server);
    assert_int_equal(ground->counts.started, ground->counts.called);
    grpc_c_completion_queue_free(ground->queue);
    free(ground);
}

/* ---- who runs the callbacks ---- */

static void *drive_main(void *queue)
{
    assert_true(grpc_c_completion_queue_run(queue));
    return NULL;
}

static void test_thread_that_runs_the_queue(void **state)
{
    enum { calls = 8 };
    (void)state;
    ground *ground = ground_new();
    pthread_t driver;
    background_call background[calls];
    pthread_create(&driver, NULL, drive_main, ground->queue);
    for (int i = 0; i < calls; i++)
        background_call_start(&background[i], &ground->client, i % 2 == 0, "you", -1);
    async_wait_for_held(&ground->counts, calls / 2);
    async_release_held(&ground->counts, GRPC_C_STATUS_OK);
    for (int i = 0; i < calls; i++) {
        background_call_join(&background[i]);
        assert_int_equal(background[i].code, GRPC_C_STATUS_OK);
        assert_string_equal(background[i].text, "you");
    }
    grpc_c_server_stop(ground->server, 0);
    grpc_c_server_wait_for_termination(ground->server);
    grpc_c_completion_queue_shutdown(ground->queue);
    pthread_join(driver, NULL);
    ground_free(ground);
}

/* ---- one thread for all ---- */

typedef struct lone_call {
    ground *ground;
    grpc_c_client_context *context;
    Streams__Streams_Chat_ClientReaderWriter *stream;
    int sent;
    int received;
    /** The write's callback and the read's, in whichever order. */
    int callbacks;
    pthread_t thread;
    bool over;
    grpc_c_status_code status;
} lone_call;

enum { rounds = 100 };

static void on_finished(grpc_c_status_code status, void *user_data)
{
    lone_call *call = user_data;
    assert_true(pthread_equal(call->thread, pthread_self()));
    call->status = status;
    call->over = true;
}

static void on_item(const Streams__Item *item, void *user_data);

static void on_written(bool ok, void *user_data);

static void send_next(lone_call *call)
{
    Streams__Item item = STREAMS__ITEM__INIT;
    item.number = call->sent++;
    call->callbacks = 0;
    assert_true(streams__streams_stub__chat__write__async(call->stream, &item, on_written, call));
    assert_true(streams__streams_stub__chat__read__async(call->stream, on_item, call));
}

static void go_on(lone_call *call)
{
    assert_true(pthread_equal(call->thread, pthread_self()));
    if (++call->callbacks < 2)
        return;
    if (call->received < rounds)
        send_next(call);
    else
        assert_true(streams__streams_stub__chat__finish__async(call->stream, on_finished, call));
}

static void on_written(bool ok, void *user_data)
{
    assert_true(ok);
    go_on(user_data);
}

static void on_item(const Streams__Item *item, void *user_data)
{
    lone_call *call = user_data;
    assert_non_null(item);
    assert_int_equal(item->number, call->received++);
    go_on(call);
}

static void lone_call_start(lone_call *call, ground *ground)
{
    *call = (lone_call){.ground = ground, .thread = pthread_self()};
    call->context = grpc_c_client_context_new();
    call->stream = streams__streams_stub__chat__async(&ground->streams, call->context);
    assert_non_null(call->stream);
    send_next(call);
}

static void lone_call_check(lone_call *call)
{
    assert_int_equal(call->status, GRPC_C_STATUS_OK);
    assert_int_equal(call->received, rounds);
    grpc_c_client_context_free(call->context);
}

static void test_one_thread_is_server_and_client(void **state)
{
    (void)state;
    ground *ground = ground_new();
    lone_call call;
    lone_call_start(&call, ground);
    while (!call.over)
        assert_true(grpc_c_completion_queue_poll(ground->queue, -1) >= 0);
    lone_call_check(&call);
    ground_free(ground);
}

static void test_event_loop_waits_for_the_descriptor(void **state)
{
    (void)state;
    ground *ground = ground_new();
    int loop = epoll_create1(EPOLL_CLOEXEC);
    int fd = grpc_c_completion_queue_fd(ground->queue);
    assert_true(fd >= 0);
    struct epoll_event event = {.events = EPOLLIN};
    assert_int_equal(epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event), 0);
    lone_call call;
    lone_call_start(&call, ground);
    while (!call.over) {
        assert_int_equal(epoll_wait(loop, &event, 1, 60000), 1);
        assert_true(grpc_c_completion_queue_poll(ground->queue, 0) >= 0);
    }
    lone_call_check(&call);
    close(loop);
    ground_free(ground);
}

/* ---- life ---- */

static void stopping_say(void *self, const Echo__Request *request, Echo__Reply *reply,
                         grpc_c_server_context *context)
{
    ground *ground = self;
    (void)request;
    (void)reply;
    /* Begins, and returns: what follows comes to this very thread. */
    grpc_c_server_stop(ground->server, 1000);
    grpc_c_server_wait_for_termination(ground->server);
    grpc_c_server_free(ground->server); /* refused */
    assert_int_equal(grpc_c_completion_queue_poll(ground->queue, 0), -1);
    grpc_c_server_context_finish(context, GRPC_C_STATUS_OK);
}

typedef struct said {
    sem_t over;
    bool ok;
} said;

static void on_said(const Echo__Reply *reply, void *user_data)
{
    said *said = user_data;
    said->ok = reply != NULL;
    sem_post(&said->over);
}

static void test_stop_in_a_handler(void **state)
{
    static const Echo__Absent_AsyncServicer stopping = {.say = stopping_say};
    (void)state;
    ground *ground = calloc(1, sizeof *ground);
    ground->queue = grpc_c_completion_queue_new();
    ground->server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.completion_queue = ground->queue));
    assert_true(echo__absent_add_async_servicer_to_server(&stopping, ground, ground->server));
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Echo__Absent_Stub stub = echo__absent_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Request request = ECHO__REQUEST__INIT;
    /* Its callback comes on the library's own thread; the server's code here. */
    said said = {.ok = false};
    sem_init(&said.over, 0, 0);
    assert_true(echo__absent_stub__say__async(&stub, &request, context, on_said, &said));
    grpc_c_server_wait_for_termination(ground->server);
    sem_wait(&said.over);
    assert_true(said.ok);
    grpc_c_server_free(ground->server);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    grpc_c_completion_queue_free(ground->queue);
    free(ground);
}

/* Of the threads that stop a server, how many there are and how many take SIGUSR1. */
static void count_stoppers(int *ret_stoppers, int *ret_takers)
{
    char path[300], line[256];
    *ret_stoppers = *ret_takers = 0;
    DIR *folder = opendir("/proc/self/task");
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        unsigned long long blocked = 0;
        bool is_stopper = false;
        snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            continue;
        while (fgets(line, sizeof line, file) != NULL) {
            if (strcmp(line, "Name:\tgrpc-c stopper\n") == 0)
                is_stopper = true;
            if (strncmp(line, "SigBlk:", 7) == 0)
                blocked = strtoull(line + 7, NULL, 16);
        }
        fclose(file);
        *ret_stoppers += is_stopper;
        *ret_takers += is_stopper && !(blocked >> (SIGUSR1 - 1) & 1);
    }
    closedir(folder);
}

static void test_stopper_takes_no_signals(void **state)
{
    (void)state;
    ground *ground = ground_new();
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Request request = ECHO__REQUEST__INIT;
    said said = {.ok = false};
    sem_init(&said.over, 0, 0);
    assert_true(
        echo__echo_stub__hold__async(&ground->client.stub, &request, context, on_said, &said));
    while (ground->counts.held == 0)
        assert_true(grpc_c_completion_queue_poll(ground->queue, -1) >= 0);
    grpc_c_server_stop(ground->server, -1); /* its thread waits for the call */
    int stoppers, takers;
    count_stoppers(&stoppers, &takers);
    assert_true(stoppers > 0);
    assert_int_equal(takers, 0);
    async_release_held(&ground->counts, GRPC_C_STATUS_OK);
    grpc_c_server_wait_for_termination(ground->server);
    while (sem_trywait(&said.over) != 0)
        assert_true(grpc_c_completion_queue_poll(ground->queue, -1) >= 0);
    assert_true(said.ok);
    sem_destroy(&said.over);
    grpc_c_client_context_free(context);
    ground_free(ground);
}

/* What is under way when the server is freed is driven to its end by free. */
static void test_free_drives_the_queue(void **state)
{
    (void)state;
    ground *ground = ground_new();
    lone_call call;
    lone_call_start(&call, ground);
    while (call.received < rounds / 2)
        assert_true(grpc_c_completion_queue_poll(ground->queue, -1) >= 0);
    grpc_c_client_context_free(call.context);
    ground_free(ground);
}

static void test_server_that_never_starts(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_server_free(grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.completion_queue = queue)));
    grpc_c_completion_queue_shutdown(queue);
    assert_true(grpc_c_completion_queue_run(queue));
    grpc_c_completion_queue_free(queue);
}

static void test_queue_that_has_been_shut_down(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_completion_queue_shutdown(queue);
    assert_null(grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.completion_queue = queue)));
    grpc_c_completion_queue_free(queue);
}

static void test_queue_outlives_many_servers(void **state)
{
    (void)state;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    for (int i = 0; i < 100; i++) {
        grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.completion_queue = queue));
        assert_non_null(server);
        assert_true(grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL) > 0);
        assert_true(grpc_c_server_start(server, NULL));
        grpc_c_server_free(server);
    }
    grpc_c_completion_queue_free(queue);
}

/* ---- a queue that other threads drive ---- */

static void ignore_reply(const Echo__Reply *reply, void *user_data)
{
    (void)reply;
    (void)user_data;
}

/* The driver deals with the first calls while start still prepares for more, and is about to leave
 * the server's last event when free takes the server away: the end of a call whose connection has
 * long been gone. */
static void test_start_and_free_while_another_thread_drives(void **state)
{
    enum { servers = 50, calls = 4 };
    (void)state;
    pthread_t driver;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    pthread_create(&driver, NULL, drive_main, queue);
    for (int i = 0; i < servers; i++) {
        background_call background[calls];
        ground ground = {.queue = queue};
        async_counts_init(&ground.counts);
        grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.completion_queue = queue));
        assert_true(echo__echo_add_async_servicer_to_server(&async_echo, &ground.counts, server));
        char target[64];
        snprintf(target, sizeof target, "127.0.0.1:%d",
                 grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
        ground.client.channel = grpc_c_insecure_channel_new(target, NULL);
        ground.client.stub = echo__echo_stub(ground.client.channel);
        for (int j = 0; j < calls; j++)
            background_call_start(&background[j], &ground.client, false, "you", -1);
        assert_true(grpc_c_server_start(server, NULL));
        for (int j = 0; j < calls; j++) {
            background_call_join(&background[j]);
            assert_int_equal(background[j].code, GRPC_C_STATUS_OK);
        }
        grpc_c_client_context *context = grpc_c_client_context_new();
        Echo__Request request = ECHO__REQUEST__INIT;
        assert_true(echo__echo_stub__hold__async(&ground.client.stub, &request, context,
                                                 ignore_reply, NULL));
        async_wait_for_held(&ground.counts, 1);
        grpc_c_client_context_free(context);
        grpc_c_channel_free(ground.client.channel);
        grpc_c_server_stop(server, 0);
        async_release_held(&ground.counts, GRPC_C_STATUS_OK);
        grpc_c_server_free(server);
    }
    grpc_c_completion_queue_shutdown(queue);
    pthread_join(driver, NULL);
    grpc_c_completion_queue_free(queue);
}

typedef struct leaving {
    ground *ground;
    pthread_t freer;
    sem_t freeing;
} leaving;

static void *free_main(void *argument)
{
    leaving *leaving = argument;
    sem_post(&leaving->freeing);
    grpc_c_server_free(leaving->ground->server);
    return NULL;
}

/* Has the server freed by another thread, which finds the queue driven, as a rule. */
static void on_held(const Echo__Reply *reply, void *user_data)
{
    leaving *leaving = user_data;
    (void)reply;
    pthread_create(&leaving->freer, NULL, free_main, leaving);
    sem_wait(&leaving->freeing);
    for (int i = 0; i < 1000; i++)
        sched_yield();
}

/* The one who waits in free goes on in the place of a driver that leaves. */
static void test_driver_that_leaves_while_free_waits(void **state)
{
    enum { rounds = 20 };
    (void)state;
    for (int i = 0; i < rounds; i++) {
        ground *ground = ground_new();
        leaving leaving = {.ground = ground};
        grpc_c_client_context *context = grpc_c_client_context_new();
        Echo__Request request = ECHO__REQUEST__INIT;
        sem_init(&leaving.freeing, 0, 0);
        assert_true(echo__echo_stub__hold__async(&ground->client.stub, &request, context, on_held,
                                                 &leaving));
        while (ground->counts.held == 0)
            assert_true(grpc_c_completion_queue_poll(ground->queue, -1) >= 0);
        grpc_c_client_context_cancel(context);
        while (leaving.freer == 0)
            assert_true(grpc_c_completion_queue_poll(ground->queue, -1) >= 0);
        async_release_held(&ground->counts, GRPC_C_STATUS_OK);
        pthread_join(leaving.freer, NULL);
        sem_destroy(&leaving.freeing);
        grpc_c_client_context_free(context);
        grpc_c_channel_free(ground->client.channel);
        grpc_c_completion_queue_free(ground->queue);
        free(ground);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thread_that_runs_the_queue),
        cmocka_unit_test(test_one_thread_is_server_and_client),
        cmocka_unit_test(test_event_loop_waits_for_the_descriptor),
        cmocka_unit_test(test_stop_in_a_handler),
        cmocka_unit_test(test_stopper_takes_no_signals),
        cmocka_unit_test(test_free_drives_the_queue),
        cmocka_unit_test(test_server_that_never_starts),
        cmocka_unit_test(test_queue_that_has_been_shut_down),
        cmocka_unit_test(test_queue_outlives_many_servers),
        cmocka_unit_test(test_start_and_free_while_another_thread_drives),
        cmocka_unit_test(test_driver_that_leaves_while_free_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
