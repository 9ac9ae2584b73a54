/*
 * NULL and wrong arguments to the public functions of credentials, of what a handler asks about its
 * peer, and to functions that take credentials: an error comes back, nothing crashes, and the next
 * call is answered.
 */
#include "misuse.h"

static grpc_c_error error;

static void test_channel_credentials(void **state)
{
    (void)state;
    const grpc_c_tls_channel_options unset = {.struct_size = 0};
    const grpc_c_local_connections none = (grpc_c_local_connections)99;
    grpc_c_channel_credentials *insecure = grpc_c_insecure_channel_credentials_new();
    MISUSE(grpc_c_insecure_channel_credentials_new, insecure != NULL);
    MISUSE(grpc_c_tls_channel_credentials_new,
           grpc_c_tls_channel_credentials_new(&unset, &error) == NULL &&
               failed_with(&error, GRPC_C_STATUS_INVALID_ARGUMENT) &&
               grpc_c_tls_channel_credentials_new(GRPC_C_TLS_CHANNEL_OPTIONS(.root_certificates =
                                                                                 "no PEM"),
                                                  NULL) == NULL);
    MISUSE(grpc_c_local_channel_credentials_new,
           grpc_c_local_channel_credentials_new(none) == NULL);
    MISUSE(grpc_c_channel_new, grpc_c_channel_new("localhost:1", NULL, NULL) == NULL &&
                                   grpc_c_channel_new(NULL, insecure, NULL) == NULL);
    MISUSE_VOID(grpc_c_channel_credentials_free, grpc_c_channel_credentials_free(NULL));
    grpc_c_channel_credentials_free(insecure);
}

static void test_server_credentials(void **state)
{
    (void)state;
    const grpc_c_tls_server_options unset = {.struct_size = 0};
    const grpc_c_local_connections none = (grpc_c_local_connections)99;
    grpc_c_server *server = grpc_c_server_new(NULL);
    grpc_c_server_credentials *insecure = grpc_c_insecure_server_credentials_new();
    MISUSE(grpc_c_insecure_server_credentials_new, insecure != NULL);
    MISUSE(grpc_c_tls_server_credentials_new,
           grpc_c_tls_server_credentials_new(&unset, &error) == NULL &&
               failed_with(&error, GRPC_C_STATUS_INVALID_ARGUMENT) &&
               grpc_c_tls_server_credentials_new(NULL, &error) == NULL &&
               failed_with(&error, GRPC_C_STATUS_INVALID_ARGUMENT) &&
               grpc_c_tls_server_credentials_new(NULL, NULL) == NULL);
    MISUSE(grpc_c_local_server_credentials_new, grpc_c_local_server_credentials_new(none) == NULL);
    MISUSE(grpc_c_server_add_port,
           grpc_c_server_add_port(server, "127.0.0.1:0", NULL, &error) == 0 &&
               failed_with(&error, GRPC_C_STATUS_INVALID_ARGUMENT) &&
               grpc_c_server_add_port(NULL, "127.0.0.1:0", insecure, &error) == 0 &&
               failed_with(&error, GRPC_C_STATUS_INVALID_ARGUMENT) &&
               grpc_c_server_add_port(server, NULL, insecure, &error) == 0 &&
               failed_with(&error, GRPC_C_STATUS_INVALID_ARGUMENT));
    MISUSE_VOID(grpc_c_server_credentials_free, grpc_c_server_credentials_free(NULL));
    grpc_c_server_credentials_free(insecure);
    grpc_c_server_free(server);
}

static void test_call_credentials(void **state)
{
    (void)state;
    const grpc_c_call_credentials_request none = UINT64_MAX;
    MISUSE(grpc_c_token_call_credentials_new,
           grpc_c_token_call_credentials_new(NULL) == NULL &&
               grpc_c_token_call_credentials_new("") == NULL &&
               grpc_c_token_call_credentials_new("a\nb") == NULL);
    MISUSE(grpc_c_call_credentials_new, grpc_c_call_credentials_new(NULL, NULL, NULL) == NULL);
    MISUSE(grpc_c_call_credentials_succeed, !grpc_c_call_credentials_succeed(none, NULL, 1) &&
                                                !grpc_c_call_credentials_succeed(0, NULL, 0));
    MISUSE(grpc_c_call_credentials_fail,
           !grpc_c_call_credentials_fail(none, (grpc_c_status_code)99, NULL));
    MISUSE_VOID(grpc_c_call_credentials_free, grpc_c_call_credentials_free(NULL));
    MISUSE_VOID(grpc_c_client_context_set_call_credentials,
                grpc_c_client_context_set_call_credentials(NULL, NULL));
}

static void test_peer(void **state)
{
    (void)state;
    MISUSE(grpc_c_server_context_security_type, grpc_c_server_context_security_type(NULL) != NULL);
    MISUSE(grpc_c_server_context_peer_is_authenticated,
           !grpc_c_server_context_peer_is_authenticated(NULL));
    MISUSE(grpc_c_server_context_peer_subject, grpc_c_server_context_peer_subject(NULL) == NULL);
    MISUSE(grpc_c_server_context_peer_common_name,
           grpc_c_server_context_peer_common_name(NULL) == NULL);
    MISUSE(grpc_c_server_context_peer_certificate,
           grpc_c_server_context_peer_certificate(NULL) == NULL);
    MISUSE(grpc_c_server_context_peer_san_count, grpc_c_server_context_peer_san_count(NULL) == 0);
    MISUSE(grpc_c_server_context_peer_san, grpc_c_server_context_peer_san(NULL, SIZE_MAX) == NULL);
    MISUSE_VOID(grpc_c_server_context_remove_metadata,
                grpc_c_server_context_remove_metadata(NULL, NULL));
    MISUSE_VOID(grpc_c_server_context_set_principal,
                grpc_c_server_context_set_principal(NULL, NULL));
    MISUSE(grpc_c_server_context_principal, grpc_c_server_context_principal(NULL) == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_channel_credentials),
        WITH_SERVER(test_server_credentials),
        WITH_SERVER(test_call_credentials),
        WITH_SERVER(test_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
