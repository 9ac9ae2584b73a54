/*
 * The versions of TLS; see tls_versions.h.
 *
 * Core's options hold a lowest and a highest version, 1.2 and 1.3 unless set, and obey them; but
 * the functions that set them came after 1.51. Where core has these, they are used. Where it has
 * not, the two numbers are looked for in the options object, between two members that core's
 * functions do set: only if both neighbours are seen to change where 1.51 has them, and the numbers
 * in between are the defaults, are they written. Otherwise the credentials are refused rather than
 * made weaker than was asked.
 */
#include "tls_versions.h"

#include <stdint.h>
#include <string.h>

#include "error.h"

/* As core numbers them. */
typedef enum core_version { CORE_TLS_1_2 = 0, CORE_TLS_1_3 = 1 } core_version;

extern void grpc_tls_credentials_options_set_min_tls_version(grpc_tls_credentials_options *options,
                                                             core_version version)
    __attribute__((weak));
extern void grpc_tls_credentials_options_set_max_tls_version(grpc_tls_credentials_options *options,
                                                             core_version version)
    __attribute__((weak));

/* The part of core's object that is looked at, as it lies in memory from `part_offset` on. */
typedef struct options_part {
    int32_t request_type;
    unsigned char verify_server_cert;
    unsigned char padding[3];
    int32_t min_version;
    int32_t max_version;
    void *verifier;
} options_part;

enum { part_offset = 24 };

static options_part read_part(const grpc_tls_credentials_options *options)
{
    options_part part;
    memcpy(&part, (const char *)options + part_offset, sizeof part);
    return part;
}

/* On an object of its own, which goes with the credentials that are made of it. */
static bool lies_where_expected(void)
{
    grpc_tls_credentials_options *probe = grpc_tls_credentials_options_create();
    grpc_tls_certificate_verifier *verifier = grpc_tls_certificate_verifier_host_name_create();
    options_part before = read_part(probe);
    grpc_tls_credentials_options_set_cert_request_type(
        probe, GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    grpc_tls_credentials_options_set_verify_server_cert(probe, 0);
    grpc_tls_credentials_options_set_certificate_verifier(probe, verifier);
    options_part after = read_part(probe);
    bool expected =
        before.request_type == GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE &&
        after.request_type == GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY &&
        before.verify_server_cert == 1 && after.verify_server_cert == 0 &&
        before.verifier == NULL && after.verifier == (void *)verifier &&
        before.min_version == CORE_TLS_1_2 && after.min_version == CORE_TLS_1_2 &&
        before.max_version == CORE_TLS_1_3 && after.max_version == CORE_TLS_1_3;
    grpc_tls_certificate_verifier_release(verifier);
    grpc_tls_credentials_options_set_cert_request_type(probe,
                                                       GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    grpc_tls_credentials_options_set_verify_server_cert(probe, 1);
    grpc_channel_credentials_release(grpc_tls_credentials_create(probe));
    return expected;
}

static bool set(grpc_tls_credentials_options *options, core_version min, core_version max)
{
    if (grpc_tls_credentials_options_set_min_tls_version != NULL &&
        grpc_tls_credentials_options_set_max_tls_version != NULL) {
        grpc_tls_credentials_options_set_min_tls_version(options, min);
        grpc_tls_credentials_options_set_max_tls_version(options, max);
        return true;
    }
    if (!lies_where_expected())
        return false;
    options_part part = read_part(options);
    part.min_version = (int32_t)min;
    part.max_version = (int32_t)max;
    memcpy((char *)options + part_offset, &part, sizeof part);
    return true;
}

bool grpc_c_tls_versions_set(grpc_tls_credentials_options *options, grpc_c_tls_version min,
                             grpc_c_tls_version max, grpc_c_error *error)
{
    if ((unsigned)min > GRPC_C_TLS_VERSION_1_3 || (unsigned)max > GRPC_C_TLS_VERSION_1_3 ||
        (min == GRPC_C_TLS_VERSION_1_3 && max == GRPC_C_TLS_VERSION_1_2)) {
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT,
                         "min_version, max_version: not a range of grpc_c_tls_version");
        return false;
    }
    core_version lowest = min == GRPC_C_TLS_VERSION_1_3 ? CORE_TLS_1_3 : CORE_TLS_1_2;
    core_version highest = max == GRPC_C_TLS_VERSION_1_2 ? CORE_TLS_1_2 : CORE_TLS_1_3;
    if (lowest == CORE_TLS_1_2 && highest == CORE_TLS_1_3) /* all that core ever takes */
        return true;
    if (set(options, lowest, highest))
        return true;
    grpc_c_error_set(error, GRPC_C_STATUS_UNIMPLEMENTED,
                     "min_version, max_version: gRPC core %s cannot be told",
                     grpc_version_string());
    return false;
}
