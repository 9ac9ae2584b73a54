"""The TestService on gRPC's Python: server.py --port=N, and the flags of TLS. Prints the port that it listens on, of which
0 takes a free one; runs until it is killed.

It does not have the feature CompressedRequest: handlers cannot see whether a request came compressed.
"""
import argparse
import os
import time
from concurrent import futures

from stubs import empty_pb2, grpc, messages_pb2, test_pb2_grpc

INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"


def echo_metadata(context):
    metadata = dict(context.invocation_metadata())
    if INITIAL in metadata:
        context.send_initial_metadata(((INITIAL, metadata[INITIAL]),))
    if TRAILING in metadata:
        context.set_trailing_metadata(((TRAILING, metadata[TRAILING]),))


def echo_status(request, context):
    if request.HasField("response_status"):
        context.set_code(next(code for code in grpc.StatusCode
                              if code.value[0] == request.response_status.code))
        context.set_details(request.response_status.message)
        return True
    return False


def payload(size):
    return messages_pb2.Payload(body=bytes(size))


def responses(parameters, context):
    for one in parameters:
        time.sleep(one.interval_us / 1e6)
        if not one.compressed.value:
            context.disable_next_message_compression()
        yield messages_pb2.StreamingOutputCallResponse(payload=payload(one.size))


class TestService(test_pb2_grpc.TestServiceServicer):
    # UnimplementedCall is inherited: it answers UNIMPLEMENTED.

    def EmptyCall(self, request, context):
        return empty_pb2.Empty()

    def UnaryCall(self, request, context):
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        if echo_status(request, context):
            return messages_pb2.SimpleResponse()
        return messages_pb2.SimpleResponse(
            payload=payload(request.response_size),
            server_id="process %d" % os.getpid() if request.fill_server_id else "")

    def CacheableUnaryCall(self, request, context):
        context.send_initial_metadata((("cache-control", "max-age=60, public"),))
        now = b"%d" % time.time_ns()
        return messages_pb2.SimpleResponse(payload=messages_pb2.Payload(body=now))

    def StreamingOutputCall(self, request, context):
        context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        if not echo_status(request, context):
            yield from responses(request.response_parameters, context)

    def StreamingInputCall(self, request_iterator, context):
        echo_metadata(context)
        total = sum(len(request.payload.body) for request in request_iterator)
        return messages_pb2.StreamingInputCallResponse(aggregated_payload_size=total)

    def FullDuplexCall(self, request_iterator, context):
        context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        for request in request_iterator:
            if echo_status(request, context):
                return
            yield from responses(request.response_parameters, context)

    def HalfDuplexCall(self, request_iterator, context):
        context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        for request in list(request_iterator):
            if echo_status(request, context):
                return
            yield from responses(request.response_parameters, context)


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--use_tls", choices=("true", "false"), default="false")
parser.add_argument("--tls_cert_file")
parser.add_argument("--tls_key_file")
flags = parser.parse_args()
server = grpc.server(futures.ThreadPoolExecutor(max_workers=20))
test_pb2_grpc.add_TestServiceServicer_to_server(TestService(), server)
address = "127.0.0.1:%d" % flags.port
if flags.use_tls == "true":
    with open(flags.tls_key_file, "rb") as key, open(flags.tls_cert_file, "rb") as chain:
        credentials = grpc.ssl_server_credentials(((key.read(), chain.read()),))
    port = server.add_secure_port(address, credentials)
else:
    port = server.add_insecure_port(address)
print("listening on port", port, flush=True)
server.start()
server.wait_for_termination()
