/* Core's life and its log; see core.h. */
#include "core.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/grpc.h>
#include <grpc/support/log.h>

#include <grpc-c/log.h>

#include "listeners.h"

static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static grpc_c_log_callback log_callback;
static void *log_user_data;

static _Thread_local struct {
    bool active;
    /* Core's errors are long; what a person wants of them stands at their end. */
    char text[4096];
} capture;

void grpc_c_set_log_callback(grpc_c_log_callback callback, void *user_data)
{
    pthread_mutex_lock(&log_mutex);
    log_callback = callback;
    log_user_data = user_data;
    pthread_mutex_unlock(&log_mutex);
}

static void log_message(grpc_c_log_severity severity, const char *message)
{
    /* Called outside the lock, so that a callback that blocks blocks only its own thread. */
    pthread_mutex_lock(&log_mutex);
    grpc_c_log_callback callback = log_callback;
    void *user_data = log_user_data;
    pthread_mutex_unlock(&log_mutex);
    if (callback != NULL)
        callback(severity, message, user_data);
}

void grpc_c_log_error(const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length >= 0)
        log_message(GRPC_C_LOG_ERROR, message);
}

/* Read once, when core is first needed: getenv is no friend of threads. */
static bool user_debugs_core;

static void receive_core_log(gpr_log_func_args *args)
{
    static const char accept_failed[] = "Failed accept4";
    if (strncmp(args->message, accept_failed, sizeof accept_failed - 1) == 0)
        grpc_c_listeners_accept_failed();
    if (capture.active && args->severity == GPR_LOG_SEVERITY_ERROR)
        snprintf(capture.text, sizeof capture.text, "%s", args->message);
    else
        log_message((grpc_c_log_severity)args->severity, args->message);
    if (user_debugs_core)
        fprintf(stderr, "%s:%d] %s\n", args->file, args->line, args->message);
}

static void set_log_function(void)
{
    user_debugs_core = getenv("GRPC_VERBOSITY") != NULL || getenv("GRPC_TRACE") != NULL;
    gpr_set_log_function(receive_core_log);
}

void grpc_c_core_acquire(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_log_function);
    grpc_init();
}

void grpc_c_core_release(void)
{
    grpc_shutdown();
}

void grpc_c_core_capture_begin(void)
{
    capture.active = true;
    capture.text[0] = '\0';
}

/* Core writes an error as "CODE:summary {key:value, …, children:[…]}". The reason a person wants is
 * the operating system's words, where there are any, and else the summary. */
const char *grpc_c_core_capture_end(void)
{
    static const char os_error[] = "os_error:\"";
    capture.active = false;
    char *reason = strstr(capture.text, os_error);
    if (reason != NULL) {
        reason += sizeof os_error - 1;
        reason[strcspn(reason, "\"")] = '\0';
        return reason;
    }
    char *details = strstr(capture.text, " {");
    if (details != NULL)
        *details = '\0';
    static const char unknown[] = "UNKNOWN:";
    bool coded = strncmp(capture.text, unknown, sizeof unknown - 1) == 0;
    return capture.text + (coded ? sizeof unknown - 1 : 0);
}
