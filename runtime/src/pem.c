/* PEM texts of the options for TLS; see pem.h. */
#include "pem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    char reason[128];
    grpc_c_error_set(error, code, "%s: %s", file, strerror_r(number, reason, sizeof reason));
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
