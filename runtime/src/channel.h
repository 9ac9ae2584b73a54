/*
 * A channel from the inside: core's channel, and the services that stubs have bound to it.
 */
#ifndef GRPC_C_CHANNEL_INTERNAL_H
#define GRPC_C_CHANNEL_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <grpc-c/channel.h>
#include <grpc-c/generated.h>

#include <grpc/grpc.h>

#include "codec.h"

/** A method as its channel knows it. */
typedef struct grpc_c_bound_method {
    /** Core's handle of the registered path. */
    void *handle;
    const ProtobufCMessageDescriptor *request;
    grpc_c_message_type reply;
} grpc_c_bound_method;

/** A service bound to a channel: immutable, and owned by the channel, which lists them. */
typedef struct grpc_c_bound_service {
    struct grpc_c_bound_service *next;
    const grpc_c_service *service;
    /** NULL, but for the service of a mock, which no channel has. */
    struct grpc_c_mock *mock;
    grpc_c_bound_method methods[];
} grpc_c_bound_service;

struct grpc_c_channel {
    grpc_channel *core;
    /** Core could not make it: all its calls fail, and its state never changes. */
    bool lame;
    /** Of the options, with the defaults filled in, what core does not keep. */
    const grpc_c_codec *codec;
    size_t max_receive_message_bytes;
    size_t max_call_memory_bytes;
    unsigned max_nesting_depth;
    /** A reference; NULL for none. */
    grpc_c_call_credentials *call_credentials;
    /** Why no call credentials travel on it, a constant; NULL where they may. */
    const char *refuses_call_credentials;
    /** The user's, until freed, and those of async operations under way: what they look at stays
     * when the user frees context and channel meanwhile. */
    atomic_uint references;
    /** Guards what follows. */
    pthread_mutex_t mutex;
    grpc_c_bound_service *services;
    /** For async calls: the user's, or a reference to the library's own, taken when the first call
     * needs it; NULL until then. */
    grpc_c_completion_queue *queue;
    bool queue_is_own;
    /** By the user; `core` is gone. */
    bool freed;
};

/**
 * Enters `queue` (NULL: the channel's) and returns it, for an async operation of the channel, which
 * acquires that, too. NULL, with a status and a constant reason, where that cannot be done.
 */
grpc_c_completion_queue *grpc_c_channel_enter_queue(grpc_c_channel *channel,
                                                    grpc_c_completion_queue *queue,
                                                    grpc_c_status_code *ret_code,
                                                    const char **ret_reason);

/** The counterpart, for `done` to call before the user's last callback. */
void grpc_c_channel_leave_queue(grpc_c_channel *channel, grpc_c_completion_queue *queue);

#endif
