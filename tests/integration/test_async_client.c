/*
 * Async unary calls against a blocking server: where callbacks run, misuse, cancel, free and reuse
 * of the context meanwhile, queues that end, and many calls at once.
 */
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <grpc-c/generated.h>

#include "fixture.h"

enum { say = 0, hold = 1 };

typedef void (*reply_callback)(const Echo__Reply *reply, void *user_data);

static void deliver(grpc_c_function callback, const ProtobufCMessage *message, void *user_data)
{
    ((reply_callback)callback)((const Echo__Reply *)message, user_data);
}

/* One call, and how it went. */
typedef struct unary {
    grpc_c_client_context *context;
    sem_t called;
    _Atomic int times;
    grpc_c_status_code code;
    char text[64];
    char message[128];
    pthread_t thread;
    /* Run in the callback, after the results are taken. */
    void (*then)(struct unary *call);
    fixture *fixture;
    int left;
} unary;

static void on_reply(const Echo__Reply *reply, void *user_data)
{
    unary *call = user_data;
    call->code = grpc_c_client_context_status(call->context);
    snprintf(call->text, sizeof call->text, "%s", reply != NULL ? reply->text : "(none)");
    snprintf(call->message, sizeof call->message, "%s",
             grpc_c_client_context_message(call->context));
    call->thread = pthread_self();
    call->times++;
    if (call->then != NULL)
        call->then(call);
    sem_post(&call->called);
}

static void unary_init(unary *call, fixture *fixture, grpc_c_completion_queue *queue)
{
    *call = (unary){.context = grpc_c_client_context_new(), .fixture = fixture};
    sem_init(&call->called, 0, 0);
    grpc_c_client_context_set_completion_queue(call->context, queue);
}

static void unary_destroy(unary *call)
{
    grpc_c_client_context_free(call->context);
    sem_destroy(&call->called);
}

static bool unary_start(unary *call, size_t method, const char *text)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = (char *)text;
    return grpc_c_stub_unary_call__async(&call->fixture->stub.base, method, &request.base,
                                         call->context, deliver, (grpc_c_function)on_reply, call);
}

/* Drives the queue, where there is one, until the callback has been called. */
static void unary_wait(unary *call, grpc_c_completion_queue *queue)
{
    if (queue == NULL) {
        while (sem_wait(&call->called) != 0)
            continue;
        return;
    }
    while (sem_trywait(&call->called) != 0)
        assert_true(grpc_c_completion_queue_poll(queue, -1) >= 0);
}

static int start(void **state)
{
    *state = fixture_new(NULL, NULL);
    return 0;
}

static int stop(void **state)
{
    fixture_free(*state);
    return 0;
}

/* ---- where callbacks run ---- */

static void test_callbacks_run_on_a_thread_of_the_library(void **state)
{
    unary first;
    unary second;
    unary_init(&first, *state, NULL);
    unary_init(&second, *state, NULL);
    assert_true(unary_start(&first, say, "one"));
    assert_true(unary_start(&second, say, "two"));
    unary_wait(&first, NULL);
    unary_wait(&second, NULL);
    assert_string_equal(first.text, "one");
    assert_string_equal(second.text, "two");
    assert_int_equal(first.code, GRPC_C_STATUS_OK);
    assert_false(pthread_equal(first.thread, pthread_self()));
    assert_true(pthread_equal(first.thread, second.thread));
    unary_destroy(&first);
    unary_destroy(&second);
}

static void test_callbacks_run_in_poll(void **state)
{
    unary call;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    unary_init(&call, *state, queue);
    assert_true(unary_start(&call, say, "polled"));
    assert_int_equal(call.times, 0);
    int ran;
    do {
        ran = grpc_c_completion_queue_poll(queue, -1);
    } while (ran == 0);
    assert_int_equal(ran, 1);
    assert_int_equal(call.times, 1);
    assert_string_equal(call.text, "polled");
    assert_true(pthread_equal(call.thread, pthread_self()));
    unary_destroy(&call);
    grpc_c_completion_queue_free(queue);
}

static void test_run_ends_with_the_last_call(void **state)
{
    fixture *fixture = *state;
    unary held;
    unary refused;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    unary_init(&held, fixture, queue);
    unary_init(&refused, fixture, queue);
    assert_true(unary_start(&held, hold, "held"));
    gate_wait_for(&fixture->gate, 1);
    grpc_c_completion_queue_shutdown(queue);
    assert_false(unary_start(&refused, say, "too late"));
    assert_int_equal(grpc_c_client_context_status(refused.context), GRPC_C_STATUS_UNAVAILABLE);
    assert_string_equal(grpc_c_client_context_message(refused.context),
                        "the completion queue is shut down");
    assert_int_equal(grpc_c_completion_queue_poll(queue, 0), 0);
    gate_let_pass(&fixture->gate, 1);
    assert_true(grpc_c_completion_queue_run(queue));
    assert_string_equal(held.text, "held");
    assert_int_equal(refused.times, 0);
    unary_destroy(&held);
    unary_destroy(&refused);
    grpc_c_completion_queue_free(queue);
}

static void test_queue_of_the_channel_and_of_the_context(void **state)
{
    fixture *fixture = *state;
    grpc_c_completion_queue *of_channel = grpc_c_completion_queue_new();
    grpc_c_completion_queue *of_context = grpc_c_completion_queue_new();
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(fixture->target,
                                    GRPC_C_CHANNEL_OPTIONS(.completion_queue = of_channel));
    grpc_c_channel *outer = fixture->channel;
    fixture->stub = echo__echo_stub(channel);
    unary call;
    unary_init(&call, fixture, NULL);
    assert_true(unary_start(&call, say, "channel's"));
    unary_wait(&call, of_channel);
    grpc_c_client_context_set_completion_queue(call.context, of_context);
    assert_true(unary_start(&call, say, "context's"));
    unary_wait(&call, of_context);
    grpc_c_client_context_reset(call.context);
    assert_true(unary_start(&call, say, "channel's again"));
    unary_wait(&call, of_channel);
    assert_int_equal(call.times, 3);
    assert_string_equal(call.text, "channel's again");
    unary_destroy(&call);
    grpc_c_channel_free(channel);
    fixture->stub = echo__echo_stub(outer);
    grpc_c_completion_queue_free(of_channel);
    grpc_c_completion_queue_free(of_context);
}

static void test_an_event_loop_waits_for_the_fd(void **state)
{
    unary call;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    unary_init(&call, *state, queue);
    int loop = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event due = {.events = EPOLLIN};
    assert_int_equal(epoll_ctl(loop, EPOLL_CTL_ADD, grpc_c_completion_queue_fd(queue), &due), 0);
    for (int i = 1; i <= 100; i++) {
        assert_true(unary_start(&call, say, "in a loop"));
        while (call.times < i) {
            assert_int_equal(epoll_wait(loop, &due, 1, -1), 1);
            assert_true(grpc_c_completion_queue_poll(queue, 0) >= 0);
        }
    }
    assert_true(pthread_equal(call.thread, pthread_self()));
    assert_int_equal(epoll_wait(loop, &due, 1, 0), 0);
    close(loop);
    unary_destroy(&call);
    grpc_c_completion_queue_free(queue);
}

/* ---- what is refused ---- */

static void test_misuse_starts_nothing(void **state)
{
    fixture *fixture = *state;
    const grpc_c_stub *stub = &fixture->stub.base;
    grpc_c_client_context *context = fixture->context;
    Echo__Request request = ECHO__REQUEST__INIT;
    Echo__Reply other = ECHO__REPLY__INIT;
    const grpc_c_stub no_channel = echo__echo_stub(NULL).base;
    const grpc_c_function callback = (grpc_c_function)on_reply;
    assert_false(
        grpc_c_stub_unary_call__async(stub, say, &request.base, NULL, deliver, callback, NULL));
    const struct {
        const grpc_c_stub *stub;
        size_t method;
        const ProtobufCMessage *request;
        grpc_c_deliver deliver;
        grpc_c_function callback;
    } cases[] = {
        {NULL, say, &request.base, deliver, callback},
        {&no_channel, say, &request.base, deliver, callback},
        {stub, 99, &request.base, deliver, callback},
        {stub, say, NULL, deliver, callback},
        {stub, say, &other.base, deliver, callback},
        {stub, say, &request.base, NULL, callback},
        {stub, say, &request.base, deliver, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(grpc_c_stub_unary_call__async(cases[i].stub, cases[i].method, cases[i].request,
                                                   context, cases[i].deliver, cases[i].callback,
                                                   NULL));
        assert_int_equal(grpc_c_client_context_status(context), GRPC_C_STATUS_INTERNAL);
        grpc_c_client_context_reset(context);
    }
}

static char logged[256];

static void remember(grpc_c_log_severity severity, const char *message, void *user_data)
{
    (void)user_data;
    if (severity == GRPC_C_LOG_ERROR)
        snprintf(logged, sizeof logged, "%s", message);
}

static void test_a_busy_context_is_left_alone(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    unary call;
    unary_init(&call, fixture, NULL);
    assert_true(unary_start(&call, hold, "busy"));
    gate_wait_for(&fixture->gate, 1);
    assert_false(unary_start(&call, say, "second"));
    assert_null(echo__echo_stub__say(&fixture->stub, &request, call.context));
    grpc_c_set_log_callback(remember, NULL);
    grpc_c_client_context_reset(call.context);
    grpc_c_set_log_callback(NULL, NULL);
    assert_non_null(strstr(logged, "grpc_c_client_context_reset: refused"));
    assert_int_equal(grpc_c_client_context_status(call.context), GRPC_C_STATUS_OK);
    assert_string_equal(grpc_c_client_context_message(call.context), "");
    assert_string_equal(grpc_c_client_context_error(call.context), "OK");
    assert_null(grpc_c_client_context_status_details(call.context, NULL));
    gate_let_pass(&fixture->gate, 1);
    unary_wait(&call, NULL);
    assert_int_equal(call.times, 1);
    assert_string_equal(call.text, "busy");
    /* And is free for any kind of call then. */
    request.text = "blocking";
    const Echo__Reply *reply = echo__echo_stub__say(&fixture->stub, &request, call.context);
    assert_non_null(reply);
    assert_string_equal(reply->text, "blocking");
    assert_true(unary_start(&call, say, "async"));
    unary_wait(&call, NULL);
    assert_string_equal(call.text, "async");
    unary_destroy(&call);
}

/* ---- how calls end ---- */

static void test_status_of_the_server(void **state)
{
    fixture *fixture = *state;
    unary call;
    unary_init(&call, fixture, NULL);
    Echo__Request request = ECHO__REQUEST__INIT;
    request.code = GRPC_C_STATUS_NOT_FOUND;
    request.message = "no such echo";
    assert_true(grpc_c_stub_unary_call__async(&fixture->stub.base, say, &request.base, call.context,
                                              deliver, (grpc_c_function)on_reply, &call));
    unary_wait(&call, NULL);
    assert_int_equal(call.code, GRPC_C_STATUS_NOT_FOUND);
    assert_string_equal(call.message, "no such echo");
    assert_string_equal(call.text, "(none)");
    unary_destroy(&call);
}

static void test_deadlines(void **state)
{
    fixture *fixture = *state;
    unary call;
    unary_init(&call, fixture, NULL);
    grpc_c_client_context_set_timeout_ms(call.context, 0);
    assert_false(unary_start(&call, say, "no time"));
    assert_int_equal(grpc_c_client_context_status(call.context), GRPC_C_STATUS_DEADLINE_EXCEEDED);
    grpc_c_client_context_set_timeout_ms(call.context, 20);
    assert_true(unary_start(&call, hold, "little time"));
    unary_wait(&call, NULL);
    assert_int_equal(call.code, GRPC_C_STATUS_DEADLINE_EXCEEDED);
    assert_int_equal(call.times, 1);
    unary_destroy(&call);
}

static void test_cancel(void **state)
{
    fixture *fixture = *state;
    unary call;
    unary_init(&call, fixture, NULL);
    grpc_c_client_context_cancel(call.context);
    assert_true(unary_start(&call, say, "cancelled before"));
    unary_wait(&call, NULL);
    assert_int_equal(call.code, GRPC_C_STATUS_CANCELLED);
    assert_true(unary_start(&call, hold, "cancelled meanwhile"));
    gate_wait_for(&fixture->gate, 1);
    grpc_c_client_context_cancel(call.context);
    unary_wait(&call, NULL);
    assert_int_equal(call.code, GRPC_C_STATUS_CANCELLED);
    grpc_c_client_context_cancel(call.context);
    assert_true(unary_start(&call, say, "after all"));
    unary_wait(&call, NULL);
    assert_int_equal(call.code, GRPC_C_STATUS_OK);
    unary_destroy(&call);
}

/* A port of the loopback where nobody listens, held so that nobody else will. */
static int closed_port(int *ret_socket)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    *ret_socket = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(*ret_socket, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(*ret_socket, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

static void test_wait_for_ready(void **state)
{
    fixture *fixture = *state;
    int held;
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d", closed_port(&held));
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Echo__Echo_Stub outer = fixture->stub;
    fixture->stub = echo__echo_stub(channel);
    unary call;
    unary_init(&call, fixture, NULL);
    assert_true(unary_start(&call, say, "nobody"));
    unary_wait(&call, NULL);
    assert_int_equal(call.code, GRPC_C_STATUS_UNAVAILABLE);
    grpc_c_client_context_set_wait_for_ready(call.context, true);
    grpc_c_client_context_set_timeout_ms(call.context, 30);
    assert_true(unary_start(&call, say, "nobody"));
    unary_wait(&call, NULL);
    assert_int_equal(call.code, GRPC_C_STATUS_DEADLINE_EXCEEDED);
    unary_destroy(&call);
    fixture->stub = outer;
    grpc_c_channel_free(channel);
    close(held);
}

/* ---- what a call carries ---- */

/* A server of its own, with no gate, in a fixture that is good for calls. */
static void open_server(fixture *other, const Echo__Echo_Servicer *servicer, void *self)
{
    memset(other, 0, sizeof *other);
    other->server = grpc_c_server_new(NULL);
    assert_true(echo__echo_add_servicer_to_server(servicer, self, other->server));
    snprintf(other->target, sizeof other->target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(other->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(other->server, NULL));
    other->channel = grpc_c_insecure_channel_new(other->target, NULL);
    other->stub = echo__echo_stub(other->channel);
}

static void close_server(fixture *other)
{
    grpc_c_channel_free(other->channel);
    grpc_c_server_free(other->server);
}

static grpc_c_status_code say_tag(void *self, const Echo__Request *request, Echo__Reply *reply,
                                  grpc_c_server_context *context)
{
    (void)self;
    const grpc_c_metadata_entry *tag =
        grpc_c_metadata_find(grpc_c_server_context_metadata(context), "tag", NULL);
    reply->text = tag != NULL ? grpc_c_server_context_strdup(context, tag->value) : "untagged";
    grpc_c_server_context_add_initial_metadata(context, "first", "1", 1);
    grpc_c_server_context_add_trailing_metadata(context, "last", "2", 1);
    return strlen(request->text) == 5000 ? GRPC_C_STATUS_OK : GRPC_C_STATUS_INVALID_ARGUMENT;
}

static void test_metadata_and_compression(void **state)
{
    (void)state;
    static const Echo__Echo_Servicer servicer = {.say = say_tag};
    static char text[5001];
    memset(text, 'z', sizeof text - 1);
    fixture other;
    unary call;
    open_server(&other, &servicer, NULL);
    unary_init(&call, &other, NULL);
    assert_true(grpc_c_client_context_add_metadata(call.context, "tag", "mine"));
    assert_true(grpc_c_client_context_set_compression(call.context, GRPC_C_COMPRESSION_GZIP));
    for (int i = 0; i < 2; i++) { /* settings stay */
        assert_true(unary_start(&call, say, text));
        unary_wait(&call, NULL);
        assert_int_equal(call.code, GRPC_C_STATUS_OK);
        assert_string_equal(call.text, "mine");
        const grpc_c_metadata *first = grpc_c_client_context_initial_metadata(call.context);
        const grpc_c_metadata *last = grpc_c_client_context_trailing_metadata(call.context);
        assert_non_null(grpc_c_metadata_find(first, "first", NULL));
        assert_non_null(grpc_c_metadata_find(last, "last", NULL));
    }
    unary_destroy(&call);
    close_server(&other);
}

static _Atomic int relayed_code;

/* Asks the fixture, as part of the call that it answers. */
static grpc_c_status_code relay(void *self, const Echo__Request *request, Echo__Reply *reply,
                                grpc_c_server_context *context)
{
    (void)reply;
    unary inner;
    unary_init(&inner, self, NULL);
    grpc_c_client_context_set_parent(inner.context, context);
    assert_true(unary_start(&inner, hold, request->text));
    unary_wait(&inner, NULL);
    relayed_code = inner.code;
    unary_destroy(&inner);
    return GRPC_C_STATUS_OK;
}

static void test_a_call_ends_with_its_parent(void **state)
{
    fixture *inner = *state;
    static const Echo__Echo_Servicer servicer = {.say = relay};
    fixture other;
    unary call;
    open_server(&other, &servicer, inner);
    unary_init(&call, &other, NULL);
    relayed_code = GRPC_C_STATUS_OK;
    assert_true(unary_start(&call, say, "relayed"));
    gate_wait_for(&inner->gate, 1);
    grpc_c_client_context_cancel(call.context);
    unary_wait(&call, NULL);
    assert_int_equal(call.code, GRPC_C_STATUS_CANCELLED);
    unary_destroy(&call);
    close_server(&other); /* waits for the handler */
    assert_int_equal(relayed_code, GRPC_C_STATUS_CANCELLED);
}

/* ---- free and reuse ---- */

static void test_free_during_the_call_calls_nobody(void **state)
{
    fixture *fixture = *state;
    for (int own = 0; own < 2; own++) {
        unary call;
        unary after;
        grpc_c_completion_queue *queue = own ? NULL : grpc_c_completion_queue_new();
        unary_init(&call, fixture, queue);
        unary_init(&after, fixture, queue);
        assert_true(unary_start(&call, hold, "freed"));
        gate_wait_for(&fixture->gate, own + 1); /* a handler stays, though its client has gone */
        grpc_c_client_context_free(call.context);
        assert_true(unary_start(&after, say, "after"));
        unary_wait(&after, queue);
        call.context = NULL;
        unary_destroy(&after);
        grpc_c_completion_queue_free(queue);
        assert_int_equal(call.times, 0);
        unary_destroy(&call);
    }
}

static void test_free_of_context_and_channel_during_the_call(void **state)
{
    fixture *fixture = *state;
    Echo__Echo_Stub outer = fixture->stub;
    for (int i = 0; i < 50; i++) {
        unary call;
        grpc_c_channel *channel = grpc_c_insecure_channel_new(fixture->target, NULL);
        fixture->stub = echo__echo_stub(channel);
        unary_init(&call, fixture, NULL);
        assert_true(unary_start(&call, hold, "gone"));
        grpc_c_client_context_free(call.context);
        grpc_c_channel_free(channel);
        call.context = NULL;
        assert_int_equal(call.times, 0);
        unary_destroy(&call);
    }
    fixture->stub = outer;
}

static void call_again(unary *call)
{
    if (--call->left > 0)
        assert_true(unary_start(call, say, "again"));
}

static void test_reuse_in_the_callback(void **state)
{
    unary call;
    unary_init(&call, *state, NULL);
    call.then = call_again;
    call.left = 100;
    assert_true(unary_start(&call, say, "first"));
    for (int i = 0; i < 100; i++)
        unary_wait(&call, NULL);
    assert_int_equal(call.times, 100);
    unary_destroy(&call);
}

typedef struct owner {
    unary call;
    grpc_c_channel *channel;
} owner;

static void free_all(unary *call)
{
    grpc_c_client_context_free(call->context);
    call->context = NULL;
    grpc_c_channel_free(((owner *)call)->channel);
}

static void test_free_of_context_and_channel_in_the_callback(void **state)
{
    fixture *fixture = *state;
    Echo__Echo_Stub outer = fixture->stub;
    for (int i = 0; i < 20; i++) {
        owner owner = {.channel = grpc_c_insecure_channel_new(fixture->target, NULL)};
        fixture->stub = echo__echo_stub(owner.channel);
        unary_init(&owner.call, fixture, NULL);
        owner.call.then = free_all;
        assert_true(unary_start(&owner.call, say, "the last"));
        unary_wait(&owner.call, NULL);
        assert_string_equal(owner.call.text, "the last");
        unary_destroy(&owner.call);
    }
    fixture->stub = outer;
}

static void test_free_of_the_queue_waits_for_calls(void **state)
{
    fixture *fixture = *state;
    unary call;
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    unary_init(&call, fixture, queue);
    assert_true(unary_start(&call, hold, "cancelled"));
    grpc_c_client_context_cancel(call.context);
    grpc_c_completion_queue_free(queue);
    assert_int_equal(call.times, 1);
    assert_int_equal(call.code, GRPC_C_STATUS_CANCELLED);
    unary_destroy(&call);
}

/* ---- many ---- */

enum { at_once = 100, in_all = 10000 };

static _Atomic int still_to_start;

static void start_next(unary *call)
{
    assert_int_equal(call->code, GRPC_C_STATUS_OK);
    if (atomic_fetch_sub(&still_to_start, 1) > 0)
        assert_true(unary_start(call, say, "one of many"));
}

/* How the queue is driven: by its own thread, poll, or poll after its descriptor. */
static void check_many(fixture *fixture, bool own, bool with_fd)
{
    grpc_c_completion_queue *queue = own ? NULL : grpc_c_completion_queue_new();
    unary *calls = calloc(at_once, sizeof *calls);
    if (with_fd)
        assert_int_not_equal(grpc_c_completion_queue_fd(queue), -1);
    still_to_start = in_all - at_once;
    fixture->said = 0;
    for (int i = 0; i < at_once; i++) {
        unary_init(&calls[i], fixture, queue);
        calls[i].then = start_next;
        assert_true(unary_start(&calls[i], say, "one of many"));
    }
    int times = 0;
    while (times < in_all) {
        if (!own)
            assert_true(grpc_c_completion_queue_poll(queue, -1) >= 0);
        times = 0;
        for (int i = 0; i < at_once; i++)
            times += calls[i].times;
        if (own)
            sched_yield();
    }
    assert_int_equal(times, in_all);
    for (int i = 0; i < at_once; i++) {
        for (int k = calls[i].times; k > 0; k--)
            unary_wait(&calls[i], NULL);
        unary_destroy(&calls[i]);
    }
    assert_int_equal(fixture->said, in_all);
    free(calls);
    grpc_c_completion_queue_free(queue);
}

static void test_ten_thousand_calls_on_the_own_thread(void **state)
{
    check_many(*state, true, false);
}

static void test_ten_thousand_calls_by_poll(void **state)
{
    check_many(*state, false, false);
}

static void test_ten_thousand_calls_by_fd(void **state)
{
    check_many(*state, false, true);
}

static void test_cancel_from_another_thread_at_any_time(void **state)
{
    unary call;
    unary_init(&call, *state, NULL);
    for (int i = 1; i <= 2000; i++) {
        assert_true(unary_start(&call, say, "raced"));
        for (int k = 0; k < i % 50; k++)
            sched_yield();
        grpc_c_client_context_cancel(call.context);
        unary_wait(&call, NULL);
        assert_int_equal(call.times, i);
        if (call.code != GRPC_C_STATUS_OK && call.code != GRPC_C_STATUS_CANCELLED)
            fail_msg("round %d: %s", i, grpc_c_client_context_error(call.context));
    }
    unary_destroy(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_callbacks_run_on_a_thread_of_the_library, start, stop),
        cmocka_unit_test_setup_teardown(test_callbacks_run_in_poll, start, stop),
        cmocka_unit_test_setup_teardown(test_run_ends_with_the_last_call, start, stop),
        cmocka_unit_test_setup_teardown(test_queue_of_the_channel_and_of_the_context, start, stop),
        cmocka_unit_test_setup_teardown(test_an_event_loop_waits_for_the_fd, start, stop),
        cmocka_unit_test_setup_teardown(test_misuse_starts_nothing, start, stop),
        cmocka_unit_test_setup_teardown(test_a_busy_context_is_left_alone, start, stop),
        cmocka_unit_test_setup_teardown(test_status_of_the_server, start, stop),
        cmocka_unit_test_setup_teardown(test_deadlines, start, stop),
        cmocka_unit_test_setup_teardown(test_cancel, start, stop),
        cmocka_unit_test_setup_teardown(test_wait_for_ready, start, stop),
        cmocka_unit_test(test_metadata_and_compression),
        cmocka_unit_test_setup_teardown(test_a_call_ends_with_its_parent, start, stop),
        cmocka_unit_test_setup_teardown(test_free_during_the_call_calls_nobody, start, stop),
        cmocka_unit_test_setup_teardown(test_free_of_context_and_channel_during_the_call, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_reuse_in_the_callback, start, stop),
        cmocka_unit_test_setup_teardown(test_free_of_context_and_channel_in_the_callback, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_free_of_the_queue_waits_for_calls, start, stop),
        cmocka_unit_test_setup_teardown(test_ten_thousand_calls_on_the_own_thread, start, stop),
        cmocka_unit_test_setup_teardown(test_ten_thousand_calls_by_poll, start, stop),
        cmocka_unit_test_setup_teardown(test_ten_thousand_calls_by_fd, start, stop),
        cmocka_unit_test_setup_teardown(test_cancel_from_another_thread_at_any_time, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
