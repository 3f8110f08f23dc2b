"""Wait for another process, never for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], *, seconds: float = 30, what: str = "", every: float = 0.05) -> T:
    """Return the first true value of CONDITION; raises AssertionError naming WHAT after SECONDS."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} seconds in vain for {what or condition.__name__}")
        time.sleep(every)
    return value
