/*
 * A channel: the client's side of the connections to one target. Connections are made when the
 * first call needs them, kept, and made again after a failure; calls share them.
 *
 * Threads: a channel is thread-safe. Ownership: free it after the contexts whose calls run on it
 * are idle, and after the last use of its stubs.
 */
#ifndef GRPC_C_CHANNEL_H
#define GRPC_C_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grpc-c/call_credentials.h>
#include <grpc-c/codec.h>
#include <grpc-c/completion_queue.h>
#include <grpc-c/compression.h>
#include <grpc-c/credentials.h>
#include <grpc-c/macros.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_channel grpc_c_channel;

/**
 * One of core's channel arguments, for what the options below have no field for: the names are
 * those of gRPC core's grpc_types.h, such as "grpc.max_reconnect_backoff_ms". The value is
 * `string`, or `number` where that is NULL. Core ignores names that it does not know.
 */
typedef struct grpc_c_core_argument {
    const char *name;
    const char *string;
    int number;
} grpc_c_core_argument;

/** How a channel behaves. Zero, in every field but the first, means the default. */
typedef struct grpc_c_channel_options {
    /** sizeof(grpc_c_channel_options): filled in by GRPC_C_CHANNEL_OPTIONS and …_INIT. */
    size_t struct_size;
    /** Replies larger than this, compressed or decompressed, end their call with
     * RESOURCE_EXHAUSTED; default 4 MiB. */
    size_t max_receive_message_bytes;
    /** Requests larger than this end their call with RESOURCE_EXHAUSTED; default no limit. */
    size_t max_send_message_bytes;
    /** Memory that one call's reply may take once parsed; default 64 MiB. */
    size_t max_call_memory_bytes;
    /** Put before gRPC's own words in the user-agent header; printable ASCII. Copied. */
    const char *user_agent_prefix;
    /** How messages are written; default grpc_c_protobuf_codec. Borrowed by the channel. */
    const grpc_c_codec *codec;
    /** How requests are compressed, unless a call says otherwise; default not at all. */
    grpc_c_compression compression;
    /** A ping after so long without traffic, and how long to wait for its answer before the
     * connection counts as lost (gRPC's doc/keepalive.md); default no pings, and 20 s. */
    int keepalive_time_ms;
    int keepalive_timeout_ms;
    /** Pings also while no call runs. */
    bool keepalive_without_calls;
    /** No retries, neither transparent ones nor those of a service config. */
    bool disable_retries;
    /** "pick_first", the default, or "round_robin"; a service config counts for more. Copied. */
    const char *load_balancing_policy;
    /** A service config in JSON (gRPC's doc/service_config.md): retries, timeouts, load balancing.
     * Used where the name resolver brings none. Copied. What is wrong with it shows in the calls'
     * status. */
    const char *service_config_json;
    /** Where the callbacks of async calls run, unless a context says otherwise; default a thread of
     * the library's own. Borrowed by the channel. */
    grpc_c_completion_queue *completion_queue;
    /** Any other of core's arguments; one that a field above sets, too, counts for more. Copied. */
    const grpc_c_core_argument *core_arguments;
    size_t core_argument_count;
    /** Metadata that a server may send in one call, counted as HTTP/2 does: names, values, and 32
     * bytes each; default 8 KiB. */
    size_t max_metadata_bytes;
    /** Messages within messages, in what is received; default 100, at most 1,000. Of the default
     * codec. */
    unsigned max_nesting_depth;
    /** What tells the server who calls, in each call; default nothing. Kept by the channel: free it
     * when you like. Over an insecure channel calls fail then, see <grpc-c/call_credentials.h>. */
    grpc_c_call_credentials *call_credentials;
} grpc_c_channel_options;

/** For `grpc_c_channel_options options = GRPC_C_CHANNEL_OPTIONS_INIT;`. */
#define GRPC_C_CHANNEL_OPTIONS_INIT \
    { \
        sizeof(grpc_c_channel_options), 0, 0, 0, NULL, NULL, GRPC_C_COMPRESSION_NONE, 0, 0, false, \
            false, NULL, NULL, NULL, NULL, 0, 0, 0, NULL \
    }

/** Options in place (C only): `GRPC_C_CHANNEL_OPTIONS(.user_agent_prefix = "router/2")`. */
#define GRPC_C_CHANNEL_OPTIONS(...) \
    (&(const grpc_c_channel_options){.struct_size = sizeof(grpc_c_channel_options), __VA_ARGS__})

/**
 * A channel to `target`, secured by `credentials`, which are borrowed. Targets are written as in
 * gRPC's doc/naming.md: "localhost:50051", "dns:///host:port", "ipv4:127.0.0.1:50051",
 * "unix:/run/x.sock". Copies target and options (NULL: all defaults). Does not connect: what is
 * wrong with a target, or with the peer's certificate, shows in the calls' status.
 *
 * Returns an owned channel; NULL when memory is short, `target` or `credentials` is NULL or the
 * options are not this library's. A stub on a NULL channel is harmless: its calls fail with
 * INTERNAL.
 */
GRPC_C_API grpc_c_channel *grpc_c_channel_new(const char *target,
                                              const grpc_c_channel_credentials *credentials,
                                              const grpc_c_channel_options *options);

/** The same, with insecure credentials. */
GRPC_C_API grpc_c_channel *grpc_c_insecure_channel_new(const char *target,
                                                       const grpc_c_channel_options *options);

/* ---- the state of its connections; gRPC's doc/connectivity-semantics-and-api.md ---- */

typedef enum grpc_c_channel_state {
    /** No connection, and no attempt at one: the next call makes it. */
    GRPC_C_CHANNEL_IDLE = 0,
    GRPC_C_CHANNEL_CONNECTING = 1,
    GRPC_C_CHANNEL_READY = 2,
    /** An attempt has failed; the next one follows by itself, later and later. */
    GRPC_C_CHANNEL_TRANSIENT_FAILURE = 3,
    /** For good: of a NULL channel. */
    GRPC_C_CHANNEL_SHUTDOWN = 4
} grpc_c_channel_state;

/** "READY" and so on; never NULL. */
GRPC_C_API const char *grpc_c_channel_state_name(grpc_c_channel_state state);

/** The state at this moment. With true, an idle channel begins to connect. */
GRPC_C_API grpc_c_channel_state grpc_c_channel_get_state(grpc_c_channel *channel,
                                                         bool try_to_connect);

/**
 * Waits until the state is another than `last_state`, which it may be already, for `timeout_ms`
 * milliseconds at most (negative: without limit). True when it is. A state that comes and goes
 * again at once may be missed. False at once for a NULL channel, or for what is no state.
 */
GRPC_C_API bool grpc_c_channel_wait_for_state_change(grpc_c_channel *channel,
                                                     grpc_c_channel_state last_state,
                                                     int64_t timeout_ms);

/**
 * The same, without waiting: the callback gets true when the state is another, false when the time
 * is up. It runs on the channel's queue. False, with nothing started, for a NULL channel or
 * callback, for what is no state, and when the queue is shut down or memory short. See
 * <grpc-c/completion_queue.h>; the channel may be freed meanwhile, and the callback comes all the
 * same.
 */
GRPC_C_API bool grpc_c_channel_wait_for_state_change__async(grpc_c_channel *channel,
                                                            grpc_c_channel_state last_state,
                                                            int64_t timeout_ms,
                                                            grpc_c_done_callback callback,
                                                            void *user_data);

/** Connects, trying again after failures, and waits for that, for `timeout_ms` milliseconds at most
 * (negative: without limit). True when the channel is ready; false at once for a NULL channel. */
GRPC_C_API bool grpc_c_channel_wait_until_ready(grpc_c_channel *channel, int64_t timeout_ms);

/** Closes the connections and frees the channel; NULL does nothing. */
GRPC_C_API void grpc_c_channel_free(grpc_c_channel *channel);

GRPC_C_END_DECLS

#endif
