/* Status codes and the errors of local failures. */
#include <stdarg.h>
#include <stdio.h>

#include <grpc-c/status.h>

#include "error.h"

const char *grpc_c_status_code_name(grpc_c_status_code code)
{
    static const char *const names[] = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    };
    size_t number = (size_t)code;
    return number < sizeof names / sizeof names[0] ? names[number] : "UNKNOWN";
}

void grpc_c_error_set(grpc_c_error *error, grpc_c_status_code code, const char *format, ...)
{
    if (error == NULL)
        return;
    error->code = code;
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(error->message, sizeof error->message, format, arguments) < 0)
        error->message[0] = '\0';
    va_end(arguments);
}
