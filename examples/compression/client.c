/* Compression, the client: compression_client [TARGET], by default localhost:50051. Compresses what
 * it sends as the channel says, as the call says, and not at all for one message of a call. Run it
 * with GRPC_VERBOSITY=INFO GRPC_TRACE=compression in its environment to see what core makes of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "route_guide.grpc-c.h"

enum { text_length = 10000 };

/* Sends the text and reads it again. */
static bool exchange(Routeguide__RouteGuide_RouteChat_ClientReaderWriter *stream, char *text,
                     const char *how)
{
    Routeguide__RouteNote note = ROUTEGUIDE__ROUTE_NOTE__INIT;
    note.message = text;
    routeguide__route_guide_stub__route_chat__write(stream, &note);
    const Routeguide__RouteNote *answer = routeguide__route_guide_stub__route_chat__read(stream);
    bool same = answer != NULL && strcmp(answer->message, text) == 0;
    if (same)
        printf("%zu characters there and back, %s\n", strlen(text), how);
    return same;
}

static bool chat(const Routeguide__RouteGuide_Stub *stub, char *text, const char *how,
                 grpc_c_client_context *context)
{
    Routeguide__RouteGuide_RouteChat_ClientReaderWriter *stream =
        routeguide__route_guide_stub__route_chat(stub, context);
    bool same = exchange(stream, text, how);

    /* For the messages that follow, until it is true again: what was compressed before, such as a
     * picture, would only cost time. */
    grpc_c_client_context_set_compress_messages(context, false);
    same = exchange(stream, text, "as they are") && same;
    grpc_c_client_context_set_compress_messages(context, true);

    routeguide__route_guide_stub__route_chat__writes_done(stream);
    if (routeguide__route_guide_stub__route_chat__finish(stream) == GRPC_C_STATUS_OK)
        return same;
    fprintf(stderr, "RouteChat: %s\n", grpc_c_client_context_error(context));
    return false;
}

int main(int argc, char **argv)
{
    char text[text_length + 1];
    memset(text, 'x', text_length);
    text[text_length] = '\0';

    /* For all calls of the channel that do not say otherwise. */
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051",
                                    GRPC_C_CHANNEL_OPTIONS(.compression = GRPC_C_COMPRESSION_GZIP));
    Routeguide__RouteGuide_Stub stub = routeguide__route_guide_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    bool same = chat(&stub, text, "gzip as the channel says", context);

    /* For each later call of the context, whatever the channel says; NONE is possible, too. */
    grpc_c_client_context_set_compression(context, GRPC_C_COMPRESSION_DEFLATE);
    same = chat(&stub, text, "deflate as the call says", context) && same;

    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
