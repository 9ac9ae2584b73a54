/* The client's context: settings before a call, status and memory after it. */
#include "client_context.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client_async.h"
#include "client_call.h"
#include "core.h"

enum { no_timeout = -1 };

grpc_c_client_context *grpc_c_client_context_new(void)
{
    grpc_c_client_context *context = calloc(1, sizeof *context);
    if (context == NULL)
        return NULL;
    if (pthread_mutex_init(&context->mutex, NULL) != 0) {
        free(context);
        return NULL;
    }
    /* Until a call brings its channel's limit. */
    grpc_c_arena_init(&context->arena, INT_MAX);
    grpc_c_arena_init(&context->message_arena, INT_MAX);
    grpc_c_client_results_init(&context->results);
    context->timeout_ms = no_timeout;
    context->message = "";
    return context;
}

bool grpc_c_client_context_is_busy(const grpc_c_client_context *context)
{
    pthread_mutex_t *mutex = (pthread_mutex_t *)&context->mutex;
    pthread_mutex_lock(mutex);
    bool busy = context->async.queue != NULL;
    pthread_mutex_unlock(mutex);
    return busy;
}

void grpc_c_client_context_free(grpc_c_client_context *context)
{
    if (context == NULL || (grpc_c_core_was_forked() && context->holds_core))
        return;
    if (!grpc_c_client_async_abandon(context))
        grpc_c_client_context_destroy(context);
}

void grpc_c_client_context_destroy(grpc_c_client_context *context)
{
    grpc_c_client_context_forget(context);
    grpc_c_client_results_free(&context->results);
    grpc_c_arena_free(&context->arena);
    grpc_c_arena_free(&context->message_arena);
    grpc_c_metadata_list_free(&context->metadata);
    grpc_c_call_credentials_free(context->call_credentials);
    pthread_mutex_destroy(&context->mutex);
    if (context->queue != NULL)
        grpc_c_queue_free_pluck(context->queue);
    if (context->holds_core)
        grpc_c_core_release();
    free(context);
}

void grpc_c_client_context_forget(grpc_c_client_context *context)
{
    if (context->call != NULL && grpc_c_core_was_forked())
        grpc_c_client_call_leave_to_parent(context);
    else if (context->call != NULL)
        grpc_c_client_call_abandon(context);
    context->mock.mock = NULL;
    grpc_c_client_results_clear(&context->results);
    grpc_c_arena_reset(&context->arena);
    grpc_c_arena_reset(&context->message_arena);
    context->initial_metadata = context->trailing_metadata = (grpc_c_metadata){0, NULL};
    context->message_was_compressed = false;
    context->code = GRPC_C_STATUS_OK;
    context->message = "";
    context->error_line = NULL;
}

void grpc_c_client_context_reset(grpc_c_client_context *context)
{
    if (context == NULL)
        return;
    if (grpc_c_client_context_is_busy(context)) {
        grpc_c_log_error("grpc_c_client_context_reset: refused, since an async call is under way");
        return;
    }
    grpc_c_client_context_forget(context);
    context->timeout_ms = no_timeout;
    context->wait_for_ready = context->send_uncompressed = false;
    context->parent = NULL;
    context->completion_queue = NULL;
    grpc_c_client_context_set_call_credentials(context, NULL);
    grpc_c_metadata_list_clear(&context->metadata);
    pthread_mutex_lock(&context->mutex);
    context->phase = GRPC_C_CALL_NONE;
    context->cancelled = false;
    pthread_mutex_unlock(&context->mutex);
}

void grpc_c_client_context_cancel(grpc_c_client_context *context)
{
    if (context == NULL || grpc_c_core_was_forked()) /* where no call runs */
        return;
    pthread_mutex_lock(&context->mutex);
    if (context->phase == GRPC_C_CALL_RUNNING) {
        context->was_cancelled = true;
        grpc_call_cancel(context->call, NULL);
    } else if (context->phase != GRPC_C_CALL_OVER) {
        context->cancelled = true;
    }
    pthread_mutex_unlock(&context->mutex);
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

void grpc_c_client_context_set_wait_for_ready(grpc_c_client_context *context, bool wait_for_ready)
{
    if (context != NULL)
        context->wait_for_ready = wait_for_ready;
}

bool grpc_c_client_context_set_parent(grpc_c_client_context *context, grpc_c_server_context *parent)
{
    if (context == NULL)
        return false;
    context->parent = parent;
    return true;
}

void grpc_c_client_context_set_completion_queue(grpc_c_client_context *context,
                                                grpc_c_completion_queue *queue)
{
    if (context != NULL)
        context->completion_queue = queue;
}

void grpc_c_client_context_set_call_credentials(grpc_c_client_context *context,
                                                grpc_c_call_credentials *credentials)
{
    if (context == NULL)
        return;
    grpc_c_call_credentials *before = context->call_credentials;
    context->call_credentials = grpc_c_call_credentials_ref(credentials);
    grpc_c_call_credentials_free(before);
}

bool grpc_c_client_context_set_compression(grpc_c_client_context *context,
                                           grpc_c_compression compression)
{
    return context != NULL && grpc_c_metadata_list_set_compression(&context->metadata, compression);
}

void grpc_c_client_context_set_compress_messages(grpc_c_client_context *context, bool compress)
{
    if (context != NULL)
        context->send_uncompressed = !compress;
}

bool grpc_c_client_context_add_metadata(grpc_c_client_context *context, const char *key,
                                        const char *value)
{
    return value != NULL &&
           grpc_c_client_context_add_binary_metadata(context, key, value, strlen(value));
}

bool grpc_c_client_context_add_binary_metadata(grpc_c_client_context *context, const char *key,
                                               const void *value, size_t size)
{
    return context != NULL && grpc_c_metadata_list_add(&context->metadata, key, value, size);
}

/* What a call ends with is its own until then, which may be on another thread. */
static bool has_ended(const grpc_c_client_context *context)
{
    return context != NULL && !grpc_c_client_context_is_busy(context);
}

const grpc_c_metadata *grpc_c_client_context_initial_metadata(const grpc_c_client_context *context)
{
    static const grpc_c_metadata none = {0, NULL};
    return context != NULL ? &context->initial_metadata : &none;
}

const grpc_c_metadata *grpc_c_client_context_trailing_metadata(const grpc_c_client_context *context)
{
    static const grpc_c_metadata none = {0, NULL};
    return has_ended(context) ? &context->trailing_metadata : &none;
}

const void *grpc_c_client_context_status_details(const grpc_c_client_context *context,
                                                 size_t *ret_size)
{
    const grpc_c_metadata_entry *details =
        grpc_c_metadata_find(grpc_c_client_context_trailing_metadata(context),
                             GRPC_C_STATUS_DETAILS_KEY, NULL);
    if (ret_size != NULL)
        *ret_size = details != NULL ? details->size : 0;
    return details != NULL ? details->value : NULL;
}

bool grpc_c_client_context_message_was_compressed(const grpc_c_client_context *context)
{
    return context != NULL && context->message_was_compressed;
}

grpc_c_status_code grpc_c_client_context_status(const grpc_c_client_context *context)
{
    if (context == NULL)
        return GRPC_C_STATUS_INTERNAL;
    return has_ended(context) ? context->code : GRPC_C_STATUS_OK;
}

const char *grpc_c_client_context_message(const grpc_c_client_context *context)
{
    if (context == NULL)
        return "no context";
    return has_ended(context) ? context->message : "";
}

const char *grpc_c_client_context_error(grpc_c_client_context *context)
{
    if (context == NULL)
        return "INTERNAL: no context";
    const char *name = grpc_c_status_code_name(grpc_c_client_context_status(context));
    const char *message = grpc_c_client_context_message(context);
    if (message[0] == '\0' || context->code == GRPC_C_STATUS_OK)
        return name;
    if (context->error_line == NULL) {
        size_t size = strlen(name) + strlen(": ") + strlen(message) + 1;
        context->error_line = grpc_c_arena_alloc(&context->arena, size);
        if (context->error_line == NULL)
            return name;
        snprintf(context->error_line, size, "%s: %s", name, message);
    }
    return context->error_line;
}
