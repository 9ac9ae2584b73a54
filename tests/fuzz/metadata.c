/*
 * Metadata: what may be sent, by the rules of gRPC's doc/PROTOCOL-HTTP2.md ("Custom-Metadata"),
 * said here once more; and that what was sent is read back byte for byte.
 *
 * Input: entries. Each is a byte for what to do, then the key and the value, with a byte for their
 * length before them.
 */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "metadata.h"

enum { most_entries = 40, arena_limit = 4096 };

typedef struct sent {
    char *key;
    char *value;
    size_t size;
} sent;

/* With a name before that: Binary-Header is Header-Name "-bin". */
static bool ends_in_bin(const char *key)
{
    size_t length = strlen(key);
    return length > 4 && strcmp(key + length - 4, "-bin") == 0;
}

static bool key_is_legal(const char *key)
{
    for (const char *c = key; *c != '\0'; c++)
        if (strchr("0123456789abcdefghijklmnopqrstuvwxyz_-.", *c) == NULL)
            return false;
    return key[0] != '\0';
}

static bool value_is_legal(const char *key, const char *value, size_t size)
{
    for (size_t i = 0; i < size && !ends_in_bin(key); i++)
        if ((unsigned char)value[i] < 0x20 || (unsigned char)value[i] > 0x7e)
            return false;
    return true;
}

static bool is_ours(const char *key)
{
    return strncmp(key, "grpc-", 5) == 0 || strcmp(key, "content-type") == 0 ||
           strcmp(key, "te") == 0 || strcmp(key, "user-agent") == 0 || strcmp(key, "host") == 0 ||
           strcmp(key, "connection") == 0 || strcmp(key, "content-length") == 0 ||
           strcmp(key, "lb-cost-bin") == 0 || strcmp(key, "endpoint-load-metrics-bin") == 0;
}

static void check_entry(const grpc_c_metadata_entry *entry, const sent *sent)
{
    fuzz_require(strcmp(entry->key, sent->key) == 0);
    fuzz_require(entry->size == sent->size);
    fuzz_require(memcmp(entry->value, sent->value, sent->size) == 0);
    fuzz_require(entry->value[entry->size] == '\0');
}

/* Each key leads to all its values, in order. */
static void check_find(const grpc_c_metadata *metadata, const sent *all)
{
    for (size_t i = 0; i < metadata->count; i++) {
        size_t position = 0;
        const grpc_c_metadata_entry *found;
        for (size_t j = 0; j < metadata->count; j++)
            if (strcmp(all[j].key, all[i].key) == 0)
                check_entry(grpc_c_metadata_find(metadata, all[i].key, &position), &all[j]);
        found = grpc_c_metadata_find(metadata, all[i].key, &position);
        fuzz_require(found == NULL && position == metadata->count);
    }
}

/* As if core had received what is to be sent. */
static void check_received(const grpc_c_metadata_list *list, const sent *all)
{
    grpc_metadata_array array = {list->count, list->capacity, list->entries};
    grpc_c_arena arena;
    grpc_c_arena_init(&arena, arena_limit);
    grpc_c_metadata received = grpc_c_metadata_copy(&array, &arena);
    fuzz_require(received.count == (arena.exhausted ? 0 : list->count));
    for (size_t i = 0; i < received.count; i++)
        check_entry(&received.entries[i], &all[i]);
    check_find(&received, all);
    grpc_c_arena_free(&arena);
}

/* Compression is an entry of the library's own, of which there is one at most; the order of the
 * others may change with it. */
static void check_compression(grpc_c_metadata_list *list, uint8_t choice)
{
    size_t before = list->count;
    bool known = choice <= GRPC_C_COMPRESSION_GZIP;
    fuzz_require(grpc_c_metadata_list_set_compression(list, (grpc_c_compression)choice) == known);
    fuzz_require(grpc_c_metadata_list_set_compression(list, GRPC_C_COMPRESSION_GZIP));
    fuzz_require(list->count == before + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, size};
    grpc_c_metadata_list list = {.entries = NULL};
    sent all[most_entries];
    size_t count = 0;
    uint8_t choice = fuzz_byte(&input);
    while (input.size > 0 && count < most_entries) {
        sent *next = &all[count];
        size_t key_size;
        bool with_bin = fuzz_byte(&input) % 4 == 0;
        next->key = fuzz_text(&input, &key_size, 1);
        if (with_bin && key_size >= 4)
            memcpy(next->key + key_size - 4, "-bin", 4);
        next->value = fuzz_text(&input, &next->size, 0);
        bool legal = key_is_legal(next->key) && !is_ours(next->key) &&
                     value_is_legal(next->key, next->value, next->size);
        fuzz_require(grpc_c_metadata_list_add(&list, next->key, next->value, next->size) == legal);
        if (legal) {
            count++;
        } else {
            free(next->key);
            free(next->value);
        }
        fuzz_require(list.count == count);
    }
    check_received(&list, all);
    check_compression(&list, choice);
    grpc_c_metadata_list_free(&list);
    for (size_t i = 0; i < count; i++) {
        free(all[i].key);
        free(all[i].value);
    }
    return count > 0 ? fuzz_accepted : fuzz_refused;
}
