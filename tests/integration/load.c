/* What the tests under load share; see load.h. */
#include "load.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* By default AddressSanitizer keeps 256 MiB of what was freed, which looks like a leak. It looks
 * this name up in the executable. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=4:thread_local_quarantine_size_kb=64";
}

/* ---- random numbers ---- */

uint64_t load_random_next(load_random *random)
{
    /* splitmix64 */
    uint64_t z = random->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

uint64_t load_random_below(load_random *random, uint64_t limit)
{
    return load_random_next(random) % limit;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void load_spin(load_random *random, uint64_t most_ns)
{
    uint64_t until = now_ns() + load_random_below(random, most_ns);
    while (now_ns() < until)
        continue;
}

/* ---- blocks ---- */

/* A block's filling is a window into random bytes, which moves with its number. A prime: windows of
 * neighbours, and of blocks a power of two apart, differ. */
enum { window_positions = 4093 };

static uint8_t pattern[load_max_filling + window_positions];

static void make_pattern(void)
{
    load_random random = {1};
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = (uint8_t)load_random_next(&random);
}

static uint8_t *filling_of(uint64_t number)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_pattern);
    return pattern + number % window_positions;
}

Load__Block load_block(uint64_t number, size_t size)
{
    Load__Block block = LOAD__BLOCK__INIT;
    load_require(size <= load_max_filling);
    block.number = number;
    block.filling.data = filling_of(number);
    block.filling.len = size;
    return block;
}

void load_block_check(const Load__Block *block, uint64_t number, size_t size)
{
    load_require(block->number == number);
    load_require(block->filling.len == size);
    load_require(size == 0 || memcmp(block->filling.data, filling_of(number), size) == 0);
}

/* ---- memory ---- */

/* The second of the numbers in /proc/PID/statm, which are pages. */
static size_t resident_bytes(pid_t pid)
{
    char path[64], line[128], *resident;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "r");
    load_require(file != NULL && fgets(line, sizeof line, file) != NULL);
    fclose(file);
    strtoul(line, &resident, 10);
    return strtoul(resident, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

void load_memory_begin(load_memory *memory, const char *who, pid_t pid)
{
    *memory = (load_memory){.who = who, .pid = pid, .before = resident_bytes(pid)};
    memory->most = memory->now = memory->before;
}

void load_memory_look(load_memory *memory)
{
    memory->now = resident_bytes(memory->pid);
    if (memory->now > memory->most)
        memory->most = memory->now;
}

void load_memory_check(const load_memory *memory, const char *what, size_t bound)
{
    print_message("%s: the %s's memory in KiB: %zu before, %zu at most, %zu after\n", what,
                  memory->who, memory->before / load_kib, memory->most / load_kib,
                  memory->now / load_kib);
    assert_in_range(memory->most - memory->before, 0, bound);
}

/* ---- a server in a process of its own ---- */

static void beside_the_test(char *ret_path, size_t size, const char *program)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = '\0';
    assert_in_range(snprintf(ret_path, size, "%s/%s", dirname(self), program), 1, (int)size - 1);
}

void load_process_start(load_process *process, const char *program, const char *argument)
{
    char path[PATH_MAX], port[16] = "", *copy = argument != NULL ? strdup(argument) : NULL;
    char *const arguments[] = {path, copy, NULL};
    int input[2], output[2];
    posix_spawn_file_actions_t actions;
    beside_the_test(path, sizeof path, program);
    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    assert_int_equal(posix_spawn(&process->pid, path, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    free(copy);
    close(input[0]);
    close(output[1]);
    FILE *lines = fdopen(output[0], "r");
    assert_non_null(fgets(port, sizeof port, lines));
    fclose(lines);
    process->input = input[1];
    snprintf(process->target, sizeof process->target, "127.0.0.1:%d", (int)strtol(port, NULL, 10));
}

void load_process_stop(load_process *process)
{
    int status;
    close(process->input);
    assert_int_equal(waitpid(process->pid, &status, 0), process->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}
