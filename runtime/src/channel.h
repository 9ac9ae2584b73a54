/*
 * A channel from the inside: core's channel, and the services that stubs have bound to it.
 */
#ifndef GRPC_C_CHANNEL_INTERNAL_H
#define GRPC_C_CHANNEL_INTERNAL_H

#include <pthread.h>

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
    grpc_c_bound_method methods[];
} grpc_c_bound_service;

struct grpc_c_channel {
    grpc_channel *core;
    /** Of the options, with the defaults filled in, what core does not keep. */
    const grpc_c_codec *codec;
    size_t max_receive_message_bytes;
    size_t max_call_memory_bytes;
    /** Guards the list. */
    pthread_mutex_t mutex;
    grpc_c_bound_service *services;
};

#endif
