"""A peer that misbehaves: HTTP/2 frames made by hand, over a plain socket."""
import socket
import struct

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
WINDOW_UPDATE, CONTINUATION = 8, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
OK, RESOURCE_EXHAUSTED, INTERNAL = 0, 8, 13
ENHANCE_YOUR_CALM = 11


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def request_headers(method, extra=()):
    """Encoded without the dynamic table, so that the same bytes may be sent again and again."""
    fields = [(":method", "POST"), (":scheme", "http"), (":path", "/echo.Echo/" + method),
              (":authority", "localhost"), ("te", "trailers"),
              ("content-type", "application/grpc")]
    return hpack.Encoder().encode([hpack.NeverIndexedHeaderTuple(*field)
                                   for field in fields + list(extra)], huffman=False)


def message(text):
    """A Request with this text, framed."""
    text = text.encode()
    assert len(text) < 128
    packed = (bytes([0x0a, len(text)]) + text) if text else b""
    return b"\0" + struct.pack(">I", len(packed)) + packed


class Closed(Exception):
    """The server has closed the connection; `goaway` is its last error code and text, or None."""

    def __init__(self, goaway):
        super().__init__(str(goaway))
        self.goaway = goaway


class Peer:
    """One connection. Settings and pings of the server's are acknowledged, and its windows kept
    open, whenever something is read."""

    def __init__(self, port, hello=PREFACE + frame(SETTINGS), timeout=60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self.decoder = hpack.Decoder()
        self.goaway = None
        self.settings = {}
        self.stream = -1
        if hello:
            self.send(hello)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (ConnectionResetError, BrokenPipeError):
            raise Closed(self.goaway) from None

    def receive(self, size):
        while len(self.rest) < size:
            try:
                got = self.socket.recv(1 << 16)
            except ConnectionResetError:
                got = b""
            if not got:
                raise Closed(self.goaway)
            self.rest += got
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def read(self):
        """The next frame: kind, flags, stream, payload."""
        head = self.receive(9)
        payload = self.receive(int.from_bytes(head[:3], "big"))
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, len(payload), 6):
                number, value = struct.unpack(">HI", payload[at:at + 6])
                self.settings[number] = value
            self.send(frame(SETTINGS, ACK))
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        elif kind == GOAWAY:
            self.goaway = (int.from_bytes(payload[4:8], "big"), payload[8:].decode())
        elif kind == DATA and payload:
            self.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", len(payload))))
        return kind, flags, stream, payload

    def open(self, method, body=None, extra=()):
        """Begins a call, with the whole request if there is a body; returns its stream."""
        self.stream += 2
        data = frame(HEADERS, END_HEADERS, self.stream, request_headers(method, extra))
        if body is not None:
            data += frame(DATA, END_STREAM, self.stream, body)
        self.send(data)
        return self.stream

    def finish(self, stream):
        """Reads until the call on this stream ends: its headers and trailers, and its message.
        Other streams' frames are dropped, their headers decoded."""
        return self.finish_all([stream])[stream]

    def finish_all(self, streams):
        ended = {}
        got = {stream: ({}, b"") for stream in streams}
        while len(ended) < len(got):
            kind, flags, stream, payload = self.read()
            if kind == HEADERS:
                fields = {name: value for name, value in self.decoder.decode(payload)}
                if stream in got:
                    got[stream][0].update(fields)
            elif kind == DATA and stream in got:
                got[stream] = (got[stream][0], got[stream][1] + payload)
            elif kind == RST_STREAM and stream in got:
                got[stream][0].setdefault("reset", int.from_bytes(payload, "big"))
                ended[stream] = got[stream]
            if kind in (HEADERS, DATA) and flags & END_STREAM and stream in got:
                ended[stream] = got[stream]
        return ended

    def wait_for_close(self):
        """Reads until the server closes; returns its GOAWAY's code and text, or None."""
        try:
            while True:
                self.read()
        except Closed as closed:
            return closed.goaway

    def ping(self):
        """A round trip: all that was sent before has been read by the server."""
        self.send(frame(PING, 0, 0, b"are you?"))
        while self.read()[:2] != (PING, ACK):
            pass


def say(port, text="hello"):
    """A call of Say on a connection of its own: the reply's text."""
    with Peer(port) as peer:
        fields, body = peer.finish(peer.open("Say", message(text)))
        assert fields["grpc-status"] == "0", fields
        assert body[5:6] == b"\x0a", body
        return body[7:7 + body[6]].decode()


def counts(port):
    """Of limits_server: handlers waiting, the most that ever did, all that came."""
    return [int(number) for number in say(port, "counts").split()]


def memory(pid, what="VmRSS"):
    """In KiB; VmHWM is the most there ever was."""
    with open("/proc/%d/status" % pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what + ":"))
