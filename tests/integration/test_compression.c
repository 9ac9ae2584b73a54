/* What comes compressed: both sides are told of it message by message, the limit counts what it
 * decompresses to, and memory of the call is taken only for what it unpacks to. */
#include "fixture.h"
#include "streams.grpc-c.h"

/* ---- the service ---- */

typedef struct notes {
    /** How the handlers answer. */
    _Atomic grpc_c_compression compression;
    _Atomic bool send_uncompressed;
    /** What they saw. */
    _Atomic int calls;
    _Atomic bool request_was_compressed;
} notes;

static grpc_c_status_code say(void *self, const Echo__Request *request, Echo__Reply *reply,
                              grpc_c_server_context *context)
{
    notes *notes = self;
    notes->calls++;
    notes->request_was_compressed = grpc_c_server_context_message_was_compressed(context);
    assert_true(grpc_c_server_context_set_compression(context, notes->compression));
    grpc_c_server_context_set_compress_messages(context, !notes->send_uncompressed);
    reply->text = request->text;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code collect(void *self, Streams__Streams_Collect_ServerReader *reader,
                                  Streams__Sum *reply, grpc_c_server_context *context)
{
    (void)self;
    (void)context;
    while (streams__streams_servicer__collect__read(reader) != NULL)
        reply->count++;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code count(void *self, const Streams__Order *request,
                                Streams__Streams_Count_ServerWriter *writer,
                                grpc_c_server_context *context)
{
    notes *notes = self;
    notes->request_was_compressed = grpc_c_server_context_message_was_compressed(context);
    grpc_c_server_context_set_compression(context, notes->compression);
    Streams__Item item = STREAMS__ITEM__INIT;
    item.filling.len = request->filling_bytes;
    item.filling.data = grpc_c_server_context_alloc(context, item.filling.len);
    memset(item.filling.data, 'f', item.filling.len);
    while (item.number < request->count && streams__streams_servicer__count__write(writer, &item))
        item.number++;
    return GRPC_C_STATUS_OK;
}

/* Of what is read, even numbers come compressed; of what is written, every third goes so. */
static grpc_c_status_code chat(void *self, Streams__Streams_Chat_ServerReaderWriter *stream,
                               grpc_c_server_context *context)
{
    notes *notes = self;
    grpc_c_server_context_set_compression(context, notes->compression);
    if (grpc_c_server_context_message_was_compressed(context))
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_ABORTED, "before any message");
    const Streams__Item *item;
    while ((item = streams__streams_servicer__chat__read(stream)) != NULL) {
        if (grpc_c_server_context_message_was_compressed(context) != (item->number % 2 == 0))
            return grpc_c_server_context_fail(context, GRPC_C_STATUS_ABORTED, "item %d",
                                              (int)item->number);
        grpc_c_server_context_set_compress_messages(context, item->number % 3 == 0);
        streams__streams_servicer__chat__write(stream, item);
    }
    return GRPC_C_STATUS_OK;
}

static const Echo__Echo_Servicer echo_servicer = {.say = say};
static const Streams__Streams_Servicer streams_servicer = {.collect = collect,
                                                           .count = count,
                                                           .chat = chat};

/* ---- the ground ---- */

typedef struct ground {
    notes notes;
    grpc_c_server *server;
    grpc_c_channel *channel;
    Echo__Echo_Stub echo;
    Streams__Streams_Stub streams;
    grpc_c_client_context *context;
} ground;

static ground *ground_new(const grpc_c_server_options *server_options,
                          const grpc_c_channel_options *channel_options)
{
    char target[64];
    ground *ground = calloc(1, sizeof *ground);
    ground->server = grpc_c_server_new(server_options);
    assert_true(echo__echo_add_servicer_to_server(&echo_servicer, &ground->notes, ground->server));
    assert_true(
        streams__streams_add_servicer_to_server(&streams_servicer, &ground->notes, ground->server));
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(ground->server, "127.0.0.1:0", NULL));
    assert_true(grpc_c_server_start(ground->server, NULL));
    ground->channel = grpc_c_insecure_channel_new(target, channel_options);
    ground->echo = echo__echo_stub(ground->channel);
    ground->streams = streams__streams_stub(ground->channel);
    ground->context = grpc_c_client_context_new();
    return ground;
}

static void ground_free(ground *ground)
{
    grpc_c_client_context_free(ground->context);
    grpc_c_channel_free(ground->channel);
    grpc_c_server_free(ground->server);
    free(ground);
}

/* A call of Say whose request, and reply, have so many bytes when serialized. */
static grpc_c_status_code say_bytes(ground *ground, size_t size)
{
    Echo__Request request = ECHO__REQUEST__INIT;
    char *text = calloc(1, size + 1);
    request.text = text;
    for (size_t length = size; length > 0; length--) {
        memset(text, 'x', length);
        text[length] = '\0';
        if (echo__request__get_packed_size(&request) == size)
            break;
    }
    assert_int_equal(echo__request__get_packed_size(&request), size);
    const Echo__Reply *reply = echo__echo_stub__say(&ground->echo, &request, ground->context);
    if (reply != NULL)
        assert_string_equal(reply->text, text);
    free(text);
    return grpc_c_client_context_status(ground->context);
}

enum { some_bytes = 10 * 1000 };

static const grpc_c_compression all[] = {GRPC_C_COMPRESSION_NONE, GRPC_C_COMPRESSION_DEFLATE,
                                         GRPC_C_COMPRESSION_GZIP};

/* ---- who is told what ---- */

static void check_unary(ground *ground, grpc_c_compression client, bool client_uncompressed,
                        grpc_c_compression server, bool server_uncompressed)
{
    ground->notes.compression = server;
    ground->notes.send_uncompressed = server_uncompressed;
    grpc_c_client_context_reset(ground->context);
    assert_false(grpc_c_client_context_message_was_compressed(ground->context));
    assert_true(grpc_c_client_context_set_compression(ground->context, client));
    grpc_c_client_context_set_compress_messages(ground->context, !client_uncompressed);
    assert_int_equal(say_bytes(ground, some_bytes), GRPC_C_STATUS_OK);
    assert_int_equal(ground->notes.request_was_compressed,
                     client != GRPC_C_COMPRESSION_NONE && !client_uncompressed);
    assert_int_equal(grpc_c_client_context_message_was_compressed(ground->context),
                     server != GRPC_C_COMPRESSION_NONE && !server_uncompressed);
}

static void test_unary_every_way(void **state)
{
    (void)state;
    ground *ground = ground_new(NULL, NULL);
    for (int way = 0; way < 3 * 3 * 4; way++)
        check_unary(ground, all[way % 3], (way / 9) % 2 != 0, all[(way / 3) % 3], way / 18 != 0);
    /* A call that is not made has no message. */
    check_unary(ground, GRPC_C_COMPRESSION_GZIP, false, GRPC_C_COMPRESSION_GZIP, false);
    grpc_c_client_context_set_timeout_ms(ground->context, 0);
    assert_int_equal(say_bytes(ground, some_bytes), GRPC_C_STATUS_DEADLINE_EXCEEDED);
    assert_false(grpc_c_client_context_message_was_compressed(ground->context));
    ground_free(ground);
}

static void test_no_context(void **state)
{
    (void)state;
    assert_false(grpc_c_client_context_message_was_compressed(NULL));
    assert_false(grpc_c_server_context_message_was_compressed(NULL));
}

static void test_stream_message_by_message(void **state)
{
    (void)state;
    uint8_t filling[1000] = {0};
    for (size_t i = 1; i < 3; i++) {
        ground *ground = ground_new(NULL, GRPC_C_CHANNEL_OPTIONS(.compression = all[i]));
        ground->notes.compression = all[3 - i];
        Streams__Streams_Chat_ClientReaderWriter *stream =
            streams__streams_stub__chat(&ground->streams, ground->context);
        Streams__Item item = STREAMS__ITEM__INIT;
        item.filling = (ProtobufCBinaryData){sizeof filling, filling};
        for (item.number = 0; item.number < 20; item.number++) {
            grpc_c_client_context_set_compress_messages(ground->context, item.number % 2 == 0);
            streams__streams_stub__chat__write(stream, &item);
            const Streams__Item *reply = streams__streams_stub__chat__read(stream);
            assert_non_null(reply);
            assert_int_equal(reply->filling.len, sizeof filling);
            assert_int_equal(grpc_c_client_context_message_was_compressed(ground->context),
                             item.number % 3 == 0);
        }
        assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
        ground_free(ground);
    }
}

/* Half as large when compressed, and so in many pieces of core's. */
static void test_large_messages(void **state)
{
    (void)state;
    enum { size = 1000 * 1000 };
    uint8_t *filling = malloc(size);
    uint32_t random = 1;
    for (size_t i = 0; i < size; i++) {
        random = random * 1664525 + 1013904223;
        filling[i] = (uint8_t) "0123456789abcdef"[random >> 28];
    }
    for (size_t i = 1; i < 3; i++) {
        ground *ground = ground_new(NULL, GRPC_C_CHANNEL_OPTIONS(.compression = all[i]));
        ground->notes.compression = all[3 - i];
        Streams__Streams_Chat_ClientReaderWriter *stream =
            streams__streams_stub__chat(&ground->streams, ground->context);
        Streams__Item item = STREAMS__ITEM__INIT;
        item.filling = (ProtobufCBinaryData){size, filling};
        streams__streams_stub__chat__write(stream, &item);
        const Streams__Item *reply = streams__streams_stub__chat__read(stream);
        assert_non_null(reply);
        assert_int_equal(reply->filling.len, size);
        assert_memory_equal(reply->filling.data, filling, size);
        assert_true(grpc_c_client_context_message_was_compressed(ground->context));
        assert_int_equal(streams__streams_stub__chat__finish(stream), GRPC_C_STATUS_OK);
        ground_free(ground);
    }
    free(filling);
}

static void test_request_of_a_server_stream(void **state)
{
    (void)state;
    ground *ground = ground_new(NULL, GRPC_C_CHANNEL_OPTIONS(.compression = all[1]));
    char text[1000] = {0};
    memset(text, 't', sizeof text - 1);
    Streams__Order order = STREAMS__ORDER__INIT;
    order.message = text;
    Streams__Streams_Count_ClientReader *stream =
        streams__streams_stub__count(&ground->streams, &order, ground->context);
    assert_int_equal(streams__streams_stub__count__finish(stream), GRPC_C_STATUS_OK);
    assert_true(ground->notes.request_was_compressed);
    assert_false(grpc_c_client_context_message_was_compressed(ground->context));
    ground_free(ground);
}

/* ---- limits ---- */

static const char too_large[] = "the message is larger than may be received, once decompressed";

static void check_limits(grpc_c_compression compression, size_t server_limit, size_t channel_limit)
{
    ground *ground = ground_new(GRPC_C_SERVER_OPTIONS(.max_receive_message_bytes = server_limit),
                                GRPC_C_CHANNEL_OPTIONS(.compression = compression,
                                                       .max_receive_message_bytes = channel_limit));
    ground->notes.compression = compression;
    assert_int_equal(say_bytes(ground, some_bytes), GRPC_C_STATUS_OK);
    assert_int_equal(ground->notes.calls, 1);
    assert_int_equal(say_bytes(ground, some_bytes + 1), GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    assert_string_equal(grpc_c_client_context_message(ground->context), too_large);
    assert_int_equal(ground->notes.calls, server_limit == some_bytes ? 1 : 2);
    assert_int_equal(say_bytes(ground, some_bytes), GRPC_C_STATUS_OK);
    ground_free(ground);
}

static void test_exactly_the_limit_and_one_more(void **state)
{
    (void)state;
    for (size_t i = 1; i < 3; i++) {
        check_limits(all[i], some_bytes, 0);
        check_limits(all[i], 0, some_bytes);
    }
}

static void test_bomb_meets_the_default_limit(void **state)
{
    (void)state;
    ground *ground =
        ground_new(NULL, GRPC_C_CHANNEL_OPTIONS(.compression = GRPC_C_COMPRESSION_GZIP));
    assert_int_equal(say_bytes(ground, 16 << 20), GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    assert_string_equal(grpc_c_client_context_message(ground->context), too_large);
    assert_int_equal(ground->notes.calls, 0);
    ground_free(ground);
}

/* The handler takes the end of its messages for their end, and returns OK. */
static void test_too_large_in_a_stream_to_the_server(void **state)
{
    (void)state;
    ground *ground = ground_new(GRPC_C_SERVER_OPTIONS(.max_receive_message_bytes = some_bytes),
                                GRPC_C_CHANNEL_OPTIONS(.compression = GRPC_C_COMPRESSION_DEFLATE));
    uint8_t *filling = calloc(1, 10 * some_bytes);
    Streams__Item item = STREAMS__ITEM__INIT;
    Streams__Streams_Collect_ClientWriter *stream =
        streams__streams_stub__collect(&ground->streams, ground->context);
    streams__streams_stub__collect__write(stream, &item);
    item.filling = (ProtobufCBinaryData){10 * some_bytes, filling};
    streams__streams_stub__collect__write(stream, &item);
    assert_null(streams__streams_stub__collect__finish(stream));
    assert_int_equal(grpc_c_client_context_status(ground->context),
                     GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    assert_string_equal(grpc_c_client_context_message(ground->context), too_large);
    free(filling);
    ground_free(ground);
}

static void test_too_large_in_a_stream_to_the_client(void **state)
{
    (void)state;
    ground *ground =
        ground_new(NULL, GRPC_C_CHANNEL_OPTIONS(.max_receive_message_bytes = some_bytes));
    ground->notes.compression = GRPC_C_COMPRESSION_GZIP;
    Streams__Order order = STREAMS__ORDER__INIT;
    order.count = 1000;
    order.filling_bytes = some_bytes;
    Streams__Streams_Count_ClientReader *stream =
        streams__streams_stub__count(&ground->streams, &order, ground->context);
    assert_null(streams__streams_stub__count__read(stream));
    assert_int_equal(streams__streams_stub__count__finish(stream),
                     GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    assert_string_equal(grpc_c_client_context_message(ground->context), too_large);
    ground_free(ground);
}

/* The serialized bytes do not count: only what they are unpacked to. */
static void test_memory_of_the_call(void **state)
{
    (void)state;
    ground *ground = ground_new(GRPC_C_SERVER_OPTIONS(.max_call_memory_bytes = some_bytes * 3 / 2),
                                GRPC_C_CHANNEL_OPTIONS(.compression = GRPC_C_COMPRESSION_GZIP));
    assert_int_equal(say_bytes(ground, some_bytes), GRPC_C_STATUS_OK);
    assert_int_equal(say_bytes(ground, 2 * some_bytes), GRPC_C_STATUS_RESOURCE_EXHAUSTED);
    assert_string_equal(grpc_c_client_context_message(ground->context),
                        "the message takes more memory than a call may");
    ground_free(ground);
}

/* ---- core's arguments ---- */

static void test_compression_that_the_server_has_disabled(void **state)
{
    (void)state;
    const grpc_c_core_argument none_but_identity = {"grpc.compression_enabled_algorithms_bitset",
                                                    NULL, 1};
    ground *ground = ground_new(GRPC_C_SERVER_OPTIONS(.core_arguments = &none_but_identity,
                                                      .core_argument_count = 1),
                                GRPC_C_CHANNEL_OPTIONS(.compression = GRPC_C_COMPRESSION_GZIP));
    assert_int_equal(say_bytes(ground, some_bytes), GRPC_C_STATUS_UNIMPLEMENTED);
    assert_int_equal(ground->notes.calls, 0);
    ground_free(ground);
}

static void test_core_is_not_made_to_decompress(void **state)
{
    (void)state;
    const grpc_c_core_argument decompress = {"grpc.per_message_decompression", NULL, 1};
    ground *ground =
        ground_new(GRPC_C_SERVER_OPTIONS(.core_arguments = &decompress, .core_argument_count = 1),
                   GRPC_C_CHANNEL_OPTIONS(.core_arguments = &decompress, .core_argument_count = 1));
    check_unary(ground, GRPC_C_COMPRESSION_GZIP, false, GRPC_C_COMPRESSION_GZIP, false);
    ground_free(ground);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unary_every_way),
        cmocka_unit_test(test_no_context),
        cmocka_unit_test(test_stream_message_by_message),
        cmocka_unit_test(test_large_messages),
        cmocka_unit_test(test_request_of_a_server_stream),
        cmocka_unit_test(test_exactly_the_limit_and_one_more),
        cmocka_unit_test(test_bomb_meets_the_default_limit),
        cmocka_unit_test(test_too_large_in_a_stream_to_the_server),
        cmocka_unit_test(test_too_large_in_a_stream_to_the_client),
        cmocka_unit_test(test_memory_of_the_call),
        cmocka_unit_test(test_compression_that_the_server_has_disabled),
        cmocka_unit_test(test_core_is_not_made_to_decompress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
