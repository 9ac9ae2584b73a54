/* Filling in the errors that public functions report. */
#ifndef GRPC_C_ERROR_H
#define GRPC_C_ERROR_H

#include <grpc-c/status.h>

/** Writes code and text, formatted like printf, to `error`, unless that is NULL. */
void grpc_c_error_set(grpc_c_error *error, grpc_c_status_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
