/*
 * The client's context: one call, with its settings before, its status and memory after.
 *
 * A context carries one call at a time and is meant to be reused for the next one: settings stay
 * until reset; the reply and the status live until the next call begins, or the context is reset
 * or freed. A reused context allocates nothing of its own.
 *
 * Threads: a context is used by one thread at a time, but for cancel, which may come from any. Of a
 * bidirectional stream, one thread may read while another writes. While an async call runs, its
 * context is the call's: until the last callback, it is for cancel and free only. Free then
 * cancels the call, whose callbacks are not called any more, and must not come while one of them
 * runs, or is about to, on another thread: it is for the callbacks of the call's queue and for the
 * thread that drives it. Elsewhere, above all with the library's own queue, cancel, and free in the
 * last callback. From that callback on, also inside it, all is as ever.
 */
#ifndef GRPC_C_CLIENT_CONTEXT_H
#define GRPC_C_CLIENT_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grpc-c/call_credentials.h>
#include <grpc-c/completion_queue.h>
#include <grpc-c/compression.h>
#include <grpc-c/macros.h>
#include <grpc-c/metadata.h>
#include <grpc-c/server_context.h>
#include <grpc-c/status.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_client_context grpc_c_client_context;

/**
 * Returns an owned context with default settings; NULL when memory is short. A call on a NULL
 * context is not made and returns NULL.
 */
GRPC_C_API grpc_c_client_context *grpc_c_client_context_new(void);

/** Frees the context, its last reply and its status; NULL does nothing. */
GRPC_C_API void grpc_c_client_context_free(grpc_c_client_context *context);

/** Makes the context as new: settings back to their defaults, reply and status gone. */
GRPC_C_API void grpc_c_client_context_reset(grpc_c_client_context *context);

/**
 * Gives each later call this many milliseconds, counted from its start; then it ends with
 * DEADLINE_EXCEEDED, here and on the server. 0 has run out before it begins. A negative number,
 * the default, waits without limit.
 */
GRPC_C_API void grpc_c_client_context_set_timeout_ms(grpc_c_client_context *context,
                                                     int64_t timeout_ms);

/**
 * With true, calls wait for a connection where there is none, until their timeout; by default they
 * fail with UNAVAILABLE (gRPC's doc/wait-for-ready.md).
 */
GRPC_C_API void grpc_c_client_context_set_wait_for_ready(grpc_c_client_context *context,
                                                         bool wait_for_ready);

/**
 * Compresses the requests of each later call in this way, until reset, whatever the channel's
 * options say. False for a number that is no compression, or a NULL context.
 */
GRPC_C_API bool grpc_c_client_context_set_compression(grpc_c_client_context *context,
                                                      grpc_c_compression compression);

/** With false, the messages written from now on are sent as they are in a call that is otherwise
 * compressed; true, the default, comes back with reset. Streams: the writing thread's. */
GRPC_C_API void grpc_c_client_context_set_compress_messages(grpc_c_client_context *context,
                                                            bool compress);

/**
 * Makes each later call part of the call that a handler is answering: it ends when that is
 * cancelled or out of time, and has no more time than that has left. `parent` is borrowed until
 * reset, or until it is NULL again; the handler must not return while such a call runs. False for a
 * NULL context.
 */
GRPC_C_API bool grpc_c_client_context_set_parent(grpc_c_client_context *context,
                                                 grpc_c_server_context *parent);

/**
 * Has the callbacks of later async calls run on `queue`, which is borrowed until reset, or until it
 * is NULL again: then on the channel's, and where that has none, on a thread of the library's own.
 */
GRPC_C_API void grpc_c_client_context_set_completion_queue(grpc_c_client_context *context,
                                                           grpc_c_completion_queue *queue);

/**
 * Has each later call tell the server who calls, beside what the channel's call credentials say.
 * Kept until reset, or until others take their place (NULL: none): free them when you like. Over an
 * insecure channel calls fail then, see <grpc-c/call_credentials.h>.
 */
GRPC_C_API void grpc_c_client_context_set_call_credentials(grpc_c_client_context *context,
                                                           grpc_c_call_credentials *credentials);

/**
 * Adds metadata that each later call begins with, until reset; copies key and value. A key may be
 * added several times. Returns false, and adds nothing, for a key or value that may not be sent:
 * other than lower-case letters, digits, "-", "_" and "." in the key, other than printable ASCII in
 * the value, a key of gRPC's own ("grpc-…", ":…", content-type, content-length, te, user-agent,
 * host, connection, lb-cost-bin, endpoint-load-metrics-bin), NULL; or when memory is short.
 */
GRPC_C_API bool grpc_c_client_context_add_metadata(grpc_c_client_context *context, const char *key,
                                                   const char *value);

/** The same with a value of `size` bytes; any bytes, where the key ends in "-bin". */
GRPC_C_API bool grpc_c_client_context_add_binary_metadata(grpc_c_client_context *context,
                                                          const char *key, const void *value,
                                                          size_t size);

/**
 * Cancels the call in progress, from any thread: it ends with CANCELLED, unless it has already got
 * its status. Before the context's first call, it cancels that one; after a call has ended, it does
 * nothing.
 */
GRPC_C_API void grpc_c_client_context_cancel(grpc_c_client_context *context);

/** Whether the message received last came compressed: the reply, or of a stream the message that a
 * read returned last. False before any. Streams: the reading thread's. */
GRPC_C_API bool grpc_c_client_context_message_was_compressed(const grpc_c_client_context *context);

/** How the last call ended; OK before the first, and while an async one runs. INTERNAL for a NULL
 * context. */
GRPC_C_API grpc_c_status_code grpc_c_client_context_status(const grpc_c_client_context *context);

/**
 * The status message that came with it: the server's words, or the library's where the call failed
 * here. Never NULL, "" where there is none. Borrowed: valid until the context's next call.
 */
GRPC_C_API const char *grpc_c_client_context_message(const grpc_c_client_context *context);

/**
 * Code and message as one line for a person, such as "NOT_FOUND: no user 7"; "OK" after success.
 * Never NULL. Borrowed: valid until the context's next call.
 */
GRPC_C_API const char *grpc_c_client_context_error(grpc_c_client_context *context);

/**
 * What the server sent before its first message; of a stream, there after the first read. Never
 * NULL. Borrowed: valid until the context's next call.
 */
GRPC_C_API const grpc_c_metadata *grpc_c_client_context_initial_metadata(
    const grpc_c_client_context *context);

/** What the server sent with the status; there when the call has ended. As above. */
GRPC_C_API const grpc_c_metadata *grpc_c_client_context_trailing_metadata(
    const grpc_c_client_context *context);

/**
 * The status's details as they came (a serialized google.rpc.Status, by convention); NULL where
 * there are none. Writes their size. Borrowed: valid until the context's next call.
 */
GRPC_C_API const void *grpc_c_client_context_status_details(const grpc_c_client_context *context,
                                                            size_t *ret_size);

GRPC_C_END_DECLS

#endif
