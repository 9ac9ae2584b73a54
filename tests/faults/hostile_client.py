"""Clients that misbehave to the wire_server at PORT: hostile_client.py PORT CASE [PID].

Each case is a function below; it fails with an assertion. Behind each, a call of good will is
answered.
"""
import base64
import gzip
import os
import struct
import sys

import h2.exceptions

from hostile_bytes import LIMIT, MALFORMED, empties, nested, text_of_size
from peer import Client, call, field, framed, request_headers, varint

SAY, COUNT, COLLECT, CHAT = ("/wire.Wire/" + name for name in ("Say", "Count", "Collect", "Chat"))
HELLO = field(1, b"hello")


def say(message, flag=0, **options):
    answer = call(port, SAY, framed(message, flag), **options)
    print("%s: %s" % (answer.status, answer.text[:200]))
    return answer


def malformed():
    for name, message in MALFORMED.items():
        assert say(message).status == "INTERNAL", name
        assert call(port, COUNT, framed(message)).status == "INTERNAL", name
        assert call(port, COLLECT, framed(HELLO) + framed(message)).status == "INTERNAL", name


def deep():
    assert say(nested(100)).status == "OK"
    assert say(nested(101)).status == "INTERNAL"
    assert say(nested(100000)).status == "INTERNAL"


def bomb_of_empties():
    assert say(empties()).status == "RESOURCE_EXHAUSTED"


def cpu_seconds():
    """Of the server, so far."""
    with open("/proc/%s/stat" % sys.argv[3]) as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def repeats():
    """A singular message again and again: protobuf-c merges each into the one before. Eight times as
    many must not take sixty times as long; where they take more memory than a call may, that ends
    the merging."""
    for name, one in (("empty", field(5, b"")), ("with a child", field(5, field(1, b""))),
                      ("with numbers", field(6, field(1, bytes(4)))),
                      ("with strings", field(6, field(2, b"x"))),
                      ("100 levels", nested(99))):
        most = min(1000000, LIMIT // len(one))
        seconds = []
        for count in (most // 8, most):
            before = cpu_seconds()
            status = say(one * count).status
            seconds.append(cpu_seconds() - before)
            print("%s, %d times: %s, %.2f s" % (name, count, status, seconds[-1]))
            assert status in ("OK", "RESOURCE_EXHAUSTED"), status
        assert seconds[1] < 24 * max(seconds[0], 0.1), seconds


# No C string can stand for these.
STRINGS = {"Latin-1": b"s\xe4ure", "a NUL": b"admin\0 not", "overlong": b"\xc0\xaf",
           "a surrogate": b"\xed\xa0\x80", "beyond Unicode": b"\xf4\x90\x80\x80",
           "cut off": b"\xe2\x82", "a NUL far behind": b"x" * 1000 + b"\0"}


def strings():
    for name, text in STRINGS.items():
        for message in (field(1, text), field(6, field(2, b"fine") + field(2, text))):
            assert say(message).status == "INTERNAL", name
            assert call(port, COLLECT, framed(HELLO) + framed(message)).status == "INTERNAL", name
        # Of a field that nobody knows, the bytes may mean anything.
        assert say(field(100, text)).status == "OK", name
    for text in ("", "plain", "100% s\u00e4ure \u20ac \U0001d11e", "\x01\x7f" * 1000):
        assert say(field(1, text.encode())).messages == ([field(1, text.encode())] if text else [b""])


def limit():
    assert say(text_of_size(LIMIT)).status == "OK"
    assert say(text_of_size(LIMIT + 1)).status == "RESOURCE_EXHAUSTED"


def gzip_bomb():
    message = gzip.compress(bytes(128 << 20), 1)
    print("%d bytes for %d" % (len(message), 128 << 20))
    answer = say(message, 1, more=[("grpc-encoding", "gzip")])
    assert answer.status == "RESOURCE_EXHAUSTED"


def encodings():
    gzipped = gzip.compress(HELLO)
    for broken in (gzipped[:-1], gzipped[:20], gzipped[:-8] + bytes(8), HELLO):
        assert say(broken, 1, more=[("grpc-encoding", "gzip")]).status == "INTERNAL"
    # Should be UNIMPLEMENTED. Core takes the bytes for a message that is not compressed.
    for more in ([("grpc-encoding", "zstd")], []):
        assert say(HELLO, 1, more=more).messages == [HELLO]
        assert say(b"\x28\xb5\x2f\xfd\x24\x07", 1, more=more).status == "INTERNAL"


def unknown_flag():
    # Core makes an empty message of it, or none, as the bytes happen to arrive; and of what follows.
    for flag in (2, 255):
        answer = say(HELLO, flag)
        assert answer.messages == [b""] or answer.status == "UNIMPLEMENTED", answer.status
        assert call(port, COLLECT, framed(HELLO, flag) + framed(HELLO)).status == "OK"


def content_types():
    # Core does not look at it.
    for value in ("text/plain", "application/grpc+json", "application/grpc-web", "", None):
        assert say(HELLO, changes={"content-type": value}).status == "OK"


def headers():
    for name in (":method", ":scheme", ":path", ":authority", "te"):
        assert say(HELLO, changes={name: None}).status == "UNKNOWN", name
    for name, value in ((":method", "GET"), (":method", "PUT"), (":method", "CONNECT"),
                        (":scheme", "ftp"), ("te", "gzip")):
        assert say(HELLO, changes={name: value}).status == "UNKNOWN", value


def paths():
    for path in ("/wire.Wire/Nothing", "/wire.Nothing/Say", "wire.Wire/Say", "Say", "", "/", "*",
                 "/wire.Wire/Say/", "/wire.Wire/Say?", "//wire.Wire/Say", "/" + "x" * 1000):
        # The stream stays open: the answer does not wait for a message.
        with Client(port) as client:
            assert client.finish(client.begin(path)).status == "UNIMPLEMENTED", path


def no_request():
    for path in (SAY, COUNT):
        for data in (b"", framed(HELLO)[:3], framed(HELLO)[:-1]):
            assert call(port, path, data).status == "UNIMPLEMENTED", (path, data)


def two_requests(expected):
    for path in (SAY, COUNT):
        for number in (2, 3):
            answer = call(port, path, framed(HELLO) * number)
            print(answer.status, answer.text)
            assert answer.status == expected, path


def two_requests_are_answered():
    two_requests("OK")


def two_requests_are_refused():
    two_requests("UNIMPLEMENTED")


# What core cannot parse, and more than it accepts behind that: some releases abort.
UNPARSABLE = ((b"te", b"x"), (b":scheme", b"x"), (b":method", b"x"), (b"grpclb_client_stats", b"x"),
              (b"grpc-timeout", b"x"), (b"grpc-status", b"x"), (b"grpc-encoding", b"x"),
              (b"grpc-previous-rpc-attempts", b"x"), (b"content-type", b"x"))
FILLERS = ([(b"filler", b"x" * 9000)], [(b"filler-%d" % i, b"x" * 900) for i in range(12)])
LITERALS = (0x00, 0x10, 0x40)  # HPACK's: without indexing, never indexed, indexed


def literal(kind, name, value):
    """A header field in HPACK, as plain as can be (RFC 7541, 6.2)."""
    def string(text):
        return (bytes([len(text)]) if len(text) < 127 else b"\x7f" + varint(len(text) - 127)) + text
    return bytes([kind]) + string(name) + string(value)


def cve_2023_1428():
    for kind in LITERALS:
        for bad in UNPARSABLE:
            good = [(name.encode(), value.encode()) for name, value in request_headers(SAY)]
            for filler in FILLERS:
                headers = [header for header in good if header[0] != bad[0]] + [bad] + filler
                block = b"".join(literal(kind, *header) for header in headers)
                with Client(port) as client:
                    client.settle()
                    client.send_raw(struct.pack(">I", len(block))[1:] + b"\1\5\0\0\0\1" + block)
                    try:
                        while client.events() is not None:  # core closes the connection
                            pass
                    except h2.exceptions.ProtocolError as error:
                        print(kind, bad, error)  # an answer to a stream that h2 knows nothing of


def binary_metadata():
    value = bytes(range(256))
    encoded = base64.b64encode(value)
    for sent in (encoded, encoded.rstrip(b"=")):
        answer = say(HELLO, more=[("echo-all-bin", sent)])
        back = answer.headers[b"echo-all-bin"]
        assert base64.b64decode(back + b"=" * (-len(back) % 4)) == value, back


def bad_base64():
    for sent in ("!", "A", "AAAAA", "====", "AA=A", "AA\x00A", "A" * 4001):
        answer = say(HELLO, more=[("echo-bad-bin", sent)])
        # Core closes the connection, or takes what it can.
        assert answer.status in ("closed", "UNAVAILABLE", "RST -1", "OK"), answer.status


def messages():
    """What the peer gets to see of a status message (gRPC's doc/PROTOCOL-HTTP2.md)."""
    for message, expected in ((b"100% s\xc3\xa4ure\nline", b"100%25 s%C3%A4ure%0Aline"),
                              (b"x" * 7000, b"x" * 7000), (b"%41 \x7f~", b"%2541 %7F~")):
        answer = say(field(2, 5) + field(3, message))
        assert answer.status == "NOT_FOUND"
        assert answer.headers[b"grpc-message"] == expected, answer.headers


def goaway():
    """A client that takes no more streams: the one that runs is answered."""
    with Client(port) as client:
        stream = client.begin(CHAT)
        client.send_raw(b"\0\0\x08\x07\0\0\0\0\0" + struct.pack(">II", 0, 0))
        assert client.send(stream, framed(HELLO) * 10)
        client.end(stream)
        answer = client.finish(stream)
        assert answer.status == "OK" and len(answer.messages) == 10, answer.status


def half_close():
    answer = call(port, COUNT, framed(HELLO + field(4, 5000)))
    assert answer.status == "OK" and len(answer.messages) == 5000, answer.status
    answer = call(port, CHAT, framed(HELLO) * 1000)
    assert answer.status == "OK" and len(answer.messages) == 1000, answer.status


def headers_only():
    """The client's deadline ends it on the server, too, which tells the client so."""
    for path in (SAY, COUNT, COLLECT, CHAT):
        with Client(port) as client:
            answer = client.finish(client.begin(path, more=[("grpc-timeout", "200m")]))
            print(path, answer.status, answer.text)
            assert answer.status in ("DEADLINE_EXCEEDED", "RST 8", "RST 0"), answer.status


port = int(sys.argv[1])
if __name__ == "__main__":
    globals()[sys.argv[2]]()
    assert say(HELLO).messages == [HELLO]
