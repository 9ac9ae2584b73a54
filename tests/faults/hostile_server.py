"""Servers that misbehave to wire_client: hostile_server.py prints its port and serves for good. What
it does to a call is named by the text of its request: a function below, or one of MALFORMED."""
import base64
import gzip
import struct
import time

import peer
from hostile_bytes import LIMIT, MALFORMED, empties, nested, text_of_size
from peer import RESPONSE, field, framed

FINE = field(1, b"fine")


def ok(connection, stream):
    connection.answer(stream, framed(FINE))


def which_connection(connection, stream):
    connection.answer(stream, framed(field(1, b"connection %d" % connection.number)))


# ---- messages ----

def reply(message, flag=0, headers=()):
    return lambda connection, stream: connection.answer(stream, framed(message, flag),
                                                        headers=headers)


# A reply by name; those of hostile_bytes are answers to a method that streams, too.
REPLIES = {name: reply(message) for name, message in MALFORMED.items()}
REPLIES.update({
    "100 levels": reply(nested(100)),
    "101 levels": reply(nested(101)),
    "100000 levels": reply(nested(100000)),
    "empties": reply(empties()),
    "limit": reply(text_of_size(LIMIT)),
    "limit + 1": reply(text_of_size(LIMIT + 1)),
    "corrupt gzip": reply(gzip.compress(FINE)[:-1], 1, [("grpc-encoding", "gzip")]),
    "unknown encoding": reply(FINE, 1, [("grpc-encoding", "zstd")]),
    "no encoding": reply(FINE, 1),
    "flag 2": reply(FINE, 2),
    "latin 1": reply(field(1, b"s\xe4ure")),
    "NUL": reply(field(1, b"admin\0 not")),
})


def gzip_bomb(connection, stream):
    reply(gzip.compress(bytes(128 << 20), 1), 1, [("grpc-encoding", "gzip")])(connection, stream)


# ---- numbers of messages ----

def no_reply(connection, stream):
    connection.answer(stream)


def trailers_only(connection, stream):
    connection.h2.send_headers(stream, RESPONSE + [("grpc-status", "0")], end_stream=True)
    connection.flush()


def half_a_reply(connection, stream):
    connection.answer(stream, framed(FINE)[:-1])


def two_replies(connection, stream):
    connection.answer(stream, framed(FINE), framed(FINE))


def two_replies_and_not_found(connection, stream):
    connection.answer(stream, framed(FINE), framed(FINE), status=5)


def two_replies_and_no_status(connection, stream):
    connection.h2.send_headers(stream, RESPONSE)
    connection.send(stream, framed(FINE) * 2)


def late_status(connection, stream):
    connection.h2.send_headers(stream, RESPONSE)
    connection.send(stream, framed(FINE))
    time.sleep(1.5)  # not to wait for anything: that is the answer
    connection.end(stream)


def headers_only(connection, stream):
    connection.h2.send_headers(stream, RESPONSE)
    connection.flush()


def nothing(connection, stream):
    pass


def ten_thousand(connection, stream):
    connection.answer(stream, framed(FINE) * 10000)


# ---- headers ----

def other_content_type(connection, stream):
    connection.h2.send_headers(stream, [(":status", "200"), ("content-type", "text/html")])
    connection.send(stream, framed(FINE))
    connection.end(stream)


def not_found(connection, stream):
    connection.h2.send_headers(stream, [(":status", "404"), ("content-type", "text/html")])
    connection.h2.send_data(stream, b"<html>", end_stream=True)
    connection.flush()


def no_grpc_status(connection, stream):
    connection.h2.send_headers(stream, RESPONSE)
    connection.h2.send_data(stream, framed(FINE), end_stream=True)
    connection.flush()


def binary_metadata(connection, stream):
    encoded = base64.b64encode(bytes(range(256)))
    connection.answer(stream, framed(FINE), headers=[("padded-bin", encoded)],
                      trailers=[("bare-bin", encoded.rstrip(b"="))])


def bad_base64(connection, stream):
    connection.answer(stream, framed(FINE), trailers=[("bad-bin", "!!!")])


def message(text, **options):
    return lambda connection, stream: connection.answer(stream, status=5,
                                                        trailers=[("grpc-message", text)])


MESSAGES = {
    "escapes": message("100%25 s%C3%A4ure%0Aline"),
    "bad escapes": message("100% %zz %4"),
    "bad UTF-8": message("%FF%FE"),
    "7000 bytes": message("x" * 7000),
    "9000 bytes": message("x" * 9000),
}


# ---- the connection ----

def raw_goaway(connection, last_stream):
    connection.send_raw(b"\0\0\x08\x07\0\0\0\0\0" + struct.pack(">II", last_stream, 0))


def goaway_in_mid_call(connection, stream):
    raw_goaway(connection, stream)
    which_connection(connection, stream)


def goaway_before_the_call(connection, stream):
    """Says that the call was not looked at: core makes it again on the next connection."""
    if connection.number == 1:
        raw_goaway(connection, 0)
    else:
        which_connection(connection, stream)


def answer(connection, request):
    name = request.messages[0][2:].decode()  # behind tag and length
    action = REPLIES.get(name) or MESSAGES.get(name) or globals()[name.replace(" ", "_")]
    action(connection, request.stream)


peer.serve(answer)
