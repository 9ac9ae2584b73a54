/*
 * The versions of TLS that credentials take, for cores without a function to set them.
 */
#ifndef GRPC_C_TLS_VERSIONS_H
#define GRPC_C_TLS_VERSIONS_H

#include <stdbool.h>

#include <grpc-c/credentials.h>

#include <grpc/grpc_security.h>

/** Sets them in core's options. False, with the reason in `error`, for what is no range of
 * versions, and where this core cannot be told. */
bool grpc_c_tls_versions_set(grpc_tls_credentials_options *options, grpc_c_tls_version min,
                             grpc_c_tls_version max, grpc_c_error *error);

#endif
