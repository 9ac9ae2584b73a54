/*
 * Reading the option structs of the public interface, whichever version of it the caller was
 * compiled against, into the values that are in force.
 */
#ifndef GRPC_C_OPTIONS_H
#define GRPC_C_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <grpc-c/channel.h>
#include <grpc-c/server.h>

/** Copies `options` (may be NULL) with every default filled in. False, with the reason logged, when
 * they are out of range or ask for something that this library does not know. */
bool grpc_c_channel_options_read(const grpc_c_channel_options *options,
                                 grpc_c_channel_options *ret_options);
bool grpc_c_server_options_read(const grpc_c_server_options *options,
                                grpc_c_server_options *ret_options);

/** Copies what the caller has of an option struct over `ret_options`, of `known_size` bytes. False,
 * with the reason logged, as above; `what` it is says the log. */
bool grpc_c_options_copy(void *ret_options, size_t known_size, const void *options,
                         const char *what);

#endif
