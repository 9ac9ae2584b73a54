/*
 * A status with its message, details and trailers, from the server's context to the client's: what
 * a handler sets, and what a peer may send in its place.
 *
 * Input: bytes for the number and for what is done, then message, details, and a trailer's key and
 * value, each with a byte for its length before it.
 */
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <grpc/slice.h>
#include <grpc/support/alloc.h>

#include "client_call.h"
#include "client_context.h"
#include "fuzz.h"
#include "server_call.h"

/* The linker leads grpc_c_client_call_end here: there is no call of core's. */
void __wrap_grpc_call_unref(grpc_call *call);
void __wrap_grpc_call_unref(grpc_call *call)
{
    (void)call;
}

typedef struct said {
    int code;
    char *message;
    size_t message_size;
    char *details;
    size_t details_size;
    char *key;
    char *value;
    size_t value_size;
    bool twice;
    bool trailer_first;
} said;

static said read_said(fuzz_input *input)
{
    said said = {.code = (signed char)fuzz_byte(input)};
    uint8_t flags = fuzz_byte(input);
    size_t key_size;
    said.twice = flags % 2 == 1;
    said.trailer_first = flags / 2 % 2 == 1;
    said.message = fuzz_text(input, &said.message_size, 1);
    said.details = fuzz_text(input, &said.details_size, 0);
    said.key = fuzz_text(input, &key_size, 1);
    said.value = fuzz_text(input, &said.value_size, 0);
    return said;
}

/* What a handler does. True when the trailer is one that may be sent. */
static bool set_on_server(grpc_c_server_context *context, const said *said)
{
    bool added = false;
    if (said->trailer_first)
        added = grpc_c_server_context_add_trailing_metadata(context, said->key, said->value,
                                                            said->value_size);
    fuzz_require(
        grpc_c_server_context_set_status_details(context, said->details, said->details_size));
    if (said->twice)
        fuzz_require(!grpc_c_server_context_set_status_details(context, "x", 1));
    if (!said->trailer_first)
        added = grpc_c_server_context_add_trailing_metadata(context, said->key, said->value,
                                                            said->value_size);
    grpc_c_status_code code = (grpc_c_status_code)said->code;
    fuzz_require(grpc_c_server_context_fail(context, code, "%s", said->message) == code);
    fuzz_require(strcmp(context->message, said->message) == 0);
    fuzz_require(context->trailers.count == 1 + (size_t)added);
    const char *thrice = grpc_c_server_context_printf(context, "%s%s%s", said->message,
                                                      said->message, said->message);
    fuzz_require(strlen(thrice) == 3 * strlen(said->message));
    return added;
}

/* What core does. The peer's message may hold NULs. */
static void receive(grpc_c_client_context *context, const grpc_c_metadata_list *trailers,
                    const said *said)
{
    grpc_metadata_array *array = &context->results.trailing_metadata;
    grpc_metadata_array_init(array);
    array->metadata = gpr_malloc(trailers->count * sizeof(grpc_metadata));
    memcpy(array->metadata, trailers->entries, trailers->count * sizeof(grpc_metadata));
    array->count = array->capacity = trailers->count;
    context->results.code = (grpc_status_code)said->code;
    context->results.message = grpc_slice_from_copied_buffer(said->message, said->message_size);
    grpc_c_client_call_end(context);
}

static void check_on_client(const grpc_c_client_context *context, const said *said)
{
    bool known = said->code >= 0 && said->code <= GRPC_C_STATUS_UNAUTHENTICATED;
    int code = known ? said->code : GRPC_C_STATUS_UNKNOWN;
    fuzz_require((int)grpc_c_client_context_status(context) == code);
    const char *message = grpc_c_client_context_message(context);
    fuzz_require(strcmp(message, code == GRPC_C_STATUS_OK ? "" : said->message) == 0);
    const char *line = grpc_c_client_context_error((grpc_c_client_context *)context);
    fuzz_require(strncmp(line, grpc_c_status_code_name((grpc_c_status_code)code),
                         strlen(grpc_c_status_code_name((grpc_c_status_code)code))) == 0);
    fuzz_require(strlen(line) <= strlen("FAILED_PRECONDITION: ") + strlen(message));
    size_t size = SIZE_MAX;
    const void *details = grpc_c_client_context_status_details(context, &size);
    fuzz_require(details != NULL && size == said->details_size);
    fuzz_require(memcmp(details, said->details, size) == 0);
}

static void check_trailer(const grpc_c_client_context *context, const said *said)
{
    const grpc_c_metadata_entry *entry =
        grpc_c_metadata_find(grpc_c_client_context_trailing_metadata(context), said->key, NULL);
    fuzz_require(entry != NULL && entry->size == said->value_size);
    fuzz_require(memcmp(entry->value, said->value, entry->size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, size};
    said said = read_said(&input);
    grpc_c_server_context server = {.code = GRPC_C_STATUS_OK};
    grpc_c_arena_init(&server.arena, INT_MAX);
    grpc_c_client_context *client = grpc_c_client_context_new();
    bool added = set_on_server(&server, &said);
    receive(client, &server.trailers, &said);
    check_on_client(client, &said);
    if (added)
        check_trailer(client, &said);
    grpc_c_client_context_free(client);
    grpc_c_metadata_list_free(&server.trailers);
    grpc_c_arena_free(&server.arena);
    free(said.message);
    free(said.details);
    free(said.key);
    free(said.value);
    return added ? fuzz_accepted : fuzz_refused;
}
