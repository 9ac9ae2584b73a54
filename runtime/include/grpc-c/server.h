/*
 * A server: ports, services, and the threads that run their handlers.
 *
 * Its life: new, add services and ports, start, wait_for_termination, free. A server starts once;
 * after stop it can only be freed. Functions called out of that order do nothing and say so.
 *
 * Threads: a server's functions are thread-safe, free excepted. Handlers run on the server's own
 * workers, up to max_workers at a time.
 */
#ifndef GRPC_C_SERVER_H
#define GRPC_C_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grpc-c/channel.h>
#include <grpc-c/codec.h>
#include <grpc-c/completion_queue.h>
#include <grpc-c/credentials.h>
#include <grpc-c/macros.h>
#include <grpc-c/server_context.h>
#include <grpc-c/status.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_server grpc_c_server;

/**
 * Whether a call may be served: OK, and its handler runs; or the status that it ends with, whose
 * message grpc_c_server_context_fail gives: `return grpc_c_server_context_fail(context,
 * GRPC_C_STATUS_PERMISSION_DENIED, "not for %s", user);`. What is no code becomes UNAUTHENTICATED.
 *
 * It sees what a handler sees of its call, the metadata and who the peer is above all, and may
 * leave word for the handler (grpc_c_server_context_set_principal), hide a token from it
 * (grpc_c_server_context_remove_metadata) and add metadata for the client. It runs where the
 * handler is going to run, before the request is parsed, and may block for a blocking servicer,
 * whose worker it holds, but not for an async one. Several calls may be checked at the same time.
 */
typedef grpc_c_status_code (*grpc_c_auth_check)(grpc_c_server_context *context,
                                                void *auth_check_data);

/** How a server behaves. Zero, in every field but the first, means the default. docs/security.md
 * says what each limit is for, and what a peer sees that meets it. */
typedef struct grpc_c_server_options {
    /** sizeof(grpc_c_server_options): filled in by GRPC_C_SERVER_OPTIONS and …_INIT. */
    size_t struct_size;
    /** Handlers that may run at the same time; default 16, at most 1024. */
    unsigned max_workers;
    /** Queues that calls are spread over, each with a thread that polls it; default one for two
     * cores, never more than max_workers. */
    unsigned lanes;
    /** Calls accepted at the same time; further ones end with RESOURCE_EXHAUSTED; default 10,000.
     */
    unsigned max_concurrent_calls;
    /** Lets other processes bind the same port (SO_REUSEPORT); by default the port is ours alone.
     */
    bool reuse_port;
    /** Requests larger than this, compressed or decompressed, end their call with
     * RESOURCE_EXHAUSTED; default 4 MiB. */
    size_t max_receive_message_bytes;
    /** Replies larger than this end their call with RESOURCE_EXHAUSTED; default no limit. */
    size_t max_send_message_bytes;
    /** Memory that one call's request and its handler's allocations may take; default 64 MiB. */
    size_t max_call_memory_bytes;
    /** How messages are written; default grpc_c_protobuf_codec. Borrowed by the server. */
    const grpc_c_codec *codec;
    /** A ping after so long without traffic, and how long to wait for its answer before the
     * connection counts as lost (gRPC's doc/keepalive.md); default two hours, and 20 s. */
    int keepalive_time_ms;
    int keepalive_timeout_ms;
    /** Where async servicers run, for a server without threads: see
     * <grpc-c/completion_queue.h>. Borrowed by the server. Such a server takes no blocking
     * servicers. Default: the server's own threads. */
    grpc_c_completion_queue *completion_queue;
    /** Any other of core's arguments; one that a field above sets, too, counts for more. Copied. */
    const grpc_c_core_argument *core_arguments;
    size_t core_argument_count;

    /* Limits for peers that nobody has vouched for. Of the int fields a negative one is no limit.
     */

    /** Streams, that is calls, open at the same time on one connection (HTTP/2's
     * SETTINGS_MAX_CONCURRENT_STREAMS); clients keep further calls back; default 1,000. */
    unsigned max_concurrent_streams;
    /** Metadata of one call, counted as HTTP/2 does: names, values, and 32 bytes each; default
     * 8 KiB. */
    size_t max_metadata_bytes;
    /** Messages within messages, in what is received; default 100, at most 1,000. Of the default
     * codec. */
    unsigned max_nesting_depth;
    /** How long a new connection may take to become one of HTTP/2, with TLS where there is any,
     * before it is closed; default 20 s. */
    int handshake_timeout_ms;
    /** A connection without calls for so long is closed; default an hour. */
    int max_connection_idle_ms;
    /** A connection of that age takes no more calls (GOAWAY: clients make a new one), and is closed
     * when its calls have ended or the grace is over; default a day, and no end of the grace. */
    int max_connection_age_ms;
    int max_connection_age_grace_ms;
    /** Pings of a client while no data flows that come sooner than this after the one before are
     * strikes; default five minutes. gRPC's doc/keepalive.md. */
    int min_ping_interval_ms;
    /** Strikes that are forgiven; the next one closes the connection with ENHANCE_YOUR_CALM and
     * "too_many_pings"; default 2. */
    int max_ping_strikes;
    /** Takes pings at that interval also while no call runs; by default they may come every two
     * hours then. */
    bool permit_pings_without_calls;
    /** Memory that core may take for connections and calls of this server, together: what has been
     * received and not yet taken, above all; default no limit. Core closes connections and refuses
     * calls when it is short. */
    size_t max_transport_memory_bytes;
    /** Asked before each call of a method that is served, whatever its kind; default: all calls are
     * served. Methods that are not served end with UNIMPLEMENTED unasked. `auth_check_data` is
     * handed to it: borrowed by the server. */
    grpc_c_auth_check auth_check;
    void *auth_check_data;
    /** Refuses a call of a method with one request whose client sends more, with UNIMPLEMENTED
     * (gRPC's doc/statuscodes.md), before its handler runs. To know, each such call is read to its
     * end, which costs it an operation, about 1 µs. By default the first request is answered, and
     * what follows is dropped. */
    bool refuse_extra_requests;
} grpc_c_server_options;

/** For `grpc_c_server_options options = GRPC_C_SERVER_OPTIONS_INIT;`. */
#define GRPC_C_SERVER_OPTIONS_INIT \
    { \
        sizeof(grpc_c_server_options), 0, 0, 0, false, 0, 0, 0, NULL, 0, 0, NULL, NULL, 0, 0, 0, \
            0, 0, 0, 0, 0, 0, 0, false, 0, NULL, NULL, false \
    }

/** Options in place (C only): `GRPC_C_SERVER_OPTIONS(.max_workers = 10)`. */
#define GRPC_C_SERVER_OPTIONS(...) \
    (&(const grpc_c_server_options){.struct_size = sizeof(grpc_c_server_options), __VA_ARGS__})

/**
 * A server without ports or services. Copies `options` (NULL: all defaults).
 *
 * Returns an owned server; NULL when memory is short or the options are out of range or not this
 * library's. The functions below take a NULL server and fail.
 */
GRPC_C_API grpc_c_server *grpc_c_server_new(const grpc_c_server_options *options);

/**
 * Listens on `address` from start on, secured by `credentials`, which are borrowed: "[::]:50051",
 * "127.0.0.1:0", "unix:/run/x.sock", "unix-abstract:x", and those of gRPC's doc/naming.md that
 * begin with "dns:", "ipv4:" or "ipv6:" and have one address. A port must be given, as a number; 0
 * takes a free one. To be called before start, as often as there are addresses.
 *
 * Returns the port that was bound (1 for a unix socket); 0 on failure, with the reason in `error`
 * (may be NULL).
 */
GRPC_C_API int grpc_c_server_add_port(grpc_c_server *server, const char *address,
                                      const grpc_c_server_credentials *credentials,
                                      grpc_c_error *error);

/** The same, with insecure credentials. */
GRPC_C_API int grpc_c_server_add_insecure_port(grpc_c_server *server, const char *address,
                                               grpc_c_error *error);

/**
 * Starts to serve, on threads of the server's own. Returns false when the server is NULL, was
 * started before, or its threads cannot be created, with the reason in `error` (may be NULL).
 */
GRPC_C_API bool grpc_c_server_start(grpc_c_server *server, grpc_c_error *error);

/**
 * Refuses new calls, lets the running ones finish for up to `grace_ms` milliseconds (negative:
 * without limit), cancels the rest, and returns when no handler runs any more: a handler that
 * never returns holds it, and so does a call of an async servicer that is never finished. Calls
 * that wait for a worker are not begun after the grace. Before start, it makes start fail. Several
 * threads may call it: all wait, and the shortest grace counts. Called from a handler or callback
 * of this server, or on one with a completion queue, it begins the stop and returns at once, since
 * it cannot wait for its own caller; should there be no thread to be had for it, a queue's calls
 * are given no grace, and other servers stop when somebody waits for their termination.
 */
GRPC_C_API void grpc_c_server_stop(grpc_c_server *server, int64_t grace_ms);

/** Waits until the server was stopped, by another thread or a signal. Returns at once when it was
 * never started, and in a handler or callback of this server, which would wait for itself. A
 * completion queue of the server's is driven meanwhile, unless another thread does. */
GRPC_C_API void grpc_c_server_wait_for_termination(grpc_c_server *server);

/**
 * From now on SIGINT and SIGTERM stop the server as grpc_c_server_stop(server, grace_ms) does; a
 * second such signal ends the process the hard way. Replaces the process's handlers of both
 * signals, whatever they were, until the last such server is freed, and runs one thread a server
 * that waits for them. For 64 servers at most. A child that was forked is not concerned.
 *
 * Returns false when that cannot be set up, with the reason in `error` (may be NULL).
 */
GRPC_C_API bool grpc_c_server_stop_on_signals(grpc_c_server *server, int64_t grace_ms,
                                              grpc_c_error *error);

/** Stops the server without grace if it still runs, waits for its end as above, and frees it; NULL
 * does nothing. Not to be called from a handler or callback. */
GRPC_C_API void grpc_c_server_free(grpc_c_server *server);

GRPC_C_END_DECLS

#endif
