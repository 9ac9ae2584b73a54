/* Core's completion queues; see queue.h. */
#include "queue.h"

#include "invariant.h"

/* Events cross from the thread that starts an operation to the one that takes its end from the
 * queue. Core's atomics order the two, but the thread sanitizer does not see into core. */
#if defined(__SANITIZE_THREAD__)
#define QUEUE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define QUEUE_TSAN 1
#endif
#endif
#ifdef QUEUE_TSAN
#include <sanitizer/tsan_interface.h>
#else
#define __tsan_acquire(address) ((void)(address))
#define __tsan_release(address) ((void)(address))
#endif

void grpc_c_event_starts(grpc_c_event *event)
{
    __tsan_release(event);
}

grpc_c_queue *grpc_c_queue_new_for_pluck(void)
{
    return grpc_completion_queue_create_for_pluck(NULL);
}

grpc_c_queue *grpc_c_queue_new_for_next(void)
{
    return grpc_completion_queue_create_for_next(NULL);
}

gpr_timespec grpc_c_deadline_after_ms(int64_t timeout_ms)
{
    if (timeout_ms < 0)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    if (timeout_ms == 0)
        return gpr_inf_past(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_millis(timeout_ms, GPR_TIMESPAN));
}

static grpc_c_queue_result take(grpc_event event, bool *ret_ok)
{
    switch (event.type) {
    case GRPC_OP_COMPLETE:
        __tsan_acquire(event.tag);
        *ret_ok = event.success != 0;
        return GRPC_C_QUEUE_EVENT;
    case GRPC_QUEUE_TIMEOUT:
        return GRPC_C_QUEUE_TIMEOUT;
    case GRPC_QUEUE_SHUTDOWN:
        break;
    }
    return GRPC_C_QUEUE_SHUTDOWN;
}

grpc_c_queue_result grpc_c_queue_pluck(grpc_c_queue *queue, grpc_c_event *event,
                                       gpr_timespec deadline, bool *ret_ok)
{
    return take(grpc_completion_queue_pluck(queue, event, deadline, NULL), ret_ok);
}

grpc_c_queue_result grpc_c_queue_next_until(grpc_c_queue *queue, gpr_timespec deadline,
                                            grpc_c_event **ret_event, bool *ret_ok)
{
    grpc_event event = grpc_completion_queue_next(queue, deadline, NULL);
    grpc_c_queue_result result = take(event, ret_ok);
    if (result == GRPC_C_QUEUE_EVENT)
        *ret_event = event.tag;
    return result;
}

grpc_c_queue_result grpc_c_queue_next(grpc_c_queue *queue, grpc_c_event **ret_event, bool *ret_ok)
{
    return grpc_c_queue_next_until(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), ret_event, ret_ok);
}

/* Core calls this experimental and has had it since 2017, for gRPC C++. Without it, begin does
 * nothing and end returns false: all events take the way through the queue then. */
void grpc_c_queue_begin_catching(grpc_c_queue *queue)
{
    grpc_completion_queue_thread_local_cache_init(queue);
}

bool grpc_c_queue_end_catching(grpc_c_queue *queue, grpc_c_event **ret_event, bool *ret_ok)
{
    void *tag;
    int ok;
    if (!grpc_completion_queue_thread_local_cache_flush(queue, &tag, &ok))
        return false;
    __tsan_acquire(tag); /* somebody else may have started it */
    *ret_event = tag;
    *ret_ok = ok != 0;
    return true;
}

void grpc_c_queue_shutdown(grpc_c_queue *queue)
{
    grpc_completion_queue_shutdown(queue);
}

void grpc_c_queue_free_pluck(grpc_c_queue *queue)
{
    bool ok;
    grpc_completion_queue_shutdown(queue);
    grpc_c_queue_result result =
        grpc_c_queue_pluck(queue, NULL, gpr_inf_future(GPR_CLOCK_MONOTONIC), &ok);
    GRPC_C_INVARIANT(result == GRPC_C_QUEUE_SHUTDOWN);
    grpc_completion_queue_destroy(queue);
}

void grpc_c_queue_free_next(grpc_c_queue *queue)
{
    grpc_c_event *event;
    bool ok;
    grpc_completion_queue_shutdown(queue);
    grpc_c_queue_result result = grpc_c_queue_next(queue, &event, &ok);
    GRPC_C_INVARIANT(result == GRPC_C_QUEUE_SHUTDOWN);
    grpc_completion_queue_destroy(queue);
}
