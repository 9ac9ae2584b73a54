/*
 * Macros that the public headers and generated ones share: C linkage for C++ users, symbol
 * visibility, the format check of printf-like functions, and a warning for who calls what a proto
 * says is deprecated. Includes nothing, defines nothing else.
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

/* Defining GRPC_C_DEPRECATED before, as nothing, silences all of these warnings. */
#ifndef GRPC_C_DEPRECATED
#if defined(__GNUC__)
#define GRPC_C_DEPRECATED __attribute__((deprecated))
#elif defined(_MSC_VER)
#define GRPC_C_DEPRECATED __declspec(deprecated)
#else
#define GRPC_C_DEPRECATED
#endif
#endif

#endif
