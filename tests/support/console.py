"""A Python with Django in another process: `python -m tests.support.console` answers JSON lines.

Each line holds code; what the code leaves in `result` comes back. Names stay from line to line.
"""

import contextlib
import json
import sys
import traceback

import django


def main() -> None:
    """Answer each line of standard input with a line of JSON on standard output."""
    django.setup()
    from django.db import close_old_connections

    answers, names = sys.stdout, {}
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin:
            names["result"] = None
            close_old_connections()
            try:
                exec(json.loads(line), names)
                answer = {"result": names["result"]}
            except Exception:  # noqa: BLE001 - whatever the test's code raises is shown by the test
                answer = {"error": traceback.format_exc()}
            print(json.dumps(answer, default=str), file=answers, flush=True)


if __name__ == "__main__":
    main()
