"""The report from figures that are known: ratios, rows that lose, cliffs, and a page that is whole and needs nothing else.

usage: report_test.py BENCH
"""

import html.parser
import json
import os
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
import report  # noqa: E402
import targets  # noqa: E402


def row(workload, contender, time_us, fraction, **more):
    return {"workload": workload, "type": "f32", "regime": "hot", "threads": 1, "contender": contender, "time_us": time_us,
            "time_us_low": 0.9 * time_us, "time_us_high": 1.1 * time_us, "gb_per_s": 1000 / time_us, "limit_fraction": fraction,
            "max_error": 1e-6, **more}


ROWS = [
    row("LN 8x8", "copy in cache", 10, 1.0), row("LN 8x8", "plain loop", 30, 0.33), row("LN 8x8", "A library <1>", 40, 0.25),
    row("LN 8x8", "Normfold Highway", 20, 0.5, vs_best_peer=2.0),
    row("GN NCHW 2x2x2x2 G=2", "copy in cache", 10, 1.0), row("GN NCHW 2x2x2x2 G=2", "plain loop", 15, 0.67),
    row("GN NCHW 2x2x2x2 G=2", "A library <1>", 10, 1.0), row("GN NCHW 2x2x2x2 G=2", "Normfold Highway", 20, 0.5, vs_best_peer=0.5),
]

# A limit: nothing in the summary or the table of fractions may come from it.
ONE_PAGE = row("LN 8x8", "Normfold Highway, one page", 5, 2.0, vs_best_peer=None) | {"max_error": None}


def point(at, time_us, contender="Normfold Highway"):
    return {"sweep": "columns", "at": at, "workload": f"LN 1x{at}", "contender": contender, "threads": 1, "regime": "hot",
            "bytes": 8 * at, "time_us": time_us, "time_us_low": time_us, "time_us_high": time_us}


class Nesting(html.parser.HTMLParser):
    """Fails where a tag is closed that is not the last one opened."""

    def __init__(self):
        super().__init__()
        self.open, self.count = [], {}

    def handle_starttag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1
        assert not any(name in ("src", "href", "srcset") for name, _ in attrs), (tag, attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-5:], self.getpos())
        self.open.pop()


def main():
    summary = "\n".join(report.summary_lines(report.groups_of(ROWS)))
    assert "| 1.00 (2 rows) | 0.50 |" in summary, summary  # the geometric mean of 2 and 1/2
    assert "0.50 GN NCHW 2x2x2x2 G=2 f32, hot, 1 thread: A library <1>" in summary, summary
    assert "slower than the plain loop in 1 of 2" in summary and "0.75 GN NCHW" in summary, summary
    both = report.groups_of([*ROWS, ONE_PAGE])
    assert "\n".join(report.summary_lines(both)) == summary
    assert list(report.overview_lines(both)) == list(report.overview_lines(report.groups_of(ROWS)))
    assert list(report.error_lines(both)) == list(report.error_lines(report.groups_of(ROWS)))

    cold = [row("LN 64x4096", "Normfold Highway, stream", 10, 0.90, regime="cold"), row("LN 8x2048", "Normfold Highway, stream", 10, 0.86, regime="cold"),
            row("LN 8x1024", "Normfold Highway, stream", 10, 0.79, regime="cold"), row("LN 1x4096", "Normfold Highway, stream", 10, 0.1, regime="cold"),
            row("LN backward 8x4096", "Normfold Highway, stream", 10, 0.65, regime="cold"), row("GN NCHW 2x2x2x2 G=2", "Normfold Highway", 10, 0.1)]
    judged = "\n".join(targets.target_lines(report.groups_of(cold)))
    assert "| LN, rows of 8 KB and more | f32 | 1 | 0.87 | 2 | 0.86 | 0.86 LN 8x2048 f32 |" in judged, judged
    assert "| LN, rows under 8 KB | f32 | 1 | 0.80 | 1 | 0.79 | 0.79 LN 8x1024 f32 |" in judged, judged
    assert "| backward of LN, RMS, GN, IN | f32 bf16 | 1 | 0.65 | 1 | 0.65 |  |" in judged and "NCHW" not in judged, judged

    hot = [row("LN 8x8", "Normfold Highway", 20, 0.50), row("LN 8x8", "Normfold Highway, one page", 16, 0.62),
           row("LN 8x9", "Normfold Highway", 20, 0.60), row("LN 8x9", "Normfold Highway, one page", 19, 0.63),
           row("RMS 8x8", "Normfold Highway", 20, 0.96), row("RMS 8x8", "Normfold Highway, one page", 9, 2.1), row("RMS 1x8", "Normfold Highway", 20, 0.4),
           row("LN backward 8x8", "Normfold Highway", 20, 0.946), row("BN train NHWC 2x2", "Normfold Highway", 20, 0.1, regime="cold"),
           row("LN 8x8", "Normfold Highway", 20, 0.94, type="bf16", threads=2), row("LN 8x8", "Normfold Highway, one page", 10, 2.1, type="bf16", threads=2)]
    judged = list(targets.hot_lines(report.groups_of(hot)))
    assert "| LN, RMS | f32 | 1 | 4 | 0.88 | 0.40 | 2 |" in judged, judged  # 0.40, 0.80, 0.95 and 0.96
    assert "| LN, RMS | bf16 | 2 | 1 | 0.94 | 0.94 | 0 |" in judged, judged
    assert "| backward of LN, RMS, GN, IN | f32 | 1 | 1 | 0.95 | 0.95 | 1 |" in judged and not any("NHWC" in line for line in judged), judged
    assert ("Rows that do not (of the copy, of one page): RMS 1x8 f32 1T 0.40, –; LN 8x8 f32 1T 0.50, 0.80; LN 8x8 bf16 2T 0.94, 0.50."
            in judged), judged
    slow = [row("LN 8x8", "Normfold Highway", 20, 0.94), row("LN 8x8", "Normfold Highway, one page", 22, 0.9),
            row("LN 8x9", "Normfold Highway", 20, 0.9), row("LN 8x9", "Normfold Highway, one page", 20.5, 0.9)]
    judged = list(targets.hot_lines(report.groups_of(slow)))
    assert any("one page takes longer" in line and line.endswith("(the same two): LN 8x8 f32 1T 0.94, 1.10.") for line in judged), judged
    assert "| LN, RMS | f32 | 1 | 2 | 1.06 | 1.02 | 2 |" in judged, judged
    for workload in ("pRMS 6.25% 1x4096", "residual + LN 8x8", "GN backward NHWC 2x2x2x2 G=2", "BN train NHWC 2x2x2x2", "BN inference NHWC 2x2x2x2"):
        (about, *_), = targets.hot_judged(report.groups_of([row(workload, "Normfold Highway", 1, 1.0)]))
        assert about != "others", workload

    smooth = [point(size, size) for size in (1, 2, 4, 8, 16)]
    assert report.cliffs(smooth, "Normfold Highway") == []
    rough = smooth[:2] + [point(4, 9)] + smooth[3:]
    assert [at for at, _ in report.cliffs(rough, "Normfold Highway")] == [4], report.cliffs(rough, "Normfold Highway")
    assert report.cliffs(rough, "another") == []

    with tempfile.TemporaryDirectory() as folder:
        for name, value in (("results", [*ROWS, ONE_PAGE]), ("growth", rough + [point(p["at"], p["time_us"], "B & C") for p in smooth]),
                            ("machine", {"processor": "one"})):
            with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as out:
                json.dump(value, out)
        with open(os.path.join(folder, "misses.md"), "w", encoding="utf-8") as out:
            out.write("* one\n  item\n")
        report.main(folder)
        with open(os.path.join(folder, "report.html"), encoding="utf-8") as file:
            text = file.read()
    assert "one item</li>" in text and "LN 8x8 f32 1T 0.50, 0.25; GN NCHW 2x2x2x2 G=2 f32 1T 0.50, –." in text
    nesting = Nesting()
    nesting.feed(text)
    assert nesting.open == [], nesting.open
    assert nesting.count["svg"] == 3 and nesting.count["rect"] == len(ROWS) + 1, nesting.count
    assert "://" not in text and "url(" not in text and "<1>" not in text and "B & C" not in text


main()
