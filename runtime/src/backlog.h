/*
 * The backlog: calls that are ready and wait for a slot to run their handler in, oldest first. It
 * is a part of the workers.
 */
#ifndef GRPC_C_BACKLOG_H
#define GRPC_C_BACKLOG_H

#include <stdbool.h>

#include "workers.h"

/** Under the workers' mutex. */
void grpc_c_backlog_push(grpc_c_workers *workers, grpc_c_server_call *call);

/** The oldest; NULL where there is none. Under the workers' mutex. */
grpc_c_server_call *grpc_c_backlog_pop(grpc_c_workers *workers);

/** Takes a call out. False when it is not there. By the poller of its lane. */
bool grpc_c_backlog_withdraw(grpc_c_server_call *call);

#endif
