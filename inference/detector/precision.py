"""What this machine's processor multiplies best."""

from functools import cache
from pathlib import Path


@cache
def multiplies_bfloat16() -> bool:
    """Return whether the processor multiplies bfloat16 itself; emulated, it is slower than float32."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return False
    return any(flag in cpuinfo.read_text() for flag in ("avx512_bf16", "amx_bf16"))
