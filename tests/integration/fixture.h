/*
 * What the C integration tests share: a real Echo server on a free port of the loopback, a channel
 * to it, and a gate that holds handlers until a test opens it.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <grpc-c/grpc-c.h>

#include "echo.grpc-c.h"

/** Holds the handlers of Hold, and counts them. */
typedef struct gate_counts {
    /** Handlers waiting now; the most there ever were; all that ever came. */
    int waiting;
    int most_waiting;
    int entered;
} gate_counts;

typedef struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    /** How many more handlers may pass; the rest wait. */
    int passes;
    gate_counts counts;
} gate;

typedef struct fixture {
    gate gate;
    grpc_c_server *server;
    int port;
    char target[64];
    /** Of the unix socket, where there is one. */
    char folder[32];
    grpc_c_channel *channel;
    Echo__Echo_Stub stub;
    /** For one call at a time. */
    grpc_c_client_context *context;
    /** Calls of Say that reached a handler. */
    _Atomic int said;
} fixture;

/** Fails the test when something does not work. NULL options: the defaults. */
fixture *fixture_new(const grpc_c_server_options *server_options,
                     const grpc_c_channel_options *channel_options);

/** The same over a unix socket with local credentials, on which call credentials may travel. */
fixture *fixture_new_local(const grpc_c_server_options *server_options,
                           const grpc_c_channel_options *channel_options);

/** Another channel to it, of the same kind. */
grpc_c_channel *fixture_local_channel(const fixture *fixture,
                                      const grpc_c_channel_options *options);

/** Opens the gate for good, stops the server and frees all. */
void fixture_free(fixture *fixture);

/** The servicer that every Echo server of the tests uses; `self` is a fixture. */
extern const Echo__Echo_Servicer fixture_servicer;

/** Waits until so many handlers wait at the gate. */
void gate_wait_for(gate *gate, int waiting);

gate_counts gate_read(gate *gate);

/** Lets so many of them, or of later ones, pass. */
void gate_let_pass(gate *gate, int passes);

/** A call in a thread of its own, with a context of its own. */
typedef struct background_call {
    pthread_t thread;
    fixture *fixture;
    bool hold;
    int64_t timeout_ms;
    grpc_c_status_code code;
    char text[64];
    char message[256];
} background_call;

/** Starts Hold or Say(text); a negative timeout is none. */
void background_call_start(background_call *call, fixture *fixture, bool hold, const char *text,
                           int64_t timeout_ms);

/** Waits for its end; code, message and the reply's text are in `call` then. */
void background_call_join(background_call *call);

#endif
