/* Metadata, the server: metadata_server [ADDRESS], by default [::]:50051. Prints the metadata that
 * a call comes with, and answers with some of its own, before the reply and after it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

/* Only a key that ends in "-bin" has a value of any bytes; others are text. */
static void print_entry(const grpc_c_metadata_entry *entry)
{
    size_t length = strlen(entry->key);
    if (length < 4 || strcmp(entry->key + length - 4, "-bin") != 0) {
        printf("received %s: %s\n", entry->key, entry->value);
        return;
    }
    printf("received %s: %zu bytes:", entry->key, entry->size);
    for (size_t i = 0; i < entry->size; i++)
        printf(" %02x", (unsigned char)entry->value[i]);
    printf("\n");
}

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    (void)self;
    const grpc_c_metadata *metadata = grpc_c_server_context_metadata(context);
    for (size_t i = 0; i < metadata->count; i++)
        print_entry(&metadata->entries[i]);

    /* A key may come several times: find goes on behind `position`. */
    int tags = 0;
    size_t position = 0;
    while (grpc_c_metadata_find(metadata, "tag", &position) != NULL)
        tags++;

    /* Initial metadata goes out before the reply, trailing metadata with the status, also where the
     * call fails. */
    const char *path = grpc_c_server_context_method(context);
    grpc_c_server_context_add_initial_metadata(context, "served-by", path, strlen(path));
    const char *count = grpc_c_server_context_printf(context, "%d", tags);
    grpc_c_server_context_add_trailing_metadata(context, "tag-count", count, strlen(count));

    const grpc_c_metadata_entry *trace = grpc_c_metadata_find(metadata, "trace-bin", NULL);
    if (trace == NULL)
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_INVALID_ARGUMENT, "no trace-bin");
    grpc_c_server_context_add_trailing_metadata(context, "trace-bin", trace->value, trace->size);
    reply->message = grpc_c_server_context_printf(context, "Hello, %s!", request->name);
    return GRPC_C_STATUS_OK;
}

static const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "[::]:50051";
    grpc_c_error error;
    int port;

    setvbuf(stdout, NULL, _IOLBF, 0);
    grpc_c_server *server = grpc_c_server_new(NULL);
    helloworld__greeter_add_servicer_to_server(&greeter, NULL, server);
    if ((port = grpc_c_server_add_insecure_port(server, address, &error)) == 0 ||
        !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "metadata_server: %s\n", error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("Metadata server listening on port %d\n", port);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
