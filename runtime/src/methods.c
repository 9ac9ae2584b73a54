/* The table of a server's methods; see methods.h. */
#include "methods.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { smallest_size = 16 };

/* FNV-1a: short, and good enough for paths that the server's own protos chose. */
static size_t hash(const unsigned char *bytes, size_t size)
{
    uint64_t value = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < size; i++)
        value = (value ^ bytes[i]) * UINT64_C(1099511628211);
    return (size_t)(value ^ value >> 32);
}

/* The slot that holds the path, or the free one where it belongs. At least one slot is free. */
static grpc_c_server_method *slot_of(const grpc_c_method_table *table, const void *path,
                                     size_t path_size)
{
    size_t mask = table->size - 1;
    for (size_t i = hash(path, path_size) & mask;; i = (i + 1) & mask) {
        grpc_c_server_method *slot = &table->slots[i];
        if (slot->path == NULL ||
            (slot->path_size == path_size && memcmp(slot->path, path, path_size) == 0))
            return slot;
    }
}

void grpc_c_method_table_free(grpc_c_method_table *table)
{
    free(table->slots);
    *table = (grpc_c_method_table){.slots = NULL};
}

bool grpc_c_method_table_reserve(grpc_c_method_table *table, size_t more)
{
    grpc_c_method_table larger = {.size = table->size, .count = table->count};
    if (larger.size == 0)
        larger.size = smallest_size;
    /* Half empty, so that a search ends soon. */
    while (larger.size / 2 < table->count + more)
        larger.size *= 2;
    if (larger.size == table->size)
        return true;
    larger.slots = calloc(larger.size, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < table->size; i++) {
        const grpc_c_server_method *method = &table->slots[i];
        if (method->path != NULL)
            *slot_of(&larger, method->path, method->path_size) = *method;
    }
    free(table->slots);
    *table = larger;
    return true;
}

bool grpc_c_method_table_add(grpc_c_method_table *table, const grpc_c_server_method *method)
{
    if (!grpc_c_method_table_reserve(table, 1))
        return false;
    grpc_c_server_method *slot = slot_of(table, method->path, method->path_size);
    if (slot->path != NULL)
        return false;
    *slot = *method;
    table->count++;
    return true;
}

const grpc_c_server_method *grpc_c_method_table_find(const grpc_c_method_table *table,
                                                     const void *path, size_t path_size)
{
    if (table->size == 0)
        return NULL;
    const grpc_c_server_method *slot = slot_of(table, path, path_size);
    return slot->path != NULL ? slot : NULL;
}
