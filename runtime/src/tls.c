/* TLS credentials: from options to core's objects. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"
#include "credentials.h"
#include "error.h"
#include "options.h"
#include "pem.h"
#include "tls_versions.h"

enum { most_key_pairs = 1000 };

/* The options of both sides. */
typedef struct settings {
    const char *roots;
    const char *roots_file;
    /** Without any: they are all NULL. */
    const grpc_c_tls_key_pair *key_pair;
    const grpc_c_tls_key_pair *more_key_pairs;
    size_t more_key_pair_count;
    grpc_c_tls_version min_version;
    grpc_c_tls_version max_version;
    int reload_interval_ms;
    const char *key_log_file;
} settings;

/* What they lead to. */
typedef struct material {
    grpc_c_pem roots;
    grpc_tls_identity_pairs *pairs;
} material;

static bool is_given(const grpc_c_tls_key_pair *pair)
{
    return pair->private_key != NULL || pair->private_key_file != NULL ||
           pair->certificate_chain != NULL || pair->certificate_chain_file != NULL;
}

static bool add_pair(grpc_tls_identity_pairs *pairs, const grpc_c_tls_key_pair *pair,
                     grpc_c_error *error)
{
    grpc_c_pem key;
    grpc_c_pem chain = {NULL, NULL};
    bool good =
        grpc_c_pem_load(&key, pair->private_key, pair->private_key_file, "private_key", error) &&
        grpc_c_pem_load(&chain, pair->certificate_chain, pair->certificate_chain_file,
                        "certificate_chain", error);
    if (good && (key.text == NULL || chain.text == NULL)) {
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "%s: missing",
                         key.text == NULL ? "private_key" : "certificate_chain");
        good = false;
    }
    good = good && grpc_c_pem_check_key_pair(&key, &chain, error);
    if (good)
        grpc_tls_identity_pairs_add_pair(pairs, key.text, chain.text);
    grpc_c_pem_free(&key);
    grpc_c_pem_free(&chain);
    return good;
}

static bool load_pairs(material *loaded, const settings *given, grpc_c_error *error)
{
    if (given->more_key_pair_count > most_key_pairs ||
        (given->more_key_pair_count > 0 && given->more_key_pairs == NULL)) {
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT,
                         "more_key_pairs: NULL, or more than %d", most_key_pairs);
        return false;
    }
    if (!is_given(given->key_pair))
        return true;
    loaded->pairs = grpc_tls_identity_pairs_create();
    if (!add_pair(loaded->pairs, given->key_pair, error))
        return false;
    for (size_t i = 0; i < given->more_key_pair_count; i++)
        if (!add_pair(loaded->pairs, &given->more_key_pairs[i], error))
            return false;
    return true;
}

/* Core's watcher knows files only, and one pair of them. */
static bool check_reloading(const settings *given, grpc_c_error *error)
{
    const char *reason = NULL;
    if (given->reload_interval_ms < 0)
        reason = "negative";
    else if (given->reload_interval_ms == 0)
        return true;
    else if (given->roots != NULL || given->key_pair->private_key != NULL ||
             given->key_pair->certificate_chain != NULL)
        reason = "PEM text does not change; give files";
    else if (given->more_key_pair_count > 0)
        reason = "of one key pair only";
    else if (given->roots_file == NULL && !is_given(given->key_pair))
        reason = "there is no file";
    if (reason != NULL)
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "reload_interval_ms: %s", reason);
    return reason == NULL;
}

/* Takes the pairs; NULL where nothing is to be provided. */
static grpc_tls_certificate_provider *create_provider(const settings *given, material *loaded)
{
    grpc_tls_identity_pairs *pairs = loaded->pairs;
    if (loaded->roots.text == NULL && pairs == NULL)
        return NULL;
    loaded->pairs = NULL;
    if (given->reload_interval_ms == 0)
        return grpc_tls_certificate_provider_static_data_create(loaded->roots.text, pairs);
    if (pairs != NULL)
        grpc_tls_identity_pairs_destroy(pairs);
    unsigned seconds = ((unsigned)given->reload_interval_ms + 999) / 1000;
    return grpc_tls_certificate_provider_file_watcher_create(given->key_pair->private_key_file,
                                                             given->key_pair
                                                                 ->certificate_chain_file,
                                                             given->roots_file, seconds);
}

/* Makes the file, readable for its owner only, since core would leave that to the umask, and log
 * nothing where it cannot. */
static bool open_key_log(const char *file, grpc_c_error *error)
{
    int descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "key_log_file: %s: %s", file,
                         strerror(errno));
        return false;
    }
    close(descriptor);
    return true;
}

static bool load(material *loaded, const settings *given, grpc_c_error *error)
{
    return check_reloading(given, error) &&
           grpc_c_pem_load(&loaded->roots, given->roots, given->roots_file, "root_certificates",
                           error) &&
           (loaded->roots.text == NULL || grpc_c_pem_check_certificates(&loaded->roots, error)) &&
           load_pairs(loaded, given, error) &&
           (given->key_log_file == NULL || open_key_log(given->key_log_file, error));
}

/* With what both sides have. */
static bool fill_options(grpc_tls_credentials_options *options, const settings *given,
                         grpc_c_error *error)
{
    material loaded = {.pairs = NULL};
    bool good = load(&loaded, given, error) &&
                grpc_c_tls_versions_set(options, given->min_version, given->max_version, error);
    if (good) {
        if (loaded.roots.text != NULL)
            grpc_tls_credentials_options_watch_root_certs(options);
        if (loaded.pairs != NULL)
            grpc_tls_credentials_options_watch_identity_key_cert_pairs(options);
        grpc_tls_certificate_provider *provider = create_provider(given, &loaded);
        if (provider != NULL) {
            grpc_tls_credentials_options_set_certificate_provider(options, provider);
            grpc_tls_certificate_provider_release(provider);
        }
        if (given->key_log_file != NULL)
            grpc_tls_credentials_options_set_tls_session_key_log_file_path(options,
                                                                           given->key_log_file);
    }
    if (loaded.pairs != NULL)
        grpc_tls_identity_pairs_destroy(loaded.pairs);
    grpc_c_pem_free(&loaded.roots);
    return good;
}

/* Core's options, which core has no function to free, but credentials take. NULL, with the reason
 * in `error`. */
static grpc_tls_credentials_options *create_options(const settings *given, grpc_c_error *error)
{
    grpc_tls_credentials_options *options = grpc_tls_credentials_options_create();
    if (fill_options(options, given, error))
        return options;
    grpc_channel_credentials_release(grpc_tls_credentials_create(options));
    return NULL;
}

/* `options` may be NULL. */
static bool read_options(void *ret_options, size_t size, const void *options, grpc_c_error *error)
{
    if (options == NULL || grpc_c_options_copy(ret_options, size, options, "TLS options"))
        return true;
    grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT,
                     "the options' struct_size is not set, or they hold some that this version "
                     "does not know");
    return false;
}

static grpc_c_channel_credentials *create_channel_credentials(
    const grpc_c_tls_channel_options *read, grpc_c_error *error)
{
    settings given = {
        .roots = read->root_certificates,
        .roots_file = read->root_certificates_file,
        .key_pair = &read->key_pair,
        .min_version = read->min_version,
        .max_version = read->max_version,
        .reload_interval_ms = read->reload_interval_ms,
        .key_log_file = read->key_log_file,
    };
    grpc_tls_credentials_options *options = create_options(&given, error);
    if (options == NULL)
        return NULL;
    grpc_c_channel_credentials *credentials =
        grpc_c_channel_credentials_wrap(grpc_tls_credentials_create(options));
    if (credentials != NULL && read->host_name_override != NULL) {
        credentials->host_name_override = strdup(read->host_name_override);
        if (credentials->host_name_override == NULL) {
            grpc_c_channel_credentials_free(credentials);
            credentials = NULL;
        }
    }
    if (credentials == NULL)
        grpc_c_error_set(error, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "no memory");
    return credentials;
}

grpc_c_channel_credentials *grpc_c_tls_channel_credentials_new(
    const grpc_c_tls_channel_options *options, grpc_c_error *error)
{
    grpc_c_tls_channel_options read = {.struct_size = 0};
    if (!read_options(&read, sizeof read, options, error))
        return NULL;
    grpc_c_core_acquire();
    grpc_c_channel_credentials *credentials = create_channel_credentials(&read, error);
    grpc_c_core_release();
    return credentials;
}

static bool check_client_certificates(grpc_c_tls_server_options *read, grpc_c_error *error)
{
    bool has_roots = read->root_certificates != NULL || read->root_certificates_file != NULL;
    const char *reason = NULL;
    if (!is_given(&read->key_pair))
        reason = "key_pair: missing";
    if ((unsigned)read->client_certificates > GRPC_C_CLIENT_CERTIFICATES_REQUIRED_AND_VERIFIED)
        reason = "client_certificates: not one of grpc_c_client_certificates";
    if (read->client_certificates == GRPC_C_CLIENT_CERTIFICATES_DEFAULT)
        read->client_certificates = has_roots ? GRPC_C_CLIENT_CERTIFICATES_REQUIRED_AND_VERIFIED
                                              : GRPC_C_CLIENT_CERTIFICATES_NOT_REQUESTED;
    bool verifies =
        read->client_certificates == GRPC_C_CLIENT_CERTIFICATES_REQUESTED_AND_VERIFIED ||
        read->client_certificates == GRPC_C_CLIENT_CERTIFICATES_REQUIRED_AND_VERIFIED;
    if (reason == NULL && verifies && !has_roots)
        reason = "root_certificates: missing, and needed to verify clients";
    if (reason != NULL)
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "%s", reason);
    return reason == NULL;
}

static grpc_c_server_credentials *create_server_credentials(const grpc_c_tls_server_options *read,
                                                            grpc_c_error *error)
{
    static const grpc_ssl_client_certificate_request_type types[] = {
        [GRPC_C_CLIENT_CERTIFICATES_NOT_REQUESTED] = GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
        [GRPC_C_CLIENT_CERTIFICATES_REQUESTED_NOT_VERIFIED] =
            GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY,
        [GRPC_C_CLIENT_CERTIFICATES_REQUESTED_AND_VERIFIED] =
            GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY,
        [GRPC_C_CLIENT_CERTIFICATES_REQUIRED_NOT_VERIFIED] =
            GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_BUT_DONT_VERIFY,
        [GRPC_C_CLIENT_CERTIFICATES_REQUIRED_AND_VERIFIED] =
            GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
    };
    settings given = {
        .roots = read->root_certificates,
        .roots_file = read->root_certificates_file,
        .key_pair = &read->key_pair,
        .more_key_pairs = read->more_key_pairs,
        .more_key_pair_count = read->more_key_pair_count,
        .min_version = read->min_version,
        .max_version = read->max_version,
        .reload_interval_ms = read->reload_interval_ms,
        .key_log_file = read->key_log_file,
    };
    grpc_tls_credentials_options *options = create_options(&given, error);
    if (options == NULL)
        return NULL;
    grpc_tls_credentials_options_set_cert_request_type(options, types[read->client_certificates]);
    grpc_c_server_credentials *credentials =
        grpc_c_server_credentials_wrap(grpc_tls_server_credentials_create(options));
    if (credentials == NULL) {
        grpc_c_error_set(error, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "no memory");
        return NULL;
    }
    credentials->takes_unverified =
        read->client_certificates == GRPC_C_CLIENT_CERTIFICATES_REQUESTED_NOT_VERIFIED ||
        read->client_certificates == GRPC_C_CLIENT_CERTIFICATES_REQUIRED_NOT_VERIFIED;
    return credentials;
}

grpc_c_server_credentials *grpc_c_tls_server_credentials_new(
    const grpc_c_tls_server_options *options, grpc_c_error *error)
{
    grpc_c_tls_server_options read = {.struct_size = 0};
    if (!read_options(&read, sizeof read, options, error) ||
        !check_client_certificates(&read, error))
        return NULL;
    grpc_c_core_acquire();
    grpc_c_server_credentials *credentials = create_server_credentials(&read, error);
    grpc_c_core_release();
    return credentials;
}
