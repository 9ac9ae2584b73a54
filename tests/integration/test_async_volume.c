/*
 * Long and large streams by callbacks, on both sides: every block is checked, memory stays flat,
 * and a slow reader holds the writer. The server has a process of its own (load_async_server); the
 * client's callbacks run on the library's thread. Volumes as in test_volume.c: a ping-pong of
 * 100,000 blocks, a server's stream of 1,000,000, and 1 GiB to a slow reader.
 *
 * An argument is the name of the one test to run.
 */
#include "fixture.h"

#include <semaphore.h>
#include <unistd.h>

#include "load.grpc-c.h"
#include "load.h"

enum {
    ping_pongs = LOAD_BY_PRESET(100 * 1000, 10 * 1000, 10 * 1000),
    small_blocks = LOAD_BY_PRESET(1000 * 1000, 50 * 1000, 50 * 1000),
    large_blocks = LOAD_BY_PRESET(1024, 128, 128) * load_mib / load_max_filling,
    small_size = 16,

    /* Under release, a leak of 4 bytes a small block, or 256 a large one, takes more. */
    memory_bound = LOAD_BY_PRESET(4, 32, 64) * load_mib,
    /* HTTP/2's window and core's buffer for writes, 64 KiB each, and a block here and there. */
    ahead_bound = 512 * load_kib,
    /* A block: one that the server has written and the client has not read. */
    least_ahead = load_max_filling,
    /* What a slow reader reads between two pauses, and how often the server must be seen idle. */
    stride = LOAD_BY_PRESET(8, 2, 2) * load_mib,
    looks_until_held = 8,
    looks = 64,
};

typedef struct ground {
    load_process server;
    grpc_c_channel *channel;
    Load__Load_Stub stub;
    grpc_c_client_context *context;
    grpc_c_client_context *asking;
    load_memory client_memory;
    load_memory server_memory;

    /** The stream that runs. The callbacks' until one of the two is posted. */
    Load__Load_Download_ClientReader *reader;
    Load__Load_PingPong_ClientReaderWriter *stream;
    uint64_t blocks;
    size_t size;
    uint64_t done;
    int callbacks;
    /** Download stops after each so many bytes. */
    uint64_t stops_after;
    sem_t stopped;
    sem_t over;
    grpc_c_status_code status;
} ground;

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
    load_memory_check(&ground->client_memory, what, memory_bound);
    load_memory_check(&ground->server_memory, what, memory_bound);
}

static int start(void **state)
{
    static const grpc_c_core_argument no_probe = {"grpc.http2.bdp_probe", NULL, 0};
    ground *ground = calloc(1, sizeof *ground);
    load_process_start(&ground->server, "load_async_server", "grpc.http2.bdp_probe=0");
    ground->channel =
        grpc_c_insecure_channel_new(ground->server.target,
                                    GRPC_C_CHANNEL_OPTIONS(.core_arguments = &no_probe,
                                                           .core_argument_count = 1));
    ground->stub = load__load_stub(ground->channel);
    ground->context = grpc_c_client_context_new();
    ground->asking = grpc_c_client_context_new();
    sem_init(&ground->stopped, 0, 0);
    sem_init(&ground->over, 0, 0);
    begin_to_measure(ground);
    *state = ground;
    return 0;
}

static int stop(void **state)
{
    ground *ground = *state;
    grpc_c_client_context_free(ground->context);
    grpc_c_client_context_free(ground->asking);
    grpc_c_channel_free(ground->channel);
    load_process_stop(&ground->server);
    sem_destroy(&ground->stopped);
    sem_destroy(&ground->over);
    free(ground);
    return 0;
}

static void on_over(grpc_c_status_code status, void *user_data)
{
    ground *ground = user_data;
    ground->status = status;
    sem_post(&ground->over);
}

static void note(ground *ground, uint64_t between_looks)
{
    if (++ground->done % between_looks == 0)
        look(ground);
}

/* ---- ping-pong ---- */

static void on_pong(const Load__Block *block, void *user_data);

static void on_ping_sent(bool ok, void *user_data);

static size_t ping_size(uint64_t number)
{
    return number % 100;
}

static void exchange(ground *ground)
{
    Load__Block block = load_block(ground->done, ping_size(ground->done));
    ground->callbacks = 2;
    load_require(
        load__load_stub__ping_pong__write__async(ground->stream, &block, on_ping_sent, ground));
}

static void exchanged(ground *ground)
{
    if (--ground->callbacks > 0)
        return;
    note(ground, ping_pongs / looks);
    if (ground->done < ground->blocks)
        exchange(ground);
    else
        load_require(load__load_stub__ping_pong__finish__async(ground->stream, on_over, ground));
}

/* The read is started here and not beside the write: the first write's callback may come before
 * the thread that started it has gone on. */
static void on_ping_sent(bool ok, void *user_data)
{
    ground *ground = user_data;
    load_require(ok);
    load_require(load__load_stub__ping_pong__read__async(ground->stream, on_pong, ground));
    exchanged(ground);
}

static void on_pong(const Load__Block *block, void *user_data)
{
    ground *ground = user_data;
    load_require(block != NULL);
    load_block_check(block, ground->done, ping_size(ground->done));
    exchanged(ground);
}

static void play(ground *ground, uint64_t blocks)
{
    ground->blocks = blocks;
    ground->done = 0;
    ground->stream = load__load_stub__ping_pong__async(&ground->stub, ground->context);
    assert_non_null(ground->stream);
    exchange(ground);
    sem_wait(&ground->over);
    assert_int_equal(ground->status, GRPC_C_STATUS_OK);
    assert_int_equal(ground->done, blocks);
}

static void test_a_ping_pong_of_many_blocks(void **state)
{
    ground *ground = *state;
    play(ground, ping_pongs / 20); /* what core and we keep for later is there from now on */
    begin_to_measure(ground);
    play(ground, ping_pongs);
    check_memory(ground, "async ping-pong");
}

/* ---- a server's stream ---- */

static void on_block(const Load__Block *block, void *user_data);

static void read_next(ground *ground)
{
    load_require(load__load_stub__download__read__async(ground->reader, on_block, ground));
}

static void on_block(const Load__Block *block, void *user_data)
{
    ground *ground = user_data;
    if (block == NULL) {
        load_require(load__load_stub__download__finish__async(ground->reader, on_over, ground));
        return;
    }
    load_block_check(block, ground->done, ground->size);
    note(ground, small_blocks / looks);
    if (ground->done * ground->size % ground->stops_after == 0)
        sem_post(&ground->stopped); /* the test's thread goes on with it */
    else
        read_next(ground);
}

static void begin_download(ground *ground, uint64_t blocks, uint32_t size)
{
    Load__Order order = LOAD__ORDER__INIT;
    order.count = ground->blocks = blocks;
    order.filling_bytes = size;
    ground->size = size;
    ground->done = 0;
    ground->reader = load__load_stub__download__async(&ground->stub, &order, ground->context);
    assert_non_null(ground->reader);
    read_next(ground);
}

static void end_download(ground *ground)
{
    sem_wait(&ground->over);
    assert_int_equal(ground->status, GRPC_C_STATUS_OK);
    assert_int_equal(ground->done, ground->blocks);
}

static void test_a_stream_of_many_small_blocks(void **state)
{
    ground *ground = *state;
    ground->stops_after = UINT64_MAX;
    begin_download(ground, small_blocks / 20, small_size);
    end_download(ground);
    begin_to_measure(ground);
    begin_download(ground, small_blocks, small_size);
    end_download(ground);
    check_memory(ground, "async small blocks");
}

/* ---- a slow reader ---- */

/* How far the writer has come when it has done nothing for so many questions. */
static uint64_t wait_until_server_is_held(ground *ground)
{
    uint64_t written = 0;
    for (int same = 0; same < looks_until_held; same++) {
        Load__Question question = LOAD__QUESTION__INIT;
        const Load__Progress *progress =
            load__load_stub__ask(&ground->stub, &question, ground->asking);
        assert_non_null(progress);
        if (progress->bytes != written)
            same = 0;
        written = progress->bytes;
    }
    return written;
}

static uint64_t read_slowly(ground *ground, uint64_t blocks)
{
    uint64_t most_ahead = 0;
    uint64_t bytes = blocks * load_max_filling;
    ground->stops_after = stride;
    begin_download(ground, blocks, load_max_filling);
    for (uint64_t read = stride; read <= bytes; read += stride) {
        sem_wait(&ground->stopped);
        assert_int_equal(ground->done * load_max_filling, read);
        uint64_t ahead = wait_until_server_is_held(ground) - read;
        if (ahead > most_ahead)
            most_ahead = ahead;
        look(ground);
        read_next(ground);
    }
    end_download(ground);
    return most_ahead;
}

static void test_a_slow_client_holds_the_server(void **state)
{
    ground *ground = *state;
    read_slowly(ground, 4 * stride / load_max_filling);
    begin_to_measure(ground);
    uint64_t ahead = read_slowly(ground, large_blocks);
    print_message("async slow client: the writer at most %d KiB ahead\n", (int)(ahead / load_kib));
    assert_in_range(ahead, least_ahead, ahead_bound);
    check_memory(ground, "async slow client");
}

int main(int argc, char **argv)
{
    if (argc > 1) /* one test, by its name */
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_ping_pong_of_many_blocks, start, stop),
        cmocka_unit_test_setup_teardown(test_a_stream_of_many_small_blocks, start, stop),
        cmocka_unit_test_setup_teardown(test_a_slow_client_holds_the_server, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
