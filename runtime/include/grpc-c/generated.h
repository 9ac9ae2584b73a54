/*
 * What generated code needs of the library, and the only header that it includes of it: the tables
 * it fills and the functions its one-liners call. Write against the generated headers and
 * <grpc-c/grpc-c.h>; what is declared only here may change with GRPC_C_GENERATED_ABI.
 *
 * Tables are constant and live as long as the process.
 */
#ifndef GRPC_C_GENERATED_H
#define GRPC_C_GENERATED_H

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include <grpc-c/channel.h>
#include <grpc-c/client_context.h>
#include <grpc-c/completion_queue.h>
#include <grpc-c/macros.h>
#include <grpc-c/server.h>
#include <grpc-c/server_context.h>
#include <grpc-c/status.h>
#include <grpc-c/version.h>

GRPC_C_BEGIN_DECLS

/** Which sides of a method stream. */
typedef enum grpc_c_method_kind {
    GRPC_C_METHOD_UNARY = 0,
    GRPC_C_METHOD_CLIENT_STREAMING = 1,
    GRPC_C_METHOD_SERVER_STREAMING = 2,
    GRPC_C_METHOD_BIDI_STREAMING = 3
} grpc_c_method_kind;

/** What the proto's idempotency_level promises of a method's calls. */
typedef enum grpc_c_idempotency {
    GRPC_C_IDEMPOTENCY_UNKNOWN = 0,
    GRPC_C_IDEMPOTENCY_NO_SIDE_EFFECTS = 1,
    GRPC_C_IDEMPOTENCY_IDEMPOTENT = 2
} grpc_c_idempotency;

/** One method, as proto and protobuf-c describe it. */
typedef struct grpc_c_method {
    /** "/package.Service/Method": the :path of its calls. */
    const char *path;
    grpc_c_method_kind kind;
    const ProtobufCMessageDescriptor *request;
    const ProtobufCMessageDescriptor *reply;
    grpc_c_idempotency idempotency;
} grpc_c_method;

/** A proto file, for reflection: a serialized google.protobuf.FileDescriptorProto. `dependencies`
 * are the files that it imports, in its order, and end with NULL; or NULL where there are none. */
typedef struct grpc_c_file_descriptor {
    /** "dir/x.proto". */
    const char *name;
    const unsigned char *bytes;
    size_t size;
    const struct grpc_c_file_descriptor *const *dependencies;
} grpc_c_file_descriptor;

/** One service. `methods` is in proto order, and NULL where there are none. */
typedef struct grpc_c_service {
    /** "package.Service". */
    const char *name;
    size_t method_count;
    const grpc_c_method *methods;
    /** The file that defines it; NULL unless the plugin was told to embed descriptors. */
    const grpc_c_file_descriptor *file;
} grpc_c_service;

/**
 * Calls one typed handler of a servicer. What `in` and `out` are depends on the method's kind: `in`
 * is the request, or the stream to read; `out` the reply to fill, or the stream to write. Streams
 * are a `grpc_c_server_stream *`.
 */
typedef grpc_c_status_code (*grpc_c_handler)(const void *servicer, void *self, void *in, void *out,
                                             grpc_c_server_context *context);

/**
 * Registers a service before the server starts. `handlers` holds one for each of the service's
 * methods, NULL for those that answer UNIMPLEMENTED; it is copied. Borrows `service`, `servicer`
 * and `self` until the server is freed. Returns false when the server or servicer is NULL, has
 * been started, serves one of the paths already, or memory is short.
 */
GRPC_C_API bool grpc_c_server_add_service(grpc_c_server *server, const grpc_c_service *service,
                                          const grpc_c_handler *handlers, const void *servicer,
                                          void *self);

/** Starts one typed handler of an async servicer, which ends its call later by
 * grpc_c_server_context_finish. `in` and `out` as above. */
typedef void (*grpc_c_async_handler)(const void *servicer, void *self, void *in, void *out,
                                     grpc_c_server_context *context);

/** grpc_c_server_add_service for handlers that answer later. */
GRPC_C_API bool grpc_c_server_add_async_service(grpc_c_server *server,
                                                const grpc_c_service *service,
                                                const grpc_c_async_handler *handlers,
                                                const void *servicer, void *self);

/* ---- async: typed callbacks ----
 *
 * A callback that gets a message is declared with the message's type. The library keeps it as a
 * grpc_c_function, and has it called by the method's own grpc_c_deliver, which turns both function
 * and message back into what they are. */

typedef void (*grpc_c_function)(void);

/** Calls `callback` with `message`, NULL for none. */
typedef void (*grpc_c_deliver)(grpc_c_function callback, const ProtobufCMessage *message,
                               void *user_data);

/* ---- streams in handlers ---- */

/** What the typed stream handle of a handler is underneath. Valid until the handler returns. */
typedef struct grpc_c_server_stream grpc_c_server_stream;

/**
 * The client's next message, valid until the next read; NULL after the last one, or when the call
 * is over: cancelled, out of time, malformed. Waits for it. One thread at a time.
 */
GRPC_C_API const ProtobufCMessage *grpc_c_server_stream_read(grpc_c_server_stream *stream);

/**
 * Sends one message, packed before this returns; it may wait until the one before it has left.
 * False once the call is over, or when the message cannot be packed, which the handler's status
 * then says in place of OK. One thread at a time.
 */
GRPC_C_API bool grpc_c_server_stream_write(grpc_c_server_stream *stream,
                                           const ProtobufCMessage *message);

/**
 * The same for async servicers; see <grpc-c/completion_queue.h>. From any thread, one read and one
 * write at a time. Read's callback gets the message, valid until the next read, or NULL. Write's
 * callback may be NULL. False, with nothing started: when one of the kind is under way, after
 * finish, for a NULL stream or callback, for a message that is NULL or of another type, and in a
 * blocking handler.
 */
GRPC_C_API bool grpc_c_server_stream_read__async(grpc_c_server_stream *stream,
                                                 grpc_c_deliver deliver, grpc_c_function callback,
                                                 void *user_data);
GRPC_C_API bool grpc_c_server_stream_write__async(grpc_c_server_stream *stream,
                                                  const ProtobufCMessage *message,
                                                  grpc_c_done_callback callback, void *user_data);

/* ---- stubs ---- */

/** A service on the other end of a channel: what a generated stub holds. A value, never freed. */
typedef struct grpc_c_stub {
    grpc_c_channel *channel;
    /** The service's methods as the channel knows them; owned by the channel. */
    const struct grpc_c_bound_service *service;
} grpc_c_stub;

/**
 * Makes the service's methods known to the channel, once, and returns the stub over them. Where
 * that fails (NULL channel, memory short), the stub's calls say so. Borrows `service`.
 */
GRPC_C_API grpc_c_stub grpc_c_stub_new(grpc_c_channel *channel, const grpc_c_service *service);

/**
 * Makes one unary call to the service's method number `method` and waits for its end. Borrows
 * `request` until it returns. Returns the reply, owned by the context until its next call; NULL
 * on failure, with the status in the context.
 */
GRPC_C_API const ProtobufCMessage *grpc_c_stub_unary_call(const grpc_c_stub *stub, size_t method,
                                                          const ProtobufCMessage *request,
                                                          grpc_c_client_context *context);

/**
 * Makes one unary call and returns at once. The callback gets the reply, owned by the context until
 * its next call, or NULL, with the status in the context. False when the call could not be started:
 * the status tells why, unless the context is NULL or has a call under way.
 */
GRPC_C_API bool grpc_c_stub_unary_call__async(const grpc_c_stub *stub, size_t method,
                                              const ProtobufCMessage *request,
                                              grpc_c_client_context *context,
                                              grpc_c_deliver deliver, grpc_c_function callback,
                                              void *user_data);

/* ---- streams of clients ---- */

/**
 * What the typed stream handle of a client is underneath: the context's call. Valid until finish.
 * Writes and reads may come from two threads, one each; begin and finish from one.
 */
typedef struct grpc_c_client_stream grpc_c_client_stream;

/**
 * Begins a call of a method that streams. `request` is for server streaming, borrowed until this
 * returns; else NULL. NULL only where the context is NULL: what prevents the call shows in its
 * read, write and finish, which take NULL, too.
 */
GRPC_C_API grpc_c_client_stream *grpc_c_stub_stream_call(const grpc_c_stub *stub, size_t method,
                                                         const ProtobufCMessage *request,
                                                         grpc_c_client_context *context);

/**
 * Sends one message, packed before this returns; it may wait until the one before it has left.
 * False once the call is over (finish tells why), after writes_done, or for a message that is NULL
 * or of another type.
 */
GRPC_C_API bool grpc_c_client_stream_write(grpc_c_client_stream *stream,
                                           const ProtobufCMessage *message);

/** Tells the server that no more messages come. False when the call is over, or was told before. */
GRPC_C_API bool grpc_c_client_stream_writes_done(grpc_c_client_stream *stream);

/** The server's next message, valid until the next read or call; NULL at the end or on failure:
 * finish tells which. Waits for it. */
GRPC_C_API const ProtobufCMessage *grpc_c_client_stream_read(grpc_c_client_stream *stream);

/**
 * Ends the call and returns how it went; message and text are in the context. Says writes_done if
 * need be, and waits for the server's status. A server that still sends is cancelled: the call
 * ends with CANCELLED when messages are left unread.
 */
GRPC_C_API grpc_c_status_code grpc_c_client_stream_finish(grpc_c_client_stream *stream);

/** Finish for client streaming: returns the reply, owned by the context until its next call; NULL
 * on failure, with the status in the context. */
GRPC_C_API const ProtobufCMessage *grpc_c_client_stream_finish_with_reply(
    grpc_c_client_stream *stream);

/**
 * Begins a call whose operations are the async ones below. NULL when it could not be started: the
 * status tells why, unless the context is NULL or has a call under way.
 */
GRPC_C_API grpc_c_client_stream *grpc_c_stub_stream_call__async(const grpc_c_stub *stub,
                                                                size_t method,
                                                                const ProtobufCMessage *request,
                                                                grpc_c_client_context *context);

/**
 * The stream's operations; see <grpc-c/completion_queue.h>. From any thread, one read and one write
 * (or writes_done) at a time. The callbacks of write and writes_done may be NULL.
 *
 * Finish may be called while others are under way, and is the last one: its callback comes after
 * all of theirs, and only with it the call is over.
 *
 * False, with nothing started: when one of the kind is under way, after finish, for a NULL stream
 * or callback, for a message that is NULL or of another type, after writes_done, and on a stream
 * that was not begun by grpc_c_stub_stream_call__async.
 */
GRPC_C_API bool grpc_c_client_stream_read__async(grpc_c_client_stream *stream,
                                                 grpc_c_deliver deliver, grpc_c_function callback,
                                                 void *user_data);
GRPC_C_API bool grpc_c_client_stream_write__async(grpc_c_client_stream *stream,
                                                  const ProtobufCMessage *message,
                                                  grpc_c_done_callback callback, void *user_data);
GRPC_C_API bool grpc_c_client_stream_writes_done__async(grpc_c_client_stream *stream,
                                                        grpc_c_done_callback callback,
                                                        void *user_data);
GRPC_C_API bool grpc_c_client_stream_finish__async(grpc_c_client_stream *stream,
                                                   grpc_c_status_callback callback,
                                                   void *user_data);
GRPC_C_API bool grpc_c_client_stream_finish_with_reply__async(grpc_c_client_stream *stream,
                                                              grpc_c_deliver deliver,
                                                              grpc_c_function callback,
                                                              void *user_data);

GRPC_C_END_DECLS

#endif
