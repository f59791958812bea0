"""What a kernel costs before it runs: seconds to generate and to compile it, bytes of its object. Generates the layers of the
benchmark once more, a type and a direction at a time, and compiles them with the flags of the build. Writes FOLDER/cost.json.

usage: cost.py BUILD FOLDER
"""

import json
import os
import resource
import shlex
import subprocess
import sys
import tempfile

LIBRARIES = ("bench_rows", "bench_fused", "bench_images", "bench_batches")
CHOICES = (("f32", "infer"), ("bf16", "infer"), ("f32", "backward"))


def timed(command, folder):
    """Processor seconds of a command and what it started: waiting for a core does not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def output_of(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def object_bytes(path):
    """Code and data, as `size` counts them in an object or in all of an archive."""
    return sum(int(row[0]) + int(row[1]) for row in (line.split() for line in output_of(["size", path]).splitlines()[1:]))


def compile_command(commands, ending, source, target):
    """The build's own command for a file that ends so, with another source and object."""
    entry = next(c for c in commands if c["file"].endswith(ending))
    words = shlex.split(entry["command"])
    words = [word for word in words if os.path.basename(word) not in ("ccache",)]
    words[words.index("-o") + 1] = target
    words[words.index("-c") + 1] = source
    old = os.path.dirname(entry["file"])
    return [os.path.dirname(source) if word == old else "-I" + os.path.dirname(source) if word == "-I" + old else word
            for word in words], entry["directory"]


ONE_LAYER = """#include <normfold/generate.hpp>
using namespace normfold;
using namespace normfold::axes;
constexpr auto layer_norm = layer<"layer_norm">(T, C) | over(C) | center | scale | affine(C);
int main(int argc, char** argv) { return generate(argc, argv, layer_norm); }
"""


def one_layer(build, commands):
    """All that a project with one layer does: compile the language, print the kernels, compile them."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = f"{folder}/layers.cpp", f"{folder}/layers.o"
        with open(source, "w", encoding="utf-8") as out:
            out.write(ONE_LAYER)
        command, where = compile_command(commands, "layers/rows.cpp", source, made)
        generate = timed(command, where)
        generate += timed([command[0], made, f"{build}/generators/libnormfold_generators.a", "-o", f"{folder}/layers"], folder)
        generate += timed([f"{folder}/layers", "--out", folder, "--name", "one", "--types", "f32", "--directions", "infer"], folder)
        command, where = compile_command(commands, "/bench_rows_highway.cpp", f"{folder}/one_highway.cpp", f"{folder}/kernels.o")
        return {"kernels": "one layer_norm, the program that prints it included; f32, infer", "backend": "highway", "generate_s": generate,
                "compile_s": timed(command, where), "object_bytes": object_bytes(f"{folder}/kernels.o")}


def layer_programs(commands):
    """The programs that print kernels: the language itself is what they compile."""
    for name in LIBRARIES:
        ending = f"layers/{name[len('bench_'):]}.cpp"
        with tempfile.TemporaryDirectory() as folder:
            source = next(c for c in commands if c["file"].endswith(ending))["file"]
            command, where = compile_command(commands, ending, source, f"{folder}/layers.o")
            yield {"kernels": f"the program of layers/{name[len('bench_'):]}.cpp", "backend": "", "generate_s": 0,
                   "compile_s": timed(command, where), "object_bytes": object_bytes(f"{folder}/layers.o")}


def kernels(build, backend, name, kind, direction, compiled):
    """Prints the kernels of a library into a folder; `compiled(folder)` is how long that took to compile, and into what."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{build}/normfold_generators/{name}_layers"
        layers = output_of([program, "--list"]).split()
        generate = timed([program, "--out", folder, "--name", name, "--types", kind, "--directions", direction,
                          "--backends", backend], folder)
        seconds, made = compiled(folder)
        return {"kernels": f"{', '.join(layers)}; {kind}, {direction}", "backend": backend, "generate_s": generate / len(layers),
                "compile_s": seconds / len(layers), "object_bytes": object_bytes(made) / len(layers)}


def highway(build, commands, name, kind, direction):
    def compiled(folder):
        source, made = f"{folder}/{name}_highway.cpp", f"{folder}/kernels.o"
        command, where = compile_command(commands, f"/{name}_highway.cpp", source, made)
        return timed(command, where), made

    return kernels(build, "highway", name, kind, direction, compiled)


def halide(build, cache, name, kind, direction):
    def compiled(folder):
        subprocess.run(["cmake", "-G", "Ninja", "-S", folder, "-B", f"{folder}/b", "-DCMAKE_BUILD_TYPE=Release",
                        "-DNORMFOLD_HALIDE_TARGETS=host", *cache], check=True, stdout=subprocess.DEVNULL)
        return timed(["cmake", "--build", f"{folder}/b"], folder), f"{folder}/b/lib{name}_halide.a"

    return kernels(build, "halide", name, kind, direction, compiled)


def main(build, folder):
    build = os.path.abspath(build)
    with open(f"{build}/compile_commands.json", encoding="utf-8") as file:
        commands = json.load(file)
    with open(f"{build}/CMakeCache.txt", encoding="utf-8") as file:
        settings = dict(line.strip().split("=", 1) for line in file if "=" in line and not line.startswith(("#", "//")))
    cache = [f"-D{key.split(':')[0]}={value}" for key, value in settings.items() if key.split(":")[0] in ("Halide_DIR", "HalideHelpers_DIR")
             and not value.endswith("NOTFOUND")]
    rows = []

    def add(row):
        rows.append(row)
        print(f"{row['kernels']} {row['backend']}", file=sys.stderr, flush=True)
        with open(os.path.join(folder, "cost.json"), "w", encoding="utf-8") as out:  # each, so that a stopped run leaves some
            json.dump(rows, out, indent=1)
            out.write("\n")

    add(one_layer(build, commands))
    for kind, direction in CHOICES:
        for name in LIBRARIES:
            if name != "bench_fused" or direction != "backward":  # it has none in the benchmark
                add(highway(build, commands, name, kind, direction))
            if cache and (kind, direction) == CHOICES[0]:
                add(halide(build, cache, name, kind, direction))
    for row in layer_programs(commands):
        add(row)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
