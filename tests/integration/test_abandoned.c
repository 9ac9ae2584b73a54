/*
 * Streams left before their end, blocking: by callers, whose contexts are reset, freed or used for
 * the next call while a stream is open, at a random point of it; and by handlers, which return
 * with messages unread. Every handler that begins must end, statuses must be the handler's, and
 * memory must stay flat; LeakSanitizer sees to the rest.
 *
 * 10,000 streams are abandoned and 1,000 handlers return early, under each preset.
 */
#include "fixture.h"

#include <unistd.h>

#include "load_service.h"

enum {
    abandoned = 10 * 1000,
    callers = 2,
    early_returns = 1000,
    most_blocks = 10,
    /* In release, less than 2 KiB for each abandoned stream. What the sanitizers keep for
     * themselves depends on how many calls happen to end at once. */
    memory_bound = LOAD_BY_PRESET(16, 256, 256) * load_mib,
};

typedef struct ground {
    load_service service;
    grpc_c_server *server;
    grpc_c_channel *channel;
    Load__Load_Stub stub;
    grpc_c_client_context *context;
} ground;

static int start(void **state)
{
    char target[64];
    ground *ground = calloc(1, sizeof *ground);
    load_service_init(&ground->service, 0);
    ground->server = grpc_c_server_new(NULL);
    assert_true(
        load__load_add_servicer_to_server(&load_servicer, &ground->service, ground->server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->channel = grpc_c_insecure_channel_new(target, NULL);
    ground->stub = load__load_stub(ground->channel);
    ground->context = grpc_c_client_context_new();
    *state = ground;
    return 0;
}

/* The server can only stop when all its handlers have ended. */
static int stop(void **state)
{
    ground *ground = *state;
    grpc_c_client_context_free(ground->context);
    grpc_c_server_stop(ground->server, -1);
    assert_int_equal(ground->service.begun, ground->service.ended);
    grpc_c_server_free(ground->server);
    grpc_c_channel_free(ground->channel);
    load_service_destroy(&ground->service);
    free(ground);
    return 0;
}

/* ---- callers ---- */

/* One that begins streams and leaves them. */
typedef struct caller {
    pthread_t thread;
    ground *ground;
    load_random random;
    grpc_c_client_context *context;
    /** Looked at now and then; NULL: another caller does. */
    load_memory *memory;
} caller;

static uint64_t some(caller *caller)
{
    return load_random_below(&caller->random, most_blocks);
}

static size_t some_size(caller *caller)
{
    return load_random_below(&caller->random, 8) == 0 ? load_max_filling : 100;
}

static void begin_download(caller *caller)
{
    Load__Order order = LOAD__ORDER__INIT;
    order.count = 2 * some(caller);
    order.filling_bytes = (uint32_t)some_size(caller);
    Load__Load_Download_ClientReader *reader =
        load__load_stub__download(&caller->ground->stub, &order, caller->context);
    for (uint64_t i = 0, wanted = some(caller); i < wanted && i < order.count; i++)
        load_block_check(load__load_stub__download__read(reader), i, order.filling_bytes);
}

static void begin_upload(caller *caller)
{
    Load__Load_Upload_ClientWriter *writer =
        load__load_stub__upload(&caller->ground->stub, caller->context);
    size_t size = some_size(caller);
    for (uint64_t i = 0, count = some(caller); i < count; i++) {
        Load__Block block = load_block(i, size);
        load_require(load__load_stub__upload__write(writer, &block));
    }
}

static void begin_ping_pong(caller *caller)
{
    Load__Load_PingPong_ClientReaderWriter *stream =
        load__load_stub__ping_pong(&caller->ground->stub, caller->context);
    size_t size = some_size(caller);
    uint64_t count = some(caller), read = some(caller);
    for (uint64_t i = 0; i < count; i++) {
        Load__Block block = load_block(i, size);
        load_require(load__load_stub__ping_pong__write(stream, &block));
        if (i < read)
            load_block_check(load__load_stub__ping_pong__read(stream), i, size);
    }
    if (read % 3 == 0)
        load_require(load__load_stub__ping_pong__writes_done(stream));
}

static void ask(caller *caller)
{
    Load__Question question = LOAD__QUESTION__INIT;
    load_require(load__load_stub__ask(&caller->ground->stub, &question, caller->context) != NULL);
}

static void leave(caller *caller)
{
    switch (load_random_below(&caller->random, 4)) {
    case 0:
        grpc_c_client_context_reset(caller->context);
        break;
    case 1:
        grpc_c_client_context_free(caller->context);
        caller->context = grpc_c_client_context_new();
        load_require(caller->context != NULL);
        break;
    case 2: /* a call of another kind ends it */
        ask(caller);
        break;
    default: /* the next stream does */
        break;
    }
}

static void *abandon_streams(void *argument)
{
    static void (*const begin[])(struct caller *) = {begin_download, begin_upload, begin_ping_pong};
    caller *caller = argument;
    for (int i = 0; i < abandoned / callers; i++) {
        begin[load_random_below(&caller->random, 3)](caller);
        leave(caller);
        if (caller->memory == NULL || i % (abandoned / callers / 100) != 0)
            continue;
        if (i == abandoned / callers / 10)
            load_memory_begin(caller->memory, "process", getpid());
        else
            load_memory_look(caller->memory);
    }
    ask(caller);
    return NULL;
}

static void test_callers_abandon_streams(void **state)
{
    ground *ground = *state;
    caller all[callers];
    load_memory memory = {.pid = getpid()};
    for (int i = 0; i < callers; i++) {
        all[i] = (caller){.ground = ground, .random = {(uint64_t)i + 1}};
        all[i].memory = i == 0 ? &memory : NULL;
        all[i].context = grpc_c_client_context_new();
        assert_int_equal(pthread_create(&all[i].thread, NULL, abandon_streams, &all[i]), 0);
    }
    for (int i = 0; i < callers; i++) {
        pthread_join(all[i].thread, NULL);
        grpc_c_client_context_free(all[i].context);
    }
    load_memory_check(&memory, "abandoned streams", memory_bound);
}

/* ---- handlers ---- */

/* Block `number` tells the handler to return; what follows stays unread. */
static Load__Block block_to_write(uint64_t number, uint64_t last_read, size_t size,
                                  grpc_c_status_code code)
{
    Load__Block block = load_block(number, size);
    block.stop = number == last_read;
    block.code = (int)code;
    return block;
}

static void upload_too_much(ground *ground, load_random *random, grpc_c_status_code code)
{
    Load__Load_Upload_ClientWriter *writer =
        load__load_stub__upload(&ground->stub, ground->context);
    size_t size = load_random_below(random, 8) == 0 ? load_max_filling : 100;
    uint64_t last_read = load_random_below(random, most_blocks);
    uint64_t count = last_read + 2 + load_random_below(random, most_blocks);
    bool open = true;
    for (uint64_t i = 0; i < count && open; i++) {
        Load__Block block = block_to_write(i, last_read, size, code);
        open = load__load_stub__upload__write(writer, &block);
        assert_true(open || i > last_read);
    }
    const Load__Progress *reply = load__load_stub__upload__finish(writer);
    assert_int_equal(grpc_c_client_context_status(ground->context), code);
    assert_int_equal(reply != NULL, code == GRPC_C_STATUS_OK);
    if (reply != NULL)
        assert_int_equal(reply->blocks, last_read + 1);
}

static void ping_too_much(ground *ground, load_random *random, grpc_c_status_code code)
{
    Load__Load_PingPong_ClientReaderWriter *stream =
        load__load_stub__ping_pong(&ground->stub, ground->context);
    uint64_t last_read = load_random_below(random, most_blocks);
    uint64_t count = last_read + 2 + load_random_below(random, most_blocks);
    bool open = true;
    for (uint64_t i = 0; i < count && open; i++) {
        Load__Block block = block_to_write(i, last_read, 100, code);
        open = load__load_stub__ping_pong__write(stream, &block);
        assert_true(open || i > last_read);
    }
    /* All that was read before came back, whatever is left unread. */
    for (uint64_t i = 0; i < last_read; i++)
        load_block_check(load__load_stub__ping_pong__read(stream), i, 100);
    assert_null(load__load_stub__ping_pong__read(stream));
    assert_int_equal(load__load_stub__ping_pong__finish(stream), code);
}

static void return_early(ground *ground, load_random *random, int times)
{
    for (int i = 0; i < times; i++) {
        grpc_c_status_code code = i % 4 < 2 ? GRPC_C_STATUS_OK : GRPC_C_STATUS_FAILED_PRECONDITION;
        (i % 2 == 0 ? upload_too_much : ping_too_much)(ground, random, code);
        assert_string_equal(grpc_c_client_context_message(ground->context),
                            code == GRPC_C_STATUS_OK ? "" : "stopped");
    }
}

static void test_handlers_return_with_messages_unread(void **state)
{
    ground *ground = *state;
    load_memory memory;
    load_random random = {1};
    return_early(ground, &random, early_returns / 10);
    load_memory_begin(&memory, "process", getpid());
    for (int i = 0; i < 10; i++) {
        return_early(ground, &random, early_returns / 10);
        load_memory_look(&memory);
    }
    load_memory_check(&memory, "early returns", memory_bound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_callers_abandon_streams, start, stop),
        cmocka_unit_test_setup_teardown(test_handlers_return_with_messages_unread, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
