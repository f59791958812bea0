"""Compiles every user mistake in mistakes/: it must give exactly one error, the sentence on the file's first line, and
its fixed twin must compile. To add a mistake, add a file: `// expect: <sentence>`, then `#ifdef FIXED` ... `#else`."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def sentences(header):
    """Every sentence of error.hpp, and every name of a function that stands for a bad number."""
    text = header.read_text()
    pattern = r'static_assert\(\s*Found != (\w+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\);'
    asserted = dict(re.findall(pattern, text))
    mistakes = set(re.findall(r"\w+", re.search(r"enum class mistake \{(.*?)\};", text, re.S).group(1))) - {"none"}
    assert mistakes == set(asserted), f"without a sentence or without a name: {mistakes ^ set(asserted)}"
    found = {"".join(re.findall(r'"((?:[^"\\]|\\.)*)"', each)).replace('\\"', '"') for each in asserted.values()}
    return found | {f"normfold::{each}" for each in re.findall(r"^\[\[noreturn\]\] inline void (\w+)\(\)", text, re.M)}


def expected(path):
    """The sentence in the comment that opens a file."""
    opening = re.match(r"(// [^\n]*\n)+", path.read_text()).group(0)
    return " ".join(line.removeprefix("// ") for line in opening.splitlines()).removeprefix("expect: ")


class Compiler:
    """Checks syntax, with the language precompiled where that works."""

    def __init__(self, program, includes, scratch):
        self.command = [program, "-std=c++20", "-fsyntax-only", *(f"-I{each}" for each in includes)]
        self.environment = dict(os.environ, LC_ALL="C")
        is_clang = "clang" in subprocess.run([program, "--version"], capture_output=True, text=True).stdout
        folder = pathlib.Path(scratch, "normfold")
        folder.mkdir()
        made = folder / ("dsl.pch" if is_clang else "dsl.hpp.gch")
        header = pathlib.Path(includes[0], "normfold/dsl.hpp")
        build = [each for each in self.command if each != "-fsyntax-only"]
        done = subprocess.run([*build, "-x", "c++-header", str(header), "-o", str(made)], capture_output=True)
        if done.returncode == 0:
            extra = ["-include-pch", str(made)] if is_clang else [f"-I{scratch}"]
            self.command[3:3] = extra

    def errors(self, source, *options):
        """The lines that tell an error, and everything that was printed."""
        done = subprocess.run([*self.command, *options, str(source)], capture_output=True, text=True,
                              env=self.environment)
        printed = done.stderr.replace('\\"', '"')
        return [line for line in printed.splitlines() if re.search(r"\berror: ", line)], printed


def check(compiler, path):
    """What is wrong with the mistake in one file, or nothing."""
    sentence = expected(path)
    errors, printed = compiler.errors(path)
    # A bad number is told by the name of a function, which clang prints in a note.
    is_number = sentence.startswith("normfold::")
    if len(errors) != 1:
        return [f"{path.name}: {len(errors)} errors, and one was expected", *errors]
    is_told = sentence.removeprefix("normfold::") in printed if is_number else sentence in errors[0]
    return [] if is_told else [f"{path.name}: expected {sentence}", *errors]


def check_twins(compiler, paths, scratch):
    """All fixed twins in one file, a namespace each."""
    lines = ['#include "lower.hpp"']
    for path in paths:
        lines.append(f'namespace {path.stem} {{\n#include "{path}"\n}}')
    source = pathlib.Path(scratch, "twins.cpp")
    source.write_text("\n".join(lines) + "\n")
    errors, _ = compiler.errors(source, "-DFIXED")
    return [f"fixed twin: {each}" for each in errors]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", action="append", default=[], help="the folder of the language comes first")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="a part of the files' names")
    arguments = parser.parse_args()
    if not shutil.which(arguments.compiler):
        print(f"skipped: {arguments.compiler} is not installed")
        return 0
    here = pathlib.Path(__file__).resolve().parent / "mistakes"
    every = sorted(here.glob("*.cpp"))
    told = {expected(path) for path in every}
    known = sentences(pathlib.Path(arguments.include[0], "normfold/dsl/error.hpp"))
    wrong = [f"no file in mistakes/ makes this one: {each}" for each in sorted(known - told)]
    wrong += [f"no such sentence in error.hpp: {each}" for each in sorted(told - known)]
    wrong += [f"CMake would split this sentence: {each}" for each in sorted(known) if ";" in each]
    chosen = [path for path in every if arguments.only in path.stem]
    with tempfile.TemporaryDirectory() as scratch:
        compiler = Compiler(arguments.compiler, arguments.include, scratch)
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            twins = pool.submit(check_twins, compiler, chosen, scratch)
            for found in pool.map(lambda path: check(compiler, path), chosen):
                wrong += found
            wrong += twins.result()
    print(*wrong, sep="\n")
    print(f"{len(chosen)} mistakes, {len(wrong)} lines of complaint from {arguments.compiler}")
    return 1 if wrong or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
