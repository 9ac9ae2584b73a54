/*
 * The client's cases, one function each, and what they share. A case returns true only if it has
 * verified what gRPC's interop-test-descriptions say of it; else it has said on stderr what it saw.
 *
 * A server that lacks the TestService fails every case but unimplemented_service. Where the
 * document's own assertions would hold without it (a call that is cancelled at once is CANCELLED
 * whoever listens), the case begins with an EmptyCall that must succeed.
 */
#ifndef INTEROP_CASES_H
#define INTEROP_CASES_H

#include <stdbool.h>
#include <stdio.h>

#include <grpc-c/grpc-c.h>

#include "grpc/testing/test.grpc-c.h"
#include "payload.h"

typedef struct interop_client {
    /* Flags. */
    const char *server_host;
    const char *server_host_override;
    int server_port;
    const char *target;
    const char *test_case;
    const char *service_config_json;
    bool use_tls;
    const char *ca_file;
    int soak_iterations;
    int soak_max_failures;
    int soak_per_iteration_max_acceptable_latency_ms;
    int soak_overall_timeout_seconds;
    int soak_min_time_ms_between_rpcs;
    int iteration_interval;
    /* The channel to the server, what is on it, and the context for all calls, fresh and with a
     * timeout when the case begins. */
    grpc_c_channel *channel;
    Grpc__Testing__TestService_Stub stub;
    grpc_c_client_context *context;
} interop_client;

/** Opens the channel, anew where there is one. False when memory is short. (client.c) */
bool interop_client_connect(interop_client *client);

/** How long a call may take where the case does not say: nothing waits forever. */
enum { INTEROP_TIMEOUT_MS = 60000 };

/** Makes the client's context as new, and gives its calls the timeout. */
void interop_client_reset(interop_client *client);

/* In a case: goes on if `condition` holds; else says why not, and ends the case. Streams that are
 * still open end with the context. */
#define EXPECT(condition, ...) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, __VA_ARGS__); \
            fprintf(stderr, " (not so: %s)\n", #condition); \
            return false; \
        } \
    } while (0)

/* In a case: the last call has ended with this status. */
#define EXPECT_STATUS(client, code) \
    EXPECT(grpc_c_client_context_status((client)->context) == (code), "the call ended with %s", \
           grpc_c_client_context_error((client)->context))

/* The request and response of large_unary, which other cases make, too. (cases_unary.c) */
enum { INTEROP_LARGE_REQUEST = 271828, INTEROP_LARGE_RESPONSE = 314159 };

/** One EmptyCall, which must succeed. */
bool interop_call_empty(interop_client *client);

/** One large UnaryCall with what `fields` has besides, which must succeed. */
bool interop_call_large(interop_client *client, const Grpc__Testing__SimpleRequest *fields);

/* The sizes of the streaming cases. */
enum { INTEROP_STREAM_LENGTH = 4 };
extern const int interop_request_sizes[INTEROP_STREAM_LENGTH];
extern const int interop_response_sizes[INTEROP_STREAM_LENGTH];

/** Sends one request on a FullDuplexCall, and waits for its response; NULL when the call is over.
 */
const Grpc__Testing__StreamingOutputCallResponse *interop_ping(
    Grpc__Testing__TestService_FullDuplexCall_ClientReaderWriter *stream, int request_size,
    int response_size);

/* The cases. */
bool interop_empty_unary(interop_client *client);
bool interop_large_unary(interop_client *client);
bool interop_cacheable_unary(interop_client *client);
bool interop_pick_first_unary(interop_client *client);

bool interop_client_streaming(interop_client *client);
bool interop_server_streaming(interop_client *client);
bool interop_slow_consumer(interop_client *client);
bool interop_ping_pong(interop_client *client);
bool interop_empty_stream(interop_client *client);
bool interop_half_duplex(interop_client *client);

bool interop_client_compressed_unary(interop_client *client);
bool interop_server_compressed_unary(interop_client *client);
bool interop_client_compressed_streaming(interop_client *client);
bool interop_server_compressed_streaming(interop_client *client);

bool interop_custom_metadata(interop_client *client);
bool interop_status_code_and_message(interop_client *client);
bool interop_special_status_message(interop_client *client);
bool interop_unimplemented_method(interop_client *client);
bool interop_unimplemented_service(interop_client *client);

bool interop_cancel_after_begin(interop_client *client);
bool interop_cancel_after_first_response(interop_client *client);
bool interop_timeout_on_sleeping_server(interop_client *client);

bool interop_rpc_soak(interop_client *client);
bool interop_channel_soak(interop_client *client);
bool interop_long_lived_channel(interop_client *client);

#endif
