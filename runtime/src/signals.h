/*
 * The helper that stops servers on SIGINT and SIGTERM, as the server sees it.
 */
#ifndef GRPC_C_SIGNALS_H
#define GRPC_C_SIGNALS_H

#include <grpc-c/server.h>

typedef struct grpc_c_signal_watch grpc_c_signal_watch;

/** Signals no longer stop this server; returns when no signal is stopping it. Not thread-safe. */
void grpc_c_signals_forget(grpc_c_server *server);

#endif
