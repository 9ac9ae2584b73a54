/*
 * The addresses that a server listens on, and listening on them again.
 *
 * When accept fails, for want of a descriptor above all, core 1.51 gives the listening socket up
 * for good, and says so to its log alone (CVE-2023-4785): the server goes on with the connections
 * that it has, and never gets another. So that line of the log (grpc_c_listeners_accept_failed)
 * makes a thread, the keeper, which replaces the core server by a new one on the same addresses:
 *
 * - The old one is shut down, which frees its sockets and asks its connections to end (GOAWAY).
 *   Their calls run on, on the same lanes; it is destroyed when the last lane has heard its end.
 * - The new one is bound, again and again until there are descriptors, and started. Each lane asks
 *   it for calls from the moment on that the first call asked for, by the keeper, has come.
 *
 * Core does not say whose socket it was: all servers of the process do this. Once a second at most.
 */
#ifndef GRPC_C_LISTENERS_H
#define GRPC_C_LISTENERS_H

#include <pthread.h>
#include <stdbool.h>

#include <grpc/grpc.h>

#include <grpc-c/credentials.h>
#include <grpc-c/server.h>

typedef struct grpc_c_listener grpc_c_listener;
typedef struct grpc_c_retired grpc_c_retired;

typedef struct grpc_c_listeners {
    /** Under the server's mutex. */
    grpc_c_listener *first;
    /** Core servers that were replaced and are not over. Under the server's mutex. */
    grpc_c_retired *retired;

    /* What follows is under the mutex of all servers' listeners. */
    grpc_c_server *next_server;
    bool registered;
    /** A socket has failed since the keeper last began. */
    bool failed;
    pthread_t keeper;
    bool has_keeper;
    bool keeper_runs;
} grpc_c_listeners;

/** Remembers what was bound, and with which credentials. Under the server's mutex. */
void grpc_c_listeners_add(grpc_c_server *server, const char *address, int port,
                          const grpc_c_server_credentials *credentials);

/** From now on the server listens again where that fails; until close, which waits for a keeper
 * that runs. Not under the server's mutex. */
void grpc_c_listeners_open(grpc_c_server *server);
void grpc_c_listeners_close(grpc_c_server *server);

/** Cancels the calls of the core servers that were replaced. Under the server's mutex. */
void grpc_c_listeners_cancel_retired(grpc_c_server *server);

/** Frees what is remembered. */
void grpc_c_listeners_free(grpc_c_server *server);

/** Core has said that accept failed. From within core: only begins what is to be done. */
void grpc_c_listeners_accept_failed(void);

#endif
