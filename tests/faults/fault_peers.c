/*
 * Peers that are there no more: a client killed in mid-stream, as the server's handler sees it; a
 * server killed or frozen in mid-call, as its client sees it. The peer is this program, in a
 * process of its own: `fault_peers serve ADDRESS` or `fault_peers call TARGET`.
 */
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "async_servicers.h"

/* ---- the peer ---- */

typedef struct peer {
    pid_t pid;
    FILE *said;
} peer;

/* Starts the peer and waits for its first line. */
static void peer_start(peer *peer, const char *role, const char *address)
{
    char line[64] = "";
    int output[2];
    assert_int_equal(pipe(output), 0);
    peer->pid = fork();
    if (peer->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
        dup2(output[1], STDOUT_FILENO);
        close(output[0]);
        close(output[1]);
        execl("/proc/self/exe", "fault_peers", role, address, (char *)NULL);
        _exit(1);
    }
    close(output[1]);
    peer->said = fdopen(output[0], "r");
    assert_non_null(fgets(line, sizeof line, peer->said));
    assert_string_equal(line, "ready\n");
}

static void peer_kill(peer *peer)
{
    int status;
    kill(peer->pid, SIGKILL);
    assert_int_equal(waitpid(peer->pid, &status, 0), peer->pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    fclose(peer->said);
}

static void say_ready(void)
{
    printf("ready\n");
    fflush(stdout);
}

/* A client that opens a stream of each kind, hears from both, and then does nothing. */
static int call_main(const char *target)
{
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Streams__Streams_Stub stub = streams__streams_stub(channel);
    Streams__Item item = STREAMS__ITEM__INIT;
    Streams__Order order = STREAMS__ORDER__INIT;
    item.number = wait_for_cancel;
    order.count = INT64_MAX;
    order.filling_bytes = 1000;
    Streams__Streams_Chat_ClientReaderWriter *both =
        streams__streams_stub__chat(&stub, grpc_c_client_context_new());
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&stub, &order, grpc_c_client_context_new());
    if (!streams__streams_stub__chat__write(both, &item) ||
        streams__streams_stub__count__read(reader) == NULL)
        return 1;
    say_ready();
    return pause();
}

static grpc_c_status_code echo_chat(void *self, Streams__Streams_Chat_ServerReaderWriter *both,
                                    grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    const Streams__Item *item;
    while ((item = streams__streams_servicer__chat__read(both)) != NULL)
        streams__streams_servicer__chat__write(both, item);
    return GRPC_C_STATUS_OK;
}

static const Streams__Streams_Servicer echo_streams = {.chat = echo_chat};

/* A server of Echo, whose Hold never answers, and of Chat. */
static int serve_main(const char *address)
{
    async_counts counts;
    async_counts_init(&counts);
    grpc_c_server *server = grpc_c_server_new(NULL);
    if (!echo__echo_add_async_servicer_to_server(&async_echo, &counts, server) ||
        !streams__streams_add_servicer_to_server(&echo_streams, NULL, server) ||
        grpc_c_server_add_insecure_port(server, address, NULL) == 0 ||
        !grpc_c_server_start(server, NULL))
        return 1;
    say_ready();
    return pause();
}

/* ---- a client that is killed ---- */

typedef struct notes {
    _Atomic int ended;
    _Atomic int writes_refused;
    _Atomic int reads_ended;
    _Atomic int cancels_seen;
    _Atomic int callbacks;
    sem_t called_back;
} notes;

static void on_cancel(void *user_data)
{
    notes *notes = user_data;
    notes->callbacks++;
    sem_post(&notes->called_back);
}

/* Writes until that fails. */
static grpc_c_status_code count(void *self, const Streams__Order *order,
                                Streams__Streams_Count_ServerWriter *writer,
                                grpc_c_server_context *context)
{
    notes *notes = self;
    static uint8_t filling[1000];
    Streams__Item item = STREAMS__ITEM__INIT;
    item.filling = (ProtobufCBinaryData){sizeof filling, filling};
    grpc_c_server_context_on_cancel(context, on_cancel, notes);
    while (item.number < order->count && streams__streams_servicer__count__write(writer, &item))
        item.number++;
    notes->writes_refused += item.number < order->count;
    if (item.number < order->count)
        sem_wait(&notes->called_back);
    notes->cancels_seen += grpc_c_server_context_is_cancelled(context);
    grpc_c_server_context_on_cancel(context, NULL, NULL);
    notes->ended++;
    return GRPC_C_STATUS_OK;
}

/* Reads until there is no more, then writes. */
static grpc_c_status_code chat(void *self, Streams__Streams_Chat_ServerReaderWriter *both,
                               grpc_c_server_context *context)
{
    notes *notes = self;
    Streams__Item item = STREAMS__ITEM__INIT;
    while (streams__streams_servicer__chat__read(both) != NULL)
        continue;
    notes->reads_ended++;
    notes->cancels_seen += grpc_c_server_context_is_cancelled(context);
    /* The first one may not know yet: a write returns while its message is on its way. */
    while (streams__streams_servicer__chat__write(both, &item))
        continue;
    notes->writes_refused++;
    notes->ended++;
    return GRPC_C_STATUS_OK;
}

static const Streams__Streams_Servicer noting_streams = {.count = count, .chat = chat};

static grpc_c_server *serve(const Streams__Streams_Servicer *blocking, void *self, char *ret_target,
                            size_t size)
{
    grpc_c_server *server = grpc_c_server_new(NULL);
    if (blocking != NULL)
        assert_true(streams__streams_add_servicer_to_server(blocking, self, server));
    else
        assert_true(streams__streams_add_async_servicer_to_server(&async_streams, self, server));
    snprintf(ret_target, size, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    return server;
}

/* The server still serves: a stream is opened and ended as its client wishes. */
static void check_next_call(const char *target)
{
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Streams__Streams_Stub stub = streams__streams_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Streams__Order order = STREAMS__ORDER__INIT;
    Streams__Streams_Count_ClientReader *reader =
        streams__streams_stub__count(&stub, &order, context);
    assert_null(streams__streams_stub__count__read(reader));
    assert_int_equal(streams__streams_stub__count__finish(reader), GRPC_C_STATUS_OK);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
}

static void test_client_killed_in_mid_stream(void **state)
{
    (void)state;
    enum { clients = 3 };
    notes notes = {.ended = 0};
    peer peer;
    char target[64];
    sem_init(&notes.called_back, 0, 0);
    grpc_c_server *server = serve(&noting_streams, &notes, target, sizeof target);
    for (int i = 1; i <= clients; i++) {
        peer_start(&peer, "call", target);
        peer_kill(&peer);
        while (notes.ended < 2 * i)
            sched_yield();
    }
    assert_int_equal(notes.writes_refused, 2 * clients);
    assert_int_equal(notes.cancels_seen, 2 * clients);
    assert_int_equal(notes.reads_ended, clients);
    assert_int_equal(notes.callbacks, clients);
    check_next_call(target);
    grpc_c_server_free(server);
    assert_int_equal(notes.ended, 2 * clients + 1);
    sem_destroy(&notes.called_back);
}

static void test_client_killed_in_mid_stream_of_an_async_servicer(void **state)
{
    (void)state;
    async_counts counts;
    peer peer;
    char target[64];
    async_counts_init(&counts);
    grpc_c_server *server = serve(NULL, &counts, target, sizeof target);
    int clients = 0;
    do { /* one may be dead before its message was read, and then there is nothing to cancel */
        peer_start(&peer, "call", target);
        peer_kill(&peer);
        async_wait_for_finished(&counts, 2 * ++clients);
        assert_int_equal(counts.started, counts.called);
    } while (counts.cancelled == 0 || counts.writes_refused == 0);
    check_next_call(target);
    grpc_c_server_free(server);
    assert_int_equal(counts.finished, 2 * clients + 1);
}

/* ---- a server that is killed, or frozen ---- */

typedef struct client {
    char folder[32];
    char address[64];
    peer server;
    grpc_c_channel *channel;
    Echo__Echo_Stub echo;
    Streams__Streams_Stub streams;
    grpc_c_client_context *context;
    grpc_c_client_context *async_context;
    Streams__Streams_Chat_ClientReaderWriter *stream;
    pthread_t thread;
    grpc_c_status_code unary_code;
    sem_t replied;
    _Atomic int replies;
} client;

static void client_init(client *client, const grpc_c_channel_options *options)
{
    snprintf(client->folder, sizeof client->folder, "/tmp/grpc-c-test-XXXXXX");
    assert_non_null(mkdtemp(client->folder));
    snprintf(client->address, sizeof client->address, "unix:%s/socket", client->folder);
    peer_start(&client->server, "serve", client->address);
    client->channel = grpc_c_insecure_channel_new(client->address, options);
    client->echo = echo__echo_stub(client->channel);
    client->streams = streams__streams_stub(client->channel);
    client->context = grpc_c_client_context_new();
    client->async_context = grpc_c_client_context_new();
    client->replies = 0;
    sem_init(&client->replied, 0, 0);
}

static void *hold_on(void *argument)
{
    client *client = argument;
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Request request = ECHO__REQUEST__INIT;
    echo__echo_stub__hold(&client->echo, &request, context);
    client->unary_code = grpc_c_client_context_status(context);
    grpc_c_client_context_free(context);
    return NULL;
}

static void on_reply(const Echo__Reply *reply, void *user_data)
{
    client *client = user_data;
    client->replies += reply == NULL ? 1 : 1000;
    sem_post(&client->replied);
}

/* Three calls that the server does not end: unary, async, a stream in its middle. */
static void begin_calls(client *client)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    Streams__Item item = STREAMS__ITEM__INIT;
    assert_int_equal(pthread_create(&client->thread, NULL, hold_on, client), 0);
    assert_true(echo__echo_stub__hold__async(&client->echo, &request, client->async_context,
                                             on_reply, client));
    client->stream = streams__streams_stub__chat(&client->streams, client->context);
    for (int i = 0; i < 3; i++) {
        assert_true(streams__streams_stub__chat__write(client->stream, &item));
        assert_non_null(streams__streams_stub__chat__read(client->stream));
    }
}

static void check_unavailable(client *client)
{
    assert_null(streams__streams_stub__chat__read(client->stream));
    assert_int_equal(streams__streams_stub__chat__finish(client->stream),
                     GRPC_C_STATUS_UNAVAILABLE);
    pthread_join(client->thread, NULL);
    assert_int_equal(client->unary_code, GRPC_C_STATUS_UNAVAILABLE);
    sem_wait(&client->replied);
    assert_int_equal(grpc_c_client_context_status(client->async_context),
                     GRPC_C_STATUS_UNAVAILABLE);
    assert_int_equal(client->replies, 1);
}

static void check_recovered(client *client)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    grpc_c_client_context_set_wait_for_ready(client->context, true);
    assert_non_null(echo__echo_stub__say(&client->echo, &request, client->context));
}

static void client_end(client *client)
{
    grpc_c_client_context_free(client->context);
    grpc_c_client_context_free(client->async_context);
    grpc_c_channel_free(client->channel);
    assert_int_equal(client->replies, 1);
    sem_destroy(&client->replied);
    peer_kill(&client->server);
    remove(client->address + strlen("unix:"));
    remove(client->folder);
}

/* Core would begin with a second between attempts to connect. */
static const grpc_c_core_argument soon = {"grpc.initial_reconnect_backoff_ms", NULL, 100};

static void test_server_killed_in_mid_call(void **state)
{
    (void)state;
    client client;
    client_init(&client, GRPC_C_CHANNEL_OPTIONS(.core_arguments = &soon, .core_argument_count = 1));
    begin_calls(&client);
    peer_kill(&client.server);
    check_unavailable(&client);
    peer_start(&client.server, "serve", client.address);
    check_recovered(&client);
    client_end(&client);
}

static void test_server_frozen_in_mid_call(void **state)
{
    (void)state;
    client client;
    client_init(&client,
                GRPC_C_CHANNEL_OPTIONS(.keepalive_time_ms = 1000, .keepalive_timeout_ms = 2000,
                                       .core_arguments = &soon, .core_argument_count = 1));
    begin_calls(&client);
    kill(client.server.pid, SIGSTOP);
    check_unavailable(&client);
    kill(client.server.pid, SIGCONT);
    check_recovered(&client);
    client_end(&client);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "serve") == 0)
        return serve_main(argv[2]);
    if (argc > 2)
        return call_main(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_killed_in_mid_stream),
        cmocka_unit_test(test_client_killed_in_mid_stream_of_an_async_servicer),
        cmocka_unit_test(test_server_killed_in_mid_call),
        cmocka_unit_test(test_server_frozen_in_mid_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
