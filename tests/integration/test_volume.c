/*
 * Long and large streams, blocking: every block is checked, memory stays flat on both sides, and a
 * writer cannot run ahead of a slow reader. The server has a process of its own (load_server), so
 * that each side's memory is seen alone.
 *
 * Volumes, in full under release and less under the sanitizers (LOAD_BY_PRESET below):
 * a ping-pong of 100,000 blocks, a server's stream of 1,000,000, and 1 GiB each way to a slow
 * reader. A slow reader stops after each few MiB until the writer is seen to be held, and measures
 * how far ahead that is. It does so twice: with HTTP/2 windows of the size that they begin with,
 * where the lead has a small bound, and with core's windows, which grow with what the connection is
 * found to carry.
 *
 * An argument is the name of the one test to run.
 */
#include "fixture.h"

#include <unistd.h>

#include "load.grpc-c.h"
#include "load.h"

enum {
    ping_pongs = LOAD_BY_PRESET(100 * 1000, 20 * 1000, 20 * 1000),
    small_blocks = LOAD_BY_PRESET(1000 * 1000, 100 * 1000, 100 * 1000),
    large_blocks = LOAD_BY_PRESET(1024, 128, 128) * load_mib / load_max_filling,

    /* Under release, a leak of 4 bytes a small block, or 256 a large one, takes more. */
    memory_bound = LOAD_BY_PRESET(4, 32, 64) * load_mib,
    /* Between a write that returned and the read of the same block: HTTP/2's window and core's
     * buffer for writes, 64 KiB each, and a block here and there. */
    ahead_bound = 512 * load_kib,
    /* With core's windows: much less than the stream has, but no small number. */
    wide_bound = LOAD_BY_PRESET(128, 64, 64) * load_mib,
    /* The window that every connection begins with: a writer that was held has filled it. */
    least_ahead = 64 * load_kib,
    /* What a slow reader reads between two pauses. */
    stride = LOAD_BY_PRESET(8, 2, 2) * load_mib,
    /* So many questions answered while the writer does nothing: it is held. */
    looks_until_held = 8,
    looks = 64,
};

typedef struct ground {
    load_process server;
    grpc_c_channel *channel;
    Load__Load_Stub stub;
    /** The stream's, and that of the questions beside it. */
    grpc_c_client_context *context;
    grpc_c_client_context *asking;
    load_memory client_memory;
    load_memory server_memory;
    uint64_t ahead_bound;
    size_t memory_bound;
} ground;

static Load__Progress ask(ground *ground, uint64_t let_read)
{
    Load__Question question = LOAD__QUESTION__INIT;
    question.let_read = let_read;
    const Load__Progress *progress = load__load_stub__ask(&ground->stub, &question, ground->asking);
    load_require(progress != NULL);
    return *progress;
}

static void look(ground *ground)
{
    load_memory_look(&ground->client_memory);
    load_memory_look(&ground->server_memory);
}

static void begin_to_measure(ground *ground)
{
    load_memory_begin(&ground->client_memory, "client", getpid());
    load_memory_begin(&ground->server_memory, "server", ground->server.pid);
}

static void check_memory(ground *ground, const char *what)
{
    look(ground);
    load_memory_check(&ground->client_memory, what, ground->memory_bound);
    load_memory_check(&ground->server_memory, what, ground->memory_bound);
}

static ground *ground_new(bool fixed_windows)
{
    static const grpc_c_core_argument no_probe = {"grpc.http2.bdp_probe", NULL, 0};
    grpc_c_channel_options options = GRPC_C_CHANNEL_OPTIONS_INIT;
    options.core_arguments = fixed_windows ? &no_probe : NULL;
    options.core_argument_count = fixed_windows;
    ground *ground = calloc(1, sizeof *ground);
    ground->ahead_bound = fixed_windows ? ahead_bound : wide_bound;
    ground->memory_bound = fixed_windows ? memory_bound : wide_bound + memory_bound;
    load_process_start(&ground->server, "load_server",
                       fixed_windows ? "grpc.http2.bdp_probe=0" : NULL);
    ground->channel = grpc_c_insecure_channel_new(ground->server.target, &options);
    ground->stub = load__load_stub(ground->channel);
    ground->context = grpc_c_client_context_new();
    ground->asking = grpc_c_client_context_new();
    begin_to_measure(ground);
    return ground;
}

static int start(void **state)
{
    *state = ground_new(true);
    return 0;
}

static int start_with_wide_windows(void **state)
{
    *state = ground_new(false);
    return 0;
}

static int stop(void **state)
{
    ground *ground = *state;
    grpc_c_client_context_free(ground->context);
    grpc_c_client_context_free(ground->asking);
    grpc_c_channel_free(ground->channel);
    load_process_stop(&ground->server);
    free(ground);
    return 0;
}

/* ---- ping-pong ---- */

static void play(ground *ground, uint64_t blocks)
{
    Load__Load_PingPong_ClientReaderWriter *stream =
        load__load_stub__ping_pong(&ground->stub, ground->context);
    for (uint64_t i = 0; i < blocks; i++) {
        size_t size = i % 100;
        Load__Block block = load_block(i, size);
        assert_true(load__load_stub__ping_pong__write(stream, &block));
        const Load__Block *back = load__load_stub__ping_pong__read(stream);
        assert_non_null(back);
        load_block_check(back, i, size);
        if (i % (ping_pongs / looks) == 0)
            look(ground);
    }
    assert_true(load__load_stub__ping_pong__writes_done(stream));
    assert_null(load__load_stub__ping_pong__read(stream));
    assert_int_equal(load__load_stub__ping_pong__finish(stream), GRPC_C_STATUS_OK);
}

static void test_a_ping_pong_of_many_blocks(void **state)
{
    ground *ground = *state;
    play(ground, ping_pongs / 20); /* what core and we keep for later is there from now on */
    begin_to_measure(ground);
    play(ground, ping_pongs);
    check_memory(ground, "ping-pong");
}

/* ---- a server's stream ---- */

static void count_down(ground *ground, uint64_t blocks, uint32_t size)
{
    Load__Order order = LOAD__ORDER__INIT;
    order.count = blocks;
    order.filling_bytes = size;
    Load__Load_Download_ClientReader *reader =
        load__load_stub__download(&ground->stub, &order, ground->context);
    for (uint64_t i = 0; i < blocks; i++) {
        const Load__Block *block = load__load_stub__download__read(reader);
        assert_non_null(block);
        load_block_check(block, i, size);
        if (i % (small_blocks / looks) == 0)
            look(ground);
    }
    assert_null(load__load_stub__download__read(reader));
    assert_int_equal(load__load_stub__download__finish(reader), GRPC_C_STATUS_OK);
}

static void test_a_stream_of_many_small_blocks(void **state)
{
    ground *ground = *state;
    count_down(ground, small_blocks / 20, 16);
    begin_to_measure(ground);
    count_down(ground, small_blocks, 16);
    check_memory(ground, "small blocks");
}

/* ---- slow readers ---- */

/* How far the writer was ahead of the reader in its pauses. */
typedef struct lead {
    uint64_t pauses;
    uint64_t most;
} lead;

static void lead_note(lead *lead, uint64_t written, uint64_t read)
{
    lead->pauses++;
    load_require(written >= read);
    if (written - read > lead->most)
        lead->most = written - read;
}

static void lead_check(const lead *lead, const ground *ground, const char *what)
{
    print_message("%s: %d pauses, the writer at most %d KiB ahead\n", what, (int)lead->pauses,
                  (int)(lead->most / load_kib));
    assert_in_range(lead->pauses, large_blocks / (stride / load_max_filling) - 1, SIZE_MAX);
    assert_in_range(lead->most, least_ahead, ground->ahead_bound);
}

/* While the client does not read: asks until the server's writer has done nothing for so many
 * questions. They share the stream's connection and each gives core's polling a turn. */
static uint64_t wait_until_server_is_held(ground *ground)
{
    uint64_t written = 0;
    for (int same = 0; same < looks_until_held; same++) {
        uint64_t now = ask(ground, 0).bytes;
        if (now != written)
            same = 0;
        written = now;
    }
    return written;
}

static void read_slowly(ground *ground, uint64_t blocks, lead *lead)
{
    Load__Order order = LOAD__ORDER__INIT;
    order.count = blocks;
    order.filling_bytes = load_max_filling;
    Load__Load_Download_ClientReader *reader =
        load__load_stub__download(&ground->stub, &order, ground->context);
    for (uint64_t i = 0; i < blocks; i++) {
        const Load__Block *block = load__load_stub__download__read(reader);
        assert_non_null(block);
        load_block_check(block, i, load_max_filling);
        uint64_t read = (i + 1) * load_max_filling;
        if (read % stride != 0)
            continue;
        lead_note(lead, wait_until_server_is_held(ground), read);
        look(ground);
    }
    assert_null(load__load_stub__download__read(reader));
    assert_int_equal(load__load_stub__download__finish(reader), GRPC_C_STATUS_OK);
}

static void test_a_slow_client_holds_the_server(void **state)
{
    ground *ground = *state;
    lead lead = {0, 0};
    read_slowly(ground, 4 * stride / load_max_filling, &lead);
    lead.pauses = 0;
    begin_to_measure(ground);
    read_slowly(ground, large_blocks, &lead);
    lead_check(&lead, ground, "slow client");
    check_memory(ground, "slow client");
}

/* The client's writer, in a thread of its own. */
typedef struct writer {
    pthread_t thread;
    ground *ground;
    uint64_t blocks;
    _Atomic uint64_t written;
} writer;

static void *write_all(void *argument)
{
    writer *writer = argument;
    ground *ground = writer->ground;
    Load__Load_Upload_ClientWriter *stream =
        load__load_stub__upload(&ground->stub, ground->context);
    for (uint64_t i = 0; i < writer->blocks; i++) {
        Load__Block block = load_block(i, load_max_filling);
        load_require(load__load_stub__upload__write(stream, &block));
        writer->written += load_max_filling;
    }
    const Load__Progress *progress = load__load_stub__upload__finish(stream);
    load_require(progress != NULL && progress->blocks == writer->blocks);
    load_require(progress->bytes == writer->blocks * load_max_filling);
    return NULL;
}

/* Asks until the server's reader has read what it may, and the writer has done nothing for so many
 * questions. */
static void wait_until_client_is_held(writer *writer, uint64_t read)
{
    uint64_t written = 0;
    for (int same = 0; same < looks_until_held; same++) {
        Load__Progress progress = ask(writer->ground, 0);
        uint64_t now = writer->written;
        if (now != written || !progress.waits || progress.bytes != read)
            same = 0;
        written = now;
    }
}

static void write_to_a_slow_reader(ground *ground, uint64_t blocks, lead *lead)
{
    uint64_t bytes = blocks * load_max_filling;
    writer writer = {.ground = ground, .blocks = blocks};
    ask(ground, stride);
    assert_int_equal(pthread_create(&writer.thread, NULL, write_all, &writer), 0);
    for (uint64_t read = stride; read < bytes; read += stride) {
        wait_until_client_is_held(&writer, read);
        lead_note(lead, writer.written, read);
        look(ground);
        ask(ground, read + stride);
    }
    ask(ground, UINT64_MAX);
    pthread_join(writer.thread, NULL);
}

static void test_a_slow_server_holds_the_client(void **state)
{
    ground *ground = *state;
    lead lead = {0, 0};
    write_to_a_slow_reader(ground, 4 * stride / load_max_filling, &lead);
    lead.pauses = 0;
    begin_to_measure(ground);
    write_to_a_slow_reader(ground, large_blocks, &lead);
    lead_check(&lead, ground, "slow server");
    check_memory(ground, "slow server");
}

#define with_wide_windows(test) \
    { \
#test "_with_wide_windows", test, start_with_wide_windows, stop, NULL \
    }

int main(int argc, char **argv)
{
    if (argc > 1) /* one test, by its name */
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_ping_pong_of_many_blocks, start, stop),
        cmocka_unit_test_setup_teardown(test_a_stream_of_many_small_blocks, start, stop),
        cmocka_unit_test_setup_teardown(test_a_slow_client_holds_the_server, start, stop),
        cmocka_unit_test_setup_teardown(test_a_slow_server_holds_the_client, start, stop),
        with_wide_windows(test_a_slow_client_holds_the_server),
        with_wide_windows(test_a_slow_server_holds_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
