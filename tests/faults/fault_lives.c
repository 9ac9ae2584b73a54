/*
 * Servers that come and go: a thousand lives, after which the process has the descriptors, threads
 * and memory that it had; and stops for which the system has no thread to give.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

#include "async_servicers.h"

/* ---- a system without threads ---- */

static _Thread_local bool no_threads;

typedef int (*creator)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

/* In front of the system's: the library's calls come here, too. Its declaration's names are
 * reserved. NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
__attribute__((visibility("default"))) int pthread_create(pthread_t *thread,
                                                          const pthread_attr_t *attributes,
                                                          void *(*main)(void *), void *argument)
{
    if (no_threads)
        return EAGAIN;
    creator next;
    void *symbol = dlsym(RTLD_NEXT, "pthread_create");
    memcpy(&next, &symbol, sizeof next);
    return next(thread, attributes, main, argument);
}

static char logged[512];

static void keep_message(grpc_c_log_severity severity, const char *message, void *user_data)
{
    (void)severity;
    (void)user_data;
    if (strncmp(message, "stop: ", 6) == 0)
        snprintf(logged, sizeof logged, "%s", message);
}

static void stop_without_thread(grpc_c_server *server, int64_t grace_ms)
{
    no_threads = true;
    grpc_c_server_stop(server, grace_ms);
    no_threads = false;
}

static grpc_c_status_code stop_in_handler(void *self, const Echo__Request *request,
                                          Echo__Reply *reply, grpc_c_server_context *context)
{
    (void)context;
    (void)reply;
    stop_without_thread(*(grpc_c_server **)self, request->code);
    return GRPC_C_STATUS_OK;
}

static void stop_in_async_handler(void *self, const Echo__Request *request, Echo__Reply *reply,
                                  grpc_c_server_context *context)
{
    grpc_c_server_context_finish(context, stop_in_handler(self, request, reply, context));
}

static const Echo__Echo_Servicer stops = {.say = stop_in_handler};
static const Echo__Echo_AsyncServicer async_stops = {.say = stop_in_async_handler};

/* Who waits for the server's end brings it about, in wait_for_termination or in free. */
static void check_stop(bool async, bool waits, int grace_ms)
{
    char target[64];
    grpc_c_server *server = grpc_c_server_new(NULL);
    logged[0] = '\0';
    grpc_c_set_log_callback(keep_message, NULL);
    assert_true(async ? echo__echo_add_async_servicer_to_server(&async_stops, &server, server)
                      : echo__echo_add_servicer_to_server(&stops, &server, server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Request request = ECHO__REQUEST__INIT;
    request.code = grace_ms;
    echo__echo_stub__say(&stub, &request, context);
    if (grace_ms < 0)
        assert_int_equal(grpc_c_client_context_status(context), GRPC_C_STATUS_OK);
    if (waits)
        grpc_c_server_wait_for_termination(server);
    assert_string_equal(logged, "stop: no thread to be had; it ends when somebody waits for it");
    grpc_c_server_free(server);
    grpc_c_set_log_callback(NULL, NULL);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
}

static void test_stop_in_a_handler_without_a_thread(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++)
        check_stop(i & 1, i & 2, i & 4 ? 0 : -1);
}

static void *wait_for_it(void *server)
{
    grpc_c_server_wait_for_termination(server);
    return NULL;
}

/* The waiter is there before. */
static void test_stop_without_a_thread_while_another_waits(void **state)
{
    (void)state;
    fixture *fixture = fixture_new(NULL, NULL);
    Echo__Request request = ECHO__REQUEST__INIT;
    pthread_t waiter = 0;
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(echo__echo_add_servicer_to_server(&stops, &server, server));
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    assert_int_equal(pthread_create(&waiter, NULL, wait_for_it, server), 0);
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    request.code = -1;
    assert_non_null(echo__echo_stub__say(&stub, &request, fixture->context));
    pthread_join(waiter, NULL);
    grpc_c_channel_free(channel);
    grpc_c_server_free(server);
    fixture_free(fixture);
}

static void on_reply(const Echo__Reply *reply, void *user_data)
{
    (void)reply;
    *(bool *)user_data = true;
}

/* On a queue whoever drives it would be in the way of the grace: calls are cancelled at once. */
static void check_stop_on_a_queue(int64_t grace_ms)
{
    char target[64];
    bool replied = false;
    async_counts counts;
    async_counts_init(&counts);
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.completion_queue = queue));
    assert_true(echo__echo_add_async_servicer_to_server(&async_echo, &counts, server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(server, NULL));
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(target, GRPC_C_CHANNEL_OPTIONS(.completion_queue = queue));
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Echo__Request request = ECHO__REQUEST__INIT;
    assert_true(echo__echo_stub__hold__async(&stub, &request, context, on_reply, &replied));
    while (counts.held == 0)
        assert_true(grpc_c_completion_queue_poll(queue, -1) >= 0);
    stop_without_thread(server, grace_ms);
    if (grace_ms >= 0) /* cancelled, though the handler has not answered yet */
        while (!replied)
            assert_true(grpc_c_completion_queue_poll(queue, -1) >= 0);
    async_release_held(&counts, GRPC_C_STATUS_OK);
    grpc_c_server_free(server);
    while (!replied)
        assert_true(grpc_c_completion_queue_poll(queue, -1) >= 0);
    assert_int_equal(grpc_c_client_context_status(context) == GRPC_C_STATUS_OK, grace_ms < 0);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    grpc_c_completion_queue_free(queue);
}

static void test_stop_on_a_queue_without_a_thread(void **state)
{
    (void)state;
    check_stop_on_a_queue(-1);
    check_stop_on_a_queue(60000);
}

/* ---- a thousand lives ---- */

/* Sanitizers take their time, and keep what was freed; test_lifecycle has a thousand for them. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { sanitized = true, lives = 300 };
#else
enum { sanitized = false, lives = 1000 };
#endif

static int entries(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static size_t resident_kib(void)
{
    char line[128], *resident;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_true(file != NULL && fgets(line, sizeof line, file) != NULL);
    fclose(file);
    strtoul(line, &resident, 10);
    return strtoul(resident, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

/* Core comes and goes with the objects, and its end goes on behind the last one's free. */
static void live(void)
{
    grpc_c_error error;
    grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = 2));
    assert_true(echo__echo_add_servicer_to_server(&fixture_servicer, NULL, server));
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", &error));
    assert_true(grpc_c_server_start(server, &error));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    grpc_c_client_context *context = grpc_c_client_context_new();
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_server_stop(server, 0);
    grpc_c_completion_queue_free(queue);
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    grpc_c_server_free(server);
}

static void wait_for_entries(const char *path, int most)
{
    int count = 0;
    for (int i = 0; i < 100000 && (count = entries(path)) > most; i++)
        sched_yield();
    assert_in_range(count, 0, most);
}

static void test_thousand_lives_leave_nothing_behind(void **state)
{
    (void)state;
    enum { first = lives / 5, most_growth_kib = 4 * 1024 };
    for (int i = 0; i < first; i++)
        live();
    int descriptors = entries("/proc/self/fd");
    int threads = entries("/proc/self/task");
    size_t before = resident_kib();
    for (int i = first; i < lives; i++)
        live();
    size_t after = resident_kib();
    print_message("KiB after %d and %d lives: %zu, %zu\n", first, lives, before, after);
    wait_for_entries("/proc/self/fd", descriptors);
    wait_for_entries("/proc/self/task", threads);
    assert_true(sanitized || after < before + most_growth_kib);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_in_a_handler_without_a_thread),
        cmocka_unit_test(test_stop_without_a_thread_while_another_waits),
        cmocka_unit_test(test_stop_on_a_queue_without_a_thread),
        cmocka_unit_test(test_thousand_lives_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
