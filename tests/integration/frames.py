"""Messages as no gRPC would send them, framed by hand (Debian's python3-h2).

frames.py call PORT   calls Say of the Echo server there with each, and checks the status
frames.py serve       a Greeter that answers with the one that the request names; prints its port
frames.py names       what serve's client should print for each, and maybe more, as NAME:TEXT
"""
import gzip
import socket
import struct
import sys
import zlib

import h2.config
import h2.connection
import h2.events

HELLO = b"\x0a\x05hello"
OK, RESOURCE_EXHAUSTED, INTERNAL = 0, 8, 13
STATUS = {RESOURCE_EXHAUSTED: "RESOURCE_EXHAUSTED", INTERNAL: "INTERNAL"}
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


def framed(flag, message):
    return bytes([flag]) + struct.pack(">I", len(message)) + message


class Connection:
    """One end of a connection, for one stream after another."""

    def __init__(self, sock, client):
        config = h2.config.H2Configuration(client_side=client, header_encoding="utf-8")
        self.socket = sock
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.flush()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def events(self):
        """What the next bytes bring; None when the other end has closed."""
        received = self.socket.recv(65536)
        if not received:
            return None
        events = self.h2.receive_data(received)
        for event in events:
            if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length > 0:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.flush()
        return events

    def send(self, stream, data):
        """Sends data as the window allows; false when the other end wants no more of it."""
        while data:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            self.h2.send_data(stream, data[:room]) if room > 0 else None
            data = data[max(room, 0):]
            self.flush()
            if data and room <= 0:
                events = self.events()
                if events is None or any(isinstance(event, h2.events.StreamReset)
                                         for event in events):
                    return False
        return True


def call(port, encoding, flag, message):
    """Returns the status of one call of Say, and what encodings the server says it accepts."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        connection = Connection(sock, True)
        headers = [(":method", "POST"), (":scheme", "http"), (":path", "/echo.Echo/Say"),
                   (":authority", "localhost"), ("te", "trailers"),
                   ("content-type", "application/grpc")]
        if encoding is not None:
            headers.append(("grpc-encoding", encoding))
        connection.h2.send_headers(1, headers)
        assert connection.send(1, framed(flag, message))
        connection.h2.end_stream(1)
        connection.flush()
        got = {}
        while True:
            for event in connection.events():
                assert not isinstance(event, h2.events.StreamReset), event
                if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                    got.update(event.headers)
                if isinstance(event, h2.events.StreamEnded):
                    return int(got["grpc-status"]), got.get("grpc-accept-encoding")


def call_all(port):
    for name, (encoding, flag, message, expected) in CASES.items():
        status, accepted = call(port, encoding, flag, message)
        assert status == expected, (name, status)
        assert status != OK or accepted == "identity, deflate, gzip", (name, accepted)


def answer(connection, stream, request):
    encoding, flag, message, _ = CASES[request[7:].decode()]  # behind prefix, tag and length
    headers = [(":status", "200"), ("content-type", "application/grpc")]
    if encoding is not None:
        headers.append(("grpc-encoding", encoding))
    connection.h2.send_headers(stream, headers)
    if connection.send(stream, framed(flag, message)):
        connection.h2.send_headers(stream, [("grpc-status", "0")], end_stream=True)
        connection.flush()


def serve_connection(sock):
    connection = Connection(sock, False)
    request = b""
    while (events := connection.events()) is not None:
        for event in events:
            if isinstance(event, h2.events.RequestReceived):
                accepted = dict(event.headers)["grpc-accept-encoding"]
                assert accepted == "identity, deflate, gzip", accepted
            if isinstance(event, h2.events.DataReceived):
                request += event.data
            if isinstance(event, h2.events.StreamEnded):
                answer(connection, event.stream_id, request)
                request = b""


def serve():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print("listening on port", listener.getsockname()[1], flush=True)
        while True:
            with listener.accept()[0] as sock:
                serve_connection(sock)


def names():
    for name, (_, _, message, status) in CASES.items():
        if status != OK:
            print("%s:SayHello: %s: " % (name, STATUS[status]))
        elif name.endswith("nothing"):
            print("%s:Greeter client received: " % name)
        else:
            print("%s:Greeter client received: hello" % name)


if sys.argv[1] == "call":
    call_all(int(sys.argv[2]))
elif sys.argv[1] == "serve":
    serve()
else:
    names()
