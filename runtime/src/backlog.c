/* The calls that wait for a slot; see backlog.h. */
#include "backlog.h"

#include "server.h"

void grpc_c_backlog_push(grpc_c_workers *workers, grpc_c_server_call *call)
{
    call->next = NULL;
    call->link = workers->backlog_end;
    *workers->backlog_end = call;
    workers->backlog_end = &call->next;
    atomic_fetch_add(&workers->backlog_count, 1);
}

static void take_out(grpc_c_workers *workers, grpc_c_server_call *call)
{
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
    else
        workers->backlog_end = call->link;
    call->link = NULL;
    atomic_fetch_sub(&workers->backlog_count, 1);
}

grpc_c_server_call *grpc_c_backlog_pop(grpc_c_workers *workers)
{
    grpc_c_server_call *call = workers->backlog;
    if (call != NULL)
        take_out(workers, call);
    return call;
}

bool grpc_c_backlog_withdraw(grpc_c_server_call *call)
{
    grpc_c_workers *workers = &call->lane->server->workers;
    pthread_mutex_lock(&workers->mutex);
    bool waits = call->link != NULL;
    if (waits)
        take_out(workers, call);
    pthread_mutex_unlock(&workers->mutex);
    return waits;
}
