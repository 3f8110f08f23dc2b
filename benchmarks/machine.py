"""A line about the machine, for the head of every table."""

import os
import platform
from pathlib import Path


def describe() -> str:
    """Return processor, cores, memory and the versions that figures depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    model, flags = platform.processor() or platform.machine(), ""
    if cpuinfo.exists():
        lines = dict(line.split(":", 1) for line in cpuinfo.read_text().splitlines() if line.count(":") == 1)
        named = {name.strip(): value.strip() for name, value in lines.items()}
        model = named.get("model name", model)
        known = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
        flags = " ".join(flag for flag in known if flag in named.get("flags", "").split())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {cores} cores, {memory:.0f} GB, {flags}, Python {platform.python_version()}"
