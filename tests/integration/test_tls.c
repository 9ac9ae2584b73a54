/*
 * Credentials: what they are made of, whom they let in, and what each side learns of the other. A
 * server of each test's own, whose handler answers with what it knows of its peer. The certificates
 * are those of tests/certificates.bash, in a folder of their own.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"

/* The current folder holds the certificates. */
static char folder[] = "/tmp/grpc-c-tls-XXXXXX";

/* ---- a server that says who calls, and calls to it ---- */

static const char *or_none(const char *text)
{
    return text != NULL ? text : "none";
}

static grpc_c_status_code say_who(void *self, const Echo__Request *request, Echo__Reply *reply,
                                  grpc_c_server_context *context)
{
    (void)self;
    (void)request;
    char *names = grpc_c_server_context_strdup(context, "");
    for (size_t i = 0; i < grpc_c_server_context_peer_san_count(context); i++)
        names = grpc_c_server_context_printf(context, "%s %s", names,
                                             grpc_c_server_context_peer_san(context, i));
    const char *pem = grpc_c_server_context_peer_certificate(context);
    reply->text =
        grpc_c_server_context_printf(context, "%s, %s: %s: %s:%s, %s",
                                     grpc_c_server_context_security_type(context),
                                     grpc_c_server_context_peer_is_authenticated(context)
                                         ? "authenticated"
                                         : "not authenticated",
                                     or_none(grpc_c_server_context_peer_common_name(context)),
                                     or_none(grpc_c_server_context_peer_subject(context)), names,
                                     pem != NULL && strstr(pem, "BEGIN CERTIFICATE") != NULL
                                         ? "certificate"
                                         : "no certificate");
    return GRPC_C_STATUS_OK;
}

static const char nobody[] = "tls, not authenticated: none: none:, no certificate";
static const char ann[] = "tls, authenticated: ann: CN=ann,O=Example: ann.test "
                          "spiffe://example/ann ann@example.test 127.0.0.9, certificate";
static const char claims_ann[] = "tls, not authenticated: ann: CN=ann,O=Example: ann.test "
                                 "spiffe://example/ann ann@example.test 127.0.0.9, certificate";

static const Echo__Echo_Servicer servicer = {.say = say_who};

typedef struct tls_server {
    grpc_c_server *server;
    int port;
    char target[128];
} tls_server;

/* Takes the credentials. */
static tls_server serve_on(const char *address, grpc_c_server_credentials *credentials,
                           const grpc_c_server_options *options)
{
    grpc_c_error error = {.message = ""};
    tls_server tls = {.server = grpc_c_server_new(options)};
    assert_non_null(credentials);
    assert_true(echo__echo_add_servicer_to_server(&servicer, NULL, tls.server));
    tls.port = grpc_c_server_add_port(tls.server, address, credentials, &error);
    assert_string_equal(error.message, "");
    grpc_c_server_credentials_free(credentials);
    assert_true(grpc_c_server_start(tls.server, &error));
    if (strncmp(address, "unix:", 5) == 0)
        snprintf(tls.target, sizeof tls.target, "%s", address);
    else
        snprintf(tls.target, sizeof tls.target, "localhost:%d", tls.port);
    return tls;
}

static tls_server serve_tls(const grpc_c_tls_server_options *options)
{
    grpc_c_error error = {.message = ""};
    grpc_c_server_credentials *credentials = grpc_c_tls_server_credentials_new(options, &error);
    assert_string_equal(error.message, "");
    return serve_on("127.0.0.1:0", credentials, NULL);
}

/* What came of one call: the reply's text, or the status with its message. */
typedef struct outcome {
    char text[1024];
} outcome;

static outcome call_on(grpc_c_channel *channel)
{
    assert_non_null(channel);
    outcome outcome;
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    grpc_c_client_context *context = grpc_c_client_context_new();
    grpc_c_client_context_set_timeout_ms(context, 60000);
    Echo__Request request = ECHO__REQUEST__INIT;
    const Echo__Reply *reply = echo__echo_stub__say(&stub, &request, context);
    snprintf(outcome.text, sizeof outcome.text, "%s",
             reply != NULL ? reply->text : grpc_c_client_context_error(context));
    grpc_c_client_context_free(context);
    return outcome;
}

/* On a channel of its own. Takes the credentials. */
static outcome call(const tls_server *server, grpc_c_channel_credentials *credentials)
{
    assert_non_null(credentials);
    grpc_c_channel *channel = grpc_c_channel_new(server->target, credentials, NULL);
    grpc_c_channel_credentials_free(credentials);
    outcome outcome = call_on(channel);
    grpc_c_channel_free(channel);
    return outcome;
}

static grpc_c_channel_credentials *tls(const grpc_c_tls_channel_options *options)
{
    grpc_c_error error = {.message = ""};
    grpc_c_channel_credentials *credentials = grpc_c_tls_channel_credentials_new(options, &error);
    assert_string_equal(error.message, "");
    return credentials;
}

#define PAIR(name) \
    { \
        .private_key_file = name ".key", .certificate_chain_file = name ".pem" \
    }
#define SERVER(...) GRPC_C_TLS_SERVER_OPTIONS(.key_pair = PAIR("server"), __VA_ARGS__)
#define CLIENT(...) tls(GRPC_C_TLS_CHANNEL_OPTIONS(.root_certificates_file = "ca.pem", __VA_ARGS__))

static void assert_starts(const char *text, const char *start)
{
    if (strncmp(text, start, strlen(start)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", text, start);
}

static void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" does not contain \"%s\"", text, part);
}

static void assert_refused(outcome outcome, const char *reason)
{
    assert_starts(outcome.text, "UNAVAILABLE: ");
    assert_contains(outcome.text, reason);
}

/* A server of core's closes the connection and keeps the reason to itself: its log has it. */
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char logged[4096];

static void keep_log(grpc_c_log_severity severity, const char *message, void *user_data)
{
    (void)user_data;
    pthread_mutex_lock(&log_mutex);
    if (severity == GRPC_C_LOG_ERROR)
        snprintf(logged, sizeof logged, "%s", message);
    pthread_mutex_unlock(&log_mutex);
}

static void assert_logged(const char *part)
{
    pthread_mutex_lock(&log_mutex);
    assert_contains(logged, part);
    pthread_mutex_unlock(&log_mutex);
}

static char *read_text(const char *name)
{
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    char *text = calloc(1, 8192);
    assert_true(fread(text, 1, 8191, file) > 0);
    fclose(file);
    return text;
}

/* As if renewed: at once, or not at all. */
static void copy_file(const char *from, const char *to)
{
    char *text = read_text(from);
    FILE *file = fopen("copy", "w");
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename("copy", to), 0);
    free(text);
}

/* ---- what they are made of ---- */

static void test_text_does_as_well_as_files(void **state)
{
    (void)state;
    char *ca = read_text("ca.pem");
    char *key = read_text("server.key");
    char *chain = read_text("server.pem");
    tls_server server = serve_tls(
        GRPC_C_TLS_SERVER_OPTIONS(.key_pair = {.private_key = key, .certificate_chain = chain}));
    grpc_c_channel_credentials *credentials =
        tls(GRPC_C_TLS_CHANNEL_OPTIONS(.root_certificates = ca));
    free(ca);
    free(key);
    free(chain);
    assert_string_equal(call(&server, credentials).text, nobody);
    assert_string_equal(call(&server, CLIENT(.min_version = 0)).text, nobody);
    grpc_c_server_free(server.server);
}

static void test_one_credentials_for_many_channels_and_ports(void **state)
{
    (void)state;
    grpc_c_error error = {.message = ""};
    grpc_c_server_credentials *mine = grpc_c_tls_server_credentials_new(SERVER(), &error);
    grpc_c_channel_credentials *theirs = CLIENT(.min_version = 0);
    grpc_c_server *server = grpc_c_server_new(NULL);
    assert_true(echo__echo_add_servicer_to_server(&servicer, NULL, server));
    grpc_c_channel *channels[2];
    for (int i = 0; i < 2; i++) {
        char target[32];
        snprintf(target, sizeof target, "localhost:%d",
                 grpc_c_server_add_port(server, "127.0.0.1:0", mine, &error));
        channels[i] = grpc_c_channel_new(target, theirs, NULL);
    }
    grpc_c_server_credentials_free(mine);
    grpc_c_channel_credentials_free(theirs);
    assert_true(grpc_c_server_start(server, &error));
    for (int i = 0; i < 2; i++) {
        assert_string_equal(call_on(channels[i]).text, nobody);
        grpc_c_channel_free(channels[i]);
    }
    grpc_c_server_free(server);
}

static void test_without_roots_those_of_the_system_count(void **state)
{
    (void)state;
    /* GRPC_DEFAULT_SSL_ROOTS_FILE_PATH, which main has set, stands for the system's. */
    tls_server server = serve_tls(SERVER());
    assert_string_equal(call(&server, tls(NULL)).text, nobody);
    grpc_c_server_free(server.server);
    server = serve_tls(GRPC_C_TLS_SERVER_OPTIONS(.key_pair = PAIR("foreign")));
    assert_refused(call(&server, tls(NULL)), "certificate verify failed");
    grpc_c_server_free(server.server);
}

static const char garbage[] = "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n"
                              "-----END CERTIFICATE-----\n";

static void test_what_is_wrong_with_files_is_said(void **state)
{
    (void)state;
    FILE *file = fopen("garbage.pem", "w");
    fputs(garbage, file);
    fclose(file);
    static const struct {
        grpc_c_tls_key_pair pair;
        const char *roots;
        grpc_c_status_code code;
        const char *message;
    } cases[] = {
        {{.private_key_file = "none.key", .certificate_chain_file = "server.pem"},
         NULL,
         GRPC_C_STATUS_NOT_FOUND,
         "none.key: No such file or directory"},
        {{.private_key_file = "server.key", .certificate_chain_file = "/"},
         NULL,
         GRPC_C_STATUS_INVALID_ARGUMENT,
         "/: Is a directory"},
        {PAIR("server"), "server.pem/x", GRPC_C_STATUS_NOT_FOUND, "server.pem/x: Not a directory"},
        {{.private_key_file = "client.key", .certificate_chain_file = "server.pem"},
         NULL,
         GRPC_C_STATUS_INVALID_ARGUMENT,
         "client.key: not the private key of the certificate in server.pem"},
        {{.private_key_file = "server.pem", .certificate_chain_file = "server.pem"},
         NULL,
         GRPC_C_STATUS_INVALID_ARGUMENT,
         "server.pem: no private key in PEM: "},
        {{.private_key_file = "locked.key", .certificate_chain_file = "server.pem"},
         NULL,
         GRPC_C_STATUS_INVALID_ARGUMENT,
         "locked.key: a private key with a passphrase: "},
        {{.private_key_file = "server.key", .certificate_chain_file = "server.key"},
         NULL,
         GRPC_C_STATUS_INVALID_ARGUMENT,
         "server.key: no certificate in PEM: "},
        {PAIR("server"), "garbage.pem", GRPC_C_STATUS_INVALID_ARGUMENT,
         "garbage.pem: a certificate that cannot be read: "},
        {PAIR("server"), "certificates.log", GRPC_C_STATUS_INVALID_ARGUMENT,
         "certificates.log: no certificate in PEM: "},
        {{.private_key = "", .certificate_chain_file = "server.pem"},
         NULL,
         GRPC_C_STATUS_INVALID_ARGUMENT,
         "private_key: no private key in PEM: "},
        {{.private_key_file = "server.key", .certificate_chain = garbage},
         NULL,
         GRPC_C_STATUS_INVALID_ARGUMENT,
         "certificate_chain: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        grpc_c_error error = {.message = ""};
        assert_null(
            grpc_c_tls_server_credentials_new(GRPC_C_TLS_SERVER_OPTIONS(.key_pair = cases[i].pair,
                                                                        .root_certificates_file =
                                                                            cases[i].roots),
                                              &error));
        assert_starts(error.message, cases[i].message);
        assert_int_equal(error.code, cases[i].code);
        error.message[0] = '\0';
        assert_null(
            grpc_c_tls_channel_credentials_new(GRPC_C_TLS_CHANNEL_OPTIONS(.key_pair = cases[i].pair,
                                                                          .root_certificates_file =
                                                                              cases[i].roots),
                                               &error));
        assert_starts(error.message, cases[i].message);
    }
}

static void test_an_unreadable_file_is_named(void **state)
{
    (void)state;
    copy_file("server.key", "unreadable.key");
    assert_int_equal(chmod("unreadable.key", 0), 0);
    if (geteuid() == 0) /* nothing is unreadable to root */
        assert_int_equal(seteuid(65534), 0);
    grpc_c_error error = {.message = ""};
    assert_null(
        grpc_c_tls_server_credentials_new(GRPC_C_TLS_SERVER_OPTIONS(.key_pair = PAIR("unreadable")),
                                          &error));
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(error.code, GRPC_C_STATUS_PERMISSION_DENIED);
    assert_string_equal(error.message, "unreadable.key: Permission denied");
}

static void test_wrong_options_are_refused(void **state)
{
    (void)state;
    static const grpc_c_tls_key_pair more = PAIR("second");
    const struct {
        const grpc_c_tls_server_options *options;
        const char *message;
    } cases[] = {
        {NULL, "key_pair: missing"},
        {GRPC_C_TLS_SERVER_OPTIONS(.root_certificates_file = "ca.pem"), "key_pair: missing"},
        {GRPC_C_TLS_SERVER_OPTIONS(.key_pair = {.private_key_file = "server.key"}),
         "certificate_chain: missing"},
        {GRPC_C_TLS_SERVER_OPTIONS(.key_pair = {.certificate_chain_file = "server.pem"}),
         "private_key: missing"},
        {SERVER(.root_certificates = "x", .root_certificates_file = "ca.pem"),
         "root_certificates: both as text and as a file"},
        {SERVER(.client_certificates = GRPC_C_CLIENT_CERTIFICATES_REQUIRED_AND_VERIFIED),
         "root_certificates: missing, and needed to verify clients"},
        {SERVER(.client_certificates = (grpc_c_client_certificates)6),
         "client_certificates: not one of grpc_c_client_certificates"},
        {SERVER(.more_key_pair_count = 1), "more_key_pairs: NULL, or more than 1000"},
        {SERVER(.min_version = GRPC_C_TLS_VERSION_1_3, .max_version = GRPC_C_TLS_VERSION_1_2),
         "min_version, max_version: not a range of grpc_c_tls_version"},
        {SERVER(.max_version = (grpc_c_tls_version)3),
         "min_version, max_version: not a range of grpc_c_tls_version"},
        {SERVER(.reload_interval_ms = -1), "reload_interval_ms: negative"},
        {SERVER(.reload_interval_ms = 1, .root_certificates = "x"),
         "reload_interval_ms: PEM text does not change; give files"},
        {SERVER(.reload_interval_ms = 1, .more_key_pairs = &more, .more_key_pair_count = 1),
         "reload_interval_ms: of one key pair only"},
        {SERVER(.key_log_file = "no/folder"), "key_log_file: no/folder: No such file or directory"},
        {&(const grpc_c_tls_server_options){.struct_size = 0},
         "the options' struct_size is not set, or they hold some that this version does not know"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        grpc_c_error error = {.message = ""};
        assert_null(grpc_c_tls_server_credentials_new(cases[i].options, &error));
        assert_string_equal(error.message, cases[i].message);
        assert_null(grpc_c_tls_server_credentials_new(cases[i].options, NULL));
    }
    grpc_c_error error = {.message = ""};
    assert_null(
        grpc_c_tls_channel_credentials_new(GRPC_C_TLS_CHANNEL_OPTIONS(.reload_interval_ms = 1),
                                           &error));
    assert_string_equal(error.message, "reload_interval_ms: there is no file");
}

static void test_init_macros_and_literals_are_the_same(void **state)
{
    (void)state;
    grpc_c_tls_channel_options channel = GRPC_C_TLS_CHANNEL_OPTIONS_INIT;
    assert_memory_equal(&channel, GRPC_C_TLS_CHANNEL_OPTIONS(.reload_interval_ms = 0),
                        sizeof channel);
    grpc_c_tls_server_options server = GRPC_C_TLS_SERVER_OPTIONS_INIT;
    assert_memory_equal(&server, GRPC_C_TLS_SERVER_OPTIONS(.reload_interval_ms = 0), sizeof server);
}

static void test_no_credentials_are_no_insecure_ones(void **state)
{
    (void)state;
    assert_null(grpc_c_channel_new("localhost:1", NULL, NULL));
    grpc_c_channel_credentials *credentials = grpc_c_insecure_channel_credentials_new();
    assert_null(grpc_c_channel_new(NULL, credentials, NULL));
    grpc_c_channel_credentials_free(credentials);
    grpc_c_channel_credentials_free(NULL);
    grpc_c_server_credentials_free(NULL);

    grpc_c_server *server = grpc_c_server_new(NULL);
    grpc_c_error error = {.message = ""};
    assert_int_equal(grpc_c_server_add_port(server, "127.0.0.1:0", NULL, &error), 0);
    assert_string_equal(error.message, "the credentials are NULL");
    grpc_c_server_free(server);
}

/* ---- whom they let in ---- */

static void test_certificates_of_clients(void **state)
{
    (void)state;
    static const char refused[] = "UNAVAILABLE: ";
    static const struct {
        grpc_c_client_certificates kind;
        const char *without;
        const char *with;
        const char *with_wrong;
    } cases[] = {
        {GRPC_C_CLIENT_CERTIFICATES_DEFAULT, refused, ann, refused},
        {GRPC_C_CLIENT_CERTIFICATES_NOT_REQUESTED, nobody, nobody, nobody},
        {GRPC_C_CLIENT_CERTIFICATES_REQUESTED_NOT_VERIFIED, nobody, claims_ann, claims_ann},
        {GRPC_C_CLIENT_CERTIFICATES_REQUESTED_AND_VERIFIED, nobody, ann, refused},
        {GRPC_C_CLIENT_CERTIFICATES_REQUIRED_NOT_VERIFIED, refused, claims_ann, claims_ann},
        {GRPC_C_CLIENT_CERTIFICATES_REQUIRED_AND_VERIFIED, refused, ann, refused},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tls_server server = serve_tls(
            SERVER(.root_certificates_file = "ca.pem", .client_certificates = cases[i].kind));
        assert_starts(call(&server, CLIENT(.min_version = 0)).text, cases[i].without);
        assert_starts(call(&server, CLIENT(.key_pair = PAIR("client"))).text, cases[i].with);
        assert_starts(call(&server, CLIENT(.key_pair = PAIR("stranger"))).text,
                      cases[i].with_wrong);
        assert_starts(call(&server, CLIENT(.key_pair = PAIR("client"))).text, cases[i].with);
        grpc_c_server_free(server.server);
    }
}

static void test_refusals_say_why(void **state)
{
    (void)state;
    tls_server server = serve_tls(SERVER(.root_certificates_file = "ca.pem"));
    assert_refused(call(&server, CLIENT(.min_version = 0)), "");
    assert_logged("peer did not return a certificate");
    assert_refused(call(&server, CLIENT(.key_pair = PAIR("stranger"))), "");
    assert_logged("certificate verify failed");
    grpc_c_server_free(server.server);

    server = serve_tls(SERVER());
    assert_refused(call(&server,
                        tls(GRPC_C_TLS_CHANNEL_OPTIONS(.root_certificates_file = "other.pem"))),
                   "certificate verify failed");
    assert_refused(call(&server, CLIENT(.host_name_override = "wrong.test")),
                   "Hostname Verification Check failed");
    assert_refused(call(&server, grpc_c_insecure_channel_credentials_new()), "");
    assert_string_equal(call(&server, CLIENT(.min_version = 0)).text, nobody);
    grpc_c_server_free(server.server);

    server = serve_tls(GRPC_C_TLS_SERVER_OPTIONS(.key_pair = PAIR("expired")));
    assert_refused(call(&server, CLIENT(.min_version = 0)), "certificate verify failed");
    grpc_c_server_free(server.server);

    server = serve_on("127.0.0.1:0", grpc_c_insecure_server_credentials_new(), NULL);
    assert_refused(call(&server, CLIENT(.min_version = 0)), "wrong version number");
    assert_starts(call(&server, grpc_c_insecure_channel_credentials_new()).text,
                  "insecure, not authenticated");
    grpc_c_server_free(server.server);
}

static void test_the_name_chooses_among_key_pairs(void **state)
{
    (void)state;
    static const grpc_c_tls_key_pair more[] = {PAIR("second")};
    tls_server server = serve_tls(SERVER(.more_key_pairs = more, .more_key_pair_count = 1));
    assert_string_equal(call(&server, CLIENT(.min_version = 0)).text, nobody);
    assert_string_equal(call(&server, CLIENT(.host_name_override = "server.test")).text, nobody);
    assert_string_equal(call(&server, CLIENT(.host_name_override = "second.test")).text, nobody);
    assert_refused(call(&server, CLIENT(.host_name_override = "third.test")), "Hostname");
    grpc_c_server_free(server.server);
}

static void test_versions(void **state)
{
    (void)state;
    const grpc_c_tls_version low = GRPC_C_TLS_VERSION_1_2;
    const grpc_c_tls_version high = GRPC_C_TLS_VERSION_1_3;
    tls_server server = serve_tls(SERVER(.min_version = high));
    assert_string_equal(call(&server, CLIENT(.min_version = low)).text, nobody);
    assert_string_equal(call(&server, CLIENT(.min_version = high)).text, nobody);
    assert_refused(call(&server, CLIENT(.max_version = low)), "");
    assert_logged("unsupported protocol");
    grpc_c_server_free(server.server);

    server = serve_tls(SERVER(.max_version = low));
    assert_string_equal(call(&server, CLIENT(.min_version = low)).text, nobody);
    assert_string_equal(call(&server, CLIENT(.max_version = low)).text, nobody);
    assert_refused(call(&server, CLIENT(.min_version = high)), "");
    assert_logged("unsupported protocol");
    grpc_c_server_free(server.server);
}

/* ---- files that change ---- */

/* Tries until the outcome is this; the ctest's time is the limit. */
static void wait_for(const tls_server *server, grpc_c_channel_credentials *(*make)(void),
                     const char *start)
{
    outcome outcome;
    do
        outcome = call(server, make());
    while (strncmp(outcome.text, start, strlen(start)) != 0);
}

static grpc_c_channel_credentials *trusts_ca(void)
{
    return CLIENT(.min_version = 0);
}

static grpc_c_channel_credentials *trusts_other(void)
{
    return tls(GRPC_C_TLS_CHANNEL_OPTIONS(.root_certificates_file = "other.pem"));
}

static void test_files_are_read_again(void **state)
{
    (void)state;
    copy_file("server.key", "watched.key");
    copy_file("server.pem", "watched.pem");
    copy_file("ca.pem", "watched-roots.pem");
    tls_server server =
        serve_tls(GRPC_C_TLS_SERVER_OPTIONS(.key_pair = PAIR("watched"), .reload_interval_ms = 1));
    assert_string_equal(call(&server, trusts_ca()).text, nobody);

    /* A channel that watches its roots fails, and then connects without being made anew. */
    grpc_c_channel_credentials *credentials =
        tls(GRPC_C_TLS_CHANNEL_OPTIONS(.root_certificates_file = "watched-roots.pem",
                                       .reload_interval_ms = 1));
    copy_file("foreign.key", "watched.key");
    copy_file("foreign.pem", "watched.pem");
    wait_for(&server, trusts_other, "tls");
    assert_refused(call(&server, trusts_ca()), "certificate verify failed");
    grpc_c_channel *channel = grpc_c_channel_new(
        server.target, credentials,
        GRPC_C_CHANNEL_OPTIONS(.core_arguments =
                                   &(grpc_c_core_argument){.name =
                                                               "grpc.initial_reconnect_backoff_ms",
                                                           .number = 100},
                               .core_argument_count = 1));
    grpc_c_channel_credentials_free(credentials);
    assert_refused(call_on(channel), "certificate verify failed");
    copy_file("other.pem", "watched-roots.pem");
    assert_true(grpc_c_channel_wait_until_ready(channel, 60000));
    assert_string_equal(call_on(channel).text, nobody);

    /* A key that is not the certificate's stops new handshakes, and nothing else; see
     * docs/security.md. */
    copy_file("client.key", "watched.key");
    wait_for(&server, trusts_other, "UNAVAILABLE: ");
    assert_string_equal(call_on(channel).text, nobody);
    copy_file("foreign.key", "watched.key");
    wait_for(&server, trusts_other, "tls");
    grpc_c_channel_free(channel);
    grpc_c_server_free(server.server);
}

static void test_the_key_log_is_its_owners_alone(void **state)
{
    (void)state;
    tls_server server = serve_tls(SERVER(.key_log_file = "server-keys.log"));
    assert_string_equal(call(&server, CLIENT(.key_log_file = "client-keys.log")).text, nobody);
    grpc_c_server_free(server.server);
    static const char *const names[] = {"server-keys.log", "client-keys.log"};
    for (int i = 0; i < 2; i++) {
        char *text = read_text(names[i]);
        assert_contains(text, "CLIENT_TRAFFIC_SECRET_0 ");
        free(text);
        struct stat status;
        assert_int_equal(stat(names[i], &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
    }
}

/* ---- without certificates ---- */

static void test_local_peers(void **state)
{
    (void)state;
    static const char local[] = "local, authenticated: none: none:, no certificate";
    tls_server server =
        serve_on("unix:local.sock",
                 grpc_c_local_server_credentials_new(GRPC_C_LOCAL_CONNECTIONS_UNIX), NULL);
    assert_string_equal(call(&server,
                             grpc_c_local_channel_credentials_new(GRPC_C_LOCAL_CONNECTIONS_UNIX))
                            .text,
                        local);
    grpc_c_server_free(server.server);

    server = serve_on("127.0.0.1:0",
                      grpc_c_local_server_credentials_new(GRPC_C_LOCAL_CONNECTIONS_TCP), NULL);
    assert_string_equal(call(&server,
                             grpc_c_local_channel_credentials_new(GRPC_C_LOCAL_CONNECTIONS_TCP))
                            .text,
                        local);
    assert_refused(call(&server,
                        grpc_c_local_channel_credentials_new(GRPC_C_LOCAL_CONNECTIONS_UNIX)),
                   "");
    grpc_c_server_free(server.server);
    assert_null(grpc_c_local_channel_credentials_new((grpc_c_local_connections)2));
    assert_null(grpc_c_local_server_credentials_new((grpc_c_local_connections)-1));
}

/* ---- handshakes that do not end ---- */

static void test_a_silent_handshake_is_closed(void **state)
{
    (void)state;
    grpc_c_error error;
    tls_server server =
        serve_on("127.0.0.1:0", grpc_c_tls_server_credentials_new(SERVER(), &error),
                 GRPC_C_SERVER_OPTIONS(
                         .core_arguments =
                             &(grpc_c_core_argument){.name = "grpc.server_handshake_timeout_ms",
                                                     .number = 200},
                         .core_argument_count = 1));
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)server.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(peer, (struct sockaddr *)&address, sizeof address), 0);
    char byte;
    assert_true(read(peer, &byte, 1) <= 0); /* returns when the server has closed */
    close(peer);
    assert_string_equal(call(&server, CLIENT(.min_version = 0)).text, nobody);
    grpc_c_server_free(server.server);
}

static void test_null_contexts(void **state)
{
    (void)state;
    assert_string_equal(grpc_c_server_context_security_type(NULL), "insecure");
    assert_false(grpc_c_server_context_peer_is_authenticated(NULL));
    assert_null(grpc_c_server_context_peer_subject(NULL));
    assert_null(grpc_c_server_context_peer_common_name(NULL));
    assert_null(grpc_c_server_context_peer_certificate(NULL));
    assert_int_equal(grpc_c_server_context_peer_san_count(NULL), 0);
    assert_null(grpc_c_server_context_peer_san(NULL, 0));
}

int main(void)
{
    char command[512];
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return EXIT_FAILURE;
    if (system(CERTIFICATES " .") != 0)
        return EXIT_FAILURE;
    snprintf(command, sizeof command, "%s/ca.pem", folder);
    grpc_c_set_log_callback(keep_log, NULL);
    setenv("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", command, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_does_as_well_as_files),
        cmocka_unit_test(test_one_credentials_for_many_channels_and_ports),
        cmocka_unit_test(test_without_roots_those_of_the_system_count),
        cmocka_unit_test(test_what_is_wrong_with_files_is_said),
        cmocka_unit_test(test_an_unreadable_file_is_named),
        cmocka_unit_test(test_wrong_options_are_refused),
        cmocka_unit_test(test_init_macros_and_literals_are_the_same),
        cmocka_unit_test(test_no_credentials_are_no_insecure_ones),
        cmocka_unit_test(test_certificates_of_clients),
        cmocka_unit_test(test_refusals_say_why),
        cmocka_unit_test(test_the_name_chooses_among_key_pairs),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_files_are_read_again),
        cmocka_unit_test(test_the_key_log_is_its_owners_alone),
        cmocka_unit_test(test_local_peers),
        cmocka_unit_test(test_a_silent_handshake_is_closed),
        cmocka_unit_test(test_null_contexts),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return chdir("/") != 0 || system(command) != 0 || failed != 0;
}
