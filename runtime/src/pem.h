/*
 * PEM texts of the options for TLS: given, or read from files.
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

#endif
