/*
 * grpc.testing.TestService as interop_server serves it, with the features that gRPC's
 * interop-test-descriptions ask of a server.
 */
#ifndef INTEROP_SERVICE_H
#define INTEROP_SERVICE_H

#include "grpc/testing/test.grpc-c.h"

/** `self` is the server's name, a string that no other server has. */
extern const Grpc__Testing__TestService_Servicer interop_service;

/* What the handlers of service_unary.c and service_streaming.c share (service.c). */

/** Answers with the client's metadata of the keys x-grpc-test-echo-initial and -trailing-bin. False
 * when memory is short. */
bool interop_echo_metadata(grpc_c_server_context *context);

/** OK for a message that came compressed or not, as the client says (NULL: either will do). */
grpc_c_status_code interop_check_compression(const Grpc__Testing__BoolValue *expect_compressed,
                                             grpc_c_server_context *context);

/** Ends a call as the client asks it to. */
grpc_c_status_code interop_echo_status(const Grpc__Testing__EchoStatus *status,
                                       grpc_c_server_context *context);

/** Fills in a payload of the call's memory; says what is wrong with its type or size. */
grpc_c_status_code interop_answer(Grpc__Testing__PayloadType type, int size,
                                  Grpc__Testing__Payload **ret_payload,
                                  grpc_c_server_context *context);

/* The handlers. */

grpc_c_status_code interop_empty_call(void *self, const Grpc__Testing__Empty *request,
                                      Grpc__Testing__Empty *reply, grpc_c_server_context *context);
grpc_c_status_code interop_unary_call(void *self, const Grpc__Testing__SimpleRequest *request,
                                      Grpc__Testing__SimpleResponse *reply,
                                      grpc_c_server_context *context);
grpc_c_status_code interop_cacheable_unary_call(void *self,
                                                const Grpc__Testing__SimpleRequest *request,
                                                Grpc__Testing__SimpleResponse *reply,
                                                grpc_c_server_context *context);
grpc_c_status_code interop_streaming_output_call(
    void *self, const Grpc__Testing__StreamingOutputCallRequest *request,
    Grpc__Testing__TestService_StreamingOutputCall_ServerWriter *writer,
    grpc_c_server_context *context);
grpc_c_status_code interop_streaming_input_call(
    void *self, Grpc__Testing__TestService_StreamingInputCall_ServerReader *reader,
    Grpc__Testing__StreamingInputCallResponse *reply, grpc_c_server_context *context);
grpc_c_status_code interop_full_duplex_call(
    void *self, Grpc__Testing__TestService_FullDuplexCall_ServerReaderWriter *stream,
    grpc_c_server_context *context);
grpc_c_status_code interop_half_duplex_call(
    void *self, Grpc__Testing__TestService_HalfDuplexCall_ServerReaderWriter *stream,
    grpc_c_server_context *context);

#endif
