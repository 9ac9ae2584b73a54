/* Channels: their making, and the binding of services to them. */
#include "channel.h"

#include <stdlib.h>
#include <string.h>

#include "call_credentials.h"
#include "core.h"
#include "core_args.h"
#include "credentials.h"
#include "options.h"
#include "own_queue.h"

/* For what core refuses, a service config above all, it makes a channel whose calls all fail, and
 * gives the reason to its log alone: "channel stack builder failed: CODE: reason". Ends the
 * capture, and makes a channel whose calls fail with that code and reason. */
static grpc_channel *tell_reason(grpc_channel *channel, const char *target, bool *ret_lame)
{
    static const char prefix[] = "channel stack builder failed: ";
    const char *logged = grpc_c_core_capture_end();
    if (logged[0] != '\0')
        grpc_c_log_error("%s", logged);
    *ret_lame = strncmp(logged, prefix, sizeof prefix - 1) == 0;
    if (!*ret_lame)
        return channel;
    const char *reason = logged + sizeof prefix - 1;
    for (int code = GRPC_C_STATUS_CANCELLED; code <= GRPC_C_STATUS_UNAUTHENTICATED; code++) {
        const char *name = grpc_c_status_code_name((grpc_c_status_code)code);
        size_t length = strlen(name);
        if (strncmp(reason, name, length) != 0 || strncmp(reason + length, ": ", 2) != 0)
            continue;
        if (code == GRPC_C_STATUS_UNKNOWN) /* no code was given: core takes INTERNAL then */
            code = GRPC_C_STATUS_INTERNAL;
        grpc_channel_destroy(channel);
        return grpc_lame_client_channel_create(target, (grpc_status_code)code, reason + length + 2);
    }
    return channel;
}

/* NULL when memory is short. */
static grpc_channel *create_core_channel(const char *target,
                                         const grpc_c_channel_credentials *credentials,
                                         const grpc_c_channel_options *options, bool *ret_lame)
{
    static const grpc_compression_algorithm algorithms[] = {GRPC_COMPRESS_NONE,
                                                            GRPC_COMPRESS_DEFLATE,
                                                            GRPC_COMPRESS_GZIP};
    grpc_c_core_args args;
    if (!grpc_c_core_args_init(&args, options->core_arguments, options->core_argument_count))
        return NULL;
    grpc_c_core_args_number(&args, GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
                            (int)options->max_receive_message_bytes);
    grpc_c_core_args_number(&args, GRPC_ARG_MAX_SEND_MESSAGE_LENGTH,
                            (int)options->max_send_message_bytes);
    grpc_c_core_args_set(&args, GRPC_ARG_MAX_METADATA_SIZE, (int)options->max_metadata_bytes);
    grpc_c_core_args_number(&args, GRPC_COMPRESSION_CHANNEL_DEFAULT_ALGORITHM,
                            (int)algorithms[options->compression]);
    grpc_c_core_args_number(&args, GRPC_ARG_KEEPALIVE_TIME_MS, options->keepalive_time_ms);
    grpc_c_core_args_number(&args, GRPC_ARG_KEEPALIVE_TIMEOUT_MS, options->keepalive_timeout_ms);
    grpc_c_core_args_number(&args, GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS,
                            options->keepalive_without_calls);
    if (options->disable_retries)
        grpc_c_core_args_set(&args, GRPC_ARG_ENABLE_RETRIES, 0);
    grpc_c_core_args_string(&args, GRPC_ARG_PRIMARY_USER_AGENT_STRING, options->user_agent_prefix);
    grpc_c_core_args_string(&args, GRPC_ARG_LB_POLICY_NAME, options->load_balancing_policy);
    grpc_c_core_args_string(&args, GRPC_ARG_SERVICE_CONFIG, options->service_config_json);
    grpc_c_core_args_string(&args, GRPC_SSL_TARGET_NAME_OVERRIDE_ARG,
                            credentials->host_name_override);
    grpc_c_core_capture_begin();
    grpc_channel *channel =
        tell_reason(grpc_channel_create(target, credentials->core, &args.all), target, ret_lame);
    grpc_c_core_args_free(&args);
    return channel;
}

/* Core would refuse the first as well, once there is a connection, but not the second, whatever its
 * headers say of local TCP: whoever took the port before the server did would be sent tokens. */
static const char *refuses_call_credentials(const grpc_c_channel_credentials *credentials)
{
    if (credentials->is_insecure)
        return "call credentials are not sent over an insecure channel";
    if (credentials->is_local_tcp)
        return "call credentials are not sent over local TCP, where any user may listen";
    return NULL;
}

grpc_c_channel *grpc_c_insecure_channel_new(const char *target,
                                            const grpc_c_channel_options *options)
{
    grpc_c_channel_credentials *credentials = grpc_c_insecure_channel_credentials_new();
    grpc_c_channel *channel =
        credentials != NULL ? grpc_c_channel_new(target, credentials, options) : NULL;
    grpc_c_channel_credentials_free(credentials);
    return channel;
}

grpc_c_channel *grpc_c_channel_new(const char *target,
                                   const grpc_c_channel_credentials *credentials,
                                   const grpc_c_channel_options *options)
{
    if (credentials == NULL)
        grpc_c_log_error("a channel without credentials: make insecure ones, where that is meant");
    grpc_c_channel_options read;
    if (target == NULL || credentials == NULL || !grpc_c_channel_options_read(options, &read))
        return NULL;
    grpc_c_channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL)
        return NULL;
    if (pthread_mutex_init(&channel->mutex, NULL) != 0) {
        free(channel);
        return NULL;
    }
    grpc_c_core_acquire();
    channel->core = create_core_channel(target, credentials, &read, &channel->lame);
    if (channel->core == NULL) {
        grpc_c_core_release();
        pthread_mutex_destroy(&channel->mutex);
        free(channel);
        return NULL;
    }
    channel->refuses_call_credentials = refuses_call_credentials(credentials);
    channel->codec = read.codec;
    channel->max_receive_message_bytes = read.max_receive_message_bytes;
    channel->max_call_memory_bytes = read.max_call_memory_bytes;
    channel->max_nesting_depth = read.max_nesting_depth;
    channel->queue = read.completion_queue;
    channel->call_credentials = grpc_c_call_credentials_ref(read.call_credentials);
    atomic_init(&channel->references, 1);
    return channel;
}

static void release(grpc_c_channel *channel)
{
    if (atomic_fetch_sub(&channel->references, 1) > 1)
        return;
    while (channel->services != NULL) {
        grpc_c_bound_service *service = channel->services;
        channel->services = service->next;
        free(service);
    }
    grpc_c_call_credentials_free(channel->call_credentials);
    pthread_mutex_destroy(&channel->mutex);
    if (channel->queue_is_own)
        grpc_c_own_queue_release();
    grpc_c_core_release();
    free(channel);
}

void grpc_c_channel_free(grpc_c_channel *channel)
{
    if (channel == NULL)
        return;
    pthread_mutex_lock(&channel->mutex);
    channel->freed = true;
    pthread_mutex_unlock(&channel->mutex);
    grpc_channel_destroy(channel->core); /* ends the watches of its state */
    release(channel);
}

/* ---- async operations ---- */

grpc_c_completion_queue *grpc_c_channel_enter_queue(grpc_c_channel *channel,
                                                    grpc_c_completion_queue *queue,
                                                    grpc_c_status_code *ret_code,
                                                    const char **ret_reason)
{
    if (queue == NULL) {
        pthread_mutex_lock(&channel->mutex);
        if (channel->queue == NULL) {
            channel->queue = grpc_c_own_queue_acquire();
            channel->queue_is_own = channel->queue != NULL;
        }
        queue = channel->queue;
        pthread_mutex_unlock(&channel->mutex);
    }
    if (queue == NULL) {
        *ret_code = GRPC_C_STATUS_RESOURCE_EXHAUSTED;
        *ret_reason = "no memory, or no thread, for the library's completion queue";
        return NULL;
    }
    if (!grpc_c_completion_queue_enter(queue)) {
        *ret_code = GRPC_C_STATUS_UNAVAILABLE;
        *ret_reason = "the completion queue is shut down";
        return NULL;
    }
    atomic_fetch_add(&channel->references, 1);
    return queue;
}

void grpc_c_channel_leave_queue(grpc_c_channel *channel, grpc_c_completion_queue *queue)
{
    grpc_c_completion_queue_leave(queue);
    release(channel);
}

/* ---- services ---- */

static grpc_c_bound_service *bind_service(const grpc_c_channel *channel,
                                          const grpc_c_service *service)
{
    grpc_c_bound_service *bound =
        malloc(sizeof *bound + service->method_count * sizeof bound->methods[0]);
    if (bound == NULL)
        return NULL;
    bound->service = service;
    bound->mock = NULL;
    for (size_t i = 0; i < service->method_count; i++) {
        const grpc_c_method *method = &service->methods[i];
        bound->methods[i] = (grpc_c_bound_method){
            .handle = grpc_channel_register_call(channel->core, method->path, NULL, NULL),
            .request = method->request,
            .reply = grpc_c_message_type_within(method->reply, channel->max_nesting_depth),
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
        bound = bind_service(channel, service);
        if (bound != NULL) {
            bound->next = channel->services;
            channel->services = bound;
        }
    }
    pthread_mutex_unlock(&channel->mutex);
    stub.service = bound;
    return stub;
}
