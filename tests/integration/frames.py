"""Messages as no gRPC would send them, framed by hand (../faults/peer.py).

frames.py call PORT   calls Say of the Echo server there with each, and checks the status
frames.py serve       a Greeter that answers with the one that the request names; prints its port
frames.py names       what serve's client should print for each, and maybe more, as NAME:TEXT
"""
import gzip
import os
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../faults"))
import peer

HELLO = b"\x0a\x05hello"
OK, RESOURCE_EXHAUSTED, INTERNAL = "OK", "RESOURCE_EXHAUSTED", "INTERNAL"
ACCEPTED = b"identity, deflate, gzip"
GZIPPED, DEFLATED = gzip.compress(HELLO), zlib.compress(HELLO)
bare = zlib.compressobj(wbits=-15)
BARE = bare.compress(HELLO) + bare.flush()

# name: grpc-encoding, the flag that says "compressed", the message, the status that must come of it.
CASES = {
    "plain": (None, 0, HELLO, OK),
    "gzip": ("gzip", 1, GZIPPED, OK),
    "deflate": ("deflate", 1, DEFLATED, OK),
    "plain in a compressed call": ("gzip", 0, HELLO, OK),
    "gzip of nothing": ("gzip", 1, gzip.compress(b""), OK),
    "nothing": ("gzip", 1, b"", OK),
    "deflate without zlib's header": ("deflate", 1, BARE, INTERNAL),
    "deflate called gzip": ("gzip", 1, DEFLATED, INTERNAL),
    "not compressed": ("gzip", 1, HELLO, INTERNAL),
    "truncated": ("gzip", 1, GZIPPED[:-1], INTERNAL),
    "cut to a byte": ("deflate", 1, DEFLATED[:1], INTERNAL),
    "wrong checksum": ("deflate", 1, DEFLATED[:-1] + b"?", INTERNAL),
    "bytes after the end": ("gzip", 1, GZIPPED + b"?", INTERNAL),
    "two members": ("gzip", 1, GZIPPED + GZIPPED, INTERNAL),
    "compressed, but no message": ("gzip", 1, gzip.compress(b"\x0a\x7fshort"), INTERNAL),
    "bomb": ("gzip", 1, gzip.compress(bytes(10 << 20)), RESOURCE_EXHAUSTED),
    "deflated bomb": ("deflate", 1, zlib.compress(bytes(10 << 20)), RESOURCE_EXHAUSTED),
    # Core takes an encoding that it does not know for none: what comes so does not parse.
    "unknown encoding": ("zstd", 1, b"\x28\xb5\x2f\xfd\x24\x07", INTERNAL),
}


def call_all(port):
    """Each in a call of Say; and what encodings the server says it accepts."""
    for name, (encoding, flag, message, expected) in CASES.items():
        more = [] if encoding is None else [("grpc-encoding", encoding)]
        answer = peer.call(port, "/echo.Echo/Say", peer.framed(message, flag), more=more)
        assert answer.status == expected, (name, answer.status)
        accepted = answer.headers.get(b"grpc-accept-encoding")
        assert expected != "OK" or accepted == ACCEPTED, (name, accepted)


def answer(connection, request):
    assert request.headers[b"grpc-accept-encoding"] == ACCEPTED, request.headers
    encoding, flag, message, _ = CASES[request.messages[0][2:].decode()]  # behind tag and length
    headers = [] if encoding is None else [("grpc-encoding", encoding)]
    connection.answer(request.stream, peer.framed(message, flag), headers=headers)


def names():
    for name, (_, _, message, status) in CASES.items():
        if status != OK:
            print("%s:SayHello: %s: " % (name, status))
        elif name.endswith("nothing"):
            print("%s:Greeter client received: " % name)
        else:
            print("%s:Greeter client received: hello" % name)


if sys.argv[1] == "call":
    call_all(int(sys.argv[2]))
elif sys.argv[1] == "serve":
    peer.serve(answer)
else:
    names()
