/* The load and its measuring; see load.h. */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "malloc_counts.h"

load_options load = {
    .mode = "async",
    .connections = 1,
    .outstanding = 1,
    .size = 16,
    .count = 1000,
    .warmup = 0.2,
    .seconds = 1,
};

enum { slow_ms = 50 };

/* On a machine that is busy beyond its cores a process may be runnable for a quarter of a second
 * without running, and ping-pong wants two of them in turns. The window goes on, up to so many
 * times its length, until so many calls have ended in it. */
enum { enough_calls = 50, most_windows = 20 };

enum { warming_up, measuring, over };
static _Atomic int phase;
static pthread_t conductor;

/* Latencies, in buckets a 32nd of their size wide: two words of a nanosecond count's bits, the
 * place of the first and the five that follow. */
enum { steps = 32, buckets = 64 * steps };
static _Atomic uint32_t histogram[buckets];
static _Atomic uint64_t slow_calls;
static _Atomic uint32_t begun;
static _Atomic int held;

typedef struct reading {
    int64_t wall_ns;
    int64_t client_ns;
    int64_t server_ns;
    uint64_t client_all, client_ours;
    uint64_t server_all, server_ours;
} reading;

void load_fail(const char *what)
{
    fprintf(stderr, "%s, %s client: %s\n", program_invocation_short_name, load.mode, what);
    _exit(1);
}

/* ---- the command line ---- */

static load_kind parse_kind(const char *name)
{
    static const char *const names[] = {"unary", "download", "chat"};
    for (int i = 0; i < 3; i++)
        if (strcmp(name, names[i]) == 0)
            return (load_kind)i;
    load_fail("--kind is unary, download or chat");
}

static void set_option(const char *name, const char *value)
{
    const struct {
        const char *name;
        int *number;
        double *fraction;
        const char **text;
        bool *flag;
    } known[] = {
        {"mode", NULL, NULL, &load.mode, NULL},
        {"target", NULL, NULL, &load.target, NULL},
        {"connections", &load.connections, NULL, NULL, NULL},
        {"outstanding", &load.outstanding, NULL, NULL, NULL},
        {"size", &load.size, NULL, NULL, NULL},
        {"count", &load.count, NULL, NULL, NULL},
        {"slow-every", &load.slow_every, NULL, NULL, NULL},
        {"warmup", NULL, &load.warmup, NULL, NULL},
        {"seconds", NULL, &load.seconds, NULL, NULL},
        {"server-pid", &load.server_pid, NULL, NULL, NULL},
        {"counts", NULL, NULL, &load.counts, NULL},
        {"server-counts", NULL, NULL, &load.server_counts, NULL},
        {"once", NULL, NULL, NULL, &load.once},
        {"hold", NULL, NULL, NULL, &load.hold},
        {"stall", NULL, NULL, NULL, &load.stall},
        {"debug", NULL, NULL, NULL, &load.debug},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].name, name) != 0)
            continue;
        if (known[i].number != NULL)
            *known[i].number = (int)strtol(value, NULL, 10);
        else if (known[i].fraction != NULL)
            *known[i].fraction = strtod(value, NULL);
        else if (known[i].text != NULL)
            *known[i].text = value;
        else
            *known[i].flag = strcmp(value, "yes") == 0;
        return;
    }
    if (strcmp(name, "kind") == 0)
        load.kind = parse_kind(value);
    else
        load_fail(name);
}

void load_parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (strncmp(argv[i], "--", 2) != 0 || equals == NULL)
            load_fail("options are --NAME=VALUE; see benchmarks/common/load.h");
        *equals = '\0';
        set_option(argv[i] + 2, equals + 1);
    }
    if (load.target == NULL || load.connections < 1 || load.outstanding < 1)
        load_fail("--target is needed, and --connections and --outstanding of 1 or more");
}

/* ---- the window ---- */

int64_t load_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now = {0, 0};
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static malloc_counts *map_counts(const char *path)
{
    if (path == NULL)
        return NULL;
    int file = open(path, O_RDWR | O_CLOEXEC);
    void *mapped =
        file < 0 ? MAP_FAILED
                 : mmap(NULL, sizeof(malloc_counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED)
        load_fail("cannot map the file of counts");
    close(file);
    return mapped;
}

static void read_counts(const malloc_counts *counts, uint64_t *ret_all, uint64_t *ret_ours)
{
    *ret_all = counts != NULL ? atomic_load(&counts->all) : 0;
    *ret_ours = counts != NULL ? atomic_load(&counts->ours) : 0;
}

static void sleep_until_ns(int64_t until_ns)
{
    struct timespec until = {.tv_sec = until_ns / 1000000000, .tv_nsec = until_ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0)
        continue;
}

static double percentile_us(uint64_t calls, double part)
{
    uint64_t wanted = (uint64_t)((double)calls * part);
    uint64_t seen = 0;
    for (int i = 0; i < buckets; i++) {
        seen += atomic_load(&histogram[i]);
        if (seen > wanted)
            return (double)((uint64_t)(steps + i % steps) << (i / steps)) / 1000;
    }
    return 0;
}

/* Says what the two processes did meanwhile: whether they were stuck, or had no processor. */
static void fail_without_calls(const reading *from, const reading *to)
{
    char what[200];
    snprintf(what, sizeof what,
             "no call has ended in the window of %.0f ms, in which the client took %.1f ms of CPU "
             "time and the server %.1f",
             (double)(to->wall_ns - from->wall_ns) / 1e6,
             (double)(to->client_ns - from->client_ns) / 1e6,
             (double)(to->server_ns - from->server_ns) / 1e6);
    if (!load.debug)
        load_fail(what);
    puts(what);
    fflush(stdout);
    for (;;)
        pause();
}

static uint64_t count_fast(void)
{
    uint64_t fast = 0;
    for (int i = 0; i < buckets; i++)
        fast += atomic_load(&histogram[i]);
    return fast;
}

static void report(const reading *from, const reading *to)
{
    uint64_t fast = count_fast();
    uint64_t slow = atomic_load(&slow_calls);
    if (fast == 0)
        fail_without_calls(from, to);
    double all = (double)(fast + slow);
    double seconds = (double)(to->wall_ns - from->wall_ns) / 1e9;
    printf("{\"calls\": %llu, \"slow\": %llu, \"seconds\": %.4f, \"per_second\": %.1f, "
           "\"client_us\": %.4f, \"server_us\": %.4f, \"p50_us\": %.2f, \"p99_us\": %.2f, "
           "\"client_allocations\": %.3f, \"client_allocations_ours\": %.3f, "
           "\"server_allocations\": %.3f, \"server_allocations_ours\": %.3f}\n",
           (unsigned long long)fast, (unsigned long long)slow, seconds, (double)fast / seconds,
           (double)(to->client_ns - from->client_ns) / 1e3 / all,
           (double)(to->server_ns - from->server_ns) / 1e3 / all, percentile_us(fast, 0.5),
           percentile_us(fast, 0.99), (double)(to->client_all - from->client_all) / all,
           (double)(to->client_ours - from->client_ours) / all,
           (double)(to->server_all - from->server_all) / all,
           (double)(to->server_ours - from->server_ours) / all);
    fflush(stdout);
}

static void take(reading *reading, clockid_t server, const malloc_counts *client_counts,
                 const malloc_counts *server_counts)
{
    reading->wall_ns = load_now_ns();
    reading->client_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    reading->server_ns = load.server_pid != 0 ? clock_ns(server) : 0;
    read_counts(client_counts, &reading->client_all, &reading->client_ours);
    read_counts(server_counts, &reading->server_all, &reading->server_ours);
}

static void *conduct(void *unused)
{
    (void)unused;
    clockid_t server = CLOCK_MONOTONIC;
    if (load.server_pid != 0 && clock_getcpuclockid(load.server_pid, &server) != 0)
        load_fail("no such server");
    malloc_counts *client_counts = map_counts(load.counts);
    malloc_counts *server_counts = map_counts(load.server_counts);
    reading from, to;
    int64_t start_ns = load_now_ns() + (int64_t)(load.warmup * 1e9);
    sleep_until_ns(start_ns);
    take(&from, server, client_counts, server_counts);
    atomic_store(&phase, measuring);
    for (int i = 1; i <= most_windows && count_fast() < enough_calls; i++)
        sleep_until_ns(start_ns + (int64_t)(load.seconds * 1e9 * i));
    atomic_store(&phase, over);
    take(&to, server, client_counts, server_counts);
    report(&from, &to);
    return NULL;
}

static void *wait_for_end_of_input(void *unused)
{
    (void)unused;
    while (getchar() != EOF)
        continue;
    _exit(0);
}

void load_begin(void)
{
    if (load.stall) {
        puts("connected");
        fflush(stdout);
        if (getchar() == EOF)
            load_fail("nobody there any more");
    }
    if (!load.once &&
        pthread_create(&conductor, NULL, load.hold ? wait_for_end_of_input : conduct, NULL) != 0)
        load_fail("no thread");
}

bool load_goes_on(void)
{
    return !load.once && !load.hold && atomic_load_explicit(&phase, memory_order_relaxed) != over;
}

/* ---- calls ---- */

int load_next_sleep_ms(void)
{
    if (load.slow_every == 0)
        return 0;
    uint32_t number = atomic_fetch_add_explicit(&begun, 1, memory_order_relaxed);
    return number % (uint32_t)load.slow_every == 0 ? slow_ms : 0;
}

void load_record(int64_t began_ns, bool slow)
{
    if (atomic_load_explicit(&phase, memory_order_relaxed) != measuring)
        return;
    if (slow) {
        atomic_fetch_add_explicit(&slow_calls, 1, memory_order_relaxed);
        return;
    }
    int64_t passed = load_now_ns() - began_ns;
    uint64_t ns = passed < steps ? steps : (uint64_t)passed;
    int shift = 63 - __builtin_clzll(ns) - 5;
    atomic_fetch_add_explicit(&histogram[shift * steps + (int)(ns >> shift) - steps], 1,
                              memory_order_relaxed);
}

void load_hold(void)
{
    if (atomic_fetch_add(&held, 1) + 1 != load.outstanding)
        return;
    puts("ready");
    fflush(stdout);
}

void load_end(void)
{
    if (!load.once)
        pthread_join(conductor, NULL);
    _exit(0);
}
