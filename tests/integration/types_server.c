/*
 * Serves what the plugin's option `messages` and grpc-c-wkt make possible, to clients in other
 * languages: types_server prints its port and serves until SIGTERM.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "names.grpc-c.h"
#include "well_known.grpc-c.h"

/* -- names.Store: each method answers with the item, and what it saw of it -- */

static grpc_c_status_code look(const Names__Item *request, Names__Item *reply,
                               grpc_c_server_context *context)
{
    const char *path = grpc_c_server_context_method(context);
    const char *name = request->_name_case == NAMES__ITEM___NAME_NAME ? request->name : "absent";
    const ProtobufCMessage base = reply->base_message;
    *reply = *request;
    reply->base_message = base;
    reply->seen =
        grpc_c_server_context_printf(context, "%s: name %s, %s count, %s next", path, name,
                                     request->_count_case == NAMES__ITEM___COUNT__NOT_SET ? "no"
                                                                                          : "a",
                                     request->_next_case == NAMES__ITEM___NEXT__NOT_SET ? "no"
                                                                                        : "a");
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code look_at_it(void *self, const Names__Item *request, Names__Item *reply,
                                     grpc_c_server_context *context)
{
    (void)self;
    return look(request, reply, context);
}

static grpc_c_status_code look_twice(void *self, const Names__Item *request,
                                     Names__Store_New_ServerWriter *writer,
                                     grpc_c_server_context *context)
{
    Names__Item reply = NAMES__ITEM__INIT;
    (void)self;
    look(request, &reply, context);
    names__store_servicer__new__write(writer, &reply);
    names__store_servicer__new__write(writer, &reply);
    return GRPC_C_STATUS_OK;
}

static const Names__Store_Servicer store = {
    .init = look_at_it,
    .default_ = look_at_it,
    .delete_ = look_at_it,
    .register_ = look_at_it,
    .descriptor = look_at_it,
    .new_ = look_twice,
};

/* -- known.Types -- */

static grpc_c_status_code begin(void *self, const Google__Protobuf__Empty *request,
                                Google__Protobuf__Timestamp *reply, grpc_c_server_context *context)
{
    (void)self;
    (void)request;
    (void)context;
    reply->seconds = -62135596800; /* the first that there is: the year 1 */
    reply->nanos = 999999999;
    return GRPC_C_STATUS_OK;
}

static grpc_c_status_code forget(void *self, const Google__Protobuf__Timestamp *request,
                                 Google__Protobuf__Empty *reply, grpc_c_server_context *context)
{
    (void)self;
    (void)reply;
    return request->seconds == 7
               ? GRPC_C_STATUS_OK
               : grpc_c_server_context_fail(context, GRPC_C_STATUS_NOT_FOUND, "not the 7th");
}

static grpc_c_status_code later(void *self, const Google__Protobuf__Any *request,
                                Google__Protobuf__Any *reply, grpc_c_server_context *context)
{
    (void)self;
    if (strcmp(request->type_url, "type.googleapis.com/google.protobuf.Timestamp") != 0)
        return grpc_c_server_context_fail(context, GRPC_C_STATUS_INVALID_ARGUMENT, "%s",
                                          request->type_url);
    Google__Protobuf__Timestamp *time =
        google__protobuf__timestamp__unpack(NULL, request->value.len, request->value.data);
    if (time == NULL)
        return GRPC_C_STATUS_INVALID_ARGUMENT;
    time->seconds++;
    reply->type_url = request->type_url;
    reply->value.len = google__protobuf__timestamp__get_packed_size(time);
    reply->value.data = grpc_c_server_context_alloc(context, reply->value.len + 1);
    if (reply->value.data != NULL)
        google__protobuf__timestamp__pack(time, reply->value.data);
    google__protobuf__timestamp__free_unpacked(time, NULL);
    return reply->value.data != NULL ? GRPC_C_STATUS_OK : GRPC_C_STATUS_RESOURCE_EXHAUSTED;
}

static grpc_c_status_code count(void *self, const Google__Protobuf__Struct *request,
                                Google__Protobuf__Struct *reply, grpc_c_server_context *context)
{
    (void)self;
    const size_t n = request->n_fields;
    Google__Protobuf__Value *value = grpc_c_server_context_alloc(context, sizeof(*value));
    Google__Protobuf__Struct__FieldsEntry *entry =
        grpc_c_server_context_alloc(context, sizeof(*entry));
    Google__Protobuf__Struct__FieldsEntry **fields =
        grpc_c_server_context_alloc(context, (n + 1) * sizeof(*fields));
    if (value == NULL || entry == NULL || fields == NULL)
        return GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    google__protobuf__value__init(value);
    value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE;
    value->number_value = (double)n;
    protobuf_c_message_init(&google__protobuf__struct__fields_entry__descriptor, entry);
    entry->key = grpc_c_server_context_strdup(context, "fields");
    entry->value = value;
    for (size_t i = 0; i < n; i++)
        fields[i] = request->fields[i];
    fields[n] = entry;
    reply->n_fields = n + 1;
    reply->fields = fields;
    return GRPC_C_STATUS_OK;
}

static const Known__Types_Servicer types = {
    .begin = begin,
    .forget = forget,
    .later = later,
    .count = count,
};

int main(void)
{
    grpc_c_error error;
    grpc_c_server *server = grpc_c_server_new(NULL);
    const int port = grpc_c_server_add_insecure_port(server, "127.0.0.1:0", &error);
    if (port == 0 || !names__store_add_servicer_to_server(&store, NULL, server) ||
        !known__types_add_servicer_to_server(&types, NULL, server) ||
        !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "types_server: cannot serve\n");
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
