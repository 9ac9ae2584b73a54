#!/usr/bin/env python3
"""Prints what run.py measured: report.py RESULTS.json [--chart FILE.svg] [--markdown].

Ratios are of two runs of one round; what is printed is their median over the rounds, and the lowest
and highest. Absolute numbers are medians."""

import argparse
import json
import statistics

import chart
import plan


class Results:
    def __init__(self, results):
        self.all = results
        self.runs = {}
        for run in results["runs"]:
            key = (run["side"], run["load"], run["contender"])
            self.runs.setdefault(key, {})[run["round"]] = run

    def values(self, side, load, contender, metric="us"):
        return [run[metric] for run in self.runs.get((side, load, contender), {}).values()]

    def median(self, *key):
        values = self.values(*key)
        return statistics.median(values) if values else None

    def ratios(self, of, over, metric="us"):
        """Round by round; of and over: (side, load, contender)."""
        of, over = self.runs.get(of, {}), self.runs.get(over, {})
        return [of[number][metric] / over[number][metric] for number in of if number in over]

    def other(self, part, value, **wanted):
        """Of what was measured in one place rather than in rounds: the median of what matches."""
        found = [row[value] for row in self.all[part] if all(row[name] == wanted[name] for name in wanted)]
        return statistics.median(found) if found else None


def with_spread(ratios):
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def number(value, digits=1):
    return "-" if value is None else f"{value:,.{digits}f}"


# ---- tables: (title, head, rows), each cell a string

def ratio_table(results, side, title, loads):
    head = ["load", "core, us"] + [name for name in plan.CONTENDERS if name != plan.LIMIT]
    rows = []
    for name, load in loads.items():
        row = [load["title"], number(results.median(side, name, plan.LIMIT))]
        for contender in head[2:]:
            ratios = results.ratios((side, name, contender), (side, name, plan.LIMIT))
            row.append(with_spread(ratios) if ratios else "-")
        rows.append(row)
    return title, head, rows


def metric_table(results, side, title, loads, metric, digits=0):
    head = ["load"] + list(plan.CONTENDERS)
    rows = [[load["title"]] + [number(results.median(side, name, contender, metric), digits)
                               for contender in plan.CONTENDERS] for name, load in loads.items()]
    return title, head, rows


def growth_table(results, side):
    contenders = plan.GROWTH_CONTENDERS[side]
    rows = [[load["title"]] + [number(results.median(side, name, contender)) for contender in contenders]
            for name, load in plan.GROWTH_LOADS.items()]
    return f"Growth: CPU us a call of the {side}", ["load"] + list(contenders), rows


def allocation_table(results):
    head = ["side, load"] + list(plan.CONTENDERS)
    rows = []
    for side in ("server", "client"):
        for load in plan.ALLOCATION_LOADS:
            cells = []
            for contender in plan.CONTENDERS:
                wanted = dict(side=side, load=load, contender=contender)
                cells.append(f"{number(results.other('allocations', 'all', **wanted), 2)} "
                             f"({number(results.other('allocations', 'ours', **wanted), 2)})")
            rows.append([f"{side}, {plan.LOADS[load]['title']}"] + cells)
    return ("Heap allocations a call or message (of them, not core's but the library's and the program's)",
            head, rows)


def memory_table(results):
    head = ["what, KiB"] + list(plan.CONTENDERS)
    rows = []
    for side, what in dict.fromkeys((row["side"], row["what"]) for row in results.all["memory"]):
        rows.append([f"{what}, {side}" if not what.endswith(side) else what] +
                    [number(results.other("memory", "kib", side=side, what=what, contender=contender))
                     for contender in plan.CONTENDERS])
    return "Memory: of a server without a call, and of one more", head, rows


def start_table(results):
    rows = []
    for side, what in (("client", "client, to the end of its first call"), ("server", "server, until it listens")):
        for value, unit in (("ms", "ms"), ("cpu_ms", "ms of CPU")):
            rows.append([f"{what}, {unit}"] + [number(results.other("start", value, side=side, contender=contender))
                                               for contender in plan.CONTENDERS])
    return "A fresh process", ["what"] + list(plan.CONTENDERS), rows


def size_table(results):
    sizes, times = results.all["sizes"], results.all["generator_ms"]
    rows = [[f"{name}, stripped, KB", number(size / 1000)] for name, size in sizes.items()]
    rows += [[f"{name}, 1,000 methods, ms", number(ms)] for name, ms in times.items()]
    return "Sizes and the generator", ["what", ""], rows


# ---- the targets of plan.py, and those that are no ratio of two contenders' CPU time

def target_row(what, text, values, most, at_least=False):
    if not values:
        return None
    value = statistics.median(values)
    met = value >= most if at_least else value <= most
    shown = with_spread(values) if len(values) > 1 else f"{value:.2f}"
    return [what, text, f"{'>=' if at_least else '<='} {most:g}", shown, "met" if met else "MISSED"]


def growth_target(results, side, contender, family):
    """How far the dearest load is from the cheapest; those where bare core itself grows do not count."""
    def by_load(contender):
        found = {name: results.median(side, name, contender) for name in plan.GROWTH_LOADS if name.startswith(family)}
        return {name: value for name, value in found.items() if value}
    ours, core = by_load(contender), by_load(plan.LIMIT)
    kept = [name for name in ours if core[name] <= 1.3 * min(core.values())]
    if not kept:
        return []
    return [max(ours[name] for name in kept) / min(ours.values())]


def target_table(results):
    blocking, asynchronous, limit = "grpc-c blocking", "grpc-c async", plan.LIMIT
    rows = []
    for target in plan.targets():
        side, load = target["side"], target["load"]
        rows.append(target_row(target["what"], f"{side}, {plan.LOADS[load]['title']}: {target['of']} / {target['over']}",
                               results.ratios((side, load, target["of"]), (side, load, target["over"]), target["metric"]),
                               target["most"]))
    slow, fast = ("server", "slow", blocking), ("server", "unary_100", blocking)
    rows.append(target_row("fast beside slow", "p99, with slow ones / without", results.ratios(slow, fast, "p99_us"), 2))
    rows.append(target_row("fast beside slow", "throughput, with slow ones / without",
                           results.ratios(slow, fast, "per_second"), 0.85, True))
    for contender in (blocking, asynchronous):
        rows.append(target_row("two lanes", f"throughput, {contender} / core with 2 queues",
                               results.ratios(("server", "lanes", contender), ("server", "lanes", limit), "per_second"), 1, True))
    for contender in (blocking, asynchronous):
        found = [row for row in results.all["allocations"] if row["contender"] == contender]
        more = [row["all"] - results.other("allocations", "all", side=row["side"], load=row["load"], contender=limit)
                for row in found]
        if found:
            rows.append(target_row("allocations", f"{contender}: more than core's, at most", [max(more)], 0.5))
            rows.append(target_row("allocations", f"{contender}: not core's, at most",
                                   [max(row["ours"] for row in found)], 0.01))
    if results.all["memory"]:
        def memory(side, what, contender):
            return results.other("memory", "kib", side=side, what=what, contender=contender)
        for side in ("server", "client"):
            rows.append(target_row("memory", f"open stream, {side}: {asynchronous} / C++ callback",
                                   [memory(side, "open stream", asynchronous) / memory(side, "open stream", "C++ callback")], 1))
        for contender in (blocking, asynchronous):
            rows.append(target_row("memory", f"idle server, MB: {contender} - core",
                                   [(memory("server", "idle server", contender) - memory("server", "idle server", limit)) / 1024], 1))
    if results.all["start"]:
        for contender, other in ((blocking, "C++ sync"), (asynchronous, "C++ async")):
            for value, unit in (("ms", "time"), ("cpu_ms", "CPU time")):
                rows.append(target_row("first reply", f"{unit}, {contender} / {other}",
                                       [results.other("start", value, side="client", contender=contender)
                                        / results.other("start", value, side="client", contender=other)], 1))
        rows.append(target_row("library", "libgrpc-c.so stripped, KB", [results.all["sizes"]["libgrpc-c.so"] / 1000], 150))
    for side, contenders in plan.GROWTH_CONTENDERS.items():
        for contender in contenders[1:]:
            for family in ("connections", "outstanding"):
                rows.append(target_row("growth", f"{side}, {family}: dearest / cheapest, {contender}",
                                       growth_target(results, side, contender, family), 1.3))
    return "Targets", ["target", "measured", "wanted", "median (lowest-highest)", ""], [row for row in rows if row]


# ---- output

def print_plain(title, head, rows):
    widths = [max(len(row[i]) for row in [head] + rows) for i in range(len(head))]
    print(f"\n{title}\n")
    for row in [head] + rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.ljust(width) if title == "Targets" else cell.rjust(width)
                  for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def print_markdown(title, head, rows):
    print(f"\n### {title}\n")
    for row in [head, ["---"] + ["---" if title == "Targets" else "---:"] * (len(head) - 1)] + rows:
        print("| " + " | ".join(row) + " |")


def tables(results):
    calls = {**plan.LOADS}
    for side in ("server", "client"):
        loads = dict(calls)
        if side == "server":
            loads = {"unary_1": calls["unary_1"], "unary_100": calls["unary_100"], "slow": plan.SLOW_LOAD,
                     "lanes": dict(plan.LANES_LOAD, title="as above, 2 lanes or queues"), **calls}
        yield ratio_table(results, side, f"CPU time a call or message of the {side}, as ratio to bare core's",
                          {name: load for name, load in loads.items() if name != "slow"})
        yield metric_table(results, side, f"Calls or messages a second, {side} under test", loads, "per_second")
        yield metric_table(results, side, f"Latency, p50 in us, {side} under test", loads, "p50_us")
        yield metric_table(results, side, f"Latency, p99 in us, {side} under test", loads, "p99_us")
    for side in plan.GROWTH_CONTENDERS:
        yield growth_table(results, side)
    if results.all["allocations"]:
        yield allocation_table(results)
        yield memory_table(results)
        yield start_table(results)
        yield size_table(results)
    yield target_table(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results")
    parser.add_argument("--chart", help="the SVG file to write")
    parser.add_argument("--markdown", action="store_true", help="tables as docs/performance.md has them")
    options = parser.parse_args()
    with open(options.results, encoding="ascii") as file:
        results = Results(json.load(file))
    machine = results.all["machine"]
    print(f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, {machine['date']}, "
          f"commit {machine['commit']}; load before {machine['load_before']:.1f}, after "
          f"{machine['load_after']:.1f}; {results.all['rounds']} round(s) with windows of "
          f"{results.all['seconds']} s, {results.all['took_seconds']:.0f} s in all")
    for table in tables(results):
        (print_markdown if options.markdown else print_plain)(*table)
    for failure in results.all["failures"]:
        print(f"\nFailed: {failure}")
    if options.chart:
        chart.write(options.chart, results)


if __name__ == "__main__":
    main()
