/* Tokens, the server: token_auth_server [ADDRESS [FOLDER]], by default [::]:50051 and the current
 * folder, which holds server.key and server.pem; ../tls/certificates.sh makes them. An auth check
 * stands before all handlers: who comes without a token that it knows is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

typedef struct user {
    const char *name;
    /** In earnest a signature is verified here, or a hash compared. */
    const char *authorization;
} user;

static const user users[] = {{"ann", "Bearer secret-of-ann"}, {"bob", "Bearer secret-of-bob"}};

/* Takes the same time wherever the first difference is: nobody shall guess a token piece by piece.
 */
static bool are_same(const char *left, const char *right)
{
    size_t length = strlen(left);
    unsigned difference = strlen(right) != length;
    for (size_t i = 0; i < length && right[i] != '\0'; i++)
        difference |= (unsigned char)left[i] ^ (unsigned char)right[i];
    return difference == 0;
}

static grpc_c_status_code check_token(grpc_c_server_context *context, void *auth_check_data)
{
    (void)auth_check_data;
    const grpc_c_metadata *metadata = grpc_c_server_context_metadata(context);
    const grpc_c_metadata_entry *entry = grpc_c_metadata_find(metadata, "authorization", NULL);
    for (size_t i = 0; entry != NULL && i < sizeof users / sizeof users[0]; i++) {
        if (!are_same(users[i].authorization, entry->value))
            continue;
        grpc_c_server_context_set_principal(context, (void *)&users[i]);
        grpc_c_server_context_remove_metadata(context, "authorization");
        return GRPC_C_STATUS_OK;
    }
    return grpc_c_server_context_fail(context, GRPC_C_STATUS_UNAUTHENTICATED,
                                      entry != NULL ? "unknown token" : "no token");
}

static grpc_c_status_code say_hello(void *self, const Helloworld__HelloRequest *request,
                                    Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    (void)self;
    const user *caller = grpc_c_server_context_principal(context);
    reply->message = grpc_c_server_context_printf(context, "Hello, %s! I know you as %s.",
                                                  request->name, caller->name);
    return GRPC_C_STATUS_OK;
}

static const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};

int main(int argc, char **argv)
{
    char key[256];
    char certificate[256];
    grpc_c_error error;
    int port;
    snprintf(key, sizeof key, "%s/server.key", argc > 2 ? argv[2] : ".");
    snprintf(certificate, sizeof certificate, "%s/server.pem", argc > 2 ? argv[2] : ".");
    grpc_c_tls_server_options tls = GRPC_C_TLS_SERVER_OPTIONS_INIT;
    tls.key_pair.private_key_file = key;
    tls.key_pair.certificate_chain_file = certificate;
    grpc_c_server_credentials *credentials = grpc_c_tls_server_credentials_new(&tls, &error);
    if (credentials == NULL) {
        fprintf(stderr, "token_auth_server: %s\n", error.message);
        return EXIT_FAILURE;
    }
    grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.auth_check = check_token));
    helloworld__greeter_add_servicer_to_server(&greeter, NULL, server);
    port = grpc_c_server_add_port(server, argc > 1 ? argv[1] : "[::]:50051", credentials, &error);
    grpc_c_server_credentials_free(credentials);
    if (port == 0 || !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "token_auth_server: %s\n", error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("Token server listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
