"""Calls a server of ours with gRPC's Python: python_client.py STUBS TARGET CASE.

Each case is a function below; it fails with an assertion.
"""
import sys
from concurrent import futures

sys.path.insert(0, sys.argv[1])
import grpc
import echo_pb2
import echo_pb2_grpc
import helloworld_pb2
import helloworld_pb2_grpc
import route_guide_pb2
import route_guide_pb2_grpc


def status_of(call, request, **options):
    try:
        call(request, **options)
    except grpc.RpcError as error:
        return error.code(), error.details()
    return grpc.StatusCode.OK, ""


def hello(channel):
    reply = helloworld_pb2_grpc.GreeterStub(channel).SayHello(helloworld_pb2.HelloRequest(name="you"))
    print("Greeter client received: " + reply.message)


def statuses(channel):
    say = echo_pb2_grpc.EchoStub(channel).Say
    for code in list(grpc.StatusCode)[1:]:
        for message in ("", "plain", "100% säure\nline"):
            request = echo_pb2.Request(code=code.value[0], message=message)
            assert status_of(say, request) == (code, message), (code, message)


def unimplemented(channel):
    stub = echo_pb2_grpc.EchoStub(channel)
    absent = echo_pb2_grpc.AbsentStub(channel)
    bare = channel.unary_unary("no-slash-in-this-path")
    empty = echo_pb2.Request()
    assert status_of(stub.Unwritten, empty)[0] == grpc.StatusCode.UNIMPLEMENTED
    assert status_of(absent.Say, empty)[0] == grpc.StatusCode.UNIMPLEMENTED
    assert status_of(bare, b"")[0] == grpc.StatusCode.UNIMPLEMENTED


def malformed(channel):
    raw = channel.unary_unary("/echo.Echo/Say")
    for request in (b"\x0a", b"\xff" * 20, b"\x0a\x7fshort"):
        assert status_of(raw, request)[0] == grpc.StatusCode.INTERNAL, request
    deep = b""
    for _ in range(5000):
        length = len(deep)
        header = bytearray(b"\x0a")
        while length >= 0x80:
            header.append(length & 0x7F | 0x80)
            length >>= 7
        header.append(length)
        deep = bytes(header) + deep
    assert status_of(raw, b"\x32" + deep[1:])[0] == grpc.StatusCode.INTERNAL


def cardinality(channel):
    """A method that is unary for the server, called as a stream that ends without a message."""
    call = channel.stream_unary("/echo.Echo/Say")
    assert status_of(call, iter(()))[0] == grpc.StatusCode.UNIMPLEMENTED


def compressed(channel):
    say = echo_pb2_grpc.EchoStub(channel).Say
    text = "compress me " * 10000
    for compression in (grpc.Compression.Gzip, grpc.Compression.Deflate,
                        grpc.Compression.NoCompression):
        reply = say(echo_pb2.Request(text=text), compression=compression)
        assert reply.text == text
        assert reply.request_was_compressed == (compression != grpc.Compression.NoCompression)


def large(channel):
    say = echo_pb2_grpc.EchoStub(channel).Say
    assert len(say(echo_pb2.Request(reply_bytes=4000000)).filling) == 4000000
    code, _ = status_of(say, echo_pb2.Request(text="x" * (4 << 20)))
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED, code


def bomb(channel):
    """100 MB in 100 KB, for a server that takes 4 MiB and has no memory to lose."""
    say = channel.unary_unary("/echo.Echo/Say")
    for compression in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        code, message = status_of(say, bytes(100 * 1000 * 1000), compression=compression)
        assert code == grpc.StatusCode.RESOURCE_EXHAUSTED, code
        assert "once decompressed" in message, message


def cancelled(channel):
    """Leaves a call that the server holds, by deadline and by cancelling."""
    stub = echo_pb2_grpc.EchoStub(channel)
    assert status_of(stub.Hold, echo_pb2.Request(), timeout=0.05)[0] == \
        grpc.StatusCode.DEADLINE_EXCEEDED
    call = stub.Hold.future(echo_pb2.Request())
    call.cancel()
    assert call.cancelled()


def hold(channel):
    """Says that it has begun a call, which the server holds; somebody kills this process then."""
    call = echo_pb2_grpc.EchoStub(channel).Hold.future(echo_pb2.Request(text="never read"))
    assert echo_pb2_grpc.EchoStub(channel).Say(echo_pb2.Request(text="begun")).text == "begun"
    print("begun", flush=True)
    call.result()


def concurrent(channel):
    say = echo_pb2_grpc.EchoStub(channel).Say
    with futures.ThreadPoolExecutor(20) as pool:
        texts = ["text %d" % i for i in range(1000)]
        replies = list(pool.map(lambda text: say(echo_pb2.Request(text=text)).text, texts))
    assert replies == texts


def route_guide(channel):
    """All four kinds, thousands of messages long where they stream."""
    stub = route_guide_pb2_grpc.RouteGuideStub(channel)
    konstanz = route_guide_pb2.Point(latitude=476600000, longitude=91750000)
    nowhere = route_guide_pb2.Point(latitude=1)
    assert stub.GetFeature(konstanz).name == "Konstanz"
    assert status_of(stub.GetFeature, nowhere) == \
        (grpc.StatusCode.NOT_FOUND, "nothing at 1, 0")
    everywhere = route_guide_pb2.Rectangle(
        lo=route_guide_pb2.Point(), hi=route_guide_pb2.Point(latitude=10**9, longitude=10**9))
    assert [feature.name for feature in stub.ListFeatures(everywhere)] == \
        ["Konstanz", "Meersburg", "Bregenz"]
    assert list(stub.ListFeatures(route_guide_pb2.Rectangle())) == []
    summary = stub.RecordRoute(konstanz if i % 2 else nowhere for i in range(5000))
    assert (summary.point_count, summary.feature_count) == (5000, 2500)
    assert stub.RecordRoute(iter(())).point_count == 0
    notes = [route_guide_pb2.RouteNote(message="note %d" % i) for i in range(5000)]
    assert list(stub.RouteChat(iter(notes))) == notes
    # A client that leaves in mid-stream.
    for note in stub.RouteChat(iter(notes)):
        break
    call = stub.RouteChat(iter(notes))
    next(call)
    call.cancel()
    assert status_of(stub.GetFeature, nowhere)[0] == grpc.StatusCode.NOT_FOUND


def malformed_stream(channel):
    """Messages that do not parse, in the midst of streams that do."""
    point = route_guide_pb2.Point(latitude=1).SerializeToString()
    record = channel.stream_unary("/routeguide.RouteGuide/RecordRoute")
    chat = channel.stream_stream("/routeguide.RouteGuide/RouteChat")
    assert status_of(record, iter([point, b"\xff\xff", point]))[0] == grpc.StatusCode.INTERNAL
    try:
        for _ in chat(iter([b"", b"\x0a\x7f"])):
            pass
        assert False
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INTERNAL, error


with grpc.insecure_channel(sys.argv[2]) as the_channel:
    globals()[sys.argv[3]](the_channel)
