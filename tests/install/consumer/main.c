/* Server and client in one process: what a user of the installed package can do with it. */
#include <stdio.h>
#include <string.h>

#include <grpc-c/grpc-c.h>

#include "shop/v1/orders.grpc-c.h"

static grpc_c_status_code place(void *self, const Shop__V1__Order *request,
                                Shop__V1__Receipt *reply, grpc_c_server_context *context)
{
    const int64_t *cents = self;
    Common__Money *total = grpc_c_server_context_alloc(context, sizeof(*total));
    if (total == NULL)
        return GRPC_C_STATUS_RESOURCE_EXHAUSTED;
    common__money__init(total);
    total->currency = grpc_c_server_context_strdup(context, "EUR");
    total->cents = request->count * *cents;
    reply->item = request->item;
    reply->total = total;
    return GRPC_C_STATUS_OK;
}

static int buy(const char *target)
{
    int result = 1;
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    grpc_c_client_context *context = grpc_c_client_context_new();
    Shop__V1__Orders_Stub stub = shop__v1__orders_stub(channel);
    Shop__V1__Order order = SHOP__V1__ORDER__INIT;
    char item[] = "tea";
    order.item = item;
    order.count = 3;
    grpc_c_client_context_set_timeout_ms(context, 30000);
    const Shop__V1__Receipt *receipt = shop__v1__orders_stub__place(&stub, &order, context);
    if (receipt == NULL) {
        fprintf(stderr, "Place: %s\n", grpc_c_client_context_error(context));
    } else {
        printf("%s: %s %d\n", receipt->item, receipt->total->currency, (int)receipt->total->cents);
        result = 0;
    }
    grpc_c_client_context_free(context);
    grpc_c_channel_free(channel);
    return result;
}

int main(void)
{
    static const Shop__V1__Orders_Servicer servicer = {.place = place};
    int64_t cents = 250;
    int result = 1;
    grpc_c_error error;
    if (strcmp(grpc_c_version(), GRPC_C_VERSION) != 0) {
        fprintf(stderr, "library %s, headers %s\n", grpc_c_version(), GRPC_C_VERSION);
        return 1;
    }
    grpc_c_server *server = grpc_c_server_new(NULL);
    int port = grpc_c_server_add_insecure_port(server, "127.0.0.1:0", &error);
    if (port == 0 || !shop__v1__orders_add_servicer_to_server(&servicer, &cents, server) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "server: %s\n", port == 0 ? error.message : "not started");
        goto cleanup;
    }
    char target[32];
    snprintf(target, sizeof(target), "127.0.0.1:%d", port);
    result = buy(target);

cleanup:
    grpc_c_server_free(server);
    return result;
}
