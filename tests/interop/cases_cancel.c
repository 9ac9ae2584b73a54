/* Calls that end early: cancel_after_begin, cancel_after_first_response,
 * timeout_on_sleeping_server. */
#include "cases.h"

/* The EmptyCall before has made the connection, so that the call's headers leave when it begins. */
bool interop_cancel_after_begin(interop_client *client)
{
    if (!interop_call_empty(client))
        return false;
    Grpc__Testing__TestService_StreamingInputCall_ClientWriter *writer =
        grpc__testing__test_service_stub__streaming_input_call(&client->stub, client->context);
    grpc_c_client_context_cancel(client->context);
    EXPECT(grpc__testing__test_service_stub__streaming_input_call__finish(writer) == NULL,
           "a response to a call that was cancelled");
    EXPECT_STATUS(client, GRPC_C_STATUS_CANCELLED);
    return true;
}

bool interop_cancel_after_first_response(interop_client *client)
{
    Grpc__Testing__TestService_FullDuplexCall_ClientReaderWriter *stream =
        grpc__testing__test_service_stub__full_duplex_call(&client->stub, client->context);
    const Grpc__Testing__StreamingOutputCallResponse *response =
        interop_ping(stream, interop_request_sizes[0], interop_response_sizes[0]);
    EXPECT(response != NULL &&
               interop_is_payload(response->payload, (size_t)interop_response_sizes[0]),
           "the first response is not %d zeros", interop_response_sizes[0]);
    grpc_c_client_context_cancel(client->context);
    grpc__testing__test_service_stub__full_duplex_call__finish(stream);
    EXPECT_STATUS(client, GRPC_C_STATUS_CANCELLED);
    return true;
}

bool interop_timeout_on_sleeping_server(interop_client *client)
{
    if (!interop_call_empty(client))
        return false;
    grpc_c_client_context_set_timeout_ms(client->context, 1);
    Grpc__Testing__TestService_FullDuplexCall_ClientReaderWriter *stream =
        grpc__testing__test_service_stub__full_duplex_call(&client->stub, client->context);
    Grpc__Testing__Payload payload = interop_payload((size_t)interop_request_sizes[0]);
    Grpc__Testing__StreamingOutputCallRequest request =
        GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    request.payload = &payload;
    /* It may fail: the time may be over already. */
    grpc__testing__test_service_stub__full_duplex_call__write(stream, &request);
    EXPECT(grpc__testing__test_service_stub__full_duplex_call__read(stream) == NULL,
           "a response that was not asked for");
    grpc__testing__test_service_stub__full_duplex_call__finish(stream);
    EXPECT_STATUS(client, GRPC_C_STATUS_DEADLINE_EXCEEDED);
    return true;
}
