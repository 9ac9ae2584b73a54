/*
 * The server's context: the call that a handler is answering. Handlers get it as their last
 * argument; it is valid until the handler returns.
 *
 * Memory: the request and what the functions below allocate live in the call's arena and go with
 * the call, after the reply was sent. A handler frees nothing. When the arena's limit is met
 * (grpc_c_server_options.max_call_memory_bytes), they return NULL and the call ends with
 * RESOURCE_EXHAUSTED where the handler returns OK.
 *
 * Threads: a context is used by one thread at a time: its handler's. In an async servicer it lives
 * until finish rather than until the handler returns, and may be handed from thread to thread.
 */
#ifndef GRPC_C_SERVER_CONTEXT_H
#define GRPC_C_SERVER_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grpc-c/completion_queue.h>
#include <grpc-c/compression.h>
#include <grpc-c/macros.h>
#include <grpc-c/metadata.h>
#include <grpc-c/status.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_server_context grpc_c_server_context;

/** Memory of the call, aligned for any type, not cleared; NULL at the limit. */
GRPC_C_API void *grpc_c_server_context_alloc(grpc_c_server_context *context, size_t size);

/** A copy of `string` in the call's memory; NULL at the limit, or where `string` is NULL. */
GRPC_C_API char *grpc_c_server_context_strdup(grpc_c_server_context *context, const char *string);

/** Formats like printf into the call's memory; NULL at the limit, or for a bad format. */
GRPC_C_API char *grpc_c_server_context_printf(grpc_c_server_context *context, const char *format,
                                              ...) GRPC_C_PRINTF(2, 3);

/**
 * Gives the call a status message, formatted like printf (NULL: none), and returns `code`, so that
 * a handler can end with
 * `return grpc_c_server_context_fail(context, GRPC_C_STATUS_NOT_FOUND, "no user %s", name);`.
 * The message reaches the client only if the handler returns a code other than OK.
 */
GRPC_C_API grpc_c_status_code grpc_c_server_context_fail(grpc_c_server_context *context,
                                                         grpc_c_status_code code,
                                                         const char *format, ...)
    GRPC_C_PRINTF(3, 4);

/**
 * Ends a call of an async servicer with this status, from any thread, inside its handler or later.
 * Its reply, if the method has one, is sent with OK. Once only: context, stream, request and reply
 * are not to be used any more. Reads and writes under way still have their callbacks called, with
 * NULL and with what came of the write; what was allocated from the context lives until the last of
 * them, or the handler, has returned. Does nothing in a blocking handler, which returns its status.
 */
GRPC_C_API void grpc_c_server_context_finish(grpc_c_server_context *context,
                                             grpc_c_status_code code);

/**
 * Milliseconds until the client's deadline, not below 0; INT64_MAX where the client set none.
 */
GRPC_C_API int64_t grpc_c_server_context_time_left_ms(const grpc_c_server_context *context);

/** The method's path, such as "/helloworld.Greeter/SayHello": a constant. */
GRPC_C_API const char *grpc_c_server_context_method(const grpc_c_server_context *context);

/** The host that the client meant to call, as it says itself. Of the call's memory. */
GRPC_C_API const char *grpc_c_server_context_authority(grpc_c_server_context *context);

/** The client's address as a URI, such as "ipv4:127.0.0.1:40000" or "unix:". It may be a proxy's:
 * no ground to trust anybody on. Of the call's memory. */
GRPC_C_API const char *grpc_c_server_context_peer(grpc_c_server_context *context);

/* ---- who the peer is, as its connection's handshake found out (docs/security.md) ----
 *
 * Strings are of the call's memory. NULL where there is no such thing, or at the memory's limit. */

/** How the connection is secured: "tls", "local" or "insecure". A constant. */
GRPC_C_API const char *grpc_c_server_context_security_type(grpc_c_server_context *context);

/** Whether the peer has proved who it is: with a certificate that was verified, or by being on this
 * machine. Always false on a server one of whose ports takes certificates without verification. */
GRPC_C_API bool grpc_c_server_context_peer_is_authenticated(grpc_c_server_context *context);

/** Of the peer's certificate: its subject, "CN=ann,O=Example"; the common name of that, "ann"; and
 * the certificate itself, in PEM. Where certificates are not verified, they are mere claims. */
GRPC_C_API const char *grpc_c_server_context_peer_subject(grpc_c_server_context *context);
GRPC_C_API const char *grpc_c_server_context_peer_common_name(grpc_c_server_context *context);
GRPC_C_API const char *grpc_c_server_context_peer_certificate(grpc_c_server_context *context);

/** Its subject's alternative names (SANs): host names, URIs, addresses, in their order. */
GRPC_C_API size_t grpc_c_server_context_peer_san_count(grpc_c_server_context *context);
GRPC_C_API const char *grpc_c_server_context_peer_san(grpc_c_server_context *context, size_t index);

/** What the client sent with the call. Never NULL. Valid until the handler returns. */
GRPC_C_API const grpc_c_metadata *grpc_c_server_context_metadata(grpc_c_server_context *context);

/** Takes all entries with this key out of that metadata: an auth check does so with a token that
 * handlers are not to see. The metadata must be asked for again. */
GRPC_C_API void grpc_c_server_context_remove_metadata(grpc_c_server_context *context,
                                                      const char *key);

/**
 * Who calls, as the server's auth check (grpc_c_server_options.auth_check) has found out: a pointer
 * for the handler to ask for, NULL until it is set. What it points to is the caller's own affair,
 * and best allocated from the context.
 */
GRPC_C_API void grpc_c_server_context_set_principal(grpc_c_server_context *context,
                                                    void *principal);
GRPC_C_API void *grpc_c_server_context_principal(const grpc_c_server_context *context);

/**
 * Adds metadata that goes out before the first message, or with the status; copies key and value.
 * Returns false, and adds nothing, for what may not be sent (as
 * grpc_c_client_context_add_metadata), for initial metadata that is too late, and when memory is
 * short.
 */
GRPC_C_API bool grpc_c_server_context_add_initial_metadata(grpc_c_server_context *context,
                                                           const char *key, const void *value,
                                                           size_t size);
GRPC_C_API bool grpc_c_server_context_add_trailing_metadata(grpc_c_server_context *context,
                                                            const char *key, const void *value,
                                                            size_t size);

/** Compresses the call's messages in this way, if the client accepts it. False when the initial
 * metadata has been sent, or for a number that is no compression. */
GRPC_C_API bool grpc_c_server_context_set_compression(grpc_c_server_context *context,
                                                      grpc_c_compression compression);

/** With false, the messages sent from now on are sent as they are in a call that is otherwise
 * compressed. */
GRPC_C_API void grpc_c_server_context_set_compress_messages(grpc_c_server_context *context,
                                                            bool compress);

/** Whether the message received last came compressed: the request, or of a stream the message that
 * a read returned last. False before any. */
GRPC_C_API bool grpc_c_server_context_message_was_compressed(const grpc_c_server_context *context);

/** Sends the initial metadata now rather than with the first message. False when it was sent. */
GRPC_C_API bool grpc_c_server_context_send_initial_metadata(grpc_c_server_context *context);

/** The same in an async servicer, where it counts as a write of the stream's (see
 * grpc_c_server_stream_write__async). */
GRPC_C_API bool grpc_c_server_context_send_initial_metadata__async(grpc_c_server_context *context,
                                                                   grpc_c_done_callback callback,
                                                                   void *user_data);

/** Adds the status's details, by convention a serialized google.rpc.Status; copies them. False when
 * there are some already, or memory is short. */
GRPC_C_API bool grpc_c_server_context_set_status_details(grpc_c_server_context *context,
                                                         const void *details, size_t size);

/**
 * Whether the client has gone, cancelled, or run out of time: then nobody waits for the answer. The
 * first question starts the watch, and may be answered too early; but after a read that returned
 * NULL the answer tells a client that is gone from one that sent its last message.
 */
GRPC_C_API bool grpc_c_server_context_is_cancelled(grpc_c_server_context *context);

/**
 * Called once, on a thread of the server's (docs/threading.md), when that happens; not after the
 * call has been answered. It does not use the context, but for finish in an async servicer, and
 * does not block, though it may take locks. It may still run just as the handler returns, or as
 * another thread calls finish: `user_data` lives in the call's memory, or longer; on the handler's
 * stack, or where it is freed after finish, only if it is taken back before.
 */
typedef void (*grpc_c_cancel_callback)(void *user_data);

/** Sets the call's one cancel callback. If it is too late, it is called at once, on this thread.
 * False when there is one already. NULL takes it back, waiting for one that runs, so hold no lock
 * that it takes: from then on it does not run any more, nor will it. */
GRPC_C_API bool grpc_c_server_context_on_cancel(grpc_c_server_context *context,
                                                grpc_c_cancel_callback callback, void *user_data);

GRPC_C_END_DECLS

#endif
