/*
 * The library's log. Neither the library nor gRPC core under it prints anything of its own accord:
 * what they have to say goes to the callback set here, and nowhere while none is set. (With the
 * environment variable GRPC_VERBOSITY or GRPC_TRACE set, core prints to stderr all the same, for
 * debugging.) Core has one log function a process: where gRPC C++ is in it, too, its log comes
 * here.
 *
 * Threads: thread-safe.
 */
#ifndef GRPC_C_LOG_H
#define GRPC_C_LOG_H

#include <grpc-c/macros.h>

GRPC_C_BEGIN_DECLS

typedef enum grpc_c_log_severity {
    GRPC_C_LOG_DEBUG = 0,
    GRPC_C_LOG_INFO = 1,
    GRPC_C_LOG_ERROR = 2
} grpc_c_log_severity;

/**
 * Receives one message, without a final newline. Called from any thread, possibly several at
 * once. `message` is borrowed, until the callback returns, which must not call the library.
 */
typedef void (*grpc_c_log_callback)(grpc_c_log_severity severity, const char *message,
                                    void *user_data);

/** Sets the process's one log callback; NULL: none. To be set before the first channel or server
 * if it is to miss nothing; `user_data` must outlive the process's use of the library. */
GRPC_C_API void grpc_c_set_log_callback(grpc_c_log_callback callback, void *user_data);

GRPC_C_END_DECLS

#endif
