"""What share of the copy's speed each kind of kernel is meant to reach with stores past the cache, in cold memory, what share of its limits
in hot memory, and which rows of a run do not. To add a target, add a line to TARGETS."""

import re
import statistics

CONTENDER = "Normfold Highway, stream"
LESS_WITH_THREADS = 0.05  # with several threads

HOT_CONTENDER = "Normfold Highway"
ONE_PAGE = "Normfold Highway, one page"  # the kernel without the traffic of its stores: a limit, no competitor
HOT_FRACTION = 0.95
CLEARLY_SLOWER = 1.05  # than by chance

# The kind; which workloads it names; types; bytes of a row, from and below; the least fraction on one thread. One row alone is a matter
# of calls, not of memory.
TARGETS = [
    ("LN, rows of 8 KB and more", r"LN (?!1x)\d", ("f32",), 8192, None, 0.87),
    ("RMS, rows of 8 KB and more", r"RMS (?!1x)\d", ("f32",), 8192, None, 0.90),
    ("residual + LN or RMS, rows of 8 KB and more", r"residual", ("f32",), 8192, None, 0.80),
    ("LN, rows under 8 KB", r"LN (?!1x)\d", ("f32",), 0, 8192, 0.80),
    ("RMS, rows under 8 KB", r"RMS (?!1x)\d", ("f32",), 0, 8192, 0.84),
    ("LN, rows of 8 KB and more", r"LN (?!1x)\d", ("bf16",), 8192, None, 0.72),
    ("RMS, rows of 8 KB and more", r"RMS (?!1x)\d", ("bf16",), 8192, None, 0.77),
    ("IN and GN in NCHW", r"(IN|GN) NCHW", ("f32", "bf16"), 0, None, 0.79),
    ("BN inference", r"BN inference", ("f32", "bf16"), 0, None, 0.85),
    ("BN training in NCHW, 56x56", r"BN train NCHW .*x56x56", ("f32", "bf16"), 0, None, 0.77),
    ("BN training in NCHW, 112x112 and 7x7", r"BN train NCHW .*x(112x112|7x7)", ("f32", "bf16"), 0, None, 0.60),
    ("BN training, IN and GN in NHWC", r"(BN train|IN|GN) NHWC", ("f32", "bf16"), 0, None, 0.80),
    ("backward of LN, RMS, GN, IN", r"(LN|RMS|GN|IN) backward", ("f32", "bf16"), 0, None, 0.65),
    ("backward of BN", r"BN backward", ("f32", "bf16"), 0, None, 0.60),
]

# Kinds of hot rows. A workload is of the first kind that names it.
HOT_KINDS = [
    ("LN, RMS", r"p?(LN|RMS) (?!backward)"),
    ("residual + LN or RMS", r"residual"),
    ("IN and GN in NCHW", r"(IN|GN) NCHW"),
    ("BN inference", r"BN inference"),
    ("BN training in NCHW", r"BN train NCHW"),
    ("BN training, IN and GN in NHWC", r"(BN train|IN|GN) NHWC"),
    ("backward of LN, RMS, GN, IN", r"(LN|RMS|GN|IN) backward"),
    ("backward of BN", r"BN backward"),
    ("others", r""),
]


def row_bytes(workload, kind):
    """Bytes of a row of a workload of rows and columns, as in "LN 512x768"; 0 for others."""
    found = re.search(r"\b\d+x(\d+)$", workload)
    return int(found.group(1)) * (4 if kind == "f32" else 2) if found else 0


def judged(groups):
    """For each target and number of threads: (kind, types, threads, least fraction, [(fraction, workload and type)])."""
    for about, pattern, kinds, least, below, fraction in TARGETS:
        for threads in sorted({key[3] for key in groups}):
            found = []
            for (workload, kind, regime, some), group in groups.items():
                size = row_bytes(workload, kind)
                if (some != threads or regime != "cold" or kind not in kinds or not re.match(pattern, workload)
                        or size < least or (below and size >= below)):
                    continue
                row = next((r for r in group if r["contender"] == CONTENDER), None)
                if row and row["limit_fraction"] is not None:
                    found.append((row["limit_fraction"], f"{workload} {kind}"))
            if found:
                wanted = fraction - (LESS_WITH_THREADS if threads > 1 else 0)
                yield about, " ".join(kinds), threads, wanted, sorted(found)


def target_lines(groups):
    yield "| kernels | type | threads | meant to reach | rows | least | rows that do not |"
    yield "|---|---|---:|---:|---:|---:|---|"
    for about, kinds, threads, wanted, found in judged(groups):
        missed = ", ".join(f"{fraction:.2f} {name}" for fraction, name in found if round(fraction, 2) < round(wanted, 2))
        yield f"| {about} | {kinds} | {threads} | {wanted:.2f} | {len(found)} | {found[0][0]:.2f} | {missed} |"
    yield ""


def hot_judged(groups):
    """For each kind, type and number of threads: [(the larger fraction, that of the copy, that of one page or None, workload)]."""
    found = {}
    for (workload, kind, regime, threads), group in groups.items():
        rows = {row["contender"]: row for row in group}
        ours, page = rows.get(HOT_CONTENDER), rows.get(ONE_PAGE)
        if regime != "hot" or ours is None or ours["limit_fraction"] is None:
            continue
        of_page = page["time_us"] / ours["time_us"] if page else None
        place = next(i for i, (_, pattern) in enumerate(HOT_KINDS) if re.match(pattern, workload))
        found.setdefault((place, kind != "f32", kind, threads), []).append(
            (max(ours["limit_fraction"], of_page or 0), ours["limit_fraction"], of_page, workload))
    return [(HOT_KINDS[key[0]][0], *key[2:], sorted(rows, key=lambda row: row[0])) for key, rows in sorted(found.items())]


def hot_lines(groups):
    """A table; one paragraph of all rows that miss, the farthest first; one of those that one page tells nothing about."""
    missed, beyond = [], []
    yield f"| kernels | type | threads | rows | median | least | reach {HOT_FRACTION} |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for about, kind, threads, rows in hot_judged(groups):
        short = [row for row in rows if round(row[0], 2) < HOT_FRACTION]
        missed += [(larger, of_copy, of_page, f"{workload} {kind} {threads}T") for larger, of_copy, of_page, workload in short]
        beyond += [(of_copy, of_page, f"{workload} {kind} {threads}T") for _, of_copy, of_page, workload in rows
                   if round(of_copy, 2) < HOT_FRACTION and of_page and of_page > CLEARLY_SLOWER]
        middle = statistics.median(row[0] for row in rows)
        yield f"| {about} | {kind} | {threads} | {len(rows)} | {middle:.2f} | {rows[0][0]:.2f} | {len(rows) - len(short)} |"
    yield ""
    if missed:
        each = (f"{name} {of_copy:.2f}, {'–' if of_page is None else f'{of_page:.2f}'}"
                for _, of_copy, of_page, name in sorted(missed, key=lambda row: row[0]))
        yield f"Rows that do not (of the copy, of one page): {'; '.join(each)}."
        yield ""
    if beyond:
        each = (f"{name} {of_copy:.2f}, {of_page:.2f}" for of_copy, of_page, name in sorted(beyond))
        yield f"Rows that do only since one page takes longer than they do, so that it is no limit there (the same two): {'; '.join(each)}."
        yield ""
