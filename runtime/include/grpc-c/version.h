/*
 * The version of the headers, and of the library found at run time. CMakeLists.txt reads the
 * project's version from here, so that it is written once.
 */
#ifndef GRPC_C_VERSION_H
#define GRPC_C_VERSION_H

#include <grpc-c/macros.h>

#define GRPC_C_VERSION_MAJOR 0
#define GRPC_C_VERSION_MINOR 1
#define GRPC_C_VERSION_PATCH 0
#define GRPC_C_VERSION "0.1.0"

/**
 * What generated code and library must agree on. Generated headers check it and stop the
 * compilation when they were written for another one.
 */
#define GRPC_C_GENERATED_ABI 2

GRPC_C_BEGIN_DECLS

/** The version of the library in use, such as "0.1.0": a constant, never freed. Thread-safe. */
GRPC_C_API const char *grpc_c_version(void);

GRPC_C_END_DECLS

#endif
