/*
 * An Echo server whose limits are arguments, NAME=NUMBER as grpc_c_server_options has them; those
 * with a dot are core's. Prints its port and serves until SIGTERM. Errors that are logged go to
 * stderr.
 *
 * Handlers of Hold are held until SIGUSR1, and pass from then on. Say answers as ever, but for the
 * text "counts": with how many handlers of Hold wait now, the most that ever did, and how many came
 * at all.
 */
#include <signal.h>
#include <stddef.h>

#include "fixture.h"

static const struct {
    const char *name;
    size_t offset;
    size_t size;
} fields[] = {
#define FIELD(name) \
    { \
#name, offsetof(grpc_c_server_options, name), sizeof(((grpc_c_server_options *)0)->name) \
    }
    FIELD(max_workers),
    FIELD(lanes),
    FIELD(max_concurrent_calls),
    FIELD(max_receive_message_bytes),
    FIELD(max_call_memory_bytes),
    FIELD(max_concurrent_streams),
    FIELD(max_metadata_bytes),
    FIELD(max_nesting_depth),
    FIELD(handshake_timeout_ms),
    FIELD(max_connection_idle_ms),
    FIELD(max_connection_age_ms),
    FIELD(max_connection_age_grace_ms),
    FIELD(min_ping_interval_ms),
    FIELD(max_ping_strikes),
    FIELD(permit_pings_without_calls),
    FIELD(max_transport_memory_bytes),
};

enum { field_count = sizeof fields / sizeof fields[0], most_arguments = 8 };

static void set_field(grpc_c_server_options *options, const char *name, long long number)
{
    int narrow = (int)number;
    size_t wide = (size_t)number;
    size_t i = 0;
    while (i < field_count && strcmp(fields[i].name, name) != 0)
        i++;
    if (i == field_count) {
        fprintf(stderr, "limits_server: no option %s\n", name);
        exit(EXIT_FAILURE);
    }
    memcpy((char *)options + fields[i].offset,
           fields[i].size == sizeof wide ? (void *)&wide : (void *)&narrow, fields[i].size);
}

static void read_arguments(char **argv, grpc_c_server_options *options,
                           grpc_c_core_argument *arguments)
{
    options->core_arguments = arguments;
    for (; *argv != NULL; argv++) {
        char *value = strchr(*argv, '=');
        if (value == NULL)
            continue;
        *value++ = '\0';
        if (strchr(*argv, '.') == NULL)
            set_field(options, *argv, atoll(value));
        else if (options->core_argument_count < most_arguments)
            arguments[options->core_argument_count++] =
                (grpc_c_core_argument){.name = *argv, .number = atoi(value)};
    }
}

static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    gate *gate = &((fixture *)self)->gate;
    if (strcmp(request->text, "counts") != 0)
        return fixture_servicer.say(self, request, reply, context);
    gate_counts counts = gate_read(gate);
    reply->text = grpc_c_server_context_printf(context, "%d %d %d", counts.waiting,
                                               counts.most_waiting, counts.entered);
    return GRPC_C_STATUS_OK;
}

static void log_to_stderr(grpc_c_log_severity severity, const char *message, void *user_data)
{
    (void)user_data;
    if (severity == GRPC_C_LOG_ERROR)
        fprintf(stderr, "%s\n", message);
}

static void *open_gate_on_signal(void *argument)
{
    sigset_t signals;
    int number;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    while (sigwait(&signals, &number) == 0)
        gate_let_pass(argument, 1 << 20);
    return NULL;
}

/* Before other threads are made, which would be killed by the signal. */
static void start_gatekeeper(gate *gate)
{
    pthread_t thread;
    sigset_t signals;
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->changed, NULL);
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    pthread_create(&thread, NULL, open_gate_on_signal, gate);
    pthread_detach(thread);
}

int main(int argc, char **argv)
{
    const Echo__Echo_Servicer servicer = {.say = say, .hold = fixture_servicer.hold};
    grpc_c_server_options options = GRPC_C_SERVER_OPTIONS_INIT;
    grpc_c_core_argument arguments[most_arguments];
    grpc_c_error error = {.message = "bad options"};
    static fixture self;
    (void)argc;
    start_gatekeeper(&self.gate);
    grpc_c_set_log_callback(log_to_stderr, NULL);
    read_arguments(argv + 1, &options, arguments);
    self.server = grpc_c_server_new(&options);
    echo__echo_add_servicer_to_server(&servicer, &self, self.server);
    self.port = grpc_c_server_add_insecure_port(self.server, "127.0.0.1:0", &error);
    bool started = self.port != 0 && grpc_c_server_stop_on_signals(self.server, 0, &error) &&
                   grpc_c_server_start(self.server, &error);
    if (started)
        printf("listening on port %d\n", self.port);
    else
        fprintf(stderr, "limits_server: %s\n", error.message);
    fflush(stdout);
    grpc_c_server_wait_for_termination(self.server);
    grpc_c_server_free(self.server);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}
