/*
 * Stopping servers on SIGINT and SIGTERM. A signal handler may do next to nothing, so ours writes
 * to an eventfd of each server that asked for it, on which a thread of the server's waits.
 */
#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "error.h"
#include "server.h"
#include "thread.h"

struct grpc_c_signal_watch {
    grpc_c_server *server;
    int64_t grace_ms;
    pthread_t thread;
    /** An eventfd, made when it is first used and never closed, since a handler may be about to
     * write to it. */
    int event;
    bool has_event;
    /** A signal is to be passed on. */
    _Atomic bool active;
    /** The thread is to end. */
    _Atomic bool quit;
};

/* Guards what follows, but for what the handler reads: active, event, owner. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static grpc_c_signal_watch watches[64];
static unsigned watch_count;
static struct sigaction old_sigint;
static struct sigaction old_sigterm;
static pid_t owner;

enum { most_watches = sizeof watches / sizeof watches[0] };

static void on_signal(int number)
{
    int saved = errno;
    uint64_t one = 1;
    /* The next one ends the process, should stopping take too long for somebody's patience. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    bool forked = getpid() != owner; /* the servers are the parent's */
    if (forked)
        raise(number);
    for (int i = 0; i < most_watches && !forked; i++) {
        if (!atomic_load(&watches[i].active))
            continue;
        ssize_t written = write(watches[i].event, &one, sizeof one);
        (void)written; /* fails only where there is more in it than anybody needs */
    }
    errno = saved;
}

/* Under the mutex. Anew for every watch, since the last signal has put the defaults back. */
static void hook_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    owner = getpid();
    sigaction(SIGINT, &action, watch_count == 0 ? &old_sigint : NULL);
    sigaction(SIGTERM, &action, watch_count == 0 ? &old_sigterm : NULL);
}

static void unhook_signals(void)
{
    sigaction(SIGINT, &old_sigint, NULL);
    sigaction(SIGTERM, &old_sigterm, NULL);
}

static void *watch_main(void *argument)
{
    const grpc_c_signal_watch *watch = argument;
    struct pollfd event = {.fd = watch->event, .events = POLLIN};
    while (poll(&event, 1, -1) < 0 && errno == EINTR)
        continue;
    if (!atomic_load(&watch->quit))
        grpc_c_server_stop(watch->server, watch->grace_ms);
    return NULL;
}

/* A watch with its thread running; NULL when there is none to be had. Under the mutex. */
static grpc_c_signal_watch *start_watch(grpc_c_server *server, int64_t grace_ms)
{
    int i = 0;
    while (i < most_watches && watches[i].server != NULL)
        i++;
    if (i == most_watches)
        return NULL;
    grpc_c_signal_watch *watch = &watches[i];
    if (!watch->has_event) {
        watch->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        watch->has_event = watch->event >= 0;
    }
    eventfd_t stale;
    if (!watch->has_event || (eventfd_read(watch->event, &stale) != 0 && errno != EAGAIN))
        return NULL;
    watch->server = server;
    watch->grace_ms = grace_ms;
    atomic_store(&watch->quit, false);
    if (grpc_c_thread_start_with_signals(&watch->thread, "grpc-c signals", watch_main, watch))
        return watch;
    watch->server = NULL;
    return NULL;
}

bool grpc_c_server_stop_on_signals(grpc_c_server *server, int64_t grace_ms, grpc_c_error *error)
{
    const char *reason = NULL;
    pthread_mutex_lock(&mutex);
    if (server == NULL)
        reason = "the server is NULL";
    else if (server->signal_watch != NULL)
        reason = "the server stops on signals already";
    else if ((server->signal_watch = start_watch(server, grace_ms)) == NULL)
        reason = "no descriptor or thread to wait for signals with, or 64 servers do";
    if (reason == NULL) {
        hook_signals();
        watch_count++;
        atomic_store(&server->signal_watch->active, true);
    }
    pthread_mutex_unlock(&mutex);
    if (reason != NULL)
        grpc_c_error_set(error, GRPC_C_STATUS_FAILED_PRECONDITION, "%s", reason);
    return reason == NULL;
}

void grpc_c_signals_forget(grpc_c_server *server)
{
    grpc_c_signal_watch *watch = server->signal_watch;
    if (watch == NULL)
        return;
    atomic_store(&watch->active, false);
    atomic_store(&watch->quit, true);
    eventfd_write(watch->event, 1);
    pthread_join(watch->thread, NULL);
    pthread_mutex_lock(&mutex);
    watch->server = NULL;
    server->signal_watch = NULL;
    if (--watch_count == 0)
        unhook_signals();
    pthread_mutex_unlock(&mutex);
}
