"""The wire of gRPC by hand, for peers that misbehave: over Debian's python3-h2, which is told to let
everything pass, and with bytes of one's own where it still would not."""
import socket
import struct
import threading

import h2.config
import h2.connection
import h2.events
import h2.exceptions

NAMES = ("OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS "
         "PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE "
         "UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED").split()


def framed(message, flag=0):
    """A message behind gRPC's prefix."""
    return bytes([flag]) + struct.pack(">I", len(message)) + message


def unframed(data):
    """The messages that are whole in `data`."""
    messages = []
    while len(data) >= 5:
        end = 5 + struct.unpack(">I", data[1:5])[0]
        messages.append(data[5:end])
        data = data[end:]
    return messages


def varint(number):
    encoded = b""
    while number > 127:
        encoded += bytes([number & 127 | 128])
        number >>= 7
    return encoded + bytes([number])


def field(number, value):
    """A field of Protocol Buffers: bytes, or an integer as a varint."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


class Connection:
    """One end of a connection."""

    def __init__(self, sock, client):
        config = h2.config.H2Configuration(
            client_side=client, header_encoding=None, validate_inbound_headers=False,
            validate_outbound_headers=False, normalize_outbound_headers=False,
            normalize_inbound_headers=False)
        self.socket = sock
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.flush()

    def send_raw(self, data):
        """Bytes that h2 knows nothing of, behind what it still has to send. Where the other end has
        closed, they are lost; events tells."""
        try:
            self.socket.sendall(self.h2.data_to_send() + data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def flush(self):
        self.send_raw(b"")

    def events(self):
        """What the next bytes bring; None when the other end has closed."""
        try:
            received = self.socket.recv(65536)
        except ConnectionResetError:
            received = b""
        if not received:
            return None
        try:
            events = self.h2.receive_data(received)
        except h2.exceptions.StreamClosedError as error:
            # Its reset came in the same bytes, and h2 does not tell of it.
            events = [h2.events.StreamReset()]
            events[0].stream_id, events[0].error_code = error.stream_id, -1
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


# ---- a client ----

def request_headers(path, changes=None, more=()):
    """What a call begins with. `changes` replaces by name; None leaves one out."""
    headers = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost",
               "te": "trailers", "content-type": "application/grpc"}
    headers.update(changes or {})
    return [(name, value) for name, value in headers.items() if value is not None] + list(more)


class Answer:
    """How a call ended: `status` is a name of gRPC's, "RST n" for an HTTP/2 error of the stream, or
    "closed" when the connection went."""

    def __init__(self):
        self.headers = {}
        self.data = b""
        self.status = None

    @property
    def messages(self):
        return unframed(self.data)

    @property
    def text(self):
        return self.headers.get(b"grpc-message", b"").decode()

    def take(self, event):
        if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
            self.headers.update(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.data += event.data
        elif isinstance(event, h2.events.StreamEnded):
            code = self.headers.get(b"grpc-status")
            self.status = NAMES[int(code)] if code is not None else "no status"
        elif isinstance(event, h2.events.StreamReset) and self.status is None:
            self.status = "RST %d" % event.error_code
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.status = "closed"


class Client(Connection):
    """A connection to the server at 127.0.0.1."""

    def __init__(self, port):
        super().__init__(socket.create_connection(("127.0.0.1", port), timeout=60), True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def settle(self):
        """Waits until both ends have acknowledged each other's settings: core holds its own against
        nobody before."""
        waiting = {h2.events.RemoteSettingsChanged, h2.events.SettingsAcknowledged}
        while waiting:
            waiting -= {type(event) for event in self.events()}
        return self

    def begin(self, path, changes=None, more=(), end=False):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, request_headers(path, changes, more), end_stream=end)
        self.flush()
        return stream

    def end(self, stream):
        self.h2.end_stream(stream)
        self.flush()

    def finish(self, stream):
        """Waits for the end of a call."""
        answer = Answer()
        while answer.status is None:
            events = self.events()
            if events is None:
                answer.status = "closed"
                break
            for event in events:
                if getattr(event, "stream_id", stream) == stream:
                    answer.take(event)
        return answer

    def call(self, path, data, changes=None, more=()):
        """A whole call, whose body is `data`."""
        stream = self.begin(path, changes, more, end=not data)
        if data and self.send(stream, data):
            self.end(stream)
        return self.finish(stream)


def call(port, path, data, changes=None, more=()):
    """A call on a connection of its own."""
    with Client(port) as client:
        client.settle()
        return client.call(path, data, changes, more)


# ---- a server ----

RESPONSE = [(":status", "200"), ("content-type", "application/grpc")]


class Request:
    """A call that has arrived whole."""

    def __init__(self, stream, headers):
        self.stream = stream
        self.headers = dict(headers)
        self.data = b""

    @property
    def path(self):
        return self.headers[b":path"].decode()

    @property
    def messages(self):
        return unframed(self.data)


class ServerConnection(Connection):
    def __init__(self, sock, number):
        super().__init__(sock, False)
        self.number = number

    def answer(self, stream, *messages, status=0, headers=(), trailers=()):
        """A whole answer; the messages are framed already."""
        self.h2.send_headers(stream, RESPONSE + list(headers))
        if self.send(stream, b"".join(messages)):
            self.end(stream, status, trailers)

    def end(self, stream, status=0, trailers=()):
        self.h2.send_headers(stream, [("grpc-status", str(status))] + list(trailers),
                             end_stream=True)
        self.flush()

    def serve(self, answer):
        requests = {}
        while (events := self.events()) is not None:
            for event in events:
                if isinstance(event, h2.events.RequestReceived):
                    requests[event.stream_id] = Request(event.stream_id, event.headers)
                elif isinstance(event, h2.events.DataReceived):
                    requests[event.stream_id].data += event.data
                elif isinstance(event, h2.events.StreamEnded):
                    answer(self, requests.pop(event.stream_id))


def serve(answer):
    """Prints a free port and serves it for good: calls answer(connection, request) for each call.
    Connections are numbered from 1."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print("listening on port", listener.getsockname()[1], flush=True)
        number = 0
        while True:
            number += 1
            connection = ServerConnection(listener.accept()[0], number)
            threading.Thread(target=connection.serve, args=(answer,), daemon=True).start()
