/*
 * gRPC for C. This header brings in the whole public interface; generated headers
 * (x.grpc-c.h, written by protoc-gen-grpc-c) bring in what they need of it themselves.
 *
 *   server: server.h, server_context.h
 *   client: channel.h, client_context.h, call_credentials.h
 *   both:   credentials.h, metadata.h, status.h, compression.h, codec.h, log.h, version.h
 *   async:  completion_queue.h
 */
#ifndef GRPC_C_GRPC_C_H
#define GRPC_C_GRPC_C_H

#include <grpc-c/call_credentials.h>
#include <grpc-c/channel.h>
#include <grpc-c/client_context.h>
#include <grpc-c/codec.h>
#include <grpc-c/completion_queue.h>
#include <grpc-c/compression.h>
#include <grpc-c/credentials.h>
#include <grpc-c/log.h>
#include <grpc-c/metadata.h>
#include <grpc-c/server.h>
#include <grpc-c/server_context.h>
#include <grpc-c/status.h>
#include <grpc-c/version.h>

#endif
