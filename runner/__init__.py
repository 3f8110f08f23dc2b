"""Set up and run Blemish; the standard library only, because nothing is installed yet when it starts."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Failure(Exception):
    """The run cannot go on; the text is the sentence that the person reads."""
