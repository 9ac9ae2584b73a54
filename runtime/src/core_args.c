/* Core's channel arguments; see core_args.h. */
#include "core_args.h"

#include <stdlib.h>

static void add(grpc_c_core_args *args, grpc_arg argument)
{
    args->all.args[args->all.num_args++] = argument;
}

bool grpc_c_core_args_init(grpc_c_core_args *args, const grpc_c_core_argument *user, size_t count)
{
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

void grpc_c_core_args_free(grpc_c_core_args *args)
{
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

void grpc_c_core_args_string(grpc_c_core_args *args, const char *name, const char *string)
{
    if (string != NULL)
        add(args, (grpc_arg){.type = GRPC_ARG_STRING,
                             .key = (char *)name,
                             .value.string = (char *)string});
}
