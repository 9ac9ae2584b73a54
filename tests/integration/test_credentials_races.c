/*
 * Call credentials whose callback is answered by other threads, just as calls are cancelled, given
 * up and ended, and channels freed: every call ends, once, and nothing is left of any.
 */
#include <sched.h>
#include <semaphore.h>
#include <unistd.h>

#include "async_servicers.h"
#include "load.h"

enum { callers = 4, answerers = 3, most_questions = 1024 };

static const unsigned calls_each = LOAD_BY_PRESET(5000, 2000, 2000);

/* ---- the answering threads ---- */

typedef struct caller {
    load_random random;
    /** Lives as long as the caller: may be cancelled at any time. */
    grpc_c_client_context *context;
    /** How the calls ended. */
    unsigned ok, cancelled, failed;
} caller;

typedef struct pending {
    grpc_c_call_credentials_request request;
    caller *caller;
} pending;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pending questions[most_questions];
static size_t first, count;
static bool closing;
static unsigned answered, too_late;
static _Atomic int destroyed;

static void ask(grpc_c_call_credentials_request request, const char *service_url,
                const char *method, void *user_data)
{
    load_require(service_url[0] != '\0' && method[0] != '\0');
    pthread_mutex_lock(&mutex);
    load_require(count < most_questions);
    questions[(first + count++) % most_questions] = (pending){request, user_data};
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
}

static void on_destroy(void *user_data)
{
    (void)user_data;
    destroyed++;
}

static bool take(pending *ret_pending)
{
    pthread_mutex_lock(&mutex);
    while (count == 0 && !closing)
        pthread_cond_wait(&changed, &mutex);
    bool taken = count > 0;
    if (taken) {
        *ret_pending = questions[first];
        first = (first + 1) % most_questions;
        count--;
    }
    pthread_mutex_unlock(&mutex);
    return taken;
}

static void give(load_random *random, grpc_c_call_credentials_request request)
{
    static const grpc_c_metadata_entry entry = {"authorization", "Bearer race", 11};
    bool counted =
        load_random_below(random, 4) > 0
            ? grpc_c_call_credentials_succeed(request, &entry, 1)
            : grpc_c_call_credentials_fail(request, GRPC_C_STATUS_PERMISSION_DENIED, "by chance");
    load_require(!grpc_c_call_credentials_succeed(request, &entry, 1));
    pthread_mutex_lock(&mutex);
    *(counted ? &answered : &too_late) += 1;
    pthread_mutex_unlock(&mutex);
}

static void *answer_all(void *argument)
{
    load_random random = {(uint64_t)(uintptr_t)argument};
    pending pending;
    while (take(&pending)) {
        /* Answered, or cancelled, or one right after the other, in either order. */
        uint64_t choice = load_random_below(&random, 5);
        load_spin(&random, 100 * 1000);
        if (choice == 0 || choice == 1)
            grpc_c_client_context_cancel(pending.caller->context);
        if (choice == 1)
            load_spin(&random, 20 * 1000);
        if (choice != 0)
            give(&random, pending.request);
        if (choice == 2)
            grpc_c_client_context_cancel(pending.caller->context);
    }
    return NULL;
}

/* ---- the callers ---- */

static char target[64];

static grpc_c_channel *new_channel(caller *caller)
{
    grpc_c_call_credentials *credentials = grpc_c_call_credentials_new(ask, on_destroy, caller);
    grpc_c_channel_credentials *local =
        grpc_c_local_channel_credentials_new(GRPC_C_LOCAL_CONNECTIONS_UNIX);
    grpc_c_channel *channel =
        grpc_c_channel_new(target, local, GRPC_C_CHANNEL_OPTIONS(.call_credentials = credentials));
    grpc_c_channel_credentials_free(local);
    grpc_c_call_credentials_free(credentials);
    load_require(channel != NULL);
    return channel;
}

static void count_end(caller *caller)
{
    switch (grpc_c_client_context_status(caller->context)) {
    case GRPC_C_STATUS_OK:
        caller->ok++;
        break;
    case GRPC_C_STATUS_CANCELLED:
        caller->cancelled++;
        break;
    case GRPC_C_STATUS_PERMISSION_DENIED:
        load_require(strcmp(grpc_c_client_context_message(caller->context), "by chance") == 0);
        caller->failed++;
        break;
    default:
        fprintf(stderr, "%s\n", grpc_c_client_context_error(caller->context));
        abort();
    }
}

static void call_blocking(caller *caller, grpc_c_channel *channel)
{
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    echo__echo_stub__say(&stub, &request, caller->context);
    count_end(caller);
}

static void call_stream(caller *caller, grpc_c_channel *channel)
{
    Streams__Streams_Stub stub = streams__streams_stub(channel);
    Streams__Streams_Chat_ClientReaderWriter *stream =
        streams__streams_stub__chat(&stub, caller->context);
    Streams__Item item = STREAMS__ITEM__INIT;
    streams__streams_stub__chat__write(stream, &item);
    streams__streams_stub__chat__writes_done(stream);
    while (streams__streams_stub__chat__read(stream) != NULL)
        continue;
    streams__streams_stub__chat__finish(stream);
    count_end(caller);
}

static void on_reply(const Echo__Reply *reply, void *user_data)
{
    (void)reply;
    sem_post(user_data);
}

static void call_async(caller *caller, grpc_c_channel *channel)
{
    sem_t done;
    sem_init(&done, 0, 0);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    load_require(echo__echo_stub__say__async(&stub, &request, caller->context, on_reply, &done));
    while (sem_wait(&done) != 0)
        continue;
    sem_destroy(&done);
    count_end(caller);
}

/* Gives an async call up in the middle, or when it has ended: its queue ends it. */
static void call_and_abandon(caller *caller, grpc_c_channel *channel)
{
    sem_t done;
    sem_init(&done, 0, 0);
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_client_context *context = grpc_c_client_context_new();
    grpc_c_client_context_set_completion_queue(context, queue);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    load_require(echo__echo_stub__say__async(&stub, &request, context, on_reply, &done));
    for (uint64_t i = load_random_below(&caller->random, 3); i > 0; i--)
        grpc_c_completion_queue_poll(queue, 0);
    grpc_c_client_context_free(context);
    grpc_c_completion_queue_free(queue);
    sem_destroy(&done);
}

static void *call_all(void *argument)
{
    caller *caller = argument;
    grpc_c_channel *channel = new_channel(caller);
    for (unsigned i = 0; i < calls_each; i++) {
        switch (load_random_below(&caller->random, 4)) {
        case 0:
            call_stream(caller, channel);
            break;
        case 1:
            call_async(caller, channel);
            break;
        case 2:
            call_and_abandon(caller, channel);
            break;
        default:
            call_blocking(caller, channel);
        }
        if (load_random_below(&caller->random, 100) == 0) {
            grpc_c_channel_free(channel);
            channel = new_channel(caller);
            destroyed--; /* one more is to come */
        }
    }
    grpc_c_channel_free(channel);
    return NULL;
}

/* ---- the test ---- */

static void test_answers_race_with_cancels_and_ends(void **state)
{
    (void)state;
    char folder[] = "/tmp/grpc-c.XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(target, sizeof target, "unix:%s/socket", folder);
    async_counts counts;
    async_counts_init(&counts);
    grpc_c_server *server = grpc_c_server_new(NULL);
    grpc_c_server_credentials *local =
        grpc_c_local_server_credentials_new(GRPC_C_LOCAL_CONNECTIONS_UNIX);
    assert_true(echo__echo_add_async_servicer_to_server(&async_echo, &counts, server));
    assert_true(streams__streams_add_async_servicer_to_server(&async_streams, &counts, server));
    assert_int_equal(grpc_c_server_add_port(server, target, local, NULL), 1);
    grpc_c_server_credentials_free(local);
    assert_true(grpc_c_server_start(server, NULL));

    caller each[callers] = {{.ok = 0}};
    pthread_t calling[callers];
    pthread_t answering[answerers];
    for (uintptr_t i = 0; i < answerers; i++)
        assert_int_equal(pthread_create(&answering[i], NULL, answer_all, (void *)(i + 1)), 0);
    for (int i = 0; i < callers; i++) {
        each[i].random.state = (uint64_t)i + 100;
        each[i].context = grpc_c_client_context_new();
        assert_int_equal(pthread_create(&calling[i], NULL, call_all, &each[i]), 0);
    }
    unsigned ok = 0, cancelled = 0, failed = 0;
    for (int i = 0; i < callers; i++) {
        pthread_join(calling[i], NULL);
        ok += each[i].ok;
        cancelled += each[i].cancelled;
        failed += each[i].failed;
    }
    pthread_mutex_lock(&mutex);
    closing = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < answerers; i++)
        pthread_join(answering[i], NULL);
    for (int i = 0; i < callers; i++)
        grpc_c_client_context_free(each[i].context);
    while (destroyed < callers)
        sched_yield();
    print_message("%u calls: %u OK, %u cancelled, %u refused; %u answers, %u too late\n",
                  callers * calls_each, ok, cancelled, failed, answered, too_late);
    assert_true(ok > 0 && cancelled > 0 && failed > 0 && answered > 0 && too_late > 0);
    assert_int_equal(destroyed, callers);
    grpc_c_server_free(server);
    unlink(target + strlen("unix:"));
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_race_with_cancels_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
