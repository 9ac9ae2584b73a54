/*
 * So many calls for callgrind to count the instructions of: cost_calls KIND NUMBER.
 *   unary     async client and async servicer, one thread, one completion queue
 *   chat      the same, a message and its echo on one stream
 *   blocking  blocking client, blocking handler, one worker
 * The first two take the same path each time, and the third nearly so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"
#include "route_guide.grpc-c.h"

static grpc_c_completion_queue *queue;
static grpc_c_channel *channel;
static grpc_c_client_context *context;
static long left;
static bool over;

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "cost_calls: %s: %s\n", what,
            context != NULL ? grpc_c_client_context_error(context) : "");
    exit(EXIT_FAILURE);
}

/* ---- unary ---- */

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *server)
{
    (void)self;
    reply->message = grpc_c_server_context_strdup(server, request->name);
    return GRPC_C_STATUS_OK;
}

static void async_say_hello(void *self, const Helloworld__HelloRequest *request,
                            Helloworld__HelloReply *reply, grpc_c_server_context *server)
{
    grpc_c_server_context_finish(server, say_hello(self, request, reply, server));
}

static void call(const Helloworld__Greeter_Stub *stub);

static void on_reply(const Helloworld__HelloReply *reply, void *user_data)
{
    must(reply != NULL, "SayHello");
    over = --left == 0;
    if (!over)
        call(user_data);
}

static const Helloworld__HelloRequest *hello(void)
{
    static Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = "somebody";
    return &request;
}

static void call(const Helloworld__Greeter_Stub *stub)
{
    must(helloworld__greeter_stub__say_hello__async(stub, hello(), context, on_reply, (void *)stub),
         "SayHello");
}

/* ---- chat ---- */

typedef struct echo {
    grpc_c_server_context *server;
    Routeguide__RouteGuide_RouteChat_ServerReaderWriter *stream;
} echo;

static void on_note_from_client(const Routeguide__RouteNote *note, void *user_data);

static void on_echoed(bool ok, void *user_data)
{
    echo *echo = user_data;
    must(ok, "write of the server");
    routeguide__route_guide_servicer__route_chat__read__async(echo->stream, on_note_from_client,
                                                              echo);
}

static void on_note_from_client(const Routeguide__RouteNote *note, void *user_data)
{
    echo *echo = user_data;
    if (note == NULL)
        grpc_c_server_context_finish(echo->server, GRPC_C_STATUS_OK);
    else
        routeguide__route_guide_servicer__route_chat__write__async(echo->stream, note, on_echoed,
                                                                   echo);
}

static void async_route_chat(void *self,
                             Routeguide__RouteGuide_RouteChat_ServerReaderWriter *stream,
                             grpc_c_server_context *server)
{
    (void)self;
    echo *echo = grpc_c_server_context_alloc(server, sizeof *echo);
    echo->server = server;
    echo->stream = stream;
    on_echoed(true, echo);
}

static void on_finished(grpc_c_status_code status, void *user_data)
{
    (void)user_data;
    must(status == GRPC_C_STATUS_OK, "RouteChat");
    over = true;
}

static void on_note(const Routeguide__RouteNote *note, void *user_data);

static void on_written(bool ok, void *user_data)
{
    must(ok, "write of the client");
    routeguide__route_guide_stub__route_chat__read__async(user_data, on_note, user_data);
}

static void send_note(Routeguide__RouteGuide_RouteChat_ClientReaderWriter *stream)
{
    Routeguide__RouteNote note = ROUTEGUIDE__ROUTE_NOTE__INIT;
    note.message = "hello";
    routeguide__route_guide_stub__route_chat__write__async(stream, &note, on_written, stream);
}

static void on_note(const Routeguide__RouteNote *note, void *user_data)
{
    must(note != NULL, "read of the client");
    if (--left > 0)
        send_note(user_data);
    else
        routeguide__route_guide_stub__route_chat__finish__async(user_data, on_finished, NULL);
}

/* ---- */

static grpc_c_server *serve(const char *kind)
{
    static const Helloworld__Greeter_Servicer blocking = {.say_hello = say_hello};
    static const Helloworld__Greeter_AsyncServicer greeter = {.say_hello = async_say_hello};
    static const Routeguide__RouteGuide_AsyncServicer guide = {.route_chat = async_route_chat};
    grpc_c_server *server = grpc_c_server_new(
        GRPC_C_SERVER_OPTIONS(.max_workers = 1, .lanes = 1, .completion_queue = queue));
    bool added = false;
    if (strcmp(kind, "blocking") == 0)
        added = helloworld__greeter_add_servicer_to_server(&blocking, NULL, server);
    else if (strcmp(kind, "unary") == 0)
        added = helloworld__greeter_add_async_servicer_to_server(&greeter, NULL, server);
    else if (strcmp(kind, "chat") == 0)
        added = routeguide__route_guide_add_async_servicer_to_server(&guide, NULL, server);
    must(added, "KIND is unary, chat or blocking");
    char target[64];
    snprintf(target, sizeof target, "127.0.0.1:%d",
             grpc_c_server_add_insecure_port(server, "127.0.0.1:0", NULL));
    must(grpc_c_server_start(server, NULL), "start");
    channel =
        grpc_c_insecure_channel_new(target, GRPC_C_CHANNEL_OPTIONS(.completion_queue = queue));
    return server;
}

int main(int argc, char **argv)
{
    const char *kind = argc > 2 ? argv[1] : "";
    left = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    if (strcmp(kind, "blocking") != 0)
        queue = grpc_c_completion_queue_new();
    grpc_c_server *server = serve(kind);
    context = grpc_c_client_context_new();
    const Helloworld__Greeter_Stub greeter = helloworld__greeter_stub(channel);
    const Routeguide__RouteGuide_Stub guide = routeguide__route_guide_stub(channel);
    if (strcmp(kind, "blocking") == 0)
        for (; left > 0; left--)
            must(helloworld__greeter_stub__say_hello(&greeter, hello(), context) != NULL, kind);
    else if (strcmp(kind, "unary") == 0)
        call(&greeter);
    else
        send_note(routeguide__route_guide_stub__route_chat__async(&guide, context));
    while (queue != NULL && !over)
        must(grpc_c_completion_queue_poll(queue, -1) >= 0, "poll");
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    grpc_c_server_free(server);
    grpc_c_completion_queue_free(queue);
    return EXIT_SUCCESS;
}
