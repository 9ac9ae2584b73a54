/* Credentials: those without certificates, and the freeing of all. tls.c has the others. */
#include "credentials.h"

#include <stdlib.h>

#include "core.h"

/* Core is to be initialised before any of its objects is made, and until the last is gone. */

grpc_c_channel_credentials *grpc_c_channel_credentials_wrap(grpc_channel_credentials *core)
{
    grpc_c_channel_credentials *credentials = calloc(1, sizeof *credentials);
    if (credentials == NULL) {
        grpc_channel_credentials_release(core);
        return NULL;
    }
    grpc_c_core_acquire();
    credentials->core = core;
    return credentials;
}

grpc_c_server_credentials *grpc_c_server_credentials_wrap(grpc_server_credentials *core)
{
    grpc_c_server_credentials *credentials = calloc(1, sizeof *credentials);
    if (credentials == NULL) {
        grpc_server_credentials_release(core);
        return NULL;
    }
    grpc_c_core_acquire();
    credentials->core = core;
    atomic_init(&credentials->references, 1);
    return credentials;
}

grpc_c_server_credentials *grpc_c_server_credentials_ref(
    const grpc_c_server_credentials *credentials)
{
    grpc_c_server_credentials *held = (grpc_c_server_credentials *)credentials;
    atomic_fetch_add(&held->references, 1);
    return held;
}

void grpc_c_channel_credentials_free(grpc_c_channel_credentials *credentials)
{
    if (credentials == NULL)
        return;
    grpc_channel_credentials_release(credentials->core);
    free(credentials->host_name_override);
    free(credentials);
    grpc_c_core_release();
}

void grpc_c_server_credentials_free(grpc_c_server_credentials *credentials)
{
    if (credentials == NULL || atomic_fetch_sub(&credentials->references, 1) > 1)
        return;
    grpc_server_credentials_release(credentials->core);
    free(credentials);
    grpc_c_core_release();
}

grpc_c_channel_credentials *grpc_c_insecure_channel_credentials_new(void)
{
    grpc_c_core_acquire();
    grpc_c_channel_credentials *credentials =
        grpc_c_channel_credentials_wrap(grpc_insecure_credentials_create());
    if (credentials != NULL)
        credentials->is_insecure = true;
    grpc_c_core_release();
    return credentials;
}

grpc_c_server_credentials *grpc_c_insecure_server_credentials_new(void)
{
    grpc_c_core_acquire();
    grpc_c_server_credentials *credentials =
        grpc_c_server_credentials_wrap(grpc_insecure_server_credentials_create());
    grpc_c_core_release();
    return credentials;
}

static bool is_local(grpc_c_local_connections connections)
{
    return connections == GRPC_C_LOCAL_CONNECTIONS_UNIX ||
           connections == GRPC_C_LOCAL_CONNECTIONS_TCP;
}

static grpc_local_connect_type core_type(grpc_c_local_connections connections)
{
    return connections == GRPC_C_LOCAL_CONNECTIONS_UNIX ? UDS : LOCAL_TCP;
}

grpc_c_channel_credentials *grpc_c_local_channel_credentials_new(
    grpc_c_local_connections connections)
{
    if (!is_local(connections))
        return NULL;
    grpc_c_core_acquire();
    grpc_c_channel_credentials *credentials =
        grpc_c_channel_credentials_wrap(grpc_local_credentials_create(core_type(connections)));
    if (credentials != NULL)
        credentials->is_local_tcp = connections == GRPC_C_LOCAL_CONNECTIONS_TCP;
    grpc_c_core_release();
    return credentials;
}

grpc_c_server_credentials *grpc_c_local_server_credentials_new(grpc_c_local_connections connections)
{
    if (!is_local(connections))
        return NULL;
    grpc_c_core_acquire();
    grpc_c_server_credentials *credentials = grpc_c_server_credentials_wrap(
        grpc_local_server_credentials_create(core_type(connections)));
    grpc_c_core_release();
    return credentials;
}
