/* Threads of the library's own; see thread.h. */
#include "thread.h"

#include <signal.h>

bool grpc_c_thread_start(pthread_t *ret_thread, void *(*main)(void *), void *argument)
{
    sigset_t all;
    sigset_t old;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    /* A thread begins with the mask of its maker. */
    pthread_sigmask(SIG_SETMASK, &all, &old);
    bool started = pthread_create(ret_thread, NULL, main, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return started;
}
