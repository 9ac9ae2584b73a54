/*
 * The client that hostile servers are let loose on:
 *   wire_client [--async] [--timeout MS] [--metadata KEY HEX] TARGET [METHOD:]TEXT…
 * makes the calls one after the other on one channel, METHOD being say (the default), count or
 * collect; prints how each ended, with the metadata that came with it, and at last the most memory
 * that it had. Exit status 0 tells that all calls ended and, with a sanitizer, that nothing leaked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <grpc-c/grpc-c.h>

#include "wire.grpc-c.h"

typedef struct client {
    grpc_c_completion_queue *queue; /* NULL: blocking calls */
    grpc_c_channel *channel;
    grpc_c_client_context *context;
    Wire__Wire_Stub stub;
    Wire__Request request;
    /* Of the call. */
    unsigned replies;
    char *text;
    bool over;
    Wire__Wire_Count_ClientReader *reader;
    Wire__Wire_Collect_ClientWriter *writer;
} client;

static void take(client *client, const Wire__Reply *reply)
{
    if (reply == NULL)
        return;
    client->replies++;
    free(client->text);
    client->text = strdup(reply->text);
}

/* ---- blocking ---- */

static void say(client *client)
{
    take(client, wire__wire_stub__say(&client->stub, &client->request, client->context));
}

static void count(client *client)
{
    const Wire__Reply *reply;
    Wire__Wire_Count_ClientReader *reader =
        wire__wire_stub__count(&client->stub, &client->request, client->context);
    while ((reply = wire__wire_stub__count__read(reader)) != NULL)
        take(client, reply);
    wire__wire_stub__count__finish(reader);
}

static void collect(client *client)
{
    Wire__Wire_Collect_ClientWriter *writer =
        wire__wire_stub__collect(&client->stub, client->context);
    wire__wire_stub__collect__write(writer, &client->request);
    take(client, wire__wire_stub__collect__finish(writer));
}

/* ---- async ---- */

static void on_reply(const Wire__Reply *reply, void *user_data)
{
    client *client = user_data;
    take(client, reply);
    client->over = true;
}

static void on_status(grpc_c_status_code code, void *user_data)
{
    (void)code;
    ((client *)user_data)->over = true;
}

static void on_read(const Wire__Reply *reply, void *user_data)
{
    client *client = user_data;
    take(client, reply);
    if (reply != NULL)
        wire__wire_stub__count__read__async(client->reader, on_read, client);
    else
        wire__wire_stub__count__finish__async(client->reader, on_status, client);
}

static void on_written(bool ok, void *user_data)
{
    (void)ok;
    client *client = user_data;
    wire__wire_stub__collect__finish__async(client->writer, on_reply, client);
}

static void say_async(client *client)
{
    client->over = !wire__wire_stub__say__async(&client->stub, &client->request, client->context,
                                                on_reply, client);
}

static void count_async(client *client)
{
    client->reader =
        wire__wire_stub__count__async(&client->stub, &client->request, client->context);
    wire__wire_stub__count__read__async(client->reader, on_read, client);
}

static void collect_async(client *client)
{
    client->writer = wire__wire_stub__collect__async(&client->stub, client->context);
    wire__wire_stub__collect__write__async(client->writer, &client->request, on_written, client);
}

/* ---- */

static const struct method {
    const char *prefix;
    void (*call)(client *client);
    void (*call_async)(client *client);
} methods[] = {
    {"count:", count, count_async},
    {"collect:", collect, collect_async},
    {"", say, say_async},
};

static void print_metadata(const char *where, const grpc_c_metadata *metadata)
{
    for (size_t i = 0; i < metadata->count; i++) {
        const grpc_c_metadata_entry *entry = &metadata->entries[i];
        printf("%s %s ", where, entry->key);
        for (size_t byte = 0; byte < entry->size; byte++)
            printf("%02x", (unsigned char)entry->value[byte]);
        printf("\n");
    }
}

static void call(client *client, char *name)
{
    const struct method *method = methods;
    while (strncmp(name, method->prefix, strlen(method->prefix)) != 0)
        method++;
    client->request.text = name + strlen(method->prefix);
    client->replies = 0;
    client->over = false;
    if (client->queue == NULL)
        method->call(client);
    else
        for (method->call_async(client); !client->over;)
            grpc_c_completion_queue_poll(client->queue, -1);
    printf("%s: %s", name, grpc_c_client_context_error(client->context));
    if (client->replies > 0)
        printf(": %u of \"%.80s\"", client->replies, client->text);
    printf("\n");
    print_metadata("initial", grpc_c_client_context_initial_metadata(client->context));
    print_metadata("trailing", grpc_c_client_context_trailing_metadata(client->context));
}

static void add_metadata(client *client, const char *key, const char *hex)
{
    unsigned char value[1024];
    size_t size = 0;
    for (; hex[0] != '\0' && size < sizeof value; hex += 2)
        sscanf(hex, "%2hhx", &value[size++]);
    if (!grpc_c_client_context_add_binary_metadata(client->context, key, value, size))
        exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    client client = {.request = WIRE__REQUEST__INIT, .context = grpc_c_client_context_new()};
    char **next = argv + 1;
    for (; argc > 1 && *next != NULL && strncmp(*next, "--", 2) == 0; next++) {
        if (strcmp(*next, "--async") == 0)
            client.queue = grpc_c_completion_queue_new();
        else if (strcmp(*next, "--timeout") == 0)
            grpc_c_client_context_set_timeout_ms(client.context, strtol(*++next, NULL, 10));
        else if (strcmp(*next, "--metadata") == 0) {
            add_metadata(&client, next[1], next[2]);
            next += 2;
        }
    }
    client.channel = grpc_c_insecure_channel_new(*next, GRPC_C_CHANNEL_OPTIONS(.completion_queue =
                                                                                   client.queue));
    client.stub = wire__wire_stub(client.channel);
    while (client.channel != NULL && *++next != NULL)
        call(&client, *next);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("peak: %ld KiB\n", usage.ru_maxrss);
    free(client.text);
    grpc_c_client_context_free(client.context);
    grpc_c_channel_free(client.channel);
    grpc_c_completion_queue_free(client.queue);
    return EXIT_SUCCESS;
}
