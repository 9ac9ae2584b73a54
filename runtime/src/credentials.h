/*
 * Credentials from the inside: core's object, and what goes with it.
 */
#ifndef GRPC_C_CREDENTIALS_INTERNAL_H
#define GRPC_C_CREDENTIALS_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>

#include <grpc-c/credentials.h>

#include <grpc/grpc_security.h>

struct grpc_c_channel_credentials {
    grpc_channel_credentials *core;
    /** Of core's arguments for the channel; NULL for none. */
    char *host_name_override;
    bool is_insecure;
    /** Any user of the machine may be at the other end. */
    bool is_local_tcp;
};

struct grpc_c_server_credentials {
    /** The user's, and those of servers, which listen again with them (listeners.h). */
    atomic_uint references;
    grpc_server_credentials *core;
    /** Clients may show certificates that nobody has verified. */
    bool takes_unverified;
};

/** Take a reference to core and `core`; NULL, with `core` released, when memory is short. */
grpc_c_channel_credentials *grpc_c_channel_credentials_wrap(grpc_channel_credentials *core);
grpc_c_server_credentials *grpc_c_server_credentials_wrap(grpc_server_credentials *core);

/** Another reference to the same; grpc_c_server_credentials_free gives it up. */
grpc_c_server_credentials *grpc_c_server_credentials_ref(
    const grpc_c_server_credentials *credentials);

#endif
