/*
 * Async calls against everything else: a hundred thousand of all four kinds, whose callbacks run
 * while other threads cancel them, finish them and free their contexts, and while the server ends
 * them from a thread of its own and from cancel callbacks. Each call must have one last callback,
 * or none after its context was freed, and a status that agrees with what was seen; on both sides
 * as many callbacks must come as operations were started.
 *
 * Players make the calls, on three queues: the library's own, one that a thread runs, and one with
 * a descriptor. A helper for each queue meddles. The full number runs under tsan, a fifth of it in
 * release and under asan. LOAD_RACES in the environment sets another one.
 */
#include "fixture.h"

#include <semaphore.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "load_async.h"

enum {
    default_races = LOAD_BY_PRESET(20 * 1000, 20 * 1000, 100 * 1000),
    most_blocks = 6,
    block_bytes = 100,
    players_a_queue = 4,
    /* How long a helper hesitates, at most, before it meddles. */
    most_spin_ns = LOAD_BY_PRESET(100, 100, 400) * 1000,
    /* On average, a context serves so many calls. */
    calls_a_context = 50,
};

typedef enum kind { unary, server_streaming, client_streaming, bidirectional, kinds } kind;

typedef enum meddling { leave_alone, cancel_it, finish_it, free_it, meddlings } meddling;

typedef struct ground {
    load_async async;
    grpc_c_server *server;
    /** The number of the last call. */
    _Atomic uint64_t calls;
    uint64_t races;
    _Atomic uint64_t started;
    _Atomic uint64_t called;
    /** What came of them, by kind. */
    _Atomic uint64_t ok[kinds];
    _Atomic uint64_t cancelled[kinds];
    _Atomic uint64_t aborted[kinds];
    _Atomic uint64_t freed[kinds];
    /** Calls whose context was freed: a callback that comes all the same finds out. */
    pthread_mutex_t mutex;
    struct call *graveyard;
} ground;

/** A queue with its players and its helper. */
typedef struct table {
    ground *ground;
    grpc_c_channel *channel;
    Load__Load_Stub stub;
    /** The user's; NULL: the library's own. */
    grpc_c_completion_queue *queue;
    bool has_descriptor;
    pthread_t driver;
    /** Held while callbacks run, where contexts are freed by the helper. */
    pthread_mutex_t running;
    pthread_t helper;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct call *first;
    bool closing;
    sem_t over;
} table;

typedef struct player {
    table *table;
    load_random random;
    grpc_c_client_context *context;
} player;

typedef struct call {
    player *player;
    uint64_t number;
    kind kind;
    meddling meddling;
    struct call *next;
    /** The call itself, and the helper. */
    _Atomic unsigned parts;
    /** Reads and writes under way, and the last callbacks that came. */
    _Atomic int under_way;
    _Atomic int endings;
    /** Somebody is about to say finish; it was said. */
    _Atomic bool finish_said;
    _Atomic bool finishing;
    /** The helper said finish, perhaps too early for all that was to be done. */
    _Atomic bool cut_short;
    _Atomic bool freed;

    uint64_t count;
    uint64_t written;
    uint64_t read;
    int callbacks;
    Load__Load_Download_ClientReader *reader;
    Load__Load_Upload_ClientWriter *writer;
    Load__Load_PingPong_ClientReaderWriter *stream;
} call;

/* ---- the book ---- */

static void starts(call *call)
{
    call->under_way++;
    call->player->table->ground->started++;
}

/* False: another thread said finish before. */
static bool started(call *call, bool ok)
{
    if (ok)
        return true;
    load_require(call->finish_said);
    call->under_way--;
    call->player->table->ground->started--;
    return false;
}

static void called(call *call)
{
    load_require(!call->freed);
    load_require(call->endings == 0);
    load_require(--call->under_way >= 0);
    call->player->table->ground->called++;
}

static void start_call(player *player);

/* Of the call itself and its helper, the last goes on to the next call. */
static void part_is_over(call *call)
{
    player *player = call->player;
    if (--call->parts > 0)
        return;
    if (load_random_below(&player->random, calls_a_context) == 0)
        grpc_c_client_context_reset(player->context);
    free(call);
    start_call(player);
}

/* The last callback. */
static void end(call *call, grpc_c_status_code status)
{
    ground *ground = call->player->table->ground;
    load_require(call->endings++ == 0 && call->under_way == 0 && !call->freed);
    load_require(grpc_c_client_context_status(call->player->context) == status);
    if (status == GRPC_C_STATUS_OK)
        ground->ok[call->kind]++;
    else if (status == GRPC_C_STATUS_CANCELLED)
        ground->cancelled[call->kind]++;
    else if (status == GRPC_C_STATUS_ABORTED)
        ground->aborted[call->kind]++;
    else
        fprintf(stderr, "kind %d: %s\n", (int)call->kind,
                grpc_c_client_context_error(call->player->context));
    load_require(status == GRPC_C_STATUS_OK || status == GRPC_C_STATUS_CANCELLED ||
                 status == GRPC_C_STATUS_ABORTED);
    if (status == GRPC_C_STATUS_OK && !call->cut_short) {
        load_require(call->written == call->count || call->kind == server_streaming);
        load_require(call->read == call->count || call->kind == client_streaming);
        load_require(ground->async.service.visits[call->number].begun == 1);
    }
    part_is_over(call);
}

/* The last callback has come. */
static void finish_called(call *call)
{
    load_require(!call->freed);
    call->player->table->ground->called++;
}

static void on_status(grpc_c_status_code status, void *user_data)
{
    finish_called(user_data);
    end(user_data, status);
}

static void on_progress(const Load__Progress *progress, void *user_data)
{
    call *call = user_data;
    finish_called(call);
    grpc_c_status_code status = grpc_c_client_context_status(call->player->context);
    load_require((progress != NULL) == (status == GRPC_C_STATUS_OK));
    if (progress != NULL && call->kind == client_streaming)
        load_require(progress->blocks == call->written);
    if (call->kind == unary)
        call->read = call->written = call->count;
    end(call, status);
}

/* ---- steps ---- */

static void finish_is_said(call *call)
{
    load_require(!atomic_exchange(&call->finishing, true));
    call->player->table->ground->started++;
}

/* Says finish, by any thread: the first who does is heard, and there is one at least. */
static void say_finish(call *call)
{
    bool ok = false;
    call->finish_said = true;
    if (call->kind == server_streaming)
        ok = load__load_stub__download__finish__async(call->reader, on_status, call);
    else if (call->kind == client_streaming)
        ok = load__load_stub__upload__finish__async(call->writer, on_progress, call);
    else if (call->kind == bidirectional)
        ok = load__load_stub__ping_pong__finish__async(call->stream, on_status, call);
    if (ok)
        finish_is_said(call);
}

/* None of its callbacks comes any more. */
static void free_context(call *call)
{
    player *player = call->player;
    ground *ground = player->table->ground;
    load_require(call->endings == 0);
    call->freed = true;
    ground->called += (uint64_t)call->under_way + call->finishing;
    ground->freed[call->kind]++;
    grpc_c_client_context_free(player->context);
    player->context = grpc_c_client_context_new();
    load_require(player->context != NULL);
    pthread_mutex_lock(&ground->mutex);
    call->next = ground->graveyard;
    ground->graveyard = call;
    pthread_mutex_unlock(&ground->mutex);
}

/* Now and then a callback frees the context that it belongs to. True: it has. */
static bool frees_context(call *call)
{
    player *player = call->player;
    if (call->meddling != leave_alone || load_random_below(&player->random, calls_a_context) > 0)
        return false;
    free_context(call);
    start_call(player);
    return true;
}

static void on_downloaded(const Load__Block *block, void *user_data)
{
    call *call = user_data;
    called(call);
    if (frees_context(call))
        return;
    if (block == NULL) {
        say_finish(call);
        return;
    }
    load_block_check(block, call->read++, block_bytes);
    starts(call);
    started(call, load__load_stub__download__read__async(call->reader, on_downloaded, call));
}

static void upload_next(call *call);

static void on_uploaded(bool ok, void *user_data)
{
    call *call = user_data;
    called(call);
    call->written += ok;
    if (frees_context(call))
        return;
    if (ok && call->written < call->count)
        upload_next(call);
    else
        say_finish(call);
}

static void upload_next(call *call)
{
    Load__Block block = load_block(call->written, block_bytes);
    block.call = call->number;
    starts(call);
    started(call, load__load_stub__upload__write__async(call->writer, &block, on_uploaded, call));
}

static void exchange_next(call *call);
static void read_pong(call *call);

/* The callback of a write, or of a read: the last of the two goes on. */
static void exchanged(call *call, bool ok)
{
    if (frees_context(call) || --call->callbacks > 0)
        return;
    if (ok && call->read < call->written)
        read_pong(call);
    else if (ok && call->read < call->count)
        exchange_next(call);
    else
        say_finish(call);
}

static void on_ping_sent(bool ok, void *user_data)
{
    call *call = user_data;
    called(call);
    call->written += ok;
    exchanged(call, ok);
}

static void on_pong(const Load__Block *block, void *user_data)
{
    call *call = user_data;
    called(call);
    if (block != NULL)
        load_block_check(block, call->read++, block_bytes);
    exchanged(call, block != NULL);
}

static bool send_ping(call *call)
{
    Load__Block block = load_block(call->written, block_bytes);
    block.call = call->number;
    call->callbacks++;
    starts(call);
    return started(call, load__load_stub__ping_pong__write__async(call->stream, &block,
                                                                  on_ping_sent, call));
}

static void read_pong(call *call)
{
    call->callbacks++;
    starts(call);
    if (!started(call, load__load_stub__ping_pong__read__async(call->stream, on_pong, call)))
        call->callbacks--;
}

/* In a callback, so that none comes in between. */
static void exchange_next(call *call)
{
    if (send_ping(call))
        read_pong(call);
}

/* ---- calls ---- */

/* Starts one operation, and does not look at the call afterwards: the callback may come at once, on
 * another thread. */
static void begin(call *call)
{
    player *player = call->player;
    const Load__Load_Stub *stub = &player->table->stub;
    Load__Question question = LOAD__QUESTION__INIT;
    Load__Order order = LOAD__ORDER__INIT;
    switch (call->kind) {
    case unary:
        question.call = call->number;
        finish_is_said(call);
        load_require(
            load__load_stub__ask__async(stub, &question, player->context, on_progress, call));
        break;
    case server_streaming:
        order.call = call->number;
        order.count = call->count;
        order.filling_bytes = block_bytes;
        call->reader = load__load_stub__download__async(stub, &order, player->context);
        starts(call);
        started(call, load__load_stub__download__read__async(call->reader, on_downloaded, call));
        break;
    case client_streaming:
        call->writer = load__load_stub__upload__async(stub, player->context);
        upload_next(call);
        break;
    default:
        call->stream = load__load_stub__ping_pong__async(stub, player->context);
        send_ping(call);
    }
}

static void give_to_helper(call *call)
{
    table *table = call->player->table;
    pthread_mutex_lock(&table->mutex);
    call->next = table->first;
    table->first = call;
    pthread_cond_signal(&table->changed);
    pthread_mutex_unlock(&table->mutex);
}

/* By the driver in a callback, or by the helper. The helper gets the call when it has begun. */
static void start_call(player *player)
{
    ground *ground = player->table->ground;
    uint64_t number = ++ground->calls;
    if (number > ground->races) {
        sem_post(&player->table->over);
        return;
    }
    call *call = calloc(1, sizeof *call);
    load_require(call != NULL);
    call->player = player;
    call->number = number;
    call->kind = (kind)load_random_below(&player->random, kinds);
    call->meddling = (meddling)load_random_below(&player->random, meddlings);
    if (call->meddling == free_it && !player->table->has_descriptor)
        call->meddling = cancel_it;
    if (call->meddling == finish_it && call->kind == unary)
        call->meddling = cancel_it;
    call->count = 1 + load_random_below(&player->random, most_blocks);
    bool meddles = call->meddling != leave_alone;
    call->parts = meddles ? 2 : 1;
    begin(call);
    if (meddles)
        give_to_helper(call);
}

/* ---- the helper ---- */

static void meddle(call *call)
{
    player *player = call->player;
    switch (call->meddling) {
    case cancel_it:
        grpc_c_client_context_cancel(player->context);
        break;
    case finish_it:
        call->cut_short = true;
        say_finish(call);
        break;
    default:
        if (call->endings > 0)
            break;
        free_context(call);
        start_call(player);
        return;
    }
    part_is_over(call);
}

static void *helper_main(void *argument)
{
    table *table = argument;
    load_random random = {3};
    pthread_mutex_lock(&table->mutex);
    for (;;) {
        call *call = table->first;
        if (call == NULL && table->closing)
            break;
        if (call == NULL) {
            pthread_cond_wait(&table->changed, &table->mutex);
            continue;
        }
        table->first = call->next;
        pthread_mutex_unlock(&table->mutex);
        load_spin(&random, most_spin_ns);
        pthread_mutex_lock(&table->running);
        meddle(call);
        pthread_mutex_unlock(&table->running);
        pthread_mutex_lock(&table->mutex);
    }
    pthread_mutex_unlock(&table->mutex);
    return NULL;
}

/* ---- tables ---- */

static void *driver_main(void *argument)
{
    table *table = argument;
    if (!table->has_descriptor) {
        load_require(grpc_c_completion_queue_run(table->queue));
        return NULL;
    }
    struct epoll_event event = {.events = EPOLLIN};
    int loop = epoll_create1(EPOLL_CLOEXEC);
    int fd = grpc_c_completion_queue_fd(table->queue);
    load_require(loop >= 0 && fd >= 0 && epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) == 0);
    int ran = 0;
    while (ran >= 0) {
        load_require(epoll_wait(loop, &event, 1, 60 * 1000) == 1);
        pthread_mutex_lock(&table->running);
        ran = grpc_c_completion_queue_poll(table->queue, 0);
        pthread_mutex_unlock(&table->running);
    }
    close(loop);
    return NULL;
}

static void table_start(table *table, ground *ground, const char *target, player *players)
{
    table->ground = ground;
    table->channel = grpc_c_insecure_channel_new(target, GRPC_C_CHANNEL_OPTIONS(.completion_queue =
                                                                                    table->queue));
    table->stub = load__load_stub(table->channel);
    pthread_mutex_init(&table->running, NULL);
    pthread_mutex_init(&table->mutex, NULL);
    pthread_cond_init(&table->changed, NULL);
    sem_init(&table->over, 0, 0);
    load_require(pthread_create(&table->helper, NULL, helper_main, table) == 0);
    if (table->queue != NULL)
        load_require(pthread_create(&table->driver, NULL, driver_main, table) == 0);
    for (int i = 0; i < players_a_queue; i++) {
        players[i] = (player){.table = table, .random = {(uintptr_t)table->queue + (unsigned)i}};
        players[i].context = grpc_c_client_context_new();
        start_call(&players[i]);
    }
}

static void table_finish(table *table, player *players)
{
    for (int i = 0; i < players_a_queue; i++)
        sem_wait(&table->over);
    pthread_mutex_lock(&table->mutex);
    table->closing = true;
    pthread_cond_signal(&table->changed);
    pthread_mutex_unlock(&table->mutex);
    pthread_join(table->helper, NULL);
    for (int i = 0; i < players_a_queue; i++)
        grpc_c_client_context_free(players[i].context);
    grpc_c_channel_free(table->channel);
    if (table->queue != NULL) {
        grpc_c_completion_queue_shutdown(table->queue);
        pthread_join(table->driver, NULL);
        grpc_c_completion_queue_free(table->queue);
    }
    sem_destroy(&table->over);
    pthread_mutex_destroy(&table->running);
    pthread_mutex_destroy(&table->mutex);
    pthread_cond_destroy(&table->changed);
}

/* ---- the ground ---- */

static uint64_t wanted_races(void)
{
    const char *number = getenv("LOAD_RACES");
    return number != NULL ? strtoull(number, NULL, 10) : default_races;
}

/* A blocking servicer beside the async one gives the server a callback thread. */
static void ground_start(ground *ground, char *ret_target, size_t size, bool with_blocking)
{
    ground->races = wanted_races() / 2;
    pthread_mutex_init(&ground->mutex, NULL);
    load_async_init(&ground->async, ground->races);
    ground->server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.lanes = 2, .max_workers = 2));
    load_require(load__load_add_async_servicer_to_server(&load_async_servicer, &ground->async,
                                                         ground->server));
    if (with_blocking)
        load_require(echo__echo_add_servicer_to_server(&fixture_servicer, NULL, ground->server));
    snprintf(ret_target, size, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    load_require(grpc_c_server_start(ground->server, NULL));
}

/* Had all calls ended one way, there would have been no race. */
static void check_outcomes(ground *ground)
{
    for (int kind = 0; kind < kinds; kind++) {
        uint64_t ok = ground->ok[kind], cancelled = ground->cancelled[kind];
        uint64_t aborted = ground->aborted[kind], freed = ground->freed[kind];
        uint64_t all = ok + cancelled + aborted + freed;
        print_message("kind %d: %d OK, %d CANCELLED, %d ABORTED, %d freed\n", kind, (int)ok,
                      (int)cancelled, (int)aborted, (int)freed);
        assert_in_range(ok, all / 50, UINT64_MAX);
        assert_in_range(cancelled, 1, UINT64_MAX);
        assert_in_range(aborted, kind == unary ? 0 : all / 50, UINT64_MAX);
        assert_in_range(freed, 1, UINT64_MAX);
    }
    const load_async *async = &ground->async;
    print_message("%d handlers; %d cancel callbacks, of which %d ended their calls; the finisher "
                  "ended %d\n",
                  (int)async->service.begun, (int)async->cancelled, (int)async->ended_by_cancel,
                  (int)async->ended_by_finisher);
    assert_in_range(async->ended_by_cancel, 1, UINT64_MAX);
    assert_in_range(async->ended_by_finisher, ground->races / 20, UINT64_MAX);
}

static void race(bool with_blocking)
{
    enum { tables = 3 };
    char target[64];
    ground *ground = calloc(1, sizeof *ground);
    table table[tables] = {{.queue = NULL},
                           {.queue = grpc_c_completion_queue_new()},
                           {.queue = grpc_c_completion_queue_new(), .has_descriptor = true}};
    player players[tables][players_a_queue];
    ground_start(ground, target, sizeof target, with_blocking);
    for (int i = 0; i < tables; i++)
        table_start(&table[i], ground, target, players[i]);
    for (int i = 0; i < tables; i++)
        table_finish(&table[i], players[i]);
    grpc_c_server_free(ground->server);
    check_outcomes(ground);
    assert_int_equal(ground->started, ground->called);
    load_async_destroy(&ground->async);
    while (ground->graveyard != NULL) {
        call *call = ground->graveyard;
        ground->graveyard = call->next;
        free(call);
    }
    pthread_mutex_destroy(&ground->mutex);
    free(ground);
}

static void test_all_threads_meddle_with_async_calls(void **state)
{
    (void)state;
    race(false);
}

static void test_the_same_with_a_callback_thread(void **state)
{
    (void)state;
    race(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_threads_meddle_with_async_calls),
        cmocka_unit_test(test_the_same_with_a_callback_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
