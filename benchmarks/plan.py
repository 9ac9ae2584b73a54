"""What is measured: the contenders, the loads, the targets. run.py runs it, report.py prints it."""

# In each, the order of the tables. Names: the program, and its mode.
CONTENDERS = {
    "core": ("core", "core"),
    "grpc-c blocking": ("c", "blocking"),
    "grpc-c async": ("c", "async"),
    "C++ sync": ("cpp", "sync"),
    "C++ async": ("cpp", "async"),
    "C++ callback": ("cpp", "callback"),
}
LIMIT = "core"
BLOCKING = ("grpc-c blocking", "C++ sync")

SMALL, MIB = 16, 1024 * 1024


def load(title, kind="unary", outstanding=1, connections=1, size=SMALL, **more):
    return dict(title=title, kind=kind, outstanding=outstanding, connections=connections, size=size, **more)


# Those that the server is under, made by bare core's client; and those that clients make, on bare
# core's server. workers: of ours; a blocking stream takes one while it lasts.
LOADS = {
    "unary_1": load("unary, 1 outstanding"),
    "unary_100": load("unary, 100 outstanding, 5 connections", outstanding=100, connections=5),
    "unary_10k": load("unary, 10 KB", outstanding=10, connections=5, size=10240),
    "unary_1m": load("unary, 1 MiB", outstanding=4, connections=2, size=MIB),
    "chat_1": load("bidi ping-pong, 1 stream", "chat", workers=64),
    "chat_8": load("bidi ping-pong, 8 streams", "chat", 8, 5, workers=64),
    "chat_50": load("bidi ping-pong, 50 streams", "chat", 50, 5, workers=64),
    "download": load("server streaming, 4 streams", "download", 4, 2),
}
# One in a thousand handlers sleeps 50 ms: for those servers whose handlers may block.
SLOW_LOAD = dict(LOADS["unary_100"], title="as above, 1 in 1,000 sleeps 50 ms", slow_every=1000)
SLOW_CONTENDERS = ("grpc-c blocking", "C++ sync", "C++ callback")
# Two threads that poll.
LANES_LOAD = dict(LOADS["unary_100"], lanes=2)
LANES_CONTENDERS = ("core", "grpc-c blocking", "grpc-c async")

GROWTH_CONTENDERS = {"server": ("core", "grpc-c blocking", "grpc-c async"), "client": ("core", "grpc-c async")}
GROWTH_LOADS = {
    **{f"connections_{n}": load(f"{n} connections", outstanding=n, connections=n) for n in (1, 10, 100, 1000)},
    **{f"outstanding_{n}": load(f"{n} outstanding", outstanding=n, connections=min(n, 5))
       for n in (1, 10, 100, 1000, 10000)},
}

ALLOCATION_LOADS = ("unary_100", "chat_8", "download")
MEMORY_CONTENDERS = ("core", "grpc-c async", "C++ async", "C++ callback")
MEMORY_LOADS = {
    "idle connection": load("idle connection", outstanding=1000, connections=1000),
    "open stream": load("open stream", "chat", outstanding=5000),
    # The server is stopped meanwhile: of the client alone.
    "outstanding call": load("outstanding call", outstanding=5000, stall=True),
}


def targets():
    """(what, side, load, metric, of, over, most): ratios of one contender's median over another's."""
    rows = []

    def add(what, side, names, of, over, most, metric="us"):
        for name in names:
            rows.append(dict(what=what, side=side, load=name, metric=metric, of=of, over=over, most=most))

    blocking, asynchronous = "grpc-c blocking", "grpc-c async"
    small = "small unary, blocking handlers"
    add(small, "server", ["unary_100"], blocking, "core", 1.05)
    add(small, "server", ["unary_100"], blocking, "C++ async", 1.0)
    add(small, "server", ["unary_100"], blocking, "C++ callback", 0.75)
    add(small, "server", ["unary_100"], blocking, "C++ sync", 0.33)
    add("blocking client", "client", ["unary_1", "unary_100"], blocking, "C++ sync", 0.85)
    add("async client", "client", ["unary_1", "unary_100"], asynchronous, "core", 1.05)
    streams = ["chat_1", "chat_8", "chat_50", "download"]
    for side in ("server", "client"):
        add("blocking streams", side, streams, blocking, "C++ sync", 0.75)
        add("async streams", side, streams, asynchronous, "C++ callback", 0.7)
        add("async streams", side, streams, asynchronous, "core", 1.1)
    for side in ("server", "client"):
        add("1 MiB", side, ["unary_1m"], blocking, "C++ sync", 1.0)
        add("1 MiB", side, ["unary_1m"], asynchronous, "C++ async", 1.0)
        add("10 KB", side, ["unary_10k"], blocking, "C++ sync", 0.9)
    return rows
