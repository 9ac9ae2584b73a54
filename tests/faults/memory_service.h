/*
 * The service of load.proto for the test of failing allocations: blocking handlers and async ones,
 * which ask for memory in all the ways that there are, and answer RESOURCE_EXHAUSTED when there is
 * none. Ask with let_read stops the server, which is `self`.
 */
#ifndef MEMORY_SERVICE_H
#define MEMORY_SERVICE_H

#include "load.grpc-c.h"

extern const Load__Load_Servicer memory_servicer;
extern const Load__Load_AsyncServicer memory_async_servicer;

/** What every call of a client brings, and what every answer brings back. */
#define MEMORY_REQUEST_KEY "x-request"
#define MEMORY_HEADER_KEY "x-header"
#define MEMORY_TRAILER_KEY "x-trailer-bin"

/** A block's filling, more than a chunk of an arena. */
enum { memory_filling = 3000 };
extern uint8_t memory_bytes[memory_filling];

#endif
