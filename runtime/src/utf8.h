/*
 * What a C string can stand for: UTF-8 without NUL.
 */
#ifndef GRPC_C_UTF8_H
#define GRPC_C_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether the bytes are valid UTF-8 (RFC 3629) and hold no NUL, which would end them in C. */
bool grpc_c_utf8_is_c_string(const uint8_t *bytes, size_t size);

#endif
