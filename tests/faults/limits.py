"""The peers of limits.bats: limits.py TEST PORT PID, against the limits_server with that process id.
Each fails by an assertion; the figures that it prints are for docs/security.md."""
import os
import signal
import struct
import sys

from raw_peer import (CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, HEADERS, PING,
                  PREFACE, RST_STREAM, SETTINGS, WINDOW_UPDATE, Closed, Peer, counts, frame, memory,
                  message, request_headers, say)

OK, RESOURCE_EXHAUSTED, UNAVAILABLE = "0", "8", "14"
CANCEL = struct.pack(">I", 8)
REFUSED = "the server has as many calls as it takes"
# Sanitizers make all slower, and memory dearer.
SLOW = os.environ.get("SANITIZER", "") != ""
MANY = 10000 if SLOW else 100000


def bound(mib):
    """In KiB. AddressSanitizer keeps what was freed, up to 256 MiB, and more for itself."""
    return (mib + (768 if SLOW else 0)) << 10


def status(ended):
    return ended[0].get("grpc-status")


def padding(total):
    """A field that brings a request's metadata to `total` bytes, as HTTP/2 counts them."""
    plain = (":methodPOST", ":schemehttp", ":path/echo.Echo/Say", ":authoritylocalhost",
             "tetrailers", "content-typeapplication/grpc", "x-pad")
    return [("x-pad", "p" * (total - sum(len(field) + 32 for field in plain)))]


def in_pieces(stream, block):
    """Headers too long for one frame."""
    yield frame(HEADERS, 0, stream, block[:16384])
    for at in range(16384, len(block), 16384):
        last = END_HEADERS if at + 16384 >= len(block) else 0
        yield frame(CONTINUATION, last, stream, block[at:at + 16384])


def metadata(port, pid):
    """The limit, a byte more, and a MiB, while another connection's call goes on."""
    with Peer(port) as other, Peer(port) as peer:
        held = other.open("Hold", message("other connection"))
        assert status(peer.finish(peer.open("Say", message("all"), padding(8192)))) == OK
        too_much = peer.finish(peer.open("Say", message("more"), padding(8193)))
        assert status(too_much) == RESOURCE_EXHAUSTED, too_much
        try:  # the connection may suffer
            assert status(peer.finish(peer.open("Say", message("next")))) == OK
        except Closed:
            pass
        before = memory(pid)
        with Peer(port) as peer:
            try:
                for piece in in_pieces(1, request_headers("Say", padding(1 << 20))):
                    peer.send(piece)
                peer.ping()  # the call itself may get no answer
            except Closed:
                pass
        print("1 MiB of metadata: %d KiB" % (memory(pid) - before))
        assert memory(pid) - before < bound(64)
        os.kill(pid, signal.SIGUSR1)
        assert status(other.finish(held)) == OK


def listen(peer):
    """All that comes until the server closes, unanswered."""
    got = b""
    while True:
        try:
            more = peer.socket.recv(1 << 16)
        except ConnectionResetError:
            return got
        if not more:
            return got
        got += more


def handshake(port, _pid):
    """Connections that say nothing, half of the preface, or no SETTINGS: closed."""
    stalled = [Peer(port, hello) for hello in (b"", PREFACE[:10], PREFACE)]
    assert say(port) == "hello"
    for peer in stalled:
        said = listen(peer)
        assert b"before handshake timeout" in said, said


def saturate(port, pid):
    """Of 510 calls two run, eight wait, and the rest is refused while these wait. Exactly one
    status each."""
    with Peer(port) as peer:
        held = [peer.open("Hold", message("held")) for _ in range(10)]
        refused = [peer.open("Say", message("one too many")) for _ in range(500)]
        ended = peer.finish_all(refused)
        for one in ended.values():
            assert status(one) == RESOURCE_EXHAUSTED and one[0]["grpc-message"] == REFUSED, one
        before = memory(pid)
        for _ in range(10):
            peer.finish_all([peer.open("Say", message("again")) for _ in range(500)])
        print("5,000 refused calls: %d KiB" % (memory(pid) - before))
        assert memory(pid) - before < bound(16)
        os.kill(pid, signal.SIGUSR1)
        ended = peer.finish_all(held)
        assert all(status(one) == OK for one in ended.values()), ended
    waiting, most, entered = counts(port)
    assert (waiting, most, entered) == (0, 2, 10), (waiting, most, entered)


def send_resets(port, method, count):
    """Opens so many calls, and resets each at once, on one connection."""
    block = request_headers(method)
    with Peer(port) as peer:
        for first in range(0, count, 1000):
            peer.send(b"".join(
                frame(HEADERS, END_HEADERS, stream, block) +
                frame(DATA, END_STREAM, stream, message("x")) + frame(RST_STREAM, 0, stream, CANCEL)
                for stream in range(2 * first + 1, 2 * (first + 1000), 2)))
        peer.ping()


def reset_handlers(port, pid):
    """Four handlers run on when their calls are reset: they count until they return, and no more
    begin."""
    with Peer(port) as peer:
        held = [peer.open("Hold", message("held")) for _ in range(4)]
        assert status(peer.finish(peer.open("Say", message("a fifth")))) == RESOURCE_EXHAUSTED
        for stream in held:
            peer.send(frame(RST_STREAM, 0, stream, CANCEL))
        send_resets(port, "Hold", MANY // 10)
        assert status(peer.finish(peer.open("Say", message("a fifth")))) == RESOURCE_EXHAUSTED
    os.kill(pid, signal.SIGUSR1)
    settle(port)
    while counts(port)[0] > 0:  # on their way out
        pass
    assert counts(port) == [0, 4, 4]


def resets(port, pid):
    """What core holds for streams that were reset is bounded by what is sent at once, and comes
    back: malloc keeps it, twice where two threads had their turn, and grows no more."""
    peaks = []
    for _ in range(5):
        send_resets(port, "Say", MANY // 5)
        settle(port)
        peaks.append(memory(pid, "VmHWM"))
    print("%d resets at a time: %s KiB" % (MANY // 5, peaks))
    assert peaks[-1] < bound(64) + MANY // 5 * 40, peaks


def settle(port):
    """Until a call is served: behind a flood's calls, or refused while they are at their limit."""
    while True:
        with Peer(port) as peer:
            if status(peer.finish(peer.open("Say", message("settled?")))) == OK:
                return


def flood(port, pid, name, start, piece, most_mib):
    """Sends `start`, then many times `piece`; another connection is served meanwhile, and memory
    grows by less than so much. Returns the GOAWAY, None without one, True when still open."""
    before = memory(pid, "VmHWM")
    with Peer(port) as peer:
        try:
            peer.send(start)
            for _ in range(MANY // 1000):
                peer.send(piece * 1000)
            assert say(port) == "hello"
            peer.ping()
            ended = True
        except Closed:
            ended = peer.wait_for_close()
        assert say(port) == "hello"
    grown = memory(pid, "VmHWM") - before
    print("%d %s: %d KiB, %s" % (MANY, name, grown, "open" if ended is True else ended))
    assert grown < bound(most_mib), (name, grown)
    return ended


def floods(port, pid):
    call = frame(HEADERS, END_HEADERS, 1, request_headers("Say"))
    begun = frame(HEADERS, 0, 1, request_headers("Say"))
    four_mib = frame(DATA, 0, 1, b"\0" + struct.pack(">I", 4 << 20))
    setting = struct.pack(">HI", 3, 100)
    flood(port, pid, "SETTINGS", b"", frame(SETTINGS, 0, 0, setting), 64)
    flood(port, pid, "empty SETTINGS", b"", frame(SETTINGS), 64)
    flood(port, pid, "empty CONTINUATIONs", begun, frame(CONTINUATION, 0, 1), 64)
    flood(port, pid, "CONTINUATIONs", begun, frame(CONTINUATION, 0, 1, b"\0\1a\1b"), 64)
    flood(port, pid, "empty DATAs", call + four_mib, frame(DATA, 0, 1), 64)
    flood(port, pid, "DATAs of a byte", call + four_mib, frame(DATA, 0, 1, b"x"), 64)
    flood(port, pid, "WINDOW_UPDATEs", b"", frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1)), 64)
    flood(port, pid, "PINGs", b"", frame(PING, 0, 0, b"flooding"), 256)


def ping_until_closed(port, most):
    """How many pings are answered, most at most, and the GOAWAY that follows."""
    with Peer(port) as peer:
        for answered in range(most):
            try:
                peer.ping()
            except Closed as closed:
                return answered, closed.goaway
        return most, None


def pings(port, _pid):
    answered, goaway = ping_until_closed(port, 100)
    assert goaway == (ENHANCE_YOUR_CALM, "too_many_pings"), goaway
    assert 2 <= answered <= 5, answered


def more_strikes(port, _pid):
    answered, goaway = ping_until_closed(port, 100)
    assert goaway == (ENHANCE_YOUR_CALM, "too_many_pings"), goaway
    assert 10 <= answered <= 13, answered


def welcome_pings(port, _pid):
    assert ping_until_closed(port, 100) == (100, None)


def idle(port, _pid):
    with Peer(port) as peer:
        assert status(peer.finish(peer.open("Say", message("hi")))) == OK
        assert peer.wait_for_close() is not None


def age(port, _pid):
    """GOAWAY at that age; a call that runs on is cut off when the grace is over."""
    with Peer(port) as peer:
        held = peer.open("Hold", message("held"))
        while peer.goaway is None:
            peer.read()
        ended = peer.finish(held)
        assert status(ended) == UNAVAILABLE, ended


def streams(port, pid):
    """A peer that opens more streams than it was told it may is thrown out."""
    with Peer(port) as peer:
        for _ in range(3):
            peer.open("Hold", message("held"))
        peer.ping()
        assert peer.settings[3] == 3, peer.settings
        peer.open("Say", message("one too many"))
        peer.wait_for_close()
    os.kill(pid, signal.SIGUSR1)


def nested(levels):
    """From the inside out; each level is a field 1."""
    heads = []
    size = 0
    for _ in range(levels):
        heads.append(b"\x0a" + varint(size))
        size += len(heads[-1])
    return b"".join(reversed(heads))


def varint(number):
    encoded = b""
    while number > 127:
        encoded += bytes([number & 127 | 128])
        number >>= 7
    return encoded + bytes([number])


def framed(packed):
    return b"\0" + struct.pack(">I", len(packed)) + packed


def send_message(port, packed):
    """The status of a Say with this message, sent as the windows allow: it fits the first one."""
    with Peer(port) as peer:
        stream = peer.open("Say")
        peer.ping()  # its SETTINGS, with the window, have come
        body = framed(packed)
        for at in range(0, len(body), 16384):
            peer.send(frame(DATA, END_STREAM if at + 16384 >= len(body) else 0, stream,
                            body[at:at + 16384]))
        return status(peer.finish(stream))


def nesting(port, _pid):
    """Five levels where the server allows five: the field is one of them."""
    field = nested(4)
    assert send_message(port, b"\x32" + varint(len(field)) + field) == OK
    field = nested(5)
    assert send_message(port, b"\x32" + varint(len(field)) + field) == "13"


def bombs(port, pid):
    """100,000 levels, and 4 MiB of empty submessages, with what they cost the server."""
    base = memory(pid, "VmHWM")
    field = nested(100000)
    assert send_message(port, b"\x32" + varint(len(field)) + field) == "13"
    assert say(port) == "hello"
    deep = memory(pid, "VmHWM") - base
    assert send_message(port, b"\x3a\x00" * ((4 << 20) // 2 - 10)) == RESOURCE_EXHAUSTED
    assert say(port) == "hello"
    wide = memory(pid, "VmHWM") - base
    print("100,000 levels: %d KiB; 4 MiB of empty submessages: %d KiB" % (deep, wide))
    assert deep < bound(32) and wide < bound(256)


def next(port, _pid):
    assert say(port) == "hello"


def connect_many(port, count):
    """Half of them say nothing, the others are good HTTP/2. Fewer, when the server stops listening
    meanwhile."""
    peers = []
    for hello in (b"", PREFACE + frame(SETTINGS)) * (count // 2):
        try:
            peers.append(Peer(port, hello))
        except (Closed, ConnectionRefusedError, ConnectionResetError):
            pass
    return peers


def starve(port, good):
    """Takes the server's descriptors until it notices, which a GOAWAY tells; served again after."""
    peers = connect_many(port, 100)
    while good.goaway is None:
        good.read()
    for peer in peers:
        peer.socket.close()
    while True:
        try:
            return say(port)
        except (Closed, ConnectionRefusedError, ConnectionResetError):
            pass


def descriptors(port, pid):
    """More connections than the server has descriptors, twice. A call that was running all the time
    ends well."""
    with Peer(port) as good:
        held = good.open("Hold", message("held"))
        good.ping()
        starve(port, good)
        with Peer(port) as other:
            other.ping()
            starve(port, other)
        os.kill(pid, signal.SIGUSR1)
        assert status(good.finish(held)) == OK


def keep_descriptors(port, pid):
    """The same, and the connections stay: the server is stopped while it has no descriptors."""
    peers = connect_many(port, 100)
    os.kill(pid, signal.SIGTERM)
    for peer in peers[1::2]:
        peer.wait_for_close()


globals()[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
