/* Who is at the other end of a call, as the connection's handshake has found out: what a handler
 * asks of core's auth context. Nothing of it is done for a call whose handler does not ask. */
#include <grpc-c/server_context.h>

#include <string.h>

#include <grpc/grpc_security.h>

#include "lane.h"
#include "server.h"
#include "server_call.h"

typedef struct property {
    const char *name;
    size_t index;
} property;

/* A copy in the call's memory; NULL where there is none. */
static const char *copy_property(grpc_c_server_context *context, property wanted)
{
    grpc_auth_context *auth = grpc_call_auth_context(context->core);
    if (auth == NULL)
        return NULL;
    grpc_auth_property_iterator each = grpc_auth_context_find_properties_by_name(auth, wanted.name);
    const grpc_auth_property *found = grpc_auth_property_iterator_next(&each);
    for (size_t i = 0; found != NULL && i < wanted.index; i++)
        found = grpc_auth_property_iterator_next(&each);
    const char *copy = NULL;
    if (found != NULL)
        copy = grpc_c_arena_copy_string(&context->arena, found->value, found->value_length);
    grpc_auth_context_release(auth);
    return copy;
}

static size_t count_properties(grpc_c_server_context *context, const char *name)
{
    grpc_auth_context *auth = grpc_call_auth_context(context->core);
    if (auth == NULL)
        return 0;
    grpc_auth_property_iterator each = grpc_auth_context_find_properties_by_name(auth, name);
    size_t count = 0;
    while (grpc_auth_property_iterator_next(&each) != NULL)
        count++;
    grpc_auth_context_release(auth);
    return count;
}

const char *grpc_c_server_context_security_type(grpc_c_server_context *context)
{
    static const char *const types[] = {GRPC_TLS_TRANSPORT_SECURITY_TYPE, "local"};
    const char *type = NULL;
    if (context != NULL)
        type = copy_property(context, (property){GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME, 0});
    for (size_t i = 0; type != NULL && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(type, types[i]) == 0)
            return types[i];
    return "insecure";
}

const char *grpc_c_server_context_peer_subject(grpc_c_server_context *context)
{
    return context != NULL ? copy_property(context, (property){GRPC_X509_SUBJECT_PROPERTY_NAME, 0})
                           : NULL;
}

const char *grpc_c_server_context_peer_common_name(grpc_c_server_context *context)
{
    return context != NULL ? copy_property(context, (property){GRPC_X509_CN_PROPERTY_NAME, 0})
                           : NULL;
}

size_t grpc_c_server_context_peer_san_count(grpc_c_server_context *context)
{
    return context != NULL ? count_properties(context, GRPC_X509_SAN_PROPERTY_NAME) : 0;
}

const char *grpc_c_server_context_peer_san(grpc_c_server_context *context, size_t index)
{
    return context != NULL ? copy_property(context, (property){GRPC_X509_SAN_PROPERTY_NAME, index})
                           : NULL;
}

const char *grpc_c_server_context_peer_certificate(grpc_c_server_context *context)
{
    return context != NULL ? copy_property(context, (property){GRPC_X509_PEM_CERT_PROPERTY_NAME, 0})
                           : NULL;
}

bool grpc_c_server_context_peer_is_authenticated(grpc_c_server_context *context)
{
    if (context == NULL || context->lane->server->takes_unverified)
        return false;
    grpc_auth_context *auth = grpc_call_auth_context(context->core);
    if (auth == NULL)
        return false;
    bool authenticated = grpc_auth_context_peer_is_authenticated(auth) != 0;
    grpc_auth_context_release(auth);
    return authenticated;
}
