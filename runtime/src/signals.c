/*
 * Stopping servers on SIGINT and SIGTERM. A signal handler may do next to nothing, so ours writes
 * a byte to a pipe. Each server that asked for it has a thread that waits for the pipe to become
 * readable, and then stops its server. Nobody reads the byte, so that all of them see it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "error.h"
#include "server.h"
#include "signals.h"

struct grpc_c_signal_watch {
    grpc_c_server *server;
    int64_t grace_ms;
    pthread_t thread;
    /** An eventfd that ends the thread. */
    int quit;
};

/* Guards what follows. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned watch_count;
static struct sigaction old_sigint;
static struct sigaction old_sigterm;

/* Made once and never closed, since a handler may be about to write. */
static int signal_pipe[2] = {-1, -1};

static void on_signal(int number)
{
    (void)number;
    int saved = errno;
    /* The next one ends the process, should stopping take too long for somebody's patience. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    /* If the pipe is full, there is enough in it. */
    ssize_t written = write(signal_pipe[1], "", 1);
    (void)written;
    errno = saved;
}

/* Takes the signals over for the first watch. Under the mutex. */
static bool hook_signals(void)
{
    if (signal_pipe[0] < 0 && pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    char stale[64];
    while (read(signal_pipe[0], stale, sizeof stale) > 0)
        continue;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &old_sigint);
    sigaction(SIGTERM, &action, &old_sigterm);
    return true;
}

static void unhook_signals(void)
{
    sigaction(SIGINT, &old_sigint, NULL);
    sigaction(SIGTERM, &old_sigterm, NULL);
}

static void *watch_main(void *argument)
{
    const grpc_c_signal_watch *watch = argument;
    struct pollfd ends[] = {
        {.fd = signal_pipe[0], .events = POLLIN},
        {.fd = watch->quit, .events = POLLIN},
    };
    while (poll(ends, 2, -1) < 0 && errno == EINTR)
        continue;
    if (ends[1].revents == 0)
        grpc_c_server_stop(watch->server, watch->grace_ms);
    return NULL;
}

static grpc_c_signal_watch *start_watch(grpc_c_server *server, int64_t grace_ms)
{
    grpc_c_signal_watch *watch = malloc(sizeof *watch);
    if (watch == NULL)
        return NULL;
    *watch = (grpc_c_signal_watch){
        .server = server,
        .grace_ms = grace_ms,
        .quit = eventfd(0, EFD_CLOEXEC),
    };
    if (watch->quit >= 0 && pthread_create(&watch->thread, NULL, watch_main, watch) == 0)
        return watch;
    if (watch->quit >= 0)
        close(watch->quit);
    free(watch);
    return NULL;
}

bool grpc_c_server_stop_on_signals(grpc_c_server *server, int64_t grace_ms, grpc_c_error *error)
{
    if (server == NULL || server->signal_watch != NULL) {
        grpc_c_error_set(error, GRPC_C_STATUS_FAILED_PRECONDITION,
                         server == NULL ? "the server is NULL"
                                        : "the server stops on signals already");
        return false;
    }
    pthread_mutex_lock(&mutex);
    bool hooked = watch_count > 0 || hook_signals();
    if (hooked)
        server->signal_watch = start_watch(server, grace_ms);
    bool started = server->signal_watch != NULL;
    watch_count += started;
    if (hooked && watch_count == 0)
        unhook_signals();
    pthread_mutex_unlock(&mutex);
    if (!started)
        grpc_c_error_set(error, GRPC_C_STATUS_RESOURCE_EXHAUSTED,
                         "no descriptor or thread to wait for signals with");
    return started;
}

void grpc_c_signals_forget(grpc_c_server *server)
{
    grpc_c_signal_watch *watch = server->signal_watch;
    if (watch == NULL)
        return;
    eventfd_write(watch->quit, 1);
    pthread_join(watch->thread, NULL);
    close(watch->quit);
    free(watch);
    server->signal_watch = NULL;
    pthread_mutex_lock(&mutex);
    if (--watch_count == 0)
        unhook_signals();
    pthread_mutex_unlock(&mutex);
}
