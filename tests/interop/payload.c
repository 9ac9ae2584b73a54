/* Payloads of zeros (payload.h). */
#include "payload.h"

#include <string.h>

/* Never written to, it takes no memory. */
static uint8_t zeros[INTEROP_MAX_PAYLOAD];

Grpc__Testing__Payload interop_payload(size_t size)
{
    Grpc__Testing__Payload payload = GRPC__TESTING__PAYLOAD__INIT;
    payload.body.data = zeros;
    payload.body.len = size;
    return payload;
}

bool interop_is_payload(const Grpc__Testing__Payload *payload, size_t size)
{
    return payload != NULL && payload->type == GRPC__TESTING__PAYLOAD_TYPE__COMPRESSABLE &&
           payload->body.len == size && (size == 0 || memcmp(payload->body.data, zeros, size) == 0);
}
