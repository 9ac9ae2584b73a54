/*
 * What the fuzz targets in C share. A target is LLVMFuzzerTestOneInput; its requirements hold in
 * every build, and break with a line and SIGABRT, which fuzzers report with the input.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What a target returns for input that was refused. driver.cc counts those; libFuzzer would keep
 * them out of its corpus, where they belong as much as others. */
#ifdef FUZZ_WITH_LIBFUZZER
enum { fuzz_accepted = 0, fuzz_refused = 0 };
#else
enum { fuzz_accepted = 0, fuzz_refused = -1 };
#endif

#define fuzz_require(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

/** What is left of the input. */
typedef struct fuzz_input {
    const uint8_t *bytes;
    size_t size;
} fuzz_input;

/** The next byte; 0 when there is none. */
static inline uint8_t fuzz_byte(fuzz_input *input)
{
    if (input->size == 0)
        return 0;
    input->size--;
    return *input->bytes++;
}

/** The next bytes, as many as the byte before them says, in memory of exactly that size, with a NUL
 * behind them where `terminated`. To be freed. */
static inline char *fuzz_text(fuzz_input *input, size_t *ret_size, int terminated)
{
    size_t size = fuzz_byte(input);
    if (size > input->size)
        size = input->size;
    char *text = malloc(size + (size_t)terminated + (size + (size_t)terminated == 0));
    for (size_t i = 0; i < size; i++)
        text[i] = (char)input->bytes[i];
    if (terminated)
        text[size] = '\0';
    input->bytes += size;
    input->size -= size;
    *ret_size = size;
    return text;
}

/** All that is left, in memory of exactly that size, so that reading beyond it is seen. To be
 * freed. */
static inline uint8_t *fuzz_rest(fuzz_input *input, size_t *ret_size)
{
    uint8_t *bytes = malloc(input->size > 0 ? input->size : 1);
    for (size_t i = 0; i < input->size; i++)
        bytes[i] = input->bytes[i];
    *ret_size = input->size;
    input->bytes += input->size;
    input->size = 0;
    return bytes;
}

#endif
