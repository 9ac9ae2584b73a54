/*
 * Forks: before the library is used, the child may use it as any process; after that it may only
 * exec, and whatever else it tries fails at once and says why. The parent does not notice. Nor does
 * the library leave a descriptor to a program that is started.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "streams.grpc-c.h"

enum { child_failed = 1, time_to_hang_s = 60 };

/* In a child, where cmocka's assertions would go on with the parent's tests. */
#define require(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so in the child: %s\n", __FILE__, __LINE__, #condition); \
            _exit(child_failed); \
        } \
    } while (0)

static const char *const reason =
    "the process was forked after its first channel or server, and may only exec";

/* Runs `main` in a child, which must end well. */
static void in_child(void (*main)(fixture *), fixture *fixture)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(time_to_hang_s);
        main(fixture);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static bool call(Echo__Echo_Stub *stub, grpc_c_client_context *context)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    return echo__echo_stub__say(stub, &request, context) != NULL;
}

/* ---- before ---- */

static void use_the_library(fixture *none)
{
    (void)none;
    fixture *own = fixture_new(NULL, NULL);
    require(call(&own->stub, own->context));
    fixture_free(own);
}

/* The first test of the program: nothing has used the library yet. */
static void test_fork_before_the_first_channel(void **state)
{
    (void)state;
    grpc_c_client_context *context = grpc_c_client_context_new(); /* needs no core */
    in_child(use_the_library, NULL);
    in_child(use_the_library, NULL);
    grpc_c_client_context_free(context);
    use_the_library(NULL);
}

/* ---- after ---- */

static char logged[512];

static void keep_message(grpc_c_log_severity severity, const char *message, void *user_data)
{
    (void)severity;
    (void)user_data;
    snprintf(logged, sizeof logged, "%s", message);
}

static void require_logged(void)
{
    require(strcmp(logged, reason) == 0);
    logged[0] = '\0';
}

static void on_reply(const Echo__Reply *reply, void *user_data)
{
    (void)reply;
    (void)user_data;
}

static void on_done(bool ok, void *user_data)
{
    (void)ok;
    (void)user_data;
}

static void require_refused(fixture *fixture, grpc_c_client_context *context)
{
    require(!call(&fixture->stub, context));
    require(grpc_c_client_context_status(context) == GRPC_C_STATUS_INTERNAL);
    require(strcmp(grpc_c_client_context_message(context), reason) == 0);
    Echo__Request request = ECHO__REQUEST__INIT;
    require(!echo__echo_stub__say__async(&fixture->stub, &request, context, on_reply, NULL));
    require(strcmp(grpc_c_client_context_message(context), reason) == 0);
}

static void make_new_objects(fixture *fixture)
{
    grpc_c_set_log_callback(keep_message, NULL);
    require(grpc_c_insecure_channel_new(fixture->target, NULL) == NULL);
    require_logged();
    require(grpc_c_server_new(NULL) == NULL);
    require_logged();
    require(grpc_c_completion_queue_new() == NULL);
    require_logged();
    grpc_c_client_context *context = grpc_c_client_context_new();
    require_refused(fixture, context);
    grpc_c_client_context_free(context);
}

static void use_inherited_channel(fixture *fixture)
{
    require_refused(fixture, fixture->context);
    Echo__Absent_Stub absent = echo__absent_stub(fixture->channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    require(echo__absent_stub__say(&absent, &request, fixture->context) == NULL);
    require(strcmp(grpc_c_client_context_message(fixture->context), reason) == 0);
    require(grpc_c_channel_get_state(fixture->channel, true) == GRPC_C_CHANNEL_SHUTDOWN);
    require(!grpc_c_channel_wait_for_state_change(fixture->channel, GRPC_C_CHANNEL_READY, -1));
    require(!grpc_c_channel_wait_until_ready(fixture->channel, -1));
    require(!grpc_c_channel_wait_for_state_change__async(fixture->channel, GRPC_C_CHANNEL_READY, -1,
                                                         on_done, NULL));
    grpc_c_client_context_cancel(fixture->context);
    grpc_c_client_context_reset(fixture->context);
    grpc_c_client_context_free(fixture->context);
    grpc_c_channel_free(fixture->channel);
}

static void use_inherited_server(fixture *fixture)
{
    grpc_c_error error = {.message = ""};
    require(!grpc_c_server_start(fixture->server, &error));
    require(strcmp(error.message, reason) == 0);
    error.message[0] = '\0';
    require(grpc_c_server_add_insecure_port(fixture->server, "127.0.0.1:0", &error) == 0);
    require(strcmp(error.message, reason) == 0);
    error.message[0] = '\0';
    require(!grpc_c_server_stop_on_signals(fixture->server, 0, &error));
    require(strcmp(error.message, reason) == 0);
    require(!echo__echo_add_servicer_to_server(&fixture_servicer, fixture, fixture->server));
    grpc_c_server_stop(fixture->server, -1);
    grpc_c_server_wait_for_termination(fixture->server);
    grpc_c_server_free(fixture->server);
}

static void test_fork_after_the_first_channel(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(NULL, NULL);
    assert_true(call(&fixture->stub, fixture->context));
    in_child(make_new_objects, fixture);
    in_child(use_inherited_channel, fixture);
    in_child(use_inherited_server, fixture);
    assert_true(call(&fixture->stub, fixture->context));
    fixture_free(fixture);
}

static grpc_c_completion_queue *queue;
static Streams__Streams_Chat_ClientReaderWriter *stream;
static grpc_c_client_context *stream_context;

static void use_inherited_stream(fixture *fixture)
{
    (void)fixture;
    Streams__Item item = STREAMS__ITEM__INIT;
    require(!streams__streams_stub__chat__write(stream, &item));
    require(streams__streams_stub__chat__read(stream) == NULL);
    require(streams__streams_stub__chat__finish(stream) == GRPC_C_STATUS_INTERNAL);
    require(strcmp(grpc_c_client_context_message(stream_context), reason) == 0);
    grpc_c_client_context_free(stream_context);
}

static void reset_inherited_stream(fixture *fixture)
{
    (void)fixture;
    grpc_c_client_context_reset(stream_context);
    grpc_c_client_context_free(stream_context);
}

static void use_inherited_queue(fixture *fixture)
{
    (void)fixture;
    require(!grpc_c_completion_queue_run(queue));
    require(grpc_c_completion_queue_poll(queue, -1) == -1);
    require(grpc_c_completion_queue_fd(queue) == -1);
    grpc_c_completion_queue_shutdown(queue);
    grpc_c_completion_queue_free(queue);
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

static const Streams__Streams_Servicer streams = {.chat = chat};

/* What the child does to its copies does not touch the parent's stream. */
static void test_fork_with_a_stream_and_a_queue(void **state)
{
    (void)state;
    char target[64];
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(streams__streams_add_servicer_to_server(&streams, NULL, server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Streams__Streams_Stub stub = streams__streams_stub(channel);
    Streams__Item item = STREAMS__ITEM__INIT;
    queue = grpc_c_completion_queue_new();
    stream_context = grpc_c_client_context_new();
    stream = streams__streams_stub__chat(&stub, stream_context);
    assert_true(streams__streams_stub__chat__write(stream, &item));
    assert_non_null(streams__streams_stub__chat__read(stream));
    in_child(use_inherited_stream, NULL);
    in_child(reset_inherited_stream, NULL);
    in_child(use_inherited_queue, NULL);
    assert_true(streams__streams_stub__chat__write(stream, &item));
    assert_non_null(streams__streams_stub__chat__read(stream));
    assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
    grpc_c_client_context_free(stream_context);
    grpc_c_completion_queue_free(queue);
    grpc_c_channel_free(channel);
    grpc_c_server_free(server);
}

/* ---- and exec ---- */

/* Sockets, epolls and eventfds that this program was given, by whoever runs it. */
static int inherited(void)
{
    char path[64], link[64];
    int count = 0;
    for (int fd = 3; fd < 1024; fd++) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t size = readlink(path, link, sizeof link - 1);
        link[size > 0 ? size : 0] = '\0';
        count += strncmp(link, "socket:", 7) == 0 || strncmp(link, "anon_inode:", 11) == 0;
    }
    return count;
}

/* Counted before the library was used. */
static int given;

static void exec_a_client(fixture *fixture)
{
    char as_many[16];
    snprintf(as_many, sizeof as_many, "%d", given);
    execl("/proc/self/exe", "fault_forks", fixture->target, as_many, (char *)NULL);
    require(errno == 0);
}

static void test_fork_and_exec(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(NULL, NULL);
    assert_true(call(&fixture->stub, fixture->context));
    in_child(exec_a_client, fixture);
    assert_int_equal(fixture->said, 2);
    assert_true(call(&fixture->stub, fixture->context));
    fixture_free(fixture);
}

/* What the test above runs. */
static int client_main(const char *target, long as_many)
{
    if (given != as_many) {
        fprintf(stderr, "the program that was executed: %d descriptors of %ld\n", given, as_many);
        return child_failed;
    }
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    bool ok = call(&stub, context);
    fprintf(stderr, "the program that was executed: %s\n", grpc_c_client_context_error(context));
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return ok ? 0 : child_failed;
}

int main(int argc, char **argv)
{
    given = inherited();
    if (argc > 2)
        return client_main(argv[1], strtol(argv[2], NULL, 10));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fork_before_the_first_channel),
        cmocka_unit_test(test_fork_after_the_first_channel),
        cmocka_unit_test(test_fork_with_a_stream_and_a_queue),
        cmocka_unit_test(test_fork_and_exec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
