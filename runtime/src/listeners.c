/* Listening again; see listeners.h. */
#include "listeners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "core.h"
#include "credentials.h"
#include "server.h"
#include "thread.h"

enum {
    millisecond_ns = 1000 * 1000,
    try_again_ms = 50,
    renew_again_ms = 1000,
};

struct grpc_c_listener {
    grpc_c_listener *next;
    /** A reference. */
    grpc_c_server_credentials *credentials;
    /** With the current core server. */
    bool bound;
    /** With the port that was bound. */
    char address[];
};

/** A lane's part in the replacement. */
typedef struct lane_part {
    /** The old core server has shut down, as far as the lane is concerned. */
    grpc_c_event over;
    grpc_c_retired *retired;
    grpc_c_lane *lane;
} lane_part;

struct grpc_c_retired {
    grpc_c_retired *next;
    grpc_c_server *server;
    grpc_server *core;
    /** Lanes that have not heard of its end. */
    _Atomic unsigned left;
    lane_part parts[];
};

static pthread_mutex_t servers_mutex = PTHREAD_MUTEX_INITIALIZER;
static grpc_c_server *servers;

/* ---- addresses ---- */

void grpc_c_listeners_add(grpc_c_server *server, const char *address, int port,
                          const grpc_c_server_credentials *credentials)
{
    enum { digits = 16 };
    size_t room = strlen(address) + digits;
    grpc_c_listener *listener = malloc(sizeof *listener + room);
    if (listener == NULL) /* it is not listened on again */
        return;
    const char *colon = strrchr(address, ':');
    if (strncmp(address, "unix", 4) == 0)
        snprintf(listener->address, room, "%s", address);
    else
        snprintf(listener->address, room, "%.*s:%d", (int)(colon - address), address, port);
    listener->credentials = grpc_c_server_credentials_ref(credentials);
    listener->bound = true;
    listener->next = server->listeners.first;
    server->listeners.first = listener;
}

void grpc_c_listeners_free(grpc_c_server *server)
{
    while (server->listeners.first != NULL) {
        grpc_c_listener *listener = server->listeners.first;
        server->listeners.first = listener->next;
        grpc_c_server_credentials_free(listener->credentials);
        free(listener);
    }
}

/* NULL when all are bound; else the reason why one is not. */
static const char *bind_all(grpc_c_server *server)
{
    for (grpc_c_listener *one = server->listeners.first; one != NULL; one = one->next) {
        if (one->bound)
            continue;
        grpc_c_core_capture_begin();
        one->bound =
            grpc_server_add_http2_port(server->core, one->address, one->credentials->core) != 0;
        const char *reason = grpc_c_core_capture_end();
        if (!one->bound)
            return reason;
    }
    return NULL;
}

/* ---- the old core server ---- */

static void destroy_retired(grpc_c_retired *retired)
{
    grpc_c_server *server = retired->server;
    pthread_mutex_lock(&server->mutex);
    grpc_c_retired **link = &server->listeners.retired;
    while (*link != retired)
        link = &(*link)->next;
    *link = retired->next;
    grpc_server_destroy(retired->core);
    pthread_mutex_unlock(&server->mutex);
    free(retired);
}

static void on_over(grpc_c_event *event, bool ok)
{
    (void)ok;
    lane_part *part = (lane_part *)event;
    grpc_c_lane *lane = part->lane;
    if (atomic_fetch_sub(&part->retired->left, 1) == 1)
        destroy_retired(part->retired);
    grpc_c_lane_end_came(lane); /* the last touch: the server may be gone */
}

void grpc_c_listeners_cancel_retired(grpc_c_server *server)
{
    for (grpc_c_retired *one = server->listeners.retired; one != NULL; one = one->next)
        grpc_server_cancel_all_calls(one->core);
}

/* What the replacement takes; NULL when memory is short. */
static grpc_c_retired *new_retired(grpc_c_server *server)
{
    unsigned count = server->workers.lane_count;
    grpc_c_retired *retired = calloc(1, sizeof *retired + count * sizeof retired->parts[0]);
    if (retired == NULL)
        return NULL;
    retired->server = server;
    retired->core = server->core;
    atomic_init(&retired->left, count);
    for (unsigned i = 0; i < count; i++) {
        lane_part *part = &retired->parts[i];
        part->over.done = on_over;
        part->retired = retired;
        part->lane = &server->workers.lanes[i];
    }
    return retired;
}

/* ---- the new one ---- */

/* Puts a core server without ports in the place of the old one, which is shut down. False when
 * memory is short. */
static bool replace_core(grpc_c_server *server)
{
    grpc_c_retired *retired = new_retired(server);
    grpc_server *core = retired != NULL ? grpc_c_server_create_core(&server->options) : NULL;
    if (core == NULL) {
        free(retired);
        return false;
    }
    server->core = core;
    retired->next = server->listeners.retired;
    server->listeners.retired = retired;
    for (grpc_c_listener *one = server->listeners.first; one != NULL; one = one->next)
        one->bound = false;
    for (unsigned i = 0; i < server->workers.lane_count; i++) {
        grpc_c_lane *lane = &server->workers.lanes[i];
        grpc_server_register_completion_queue(core, lane->queue, NULL);
        atomic_fetch_add(&lane->ends_to_come, 1);
    }
    for (unsigned i = 0; i < server->workers.lane_count; i++) {
        grpc_c_event_starts(&retired->parts[i].over);
        grpc_server_shutdown_and_notify(retired->core, retired->parts[i].lane->queue,
                                        &retired->parts[i].over);
    }
    return true;
}

/* What asks the new core server for its first call, a lane; NULL when memory is short. */
static grpc_c_server_call **new_first_calls(grpc_c_server *server)
{
    unsigned count = server->workers.lane_count;
    grpc_c_server_call **first = calloc(count, sizeof(grpc_c_server_call *));
    for (unsigned i = 0; first != NULL && i < count; i++) {
        first[i] = grpc_c_server_call_new(&server->workers.lanes[i]);
        if (first[i] != NULL)
            continue;
        while (i-- > 0)
            grpc_c_server_call_free(first[i]);
        free(first);
        first = NULL;
    }
    return first;
}

/* Takes the calls, but for the array. */
static void start_core(grpc_c_server *server, grpc_c_server_call **first)
{
    grpc_server_start(server->core);
    for (unsigned i = 0; i < server->workers.lane_count; i++) {
        atomic_fetch_add(&server->workers.lanes[i].ends_to_come, 1);
        grpc_c_server_call_ask_first(first[i], server->core);
        first[i] = NULL;
    }
}

/* ---- the keeper ---- */

/* Whether the server still serves, after so long at most. Under its mutex. */
static bool wait_and_look(grpc_c_server *server, int64_t ms)
{
    struct timespec end = grpc_c_time_after_ns(ms * millisecond_ns);
    while (server->state == GRPC_C_SERVER_STARTED &&
           pthread_cond_timedwait(&server->changed, &server->mutex, &end) == 0)
        continue;
    return server->state == GRPC_C_SERVER_STARTED;
}

/* Binds what is to be bound, when that is possible. False when the server is stopped before. */
static bool bind_at_last(grpc_c_server *server)
{
    bool told = false;
    const char *reason;
    while (server->state == GRPC_C_SERVER_STARTED && (reason = bind_all(server)) != NULL) {
        if (!told)
            grpc_c_log_error("cannot listen again yet: %s", reason);
        told = true;
        wait_and_look(server, try_again_ms);
    }
    return server->state == GRPC_C_SERVER_STARTED;
}

static void forget_failure(grpc_c_server *server)
{
    pthread_mutex_lock(&servers_mutex);
    server->listeners.failed = false;
    pthread_mutex_unlock(&servers_mutex);
}

static void renew(grpc_c_server *server)
{
    bool renewed = false;
    grpc_c_server_call **first = new_first_calls(server);
    pthread_mutex_lock(&server->mutex);
    if (first != NULL && server->state == GRPC_C_SERVER_STARTED && replace_core(server)) {
        forget_failure(server); /* of the old one's other sockets */
        renewed = bind_at_last(server);
        if (renewed)
            start_core(server, first);
    }
    pthread_mutex_unlock(&server->mutex);
    if (renewed)
        grpc_c_log_error("listening again on all addresses");
    for (unsigned i = 0; first != NULL && i < server->workers.lane_count; i++)
        if (first[i] != NULL)
            grpc_c_server_call_free(first[i]);
    free(first);
}

/* Whether there is more to do; if not, another thread would be the next keeper. */
static bool has_failed_again(grpc_c_server *server)
{
    pthread_mutex_lock(&servers_mutex);
    bool failed = server->listeners.failed && server->listeners.registered;
    server->listeners.failed = false;
    server->listeners.keeper_runs = failed;
    pthread_mutex_unlock(&servers_mutex);
    return failed;
}

static void *keeper_main(void *argument)
{
    grpc_c_server *server = argument;
    grpc_c_log_error("accept has failed, and gRPC core gives such sockets up: listening again");
    do {
        renew(server);
        pthread_mutex_lock(&server->mutex);
        wait_and_look(server, renew_again_ms);
        pthread_mutex_unlock(&server->mutex);
    } while (has_failed_again(server));
    return NULL;
}

/* Under the mutex of all. */
static void begin_keeper(grpc_c_server *server)
{
    grpc_c_listeners *listeners = &server->listeners;
    listeners->failed = true;
    if (listeners->keeper_runs)
        return;
    if (listeners->has_keeper) /* it has nothing more to do */
        pthread_join(listeners->keeper, NULL);
    listeners->has_keeper =
        grpc_c_thread_start(&listeners->keeper, "grpc-c keeper", keeper_main, server);
    listeners->keeper_runs = listeners->has_keeper;
    listeners->failed = false;
}

void grpc_c_listeners_accept_failed(void)
{
    pthread_mutex_lock(&servers_mutex);
    for (grpc_c_server *one = servers; one != NULL; one = one->listeners.next_server)
        begin_keeper(one);
    pthread_mutex_unlock(&servers_mutex);
}

/* ---- all servers ---- */

void grpc_c_listeners_open(grpc_c_server *server)
{
    pthread_mutex_lock(&servers_mutex);
    server->listeners.next_server = servers;
    server->listeners.registered = true;
    servers = server;
    pthread_mutex_unlock(&servers_mutex);
}

void grpc_c_listeners_close(grpc_c_server *server)
{
    pthread_mutex_lock(&servers_mutex);
    grpc_c_server **link = &servers;
    while (*link != NULL && *link != server)
        link = &(*link)->listeners.next_server;
    if (*link != NULL)
        *link = server->listeners.next_server;
    server->listeners.registered = false;
    bool has_keeper = server->listeners.has_keeper;
    pthread_mutex_unlock(&servers_mutex);
    if (has_keeper)
        pthread_join(server->listeners.keeper, NULL);
    server->listeners.has_keeper = false;
}
