/*
 * Mocks of services, for unit tests: what the generated x.grpc-c-mock.h files (the plugin's option
 * `mock`) stand on. A test uses those; nothing here is to be called by hand.
 *
 *     Helloworld__Greeter_Mock mock;
 *     helloworld__greeter_mock_init(&mock);
 *     mock.say_hello.reply = &reply;                    what it answers
 *     Helloworld__Greeter_Stub stub = helloworld__greeter_mock_stub(&mock);
 *     code_under_test(&stub);
 *     assert(mock.say_hello.calls == 1);                what it was asked
 *     assert(strcmp(mock.say_hello.request->name, "Ada") == 0);
 *     helloworld__greeter_mock_clear(&mock);
 *
 * Calls on the stub behave as they would on a channel: requests and replies are copied by packing
 * them, a timeout of 0 ends a call with DEADLINE_EXCEEDED before it begins, a cancelled one ends
 * with CANCELLED, as one does that is finished before its last message was read. They end at once,
 * so that no other timeout runs out. There is no metadata. Async calls do so, too: their callbacks
 * run where they would, on a completion queue, never inside of the call; it is there that the mock
 * hears of the call, and is asked.
 *
 * What a test sets (replies, messages) is borrowed: it must last until it is no longer asked for.
 * What was heard is the mock's, until its clear.
 *
 * Threads: calls may come from several, one after the other is answered. A test sets and looks
 * while none is under way, or from on_call. An async call is under way until its last callback; on
 * a queue that the test itself drives, everything happens while it does.
 */
#ifndef GRPC_C_MOCK_H
#define GRPC_C_MOCK_H

#include <stdbool.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

#include <grpc-c/generated.h>
#include <grpc-c/macros.h>
#include <grpc-c/server.h>
#include <grpc-c/status.h>

GRPC_C_BEGIN_DECLS

/** What all mocks are underneath. */
typedef struct grpc_c_mock grpc_c_mock;

/** What a mock answers: one reply, NULL for none or an empty one, and the end of the call. */
typedef struct grpc_c_mock_answer {
    const ProtobufCMessage *reply;
    grpc_c_status_code status;
    const char *message;
} grpc_c_mock_answer;

/** How the typed mock of a service is reached, a pair a method. `mock` is the typed mock. */
typedef struct grpc_c_mock_method {
    /** A call begins, or goes on with another message: NULL where none has come yet. Takes the
     * message, which lives until the mock is freed. False when memory is short. */
    bool (*hear)(void *mock, bool begins, const ProtobufCMessage *message);
    /** The reply of that number, counted from 0. */
    grpc_c_mock_answer (*answer)(const void *mock, size_t number);
} grpc_c_mock_method;

/** Returns an owned mock; NULL when memory is short, or for NULL. Borrows all it is given until it
 * is freed. */
GRPC_C_API grpc_c_mock *grpc_c_mock_new(const grpc_c_service *service,
                                        const grpc_c_mock_method *methods, void *mock);

/** Frees a mock, and the messages that it has heard; NULL does nothing. */
GRPC_C_API void grpc_c_mock_free(grpc_c_mock *mock);

/** A stub whose calls the mock answers; good as long as the mock. Calls on that of a NULL mock
 * fail. */
GRPC_C_API grpc_c_stub grpc_c_mock_stub(grpc_c_mock *mock);

/** Serves the mock on a server, which borrows it. False as grpc_c_server_add_service. */
GRPC_C_API bool grpc_c_mock_add_to_server(grpc_c_mock *mock, grpc_c_server *server);

GRPC_C_END_DECLS

#endif
