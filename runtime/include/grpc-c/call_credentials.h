/*
 * Call credentials: what tells the server who calls, in the metadata of each call. A token that
 * stays the same, or a callback that is asked for metadata call by call and may answer later.
 *
 * They are given to a channel (grpc_c_channel_options.call_credentials), to a context
 * (grpc_c_client_context_set_call_credentials), or to both: then a call carries the channel's
 * metadata and after it the context's. They travel over TLS, and over unix sockets with local
 * credentials. On an insecure channel, or one with local credentials over TCP, the call ends with
 * UNAUTHENTICATED, and nothing is sent.
 *
 * Threads: immutable, and thread-safe. Ownership: channels, contexts and calls keep what they need,
 * so that credentials may be freed right after use.
 */
#ifndef GRPC_C_CALL_CREDENTIALS_H
#define GRPC_C_CALL_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <grpc-c/macros.h>
#include <grpc-c/metadata.h>
#include <grpc-c/status.h>

GRPC_C_BEGIN_DECLS

typedef struct grpc_c_call_credentials grpc_c_call_credentials;

/**
 * Sends `authorization: Bearer TOKEN` (RFC 6750) with each call. Copies the token. Returns owned
 * credentials; NULL when the token is NULL, empty or other than printable ASCII, or memory is
 * short.
 */
GRPC_C_API grpc_c_call_credentials *grpc_c_token_call_credentials_new(const char *token);

/**
 * One question to a callback, which wants one answer. A number, and nothing to free: it is good
 * until it is answered or its call has ended, and then no other question's.
 */
typedef uint64_t grpc_c_call_credentials_request;

/**
 * Asks for the metadata of one call: of each, and again when gRPC tries a call again. The answer is
 * grpc_c_call_credentials_succeed or grpc_c_call_credentials_fail, once, inside the callback or
 * later, from any thread; until then the call waits, as long as its deadline allows.
 *
 * `service_url` is "https://HOST/package.Service", for the audience of a token, without the scheme
 * over a unix socket; `method` is the method's name, "SayHello". Both are borrowed while the
 * callback runs.
 *
 * It runs on whatever thread drives the call, in the midst of gRPC core: it must not block, nor
 * make blocking calls. It may start async calls. Several calls may ask at the same time.
 */
typedef void (*grpc_c_call_credentials_callback)(grpc_c_call_credentials_request request,
                                                 const char *service_url, const char *method,
                                                 void *user_data);

/**
 * Credentials that ask `callback`. `destroy` (NULL: none) is called with `user_data` once, when
 * the credentials were freed and no channel, context or call needs them any more: on any thread,
 * where it must not block nor call this library. Returns owned credentials; NULL when the callback
 * is NULL or memory is short, and then destroy is not called.
 */
GRPC_C_API grpc_c_call_credentials *grpc_c_call_credentials_new(
    grpc_c_call_credentials_callback callback, void (*destroy)(void *user_data), void *user_data);

/**
 * Answers with the metadata to send, which is copied: any number of entries, but 4 at most inside
 * the callback. What may not be sent (see grpc_c_client_context_add_metadata), or too much of it,
 * ends the call with INTERNAL.
 *
 * True when the answer counts. False when nobody waits for it any more: the call has ended, was
 * cancelled above all, or the request was answered before.
 */
GRPC_C_API bool grpc_c_call_credentials_succeed(grpc_c_call_credentials_request request,
                                                const grpc_c_metadata_entry *entries, size_t count);

/**
 * Answers that there is no metadata to be had: the call ends with this status. `message` is copied,
 * NULL for none. Codes that tell what a server thinks of a request (INVALID_ARGUMENT, NOT_FOUND,
 * ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, DATA_LOSS) become INTERNAL, as gRFC
 * A54 wants it, and so do OK and what is no code. Returns as above.
 */
GRPC_C_API bool grpc_c_call_credentials_fail(grpc_c_call_credentials_request request,
                                             grpc_c_status_code code, const char *message);

/** Frees the credentials, for who made them; NULL does nothing. */
GRPC_C_API void grpc_c_call_credentials_free(grpc_c_call_credentials *credentials);

GRPC_C_END_DECLS

#endif
