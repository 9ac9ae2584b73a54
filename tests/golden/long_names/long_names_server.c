/* A server of long_names.proto: fill in its handlers. Yours: protoc-gen-grpc-c does not write over
 * it. */
#include <stdio.h>
#include <stdlib.h>

#include <grpc-c/grpc-c.h>

#include "long_names.grpc-c.h"

/* ---- service long_names.of_a_large_company.v1.RegistryOfAllDevices ---- */

static grpc_c_status_code
handle_registry_of_all_devices__get_everything_that_is_known_about_all_devices_of_one_customer(
    void *self,
    const LongNames__OfALargeCompany__V1__RequestForEverythingThatTheRegistryKnows *request,
    LongNames__OfALargeCompany__V1__ReplyWithEverythingThatTheRegistryKnows *reply,
    grpc_c_server_context *context)
{
    (void)self;
    (void)request;
    (void)reply;
    return grpc_c_server_context_fail(
        context, GRPC_C_STATUS_UNIMPLEMENTED,
        "GetEverythingThatIsKnownAboutAllDevicesOfOneCustomer is not written yet");
}

static grpc_c_status_code
handle_registry_of_all_devices__collect_everything_that_is_known_about_all_devices_of_one_customer(
    void *self,
    LongNames__OfALargeCompany__V1__RegistryOfAllDevices_CollectEverythingThatIsKnownAboutAllDevicesOfOneCustomer_ServerReader
        *reader,
    LongNames__OfALargeCompany__V1__ReplyWithEverythingThatTheRegistryKnows *reply,
    grpc_c_server_context *context)
{
    /* Messages come by
     * long_names__of_a_large_company__v1__registry_of_all_devices_servicer__collect_everything_that_is_known_about_all_devices_of_one_customer__read.
     */
    (void)self;
    (void)reader;
    (void)reply;
    return grpc_c_server_context_fail(
        context, GRPC_C_STATUS_UNIMPLEMENTED,
        "CollectEverythingThatIsKnownAboutAllDevicesOfOneCustomer is not written yet");
}

static grpc_c_status_code
handle_registry_of_all_devices__list_everything_that_is_known_about_all_devices_of_one_customer_by_region_and_name(
    void *self,
    const LongNames__OfALargeCompany__V1__RequestForEverythingThatTheRegistryKnows *request,
    LongNames__OfALargeCompany__V1__RegistryOfAllDevices_ListEverythingThatIsKnownAboutAllDevicesOfOneCustomerByRegionAndName_ServerWriter
        *writer,
    grpc_c_server_context *context)
{
    /* Messages go out by
     * long_names__of_a_large_company__v1__registry_of_all_devices_servicer__list_everything_that_is_known_about_all_devices_of_one_customer_by_region_and_name__write.
     */
    (void)self;
    (void)request;
    (void)writer;
    return grpc_c_server_context_fail(
        context, GRPC_C_STATUS_UNIMPLEMENTED,
        "ListEverythingThatIsKnownAboutAllDevicesOfOneCustomerByRegionAndName is not written yet");
}

static grpc_c_status_code
handle_registry_of_all_devices__exchange_everything_that_is_known_about_all_devices_of_one_customer(
    void *self,
    LongNames__OfALargeCompany__V1__RegistryOfAllDevices_ExchangeEverythingThatIsKnownAboutAllDevicesOfOneCustomer_ServerReaderWriter
        *stream,
    grpc_c_server_context *context)
{
    /* Messages come by
     * long_names__of_a_large_company__v1__registry_of_all_devices_servicer__exchange_everything_that_is_known_about_all_devices_of_one_customer__read
     * and go out by
     * long_names__of_a_large_company__v1__registry_of_all_devices_servicer__exchange_everything_that_is_known_about_all_devices_of_one_customer__write.
     */
    (void)self;
    (void)stream;
    return grpc_c_server_context_fail(
        context, GRPC_C_STATUS_UNIMPLEMENTED,
        "ExchangeEverythingThatIsKnownAboutAllDevicesOfOneCustomer is not written yet");
}

static const LongNames__OfALargeCompany__V1__RegistryOfAllDevices_Servicer registry_of_all_devices_servicer = {
    .get_everything_that_is_known_about_all_devices_of_one_customer =
        handle_registry_of_all_devices__get_everything_that_is_known_about_all_devices_of_one_customer,
    .collect_everything_that_is_known_about_all_devices_of_one_customer =
        handle_registry_of_all_devices__collect_everything_that_is_known_about_all_devices_of_one_customer,
    .list_everything_that_is_known_about_all_devices_of_one_customer_by_region_and_name =
        handle_registry_of_all_devices__list_everything_that_is_known_about_all_devices_of_one_customer_by_region_and_name,
    .exchange_everything_that_is_known_about_all_devices_of_one_customer =
        handle_registry_of_all_devices__exchange_everything_that_is_known_about_all_devices_of_one_customer,
};

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "[::]:50051";
    grpc_c_error error;
    int port;

    grpc_c_server *server = grpc_c_server_new(NULL);
    long_names__of_a_large_company__v1__registry_of_all_devices_add_servicer_to_server(
        &registry_of_all_devices_servicer, NULL, server);
    if ((port = grpc_c_server_add_insecure_port(server, address, &error)) == 0 ||
        !grpc_c_server_stop_on_signals(server, 5000, &error) ||
        !grpc_c_server_start(server, &error)) {
        fprintf(stderr, "%s: %s\n", argv[0], error.message);
        grpc_c_server_free(server);
        return EXIT_FAILURE;
    }
    printf("listening on port %d\n", port);
    fflush(stdout);
    grpc_c_server_wait_for_termination(server);
    grpc_c_server_free(server);
    return EXIT_SUCCESS;
}
