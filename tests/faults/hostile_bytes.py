"""Messages of wire.proto that no client or server of good will sends. Requests and replies have the
same fields of the kinds used here, and so all of this serves both ways."""
from peer import field, varint

LIMIT = 4 << 20  # bytes that are received by default

MALFORMED = {
    "no length": b"\x0a",
    "a length and too few bytes": b"\x0a\x7fshort",
    "a tag without end": b"\xff" * 20,
    "a number without end": b"\x20" + b"\xff" * 11,
    "a string that is a number": b"\x08\x01",
    "a group": b"\x0b\x0c",
    "an unassigned wire type": b"\x0f",
    "malformed inside": field(5, b"\x0a\x05"),
}


def nested(levels):
    """So many messages in each other, all in the message itself."""
    headers = []
    size = 0
    for _ in range(levels - 1):
        headers.append(varint(1 << 3 | 2) + varint(size))
        size += len(headers[-1])
    return varint(5 << 3 | 2) + varint(size) + b"".join(reversed(headers))


def empties(size=LIMIT):
    """Empty messages, as many as there is room for."""
    return field(7, b"") * (size // 2)


def text_of_size(size):
    """A message of exactly so many bytes."""
    for header in range(2, 8):
        message = field(1, b"x" * (size - header))
        if len(message) == size:
            return message
    raise ValueError(size)
