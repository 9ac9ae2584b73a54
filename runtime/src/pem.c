/* PEM texts of the options for TLS; see pem.h. */
#include "pem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "error.h"

/* No bundle of roots comes near it; a file that grows while it is read stops here. */
enum { most_bytes = 16 * 1024 * 1024 };

static bool fail(grpc_c_error *error, int number, const char *file)
{
    grpc_c_status_code code = GRPC_C_STATUS_INVALID_ARGUMENT;
    if (number == ENOENT || number == ENOTDIR)
        code = GRPC_C_STATUS_NOT_FOUND;
    else if (number == EACCES || number == EPERM)
        code = GRPC_C_STATUS_PERMISSION_DENIED;
    else if (number == ENOMEM || number == EMFILE || number == ENFILE)
        code = GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    grpc_c_error_set(error, code, "%s: %s", file, strerror(number));
    return false;
}

/* 0, or the number of what went wrong. */
static int read_all(FILE *stream, char **ret_text)
{
    size_t size = 0;
    size_t capacity = 8192;
    char *text = malloc(capacity);
    while (text != NULL) {
        size_t count = fread(text + size, 1, capacity - 1 - size, stream);
        size += count;
        if (ferror(stream) || (count == 0 && feof(stream)) || size > most_bytes)
            break;
        if (size < capacity - 1)
            continue;
        capacity *= 2;
        char *more = realloc(text, capacity);
        if (more == NULL)
            free(text);
        text = more;
    }
    if (text == NULL)
        return ENOMEM;
    if (ferror(stream) || size > most_bytes) {
        int number = ferror(stream) ? errno : EFBIG;
        free(text);
        return number;
    }
    text[size] = '\0';
    *ret_text = text;
    return 0;
}

static bool read_file(grpc_c_pem *pem, const char *file, grpc_c_error *error)
{
    FILE *stream = fopen(file, "re");
    if (stream == NULL)
        return fail(error, errno, file);
    int number = read_all(stream, &pem->text);
    fclose(stream);
    return number == 0 || fail(error, number, file);
}

bool grpc_c_pem_load(grpc_c_pem *pem, const char *text, const char *file, const char *what,
                     grpc_c_error *error)
{
    *pem = (grpc_c_pem){NULL, NULL};
    if (text != NULL && file != NULL) {
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "%s: both as text and as a file",
                         what);
        return false;
    }
    if (text == NULL && file == NULL)
        return true;
    pem->source = strdup(file != NULL ? file : what);
    if (text != NULL)
        pem->text = strdup(text);
    if (pem->source == NULL || (text != NULL && pem->text == NULL)) {
        grpc_c_error_set(error, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "%s: no memory", what);
        return false;
    }
    return text != NULL || read_file(pem, file, error);
}

void grpc_c_pem_free(grpc_c_pem *pem)
{
    free(pem->text);
    free(pem->source);
    *pem = (grpc_c_pem){NULL, NULL};
}

/* ---- checked ---- */

/* The user may use OpenSSL, too: its queue of errors is left as it was. */

static bool refuse(grpc_c_error *error, const grpc_c_pem *pem, const char *what)
{
    unsigned long number = ERR_peek_last_error();
    const char *reason = number != 0 ? ERR_reason_error_string(number) : NULL;
    grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT, "%s: %s%s%s", pem->source, what,
                     reason != NULL ? ": " : "", reason != NULL ? reason : "");
    return false;
}

/* OpenSSL would ask for it at the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *user_data)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)user_data;
    return -1;
}

static bool is_end_of_pem(void)
{
    unsigned long number = ERR_peek_last_error();
    return ERR_GET_LIB(number) == ERR_LIB_PEM && ERR_GET_REASON(number) == PEM_R_NO_START_LINE;
}

static bool are_certificates(const grpc_c_pem *pem, grpc_c_error *error)
{
    BIO *bio = BIO_new_mem_buf(pem->text, -1);
    if (bio == NULL)
        return refuse(error, pem, "cannot be read");
    size_t count = 0;
    X509 *certificate;
    while ((certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
        X509_free(certificate);
        count++;
    }
    BIO_free(bio);
    if (!is_end_of_pem())
        return refuse(error, pem, "a certificate that cannot be read");
    return count > 0 || refuse(error, pem, "no certificate in PEM");
}

static bool is_key_pair(const grpc_c_pem *key, const grpc_c_pem *chain, grpc_c_error *error)
{
    BIO *key_bio = BIO_new_mem_buf(key->text, -1);
    BIO *chain_bio = BIO_new_mem_buf(chain->text, -1);
    EVP_PKEY *private_key = NULL;
    X509 *certificate = NULL;
    bool good = false;
    if (key_bio != NULL)
        private_key = PEM_read_bio_PrivateKey(key_bio, NULL, no_passphrase, NULL);
    if (chain_bio != NULL)
        certificate = PEM_read_bio_X509(chain_bio, NULL, no_passphrase, NULL);
    if (private_key == NULL)
        refuse(error, key,
               strstr(key->text, "ENCRYPTED") != NULL ? "a private key with a passphrase"
                                                      : "no private key in PEM");
    else if (certificate == NULL)
        refuse(error, chain, "no certificate in PEM");
    else if (X509_check_private_key(certificate, private_key) != 1)
        grpc_c_error_set(error, GRPC_C_STATUS_INVALID_ARGUMENT,
                         "%s: not the private key of the certificate in %s", key->source,
                         chain->source);
    else
        good = true;
    EVP_PKEY_free(private_key);
    X509_free(certificate);
    BIO_free(key_bio);
    BIO_free(chain_bio);
    return good;
}

bool grpc_c_pem_check_certificates(const grpc_c_pem *pem, grpc_c_error *error)
{
    ERR_set_mark();
    bool good = are_certificates(pem, error);
    ERR_pop_to_mark();
    return good;
}

bool grpc_c_pem_check_key_pair(const grpc_c_pem *key, const grpc_c_pem *chain, grpc_c_error *error)
{
    ERR_set_mark();
    bool good = is_key_pair(key, chain, error);
    ERR_pop_to_mark();
    return good && grpc_c_pem_check_certificates(chain, error);
}
