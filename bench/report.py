"""Makes report.md and report.html of what normfold_bench measured: FOLDER/results.json, and growth.json, cost.json and
machine.json where they are; misses.md, written by hand, says why rows miss their targets. A part of the report is a function that
yields lines of Markdown; charts are in charts.py, targets in targets.py.

usage: report.py FOLDER
"""

import json
import math
import os
import sys

import charts
import targets

MAIN = "Normfold Highway"  # the choice of stores that a caller gets who asks for none


def load(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def text_lines(folder, name):
    """A file of Markdown, each item of a list on one line."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return []
    lines = []
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            if line.startswith("  ") and lines and lines[-1].startswith("* "):
                lines[-1] += " " + line.strip()
            else:
                lines.append(line)
    return [*lines, ""]


def is_limit(row):
    return row["contender"].startswith("copy") or row["contender"] == targets.ONE_PAGE


def is_ours(row):
    return row["contender"].startswith("Normfold") and not is_limit(row)


def is_peer(row):
    return not is_ours(row) and not is_limit(row) and not row["contender"].startswith("plain")


def groups_of(rows):
    """Rows that were measured together, by (workload, type, regime, threads), in the order of the run."""
    groups = {}
    for row in rows:
        groups.setdefault((row["workload"], row["type"], row["regime"], row["threads"]), []).append(row)
    return groups


def named(group, name):
    return next((row for row in group if row["contender"] == name), None)


def geometric_mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))


def duration(microseconds):
    return f"{microseconds:.2f} µs" if microseconds < 1000 else f"{microseconds / 1000:.2f} ms"


def about(key):
    workload, kind, regime, threads = key
    return f"{workload} {kind}, {regime}, {threads} thread{'s' if threads > 1 else ''}"


def machine_lines(machine):
    if machine:
        yield "| | |"
        yield "|---|---|"
        for name, value in machine.items():
            yield f"| {name} | {value} |"
        yield ""


def summary_lines(groups):
    """Geometric means, then the rows that lose, by how much."""
    means = {}
    slower_than_peer, slower_than_loop = [], []
    for key, group in groups.items():
        loop = named(group, "plain loop")
        for row in filter(is_ours, group):
            entry = means.setdefault((row["contender"], key[2], key[3]), ([], [], []))
            entry[2].append(row["limit_fraction"] or 0)
            if row["vs_best_peer"]:
                entry[0].append(row["vs_best_peer"])
            if loop:
                entry[1].append(loop["time_us"] / row["time_us"])
            if row["contender"] != MAIN:
                continue
            if row["vs_best_peer"] and row["vs_best_peer"] < 1:
                best = min(filter(is_peer, group), key=lambda peer: peer["time_us"])
                slower_than_peer.append((row["vs_best_peer"], f"{about(key)}: {best['contender']}"))
            if loop and loop["time_us"] < row["time_us"]:
                slower_than_loop.append((loop["time_us"] / row["time_us"], about(key)))
    yield "| contender | regime | threads | rows | time of the best library / its time, geometric mean | lowest | of the plain loop | fraction of the copy, median |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    for (name, regime, threads), (peers, loops, fractions) in sorted(means.items()):
        mean = f"{geometric_mean(peers):.2f} ({len(peers)} rows)" if peers else ""
        lowest = f"{min(peers):.2f}" if peers else ""
        loop = f"{geometric_mean(loops):.2f}" if loops else ""
        middle = sorted(fractions)[len(fractions) // 2]
        yield f"| {name} | {regime} | {threads} | {len(fractions)} | {mean} | {lowest} | {loop} | {middle:.2f} |"
    yield ""
    for what, rows in (("the best library", slower_than_peer), ("the plain loop", slower_than_loop)):
        if rows:
            yield f"{MAIN} is slower than {what} in {len(rows)} of {len(groups)} groups (ratio of times):"
            yield ""
            yield from (f"* {ratio:.2f} {text}" for ratio, text in sorted(rows))
        else:
            yield f"{MAIN} is nowhere slower than {what}."
        yield ""


def overview_lines(groups):
    """For each type, regime and number of threads a table: a row a workload, a column a contender, fractions of the copy."""
    for kind, regime, threads in sorted({key[1:] for key in groups}, key=lambda k: (k[0] != "f32", k[1] != "hot", k[2])):
        some = {key[0]: group for key, group in groups.items() if key[1:] == (kind, regime, threads)}
        names = []
        for group in some.values():
            names += [r["contender"] for r in group if not is_limit(r) and r["contender"] not in names]
        names.sort(key=lambda name: (name.startswith("Normfold"), name != "plain loop", name))
        yield f"### {kind}, {regime}, {threads} thread{'s' if threads > 1 else ''}"
        yield ""
        yield "| workload | copy | " + " | ".join(names) + f" | best library / {MAIN} |"
        yield "|---|---:|" + "---:|" * (len(names) + 1)
        for workload, group in some.items():
            limit = min((r for r in group if r["contender"].startswith("copy")), key=lambda r: abs(1 - (r["limit_fraction"] or 0)))
            cells = []
            for name in names:
                row = named(group, name)
                cells.append("" if row is None or row["limit_fraction"] is None else f"{row['limit_fraction']:.2f}")
            ours = named(group, MAIN)
            ratio = f"{ours['vs_best_peer']:.2f}" if ours and ours["vs_best_peer"] else ""
            yield f"| {workload} | {duration(limit['time_us'])} | " + " | ".join(cells) + f" | {ratio} |"
        yield ""


def error_lines(groups):
    """The largest error on data of mean 1000, over all sizes of a layer."""
    worst = {}
    for (workload, kind, _, _), group in groups.items():
        layer = " ".join(word for word in workload.split() if "x" not in word and "=" not in word)
        for row in group:
            if not row["contender"].startswith("copy") and row["max_error"] is not None:
                entry = worst.setdefault((layer, kind), {})
                name = MAIN if row["contender"].startswith(MAIN) else row["contender"]
                entry[name] = max(entry.get(name, 0), row["max_error"])
    names = sorted({name for entry in worst.values() for name in entry}, key=lambda n: (n.startswith("Normfold"), n))
    yield "| layer | type | " + " | ".join(names) + " |"
    yield "|---|---|" + "---:|" * len(names)
    for (layer, kind), entry in worst.items():
        yield f"| {layer} | {kind} | " + " | ".join(f"{entry[n]:.1e}" if n in entry else "" for n in names) + " |"
    yield ""


def cliffs(points, name):
    """Sizes that take more than 1.3 times as long a byte as both neighbours, or longer than the next larger size."""
    found = []
    line = sorted((p for p in points if p["contender"] == name), key=lambda p: p["at"])
    for before, here, after in zip(line, line[1:], line[2:]):
        rate = here["time_us_low"] / here["bytes"]
        beside = max(before["time_us_high"] / before["bytes"], after["time_us_high"] / after["bytes"])
        if rate > 1.3 * beside:
            found.append((here["at"], f"{rate / beside:.1f} times the time a byte of its neighbours"))
        elif here["time_us_low"] > 1.3 * after["time_us_high"]:
            found.append((here["at"], f"{here['time_us_low'] / after['time_us_high']:.1f} times as long as {after['at']}"))
    return found


def growth_lines(growth):
    sweeps = {}
    for point in growth:
        sweeps.setdefault(point["sweep"], []).append(point)
    for sweep, points in sweeps.items():
        if sweep.startswith("threads"):
            continue
        sizes = sorted({p["at"] for p in points})
        yield f"* **{sweep}**, {len(sizes)} sizes from {sizes[0]} to {sizes[-1]}:"
        for name in sorted({p["contender"] for p in points}, key=lambda n: (not n.startswith("Normfold"), n)):
            found = "; ".join(f"{at}: {text}" for at, text in cliffs(points, name))
            yield f"  * {name}: {found or 'no cliff'}."
    yield ""


def cost_lines(cost):
    yield "| kernels | backend | generating a kernel | compiling it | bytes of its object |"
    yield "|---|---|---:|---:|---:|"
    for row in cost:
        yield (f"| {row['kernels']} | {row['backend']} | {row['generate_s']:.3f} s | {row['compile_s']:.1f} s "
               f"| {row['object_bytes'] / 1024:.0f} KB |")
    yield ""


METHOD = """All contenders run in one process, on the same data and buffers, in turn, in another order each round; a ratio is of
medians, a fraction the median over rounds of the copy's time / this time in the same round, its spread the quartiles. *Cold*
rotates through more than 1.25 GiB of each tensor, *hot* repeats one buffer. The copy moves the same tensors, with as many
threads: reads everything once and writes everything once, or reads twice where statistics need the whole tensor first (NHWC).
A sample in which a thread waited for a core is repeated. Every contender but *one page* is checked against a reference in double first; errors
are the largest |difference| / max(1, |expected|) on data of mean 1000 and deviation 1. The libraries are peers; the plain
loop (C++, -O3 -march=native -ffast-math) is none and has a column of its own. Names with (Python) pay for a call from Python, some
microseconds. *Normfold Highway* chooses its stores itself; *stream* and *keep* are the caller's choice. *One page* is the kernel with *keep*
and outputs in which one page of memory (up to four where they are large, others for each share of several threads) appears again and again: its stores
stay in the first-level cache, so it takes the time of all but their traffic. Its result overwrites itself and is not checked; it is a limit, which
competes with nobody."""

HOT = f"""{targets.HOT_CONTENDER}, hot: the larger of two fractions, that of the copy of the same bytes and that of the same kernel in *one page* (time of one
page / its time; absent where outputs are no larger than a page). No kernel beats the slower of the two: the way of its bytes, or its own
loads and arithmetic; but kernels whose stores go past the cache ask for memory otherwise than with *keep*, and addresses are translated in one
page as well, so that some are faster than their one page. Each row is meant to reach {targets.HOT_FRACTION}."""


def main(folder):
    rows, growth = load(folder, "results.json") or [], load(folder, "growth.json")
    cost, machine = load(folder, "cost.json"), load(folder, "machine.json")
    groups = groups_of(rows)
    lines = ["# Benchmark", "", *machine_lines(machine), METHOD, ""]
    if groups:
        lines += ["## Summary", "", *summary_lines(groups)]
        lines += ["## Targets", "", f"{targets.CONTENDER}, cold: fraction of the copy of the same bytes.", "", *targets.target_lines(groups)]
        if targets.hot_judged(groups):
            lines += [HOT, "", *targets.hot_lines(groups)]
        lines += text_lines(folder, "misses.md")
        lines += ["## Fractions of the copy of the same bytes", "", *overview_lines(groups)]
        lines += ["## Errors at mean 1000", "", *error_lines(groups)]
    if growth:
        lines += ["## Growth: cliffs", "", "A cliff is a size that takes more than 1.3 times as long a byte as both of its neighbours, or "
                  "1.3 times as long as the next larger size, quartiles apart.", "", *growth_lines(growth)]
    if cost:
        lines += ["## What a kernel costs to build", "", *cost_lines(cost)]
    with open(os.path.join(folder, "report.md"), "w", encoding="utf-8") as out:
        out.write("\n".join(lines).rstrip() + "\n")
    with open(os.path.join(folder, "report.html"), "w", encoding="utf-8") as out:
        out.write(charts.page(lines, groups, growth or []))


if __name__ == "__main__":
    main(sys.argv[1])
