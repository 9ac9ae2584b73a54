/* The library's own completion queue and its thread; see own_queue.h. */
#include "own_queue.h"

#include <stdlib.h>

#include "thread.h"

typedef struct own_queue {
    grpc_c_completion_queue *queue;
    pthread_t thread;
    unsigned references;
} own_queue;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
/* The one in use; under the mutex. One that has lost its last reference is its own thread's. */
static own_queue *current;

static void *own_queue_main(void *argument)
{
    own_queue *own = argument;
    grpc_c_completion_queue_run(own->queue);
    grpc_c_completion_queue_free(own->queue);
    free(own);
    return NULL;
}

static own_queue *own_queue_new(void)
{
    own_queue *own = calloc(1, sizeof *own);
    if (own == NULL)
        return NULL;
    own->queue = grpc_c_completion_queue_new();
    if (own->queue != NULL &&
        grpc_c_thread_start(&own->thread, "grpc-c queue", own_queue_main, own))
        return own;
    grpc_c_completion_queue_free(own->queue);
    free(own);
    return NULL;
}

grpc_c_completion_queue *grpc_c_own_queue_acquire(void)
{
    pthread_mutex_lock(&mutex);
    if (current == NULL)
        current = own_queue_new();
    if (current != NULL)
        current->references++;
    grpc_c_completion_queue *queue = current != NULL ? current->queue : NULL;
    pthread_mutex_unlock(&mutex);
    return queue;
}

void grpc_c_own_queue_release(void)
{
    own_queue *last = NULL;
    pthread_mutex_lock(&mutex);
    if (--current->references == 0) {
        last = current;
        current = NULL;
    }
    pthread_mutex_unlock(&mutex);
    if (last == NULL)
        return;
    pthread_t thread = last->thread;
    /* Its thread frees it, and may do so at once. */
    grpc_c_completion_queue_shutdown(last->queue);
    if (pthread_equal(thread, pthread_self()))
        pthread_detach(thread);
    else
        pthread_join(thread, NULL);
}
