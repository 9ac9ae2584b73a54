/* Another codec than Protocol Buffers: the same generated code, other bytes. */
#include "fixture.h"

/* Protocol Buffers with every bit turned over: nobody else reads it. */
static size_t inverted_pack(const ProtobufCMessage *message, uint8_t *ret_bytes)
{
    size_t size = protobuf_c_message_pack(message, ret_bytes);
    for (size_t i = 0; i < size; i++)
        ret_bytes[i] = (uint8_t)~ret_bytes[i];
    return size;
}

static ProtobufCMessage *inverted_unpack(const ProtobufCMessageDescriptor *type,
                                         ProtobufCAllocator *allocator, const uint8_t *bytes,
                                         size_t size)
{
    uint8_t *turned = allocator->alloc(allocator->allocator_data, size);
    if (turned == NULL)
        return NULL;
    for (size_t i = 0; i < size; i++)
        turned[i] = (uint8_t)~bytes[i];
    return grpc_c_protobuf_codec.unpack(type, allocator, turned, size);
}

static grpc_c_codec inverted_codec(void)
{
    grpc_c_codec codec = grpc_c_protobuf_codec;
    codec.pack = inverted_pack;
    codec.unpack = inverted_unpack;
    return codec;
}

static size_t no_size(const ProtobufCMessage *message)
{
    (void)message;
    return SIZE_MAX;
}

static size_t short_pack(const ProtobufCMessage *message, uint8_t *ret_bytes)
{
    return protobuf_c_message_pack(message, ret_bytes) - 1;
}

static void check_call(const grpc_c_codec *server, const grpc_c_codec *client,
                       const char *expected_error)
{
    fixture *fixture = fixture_new(GRPC_C_SERVER_OPTIONS(.codec = server),
                                   GRPC_C_CHANNEL_OPTIONS(.codec = client));
    Echo__Request request = ECHO__REQUEST__INIT;
    request.text = "in other bytes";
    const Echo__Reply *reply = echo__echo_stub__say(&fixture->stub, &request, fixture->context);
    assert_string_equal(grpc_c_client_context_error(fixture->context), expected_error);
    if (reply != NULL)
        assert_string_equal(reply->text, "in other bytes");
    fixture_free(fixture);
}

static void test_both_sides_speak_it(void **state)
{
    (void)state;
    grpc_c_codec codec = inverted_codec();
    check_call(&codec, &codec, "OK");
}

static void test_only_one_side_speaks_it(void **state)
{
    (void)state;
    grpc_c_codec codec = inverted_codec();
    check_call(&codec, NULL, "INTERNAL: the message could not be parsed");
    check_call(NULL, &codec, "INTERNAL: the message could not be parsed");
}

static void test_message_that_cannot_be_packed(void **state)
{
    (void)state;
    grpc_c_codec codec = grpc_c_protobuf_codec;
    codec.packed_size = no_size;
    check_call(NULL, &codec, "INTERNAL: the message cannot be serialized, or is larger than 2 GiB");
    check_call(&codec, NULL, "INTERNAL: the message cannot be serialized, or is larger than 2 GiB");
    codec = grpc_c_protobuf_codec;
    codec.pack = short_pack;
    check_call(NULL, &codec, "INTERNAL: the message could not be serialized");
    check_call(&codec, NULL, "INTERNAL: the message could not be serialized");
}

static void test_incomplete_codec_makes_no_channel_or_server(void **state)
{
    (void)state;
    grpc_c_codec codec = grpc_c_protobuf_codec;
    codec.unpack = NULL;
    assert_null(grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.codec = &codec)));
    assert_null(
        grpc_c_insecure_channel_new("127.0.0.1:1", GRPC_C_CHANNEL_OPTIONS(.codec = &codec)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sides_speak_it),
        cmocka_unit_test(test_only_one_side_speaks_it),
        cmocka_unit_test(test_message_that_cannot_be_packed),
        cmocka_unit_test(test_incomplete_codec_makes_no_channel_or_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
