/*
 * Credentials: how a channel or a port is secured. Insecure, TLS with or without certificates of
 * the clients, and local, for peers on the same machine. docs/security.md compares them.
 *
 * Ownership: made owned, freed by you. Channels and servers keep what they need of them, so they
 * may be freed as soon as they have been used. Threads: immutable, and so thread-safe.
 */
#ifndef GRPC_C_CREDENTIALS_H
#define GRPC_C_CREDENTIALS_H

#include <stddef.h>

#include <grpc-c/macros.h>
#include <grpc-c/status.h>

GRPC_C_BEGIN_DECLS

/** For grpc_c_channel_new. */
typedef struct grpc_c_channel_credentials grpc_c_channel_credentials;

/** For grpc_c_server_add_port. */
typedef struct grpc_c_server_credentials grpc_c_server_credentials;

/** Frees them; NULL does nothing. */
GRPC_C_API void grpc_c_channel_credentials_free(grpc_c_channel_credentials *credentials);
GRPC_C_API void grpc_c_server_credentials_free(grpc_c_server_credentials *credentials);

/* ---- insecure ---- */

/** Neither encrypted nor authenticated. Owned; NULL when memory is short. */
GRPC_C_API grpc_c_channel_credentials *grpc_c_insecure_channel_credentials_new(void);
GRPC_C_API grpc_c_server_credentials *grpc_c_insecure_server_credentials_new(void);

/* ---- TLS ---- */

/** A private key and the certificate that belongs to it, each as PEM text or as the name of a file
 * that holds it. The certificate comes first, those that lead to its root follow. */
typedef struct grpc_c_tls_key_pair {
    const char *private_key;
    const char *private_key_file;
    const char *certificate_chain;
    const char *certificate_chain_file;
} grpc_c_tls_key_pair;

typedef enum grpc_c_tls_version {
    /** The lowest is 1.2, the highest 1.3. */
    GRPC_C_TLS_VERSION_DEFAULT = 0,
    GRPC_C_TLS_VERSION_1_2 = 1,
    GRPC_C_TLS_VERSION_1_3 = 2
} grpc_c_tls_version;

/** TLS for a channel. Zero, in every field but the first, means the default. All is copied. */
typedef struct grpc_c_tls_channel_options {
    /** sizeof(grpc_c_tls_channel_options): filled in by GRPC_C_TLS_CHANNEL_OPTIONS and …_INIT. */
    size_t struct_size;
    /** Whom to trust: the roots that a server's certificate must lead to, as PEM text, or as the
     * name of a file; default the system's. */
    const char *root_certificates;
    const char *root_certificates_file;
    /** Who this client is, for servers that ask; default nobody. */
    grpc_c_tls_key_pair key_pair;
    /** For tests: the name that the server's certificate must be for, in place of the target's. It
     * becomes the calls' authority, too. */
    const char *host_name_override;
    grpc_c_tls_version min_version;
    grpc_c_tls_version max_version;
    /** The files above are looked at again this often, in milliseconds, rounded up to seconds, and
     * new connections use what is new; default: they are read once. Files only, and one key pair.
     * What is wrong with the new ones fails handshakes until they are right. */
    int reload_interval_ms;
    /** For debugging: the secrets of each connection are appended to this file, in the format that
     * Wireshark reads. Who reads the file reads the connection. */
    const char *key_log_file;
} grpc_c_tls_channel_options;

/** For `grpc_c_tls_channel_options options = GRPC_C_TLS_CHANNEL_OPTIONS_INIT;`. */
#define GRPC_C_TLS_CHANNEL_OPTIONS_INIT \
    { \
        sizeof(grpc_c_tls_channel_options), NULL, NULL, {NULL, NULL, NULL, NULL}, NULL, \
            GRPC_C_TLS_VERSION_DEFAULT, GRPC_C_TLS_VERSION_DEFAULT, 0, NULL \
    }

/** Options in place (C only): `GRPC_C_TLS_CHANNEL_OPTIONS(.root_certificates_file = "ca.pem")`. */
#define GRPC_C_TLS_CHANNEL_OPTIONS(...) \
    (&(const grpc_c_tls_channel_options){.struct_size = sizeof(grpc_c_tls_channel_options), \
                                         __VA_ARGS__})

/** What a server wants of its clients' certificates. */
typedef enum grpc_c_client_certificates {
    /** Required and verified where there are root certificates, and else not requested. */
    GRPC_C_CLIENT_CERTIFICATES_DEFAULT = 0,
    GRPC_C_CLIENT_CERTIFICATES_NOT_REQUESTED = 1,
    /** Without verification anybody may claim any name: for handlers that verify by themselves. */
    GRPC_C_CLIENT_CERTIFICATES_REQUESTED_NOT_VERIFIED = 2,
    /** A client without one is served; one with a wrong one is not. */
    GRPC_C_CLIENT_CERTIFICATES_REQUESTED_AND_VERIFIED = 3,
    GRPC_C_CLIENT_CERTIFICATES_REQUIRED_NOT_VERIFIED = 4,
    GRPC_C_CLIENT_CERTIFICATES_REQUIRED_AND_VERIFIED = 5
} grpc_c_client_certificates;

/** TLS for a port. Zero, in every field but the first, means the default. All is copied. */
typedef struct grpc_c_tls_server_options {
    /** sizeof(grpc_c_tls_server_options): filled in by GRPC_C_TLS_SERVER_OPTIONS and …_INIT. */
    size_t struct_size;
    /** Who this server is. Required. */
    grpc_c_tls_key_pair key_pair;
    /** Further ones: a client that names a host (SNI) gets the one whose certificate is for that,
     * and else the first. */
    const grpc_c_tls_key_pair *more_key_pairs;
    size_t more_key_pair_count;
    /** The roots that a client's certificate must lead to, as PEM text, or as the name of a file.
     * Required to verify; there is no default. */
    const char *root_certificates;
    const char *root_certificates_file;
    grpc_c_client_certificates client_certificates;
    grpc_c_tls_version min_version;
    grpc_c_tls_version max_version;
    /** As in grpc_c_tls_channel_options. */
    int reload_interval_ms;
    const char *key_log_file;
} grpc_c_tls_server_options;

/** For `grpc_c_tls_server_options options = GRPC_C_TLS_SERVER_OPTIONS_INIT;`. */
#define GRPC_C_TLS_SERVER_OPTIONS_INIT \
    { \
        sizeof(grpc_c_tls_server_options), {NULL, NULL, NULL, NULL}, NULL, 0, NULL, NULL, \
            GRPC_C_CLIENT_CERTIFICATES_DEFAULT, GRPC_C_TLS_VERSION_DEFAULT, \
            GRPC_C_TLS_VERSION_DEFAULT, 0, NULL \
    }

/** Options in place (C only):
 * `GRPC_C_TLS_SERVER_OPTIONS(.key_pair = {.private_key_file = "key.pem", …})`. */
#define GRPC_C_TLS_SERVER_OPTIONS(...) \
    (&(const grpc_c_tls_server_options){.struct_size = sizeof(grpc_c_tls_server_options), \
                                        __VA_ARGS__})

/**
 * TLS. `options` may be NULL for a channel (all defaults). Returns owned credentials; NULL on
 * failure, with the reason in `error` (may be NULL): what is no PEM, a key that is not that of its
 * certificate, a file that cannot be read, which it names.
 */
GRPC_C_API grpc_c_channel_credentials *grpc_c_tls_channel_credentials_new(
    const grpc_c_tls_channel_options *options, grpc_c_error *error);
GRPC_C_API grpc_c_server_credentials *grpc_c_tls_server_credentials_new(
    const grpc_c_tls_server_options *options, grpc_c_error *error);

/* ---- local ---- */

typedef enum grpc_c_local_connections {
    /** Unix sockets. Who may connect is a matter of the socket's path and its permissions. */
    GRPC_C_LOCAL_CONNECTIONS_UNIX = 0,
    /** TCP on a loopback address: any user of the machine may connect. */
    GRPC_C_LOCAL_CONNECTIONS_TCP = 1
} grpc_c_local_connections;

/**
 * Not encrypted, but refused to peers from elsewhere, at both ends. Owned; NULL when memory is
 * short, or for what is none of these connections.
 */
GRPC_C_API grpc_c_channel_credentials *grpc_c_local_channel_credentials_new(
    grpc_c_local_connections connections);
GRPC_C_API grpc_c_server_credentials *grpc_c_local_server_credentials_new(
    grpc_c_local_connections connections);

GRPC_C_END_DECLS

#endif
