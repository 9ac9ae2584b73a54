/* The unary methods of the TestService. */
#include <string.h>
#include <time.h>

#include "payload.h"
#include "service.h"

grpc_c_status_code interop_empty_call(void *self, const Grpc__Testing__Empty *request,
                                      Grpc__Testing__Empty *reply, grpc_c_server_context *context)
{
    (void)self;
    (void)request;
    (void)reply;
    (void)context;
    return GRPC_C_STATUS_OK;
}

grpc_c_status_code interop_unary_call(void *self, const Grpc__Testing__SimpleRequest *request,
                                      Grpc__Testing__SimpleResponse *reply,
                                      grpc_c_server_context *context)
{
    if (!interop_echo_metadata(context))
        return GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    grpc_c_status_code code = interop_check_compression(request->expect_compressed, context);
    if (code != GRPC_C_STATUS_OK)
        return code;
    if (request->response_status != NULL)
        return interop_echo_status(request->response_status, context);
    /* A reply is compressed where the client asks for it, and not by any default. */
    if (request->response_compressed != NULL && request->response_compressed->value)
        grpc_c_server_context_set_compression(context, GRPC_C_COMPRESSION_GZIP);
    if (request->fill_server_id)
        reply->server_id = self;
    return interop_answer(request->response_type, request->response_size, &reply->payload, context);
}

/* Answers with the time, which is never the same, and allows a cache to keep it. */
grpc_c_status_code interop_cacheable_unary_call(void *self,
                                                const Grpc__Testing__SimpleRequest *request,
                                                Grpc__Testing__SimpleResponse *reply,
                                                grpc_c_server_context *context)
{
    (void)self;
    (void)request;
    static const char cache_control[] = "max-age=60, public";
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    Grpc__Testing__Payload *payload = grpc_c_server_context_alloc(context, sizeof(*payload));
    char *text =
        grpc_c_server_context_printf(context, "%lld%09ld", (long long)now.tv_sec, now.tv_nsec);
    if (payload == NULL || text == NULL ||
        !grpc_c_server_context_add_initial_metadata(context, "cache-control", cache_control,
                                                    strlen(cache_control)))
        return GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    *payload = interop_payload(0);
    payload->body.data = (uint8_t *)text;
    payload->body.len = strlen(text);
    reply->payload = payload;
    return GRPC_C_STATUS_OK;
}
