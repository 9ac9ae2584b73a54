/* A server's life: made, set up, started. server_stop.c has its end. */
#include "server.h"

#include <stdlib.h>
#include <string.h>

#include <grpc-c/generated.h>

#include "clock.h"
#include "completion_queue.h"
#include "core.h"
#include "core_args.h"
#include "credentials.h"
#include "error.h"
#include "options.h"

/* ---- made ---- */

static void add_connection_limits(grpc_c_core_args *args, const grpc_c_server_options *options)
{
    grpc_c_core_args_set(args, GRPC_ARG_MAX_CONCURRENT_STREAMS,
                         (int)options->max_concurrent_streams);
    grpc_c_core_args_set(args, GRPC_ARG_MAX_METADATA_SIZE, (int)options->max_metadata_bytes);
    grpc_c_core_args_limit(args, GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                           options->handshake_timeout_ms);
    grpc_c_core_args_limit(args, GRPC_ARG_MAX_CONNECTION_IDLE_MS, options->max_connection_idle_ms);
    grpc_c_core_args_limit(args, GRPC_ARG_MAX_CONNECTION_AGE_MS, options->max_connection_age_ms);
    grpc_c_core_args_limit(args, GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                           options->max_connection_age_grace_ms);
    /* Of both, 0 means to core that pings are not counted. */
    grpc_c_core_args_set(args, GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                         options->min_ping_interval_ms < 0 ? 0 : options->min_ping_interval_ms);
    grpc_c_core_args_set(args, GRPC_ARG_HTTP2_MAX_PING_STRIKES,
                         options->max_ping_strikes < 0 ? 0 : options->max_ping_strikes);
    grpc_c_core_args_number(args, GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS,
                            options->permit_pings_without_calls);
}

grpc_server *grpc_c_server_create_core(const grpc_c_server_options *options)
{
    grpc_c_core_args args;
    if (!grpc_c_core_args_init(&args, options->core_arguments, options->core_argument_count))
        return NULL;
    grpc_c_core_args_number(&args, GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
                            (int)options->max_receive_message_bytes);
    grpc_c_core_args_number(&args, GRPC_ARG_MAX_SEND_MESSAGE_LENGTH,
                            (int)options->max_send_message_bytes);
    grpc_c_core_args_number(&args, GRPC_ARG_KEEPALIVE_TIME_MS, options->keepalive_time_ms);
    grpc_c_core_args_number(&args, GRPC_ARG_KEEPALIVE_TIMEOUT_MS, options->keepalive_timeout_ms);
    grpc_c_core_args_set(&args, GRPC_ARG_ALLOW_REUSEPORT, options->reuse_port);
    add_connection_limits(&args, options);
    grpc_c_core_args_quota(&args, options->max_transport_memory_bytes);
    grpc_server *server = grpc_server_create(&args.all, NULL);
    grpc_c_core_args_free(&args);
    return server;
}

static bool init_locks(grpc_c_server *server)
{
    if (!grpc_c_cond_and_mutex_init(&server->changed, &server->mutex))
        return false;
    if (grpc_c_callbacks_init(&server->callbacks, server))
        return true;
    pthread_mutex_destroy(&server->mutex);
    pthread_cond_destroy(&server->changed);
    return false;
}

/* On the user's queue, or on queues of our own. */
static bool init_lanes(grpc_c_server *server)
{
    const grpc_c_server_options *options = &server->options;
    grpc_c_completion_queue *queue = options->completion_queue;
    if (queue == NULL)
        return grpc_c_workers_init(&server->workers, server, options->lanes, options->max_workers,
                                   NULL);
    if (!grpc_c_completion_queue_enter(queue)) {
        grpc_c_log_error("completion_queue: it has been shut down");
        return false;
    }
    if (grpc_c_workers_init(&server->workers, server, 1, 1, grpc_c_completion_queue_core(queue))) {
        server->queue = queue;
        return true;
    }
    grpc_c_completion_queue_leave(queue);
    return false;
}

grpc_c_server *grpc_c_server_new(const grpc_c_server_options *options)
{
    grpc_c_server_options read;
    if (!grpc_c_server_options_read(options, &read))
        return NULL;
    grpc_c_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return NULL;
    server->options = read;
    server->options.core_arguments =
        grpc_c_core_arguments_copy(read.core_arguments, read.core_argument_count);
    if (server->options.core_arguments == NULL || !init_locks(server)) {
        free((void *)server->options.core_arguments);
        free(server);
        return NULL;
    }
    grpc_c_core_acquire();
    server->core = grpc_c_server_create_core(&server->options);
    if (server->core == NULL || !init_lanes(server)) {
        grpc_c_server_destroy(server);
        return NULL;
    }
    for (unsigned i = 0; i < server->workers.lane_count; i++)
        grpc_server_register_completion_queue(server->core, server->workers.lanes[i].queue, NULL);
    return server;
}

void grpc_c_server_destroy(grpc_c_server *server)
{
    if (server->core != NULL)
        grpc_server_destroy(server->core);
    if (server->workers.lanes != NULL)
        grpc_c_workers_free(&server->workers);
    grpc_c_method_table_free(&server->methods);
    grpc_c_listeners_free(server);
    grpc_c_core_release();
    grpc_c_callbacks_free(&server->callbacks);
    pthread_mutex_destroy(&server->mutex);
    pthread_cond_destroy(&server->changed);
    free((void *)server->options.core_arguments);
    free(server);
}

/* ---- set up ---- */

/* Takes the lock and keeps it when the server may still be set up. */
static bool lock_new(grpc_c_server *server, grpc_c_error *error)
{
    if (server == NULL) {
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "the server is NULL");
        return false;
    }
    pthread_mutex_lock(&server->mutex);
    if (server->state == GRPC_C_SERVER_NEW)
        return true;
    pthread_mutex_unlock(&server->mutex);
    grpc_c_error_set(error, GRPC_C_STATUS_FAILED_PRECONDITION,
                     "the server was started or stopped before");
    return false;
}

/* What core would understand otherwise than its user: it takes port 99999 for 34463, and an address
 * without a port for one with port 443. */
static bool is_address_with_port(const char *address)
{
    if (strncmp(address, "unix", 4) == 0) {
        const char *path = strchr(address, ':');
        return path != NULL && path[1] != '\0';
    }
    const char *bracket = strrchr(address, ']');
    const char *colon = strchr(bracket != NULL ? bracket : address, ':');
    if (colon == NULL || (bracket != NULL && colon != bracket + 1))
        return false;
    size_t digits = strspn(colon + 1, "0123456789");
    return digits > 0 && colon[1 + digits] == '\0' && strtoul(colon + 1, NULL, 10) <= 65535;
}

/* Servers of core know of schemes only unix and unix-abstract. "dns:50051" is no scheme but a host.
 */
static const char *without_scheme(const char *address)
{
    static const char *const schemes[] = {"dns:", "ipv4:", "ipv6:"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        const char *rest = address + strlen(schemes[i]);
        if (strncmp(address, schemes[i], strlen(schemes[i])) == 0 && strchr(rest, ':') != NULL)
            return rest + strspn(rest, "/");
    }
    return address;
}

int grpc_c_server_add_insecure_port(grpc_c_server *server, const char *address, grpc_c_error *error)
{
    grpc_c_server_credentials *credentials = grpc_c_insecure_server_credentials_new();
    if (credentials == NULL) {
        grpc_c_error_set(error, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "no memory");
        return 0;
    }
    int port = grpc_c_server_add_port(server, address, credentials, error);
    grpc_c_server_credentials_free(credentials);
    return port;
}

int grpc_c_server_add_port(grpc_c_server *server, const char *address,
                           const grpc_c_server_credentials *credentials, grpc_c_error *error)
{
    if (credentials == NULL) {
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "the credentials are NULL");
        return 0;
    }
    const char *plain = address != NULL ? without_scheme(address) : NULL;
    if (plain == NULL || !is_address_with_port(plain)) {
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "cannot listen on %s: %s",
                         address != NULL ? address : "NULL", "not an address with a port");
        return 0;
    }
    if (!lock_new(server, error))
        return 0;
    grpc_c_core_capture_begin();
    int port = grpc_server_add_http2_port(server->core, plain, credentials->core);
    const char *reason = grpc_c_core_capture_end();
    server->takes_unverified |= credentials->takes_unverified;
    if (port != 0)
        grpc_c_listeners_add(server, plain, port, credentials);
    pthread_mutex_unlock(&server->mutex);
    if (port == 0)
        grpc_c_error_set(error, GRPC_C_STATUS_UNAVAILABLE, "cannot listen on %s: %s", address,
                         reason[0] != '\0' ? reason : "no reason given");
    return port;
}

static grpc_c_server_method method_of(const grpc_c_server *server, const grpc_c_method *method,
                                      const void *servicer, void *self)
{
    return (grpc_c_server_method){
        .path = method->path,
        .path_size = strlen(method->path),
        .kind = method->kind,
        .request = grpc_c_message_type_within(method->request, server->options.max_nesting_depth),
        .reply = method->reply,
        .servicer = servicer,
        .self = self,
    };
}

static bool serves_any(const grpc_c_server *server, const grpc_c_service *service)
{
    for (size_t i = 0; i < service->method_count; i++) {
        const char *path = service->methods[i].path;
        if (grpc_c_method_table_find(&server->methods, path, strlen(path)) != NULL)
            return true;
    }
    return false;
}

/* One of the two tables of handlers is NULL; both are for a service without methods. */
static bool add_service(grpc_c_server *server, const grpc_c_service *service,
                        const grpc_c_handler *handlers, const grpc_c_async_handler *async_handlers,
                        const void *servicer, void *self)
{
    if (!lock_new(server, NULL))
        return false;
    bool added = !serves_any(server, service) &&
                 grpc_c_method_table_reserve(&server->methods, service->method_count);
    for (size_t i = 0; added && i < service->method_count; i++) {
        grpc_c_server_method method = method_of(server, &service->methods[i], servicer, self);
        if (handlers != NULL)
            method.handler = handlers[i];
        else
            method.async_handler = async_handlers[i];
        server->has_blocking |= method.handler != NULL;
        grpc_c_method_table_add(&server->methods, &method);
    }
    pthread_mutex_unlock(&server->mutex);
    return added;
}

bool grpc_c_server_add_service(grpc_c_server *server, const grpc_c_service *service,
                               const grpc_c_handler *handlers, const void *servicer, void *self)
{
    if (server == NULL || service == NULL || servicer == NULL ||
        (handlers == NULL && service->method_count > 0))
        return false;
    if (server->queue != NULL) {
        grpc_c_log_error("a server on a completion queue has no threads for blocking servicers");
        return false;
    }
    return add_service(server, service, handlers, NULL, servicer, self);
}

bool grpc_c_server_add_async_service(grpc_c_server *server, const grpc_c_service *service,
                                     const grpc_c_async_handler *handlers, const void *servicer,
                                     void *self)
{
    if (server == NULL || service == NULL || servicer == NULL ||
        (handlers == NULL && service->method_count > 0))
        return false;
    return add_service(server, service, NULL, handlers, servicer, self);
}

/* ---- started ---- */

static bool start_threads(grpc_c_server *server)
{
    if (!grpc_c_workers_start(&server->workers, server->has_blocking))
        return false;
    if (!server->has_blocking || grpc_c_callbacks_start(&server->callbacks))
        return true;
    grpc_c_workers_close(&server->workers);
    return false;
}

bool grpc_c_server_start(grpc_c_server *server, grpc_c_error *error)
{
    if (!lock_new(server, error))
        return false;
    const char *reason = NULL;
    for (unsigned i = 0; i < server->workers.lane_count; i++)
        if (!grpc_c_server_call_prepare(&server->workers.lanes[i]))
            reason = "there is no memory for calls";
    if (reason == NULL && !start_threads(server))
        reason = "the server's threads cannot be created";
    if (reason == NULL) {
        grpc_server_start(server->core);
        for (unsigned i = 0; i < server->workers.lane_count; i++)
            grpc_c_server_call_request_first(&server->workers.lanes[i]);
        grpc_c_workers_open(&server->workers);
        server->state = GRPC_C_SERVER_STARTED;
        server->was_started = true;
    }
    pthread_mutex_unlock(&server->mutex);
    if (reason == NULL)
        grpc_c_listeners_open(server);
    else
        grpc_c_error_set(error, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "%s", reason);
    return reason == NULL;
}
