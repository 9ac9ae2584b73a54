/* What a handler does with its call. */
#include <grpc-c/server_context.h>

#include <stdarg.h>
#include <string.h>

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
