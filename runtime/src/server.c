/* A server's life: made, set up, started, stopped, freed. */
#include "server.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <grpc-c/generated.h>

#include <grpc/grpc_security.h>

#include "core.h"
#include "error.h"
#include "options.h"

/* ---- made ---- */

static grpc_server *create_core_server(const grpc_c_server_options *options)
{
    grpc_arg args[] = {
        {.type = GRPC_ARG_INTEGER,
         .key = GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
         .value.integer = (int)options->max_receive_message_bytes},
        {.type = GRPC_ARG_INTEGER,
         .key = GRPC_ARG_ALLOW_REUSEPORT,
         .value.integer = options->reuse_port},
    };
    grpc_channel_args all = {.num_args = sizeof args / sizeof args[0], .args = args};
    return grpc_server_create(&all, NULL);
}

static bool init_locks(grpc_c_server *server)
{
    pthread_condattr_t monotonic;
    if (pthread_condattr_init(&monotonic) != 0)
        return false;
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    bool changed = pthread_cond_init(&server->changed, &monotonic) == 0;
    pthread_condattr_destroy(&monotonic);
    if (changed && pthread_mutex_init(&server->mutex, NULL) == 0)
        return true;
    if (changed)
        pthread_cond_destroy(&server->changed);
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
    if (!init_locks(server)) {
        free(server);
        return NULL;
    }
    grpc_c_core_acquire();
    if (!grpc_c_workers_init(&server->workers, server, read.lanes, read.max_workers)) {
        grpc_c_core_release();
        pthread_mutex_destroy(&server->mutex);
        pthread_cond_destroy(&server->changed);
        free(server);
        return NULL;
    }
    server->core = create_core_server(&read);
    for (unsigned i = 0; i < read.lanes; i++)
        grpc_server_register_completion_queue(server->core, server->workers.lanes[i].queue, NULL);
    return server;
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
    grpc_c_error_set(error, GRPC_C_STATUS_FAILED_PRECONDITION, "the server was started before");
    return false;
}

/* Core takes 127.0.0.1:99999 for port 34463. */
static bool port_is_in_range(const char *address)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || strncmp(address, "unix", 4) == 0)
        return true;
    size_t digits = strspn(colon + 1, "0123456789");
    return colon[1 + digits] != '\0' || strtoul(colon + 1, NULL, 10) <= 65535;
}

int grpc_c_server_add_insecure_port(grpc_c_server *server, const char *address, grpc_c_error *error)
{
    if (address == NULL || !port_is_in_range(address)) {
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "cannot listen on %s: %s",
                         address != NULL ? address : "NULL", "not an address with a port");
        return 0;
    }
    if (!lock_new(server, error))
        return 0;
    grpc_server_credentials *credentials = grpc_insecure_server_credentials_create();
    grpc_c_core_capture_begin();
    int port = grpc_server_add_http2_port(server->core, address, credentials);
    const char *reason = grpc_c_core_capture_end();
    grpc_server_credentials_release(credentials);
    pthread_mutex_unlock(&server->mutex);
    if (port == 0)
        grpc_c_error_set(error, GRPC_C_STATUS_UNAVAILABLE, "cannot listen on %s: %s", address,
                         reason[0] != '\0' ? reason : "no reason given");
    return port;
}

static grpc_c_server_method method_of(const grpc_c_method *method, grpc_c_handler handler,
                                      const void *servicer, void *self)
{
    return (grpc_c_server_method){
        .path = method->path,
        .path_size = strlen(method->path),
        .request = grpc_c_message_type_of(method->request),
        .reply = method->reply,
        .handler = handler,
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

bool grpc_c_server_add_service(grpc_c_server *server, const grpc_c_service *service,
                               const grpc_c_handler *handlers, const void *servicer, void *self)
{
    if (service == NULL || servicer == NULL || (handlers == NULL && service->method_count > 0) ||
        !lock_new(server, NULL))
        return false;
    bool added = !serves_any(server, service) &&
                 grpc_c_method_table_reserve(&server->methods, service->method_count);
    for (size_t i = 0; added && i < service->method_count; i++) {
        grpc_c_server_method method = method_of(&service->methods[i], handlers[i], servicer, self);
        grpc_c_method_table_add(&server->methods, &method);
    }
    pthread_mutex_unlock(&server->mutex);
    return added;
}

/* ---- started ---- */

bool grpc_c_server_start(grpc_c_server *server, grpc_c_error *error)
{
    if (!lock_new(server, error))
        return false;
    bool started = grpc_c_workers_start(&server->workers);
    if (started) {
        grpc_server_start(server->core);
        for (unsigned i = 0; i < server->workers.lane_count; i++)
            grpc_c_server_call_request(&server->workers.lanes[i]);
        grpc_c_workers_open(&server->workers);
        server->state = GRPC_C_SERVER_STARTED;
    }
    pthread_mutex_unlock(&server->mutex);
    if (!started)
        grpc_c_error_set(error, GRPC_C_STATUS_RESOURCE_EXHAUSTED,
                         "the server's threads cannot be created");
    return started;
}

void grpc_c_server_wait_for_termination(grpc_c_server *server)
{
    if (server == NULL || grpc_c_workers_current_server() == server)
        return;
    pthread_mutex_lock(&server->mutex);
    while (server->state == GRPC_C_SERVER_STARTED || server->state == GRPC_C_SERVER_STOPPING)
        pthread_cond_wait(&server->changed, &server->mutex);
    pthread_mutex_unlock(&server->mutex);
}

/* ---- stopped ---- */

void grpc_c_server_lane_is_idle(grpc_c_server *server)
{
    pthread_mutex_lock(&server->mutex);
    server->idle_lanes++;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
}

static gpr_timespec core_deadline(int64_t grace_ms)
{
    if (grace_ms < 0)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(grace_ms, GPR_TIMESPAN));
}

/* Shuts core's server down. When this returns, it takes and runs no calls any more. */
static void shut_core_down(grpc_c_server *server, int64_t grace_ms)
{
    grpc_c_event done = {.done = NULL};
    bool ok;
    grpc_c_queue *queue = grpc_c_queue_new_for_pluck();
    grpc_c_event_starts(&done);
    grpc_server_shutdown_and_notify(server->core, queue, &done);
    if (grpc_c_queue_pluck(queue, &done, core_deadline(grace_ms), &ok) == GRPC_C_QUEUE_TIMEOUT) {
        grpc_server_cancel_all_calls(server->core);
        grpc_c_queue_pluck(queue, &done, gpr_inf_future(GPR_CLOCK_MONOTONIC), &ok);
    }
    grpc_c_queue_free_pluck(queue);
}

/* The one thread that stops the server. */
static void stop_now(grpc_c_server *server, int64_t grace_ms)
{
    shut_core_down(server, grace_ms);
    pthread_mutex_lock(&server->mutex);
    while (server->idle_lanes < server->workers.lane_count)
        pthread_cond_wait(&server->changed, &server->mutex);
    pthread_mutex_unlock(&server->mutex);
    grpc_c_workers_close(&server->workers);
    pthread_mutex_lock(&server->mutex);
    server->state = GRPC_C_SERVER_STOPPED;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
}

static struct timespec time_after(int64_t milliseconds)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += (time_t)(milliseconds / 1000);
    time.tv_nsec += (long)(milliseconds % 1000) * 1000 * 1000;
    if (time.tv_nsec >= 1000 * 1000 * 1000) {
        time.tv_nsec -= 1000 * 1000 * 1000;
        time.tv_sec++;
    }
    return time;
}

/* Another thread is stopping the server: waits for it, and cuts its grace short where ours is. */
static void wait_for_stop(grpc_c_server *server, int64_t grace_ms)
{
    struct timespec until = time_after(grace_ms < 0 ? 0 : grace_ms);
    int waited = 0;
    pthread_mutex_lock(&server->mutex);
    while (grace_ms >= 0 && waited == 0 && server->state == GRPC_C_SERVER_STOPPING)
        waited = pthread_cond_timedwait(&server->changed, &server->mutex, &until);
    if (server->state == GRPC_C_SERVER_STOPPING && grace_ms >= 0)
        grpc_server_cancel_all_calls(server->core);
    while (server->state == GRPC_C_SERVER_STOPPING)
        pthread_cond_wait(&server->changed, &server->mutex);
    pthread_mutex_unlock(&server->mutex);
}

static void *stopper_main(void *argument)
{
    grpc_c_server *server = argument;
    grpc_c_server_stop(server, server->stopper_grace_ms);
    return NULL;
}

/* A handler cannot wait for its own end: another thread stops the server. */
static void stop_from_handler(grpc_c_server *server, int64_t grace_ms)
{
    pthread_mutex_lock(&server->mutex);
    if (!server->has_stopper) {
        server->stopper_grace_ms = grace_ms;
        server->has_stopper = pthread_create(&server->stopper, NULL, stopper_main, server) == 0;
        if (!server->has_stopper)
            grpc_c_log_error("stop: no thread to stop the server with");
    }
    pthread_mutex_unlock(&server->mutex);
}

void grpc_c_server_stop(grpc_c_server *server, int64_t grace_ms)
{
    if (server == NULL)
        return;
    if (grpc_c_workers_current_server() == server) {
        stop_from_handler(server, grace_ms);
        return;
    }
    pthread_mutex_lock(&server->mutex);
    grpc_c_server_state state = server->state;
    if (state == GRPC_C_SERVER_STARTED)
        server->state = GRPC_C_SERVER_STOPPING;
    pthread_mutex_unlock(&server->mutex);
    if (state == GRPC_C_SERVER_STARTED)
        stop_now(server, grace_ms);
    else if (state == GRPC_C_SERVER_STOPPING)
        wait_for_stop(server, grace_ms);
}

/* ---- freed ---- */

void grpc_c_server_free(grpc_c_server *server)
{
    if (server == NULL)
        return;
    grpc_c_server_stop(server, 0);
    grpc_c_signals_forget(server);
    if (server->has_stopper)
        pthread_join(server->stopper, NULL);
    if (server->state == GRPC_C_SERVER_NEW) /* core wants to be shut down all the same */
        shut_core_down(server, 0);
    grpc_server_destroy(server->core);
    grpc_c_workers_free(&server->workers);
    grpc_c_method_table_free(&server->methods);
    pthread_mutex_destroy(&server->mutex);
    pthread_cond_destroy(&server->changed);
    free(server);
    grpc_c_core_release();
}
