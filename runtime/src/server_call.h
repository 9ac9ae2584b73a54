/*
 * A call on the server. To its handler it is the grpc_c_server_context; here it is what goes
 * through the steps request → receive → serve → finish, each of which ends with an event on its
 * lane.
 *
 * A call belongs to one lane for good: only the thread that polls the lane touches it, but while it
 * is served, which any worker may do.
 */
#ifndef GRPC_C_SERVER_CALL_H
#define GRPC_C_SERVER_CALL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <grpc/grpc.h>

#include <grpc-c/generated.h>
#include <grpc-c/server_context.h>

#include "arena.h"
#include "buffer.h"
#include "metadata.h"
#include "methods.h"
#include "queue.h"
#include "wait.h"

typedef struct grpc_c_lane grpc_c_lane;
typedef struct grpc_c_role grpc_c_role;

typedef struct grpc_c_server_context grpc_c_server_call;

/** The watch over the client's interest: started when somebody asks, for it costs an operation. */
typedef struct grpc_c_server_watch {
    grpc_c_event event;
    grpc_c_server_call *call;
    bool started;
    /** Written by core: nonzero when the client is gone. */
    int cancelled;
    _Atomic bool seen_cancelled;
    /** One of the states in server_watch.c. */
    _Atomic int state;
    grpc_c_cancel_callback callback;
    void *user_data;
    /** The thread that calls it back; valid from then on. */
    pthread_t caller;
} grpc_c_server_watch;

/** A failure of one side of a stream; each has one writer. */
typedef struct grpc_c_stream_failure {
    /** Written last; OK when nothing failed. */
    _Atomic int code;
    /** A constant. */
    const char *message;
} grpc_c_stream_failure;

/** What an async servicer has under way on its call: a read, a write; and its end. */
typedef struct grpc_c_server_async {
    grpc_c_event read_done;
    _Atomic bool reading;
    grpc_c_deliver deliver;
    grpc_c_function read_callback;
    void *read_user_data;

    grpc_c_event write_done;
    /** One of the states in server_async.c. */
    _Atomic int writing;
    grpc_c_done_callback write_callback;
    void *write_user_data;

    /** The user has ended the call. */
    _Atomic bool finished;
    /** The reply that the user fills in; NULL where the server streams. */
    ProtobufCMessage *reply;
} grpc_c_server_async;

struct grpc_c_server_context {
    /** The step in flight. First, so that the event is the call. */
    grpc_c_event event;
    grpc_c_lane *lane;
    /** The next in the lane's pool, or in the backlog. */
    grpc_c_server_call *next;
    /** In the backlog: what points to it. NULL elsewhere. */
    grpc_c_server_call **link;
    /** The worker that serves the call, as a poller; NULL when nobody does, and of async calls. */
    grpc_c_role *role;

    /* What core fills in when a call arrives. */
    grpc_call *core;
    grpc_call_details details;
    grpc_metadata_array metadata;
    /** The same for the handler, once it has asked. */
    grpc_c_metadata received;
    /** What the auth check says of who calls. */
    void *principal;

    /** The core server that was asked for an arrival. */
    grpc_server *asked;
    const grpc_c_server_method *method;
    /** The request, or the message of a stream that was last read. */
    grpc_c_buffer *request;
    /** What came behind the one request, where that is looked at. */
    grpc_c_buffer *extra_request;
    /** Of the message received last. */
    bool message_was_compressed;
    /** The reply that goes with the status. */
    grpc_c_buffer *reply;
    /** What goes out before the first message, and with the status. */
    grpc_c_metadata_list headers;
    grpc_c_metadata_list trailers;
    bool has_details;
    bool send_uncompressed;

    /** It is among the lane's active calls. */
    bool counted;
    /** Events that are still to come before the call is over: its end's, and its watch's. */
    _Atomic int pending;
    grpc_c_server_watch watch;

    /** Reads and writes of a stream, one of each at a time, in a blocking handler. */
    grpc_c_wait read;
    grpc_c_wait write;
    /** The same in an async one. */
    grpc_c_server_async async;
    /** The message on its way out. */
    grpc_c_buffer *write_buffer;
    /** Asked by any thread whose write may be refused. */
    _Atomic bool headers_sent;
    bool reads_ended;
    bool writes_failed;
    /** What failed in a stream: the call's status if the handler has nothing worse to say. */
    grpc_c_stream_failure read_failure;
    grpc_c_stream_failure write_failure;

    /** Request, reply and what the handler allocates. */
    grpc_c_arena arena;
    /** What a stream's read returned, until the next. */
    grpc_c_arena message_arena;
    /** The status, and its message: NULL for none, else in the arena or constant. */
    grpc_c_status_code code;
    const char *message;
};

/** Starts to watch whether the client still wants the call, if that has not been done. The
 * handler's. */
void grpc_c_server_call_watch(grpc_c_server_call *call);

/** Makes sure that there is a call to wait for an arrival with. False when there is no memory. */
bool grpc_c_server_call_prepare(grpc_c_lane *lane);

/** Has core put the first arrival into the call that was prepared. From then on the lane is its
 * poller's: on a queue of the user's there may be one already. */
void grpc_c_server_call_request_first(grpc_c_lane *lane);

/** A call that is not in the pool; NULL when there is no memory. */
grpc_c_server_call *grpc_c_server_call_new(grpc_c_lane *lane);
void grpc_c_server_call_free(grpc_c_server_call *call);

/** Has `core`, which takes the place of the lane's core server, put its first arrival into a new
 * call. From then on the lane asks that one. The lane's ends_to_come count it. By any thread. */
void grpc_c_server_call_ask_first(grpc_c_server_call *call, grpc_server *core);

/** Has core put the next arrivals into calls from the lane's pool, or new ones, as many as the lane
 * keeps waiting and memory allows. By the poller. */
void grpc_c_server_call_request(grpc_c_lane *lane);

/** Runs the handler, on any thread. `role` is the worker's, and may change meanwhile. */
void grpc_c_server_call_serve(grpc_c_server_call *call, grpc_c_role *role);

/** Sends what the handler answered. The call is not to be touched afterwards: it may be gone. */
void grpc_c_server_call_answer(grpc_c_server_call *call);

/**
 * Makes ready what the handler gets: `ret_in`, the one request or the stream of them, and
 * `ret_out`, the one reply or the stream of them. False, with a status, when there is nothing to
 * run it for.
 */
bool grpc_c_server_call_open(grpc_c_server_call *call, void **ret_in, void **ret_out);

/** Takes the handler's verdict: the call's status, and with OK its packed `reply` (NULL where the
 * server streams). */
void grpc_c_server_call_settle(grpc_c_server_call *call, grpc_c_status_code code,
                               const ProtobufCMessage *reply);

/** Unpacks what a stream's read received, whose operation was `ok` or not. NULL at the end, when
 * the client is gone, and when it cannot be unpacked. */
const ProtobufCMessage *grpc_c_server_call_take_message(grpc_c_server_call *call, bool ok);

/** Gives back the message that was read last. */
void grpc_c_server_call_forget_message(grpc_c_server_call *call);

/** Packs a stream's next message into call->write_buffer. False when that cannot be done, which
 * ends the writes. */
bool grpc_c_server_call_pack_message(grpc_c_server_call *call, const ProtobufCMessage *message);

/** Sends the headers, if they have not been, and call->write_buffer, if there is one. */
void grpc_c_server_call_send(grpc_c_server_call *call, grpc_c_event *done);

/** Asks the server's auth check, which there is. False, with the status to end the call with, when
 * it refuses. Where the handler is to run. */
bool grpc_c_server_call_check(grpc_c_server_call *call);

/** No write of an async servicer begins, or it may again. */
void grpc_c_server_call_close_writes(grpc_c_server_call *call, bool closed);

/** Runs the handler of an async servicer, in place. Not to be touched afterwards. */
void grpc_c_server_call_start_async(grpc_c_server_call *call);

/** Ends the call with call->code and call->message. Not to be touched afterwards. */
void grpc_c_server_call_finish(grpc_c_server_call *call);

/** One of the events that the call had pending has come; the last one gives it back to the pool.
 * By the poller, or the callback thread. */
void grpc_c_server_call_event_came(grpc_c_server_call *call);

/** No cancel callback is called any more; one may be running on another thread. */
void grpc_c_server_call_forget_callback(grpc_c_server_call *call);

/** The same, and waits for one that runs. */
void grpc_c_server_call_unwatch(grpc_c_server_call *call);

/** Frees all calls of the lane's pool. */
void grpc_c_server_call_free_pool(grpc_c_lane *lane);

#endif
