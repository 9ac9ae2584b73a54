/*
 * What the tests of misuse share. calls.bats compares what they say they called with the headers,
 * so that a new public function needs a line: MISUSE(function, what must be so when it is called
 * wrongly).
 */
#ifndef MISUSE_H
#define MISUSE_H

#include <grpc-c/mock.h>

#include "async_servicers.h"

#define MISUSE(function, condition) \
    do { \
        print_message("misused: %s\n", #function); \
        (void)&(function); /* it is one */ \
        assert_true(condition); \
    } while (0)

/** For functions that return nothing: that they return is all. */
#define MISUSE_VOID(function, call) MISUSE(function, ((call), true))

/** Whether a function has failed so, and said why; forgets it. */
static inline bool failed_with(grpc_c_error *error, grpc_c_status_code code)
{
    bool as_expected = error->code == code && error->message[0] != '\0';
    *error = (grpc_c_error){.code = GRPC_C_STATUS_OK};
    return as_expected;
}

/* Callbacks that are never called. */

static inline void on_done(bool ok, void *user_data)
{
    (void)ok;
    (void)user_data;
}

static inline void on_status(grpc_c_status_code code, void *user_data)
{
    (void)code;
    (void)user_data;
}

static inline void on_any(void)
{
}

static inline void deliver(grpc_c_function callback, const ProtobufCMessage *message,
                           void *user_data)
{
    (void)callback;
    (void)message;
    (void)user_data;
}

static inline int set_up(void **state)
{
    *state = fixture_new(NULL, NULL);
    return 0;
}

/** The server answers the next call. */
static inline int tear_down(void **state)
{
    fixture *fixture = *state;
    Echo__Request request = ECHO__REQUEST__INIT;
    bool answered = echo__echo_stub__say(&fixture->stub, &request, fixture->context) != NULL;
    fixture_free(fixture);
    return answered ? 0 : -1;
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
