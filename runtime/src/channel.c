/* Channels: their making, and the binding of services to them. */
#include "channel.h"

#include <stdlib.h>
#include <string.h>

#include <grpc/grpc_security.h>

#include "core.h"
#include "options.h"

static grpc_channel *create_core_channel(const char *target, const grpc_c_channel_options *options)
{
    grpc_arg args[2];
    grpc_channel_args all = {.num_args = 0, .args = args};
    args[all.num_args++] = (grpc_arg){
        .type = GRPC_ARG_INTEGER,
        .key = GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
        .value.integer = (int)options->max_receive_message_bytes,
    };
    if (options->user_agent_prefix != NULL)
        args[all.num_args++] = (grpc_arg){
            .type = GRPC_ARG_STRING,
            .key = GRPC_ARG_PRIMARY_USER_AGENT_STRING,
            .value.string = (char *)options->user_agent_prefix,
        };
    grpc_channel_credentials *credentials = grpc_insecure_credentials_create();
    grpc_channel *channel = grpc_channel_create(target, credentials, &all);
    grpc_channel_credentials_release(credentials);
    return channel;
}

grpc_c_channel *grpc_c_insecure_channel_new(const char *target,
                                            const grpc_c_channel_options *options)
{
    grpc_c_channel_options read;
    if (target == NULL || !grpc_c_channel_options_read(options, &read))
        return NULL;
    grpc_c_channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL)
        return NULL;
    if (pthread_mutex_init(&channel->mutex, NULL) != 0) {
        free(channel);
        return NULL;
    }
    grpc_c_core_acquire();
    channel->core = create_core_channel(target, &read);
    channel->options = read;
    channel->options.user_agent_prefix = NULL; /* was borrowed */
    return channel;
}

void grpc_c_channel_free(grpc_c_channel *channel)
{
    if (channel == NULL)
        return;
    while (channel->services != NULL) {
        grpc_c_bound_service *service = channel->services;
        channel->services = service->next;
        free(service);
    }
    pthread_mutex_destroy(&channel->mutex);
    grpc_channel_destroy(channel->core);
    grpc_c_core_release();
    free(channel);
}

static grpc_c_bound_service *bind_service(grpc_channel *core, const grpc_c_service *service)
{
    grpc_c_bound_service *bound =
        malloc(sizeof *bound + service->method_count * sizeof bound->methods[0]);
    if (bound == NULL)
        return NULL;
    bound->service = service;
    for (size_t i = 0; i < service->method_count; i++) {
        const grpc_c_method *method = &service->methods[i];
        bound->methods[i] = (grpc_c_bound_method){
            .handle = grpc_channel_register_call(core, method->path, NULL, NULL),
            .request = method->request,
            .reply = grpc_c_message_type_of(method->reply),
        };
    }
    return bound;
}

grpc_c_stub grpc_c_stub_new(grpc_c_channel *channel, const grpc_c_service *service)
{
    grpc_c_stub stub = {channel, NULL};
    if (channel == NULL || service == NULL)
        return stub;
    pthread_mutex_lock(&channel->mutex);
    grpc_c_bound_service *bound = channel->services;
    while (bound != NULL && bound->service != service)
        bound = bound->next;
    if (bound == NULL) {
        bound = bind_service(channel->core, service);
        if (bound != NULL) {
            bound->next = channel->services;
            channel->services = bound;
        }
    }
    pthread_mutex_unlock(&channel->mutex);
    stub.service = bound;
    return stub;
}
