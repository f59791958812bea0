"""A tiny run of the benchmark: its JSON has the promised keys, and the figures in it agree with each other.

usage: json_test.py BENCH PROGRAM
"""

import json
import os
import subprocess
import sys
import tempfile

KEYS = {"workload", "type", "regime", "threads", "contender", "time_us", "time_us_low", "time_us_high", "gb_per_s",
        "limit_fraction", "max_error"}


def main(bench, program):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "results.json")
        for threads, pages in (("1T", []), ("2T", []), ("2T", ["--huge-pages"])):
            subprocess.run([program, *pages, "--rounds", "3", "--filter", f"LN 1x4096 f32 hot {threads}", "--json", path],
                           check=True, stdout=subprocess.DEVNULL)
            with open(path, encoding="utf-8") as file:
                rows = json.load(file)
            check(rows, int(threads[0]))
        subprocess.run([sys.executable, f"{bench}/report.py", folder], check=True)
        assert os.path.getsize(os.path.join(folder, "report.html")) > 5000
    calls = subprocess.run([program, "--calls"], check=True, capture_output=True, text=True).stdout.splitlines()[1:]
    times = {line[:52].strip(): float(line[52:].split()[0]) for line in calls}
    assert len(times) == 7 and 0 < times["the checks of layer_norm_f32"] < times["layer_norm_f32, a row of 64"], calls
    refuses(program)


def check(rows, threads):
    names = [row["contender"] for row in rows]
    assert len(names) == len(set(names)), names
    assert {"plain loop", "copy in cache", "Normfold Highway", "Normfold Highway, keep"} <= set(names), names
    assert ("Normfold Highway, one page" in names) == (sys.platform == "linux"), names
    for row in rows:
        ours = row["contender"].startswith("Normfold")
        assert set(row) == KEYS | ({"vs_best_peer"} if ours else set()), row
        assert (row["workload"], row["type"], row["regime"], row["threads"]) == ("LN 1x4096", "f32", "hot", threads), row
        assert 0 < row["time_us_low"] <= row["time_us"] <= row["time_us_high"], row
        bytes_moved = row["gb_per_s"] * 1e9 * row["time_us"] / 1e6
        assert abs(bytes_moved / (2 * 4 * 4096) - 1) < 0.02, row
        if ours:
            assert row["vs_best_peer"] is None, row  # no library takes part here
            if row["contender"] == "Normfold Highway, one page":  # a result that overwrites itself has no error
                assert row["max_error"] is None, row
            else:
                assert row["max_error"] < 1e-5, row
    assert any(row["limit_fraction"] == 1 and row["contender"].startswith("copy") for row in rows), rows


def refuses(program):
    for arguments in (["--rounds", "0"], ["--no-such-option"], ["--json"]):
        found = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        assert found.returncode == 2 and found.stderr.startswith("normfold_bench: "), (arguments, found)


if __name__ == "__main__":
    main(*sys.argv[1:])
