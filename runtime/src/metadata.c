/* Metadata, received and to send; see metadata.h. */
#include "metadata.h"

#include <stdlib.h>
#include <string.h>

#include <grpc/slice.h>

const grpc_c_metadata_entry *grpc_c_metadata_find(const grpc_c_metadata *metadata, const char *key,
                                                  size_t *position)
{
    if (metadata == NULL || key == NULL)
        return NULL;
    for (size_t i = position != NULL ? *position : 0; i < metadata->count; i++) {
        if (strcmp(metadata->entries[i].key, key) != 0)
            continue;
        if (position != NULL)
            *position = i + 1;
        return &metadata->entries[i];
    }
    if (position != NULL)
        *position = metadata->count;
    return NULL;
}

/* ---- to send ---- */

void grpc_c_metadata_list_clear(grpc_c_metadata_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        grpc_slice_unref(list->entries[i].key);
        grpc_slice_unref(list->entries[i].value);
    }
    list->count = list->bytes = 0;
}

void grpc_c_metadata_list_free(grpc_c_metadata_list *list)
{
    grpc_c_metadata_list_clear(list);
    free(list->entries);
    *list = (grpc_c_metadata_list){.entries = NULL};
}

bool grpc_c_metadata_list_make_room(grpc_c_metadata_list *list)
{
    if (list->count < list->capacity)
        return true;
    size_t capacity = list->capacity == 0 ? 4 : 2 * list->capacity;
    grpc_metadata *entries = realloc(list->entries, capacity * sizeof *entries);
    if (entries == NULL)
        return false;
    list->entries = entries;
    list->capacity = capacity;
    return true;
}

/* Core may never end a call with several MiB of it, which no server takes anyway. */
static bool fits(const grpc_c_metadata_list *list, size_t key_size, size_t value_size)
{
    enum { most_bytes = 1024 * 1024 };
    size_t left = most_bytes - list->bytes;
    return key_size <= left && value_size <= left - key_size;
}

/* Names that gRPC itself writes, or that core keeps to itself: a second one would confuse the peer,
 * break the call, or not arrive. */
static bool is_reserved(const char *key)
{
    static const char *const names[] = {"content-type", "te",
                                        "user-agent",   "host",
                                        "connection",   "content-length",
                                        "lb-cost-bin",  "endpoint-load-metrics-bin"};
    if (key[0] == ':' || strncmp(key, "grpc-", 5) == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(key, names[i]) == 0)
            return true;
    return false;
}

bool grpc_c_metadata_list_add_reserved(grpc_c_metadata_list *list, const char *key,
                                       const void *value, size_t size)
{
    size_t key_size = strlen(key);
    if (!fits(list, key_size, size) || !grpc_c_metadata_list_make_room(list))
        return false;
    grpc_metadata entry = {
        .key = grpc_slice_from_copied_string(key),
        .value = grpc_slice_from_copied_buffer(value, size),
    };
    if (!grpc_header_key_is_legal(entry.key) ||
        (!grpc_is_binary_header(entry.key) && !grpc_header_nonbin_value_is_legal(entry.value))) {
        grpc_slice_unref(entry.key);
        grpc_slice_unref(entry.value);
        return false;
    }
    list->entries[list->count++] = entry;
    list->bytes += key_size + size;
    return true;
}

bool grpc_c_metadata_list_add(grpc_c_metadata_list *list, const char *key, const void *value,
                              size_t size)
{
    if (key == NULL || (value == NULL && size > 0) || is_reserved(key))
        return false;
    return grpc_c_metadata_list_add_reserved(list, key, size > 0 ? value : "", size);
}

static void remove_key(grpc_c_metadata_list *list, const char *key)
{
    for (size_t i = 0; i < list->count; i++) {
        if (grpc_slice_str_cmp(list->entries[i].key, key) != 0)
            continue;
        list->bytes -= GRPC_SLICE_LENGTH(list->entries[i].key);
        list->bytes -= GRPC_SLICE_LENGTH(list->entries[i].value);
        grpc_slice_unref(list->entries[i].key);
        grpc_slice_unref(list->entries[i].value);
        list->entries[i--] = list->entries[--list->count];
    }
}

bool grpc_c_metadata_list_set_compression(grpc_c_metadata_list *list,
                                          grpc_c_compression compression)
{
    static const char *const names[] = {"identity", "deflate", "gzip"};
    if ((unsigned)compression > GRPC_C_COMPRESSION_GZIP)
        return false;
    const char *name = names[compression];
    remove_key(list, GRPC_C_COMPRESSION_KEY);
    return grpc_c_metadata_list_add_reserved(list, GRPC_C_COMPRESSION_KEY, name, strlen(name));
}

void grpc_c_metadata_list_share(const grpc_c_metadata_list *list, grpc_metadata *ret_entries,
                                size_t *ret_count)
{
    for (size_t i = 0; i < list->count; i++) {
        ret_entries[i].key = grpc_slice_ref(list->entries[i].key);
        ret_entries[i].value = grpc_slice_ref(list->entries[i].value);
    }
    *ret_count = list->count;
}

/* ---- received ---- */

static const char *copy_slice(grpc_slice slice, grpc_c_arena *arena)
{
    return grpc_c_arena_copy_string(arena, GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice));
}

grpc_c_metadata grpc_c_metadata_copy(const grpc_metadata_array *array, grpc_c_arena *arena)
{
    const grpc_c_metadata none = {0, NULL};
    if (array->count == 0)
        return none;
    grpc_c_metadata_entry *entries =
        grpc_c_arena_alloc(arena, array->count * sizeof(grpc_c_metadata_entry));
    if (entries == NULL)
        return none;
    for (size_t i = 0; i < array->count; i++) {
        entries[i].key = copy_slice(array->metadata[i].key, arena);
        entries[i].value = copy_slice(array->metadata[i].value, arena);
        entries[i].size = GRPC_SLICE_LENGTH(array->metadata[i].value);
        if (entries[i].key == NULL || entries[i].value == NULL)
            return none;
    }
    return (grpc_c_metadata){array->count, entries};
}
