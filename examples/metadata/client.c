/* Metadata, the client: metadata_client [TARGET], by default localhost:50051. Sends metadata with a
 * call, text and bytes, and prints what the server sent before its reply and after it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

static void print_all(const char *what, const grpc_c_metadata *metadata)
{
    for (size_t i = 0; i < metadata->count; i++) {
        const grpc_c_metadata_entry *entry = &metadata->entries[i];
        printf("%s metadata: %s: ", what, entry->key);
        size_t length = strlen(entry->key);
        if (length < 4 || strcmp(entry->key + length - 4, "-bin") != 0)
            printf("%s\n", entry->value);
        else
            printf("%zu bytes\n", entry->size);
    }
}

int main(int argc, char **argv)
{
    static const unsigned char trace[] = {0x00, 0x7f, 0x80, 0xff};
    int result = EXIT_FAILURE;
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051", NULL);
    Helloworld__Greeter_Stub stub = helloworld__greeter_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();

    /* It goes with each call of the context, until reset. What may not be sent is refused: a key of
     * gRPC's own, upper case, bytes under a key that does not end in "-bin". */
    if (!grpc_c_client_context_add_metadata(context, "tag", "red") ||
        !grpc_c_client_context_add_metadata(context, "tag", "blue") ||
        !grpc_c_client_context_add_binary_metadata(context, "trace-bin", trace, sizeof trace)) {
        fprintf(stderr, "metadata_client: this may not be sent\n");
        goto out;
    }

    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = "you";
    const Helloworld__HelloReply *reply =
        helloworld__greeter_stub__say_hello(&stub, &request, context);
    print_all("initial", grpc_c_client_context_initial_metadata(context));
    if (reply != NULL)
        printf("reply: %s\n", reply->message);
    else
        fprintf(stderr, "SayHello: %s\n", grpc_c_client_context_error(context));
    print_all("trailing", grpc_c_client_context_trailing_metadata(context));
    if (reply != NULL)
        result = EXIT_SUCCESS;

out:
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return result;
}
