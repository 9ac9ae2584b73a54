/*
 * PEM texts of the options for TLS: given, or read from files, and checked. Core itself would say
 * nothing, or abort, or log a line that names no file, when the first connection comes. The only
 * file that knows of OpenSSL.
 */
#ifndef GRPC_C_PEM_H
#define GRPC_C_PEM_H

#include <stdbool.h>

#include <grpc-c/credentials.h>

/** A text and where it is from, for errors: the file's name, or the option's. */
typedef struct grpc_c_pem {
    char *text;
    char *source;
} grpc_c_pem;

/** Owned copies of an option that is given as `text`, or as the name of a `file`, and called
 * `what`. False, with the reason in `error`, where it is given twice or cannot be read. Where it is
 * not given at all, both texts are NULL. Freed by pem_free in either case. */
bool grpc_c_pem_load(grpc_c_pem *pem, const char *text, const char *file, const char *what,
                     grpc_c_error *error);
void grpc_c_pem_free(grpc_c_pem *pem);

/** Whether there is at least one certificate in it, and nothing in PEM that is none. */
bool grpc_c_pem_check_certificates(const grpc_c_pem *pem, grpc_c_error *error);

/** Whether there is a private key in `key`, without a passphrase, and it is that of the first
 * certificate of `chain`. */
bool grpc_c_pem_check_key_pair(const grpc_c_pem *key, const grpc_c_pem *chain, grpc_c_error *error);

#endif
