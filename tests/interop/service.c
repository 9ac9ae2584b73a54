/* The TestService: its table of handlers, and what they share (service.h). */
#include "service.h"

#include "payload.h"

/* UnimplementedCall stays NULL, as its comment in test.proto wants it. */
const Grpc__Testing__TestService_Servicer interop_service = {
    .empty_call = interop_empty_call,
    .unary_call = interop_unary_call,
    .cacheable_unary_call = interop_cacheable_unary_call,
    .streaming_output_call = interop_streaming_output_call,
    .streaming_input_call = interop_streaming_input_call,
    .full_duplex_call = interop_full_duplex_call,
    .half_duplex_call = interop_half_duplex_call,
};

bool interop_echo_metadata(grpc_c_server_context *context)
{
    const grpc_c_metadata *metadata = grpc_c_server_context_metadata(context);
    const grpc_c_metadata_entry *initial =
        grpc_c_metadata_find(metadata, "x-grpc-test-echo-initial", NULL);
    const grpc_c_metadata_entry *trailing =
        grpc_c_metadata_find(metadata, "x-grpc-test-echo-trailing-bin", NULL);
    return (initial == NULL ||
            grpc_c_server_context_add_initial_metadata(context, initial->key, initial->value,
                                                       initial->size)) &&
           (trailing == NULL ||
            grpc_c_server_context_add_trailing_metadata(context, trailing->key, trailing->value,
                                                        trailing->size));
}

grpc_c_status_code interop_check_compression(const Grpc__Testing__BoolValue *expect_compressed,
                                             grpc_c_server_context *context)
{
    bool compressed = grpc_c_server_context_message_was_compressed(context);
    if (expect_compressed == NULL || expect_compressed->value == compressed)
        return GRPC_C_STATUS_OK;
    return grpc_c_server_context_fail(context, GRPC_C_STATUS_INVALID_ARGUMENT,
                                      "a message that should%s be compressed was%s",
                                      compressed ? " not" : "", compressed ? "" : " not");
}

grpc_c_status_code interop_echo_status(const Grpc__Testing__EchoStatus *status,
                                       grpc_c_server_context *context)
{
    return grpc_c_server_context_fail(context, (grpc_c_status_code)status->code, "%s",
                                      status->message);
}

grpc_c_status_code interop_answer(Grpc__Testing__PayloadType type, int size,
                                  Grpc__Testing__Payload **ret_payload,
                                  grpc_c_server_context *context)
{
    if (type != GRPC__TESTING__PAYLOAD_TYPE__COMPRESSABLE || size < 0)
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_INVALID_ARGUMENT,
                                          "no payload of type %d and %d bytes", (int)type, size);
    Grpc__Testing__Payload *payload = grpc_c_server_context_alloc(context, sizeof(*payload));
    if (size > INTEROP_MAX_PAYLOAD || payload == NULL)
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_RESOURCE_EXHAUSTED,
                                          "no payload of %d bytes", size);
    *payload = interop_payload((size_t)size);
    *ret_payload = payload;
    return GRPC_C_STATUS_OK;
}
