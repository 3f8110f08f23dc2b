#!/usr/bin/env python3
"""Set up Blemish and run it. Needs Python 3.11 or newer and nothing else.

`python3 run.py` serves; `python3 run.py --help` names the other commands.
"""

import sys

# Kept readable for every Python, so that an old one says a sentence and not a SyntaxError;
# the rest is in runner/ and is imported afterwards.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "Blemish needs Python 3.11 or newer; this is " + sys.version.split()[0] + ", " + sys.executable + ". "
        "Install a newer one and start with it, for example: python3.11 run.py"
    )
if sys.platform == "win32":
    sys.exit("Blemish runs on Linux and macOS. On Windows, start it inside WSL (wsl --install).")

if __name__ == "__main__":
    from runner.commands import main

    sys.exit(main(sys.argv[1:]))
