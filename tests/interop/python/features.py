"""What gRPC's interop-test-descriptions ask of a server and no case looks at: features.py PORT. Exits
with 0 only if the server on that port does it."""
import sys
import time

from stubs import grpc, messages_pb2, test_pb2_grpc


def expect(condition, what):
    if not condition:
        sys.exit("FAILED: %s" % what)


def code_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def output(*parameters, **fields):
    return messages_pb2.StreamingOutputCallRequest(
        response_parameters=[messages_pb2.ResponseParameters(**one) for one in parameters], **fields)


stub = test_pb2_grpc.TestServiceStub(grpc.insecure_channel("127.0.0.1:" + sys.argv[1]))

for fields in ({"response_type": 7}, {"response_size": -1}):
    code = code_of(lambda: stub.UnaryCall(messages_pb2.SimpleRequest(**fields)))
    expect(code == grpc.StatusCode.INVALID_ARGUMENT, "%s: %s" % (fields, code))
code = code_of(lambda: list(stub.StreamingOutputCall(output({"size": 1}, response_type=7))))
expect(code == grpc.StatusCode.INVALID_ARGUMENT, "a stream of type 7: %s" % code)

# Pauses come before their response, and add up.
begin = time.monotonic()
stamps = [time.monotonic() - begin for _ in stub.StreamingOutputCall(
    output({"size": 1, "interval_us": 200000}, {"size": 1, "interval_us": 100000}))]
expect(len(stamps) == 2 and stamps[0] >= 0.2 and stamps[1] >= 0.3, "intervals: %s" % stamps)

# One request may ask for several responses, or none.
sizes = [len(response.payload.body) for response in stub.FullDuplexCall(iter(
    [output(), output({"size": 1}, {"size": 0}, {"size": 3})]))]
expect(sizes == [1, 0, 3], "sizes %s" % sizes)

# A status ends the call: what the client has sent after it is not served.
call = stub.FullDuplexCall(iter([
    output({"size": 1}),
    output(response_status=messages_pb2.EchoStatus(code=9, message="enough")),
    output({"size": 2})]))
expect(len(next(call).payload.body) == 1, "the response before the status")
expect(code_of(lambda: next(call)) == grpc.StatusCode.FAILED_PRECONDITION, "no status")
