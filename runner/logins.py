"""The demo logins that a start prints."""

import json

from runner.instances import Instance

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def lines(copy: Instance) -> list[str]:
    """Return the lines about the logins that the demo command left in `demo_logins.json`; none without it."""
    try:
        known = json.loads((copy.var / "demo_logins.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    if not known:
        return []
    width = max(len(name) for name in known)
    rows = [f"    {name:<{width}}   password: {password}" for name, password in known.items()]
    if copy.host not in LOOPBACK:
        rows.append("  Others can reach this address: change these passwords first (/admin/).")
    return ["  Demo logins:", *rows]
