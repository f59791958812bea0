"""Holds docs/language.md and README.md to the language: each ```cpp block compiles, and every word and op of the headers
stands in docs/language.md. A new word needs its row there."""

import argparse
import pathlib
import re
import sys
import tempfile

from mistakes import Compiler

PRELUDE = "#include <normfold/dsl.hpp>\nusing namespace normfold;\nusing namespace normfold::axes;\n"


def blocks(page):
    """The C++ of a page, each block with what it needs above it."""
    for code in re.findall(r"^```cpp\n(.*?)^```", page.read_text(), re.M | re.S):
        yield code if "#include" in code else PRELUDE + code


def vocabulary(folder):
    """Every word, op, reduction and parameter that the headers give a user."""
    text = "".join(path.read_text() for path in sorted(folder.glob("*.hpp")))
    found = set(re.findall(r': (?:plain|axes|value)_word<\w+, "(\w+)"', text))
    found |= set(re.findall(r": detail::reduction_word<\w+> \{\} (\w+);", text))
    found |= {a for a in re.findall(r"template <detail::ours A> constexpr auto (\w+)\(", text) if a != "operator"}
    found |= set(re.findall(r"^inline constexpr \w+_ (\w+)\{\};", text, re.M))
    found |= set(re.findall(r"^inline constexpr \w+<[^>]*> (\w+)\{\};", text, re.M))
    found |= set(re.findall(r"^\} (\w+);", text, re.M))
    found |= set(re.findall(r"^constexpr auto (\w+)\(const (?:A|Condition)& ", text, re.M))
    found |= set(re.findall(r'^inline constexpr struct \w+ : axis<"\w+"> \{\} (\w+);', text, re.M))
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--compiler", required=True)
    arguments.add_argument("--include", action="append", default=[])
    given = arguments.parse_args()
    root = pathlib.Path(__file__).resolve().parents[2]
    language = root / "docs/language.md"

    wrong = []
    words = vocabulary(root / "dsl/include/normfold/dsl")
    assert {"center", "affine", "exp", "mean", "weight", "param", "over", "T", "average"} <= words, words
    code = " ".join(re.findall(r"`+([^`]+)`+", language.read_text()))
    for word in sorted(words - set(re.findall(r"\w+", code))):
        wrong.append(f"{language.name} does not show `{word}`")

    compiled = 0
    with tempfile.TemporaryDirectory() as scratch:
        compiler = Compiler(given.compiler, given.include, scratch)
        for page in (language, root / "README.md"):
            for block in blocks(page):
                source = pathlib.Path(scratch, f"{page.stem}_{compiled}.cpp")
                source.write_text(block)
                errors, printed = compiler.errors(source)
                wrong += [f"{page.name}: {error}\n{block}" for error in errors[:1]]
                compiled += 1
    print("\n".join(wrong) or f"{compiled} blocks compile, {len(words)} words are shown")
    return bool(wrong) or compiled < 5


if __name__ == "__main__":
    sys.exit(main())
