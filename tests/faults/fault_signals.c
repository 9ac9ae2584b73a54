/*
 * Signals that are none of the library's business: SIGPIPE with its default action, which ends the
 * process, while peers close connections that are written to; and a storm of a signal whose handler
 * was set without SA_RESTART, so that system calls end with EINTR on all threads.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "streams.grpc-c.h"

/* ---- the service ---- */

static grpc_c_status_code count(void *self, const Streams__Order *order,
                                Streams__Streams_Count_ServerWriter *writer,
                                grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    static uint8_t filling[16 * 1024];
    Streams__Item item = STREAMS__ITEM__INIT;
    item.filling = (ProtobufCBinaryData){order->filling_bytes % sizeof filling, filling};
    for (; item.number < order->count; item.number++)
        if (!streams__streams_servicer__count__write(writer, &item))
            return GRPC_C_STATUS_ABORTED;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code chat(void *self, Streams__Streams_Chat_ServerReaderWriter *both,
                               grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    const Streams__Item *item;
    while ((item = streams__streams_servicer__chat__read(both)) != NULL)
        streams__streams_servicer__chat__write(both, item);
    return GRPC_C_STATUS_OK;
}

static const Streams__Streams_Servicer servicer = {.count = count, .chat = chat};

static grpc_c_server *serve(fixture *self, char *ret_target, size_t size)
{
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(streams__streams_add_servicer_to_server(&servicer, NULL, server));
    assert_true(echo__echo_add_servicer_to_server(&fixture_servicer, self, server));
    snprintf(ret_target, size, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    return server;
}

/* ---- SIGPIPE ---- */

/* The client of a stream without an end, in a process of its own that is killed in the middle. */
static int client_main(const char *target)
{
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Streams__Streams_Stub stub = streams__streams_stub(channel);
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = INT64_MAX;
    order.filling_bytes = 1000;
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&stub, &order, grpc_c_client_context_new());
    for (int i = 0; streams__streams_stub__count__read(reader) != NULL; i++)
        if (i == 10)
            raise(SIGKILL);
    return 1;
}

static void test_server_whose_clients_are_killed(void **state)
{
    (void)state;
    fixture self = {.port = 0};
    char target[64];
    signal(SIGPIPE, SIG_DFL);
    grpc_c_server *server = serve(&self, target, sizeof target);
    for (int i = 0; i < 5; i++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            execl("/proc/self/exe", "fault_signals", target, (char *)NULL);
            _exit(1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    grpc_c_server_free(server);
}

/* Accepts connections, reads what has come first, and closes them with more unread: RST. */
static void *slam_doors(void *argument)
{
    int listener = *(int *)argument;
    for (int connection; (connection = accept(listener, NULL, NULL)) >= 0;) {
        char bytes[16];
        ssize_t size = read(connection, bytes, sizeof bytes);
        (void)size;
        const struct linger linger = {1, 0};
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        close(connection);
    }
    return NULL;
}

static void test_client_whose_server_slams_the_door(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char target[64];
    pthread_t thread;
    signal(SIGPIPE, SIG_DFL);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 10), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    snprintf(target, sizeof target, "127.0.0.1:%d", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&thread, NULL, slam_doors, &listener), 0);
    grpc_c_client_context *context = grpc_c_client_context_new();
    for (int i = 0; i < 20; i++) {
        grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
        Streams__Streams_Stub stub = streams__streams_stub(channel);
        static uint8_t filling[16 * 1024];
        Streams__Item item = STREAMS__ITEM__INIT;
        item.filling = (ProtobufCBinaryData){sizeof filling, filling};
        Streams__Streams_Chat_ClientReaderWriter *stream =
            streams__streams_stub__chat(&stub, context);
        while (streams__streams_stub__chat__write(stream, &item))
            continue;
        assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_UNAVAILABLE);
        grpc_c_channel_free(channel);
    }
    grpc_c_client_context_free(context);
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
}

/* ---- EINTR ---- */

static _Atomic int interruptions;

static void on_signal(int number)
{
    (void)number;
    interruptions++;
}

/* A signal to each thread of the process, again and again: the library's threads have it blocked,
 * core's and ours take it. */
static void *interrupt_all(void *argument)
{
    _Atomic bool *over = argument;
    while (!*over) {
        DIR *folder = opendir("/proc/self/task");
        for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
            if (entry->d_name[0] != '.')
                syscall(SYS_tgkill, getpid(), (pid_t)strtol(entry->d_name, NULL, 10), SIGUSR1);
        closedir(folder);
        usleep(1000);
    }
    return NULL;
}

typedef struct replies {
    sem_t over;
    _Atomic int good;
} replies;

static void on_reply(const Echo__Reply *reply, void *user_data)
{
    replies *replies = user_data;
    replies->good += reply != NULL;
    sem_post(&replies->over);
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        continue;
}

/* One round: a blocking call, an async one, a stream each way. */
static void make_calls(grpc_c_channel *channel, grpc_c_client_context *context, replies *replies)
{
    Echo__Echo_Stub echo = echo__echo_stub(channel);
    Streams__Streams_Stub streams = streams__streams_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_non_null(echo__echo_stub__say(&echo, &request, context));
    assert_true(echo__echo_stub__say__async(&echo, &request, context, on_reply, replies));
    wait_for(&replies->over);
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = 20;
    order.filling_bytes = 10000;
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&streams, &order, context);
    int items = 0;
    while (streams__streams_stub__count__read(reader) != NULL)
        items++;
    assert_int_equal(items, order.count);
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_OK);
    Streams__Item item = STREAMS__ITEM__INIT;
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&streams, context);
    for (int i = 0; i < 20; i++) {
        assert_true(streams__streams_stub__chat__write(stream, &item));
        assert_non_null(streams__streams_stub__chat__read(stream));
    }
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
}

static void test_a_storm_of_signals(void **state)
{
    (void)state;
    enum { least_rounds = 50, least_interruptions = 500 };
    static _Atomic bool over;
    fixture self = {.port = 0};
    replies replies = {.good = 0};
    char target[64];
    pthread_t storm;
    const struct sigaction action = {.sa_handler = on_signal}; /* without SA_RESTART */
    const struct itimerval timer = {{0, 1000}, {0, 1000}};
    const struct itimerval none = {{0, 0}, {0, 0}};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    sem_init(&replies.over, 0, 0);
    setitimer(ITIMER_REAL, &timer, NULL);
    grpc_c_server *server = serve(&self, target, sizeof target);
    assert_true(grpc_c_server_stop_on_signals(server, 0, NULL));
    assert_int_equal(pthread_create(&storm, NULL, interrupt_all, &over), 0);
    grpc_c_client_context *context = grpc_c_client_context_new();
    int rounds = 0;
    for (; rounds < least_rounds || interruptions < least_interruptions; rounds++) {
        grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
        assert_true(grpc_c_channel_wait_until_ready(channel, -1));
        make_calls(channel, context, &replies);
        grpc_c_channel_free(channel);
    }
    grpc_c_client_context_free(context);
    assert_int_equal(replies.good, rounds);
    kill(getpid(), SIGTERM); /* the server's own signal comes through */
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    setitimer(ITIMER_REAL, &none, NULL);
    over = true;
    pthread_join(storm, NULL);
    sem_destroy(&replies.over);
    print_message("%d rounds, %d interruptions\n", rounds, (int)interruptions);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return client_main(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_whose_clients_are_killed),
        cmocka_unit_test(test_client_whose_server_slams_the_door),
        cmocka_unit_test(test_a_storm_of_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
