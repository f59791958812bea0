"""The HTML page of report.py: its Markdown as HTML, bars under a roof for each workload, and growth as lines. One file, no
resources from elsewhere, readable in light and dark.
"""

import html
import math
import re

import targets

STYLE = """
:root { --ink: #1d2530; --soft: #667085; --line: #d5dae1; --paper: #fff; --card: #f7f8fa; --ours: #1f6feb; --halide: #7b5cd6;
  --peer: #e08a1e; --second: #c2418b; --third: #b08900; --loop: #3a9d5d; --copy: #9aa3af; --roof: #c62f2f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #98a2b3; --line: #3a4351; --paper: #14181e; --card: #1b2129;
  --ours: #5b9bff; --halide: #a58bf5; --peer: #f0a94b; --second: #ee7fb8; --third: #d9b83a; --loop: #5cc283; --copy: #737d8b; --roof: #ff6b6b; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1180px; margin: 2em auto; padding: 0 1em; }
h1, h2, h3 { line-height: 1.2; margin: 1.6em 0 .5em; } h1 { margin-top: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .25em .7em; text-align: right; vertical-align: bottom; }
td { white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: nowrap; }
figure { margin: 1em 0; padding: .8em 1em; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
figcaption { font-weight: 600; margin-bottom: .4em; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(510px, 1fr)); gap: .6em 1.4em; }
svg { width: 100%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .soft { fill: var(--soft); } svg .axis { stroke: var(--line); } svg .roof { stroke: var(--roof); stroke-dasharray: 4 3; }
svg .whisker { stroke: var(--ink); stroke-width: 1.2; } svg path { fill: none; stroke-width: 1.8; }
.ours { fill: var(--ours); stroke: var(--ours); } .halide { fill: var(--halide); stroke: var(--halide); }
.peer { fill: var(--peer); stroke: var(--peer); } .second { fill: var(--second); stroke: var(--second); } .third { fill: var(--third); stroke: var(--third); }
.loop { fill: var(--loop); stroke: var(--loop); } .copy { fill: var(--copy); stroke: var(--copy); }
rect, .key { stroke: none; } details { margin: .4em 0; } summary { cursor: pointer; font-weight: 600; }
"""


def colour(name):
    if name == targets.ONE_PAGE:  # a limit, as copies are
        return "copy"
    if name.startswith("Normfold"):
        return "halide" if "Halide" in name else "ours"
    if name.startswith("copy"):
        return "copy"
    if name == "plain loop":
        return "loop"
    return {"o": "peer second", "O": "peer third"}.get(name[0], "peer")  # oneDNN, ONNX Runtime, PyTorch


def from_markdown(lines):
    """Headings, tables, lists and paragraphs: what report.py writes."""
    out, i = [], 0
    inline = lambda text: re.sub(r"\*\*?([^*]+)\*\*?", r"<em>\1</em>", html.escape(text, quote=False))
    text = "\n".join(lines).split("\n")
    while i < len(text):
        line = text[i]
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            out.append(f"<h{level}>{inline(line[level:].strip())}</h{level}>")
        elif line.startswith("|"):
            rows = []
            while i < len(text) and text[i].startswith("|"):
                rows.append([cell.strip() for cell in text[i].strip("|").split("|")])
                i += 1
            i -= 1
            head = "".join(f"<th>{inline(cell)}</th>" for cell in rows[0]) if any(rows[0]) else ""
            body = "".join("<tr>" + "".join(f"<td>{inline(cell)}</td>" for cell in row) + "</tr>" for row in rows[2:])
            out.append(f"<div class=wide><table><tr>{head}</tr>{body}</table></div>")
        elif line.lstrip().startswith("* "):
            items = []
            while i < len(text) and text[i].lstrip().startswith("* "):
                depth = len(text[i]) - len(text[i].lstrip())
                items.append(f"<li style='margin-left:{depth}em'>{inline(text[i].lstrip()[2:])}</li>")
                i += 1
            i -= 1
            out.append("<ul>" + "".join(items) + "</ul>")
        elif line.strip():
            paragraph = []
            while i < len(text) and text[i].strip() and text[i][0] not in "#|*" or (paragraph and i < len(text) and text[i].startswith("*") and not text[i].startswith("* ")):
                paragraph.append(text[i])
                i += 1
            if not paragraph:
                paragraph.append(line)
                i += 1
            i -= 1
            out.append(f"<p>{inline(' '.join(paragraph))}</p>")
        i += 1
    return "\n".join(out)


def duration(us):
    return f"{us:.2f} µs" if us < 100 else f"{us:.0f} µs" if us < 1000 else f"{us / 1000:.2f} ms"


def bars(group, regime, threads):
    """One panel: GB/s of each contender, whiskers for the quartiles, the copy's rate as a dashed roof."""
    rows = sorted(group, key=lambda r: -r["gb_per_s"])
    limit = min((r for r in group if r["contender"].startswith("copy")), key=lambda r: abs(1 - (r["limit_fraction"] or 0)))
    left, right, step = 190, 345, 20
    most = max(r["gb_per_s"] for r in rows) * 1.04
    height = 24 + step * len(rows) + 6
    x = lambda rate: left + right * min(rate, most) / most
    out = [f"<svg viewBox='0 0 660 {height}' role=img><text x=0 y=13 class=soft>{regime}, {threads} thread{'s' if threads > 1 else ''}</text>"
           f"<text x={left} y=13 class=soft>GB/s, copy {limit['gb_per_s']:.1f}</text>"]
    for i, row in enumerate(rows):
        y = 24 + step * i
        whisker = (row["gb_per_s"] * row["time_us"] / row["time_us_high"], row["gb_per_s"] * row["time_us"] / row["time_us_low"])
        fraction = "" if row["limit_fraction"] is None else f"{row['limit_fraction']:.2f}"
        out.append(f"<text x={left - 6} y={y + 12} text-anchor=end>{html.escape(row['contender'])}</text>"
                   f"<rect class='{colour(row['contender'])}' x={left} y={y + 2} width={x(row['gb_per_s']) - left:.1f} height={step - 6} />"
                   f"<line class=whisker x1={x(whisker[0]):.1f} x2={x(whisker[1]):.1f} y1={y + 9} y2={y + 9} />"
                   f"<text x={left + right + 8} y={y + 12} class=soft>{fraction}</text>"
                   f"<text x=656 y={y + 12} text-anchor=end>{duration(row['time_us'])}</text>")
    roof = x(limit["gb_per_s"])
    out.append(f"<line class=roof x1={roof:.1f} x2={roof:.1f} y1=18 y2={height - 4} /></svg>")
    return "".join(out)


def figures(groups):
    """A figure for each workload and type, its regimes and threads side by side; all but the first types and layers folded."""
    together = {}
    for (workload, kind, regime, threads), group in groups.items():
        together.setdefault((workload, kind), []).append((regime, threads, group))
    for (workload, kind), panels in together.items():
        inside = "".join(bars(group, regime, threads) for regime, threads, group in panels)
        yield (f"<details{' open' if kind == 'f32' else ''}><summary>{html.escape(workload)} {kind}</summary>"
               f"<figure><div class=panels>{inside}</div></figure></details>")


def exponent(value):
    names = {0: "1", 1: "10", 2: "100", 3: "1 000"}
    return names.get(value, f"1e{value}")


def lines_chart(title, points, log_x):
    """Time against the size that grows, a line for each contender."""
    width, height, left, bottom = 1080, 380, 60, 40
    xs, ys = [p["at"] for p in points], [p["time_us"] for p in points]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    first, last = min(xs), max(xs)
    across = (lambda v: math.log(v / first) / math.log(last / first)) if log_x else (lambda v: (v - first) / max(1, last - first))
    x = lambda v: left + (width - left - 190) * across(v)
    y = lambda t: 12 + (height - bottom - 12) * (1 - (math.log10(t) - low) / (high - low))
    out = [f"<figure><figcaption>{html.escape(title)}: time of a call in µs</figcaption><svg viewBox='0 0 {width} {height}' role=img>"]
    for power in range(low, high + 1):
        out.append(f"<line class=axis x1={left} x2={width - 190} y1={y(10.0 ** power):.1f} y2={y(10.0 ** power):.1f} />"
                   f"<text class=soft x={left - 8} y={y(10.0 ** power) + 4:.1f} text-anchor=end>{exponent(power)}</text>")
    step = 4 if last > 64 * first else 1
    ticks = [t for t in (2 ** k for k in range(0, 31, step)) if first <= t <= last] if log_x else sorted(set(xs))
    for tick in ticks:
        label = f"2^{int(math.log2(tick))}" if log_x and tick > 8192 else str(tick)
        out.append(f"<line class=axis x1={x(tick):.1f} x2={x(tick):.1f} y1=12 y2={height - bottom} />"
                   f"<text class=soft x={x(tick):.1f} y={height - bottom + 18} text-anchor=middle>{label}</text>")
    names = sorted({p["contender"] for p in points}, key=lambda n: (not n.startswith("Normfold"), n))
    ends = []
    for name in names:
        line = sorted((p for p in points if p["contender"] == name), key=lambda p: p["at"])
        kind = colour(name)
        dash = " stroke-dasharray='6 3'" if name == "copy in cache" else ""
        path = " ".join(f"{'M' if j == 0 else 'L'}{x(p['at']):.1f} {y(p['time_us']):.1f}" for j, p in enumerate(line))
        out.append(f"<path class='{kind}' style='fill:none' d='{path}'{dash} />")
        ends.append((y(line[-1]["time_us"]), name, kind))
    below = 0.0
    for at, name, kind in sorted(ends):  # labels keep a line's height apart
        below = max(at, below + 15, 20)
        out.append(f"<text class='key {kind}' style='stroke:none' x={width - 182} y={below + 4:.1f}>{html.escape(name)}</text>")
    out.append("</svg></figure>")
    return "".join(out)


def growth_charts(growth):
    sweeps = {}
    for point in growth:
        sweeps.setdefault(point["sweep"], []).append(point)
    return "".join(lines_chart(sweep, points, not sweep.startswith("threads")) for sweep, points in sweeps.items())


def page(lines, groups, growth):
    charts = growth_charts(growth)
    return ("<!doctype html>\n<html lang=en><head><meta charset=utf-8><title>Normfold: benchmark</title>"
            f"<meta name=viewport content='width=device-width'><style>{STYLE}</style></head><body>\n"
            f"{from_markdown(lines)}\n" + (f"<h2>Growth</h2>{charts}\n" if charts else "") +
            "<h2>Workloads</h2><p>Bars are rates, whiskers quartiles, the dashed line the copy of the same bytes; beside each bar the "
            "fraction of the copy and the time of a call.</p>\n" + "\n".join(figures(groups)) + "\n</body></html>\n")
