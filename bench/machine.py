"""What a report says of where it was made: processor, caches, memory, system, compiler, load. Writes FOLDER/machine.json.

usage: machine.py FOLDER COMPILER
"""

import json
import os
import platform
import re
import subprocess
import sys
import time


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def first(pattern, text, otherwise="unknown"):
    found = re.search(pattern, text, re.M)
    return found.group(1).strip() if found else otherwise


def caches():
    """Level and kind of each cache of the first core, with its size."""
    folder, found = "/sys/devices/system/cpu/cpu0/cache", []
    for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        kind = read(f"{folder}/{entry}/type")
        if kind in ("Data", "Unified"):
            found.append(f"L{read(f'{folder}/{entry}/level')} {read(f'{folder}/{entry}/size')}")
    return ", ".join(found) or "unknown"


def describe(compiler):
    cpu = read("/proc/cpuinfo")
    flags = first(r"^flags\s*:(.*)", cpu, "").split()
    simd = [name for name in ("sse4_2", "avx2", "avx512f", "avx512_bf16") if name in flags]
    try:
        version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout.splitlines()[0]
    except (OSError, IndexError):
        version = compiler
    kilobytes = int(first(r"^MemTotal:\s*(\d+)", read("/proc/meminfo"), "0"))
    system = first(r'PRETTY_NAME="?([^"]*)', read("/etc/os-release"))
    return {
        "processor": first(r"^model name\s*:(.*)", cpu, platform.machine()),
        "cores": os.cpu_count(),
        "vectors": " ".join(simd) or platform.machine(),
        "caches": caches(),
        "memory": f"{kilobytes / 2**20:.0f} GiB",
        "huge pages": first(r"\[(\w+)\]", read("/sys/kernel/mm/transparent_hugepage/enabled")),
        "system": f"{system}, kernel {platform.release()}",
        "virtual": "hypervisor" in flags,
        "compiler": version,
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "load at the start": " ".join(f"{value:.1f}" for value in os.getloadavg()),
    }


if __name__ == "__main__":
    with open(os.path.join(sys.argv[1], "machine.json"), "w", encoding="utf-8") as out:
        json.dump(describe(sys.argv[2] if len(sys.argv) > 2 else "c++"), out, indent=1)
        out.write("\n")
