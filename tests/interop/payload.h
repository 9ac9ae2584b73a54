/*
 * Payloads, which consist of zeros wherever gRPC's interop tests send one.
 */
#ifndef INTEROP_PAYLOAD_H
#define INTEROP_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "grpc/testing/messages.pb-c.h"

/** The largest payload there is. */
enum { INTEROP_MAX_PAYLOAD = 16 << 20 };

/** A payload of `size` zeros, which belong to the program. No larger than the largest there is. */
Grpc__Testing__Payload interop_payload(size_t size);

/** Whether `payload` is there, and consists of `size` zeros. */
bool interop_is_payload(const Grpc__Testing__Payload *payload, size_t size);

#endif
