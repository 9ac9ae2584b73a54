/*
 * Compression: client_compressed_unary and _streaming, server_compressed_unary and _streaming.
 * Zeros become smaller, so that what is to be compressed is. Whether a message came compressed is
 * known from its own flag, on both sides.
 */
#include "cases.h"

/* A server that does not look at the compression of its requests would let anything pass: it must
 * find fault with one that is not as it is told. */
static bool probe_unary(interop_client *client)
{
    Grpc__Testing__Payload payload = interop_payload(INTEROP_LARGE_REQUEST);
    Grpc__Testing__BoolValue yes = GRPC__TESTING__BOOL_VALUE__INIT;
    Grpc__Testing__SimpleRequest request = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    yes.value = 1;
    request.expect_compressed = &yes;
    request.response_size = INTEROP_LARGE_RESPONSE;
    request.payload = &payload;
    grpc__testing__test_service_stub__unary_call(&client->stub, &request, client->context);
    EXPECT_STATUS(client, GRPC_C_STATUS_INVALID_ARGUMENT);
    return true;
}

bool interop_client_compressed_unary(interop_client *client)
{
    if (!probe_unary(client))
        return false;
    for (int compressed = 1; compressed >= 0; compressed--) {
        Grpc__Testing__BoolValue expected = GRPC__TESTING__BOOL_VALUE__INIT;
        Grpc__Testing__SimpleRequest request = GRPC__TESTING__SIMPLE_REQUEST__INIT;
        expected.value = compressed;
        request.expect_compressed = &expected;
        grpc_c_client_context_set_compression(client->context, compressed
                                                                   ? GRPC_C_COMPRESSION_GZIP
                                                                   : GRPC_C_COMPRESSION_NONE);
        if (!interop_call_large(client, &request))
            return false;
    }
    return true;
}

bool interop_server_compressed_unary(interop_client *client)
{
    for (int compressed = 1; compressed >= 0; compressed--) {
        Grpc__Testing__BoolValue wanted = GRPC__TESTING__BOOL_VALUE__INIT;
        Grpc__Testing__SimpleRequest request = GRPC__TESTING__SIMPLE_REQUEST__INIT;
        wanted.value = compressed;
        request.response_compressed = &wanted;
        if (!interop_call_large(client, &request))
            return false;
        EXPECT(grpc_c_client_context_message_was_compressed(client->context) == (compressed != 0),
               "the response came%s compressed", compressed ? " not" : "");
    }
    return true;
}

/* Sends one request of `size` zeros, as it says itself compressed or not. */
static bool write_input(interop_client *client,
                        Grpc__Testing__TestService_StreamingInputCall_ClientWriter *writer,
                        int size, bool compress, bool expect_compressed)
{
    Grpc__Testing__Payload payload = interop_payload((size_t)size);
    Grpc__Testing__BoolValue expected = GRPC__TESTING__BOOL_VALUE__INIT;
    Grpc__Testing__StreamingInputCallRequest request =
        GRPC__TESTING__STREAMING_INPUT_CALL_REQUEST__INIT;
    expected.value = expect_compressed;
    request.expect_compressed = &expected;
    request.payload = &payload;
    grpc_c_client_context_set_compress_messages(client->context, compress);
    return grpc__testing__test_service_stub__streaming_input_call__write(writer, &request);
}

bool interop_client_compressed_streaming(interop_client *client)
{
    Grpc__Testing__TestService_StreamingInputCall_ClientWriter *writer =
        grpc__testing__test_service_stub__streaming_input_call(&client->stub, client->context);
    write_input(client, writer, 27182, false, true);
    grpc__testing__test_service_stub__streaming_input_call__finish(writer);
    EXPECT_STATUS(client, GRPC_C_STATUS_INVALID_ARGUMENT);

    grpc_c_client_context_set_compression(client->context, GRPC_C_COMPRESSION_GZIP);
    writer = grpc__testing__test_service_stub__streaming_input_call(&client->stub, client->context);
    bool written = write_input(client, writer, 27182, true, true) &&
                   write_input(client, writer, 45904, false, false);
    const Grpc__Testing__StreamingInputCallResponse *response =
        grpc__testing__test_service_stub__streaming_input_call__finish(writer);
    EXPECT_STATUS(client, GRPC_C_STATUS_OK);
    EXPECT(written, "OK before the end");
    EXPECT(response != NULL && response->aggregated_payload_size == 73086,
           "the server has not counted 73086 bytes");
    return true;
}

bool interop_server_compressed_streaming(interop_client *client)
{
    enum { length = 2 };
    static const int sizes[length] = {31415, 92653};
    Grpc__Testing__BoolValue yes = GRPC__TESTING__BOOL_VALUE__INIT;
    Grpc__Testing__BoolValue no = GRPC__TESTING__BOOL_VALUE__INIT;
    Grpc__Testing__ResponseParameters first = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    Grpc__Testing__ResponseParameters second = GRPC__TESTING__RESPONSE_PARAMETERS__INIT;
    Grpc__Testing__ResponseParameters *list[length] = {&first, &second};
    yes.value = 1;
    first.compressed = &yes;
    first.size = sizes[0];
    second.compressed = &no;
    second.size = sizes[1];
    Grpc__Testing__StreamingOutputCallRequest request =
        GRPC__TESTING__STREAMING_OUTPUT_CALL_REQUEST__INIT;
    request.n_response_parameters = length;
    request.response_parameters = list;

    Grpc__Testing__TestService_StreamingOutputCall_ClientReader *reader =
        grpc__testing__test_service_stub__streaming_output_call(&client->stub, &request,
                                                                client->context);
    const Grpc__Testing__StreamingOutputCallResponse *response;
    int count = 0;
    while ((response = grpc__testing__test_service_stub__streaming_output_call__read(reader)) !=
           NULL) {
        EXPECT(count < length, "more than two responses");
        EXPECT(interop_is_payload(response->payload, (size_t)sizes[count]),
               "response %d is not %d zeros", count, sizes[count]);
        EXPECT(grpc_c_client_context_message_was_compressed(client->context) == (count == 0),
               "response %d came%s compressed", count, count == 0 ? " not" : "");
        count++;
    }
    grpc__testing__test_service_stub__streaming_output_call__finish(reader);
    EXPECT_STATUS(client, GRPC_C_STATUS_OK);
    EXPECT(count == length, "%d responses", count);
    return true;
}
