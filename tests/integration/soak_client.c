/*
 * A client of the soak: for so many seconds, calls of all kinds to all targets, by threads that
 * wait and by callbacks; some are cancelled, some run out of time, some are left. Prints its
 * figures, and fails unless each call that was started has ended once, with a status that can be
 * explained, and its own memory and descriptors are at the end what they were when it had warmed
 * up.
 *
 * usage: soak_client SECONDS SEED TARGET...
 */
#include <dirent.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

enum {
    callers = 4,
    calls_a_context = 50,
    one_in_is_short = 8,
    most_short_ms = 20,
    long_ms = 20 * 1000,
    /* The canceller's rest between two cancels. */
    most_rest_us = 10 * 1000,
    memory_bound = LOAD_BY_PRESET(16, 96, 128) * load_mib,
    /* Connections come and go as servers do. */
    descriptor_bound = 16,
};

/* ---- what both halves use ---- */

void soak_note(soak *soak, const grpc_c_client_context *context)
{
    grpc_c_status_code code = grpc_c_client_context_status(context);
    bool known = code == GRPC_C_STATUS_OK || code == GRPC_C_STATUS_CANCELLED ||
                 code == GRPC_C_STATUS_DEADLINE_EXCEEDED || code == GRPC_C_STATUS_UNAVAILABLE;
    if (!known)
        fprintf(stderr, "%s\n", grpc_c_client_context_error((grpc_c_client_context *)context));
    load_require(known);
    soak->ended[code]++;
}

const Load__Load_Stub *soak_choose(soak *soak, load_random *random, grpc_c_client_context *context)
{
    bool is_short = load_random_below(random, one_in_is_short) == 0;
    grpc_c_client_context_set_timeout_ms(context,
                                         is_short
                                             ? (int64_t)load_random_below(random, most_short_ms)
                                             : long_ms);
    grpc_c_client_context_set_wait_for_ready(context, load_random_below(random, 2) == 0);
    soak->started++;
    return &soak->stubs[load_random_below(random, (uint64_t)soak->target_count)];
}

size_t soak_size(load_random *random)
{
    return load_random_below(random, 16) == 0 ? load_max_filling : load_random_below(random, 200);
}

/* ---- callers that wait ---- */

typedef struct caller {
    soak *soak;
    pthread_t thread;
    load_random random;
    const Load__Load_Stub *stub;
    /** Guards the context's life from the canceller. */
    pthread_mutex_t mutex;
    grpc_c_client_context *context;
} caller;

static uint64_t some(caller *caller)
{
    return load_random_below(&caller->random, soak_most_blocks);
}

/* Each returns false when it leaves the call in the middle. */

static bool ask(caller *caller)
{
    Load__Question question = LOAD__QUESTION__INIT;
    load__load_stub__ask(caller->stub, &question, caller->context);
    return true;
}

static bool download(caller *caller)
{
    Load__Order order = LOAD__ORDER__INIT;
    order.count = some(caller);
    order.filling_bytes = (uint32_t)soak_size(&caller->random);
    uint64_t wanted = some(caller) + 5; /* less than all, now and then */
    Load__Load_Download_ClientReader *reader =
        load__load_stub__download(caller->stub, &order, caller->context);
    const Load__Block *block;
    uint64_t read = 0;
    while (read < wanted && (block = load__load_stub__download__read(reader)) != NULL)
        load_block_check(block, read++, order.filling_bytes);
    if (wanted % 8 == 0)
        return false;
    load__load_stub__download__finish(reader);
    return true;
}

static bool upload(caller *caller)
{
    Load__Load_Upload_ClientWriter *writer = load__load_stub__upload(caller->stub, caller->context);
    uint64_t count = some(caller), written = 0;
    Load__Block block = load_block(0, soak_size(&caller->random));
    while (written < count && load__load_stub__upload__write(writer, &block))
        block = load_block(++written, block.filling.len);
    if (count % 8 == 7)
        return false;
    const Load__Progress *reply = load__load_stub__upload__finish(writer);
    load_require(reply == NULL || reply->blocks == count);
    return true;
}

static bool ping_pong(caller *caller)
{
    Load__Load_PingPong_ClientReaderWriter *stream =
        load__load_stub__ping_pong(caller->stub, caller->context);
    uint64_t count = some(caller);
    size_t size = soak_size(&caller->random);
    const Load__Block *back;
    for (uint64_t i = 0; i < count; i++) {
        Load__Block block = load_block(i, size);
        if (!load__load_stub__ping_pong__write(stream, &block) ||
            (back = load__load_stub__ping_pong__read(stream)) == NULL)
            break;
        load_block_check(back, i, size);
    }
    if (count % 8 == 7)
        return false;
    load__load_stub__ping_pong__finish(stream);
    return true;
}

static void refresh(caller *caller, bool left)
{
    uint64_t choice = load_random_below(&caller->random, calls_a_context);
    if (choice == 0) {
        pthread_mutex_lock(&caller->mutex);
        grpc_c_client_context_free(caller->context);
        caller->context = grpc_c_client_context_new();
        load_require(caller->context != NULL);
        pthread_mutex_unlock(&caller->mutex);
    } else if (left || choice == 1) {
        grpc_c_client_context_reset(caller->context);
    }
}

static void *call(void *argument)
{
    static bool (*const kinds[])(struct caller *) = {ask, download, upload, ping_pong};
    caller *caller = argument;
    soak *soak = caller->soak;
    while (!soak->over) {
        caller->stub = soak_choose(soak, &caller->random, caller->context);
        bool ended = kinds[load_random_below(&caller->random, 4)](caller);
        if (ended)
            soak_note(soak, caller->context);
        else
            soak->abandoned++;
        refresh(caller, !ended);
    }
    return NULL;
}

/* Cancels whatever each of them is about, again and again. */
static void *cancel(void *argument)
{
    caller *all = argument;
    load_random random = {all[0].soak->cancel_seed};
    while (!all[0].soak->over) {
        struct timespec rest = {0, (long)load_random_below(&random, most_rest_us) * 1000};
        nanosleep(&rest, NULL);
        caller *victim = &all[load_random_below(&random, callers)];
        pthread_mutex_lock(&victim->mutex);
        grpc_c_client_context_cancel(victim->context);
        pthread_mutex_unlock(&victim->mutex);
    }
    return NULL;
}

/* ---- the process ---- */

static int descriptors(void)
{
    int count = 0;
    DIR *all = opendir("/proc/self/fd");
    load_require(all != NULL);
    while (readdir(all) != NULL)
        count++;
    closedir(all);
    return count;
}

static void rest(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&time, &time) != 0)
        continue;
}

static uint64_t ended(const soak *soak)
{
    uint64_t sum = soak->abandoned;
    for (size_t i = 0; i < sizeof soak->ended / sizeof soak->ended[0]; i++)
        sum += soak->ended[i];
    return sum;
}

static int print(const soak *soak, const load_memory *memory, int before, int after)
{
    bool flat = memory->now <= memory->before + memory_bound && after <= before + descriptor_bound;
    printf("%llu %llu %llu %llu %llu %llu %llu %zu %zu %d %d\n", (unsigned long long)soak->started,
           (unsigned long long)ended(soak), (unsigned long long)soak->ended[GRPC_C_STATUS_OK],
           (unsigned long long)soak->ended[GRPC_C_STATUS_CANCELLED],
           (unsigned long long)soak->ended[GRPC_C_STATUS_DEADLINE_EXCEEDED],
           (unsigned long long)soak->ended[GRPC_C_STATUS_UNAVAILABLE],
           (unsigned long long)soak->abandoned, memory->before / load_kib, memory->now / load_kib,
           before, after);
    return soak->started == ended(soak) && flat ? 0 : 1;
}

static void start(soak *soak, caller *all, pthread_t *canceller, uint64_t seed)
{
    soak->cancel_seed = ~seed;
    for (int i = 0; i < callers; i++) {
        all[i] = (caller){.soak = soak, .random = {seed + (uint64_t)i}};
        pthread_mutex_init(&all[i].mutex, NULL);
        all[i].context = grpc_c_client_context_new();
        load_require(pthread_create(&all[i].thread, NULL, call, &all[i]) == 0);
    }
    load_require(pthread_create(canceller, NULL, cancel, all) == 0);
}

static void join(caller *all, pthread_t canceller)
{
    pthread_join(canceller, NULL);
    for (int i = 0; i < callers; i++) {
        pthread_join(all[i].thread, NULL);
        grpc_c_client_context_free(all[i].context);
        pthread_mutex_destroy(&all[i].mutex);
    }
}

int main(int argc, char **argv)
{
    static soak soak;
    caller all[callers];
    pthread_t canceller;
    load_memory memory;
    if (argc < 4 || argc > 3 + soak_most_targets)
        return 2;
    double seconds = strtod(argv[1], NULL);
    uint64_t seed = strtoull(argv[2], NULL, 10) * 1000;
    for (int i = 3; i < argc; i++) {
        soak.channels[soak.target_count] = grpc_c_insecure_channel_new(argv[i], NULL);
        soak.stubs[soak.target_count] = load__load_stub(soak.channels[soak.target_count]);
        soak.target_count++;
    }
    start(&soak, all, &canceller, seed);
    struct soak_flows *flows = soak_flows_start(&soak, seed + callers);
    rest(seconds / 5);
    load_memory_begin(&memory, "client", getpid());
    int before = descriptors();
    rest(seconds * 4 / 5);
    load_memory_look(&memory);
    int after = descriptors();
    soak.over = true;
    join(all, canceller);
    soak_flows_join(flows);
    for (int i = 0; i < soak.target_count; i++)
        grpc_c_channel_free(soak.channels[i]);
    return print(&soak, &memory, before, after);
}
