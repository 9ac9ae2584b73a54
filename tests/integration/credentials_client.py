"""Calls the server of the example token_auth with gRPC's Python, over TLS: credentials_client.py STUBS
TARGET ROOTS. Fails with an assertion."""
import sys
import threading

sys.path.insert(0, sys.argv[1])
import grpc
import helloworld_pb2
import helloworld_pb2_grpc

target = sys.argv[2]
with open(sys.argv[3], "rb") as file:
    tls = grpc.ssl_channel_credentials(file.read())
ann = grpc.access_token_call_credentials("secret-of-ann")
request = helloworld_pb2.HelloRequest(name="you")
asked = []


class Later(grpc.AuthMetadataPlugin):
    """Answers from a thread of its own."""

    def __call__(self, context, callback):
        asked.append((context.service_url, context.method_name))
        answer = (("authorization", "Bearer secret-of-bob"),)
        threading.Thread(target=callback, args=(answer, None)).start()


def status_of(call, message, **options):
    try:
        return grpc.StatusCode.OK, call(message, **options)
    except grpc.RpcError as error:
        return error.code(), error.details()


def greeting(channel, **options):
    return helloworld_pb2_grpc.GreeterStub(channel).SayHello(request, **options).message


later = grpc.metadata_call_credentials(Later())
with grpc.secure_channel(target, grpc.composite_channel_credentials(tls, ann)) as channel:
    assert greeting(channel) == "Hello, you! I know you as ann."
with grpc.secure_channel(target, tls) as channel:
    assert greeting(channel, credentials=ann) == "Hello, you! I know you as ann."
    assert greeting(channel, credentials=later) == "Hello, you! I know you as bob."
    assert asked == [("https://%s/helloworld.Greeter" % target, "SayHello")], asked
    say_hello = helloworld_pb2_grpc.GreeterStub(channel).SayHello
    unknown = grpc.access_token_call_credentials("secret-of-eve")
    refused = grpc.StatusCode.UNAUTHENTICATED
    assert status_of(say_hello, request) == (refused, "no token")
    assert status_of(say_hello, request, credentials=unknown) == (refused, "unknown token")
    # What an unknown client sends is not even parsed; what a known one sends is.
    raw = channel.unary_unary("/helloworld.Greeter/SayHello")
    assert status_of(raw, b"\xff" * 20) == (refused, "no token")
    assert status_of(raw, b"\xff" * 20, credentials=ann)[0] == grpc.StatusCode.INTERNAL
    # Of methods that are not served, anybody is told so.
    absent = channel.unary_unary("/helloworld.Greeter/Absent")
    assert status_of(absent, b"")[0] == grpc.StatusCode.UNIMPLEMENTED
