/* Options and their defaults; see options.h. */
#include "options.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "codec.h"
#include "core.h"
#include "depth.h"

enum {
    default_message_bytes = 4 * 1024 * 1024,
    default_call_memory_bytes = 64 * 1024 * 1024,
    /* Core counts messages in ints; arenas add alignment to sizes without a check for wrapping. */
    most_bytes = INT_MAX,
    default_workers = 16,
    most_workers = 1024,
    default_concurrent_calls = 10000,
    most_arguments = 1000,
    default_concurrent_streams = 1000,
    default_metadata_bytes = 8 * 1024,
    second_ms = 1000,
    default_handshake_ms = 20 * second_ms,
    default_idle_ms = 60 * 60 * second_ms,
    default_age_ms = 24 * 60 * 60 * second_ms,
    default_ping_interval_ms = 5 * 60 * second_ms,
    default_ping_strikes = 2,
};

/* An option struct begins with its size as the caller knows it. A shorter one is from an older
 * caller: the rest is zero, the default. A longer one is from a newer caller, and welcome as long
 * as what we do not know of it is zero. */
static bool copy_struct(void *ret_options, size_t known_size, const void *options, const char *what)
{
    size_t size;
    memcpy(&size, options, sizeof size);
    if (size < sizeof size) {
        grpc_c_log_error("%s: struct_size is not set; use the _INIT macro", what);
        return false;
    }
    const unsigned char *bytes = options;
    for (size_t i = known_size; i < size; i++) {
        if (bytes[i] != 0) {
            grpc_c_log_error("%s: an option is set that this version does not know", what);
            return false;
        }
    }
    memcpy(ret_options, options, size < known_size ? size : known_size);
    return true;
}

static bool fill_bytes(size_t *bytes, size_t otherwise, const char *what)
{
    if (*bytes == 0)
        *bytes = otherwise;
    if (*bytes <= most_bytes)
        return true;
    grpc_c_log_error("%s: at most %d", what, most_bytes);
    return false;
}

/* Core counts in ints; 0 is no limit. */
static bool is_in_core_range(size_t bytes, const char *what)
{
    if (bytes <= most_bytes)
        return true;
    grpc_c_log_error("%s: at most %d", what, most_bytes);
    return false;
}

static bool fill_nesting(unsigned *depth)
{
    if (*depth == 0)
        *depth = GRPC_C_DEPTH_LIMIT;
    if (*depth <= GRPC_C_DEPTH_MOST)
        return true;
    grpc_c_log_error("max_nesting_depth: at most %d", GRPC_C_DEPTH_MOST);
    return false;
}

static void fill(int *number, int otherwise)
{
    if (*number == 0)
        *number = otherwise;
}

static bool are_arguments(const grpc_c_core_argument *arguments, size_t count)
{
    bool good = count == 0 || (arguments != NULL && count <= most_arguments);
    for (size_t i = 0; good && i < count; i++)
        good = arguments[i].name != NULL;
    if (!good)
        grpc_c_log_error("core_arguments: NULL, without a name, or more than %d", most_arguments);
    return good;
}

static bool fill_codec(const grpc_c_codec **codec)
{
    *codec = grpc_c_codec_or_default(*codec);
    if (*codec == NULL)
        grpc_c_log_error("codec: not a complete grpc_c_codec");
    return *codec != NULL;
}

/* It goes into a header as it is. */
static bool is_printable(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

bool grpc_c_options_copy(void *ret_options, size_t known_size, const void *options,
                         const char *what)
{
    return copy_struct(ret_options, known_size, options, what);
}

bool grpc_c_channel_options_read(const grpc_c_channel_options *options,
                                 grpc_c_channel_options *ret_options)
{
    grpc_c_channel_options read = {.struct_size = 0};
    if (options != NULL && !copy_struct(&read, sizeof read, options, "channel options"))
        return false;
    if (!fill_bytes(&read.max_receive_message_bytes, default_message_bytes,
                    "max_receive_message_bytes") ||
        !fill_bytes(&read.max_call_memory_bytes, default_call_memory_bytes,
                    "max_call_memory_bytes") ||
        !is_in_core_range(read.max_send_message_bytes, "max_send_message_bytes") ||
        !fill_bytes(&read.max_metadata_bytes, default_metadata_bytes, "max_metadata_bytes") ||
        !fill_nesting(&read.max_nesting_depth) ||
        !are_arguments(read.core_arguments, read.core_argument_count) || !fill_codec(&read.codec))
        return false;
    if ((unsigned)read.compression > GRPC_C_COMPRESSION_GZIP) {
        grpc_c_log_error("compression: not one of grpc_c_compression");
        return false;
    }
    if (read.user_agent_prefix != NULL && !is_printable(read.user_agent_prefix)) {
        grpc_c_log_error("user_agent_prefix: printable ASCII only");
        return false;
    }
    *ret_options = read;
    return true;
}

/* One lane for two cores: a lane keeps a core busy only under full load, and more pollers than that
 * cost more in waking each other than they bring. */
static unsigned default_lanes(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 2 ? 1 : (unsigned)cores / 2;
}

/* What bounds a server's connections. */
static void fill_connection_limits(grpc_c_server_options *options)
{
    if (options->max_concurrent_streams == 0)
        options->max_concurrent_streams = default_concurrent_streams;
    if (options->max_concurrent_streams > INT_MAX)
        options->max_concurrent_streams = INT_MAX;
    fill(&options->handshake_timeout_ms, default_handshake_ms);
    fill(&options->max_connection_idle_ms, default_idle_ms);
    fill(&options->max_connection_age_ms, default_age_ms);
    fill(&options->max_connection_age_grace_ms, -1);
    fill(&options->min_ping_interval_ms, default_ping_interval_ms);
    fill(&options->max_ping_strikes, default_ping_strikes);
}

bool grpc_c_server_options_read(const grpc_c_server_options *options,
                                grpc_c_server_options *ret_options)
{
    grpc_c_server_options read = {.struct_size = 0};
    if (options != NULL && !copy_struct(&read, sizeof read, options, "server options"))
        return false;
    if (!fill_bytes(&read.max_receive_message_bytes, default_message_bytes,
                    "max_receive_message_bytes") ||
        !fill_bytes(&read.max_call_memory_bytes, default_call_memory_bytes,
                    "max_call_memory_bytes") ||
        !is_in_core_range(read.max_send_message_bytes, "max_send_message_bytes") ||
        !fill_bytes(&read.max_metadata_bytes, default_metadata_bytes, "max_metadata_bytes") ||
        !fill_nesting(&read.max_nesting_depth) ||
        !are_arguments(read.core_arguments, read.core_argument_count) || !fill_codec(&read.codec))
        return false;
    if (read.max_workers > most_workers) {
        grpc_c_log_error("max_workers: at most %d", most_workers);
        return false;
    }
    if (read.max_workers == 0)
        read.max_workers = default_workers;
    if (read.lanes == 0)
        read.lanes = default_lanes();
    if (read.lanes > read.max_workers)
        read.lanes = read.max_workers;
    if (read.max_concurrent_calls == 0)
        read.max_concurrent_calls = default_concurrent_calls;
    fill_connection_limits(&read);
    *ret_options = read;
    return true;
}
