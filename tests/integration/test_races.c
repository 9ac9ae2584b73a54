/*
 * Cancel against everything else, blocking: a hundred thousand calls of all four kinds, each with
 * one cancel from another thread, at a random step and a random moment in it. Each call must have
 * one final status, OK or CANCELLED, that agrees with what the caller saw; each handler must begin
 * and end once. Client and server share the process, so that tsan sees both.
 *
 * The full number runs under tsan, a fifth of it in release and under asan. LOAD_RACES in the
 * environment sets another one.
 */
#include "fixture.h"

#include <semaphore.h>
#include <time.h>

#include "load_service.h"

enum {
    default_races = LOAD_BY_PRESET(20 * 1000, 20 * 1000, 100 * 1000),
    racers = 3,
    most_blocks = 6,
    block_bytes = 100,
    /* A context serves so many calls, on average, before it is replaced; reset is as frequent. */
    calls_a_context = 50,
    /* How a canceller's patience changes with each call that it misses or hits. */
    patience_step_ns = 1000,
    most_patience_ns = 1000 * 1000,
};

typedef enum kind { unary, server_streaming, client_streaming, bidirectional, kinds } kind;

typedef struct ground {
    load_service service;
    grpc_c_server *server;
    grpc_c_channel *channel;
    Load__Load_Stub stub;
    /** The number of the last call. */
    _Atomic uint64_t calls;
    uint64_t races;
    /** Calls beside them, which nobody cancels. */
    _Atomic uint64_t peaceful;
    /** What came of them, by kind. */
    _Atomic uint64_t finished[kinds];
    _Atomic uint64_t cancelled[kinds];
    /** Half of the calls of a kind are over when its canceller has waited for so long. */
    _Atomic uint64_t patience_ns[kinds];
} ground;

/** A caller, and the thread that cancels its calls. */
typedef struct racer {
    ground *ground;
    pthread_t caller;
    pthread_t canceller;
    load_random random;
    grpc_c_client_context *context;
    /** The call in progress. */
    uint64_t call;
    kind kind;
    /** Steps until its canceller is sent off. */
    uint64_t steps;

    /** Posted for a cancel, which takes this long to come; posted when it has been made. */
    sem_t go;
    sem_t done;
    _Atomic uint64_t delay_ns;
    _Atomic bool closing;
    load_random delays;
} racer;

/* ---- the canceller ---- */

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void *cancel_calls(void *argument)
{
    racer *racer = argument;
    for (;;) {
        sem_wait(&racer->go);
        if (racer->closing)
            return NULL;
        uint64_t until = now_ns() + load_random_below(&racer->delays, 2 * racer->delay_ns + 1);
        while (now_ns() < until)
            continue;
        grpc_c_client_context_cancel(racer->context);
        sem_post(&racer->done);
    }
}

/* The caller passes here between any two things that it does. */
static void step(racer *racer)
{
    if (racer->steps-- > 0)
        return;
    racer->delay_ns = racer->ground->patience_ns[racer->kind];
    sem_post(&racer->go);
}

/* ---- how calls end ---- */

/* The status is final: it does not change while the canceller goes on. Tells whether it is OK. */
static bool check_status(racer *racer)
{
    grpc_c_status_code code = grpc_c_client_context_status(racer->context);
    if (code == GRPC_C_STATUS_OK) {
        load_require(strcmp(grpc_c_client_context_error(racer->context), "OK") == 0);
        return true;
    }
    if (code != GRPC_C_STATUS_CANCELLED)
        fprintf(stderr, "call %d of kind %d: %s\n", (int)racer->call, (int)racer->kind,
                grpc_c_client_context_error(racer->context));
    load_require(code == GRPC_C_STATUS_CANCELLED);
    return false;
}

/* A call with OK was answered by a handler, which has begun; a stop waits for its end. */
static void note(racer *racer, bool ok)
{
    ground *ground = racer->ground;
    kind kind = racer->kind;
    uint64_t patience = ground->patience_ns[kind];
    (ok ? ground->finished : ground->cancelled)[kind]++;
    if (ok)
        load_require(ground->service.visits[racer->call].begun == 1);
    if (ok && patience >= patience_step_ns)
        ground->patience_ns[kind] = patience - patience_step_ns;
    else if (!ok && patience < most_patience_ns)
        ground->patience_ns[kind] = patience + patience_step_ns;
}

/* ---- calls ---- */

static void call_ask(racer *racer)
{
    Load__Question question = LOAD__QUESTION__INIT;
    question.call = racer->call;
    step(racer);
    const Load__Progress *reply =
        load__load_stub__ask(&racer->ground->stub, &question, racer->context);
    load_require(check_status(racer) == (reply != NULL));
    note(racer, reply != NULL);
}

static void call_download(racer *racer)
{
    Load__Order order = LOAD__ORDER__INIT;
    order.call = racer->call;
    order.count = load_random_below(&racer->random, most_blocks + 1);
    order.filling_bytes = block_bytes;
    /* One in four callers has heard enough before the end. */
    uint64_t wanted = order.count;
    if (load_random_below(&racer->random, 4) == 0)
        wanted = load_random_below(&racer->random, order.count + 1);
    step(racer);
    Load__Load_Download_ClientReader *reader =
        load__load_stub__download(&racer->ground->stub, &order, racer->context);
    uint64_t read = 0;
    const Load__Block *block;
    for (; read < wanted; read++) {
        step(racer);
        if ((block = load__load_stub__download__read(reader)) == NULL)
            break;
        load_block_check(block, read, block_bytes);
    }
    step(racer);
    grpc_c_status_code code = load__load_stub__download__finish(reader);
    load_require(load__load_stub__download__finish(reader) == code);
    bool ok = check_status(racer);
    load_require(!ok || read == order.count);
    if (wanted == order.count)
        note(racer, ok);
}

static bool write_block(racer *racer, Load__Load_Upload_ClientWriter *writer, uint64_t number)
{
    Load__Block block = load_block(number, block_bytes);
    block.call = racer->call;
    step(racer);
    return load__load_stub__upload__write(writer, &block);
}

static void call_upload(racer *racer)
{
    /* One at least: the handler learns from it which call it answers. */
    uint64_t count = 1 + load_random_below(&racer->random, most_blocks);
    step(racer);
    Load__Load_Upload_ClientWriter *writer =
        load__load_stub__upload(&racer->ground->stub, racer->context);
    uint64_t written = 0;
    while (written < count && write_block(racer, writer, written))
        written++;
    step(racer);
    const Load__Progress *reply = load__load_stub__upload__finish(writer);
    load_require(load__load_stub__upload__finish(writer) == NULL);
    load_require(check_status(racer) == (reply != NULL));
    if (reply != NULL)
        load_require(written == count && reply->blocks == count);
    note(racer, reply != NULL);
}

/* Sends a block and takes it back. */
static bool exchange(racer *racer, Load__Load_PingPong_ClientReaderWriter *stream, uint64_t number)
{
    Load__Block block = load_block(number, block_bytes);
    block.call = racer->call;
    step(racer);
    if (!load__load_stub__ping_pong__write(stream, &block))
        return false;
    step(racer);
    const Load__Block *back = load__load_stub__ping_pong__read(stream);
    if (back == NULL)
        return false;
    load_block_check(back, number, block_bytes);
    return true;
}

static void call_ping_pong(racer *racer)
{
    uint64_t count = 1 + load_random_below(&racer->random, most_blocks);
    step(racer);
    Load__Load_PingPong_ClientReaderWriter *stream =
        load__load_stub__ping_pong(&racer->ground->stub, racer->context);
    uint64_t exchanged = 0;
    while (exchanged < count && exchange(racer, stream, exchanged))
        exchanged++;
    step(racer);
    if (racer->call % 2 == 0) {
        load__load_stub__ping_pong__writes_done(stream);
        step(racer);
        load_require(load__load_stub__ping_pong__read(stream) == NULL);
    }
    step(racer);
    grpc_c_status_code code = load__load_stub__ping_pong__finish(stream);
    load_require(load__load_stub__ping_pong__finish(stream) == code);
    bool ok = check_status(racer);
    load_require(!ok || exchanged == count);
    note(racer, ok);
}

/* ---- racers ---- */

/* Now and then. A reset may meet the cancel, which then ends the next call; a free may not. */
static void maybe_reset(racer *racer)
{
    if (load_random_below(&racer->random, calls_a_context) == 0)
        grpc_c_client_context_reset(racer->context);
}

static void maybe_replace(racer *racer)
{
    if (load_random_below(&racer->random, calls_a_context) > 0)
        return;
    grpc_c_client_context_free(racer->context);
    racer->context = grpc_c_client_context_new();
    load_require(racer->context != NULL);
}

/* The cancel has been made, and has met one call at most, be it after a reset: of two more calls
 * the second is nobody's victim. */
static void call_in_peace(racer *racer)
{
    Load__Question question = LOAD__QUESTION__INIT;
    const Load__Progress *reply = NULL;
    for (int i = 0; i < 2; i++)
        reply = load__load_stub__ask(&racer->ground->stub, &question, racer->context);
    load_require(reply != NULL && check_status(racer));
    racer->ground->peaceful += 2;
}

static void run_one(racer *racer)
{
    static void (*const calls[])(struct racer *) = {
        [unary] = call_ask,
        [server_streaming] = call_download,
        [client_streaming] = call_upload,
        [bidirectional] = call_ping_pong,
    };
    /* About as many as such a call has. */
    static const uint64_t steps[] = {
        [unary] = 1,
        [server_streaming] = 5,
        [client_streaming] = 6,
        [bidirectional] = 10,
    };
    racer->kind = (kind)load_random_below(&racer->random, kinds);
    racer->steps = load_random_below(&racer->random, steps[racer->kind]);
    calls[racer->kind](racer);
    bool sent = racer->steps > UINT64_MAX / 2;
    maybe_reset(racer);
    if (!sent) /* the call was over before that step */
        sem_post(&racer->go);
    sem_wait(&racer->done);
    check_status(racer);
    if (racer->call % 16 == 0)
        call_in_peace(racer);
    maybe_replace(racer);
}

static void *run_calls(void *argument)
{
    racer *racer = argument;
    ground *ground = racer->ground;
    while ((racer->call = ++ground->calls) <= ground->races)
        run_one(racer);
    racer->closing = true;
    sem_post(&racer->go);
    return NULL;
}

static void racer_start(racer *racer, ground *ground, uint64_t seed)
{
    *racer = (struct racer){.ground = ground, .random = {seed}, .delays = {~seed}};
    racer->context = grpc_c_client_context_new();
    assert_int_equal(sem_init(&racer->go, 0, 0), 0);
    assert_int_equal(sem_init(&racer->done, 0, 0), 0);
    assert_int_equal(pthread_create(&racer->caller, NULL, run_calls, racer), 0);
    assert_int_equal(pthread_create(&racer->canceller, NULL, cancel_calls, racer), 0);
}

static void racer_join(racer *racer)
{
    pthread_join(racer->caller, NULL);
    pthread_join(racer->canceller, NULL);
    grpc_c_client_context_free(racer->context);
    sem_destroy(&racer->go);
    sem_destroy(&racer->done);
}

/* ---- the ground ---- */

static uint64_t wanted_races(void)
{
    const char *number = getenv("LOAD_RACES");
    return number != NULL ? strtoull(number, NULL, 10) : default_races;
}

static ground *ground_new(void)
{
    char target[64];
    ground *ground = calloc(1, sizeof *ground);
    ground->races = wanted_races();
    load_service_init(&ground->service, ground->races);
    ground->server = grpc_c_server_new(NULL);
    assert_true(
        load__load_add_servicer_to_server(&load_servicer, &ground->service, ground->server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->channel = grpc_c_insecure_channel_new(target, NULL);
    ground->stub = load__load_stub(ground->channel);
    return ground;
}

/* The server has stopped: every handler that began has ended, once. */
static void check_book(const ground *ground)
{
    uint64_t known = 0;
    for (uint64_t i = 1; i <= ground->races; i++) {
        const load_visit *visit = &ground->service.visits[i];
        assert_int_equal(visit->begun, visit->ended);
        assert_in_range(visit->begun, 0, 1);
        known += (uint64_t)visit->begun;
    }
    assert_int_equal(ground->service.begun, ground->service.ended);
    /* The others were cancelled before their first block came. */
    assert_in_range(ground->service.begun, known, ground->races + ground->peaceful);
    print_message("%d calls, %d handlers\n", (int)ground->races, (int)ground->service.begun);
}

/* Had all calls ended one way, there would have been no race. */
static void check_outcomes(const ground *ground)
{
    for (int kind = 0; kind < kinds; kind++) {
        uint64_t finished = ground->finished[kind], cancelled = ground->cancelled[kind];
        print_message("kind %d: %d OK, %d CANCELLED\n", kind, (int)finished, (int)cancelled);
        assert_in_range(finished, (finished + cancelled) / 20, UINT64_MAX);
        assert_in_range(cancelled, (finished + cancelled) / 20, UINT64_MAX);
    }
}

static void test_cancel_meets_every_step_of_a_call(void **state)
{
    (void)state;
    racer all[racers];
    ground *ground = ground_new();
    for (int i = 0; i < racers; i++)
        racer_start(&all[i], ground, (uint64_t)i + 1);
    for (int i = 0; i < racers; i++)
        racer_join(&all[i]);
    grpc_c_server_stop(ground->server, -1);
    check_book(ground);
    check_outcomes(ground);
    grpc_c_server_free(ground->server);
    grpc_c_channel_free(ground->channel);
    load_service_destroy(&ground->service);
    free(ground);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cancel_meets_every_step_of_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
