/* Threads of the library's own; see thread.h. */
#include "thread.h"

#include <signal.h>

bool grpc_c_thread_start_with_signals(pthread_t *ret_thread, const char *name,
                                      void *(*main)(void *), void *argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, main, argument) != 0)
        return false;
    /* By the maker, so that the name is there when this returns. Without /proc there is none. */
    pthread_setname_np(thread, name);
    *ret_thread = thread;
    return true;
}

bool grpc_c_thread_start(pthread_t *ret_thread, const char *name, void *(*main)(void *),
                         void *argument)
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
    bool started = grpc_c_thread_start_with_signals(ret_thread, name, main, argument);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return started;
}
