/* Streams: client_streaming, server_streaming, slow_consumer, ping_pong, empty_stream, half_duplex.
 */
#include <time.h>

#include "cases.h"

const int interop_request_sizes[INTEROP_STREAM_LENGTH] = {27182, 8, 1828, 45904};
const int interop_response_sizes[INTEROP_STREAM_LENGTH] = {31415, 9, 2653, 58979};

bool interop_client_streaming(interop_client *client)
{
    Grpc__Testing__TestService_StreamingInputCall_ClientWriter *writer =
        grpc__testing__test_service_stub__streaming_input_call(&client->stub, client->context);
    for (int i = 0; i < INTEROP_STREAM_LENGTH; i++) {
        Grpc__Testing__Payload payload = interop_payload((size_t)interop_request_sizes[i]);
        Grpc__Testing__StreamingInputCallRequest request =
            GRPC__TESTING__STREAMING_INPUT_CALL_REQUEST__INIT;
        request.payload = &payload;
        if (!grpc__testing__test_service_stub__streaming_input_call__write(writer, &request))
            break; /* The status says why. */
    }
    const Grpc__Testing__StreamingInputCallResponse *response =
        grpc__testing__test_service_stub__streaming_input_call__finish(writer);
    EXPECT_STATUS(client, GRPC_C_STATUS_OK);
    EXPECT(response != NULL && response->aggregated_payload_size == 74922,
           "the server has not counted 74922 bytes");
    return true;
}

bool interop_server_streaming(interop_client *client)
{
    Grpc__Testing__ResponseParameters parameters[INTEROP_STREAM_LENGTH];
    Grpc__Testing__ResponseParameters *list[INTEROP_STREAM_LENGTH];
    for (int i = 0; i < INTEROP_STREAM_LENGTH; i++) {
        grpc__testing__response_parameters__init(&parameters[i]);
        parameters[i].size = interop_response_sizes[i];
        list[i] = &parameters[i];
    }
    Grpc__Testing__StreamingOutputCallRequest request =
        GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    request.n_response_parameters = INTEROP_STREAM_LENGTH;
    request.response_parameters = list;

    Grpc__Testing__TestService_StreamingOutputCall_ClientReader *reader =
        grpc__testing__test_service_stub__streaming_output_call(&client->stub, &request,
                                                                client->context);
    const Grpc__Testing__StreamingOutputCallResponse *response;
    int count = 0;
    while ((response = grpc__testing__test_service_stub__streaming_output_call__read(reader)) !=
           NULL) {
        EXPECT(count < INTEROP_STREAM_LENGTH, "more than four responses");
        EXPECT(interop_is_payload(response->payload, (size_t)interop_response_sizes[count]),
               "response %d is not %d zeros", count, interop_response_sizes[count]);
        count++;
    }
    grpc__testing__test_service_stub__streaming_output_call__finish(reader);
    EXPECT_STATUS(client, GRPC_C_STATUS_OK);
    EXPECT(count == INTEROP_STREAM_LENGTH, "%d responses", count);
    return true;
}

enum { slow_length = 2000, slow_size = 1030, slow_pause_every = 40 };

/* Reads the responses with pauses among them, and counts them. */
static bool read_slowly(Grpc__Testing__TestService_StreamingOutputCall_ClientReader *reader,
                        int *ret_count)
{
    const struct timespec pause = {0, 20000000};
    const Grpc__Testing__StreamingOutputCallResponse *response;
    int count = 0;
    while ((response = grpc__testing__test_service_stub__streaming_output_call__read(reader)) !=
           NULL) {
        EXPECT(interop_is_payload(response->payload, slow_size), "response %d is not %d zeros",
               count, slow_size);
        if (++count % slow_pause_every == 0)
            nanosleep(&pause, NULL);
    }
    *ret_count = count;
    return true;
}

/*
 * Not in the document. As C++ does it: the server sends 2000 messages of 1030 bytes to a client
 * that takes its time. That is some thirty times what HTTP/2's window holds, so that the server
 * must wait for the client; all of them arrive whole, and the call ends with OK. C++ pauses for 20
 * ms after each message, this after each fortieth: in a second, the window fills and empties all
 * the same.
 */
bool interop_slow_consumer(interop_client *client)
{
    Grpc__Testing__ResponseParameters parameters = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    Grpc__Testing__ResponseParameters *list[slow_length];
    parameters.size = slow_size;
    for (int i = 0; i < slow_length; i++)
        list[i] = &parameters;
    Grpc__Testing__StreamingOutputCallRequest request =
        GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    request.n_response_parameters = slow_length;
    request.response_parameters = list;

    Grpc__Testing__TestService_StreamingOutputCall_ClientReader *reader =
        grpc__testing__test_service_stub__streaming_output_call(&client->stub, &request,
                                                                client->context);
    int count = 0;
    if (!read_slowly(reader, &count))
        return false;
    grpc__testing__test_service_stub__streaming_output_call__finish(reader);
    EXPECT_STATUS(client, GRPC_C_STATUS_OK);
    EXPECT(count == slow_length, "%d of %d responses", count, slow_length);
    return true;
}

const Grpc__Testing__StreamingOutputCallResponse *interop_ping(
    Grpc__Testing__TestService_FullDuplexCall_ClientReaderWriter *stream, int request_size,
    int response_size)
{
    Grpc__Testing__Payload payload = interop_payload((size_t)request_size);
    Grpc__Testing__ResponseParameters parameters = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    Grpc__Testing__ResponseParameters *list = &parameters;
    parameters.size = response_size;
    Grpc__Testing__StreamingOutputCallRequest request =
        GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    request.payload = &payload;
    request.n_response_parameters = 1;
    request.response_parameters = &list;
    if (!grpc__testing__test_service_stub__full_duplex_call__write(stream, &request))
        return NULL;
    return grpc__testing__test_service_stub__full_duplex_call__read(stream);
}

bool interop_ping_pong(interop_client *client)
{
    Grpc__Testing__TestService_FullDuplexCall_ClientReaderWriter *stream =
        grpc__testing__test_service_stub__full_duplex_call(&client->stub, client->context);
    for (int i = 0; i < INTEROP_STREAM_LENGTH; i++) {
        const Grpc__Testing__StreamingOutputCallResponse *response =
            interop_ping(stream, interop_request_sizes[i], interop_response_sizes[i]);
        if (response == NULL) {
            grpc__testing__test_service_stub__full_duplex_call__finish(stream);
            EXPECT_STATUS(client, GRPC_C_STATUS_OK);
        }
        EXPECT(response != NULL, "%d responses", i);
        EXPECT(interop_is_payload(response->payload, (size_t)interop_response_sizes[i]),
               "response %d is not %d zeros", i, interop_response_sizes[i]);
    }
    EXPECT(grpc__testing__test_service_stub__full_duplex_call__writes_done(stream),
           "the call is over before its end");
    EXPECT(grpc__testing__test_service_stub__full_duplex_call__read(stream) == NULL,
           "more than four responses");
    grpc__testing__test_service_stub__full_duplex_call__finish(stream);
    EXPECT_STATUS(client, GRPC_C_STATUS_OK);
    return true;
}

bool interop_empty_stream(interop_client *client)
{
    Grpc__Testing__TestService_FullDuplexCall_ClientReaderWriter *stream =
        grpc__testing__test_service_stub__full_duplex_call(&client->stub, client->context);
    grpc__testing__test_service_stub__full_duplex_call__writes_done(stream);
    EXPECT(grpc__testing__test_service_stub__full_duplex_call__read(stream) == NULL,
           "a response to nothing");
    grpc__testing__test_service_stub__full_duplex_call__finish(stream);
    EXPECT_STATUS(client, GRPC_C_STATUS_OK);
    return true;
}

/*
 * Not in the document any more. As C++ and test.proto have it: the server takes all requests before
 * it answers the first. Verified are that each request is answered by one response, of the size it
 * asks for, in order. (That no response comes early cannot be seen without waiting for it.)
 */
bool interop_half_duplex(interop_client *client)
{
    Grpc__Testing__TestService_HalfDuplexCall_ClientReaderWriter *stream =
        grpc__testing__test_service_stub__half_duplex_call(&client->stub, client->context);
    for (int i = 0; i < INTEROP_STREAM_LENGTH; i++) {
        Grpc__Testing__ResponseParameters parameters = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
        Grpc__Testing__ResponseParameters *list = &parameters;
        parameters.size = interop_response_sizes[i];
        Grpc__Testing__StreamingOutputCallRequest request =
            GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
        request.n_response_parameters = 1;
        request.response_parameters = &list;
        if (!grpc__testing__test_service_stub__half_duplex_call__write(stream, &request))
            break;
    }
    grpc__testing__test_service_stub__half_duplex_call__writes_done(stream);
    const Grpc__Testing__StreamingOutputCallResponse *response;
    int count = 0;
    while ((response = grpc__testing__test_service_stub__half_duplex_call__read(stream)) != NULL) {
        EXPECT(count < INTEROP_STREAM_LENGTH, "more than four responses");
        EXPECT(interop_is_payload(response->payload, (size_t)interop_response_sizes[count]),
               "response %d is not %d zeros", count, interop_response_sizes[count]);
        count++;
    }
    grpc__testing__test_service_stub__half_duplex_call__finish(stream);
    EXPECT_STATUS(client, GRPC_C_STATUS_OK);
    EXPECT(count == INTEROP_STREAM_LENGTH, "%d responses", count);
    return true;
}
