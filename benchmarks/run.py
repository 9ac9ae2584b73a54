#!/usr/bin/env python3
"""Runs the benchmarks of plan.py and writes what was measured, as JSON: see scripts/bench.sh.

Each run is a fresh server and a fresh client. The side under test is one of the contenders, the other
side is bare core's, the same for all. In each round every contender has its turn with every load, one
after the other, so that what the machine does meanwhile meets all of them."""

import argparse
import json
import os
import platform
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import plan

RUN_TIMEOUT = 120


class RunFailed(Exception):
    """A program did not do what it should; says which, and what."""


class Process:
    """A program of ours: talks by lines, and ends when its standard input does."""

    def __init__(self, command, counts=None):
        env = dict(os.environ)
        for name in [name for name in env if name.startswith("GRPC_")]:
            del env[name]
        if counts:
            env["LD_PRELOAD"] = os.path.join(options.bin, "..", "benchmarks", "libbench_malloc.so")
            env["MALLOC_COUNTS"] = counts
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env,
                                        text=True)
        self.pid = self.process.pid

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RunFailed(f"{' '.join(self.command)}: ended with {self.process.wait()} and said nothing")
        return line.strip()

    def measured(self):
        line = self.line()
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            raise RunFailed(f"{' '.join(self.command)}: {line}") from None

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def status(self, name):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"^{name}:\s+(\d+)", status.read(), re.M).group(1))

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(RUN_TIMEOUT)
        self.process.stdout.close()
        if code != 0:
            raise RunFailed(f"{' '.join(self.command)}: ended with {code}")

    def kill(self):
        self.process.kill()
        self.process.wait()


def start_server(contender, load, counts=None):
    program, mode = plan.CONTENDERS[contender]
    server = Process([os.path.join(options.bin, f"bench_{program}_server"), mode,
                      f"--workers={load.get('workers', 10)}", f"--lanes={load.get('lanes', 0)}"], counts)
    server.port = server.line()
    return server


def start_client(contender, load, server, preload=None, **more):
    program, mode = plan.CONTENDERS[contender]
    settings = {"mode": mode, "target": f"127.0.0.1:{server.port}", "server-pid": server.pid}
    for name in ("kind", "connections", "outstanding", "size", "slow_every"):
        if name in load:
            settings[name.replace("_", "-")] = load[name]
    if options.debug:
        settings["debug"] = "yes"
    settings.update(more)
    command = [os.path.join(options.bin, f"bench_{program}_client")]
    return Process(command + [f"--{name}={value}" for name, value in settings.items()], preload)


def run(side, contender, load, counts=None, **more):
    """One run; returns what the client measured, with us: CPU time a call of the side under test."""
    files = {}
    for one in ("client", "server") if counts else ():
        files[one] = os.path.join(counts, one)
        with open(files[one], "wb") as file:
            file.write(bytes(16))
    server = start_server(contender if side == "server" else plan.LIMIT, load, files.get("server"))
    if counts:
        more.update({"counts": files["client"], "server-counts": files["server"]})
    # Ten thousand calls take a while to have all been answered once.
    waves = 1 + load["outstanding"] // 500
    client = start_client(contender if side == "client" else plan.LIMIT, load, server, files.get("client"),
                          warmup=options.warmup * waves, seconds=max(options.seconds, 0.1 * waves), **more)
    try:
        measured = client.measured()
        client.end()
        server.end()
    except RunFailed:
        for one in (server, client) if options.debug else ():
            subprocess.run(["gdb", "-p", str(one.pid), "-batch", "-ex", "thread apply all bt"], stdout=sys.stderr,
                           check=False)
        server.kill()
        client.kill()
        raise
    measured["us"] = measured[f"{side}_us"]
    return measured


# ---- what is measured in rounds

def scheme():
    """(part, side, load's name, load, contenders) for a round."""
    for side in ("server", "client"):
        for name, load in plan.LOADS.items():
            yield "calls", side, name, load, tuple(plan.CONTENDERS)
            if side == "server" and name == "unary_100":
                yield "calls", side, "slow", plan.SLOW_LOAD, plan.SLOW_CONTENDERS
                yield "calls", side, "lanes", plan.LANES_LOAD, plan.LANES_CONTENDERS


def growth_scheme():
    for side, contenders in plan.GROWTH_CONTENDERS.items():
        for name, load in plan.GROWTH_LOADS.items():
            yield "growth", side, name, load, contenders


def run_rounds(results, rounds, items):
    for number in range(rounds):
        for part, side, name, load, contenders in items:
            if options.only and not re.search(options.only, f"{part}/{side}/{name}"):
                continue
            # Another one goes first each time.
            turn = number % len(contenders)
            for contender in contenders[turn:] + contenders[:turn]:
                what = f"round {number + 1} of {rounds}: {part}, {side}, {load['title']}, {contender}"
                progress(what)
                for _ in range(2):
                    try:
                        measured = run(side, contender, load)
                    except RunFailed as failure:
                        print(f"{what}: {failure}", file=sys.stderr)
                        results["failures"].append(f"{what}: {failure}")
                        continue
                    results["runs"].append(dict(part=part, side=side, load=name, contender=contender, round=number,
                                                **measured))
                    break


# ---- what is measured once

def measure_allocations(results):
    folder = tempfile.mkdtemp(prefix="grpc-c-bench-")
    for side in ("server", "client"):
        for name in plan.ALLOCATION_LOADS:
            for contender in plan.CONTENDERS:
                progress(f"allocations: {side}, {name}, {contender}")
                measured = run(side, contender, plan.LOADS[name], folder)
                results.append(dict(side=side, load=name, contender=contender,
                                    all=measured[f"{side}_allocations"],
                                    ours=measured[f"{side}_allocations_ours"]))
    shutil.rmtree(folder)


def held_memory(side, contender, load, outstanding):
    """KiB of memory of the side under test while so many calls, streams or connections are open."""
    load = dict(load, outstanding=outstanding, connections=min(load["connections"], outstanding))
    server = start_server(contender if side == "server" else plan.LIMIT, load)
    settings = {"hold": "yes"}
    if load.get("stall"):
        settings["stall"] = "yes"
    client = start_client(contender if side == "client" else plan.LIMIT, load, server, **settings)
    if load.get("stall"):
        assert client.line() == "connected"
        os.kill(server.pid, signal.SIGSTOP)
        client.say("go")
    assert client.line() == "ready"
    kib = (server if side == "server" else client).status("RssAnon")
    os.kill(server.pid, signal.SIGCONT)
    client.end()
    server.end()
    return kib


def measure_memory(results):
    for contender in plan.CONTENDERS:
        server = start_server(contender, {})
        results.append(dict(side="server", what="idle server", contender=contender,
                            kib=server.status("VmRSS")))
        server.end()
    for name, load in plan.MEMORY_LOADS.items():
        for side in ("client",) if load.get("stall") else ("server", "client"):
            for contender in plan.MEMORY_CONTENDERS:
                progress(f"memory: {side}, {name}, {contender}")
                many = load["outstanding"]
                kib = held_memory(side, contender, load, many) - held_memory(side, contender, load, 1)
                results.append(dict(side=side, what=name, contender=contender, kib=kib / (many - 1)))


def measure_start(results, times):
    """Milliseconds of a fresh process: of a client to the end of its first call, of a server until it
    listens."""
    neutral = start_server(plan.LIMIT, {})
    for number in range(times):
        for contender in plan.CONTENDERS:
            progress(f"start {number + 1} of {times}: {contender}")
            for side in ("client", "server"):
                began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
                if side == "client":
                    start_client(contender, {}, neutral, once="yes").end()
                    passed = time.monotonic() - began
                else:
                    server = start_server(contender, {})
                    passed = time.monotonic() - began
                    server.end()
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                results.append(dict(side=side, contender=contender, ms=passed * 1000, cpu_ms=cpu * 1000))
    neutral.end()


def library_sizes():
    folder = tempfile.mkdtemp(prefix="grpc-c-bench-")
    sizes = {}
    libraries = {"libgrpc-c.so": os.path.join(options.bin, "..", "runtime", "libgrpc-c.so")}
    mapped = subprocess.run(["ldd", os.path.join(options.bin, "bench_cpp_server")], check=True,
                            capture_output=True, text=True).stdout
    libraries.update(re.findall(r"(libgrpc\+\+\.so)\S* => (\S+)", mapped))
    for name, path in libraries.items():
        stripped = os.path.join(folder, name)
        subprocess.run(["strip", "-o", stripped, os.path.realpath(path)], check=True)
        sizes[name] = os.stat(stripped).st_size
    shutil.rmtree(folder)
    return sizes


def generator_times(times):
    """Milliseconds for a proto of 100 services with 10 methods each, protoc included."""
    folder = tempfile.mkdtemp(prefix="grpc-c-bench-")
    with open(os.path.join(folder, "large.proto"), "w", encoding="ascii") as proto:
        proto.write('syntax = "proto3";\npackage large;\nmessage M { int32 n = 1; }\n')
        for service in range(100):
            methods = "".join(f"  rpc Method{n}({'stream ' * (n & 1)}M) returns ({'stream ' * (n >> 1 & 1)}M);\n"
                              for n in range(10))
            proto.write(f"service Service{service} {{\n{methods}}}\n")
    commands = {
        "protoc-gen-grpc-c": f"--plugin=protoc-gen-x={options.bin}/protoc-gen-grpc-c",
        "grpc_cpp_plugin": f"--plugin=protoc-gen-x={shutil.which('grpc_cpp_plugin')}",
    }
    passed = {name: [] for name in commands}
    for _ in range(times):
        for name, plugin in commands.items():
            began = time.monotonic()
            subprocess.run(["protoc", f"-I{folder}", plugin, f"--x_out={folder}", "large.proto"],
                           check=True)
            passed[name].append((time.monotonic() - began) * 1000)
    shutil.rmtree(folder)
    return {name: statistics.median(values) for name, values in passed.items()}


# ----

def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = re.search(r"model name\s*: (.*)", info.read())
    return {
        "processor": model.group(1) if model else platform.machine(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "load_before": os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d"),
        "commit": subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True,
                                 text=True, cwd=os.path.dirname(os.path.abspath(__file__))).stdout.strip(),
    }


def progress(text):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()


def keep_to_ourselves():
    """A server must not outlive us; as many descriptors as we may have, for a thousand connections."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def main():
    keep_to_ourselves()
    began = time.monotonic()
    results = {"machine": machine(), "quick": options.quick, "rounds": options.rounds,
               "seconds": options.seconds, "failures": [], "runs": [], "allocations": [], "memory": [], "start": []}
    run_rounds(results, options.rounds, list(scheme()))
    run_rounds(results, 1 if options.quick else 2, list(growth_scheme()))
    if not options.only:
        measure_allocations(results["allocations"])
        measure_memory(results["memory"])
        measure_start(results["start"], 5 if options.quick else 20)
        results["sizes"] = library_sizes()
        results["generator_ms"] = generator_times(3 if options.quick else 10)
    results["machine"]["load_after"] = os.getloadavg()[0]
    results["took_seconds"] = time.monotonic() - began
    progress("")
    with open(options.out, "w", encoding="ascii") as out:
        json.dump(results, out, indent=1)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--bin", required=True, help="where the programs are")
parser.add_argument("--out", required=True, help="the file to write")
parser.add_argument("--quick", action="store_true", help="fewer rounds, shorter windows")
parser.add_argument("--only", help="of the runs, those whose part/side/load matches this expression")
parser.add_argument("--debug", action="store_true", help="gdb's backtraces of server and client where a run fails")
parser.add_argument("--rounds", type=int)
parser.add_argument("--seconds", type=float, help="the window of a run")
options = parser.parse_args()
options.rounds = options.rounds or (2 if options.quick else 5)
options.seconds = options.seconds or (0.15 if options.quick else 0.6)
options.warmup = 0.05 if options.quick else 0.15

if __name__ == "__main__":
    main()
