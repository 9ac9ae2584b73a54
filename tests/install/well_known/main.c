/* Server and client in one process, which have nothing to say but well-known types. */
#include <stdio.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "clock.grpc-c.h"

static grpc_c_status_code now(void *self, const Google__Protobuf__Empty *request,
                              Google__Protobuf__Timestamp *reply, grpc_c_server_context *context)
{
    (void)request;
    (void)context;
    const int64_t *seconds = self;
    reply->seconds = *seconds;
    return GRPC_C_STATUS_OK;
}

/* {"type": the URL's end} */
static grpc_c_status_code describe(void *self, const Google__Protobuf__Any *request,
                                   Google__Protobuf__Struct *reply, grpc_c_server_context *context)
{
    (void)self;
    Google__Protobuf__Value *value = grpc_c_server_context_alloc(context, sizeof(*value));
    Google__Protobuf__Struct__FieldsEntry *entry =
        grpc_c_server_context_alloc(context, sizeof(*entry));
    reply->fields = grpc_c_server_context_alloc(context, sizeof(*reply->fields));
    if (value == NULL || entry == NULL || reply->fields == NULL)
        return GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    google__protobuf__value__init(value);
    value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE;
    value->string_value = strrchr(request->type_url, '/') + 1;
    protobuf_c_message_init(&google__protobuf__struct__fields_entry__descriptor, entry);
    entry->key = grpc_c_server_context_strdup(context, "type");
    entry->value = value;
    reply->fields[0] = entry;
    reply->n_fields = 1;
    return GRPC_C_STATUS_OK;
}

static int ask(const char *target)
{
    int result = 1;
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Clock__Clock_Stub stub = clock__clock_stub(channel);
    Google__Protobuf__Empty nothing = GOOGLE__PROTOBUF__EMPTY__INIT;
    Google__Protobuf__Any any = GOOGLE__PROTOBUF__ANY__INIT;
    char url[] = "type.googleapis.com/clock.Hand";
    any.type_url = url;
    grpc_c_client_context_set_timeout_ms(context, 30000);
    const Google__Protobuf__Timestamp *time = clock__clock_stub__now(&stub, &nothing, context);
    if (time == NULL) {
        fprintf(stderr, "Now: %s\n", grpc_c_client_context_error(context));
        goto cleanup;
    }
    printf("%d ", (int)time->seconds);
    const Google__Protobuf__Struct *tree = clock__clock_stub__describe(&stub, &any, context);
    if (tree == NULL) {
        fprintf(stderr, "Describe: %s\n", grpc_c_client_context_error(context));
        goto cleanup;
    }
    printf("%s: %s\n", tree->fields[0]->key, tree->fields[0]->value->string_value);
    result = 0;

cleanup:
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return result;
}

int main(void)
{
    static const Clock__Clock_Servicer servicer = {.now = now, .describe = describe};
    int64_t seconds = 86400;
    int result = 1;
    grpc_c_error error;
    grpc_c_server *server = grpc_c_server_new(NULL);
    int port = grpc_c_server_add_insecure_port(server, "127.0.0.1:0", &error);
    if (port == 0 || !clock__clock_add_servicer_to_server(&servicer, &seconds, server) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "server: %s\n", port == 0 ? error.message : "not started");
        goto cleanup;
    }
    char target[32];
    snprintf(target, sizeof(target), "127.0.0.1:%d", port);
    result = ask(target);

cleanup:
    grpc_c_server_free(server);
    return result;
}
