/* The auth check of a server, and what it does with its call. */
#include <grpc/slice.h>

#include "server.h"
#include "server_call.h"

/* An async call can be finished and written to by whoever has its context, which only its handler
 * is to have: the check says what it has to say by what it returns. */
static void close_async(grpc_c_server_call *call, bool closed)
{
    atomic_store(&call->async.finished, closed);
    grpc_c_server_call_close_writes(call, closed);
}

bool grpc_c_server_call_check(grpc_c_server_call *call)
{
    const grpc_c_server_options *options = &call->lane->server->options;
    bool is_async = call->method->async_handler != NULL;
    if (is_async)
        close_async(call, true);
    grpc_c_status_code code = options->auth_check(call, options->auth_check_data);
    if (is_async)
        close_async(call, false);
    if (code == GRPC_C_STATUS_OK)
        return true;
    call->code = code;
    if ((unsigned)code > GRPC_C_STATUS_UNAUTHENTICATED)
        call->code = GRPC_C_STATUS_UNAUTHENTICATED;
    if (call->message == NULL)
        call->message = "refused by the server's auth check";
    return false;
}

void grpc_c_server_context_set_principal(grpc_c_server_context *context, void *principal)
{
    if (context != NULL)
        context->principal = principal;
}

void *grpc_c_server_context_principal(const grpc_c_server_context *context)
{
    return context != NULL ? context->principal : NULL;
}

void grpc_c_server_context_remove_metadata(grpc_c_server_context *context, const char *key)
{
    if (context == NULL || key == NULL)
        return;
    grpc_metadata_array *array = &context->metadata; /* its slices are core's */
    size_t kept = 0;
    for (size_t i = 0; i < array->count; i++)
        if (grpc_slice_str_cmp(array->metadata[i].key, key) != 0)
            array->metadata[kept++] = array->metadata[i];
    array->count = kept;
    context->received = (grpc_c_metadata){0, NULL}; /* copied anew when it is asked for */
}
