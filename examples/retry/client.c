/* Retries, the client: retry_client [TARGET], by default localhost:50051. The channel repeats a
 * call that ends with UNAVAILABLE, up to three times; whoever makes the call does not notice. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

/* gRPC's doc/service_config.md. A name without a method is for all methods of the service. Attempts
 * count the first one, and are five at most; the wait between them is random, up to the backoff,
 * which grows by the multiplier. retryThrottling stops retries while many calls fail, so that they
 * do not make things worse for a server in trouble. */
static const char service_config[] =
    "{"
    "  \"methodConfig\": [{"
    "    \"name\": [{\"service\": \"helloworld.Greeter\"}],"
    "    \"retryPolicy\": {"
    "      \"maxAttempts\": 4,"
    "      \"initialBackoff\": \"0.05s\","
    "      \"maxBackoff\": \"1s\","
    "      \"backoffMultiplier\": 2,"
    "      \"retryableStatusCodes\": [\"UNAVAILABLE\"]"
    "    }"
    "  }],"
    "  \"retryThrottling\": {\"maxTokens\": 10, \"tokenRatio\": 0.1}"
    "}";

int main(int argc, char **argv)
{
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051",
                                    GRPC_C_CHANNEL_OPTIONS(.service_config_json = service_config));
    Helloworld__Greeter_Stub stub = helloworld__greeter_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();

    /* The timeout is for the call with all its attempts. */
    grpc_c_client_context_set_timeout_ms(context, 60000);
    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = "you";
    const Helloworld__HelloReply *reply =
        helloworld__greeter_stub__say_hello(&stub, &request, context);
    if (reply != NULL)
        printf("%s\n", reply->message);
    else
        fprintf(stderr, "SayHello: %s\n", grpc_c_client_context_error(context));

    int result = reply != NULL ? EXIT_SUCCESS : EXIT_FAILURE;
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return result;
}
