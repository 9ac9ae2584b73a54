/*
 * What calls carry besides messages: custom_metadata, status_code_and_message,
 * special_status_message, unimplemented_method, unimplemented_service.
 */
#include <string.h>

#include "cases.h"

static const char echo_initial[] = "x-grpc-test-echo-initial";
static const char echo_trailing[] = "x-grpc-test-echo-trailing-bin";
static const char initial_value[] = "test_initial_metadata_value";
static const char trailing_value[] = {(char)0xab, (char)0xab, (char)0xab};

/* Exactly one entry has the key, and it has the value. */
static bool has_entry(const grpc_c_metadata *metadata, const char *key, const char *value,
                      size_t size)
{
    size_t position = 0;
    const grpc_c_metadata_entry *entry = grpc_c_metadata_find(metadata, key, &position);
    EXPECT(entry != NULL, "%s did not come back", key);
    EXPECT(entry->size == size && memcmp(entry->value, value, size) == 0,
           "%s came back with another value", key);
    EXPECT(grpc_c_metadata_find(metadata, key, &position) == NULL, "%s came back twice", key);
    return true;
}

static bool has_echo(const interop_client *client)
{
    return has_entry(grpc_c_client_context_initial_metadata(client->context), echo_initial,
                     initial_value, strlen(initial_value)) &&
           has_entry(grpc_c_client_context_trailing_metadata(client->context), echo_trailing,
                     trailing_value, sizeof(trailing_value));
}

bool interop_custom_metadata(interop_client *client)
{
    EXPECT(grpc_c_client_context_add_metadata(client->context, echo_initial, initial_value) &&
               grpc_c_client_context_add_binary_metadata(client->context, echo_trailing,
                                                         trailing_value, sizeof(trailing_value)),
           "metadata cannot be added");
    Grpc__Testing__SimpleRequest request = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    if (!interop_call_large(client, &request) || !has_echo(client))
        return false;

    Grpc__Testing__TestService_FullDuplexCall_ClientReaderWriter *stream =
        grpc__testing__test_service_stub__full_duplex_call(&client->stub, client->context);
    const Grpc__Testing__StreamingOutputCallResponse *response =
        interop_ping(stream, INTEROP_LARGE_REQUEST, INTEROP_LARGE_RESPONSE);
    bool answered =
        response != NULL && interop_is_payload(response->payload, INTEROP_LARGE_RESPONSE);
    grpc__testing__test_service_stub__full_duplex_call__writes_done(stream);
    EXPECT(grpc__testing__test_service_stub__full_duplex_call__read(stream) == NULL,
           "more than one response");
    grpc__testing__test_service_stub__full_duplex_call__finish(stream);
    EXPECT_STATUS(client, GRPC_C_STATUS_OK);
    EXPECT(answered, "the response's payload is not %d zeros", INTEROP_LARGE_RESPONSE);
    return has_echo(client);
}

/* The last call has ended with UNKNOWN and this message. */
static bool has_status(const interop_client *client, const char *message)
{
    EXPECT_STATUS(client, GRPC_C_STATUS_UNKNOWN);
    EXPECT(strcmp(grpc_c_client_context_message(client->context), message) == 0,
           "the status message came back as \"%s\"",
           grpc_c_client_context_message(client->context));
    return true;
}

static bool unary_status(interop_client *client, const char *message)
{
    Grpc__Testing__EchoStatus status = GRPC__TESTING__ECHO_STATUS__INIT;
    Grpc__Testing__SimpleRequest request = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    status.code = GRPC_C_STATUS_UNKNOWN;
    status.message = (char *)message;
    request.response_status = &status;
    const Grpc__Testing__SimpleResponse *response =
        grpc__testing__test_service_stub__unary_call(&client->stub, &request, client->context);
    EXPECT(response == NULL, "a response, and no status");
    return has_status(client, message);
}

bool interop_status_code_and_message(interop_client *client)
{
    static const char message[] = "test status message";
    if (!unary_status(client, message))
        return false;
    Grpc__Testing__EchoStatus status = GRPC__TESTING__ECHO_STATUS__INIT;
    Grpc__Testing__StreamingOutputCallRequest request =
        GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    status.code = GRPC_C_STATUS_UNKNOWN;
    status.message = (char *)message;
    request.response_status = &status;
    Grpc__Testing__TestService_FullDuplexCall_ClientReaderWriter *stream =
        grpc__testing__test_service_stub__full_duplex_call(&client->stub, client->context);
    grpc__testing__test_service_stub__full_duplex_call__write(stream, &request);
    grpc__testing__test_service_stub__full_duplex_call__writes_done(stream);
    EXPECT(grpc__testing__test_service_stub__full_duplex_call__read(stream) == NULL,
           "a response, and no status");
    grpc__testing__test_service_stub__full_duplex_call__finish(stream);
    return has_status(client, message);
}

bool interop_special_status_message(interop_client *client)
{
    return unary_status(
        client, "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n");
}

/* A server without the service answers the same; this one must have it. */
bool interop_unimplemented_method(interop_client *client)
{
    if (!interop_call_empty(client))
        return false;
    Grpc__Testing__Empty request = GRPC__TESTING__EMPTY__INIT;
    grpc__testing__test_service_stub__unimplemented_call(&client->stub, &request, client->context);
    EXPECT_STATUS(client, GRPC_C_STATUS_UNIMPLEMENTED);
    return true;
}

bool interop_unimplemented_service(interop_client *client)
{
    Grpc__Testing__UnimplementedService_Stub stub =
        grpc__testing__unimplemented_service_stub(client->channel);
    Grpc__Testing__Empty request = GRPC__TESTING__EMPTY__INIT;
    grpc__testing__unimplemented_service_stub__unimplemented_call(&stub, &request, client->context);
    EXPECT_STATUS(client, GRPC_C_STATUS_UNIMPLEMENTED);
    return true;
}
