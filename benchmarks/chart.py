"""The chart: CPU time a call of each contender beside bare core's, as an SVG file."""

import statistics
from xml.sax.saxutils import escape

import plan

COLOURS = {
    "core": "#888888",
    "grpc-c blocking": "#1b6ca8",
    "grpc-c async": "#6fb1e0",
    "C++ sync": "#b5432a",
    "C++ async": "#e08f3e",
    "C++ callback": "#efc66b",
}
BAR, GAP, LABEL, SCALE, MOST = 11, 14, 270, 120, 4.0
PANEL = LABEL + int(SCALE * MOST) + 90


def text(x, y, content, anchor="start", size=12, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
            f'font-weight="{weight}">{escape(content)}</text>')


def bars(results, side, left, top):
    """The bars of a side and the y below them; each a ratio to bare core, with its spread."""
    out, y = [], top
    for name, load in plan.LOADS.items():
        group = []
        for contender in plan.CONTENDERS:
            ratios = results.ratios((side, name, contender), (side, name, plan.LIMIT))
            if ratios:
                group.append((contender, ratios))
        out.append(text(left + LABEL - 10, y + len(group) * BAR / 2 + 4, load["title"], "end"))
        for contender, ratios in group:
            value = statistics.median(ratios)
            width = min(value, MOST) * SCALE
            out.append(f'<rect x="{left + LABEL}" y="{y}" width="{width:.1f}" height="{BAR - 1}" '
                       f'fill="{COLOURS[contender]}"><title>{escape(contender)}</title></rect>')
            low, high = (left + LABEL + min(end, MOST) * SCALE for end in (min(ratios), max(ratios)))
            if contender != plan.LIMIT:
                middle = y + (BAR - 1) / 2
                out.append(f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="#000" stroke-width="1"/>')
            shown = (f"{results.median(side, name, contender):.1f} µs" if contender == plan.LIMIT
                     else f"{value:.2f}")
            out.append(text(max(high, left + LABEL + width) + 4, y + BAR - 2, shown, size=9))
            y += BAR
        y += GAP
    return out, y


def panel(results, side, left, top):
    out, bottom = bars(results, side, left, top + 30)
    head = [text(left + LABEL, top, f"{side}: CPU time a call or message, bare core = 1", size=14, weight="bold")]
    for tick in range(int(MOST) + 1):
        x = left + LABEL + tick * SCALE
        head.append(f'<path d="M{x} {top + 22}V{bottom - GAP + 4}" '
                    f'stroke="{"#444" if tick == 1 else "#ddd"}" stroke-width="1"/>')
        head.append(text(x, top + 18, str(tick), "middle", 10))
    return head + out, bottom


def write(path, results):
    machine = results.all["machine"]
    body, height = [], 0
    for number, side in enumerate(("server", "client")):
        part, bottom = panel(results, side, number * PANEL, 90)
        body += part
        height = max(height, bottom)
    width = 2 * PANEL
    head = [text(20, 28, "grpc-c beside gRPC C++ and bare core", size=18, weight="bold"),
            text(20, 46, f"{machine['processor']}, {machine['cores']} cores, {machine['date']}; shorter is better; "
                 f"bars: median of {results.all['rounds']} round(s), lines: lowest to highest", size=11)]
    x = 20
    for contender, colour in COLOURS.items():
        head.append(f'<rect x="{x}" y="56" width="12" height="12" fill="{colour}"/>')
        head.append(text(x + 17, 66, contender))
        x += 40 + 7.5 * len(contender)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                   f'viewBox="0 0 {width} {height}" font-family="sans-serif">\n'
                   f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(head + body) + "\n</svg>\n")
