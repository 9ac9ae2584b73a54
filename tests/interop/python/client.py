"""The cases of gRPC's interop tests on gRPC's Python: client.py --server_host=H --server_port=N
--test_case=NAME, and the flags of TLS and of the soaks. Exits with 0 only if the case's assertions hold.

client_compressed_streaming is missing: a stream's messages are all compressed or none of them. The
two server_compressed cases cannot see whether a response came compressed, which the document allows.
"""
import argparse
import queue
import sys
import time

from stubs import empty_pb2, grpc, messages_pb2, test_pb2_grpc

REQUESTS = (27182, 8, 1828, 45904)
RESPONSES = (31415, 9, 2653, 58979)
GZIP = grpc.Compression.Gzip
NONE = grpc.Compression.NoCompression
CODE = grpc.StatusCode


def expect(condition, what):
    if not condition:
        sys.exit("FAILED: %s" % what)


def yes_or_no(value):
    return messages_pb2.BoolValue(value=value)


def payload(size):
    return messages_pb2.Payload(body=bytes(size))


def fails(code, call):
    """The call ends with this code; returns the message that came with it."""
    try:
        call()
    except grpc.RpcError as error:
        expect(error.code() == code, "%s instead of %s" % (error.code(), code))
        return error.details()
    sys.exit("FAILED: OK instead of %s" % code)


def large(stub, compression=None, metadata=None, timeout=None, **fields):
    request = messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828), **fields)
    response, call = stub.UnaryCall.with_call(request, compression=compression, metadata=metadata,
                                              timeout=timeout)
    expect(response.payload.body == bytes(314159), "the response is not 314159 zeros")
    return call


def output(parameters):
    return messages_pb2.StreamingOutputCallRequest(response_parameters=parameters)


def sized(*sizes):
    return [messages_pb2.ResponseParameters(size=size) for size in sizes]


def expect_sizes(responses, sizes):
    expect([response.payload.body for response in responses] == [bytes(size) for size in sizes],
           "the responses are not zeros of these sizes: %s" % (sizes,))


class Stream:
    """A call's requests, which are given to it one by one."""

    def __init__(self):
        self.requests = queue.Queue()

    def __iter__(self):
        return iter(self.requests.get, None)

    def send(self, request_size, response_size):
        self.requests.put(messages_pb2.StreamingOutputCallRequest(
            payload=payload(request_size), response_parameters=sized(response_size)))

    def close(self):
        self.requests.put(None)


def empty_unary(stub, flags):
    expect(stub.EmptyCall(empty_pb2.Empty()) == empty_pb2.Empty(), "the reply is not empty")


def large_unary(stub, flags):
    large(stub)


def cacheable_unary(stub, flags):
    request = messages_pb2.SimpleRequest(
        payload=messages_pb2.Payload(body=b"%d" % time.time_ns()))
    first, second = (stub.CacheableUnaryCall(request, metadata=(("x-user-ip", "1.2.3.4"),))
                     for _ in range(2))
    expect(first.payload.body and first == second, "the second answer came from no cache")


def client_compressed_unary(stub, flags):
    fails(CODE.INVALID_ARGUMENT,
          lambda: large(stub, compression=NONE, expect_compressed=yes_or_no(True)))
    large(stub, compression=GZIP, expect_compressed=yes_or_no(True))
    large(stub, compression=NONE, expect_compressed=yes_or_no(False))


def server_compressed_unary(stub, flags):
    large(stub, response_compressed=yes_or_no(True))
    large(stub, response_compressed=yes_or_no(False))


def client_streaming(stub, flags):
    response = stub.StreamingInputCall(
        messages_pb2.StreamingInputCallRequest(payload=payload(size)) for size in REQUESTS)
    expect(response.aggregated_payload_size == 74922, "the server has not counted 74922 bytes")


def server_streaming(stub, flags):
    expect_sizes(stub.StreamingOutputCall(output(sized(*RESPONSES))), RESPONSES)


def server_compressed_streaming(stub, flags):
    parameters = sized(31415, 92653)
    for one, compressed in zip(parameters, (True, False)):
        one.compressed.value = compressed
    expect_sizes(stub.StreamingOutputCall(output(parameters)), (31415, 92653))


def slow_consumer(stub, flags):
    count = 0
    for response in stub.StreamingOutputCall(output(sized(*[1030] * 2000))):
        expect(response.payload.body == bytes(1030), "a response is not 1030 zeros")
        count += 1
        if count % 40 == 0:
            time.sleep(0.02)
    expect(count == 2000, "%d of 2000 responses" % count)


def ping_pong(stub, flags):
    stream = Stream()
    call = stub.FullDuplexCall(iter(stream))
    for request_size, response_size in zip(REQUESTS, RESPONSES):
        stream.send(request_size, response_size)
        expect_sizes([next(call)], (response_size,))
    stream.close()
    expect_sizes(call, ())


def empty_stream(stub, flags):
    expect_sizes(stub.FullDuplexCall(iter(())), ())


def half_duplex(stub, flags):
    expect_sizes(stub.HalfDuplexCall(output(sized(size)) for size in RESPONSES), RESPONSES)


def custom_metadata(stub, flags):
    initial = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
    trailing = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")

    def has_echo(call):
        expect(initial in map(tuple, call.initial_metadata()), "initial metadata is missing")
        expect(trailing in map(tuple, call.trailing_metadata()), "trailing metadata is missing")

    has_echo(large(stub, metadata=(initial, trailing)))
    stream = Stream()
    stream.send(271828, 314159)
    stream.close()
    call = stub.FullDuplexCall(iter(stream), metadata=(initial, trailing))
    expect_sizes(call, (314159,))
    has_echo(call)


def status_code_and_message(stub, flags):
    status = messages_pb2.EchoStatus(code=2, message="test status message")
    message = fails(CODE.UNKNOWN, lambda: stub.UnaryCall(
        messages_pb2.SimpleRequest(response_status=status)))
    expect(message == status.message, "message %r" % message)
    message = fails(CODE.UNKNOWN, lambda: list(stub.FullDuplexCall(iter(
        [messages_pb2.StreamingOutputCallRequest(response_status=status)]))))
    expect(message == status.message, "message %r" % message)


def special_status_message(stub, flags):
    status = messages_pb2.EchoStatus(
        code=2, message="\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n")
    message = fails(CODE.UNKNOWN, lambda: stub.UnaryCall(
        messages_pb2.SimpleRequest(response_status=status)))
    expect(message == status.message, "message %r" % message)


def unimplemented_method(stub, flags):
    fails(CODE.UNIMPLEMENTED, lambda: stub.UnimplementedCall(empty_pb2.Empty()))


def unimplemented_service(stub, flags):
    other = test_pb2_grpc.UnimplementedServiceStub(flags.channel)
    fails(CODE.UNIMPLEMENTED, lambda: other.UnimplementedCall(empty_pb2.Empty()))


def cancel_after_begin(stub, flags):
    stream = Stream()
    call = stub.StreamingInputCall.future(iter(stream))
    call.cancel()
    stream.close()
    expect(call.cancelled() and call.code() == CODE.CANCELLED, "not cancelled")


def cancel_after_first_response(stub, flags):
    stream = Stream()
    stream.send(27182, 31415)
    call = stub.FullDuplexCall(iter(stream))
    expect_sizes([next(call)], (31415,))
    call.cancel()
    stream.close()
    fails(CODE.CANCELLED, lambda: next(call))


def timeout_on_sleeping_server(stub, flags):
    stream = Stream()
    stream.requests.put(messages_pb2.StreamingOutputCallRequest(payload=payload(27182)))
    call = stub.FullDuplexCall(iter(stream), timeout=0.001)
    fails(CODE.DEADLINE_EXCEEDED, lambda: next(call))
    stream.close()


def pick_first_unary(stub, flags):
    ids = {stub.UnaryCall(messages_pb2.SimpleRequest(fill_server_id=True)).server_id
           for _ in range(100)}
    expect(len(ids) == 1 and "" not in ids, "the calls reached %s" % ids)


def soak(flags, stub_of):
    end = time.monotonic() + flags.soak_overall_timeout_seconds
    done = failures = 0
    while done < flags.soak_iterations and time.monotonic() < end:
        begin = time.monotonic()
        try:
            large(stub_of(), timeout=end - begin)
            late = time.monotonic() - begin > flags.soak_per_iteration_max_acceptable_latency_ms / 1e3
            failures += late
        except grpc.RpcError:
            failures += 1
        done += 1
        time.sleep(max(0, begin + flags.soak_min_time_ms_between_rpcs / 1e3 - time.monotonic()))
    expect(done == flags.soak_iterations, "%d iterations in time" % done)
    expect(failures <= flags.soak_max_failures, "%d failures" % failures)


def rpc_soak(stub, flags):
    soak(flags, lambda: stub)


def channel_soak(stub, flags):
    def fresh_stub():
        flags.channel.close()
        flags.channel = connect(flags)
        return test_pb2_grpc.TestServiceStub(flags.channel)

    soak(flags, fresh_stub)


def long_lived_channel(stub, flags):
    for number in range(flags.soak_iterations):
        time.sleep(flags.iteration_interval if number > 0 else 0)
        large(stub)


def connect(flags):
    target = "%s:%d" % (flags.server_host, flags.server_port)
    options = [("grpc.use_local_subchannel_pool", 1)]
    if flags.use_tls != "true":
        return grpc.insecure_channel(target, options)
    if flags.server_host_override:
        options.append(("grpc.ssl_target_name_override", flags.server_host_override))
    with open(flags.ca_file, "rb") as roots:
        return grpc.secure_channel(target, grpc.ssl_channel_credentials(roots.read()), options)


CASES = (empty_unary, large_unary, cacheable_unary, client_compressed_unary,
         server_compressed_unary, client_streaming, server_streaming, server_compressed_streaming,
         slow_consumer, ping_pong, empty_stream, half_duplex, custom_metadata,
         status_code_and_message, special_status_message, unimplemented_method,
         unimplemented_service, cancel_after_begin, cancel_after_first_response,
         timeout_on_sleeping_server, pick_first_unary, rpc_soak, channel_soak, long_lived_channel)

parser = argparse.ArgumentParser()
parser.add_argument("--server_host", default="localhost")
parser.add_argument("--server_port", type=int, required=True)
parser.add_argument("--test_case", choices=[case.__name__ for case in CASES], required=True)
parser.add_argument("--use_tls", choices=("true", "false"), default="false")
parser.add_argument("--ca_file")
parser.add_argument("--server_host_override")
for name, default in (("soak_iterations", 10), ("soak_max_failures", 0),
                      ("soak_per_iteration_max_acceptable_latency_ms", 1000),
                      ("soak_overall_timeout_seconds", 10), ("soak_min_time_ms_between_rpcs", 0),
                      ("iteration_interval", 10)):
    parser.add_argument("--" + name, type=int, default=default)
flags = parser.parse_args()
flags.channel = connect(flags)
next(case for case in CASES if case.__name__ == flags.test_case)(
    test_pb2_grpc.TestServiceStub(flags.channel), flags)
flags.channel.close()
