/* The shared ground of the C integration tests; see fixture.h. */
#include "fixture.h"

#include <unistd.h>

/* ---- the gate ---- */

static void gate_init(gate *gate)
{
    memset(gate, 0, sizeof *gate);
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->changed, NULL);
}

static void gate_destroy(gate *gate)
{
    pthread_mutex_destroy(&gate->mutex);
    pthread_cond_destroy(&gate->changed);
}

static void gate_pass(gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->counts.entered++;
    if (++gate->counts.waiting > gate->counts.most_waiting)
        gate->counts.most_waiting = gate->counts.waiting;
    pthread_cond_broadcast(&gate->changed);
    while (gate->passes == 0)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    gate->passes--;
    gate->counts.waiting--;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

void gate_wait_for(gate *gate, int waiting)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->counts.waiting != waiting)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
}

gate_counts gate_read(gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate_counts counts = gate->counts;
    pthread_mutex_unlock(&gate->mutex);
    return counts;
}

void gate_let_pass(gate *gate, int passes)
{
    pthread_mutex_lock(&gate->mutex);
    gate->passes += passes;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

/* ---- the service ---- */

static grpc_c_status_code answer(const Echo__Request *request, Echo__Reply *reply,
                                 grpc_c_server_context *context)
{
    int64_t left = grpc_c_server_context_time_left_ms(context);
    reply->time_left_ms = left == INT64_MAX ? -1 : left;
    reply->request_was_compressed = grpc_c_server_context_message_was_compressed(context);
    reply->text = grpc_c_server_context_strdup(context, request->text);
    if (request->allocate > 0)
        grpc_c_server_context_alloc(context, request->allocate);
    if (request->reply_bytes > 0) {
        reply->filling.data = grpc_c_server_context_alloc(context, request->reply_bytes);
        reply->filling.len = reply->filling.data != NULL ? request->reply_bytes : 0;
        if (reply->filling.data != NULL)
            memset(reply->filling.data, 'x', reply->filling.len);
    }
    if (request->message[0] != '\0')
        return grpc_c_server_context_fail(context, (grpc_c_status_code)request->code, "%s",
                                          request->message);
    return (grpc_c_status_code)request->code;
}

static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    fixture *fixture = self;
    fixture->said++;
    return answer(request, reply, context);
}

static grpc_c_status_code hold(void *self, const Echo__Request *request, Echo__Reply *reply,
                               grpc_c_server_context *context)
{
    fixture *fixture = self;
    gate_pass(&fixture->gate);
    return answer(request, reply, context);
}

const Echo__Echo_Servicer fixture_servicer = {.say = say, .hold = hold};

/* ---- the fixture ---- */

/* Its server has yet to get its port, and to start. */
static fixture *fixture_begin(const grpc_c_server_options *server_options)
{
    fixture *fixture = calloc(1, sizeof *fixture);
    gate_init(&fixture->gate);
    fixture->server = grpc_c_server_new(server_options);
    assert_non_null(fixture->server);
    assert_true(echo__echo_add_servicer_to_server(&fixture_servicer, fixture, fixture->server));
    fixture->context = grpc_c_client_context_new();
    return fixture;
}

fixture *fixture_new(const grpc_c_server_options *server_options,
                     const grpc_c_channel_options *channel_options)
{
    grpc_c_error error = {.message = ""};
    fixture *fixture = fixture_begin(server_options);
    fixture->port = grpc_c_server_add_insecure_port(fixture->server, "127.0.0.1:0", &error);
    assert_string_equal(error.message, "");
    assert_true(grpc_c_server_start(fixture->server, &error));
    snprintf(fixture->target, sizeof fixture->target, "127.0.0.1:%d", fixture->port);
    fixture->channel = grpc_c_insecure_channel_new(fixture->target, channel_options);
    fixture->stub = echo__echo_stub(fixture->channel);
    return fixture;
}

fixture *fixture_new_local(const grpc_c_server_options *server_options,
                           const grpc_c_channel_options *channel_options)
{
    grpc_c_error error = {.message = ""};
    fixture *fixture = fixture_begin(server_options);
    strcpy(fixture->folder, "/tmp/grpc-c.XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->target, sizeof fixture->target, "unix:%s/socket", fixture->folder);
    grpc_c_server_credentials *credentials =
        grpc_c_local_server_credentials_new(GRPC_C_LOCAL_CONNECTIONS_UNIX);
    assert_int_equal(grpc_c_server_add_port(fixture->server, fixture->target, credentials, &error),
                     1);
    grpc_c_server_credentials_free(credentials);
    assert_true(grpc_c_server_start(fixture->server, &error));
    fixture->channel = fixture_local_channel(fixture, channel_options);
    fixture->stub = echo__echo_stub(fixture->channel);
    return fixture;
}

grpc_c_channel *fixture_local_channel(const fixture *fixture, const grpc_c_channel_options *options)
{
    grpc_c_channel_credentials *credentials =
        grpc_c_local_channel_credentials_new(GRPC_C_LOCAL_CONNECTIONS_UNIX);
    grpc_c_channel *channel = grpc_c_channel_new(fixture->target, credentials, options);
    grpc_c_channel_credentials_free(credentials);
    assert_non_null(channel);
    return channel;
}

void fixture_free(fixture *fixture)
{
    gate_let_pass(&fixture->gate, 1 << 20);
    grpc_c_server_free(fixture->server);
    if (fixture->folder[0] != '\0') {
        unlink(fixture->target + strlen("unix:")); /* unless core has done so */
        rmdir(fixture->folder);
    }
    grpc_c_client_context_free(fixture->context);
    grpc_c_channel_free(fixture->channel);
    gate_destroy(&fixture->gate);
    free(fixture);
}

/* ---- calls in the background ---- */

static void *run_call(void *argument)
{
    background_call *call = argument;
    grpc_c_client_context *context = grpc_c_client_context_new();
    grpc_c_client_context_set_timeout_ms(context, call->timeout_ms);
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = call->text;
    const Echo__Reply *reply =
        (call->hold ? echo__echo_stub__hold : echo__echo_stub__say)(&call->fixture->stub, &request,
                                                                    context);
    call->code = grpc_c_client_context_status(context);
    snprintf(call->message, sizeof call->message, "%s", grpc_c_client_context_message(context));
    snprintf(call->text, sizeof call->text, "%s", reply != NULL ? reply->text : "(no reply)");
    grpc_c_client_context_free(context);
    return NULL;
}

void background_call_start(background_call *call, fixture *fixture, bool hold_it, const char *text,
                           int64_t timeout_ms)
{
    *call = (background_call){.fixture = fixture, .hold = hold_it, .timeout_ms = timeout_ms};
    snprintf(call->text, sizeof call->text, "%s", text);
    assert_int_equal(pthread_create(&call->thread, NULL, run_call, call), 0);
}

void background_call_join(background_call *call)
{
    pthread_join(call->thread, NULL);
}
