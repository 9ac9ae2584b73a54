/* The client's context: settings before a call, status and memory after it. */
#include "client_context.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

enum { no_timeout = -1 };

grpc_c_client_context *grpc_c_client_context_new(void)
{
    grpc_c_client_context *context = calloc(1, sizeof *context);
    if (context == NULL)
        return NULL;
    /* Until a call brings its channel's limit. */
    grpc_c_arena_init(&context->arena, INT_MAX);
    grpc_c_client_results_init(&context->results);
    context->timeout_ms = no_timeout;
    context->message = "";
    return context;
}

void grpc_c_client_context_free(grpc_c_client_context *context)
{
    if (context == NULL)
        return;
    grpc_c_client_results_free(&context->results);
    grpc_c_arena_free(&context->arena);
    if (context->queue != NULL) {
        grpc_c_queue_free_pluck(context->queue);
        grpc_c_core_release();
    }
    free(context);
}

void grpc_c_client_context_forget(grpc_c_client_context *context)
{
    grpc_c_client_results_clear(&context->results);
    grpc_c_arena_reset(&context->arena);
    context->code = GRPC_C_STATUS_OK;
    context->message = "";
    context->error_line = NULL;
}

void grpc_c_client_context_reset(grpc_c_client_context *context)
{
    if (context == NULL)
        return;
    grpc_c_client_context_forget(context);
    context->timeout_ms = no_timeout;
}

void grpc_c_client_context_begin(grpc_c_client_context *context, size_t memory_limit)
{
    grpc_c_client_context_forget(context);
    context->arena.limit = memory_limit;
    if (context->queue == NULL) {
        grpc_c_core_acquire();
        context->queue = grpc_c_queue_new_for_pluck();
    }
}

void grpc_c_client_context_fail(grpc_c_client_context *context, grpc_c_status_code code,
                                const char *message)
{
    context->code = code;
    context->message = message;
}

void grpc_c_client_context_set_timeout_ms(grpc_c_client_context *context, int64_t timeout_ms)
{
    if (context != NULL)
        context->timeout_ms = timeout_ms;
}

grpc_c_status_code grpc_c_client_context_status(const grpc_c_client_context *context)
{
    return context != NULL ? context->code : GRPC_C_STATUS_INTERNAL;
}

const char *grpc_c_client_context_message(const grpc_c_client_context *context)
{
    return context != NULL ? context->message : "no context";
}

const char *grpc_c_client_context_error(grpc_c_client_context *context)
{
    if (context == NULL)
        return "INTERNAL: no context";
    const char *name = grpc_c_status_code_name(context->code);
    if (context->code == GRPC_C_STATUS_OK || context->message[0] == '\0')
        return name;
    if (context->error_line == NULL) {
        size_t size = strlen(name) + strlen(": ") + strlen(context->message) + 1;
        context->error_line = grpc_c_arena_alloc(&context->arena, size);
        if (context->error_line == NULL)
            return name;
        snprintf(context->error_line, size, "%s: %s", name, context->message);
    }
    return context->error_line;
}
