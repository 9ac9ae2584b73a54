/* A server's callback thread; see callbacks.h. */
#include "callbacks.h"

#include "clock.h"
#include "thread.h"
#include "workers.h"

static _Thread_local bool is_here;

bool grpc_c_callbacks_is_here(void)
{
    return is_here;
}

bool grpc_c_callbacks_init(grpc_c_callbacks *callbacks, grpc_c_server *server)
{
    *callbacks = (grpc_c_callbacks){.server = server};
    callbacks->end = &callbacks->first;
    return grpc_c_cond_and_mutex_init(&callbacks->changed, &callbacks->mutex);
}

void grpc_c_callbacks_free(grpc_c_callbacks *callbacks)
{
    pthread_mutex_destroy(&callbacks->mutex);
    pthread_cond_destroy(&callbacks->changed);
}

bool grpc_c_callbacks_pass(grpc_c_callbacks *callbacks, grpc_c_event *event, bool ok)
{
    if (!callbacks->running || is_here)
        return false;
    event->ok = ok;
    event->next = NULL;
    pthread_mutex_lock(&callbacks->mutex);
    *callbacks->end = event;
    callbacks->end = &event->next;
    pthread_cond_signal(&callbacks->changed);
    pthread_mutex_unlock(&callbacks->mutex);
    return true;
}

/* The next event, waited for; NULL when the thread is to end. Under the mutex. */
static grpc_c_event *next_event(grpc_c_callbacks *callbacks)
{
    while (callbacks->first == NULL && !callbacks->closing)
        pthread_cond_wait(&callbacks->changed, &callbacks->mutex);
    grpc_c_event *event = callbacks->first;
    if (event != NULL) {
        callbacks->first = event->next;
        if (callbacks->first == NULL)
            callbacks->end = &callbacks->first;
    }
    return event;
}

static void *callbacks_main(void *argument)
{
    grpc_c_callbacks *callbacks = argument;
    grpc_c_event *event;
    is_here = true;
    grpc_c_workers_enter_server(callbacks->server);
    pthread_mutex_lock(&callbacks->mutex);
    while ((event = next_event(callbacks)) != NULL) {
        pthread_mutex_unlock(&callbacks->mutex);
        event->done(event, event->ok);
        pthread_mutex_lock(&callbacks->mutex);
    }
    pthread_mutex_unlock(&callbacks->mutex);
    return NULL;
}

bool grpc_c_callbacks_start(grpc_c_callbacks *callbacks)
{
    callbacks->running =
        grpc_c_thread_start(&callbacks->thread, "grpc-c callback", callbacks_main, callbacks);
    return callbacks->running;
}

void grpc_c_callbacks_stop(grpc_c_callbacks *callbacks)
{
    if (!callbacks->running)
        return;
    pthread_mutex_lock(&callbacks->mutex);
    callbacks->closing = true;
    pthread_cond_signal(&callbacks->changed);
    pthread_mutex_unlock(&callbacks->mutex);
    pthread_join(callbacks->thread, NULL);
    callbacks->running = callbacks->closing = false;
}
