/* Core's channel arguments; see core_args.h. */
#include "core_args.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void add(grpc_c_core_args *args, grpc_arg argument)
{
    args->all.args[args->all.num_args++] = argument;
}

bool grpc_c_core_args_init(grpc_c_core_args *args, const grpc_c_core_argument *user, size_t count)
{
    args->quota = NULL;
    args->all = (grpc_channel_args){0, calloc(GRPC_C_CORE_ARGS_OWN + count, sizeof(grpc_arg))};
    if (args->all.args == NULL)
        return false;
    /* We decompress ourselves (buffer.c). Of two arguments of a name core takes the first: the user
     * cannot have this one otherwise. */
    grpc_c_core_args_set(args, GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
    for (size_t i = 0; i < count; i++) {
        if (user[i].string != NULL)
            grpc_c_core_args_string(args, user[i].name, user[i].string);
        else
            grpc_c_core_args_set(args, user[i].name, user[i].number);
    }
    return true;
}

/* Puts a copy of the text at `*end`, behind which the next one goes. */
static const char *copy_text(char **end, const char *text)
{
    if (text == NULL)
        return NULL;
    char *copy = strcpy(*end, text);
    *end += strlen(text) + 1;
    return copy;
}

static size_t text_room(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

grpc_c_core_argument *grpc_c_core_arguments_copy(const grpc_c_core_argument *user, size_t count)
{
    size_t room = 1 + count * sizeof *user;
    for (size_t i = 0; i < count; i++)
        room += text_room(user[i].name) + text_room(user[i].string);
    grpc_c_core_argument *copy = malloc(room);
    char *end = (char *)(copy + count);
    for (size_t i = 0; copy != NULL && i < count; i++)
        copy[i] = (grpc_c_core_argument){
            .name = copy_text(&end, user[i].name),
            .string = copy_text(&end, user[i].string),
            .number = user[i].number,
        };
    return copy;
}

void grpc_c_core_args_free(grpc_c_core_args *args)
{
    if (args->quota != NULL)
        grpc_resource_quota_unref(args->quota); /* core has taken references of its own */
    free(args->all.args);
}

void grpc_c_core_args_set(grpc_c_core_args *args, const char *name, int number)
{
    add(args, (grpc_arg){.type = GRPC_ARG_INTEGER, .key = (char *)name, .value.integer = number});
}

void grpc_c_core_args_number(grpc_c_core_args *args, const char *name, int number)
{
    if (number != 0)
        grpc_c_core_args_set(args, name, number);
}

void grpc_c_core_args_limit(grpc_c_core_args *args, const char *name, int limit)
{
    grpc_c_core_args_set(args, name, limit < 0 ? INT_MAX : limit);
}

void grpc_c_core_args_quota(grpc_c_core_args *args, size_t bytes)
{
    if (bytes == 0 || args->quota != NULL)
        return;
    args->quota = grpc_resource_quota_create("grpc-c");
    grpc_resource_quota_resize(args->quota, bytes);
    add(args, (grpc_arg){.type = GRPC_ARG_POINTER,
                         .key = (char *)GRPC_ARG_RESOURCE_QUOTA,
                         .value.pointer = {args->quota, grpc_resource_quota_arg_vtable()}});
}

void grpc_c_core_args_string(grpc_c_core_args *args, const char *name, const char *string)
{
    if (string != NULL)
        add(args, (grpc_arg){.type = GRPC_ARG_STRING,
                             .key = (char *)name,
                             .value.string = (char *)string});
}
