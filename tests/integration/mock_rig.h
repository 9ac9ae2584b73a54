/*
 * What the tests of mocks stand on: mocks, and stubs that are the mock's own or, where a server
 * serves the mock, on a channel to that. Each test runs with both.
 */
#ifndef MOCK_RIG_H
#define MOCK_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <grpc-c/grpc-c.h>

#include "echo.grpc-c-mock.h"
#include "streams.grpc-c-mock.h"

typedef struct rig {
    Echo__Echo_Mock echo;
    Streams__Streams_Mock streams;
    Echo__Echo_Stub echo_stub;
    Streams__Streams_Stub streams_stub;
    grpc_c_client_context *context;
    /** NULL where the mock's own stubs are used. */
    grpc_c_server *server;
    grpc_c_channel *channel;
} rig;

static inline int set_up_local(void **state)
{
    rig *rig = calloc(1, sizeof *rig);
    assert_true(echo__echo_mock_init(&rig->echo));
    assert_true(streams__streams_mock_init(&rig->streams));
    rig->echo_stub = echo__echo_mock_stub(&rig->echo);
    rig->streams_stub = streams__streams_mock_stub(&rig->streams);
    rig->context = grpc_c_client_context_new();
    *state = rig;
    return 0;
}

static inline int set_up_served(void **state)
{
    set_up_local(state);
    rig *rig = *state;
    char target[64];
    rig->server = grpc_c_server_new(NULL);
    assert_true(echo__echo_mock_add_to_server(&rig->echo, rig->server));
    assert_true(streams__streams_mock_add_to_server(&rig->streams, rig->server));
    int port = grpc_c_server_add_insecure_port(rig->server, "127.0.0.1:0", NULL);
    assert_true(port != 0 && grpc_c_server_start(rig->server, NULL));
    snprintf(target, sizeof target, "127.0.0.1:%d", port);
    rig->channel = grpc_c_insecure_channel_new(target, NULL);
    rig->echo_stub = echo__echo_stub(rig->channel);
    rig->streams_stub = streams__streams_stub(rig->channel);
    return 0;
}

static inline int tear_down(void **state)
{
    rig *rig = *state;
    grpc_c_client_context_free(rig->context);
    grpc_c_channel_free(rig->channel);
    grpc_c_server_free(rig->server);
    echo__echo_mock_clear(&rig->echo);
    streams__streams_mock_clear(&rig->streams);
    free(rig);
    return 0;
}

static inline void assert_status(rig *rig, grpc_c_status_code code, const char *message)
{
    assert_int_equal(grpc_c_client_context_status(rig->context), code);
    assert_string_equal(grpc_c_client_context_message(rig->context), message);
}

enum { item_count = 3 };
static Streams__Item items[item_count];
static const Streams__Item *const item_list[item_count] = {&items[0], &items[1], &items[2]};

static inline void set_items(rig *rig)
{
    for (int i = 0; i < item_count; i++) {
        streams__item__init(&items[i]);
        items[i].number = i + 1;
    }
    rig->streams.count.replies = rig->streams.chat.replies = item_list;
    rig->streams.count.reply_count = rig->streams.chat.reply_count = item_count;
}

#define TWICE(test) \
    {"local: " #test, test, set_up_local, tear_down, NULL}, \
    { \
        "served: " #test, test, set_up_served, tear_down, NULL \
    }

#endif
