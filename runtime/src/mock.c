/* Mocks: made and freed, heard and asked, and served by a server. See mock.h; mock_client.c has the
 * calls of their stubs. */
#include "mock.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "server_call.h"

/* ---- life ---- */

static bool init_mutex(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;
    if (pthread_mutexattr_init(&attributes) != 0)
        return false;
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    bool made = pthread_mutex_init(mutex, &attributes) == 0;
    pthread_mutexattr_destroy(&attributes);
    return made;
}

grpc_c_mock *grpc_c_mock_new(const grpc_c_service *service, const grpc_c_mock_method *methods,
                             void *typed)
{
    if (service == NULL || methods == NULL || typed == NULL)
        return NULL;
    grpc_c_mock *mock = calloc(1, sizeof *mock);
    grpc_c_bound_service *bound =
        calloc(1, sizeof *bound + service->method_count * sizeof bound->methods[0]);
    if (mock == NULL || bound == NULL || !init_mutex(&mock->mutex)) {
        free(mock);
        free(bound);
        return NULL;
    }
    atomic_init(&mock->references, 1);
    mock->service = service;
    mock->methods = methods;
    mock->typed = typed;
    mock->bound = bound;
    grpc_c_arena_init(&mock->arena, INT_MAX);
    bound->service = service;
    bound->mock = mock;
    for (size_t i = 0; i < service->method_count; i++) {
        bound->methods[i].request = service->methods[i].request;
        bound->methods[i].reply = grpc_c_message_type_of(service->methods[i].reply);
    }
    return mock;
}

/* Async calls that are still under way find the typed mock gone. */
void grpc_c_mock_free(grpc_c_mock *mock)
{
    if (mock == NULL)
        return;
    pthread_mutex_lock(&mock->mutex);
    mock->typed = NULL;
    grpc_c_arena_free(&mock->arena);
    pthread_mutex_unlock(&mock->mutex);
    grpc_c_channel_free(mock->channel);
    grpc_c_mock_release(mock);
}

void grpc_c_mock_release(grpc_c_mock *mock)
{
    if (atomic_fetch_sub(&mock->references, 1) != 1)
        return;
    pthread_mutex_destroy(&mock->mutex);
    free(mock->bound);
    free(mock);
}

grpc_c_stub grpc_c_mock_stub(grpc_c_mock *mock)
{
    return (grpc_c_stub){NULL, mock != NULL ? mock->bound : NULL};
}

/* ---- heard and asked ---- */

ProtobufCMessage *grpc_c_mock_copy(const ProtobufCMessage *message, grpc_c_arena *arena)
{
    const size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(size + 1);
    if (bytes == NULL)
        return NULL;
    protobuf_c_message_pack(message, bytes);
    ProtobufCMessage *copy =
        protobuf_c_message_unpack(message->descriptor, &arena->allocator, size, bytes);
    free(bytes);
    return copy;
}

bool grpc_c_mock_hear(grpc_c_mock *mock, size_t method, bool begins,
                      const ProtobufCMessage *message)
{
    pthread_mutex_lock(&mock->mutex);
    ProtobufCMessage *copy = NULL;
    bool heard = mock->typed != NULL;
    if (heard && message != NULL) {
        copy = grpc_c_mock_copy(message, &mock->arena);
        heard = copy != NULL;
    }
    heard = heard && mock->methods[method].hear(mock->typed, begins, copy);
    pthread_mutex_unlock(&mock->mutex);
    return heard;
}

grpc_c_mock_answer grpc_c_mock_ask(grpc_c_mock *mock, size_t method, size_t number)
{
    pthread_mutex_lock(&mock->mutex);
    grpc_c_mock_answer answer = {NULL, GRPC_C_STATUS_CANCELLED, "the mock is gone"};
    if (mock->typed != NULL)
        answer = mock->methods[method].answer(mock->typed, number);
    pthread_mutex_unlock(&mock->mutex);
    return answer;
}

/* ---- served ---- */

static size_t method_of(const grpc_c_mock *mock, const grpc_c_server_context *context)
{
    size_t i = 0;
    while (mock->service->methods[i].path != context->method->path)
        i++;
    return i;
}

static bool hear_stream(grpc_c_mock *mock, size_t method, grpc_c_server_stream *stream)
{
    const ProtobufCMessage *message;
    while ((message = grpc_c_server_stream_read(stream)) != NULL)
        if (!grpc_c_mock_hear(mock, method, false, message))
            return false;
    return true;
}

static void write_stream(grpc_c_mock *mock, size_t method, grpc_c_server_stream *stream)
{
    const ProtobufCMessage *reply;
    for (size_t i = 0; (reply = grpc_c_mock_ask(mock, method, i).reply) != NULL; i++)
        if (!grpc_c_server_stream_write(stream, reply))
            return;
}

/* The handler of every method. */
static grpc_c_status_code serve(const void *servicer, void *self, void *in, void *out,
                                grpc_c_server_context *context)
{
    (void)servicer;
    grpc_c_mock *mock = self;
    const size_t method = method_of(mock, context);
    const grpc_c_method_kind kind = mock->service->methods[method].kind;
    const bool reads = grpc_c_method_reads_stream(kind);
    bool heard = grpc_c_mock_hear(mock, method, true, reads ? NULL : in);
    /* Replies first, in case the client waits for one before it goes on. */
    if (heard && grpc_c_method_writes_stream(kind))
        write_stream(mock, method, kind == GRPC_C_METHOD_BIDI_STREAMING ? in : out);
    if (heard && reads)
        heard = hear_stream(mock, method, in);
    if (!heard)
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_INTERNAL, "%s",
                                          "the mock cannot keep the request");
    const grpc_c_mock_answer answer = grpc_c_mock_ask(mock, method, 0);
    if (answer.status != GRPC_C_STATUS_OK)
        return grpc_c_server_context_fail(context, answer.status, "%s",
                                          answer.message != NULL ? answer.message : "");
    /* What its parts point to is the test's, and lasts. */
    if (!grpc_c_method_writes_stream(kind) && answer.reply != NULL)
        memcpy(out, answer.reply, answer.reply->descriptor->sizeof_message);
    return GRPC_C_STATUS_OK;
}

bool grpc_c_mock_add_to_server(grpc_c_mock *mock, grpc_c_server *server)
{
    if (mock == NULL)
        return false;
    const size_t count = mock->service->method_count;
    grpc_c_handler *handlers = calloc(count + 1, sizeof *handlers);
    if (handlers == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        handlers[i] = serve;
    bool added = grpc_c_server_add_service(server, mock->service, handlers, mock, mock);
    free(handlers);
    return added;
}
