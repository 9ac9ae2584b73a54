/* The streaming methods of the TestService. */
#include <errno.h>
#include <time.h>

#include "payload.h"
#include "service.h"

typedef Grpc__Testing__TestService_StreamingOutputCall_ServerWriter output_writer;
typedef Grpc__Testing__TestService_FullDuplexCall_ServerReaderWriter full_duplex;
typedef Grpc__Testing__TestService_HalfDuplexCall_ServerReaderWriter half_duplex;

/* Writes one response on the stream of one of the three methods that have them. */
typedef bool (*write_function)(void *stream,
                               const Grpc__Testing__StreamingOutputCallResponse *response);

static bool write_output(void *stream, const Grpc__Testing__StreamingOutputCallResponse *response)
{
    return grpc__testing__test_service_servicer__streaming_output_call__write(stream, response);
}

static bool write_full_duplex(void *stream,
                              const Grpc__Testing__StreamingOutputCallResponse *response)
{
    return grpc__testing__test_service_servicer__full_duplex_call__write(stream, response);
}

static bool write_half_duplex(void *stream,
                              const Grpc__Testing__StreamingOutputCallResponse *response)
{
    return grpc__testing__test_service_servicer__half_duplex_call__write(stream, response);
}

/* interval_us is a pause that the client asks for. */
static void pause_before(const Grpc__Testing__ResponseParameters *parameters)
{
    if (parameters->interval_us <= 0)
        return;
    struct timespec left = {parameters->interval_us / 1000000,
                            parameters->interval_us % 1000000 * 1000L};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

/* What all calls with streamed responses begin with. Compression is chosen before the first
 * message: each message then says whether it wants it. */
static grpc_c_status_code begin(grpc_c_server_context *context)
{
    grpc_c_server_context_set_compression(context, GRPC_C_COMPRESSION_GZIP);
    return interop_echo_metadata(context) ? GRPC_C_STATUS_OK : GRPC_C_STATUS_RESOURCE_EXHAUSTED;
}

/* CANCELLED when the client is gone: then it does not matter what the handler returns. */
static grpc_c_status_code respond(const Grpc__Testing__ResponseParameters *parameters,
                                  Grpc__Testing__PayloadType type, write_function write,
                                  void *stream, grpc_c_server_context *context)
{
    Grpc__Testing__StreamingOutputCallResponse response =
        GRPC__TESTING__STREAMING_OUTPUT_CALL_RESPONSE__INIT;
    grpc_c_status_code code = interop_answer(type, parameters->size, &response.payload, context);
    if (code != GRPC_C_STATUS_OK)
        return code;
    pause_before(parameters);
    grpc_c_server_context_set_compress_messages(context, parameters->compressed != NULL &&
                                                             parameters->compressed->value);
    return write(stream, &response) ? GRPC_C_STATUS_OK : GRPC_C_STATUS_CANCELLED;
}

/* Serves one request: with its status, or with a response for each of its parameters. */
static grpc_c_status_code serve(const Grpc__Testing__StreamingOutputCallRequest *request,
                                write_function write, void *stream, grpc_c_server_context *context)
{
    if (request->response_status != NULL)
        return interop_echo_status(request->response_status, context);
    grpc_c_status_code code = GRPC_C_STATUS_OK;
    for (size_t i = 0; i < request->n_response_parameters && code == GRPC_C_STATUS_OK; i++)
        code = respond(request->response_parameters[i], request->response_type, write, stream,
                       context);
    return code;
}

grpc_c_status_code interop_streaming_output_call(
    void *self, const Grpc__Testing__StreamingOutputCallRequest *request, output_writer *writer,
    grpc_c_server_context *context)
{
    (void)self;
    grpc_c_status_code code = begin(context);
    return code == GRPC_C_STATUS_OK ? serve(request, write_output, writer, context) : code;
}

grpc_c_status_code interop_streaming_input_call(
    void *self, Grpc__Testing__TestService_StreamingInputCall_ServerReader *reader,
    Grpc__Testing__StreamingInputCallResponse *reply, grpc_c_server_context *context)
{
    (void)self;
    if (!interop_echo_metadata(context))
        return GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    const Grpc__Testing__StreamingInputCallRequest *request;
    while ((request = grpc__testing__test_service_servicer__streaming_input_call__read(reader)) !=
           NULL) {
        grpc_c_status_code code = interop_check_compression(request->expect_compressed, context);
        if (code != GRPC_C_STATUS_OK)
            return code;
        if (request->payload != NULL)
            reply->aggregated_payload_size += (int32_t)request->payload->body.len;
    }
    return GRPC_C_STATUS_OK;
}

grpc_c_status_code interop_full_duplex_call(void *self, full_duplex *stream,
                                            grpc_c_server_context *context)
{
    (void)self;
    grpc_c_status_code code = begin(context);
    const Grpc__Testing__StreamingOutputCallRequest *request;
    while (code == GRPC_C_STATUS_OK &&
           (request = grpc__testing__test_service_servicer__full_duplex_call__read(stream)) !=
               NULL) {
        code = serve(request, write_full_duplex, stream, context);
        if (request->response_status != NULL) /* It ends the call, be it OK. */
            return code;
    }
    return code;
}

/* What a half-duplex call remembers of a request until the client has sent its last one. */
typedef struct remembered {
    Grpc__Testing__ResponseParameters parameters;
    Grpc__Testing__BoolValue compressed;
    Grpc__Testing__PayloadType type;
    struct remembered *next;
} remembered;

/* Appends the request's parameters to the list whose end `*end` is, in the call's memory. False
 * when that is short. */
static bool remember(const Grpc__Testing__StreamingOutputCallRequest *request, remembered ***end,
                     grpc_c_server_context *context)
{
    for (size_t i = 0; i < request->n_response_parameters; i++) {
        remembered *entry = grpc_c_server_context_alloc(context, sizeof(*entry));
        if (entry == NULL)
            return false;
        entry->parameters = *request->response_parameters[i];
        if (entry->parameters.compressed != NULL) {
            entry->compressed = *entry->parameters.compressed;
            entry->parameters.compressed = &entry->compressed;
        }
        entry->type = request->response_type;
        entry->next = NULL;
        **end = entry;
        *end = &entry->next;
    }
    return true;
}

grpc_c_status_code interop_half_duplex_call(void *self, half_duplex *stream,
                                            grpc_c_server_context *context)
{
    (void)self;
    grpc_c_status_code code = begin(context);
    remembered *first = NULL;
    remembered **end = &first;
    const Grpc__Testing__StreamingOutputCallRequest *request;
    while (code == GRPC_C_STATUS_OK &&
           (request = grpc__testing__test_service_servicer__half_duplex_call__read(stream)) !=
               NULL) {
        if (request->response_status != NULL)
            return interop_echo_status(request->response_status, context);
        if (!remember(request, &end, context))
            code = GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    }
    for (const remembered *entry = first; entry != NULL && code == GRPC_C_STATUS_OK;
         entry = entry->next)
        code = respond(&entry->parameters, entry->type, write_half_duplex, stream, context);
    return code;
}
