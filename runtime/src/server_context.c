/* What a handler does with its call. */
#include <grpc-c/server_context.h>

#include <stdarg.h>
#include <string.h>

#include <grpc/support/alloc.h>
#include <grpc/support/time.h>

#include "server_call.h"

void *grpc_c_server_context_alloc(grpc_c_server_context *context, size_t size)
{
    return context != NULL ? grpc_c_arena_alloc(&context->arena, size) : NULL;
}

char *grpc_c_server_context_strdup(grpc_c_server_context *context, const char *string)
{
    if (context == NULL || string == NULL)
        return NULL;
    return grpc_c_arena_copy_string(&context->arena, string, strlen(string));
}

char *grpc_c_server_context_printf(grpc_c_server_context *context, const char *format, ...)
{
    if (context == NULL || format == NULL)
        return NULL;
    va_list arguments;
    va_start(arguments, format);
    char *text = grpc_c_arena_vprintf(&context->arena, format, arguments);
    va_end(arguments);
    return text;
}

grpc_c_status_code grpc_c_server_context_fail(grpc_c_server_context *context,
                                              grpc_c_status_code code, const char *format, ...)
{
    if (context == NULL)
        return code;
    context->message = NULL;
    if (format != NULL) {
        va_list arguments;
        va_start(arguments, format);
        context->message = grpc_c_arena_vprintf(&context->arena, format, arguments);
        va_end(arguments);
    }
    return code;
}

int64_t grpc_c_server_context_time_left_ms(const grpc_c_server_context *context)
{
    if (context == NULL)
        return 0;
    gpr_timespec deadline = context->details.deadline;
    if (gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) == 0)
        return INT64_MAX;
    gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
    int64_t milliseconds = left.tv_sec * 1000 + left.tv_nsec / 1000000;
    return milliseconds > 0 ? milliseconds : 0;
}

/* ---- what came with the call ---- */

static const char *copy_slice(grpc_c_server_context *context, grpc_slice slice)
{
    const char *copy = grpc_c_arena_copy_string(&context->arena, GRPC_SLICE_START_PTR(slice),
                                                GRPC_SLICE_LENGTH(slice));
    return copy != NULL ? copy : "";
}

const char *grpc_c_server_context_method(const grpc_c_server_context *context)
{
    return context != NULL ? context->method->path : "";
}

const char *grpc_c_server_context_authority(grpc_c_server_context *context)
{
    return context != NULL ? copy_slice(context, context->details.host) : "";
}

const char *grpc_c_server_context_peer(grpc_c_server_context *context)
{
    if (context == NULL)
        return "";
    char *peer = grpc_call_get_peer(context->core);
    const char *copy = grpc_c_arena_copy_string(&context->arena, peer, strlen(peer));
    gpr_free(peer);
    return copy != NULL ? copy : "";
}

const grpc_c_metadata *grpc_c_server_context_metadata(grpc_c_server_context *context)
{
    static const grpc_c_metadata none = {0, NULL};
    if (context == NULL)
        return &none;
    if (context->received.count == 0)
        context->received = grpc_c_metadata_copy(&context->metadata, &context->arena);
    return &context->received;
}

bool grpc_c_server_context_message_was_compressed(const grpc_c_server_context *context)
{
    return context != NULL && context->message_was_compressed;
}

/* ---- what goes back with it ---- */

bool grpc_c_server_context_add_initial_metadata(grpc_c_server_context *context, const char *key,
                                                const void *value, size_t size)
{
    return context != NULL && !context->headers_sent &&
           grpc_c_metadata_list_add(&context->headers, key, value, size);
}

bool grpc_c_server_context_add_trailing_metadata(grpc_c_server_context *context, const char *key,
                                                 const void *value, size_t size)
{
    return context != NULL && grpc_c_metadata_list_add(&context->trailers, key, value, size);
}

bool grpc_c_server_context_set_status_details(grpc_c_server_context *context, const void *details,
                                              size_t size)
{
    if (context == NULL || context->has_details || (details == NULL && size > 0))
        return false;
    context->has_details =
        grpc_c_metadata_list_add_reserved(&context->trailers, GRPC_C_STATUS_DETAILS_KEY,
                                          size > 0 ? details : "", size);
    return context->has_details;
}

bool grpc_c_server_context_set_compression(grpc_c_server_context *context,
                                           grpc_c_compression compression)
{
    return context != NULL && !context->headers_sent &&
           grpc_c_metadata_list_set_compression(&context->headers, compression);
}

void grpc_c_server_context_set_compress_messages(grpc_c_server_context *context, bool compress)
{
    if (context != NULL)
        context->send_uncompressed = !compress;
}
