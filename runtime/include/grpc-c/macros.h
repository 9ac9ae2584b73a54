/*
 * Macros that the public headers share: C linkage for C++ users, symbol visibility and the format
 * check of printf-like functions. Includes nothing, defines nothing else.
 */
#ifndef GRPC_C_MACROS_H
#define GRPC_C_MACROS_H

#ifdef __cplusplus
#define GRPC_C_BEGIN_DECLS extern "C" {
#define GRPC_C_END_DECLS }
#else
#define GRPC_C_BEGIN_DECLS
#define GRPC_C_END_DECLS
#endif

/* The library is built with hidden visibility: what carries this is its interface. */
#if defined(__GNUC__)
#define GRPC_C_API __attribute__((visibility("default")))
#define GRPC_C_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#else
#define GRPC_C_API
#define GRPC_C_PRINTF(fmt, first)
#endif

#endif
