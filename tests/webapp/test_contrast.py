"""The colors of the interface against each other, by the contrast formula of WCAG 2.2, AA, light and dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
COLOR = re.compile(r"(--[\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", re.I)
GROUNDS = ("--surface", "--panel", "--raised", "--sunken", "--hover")
SOFT = ("--accent-soft", "--good-soft", "--warn-soft", "--bad-soft")
# Text: 4.5 to 1. What is drawn (edges of controls, the focus ring, a mark that carries meaning): 3 to 1.
TEXTS = [
    *(("--text", ground) for ground in (*GROUNDS, *SOFT)),
    *(("--text-soft", ground) for ground in (*GROUNDS, *SOFT)),
    *(("--accent", ground) for ground in GROUNDS),
    *(("--accent-hover", ground) for ground in GROUNDS),
    ("--on-accent", "--accent"),
    ("--on-accent", "--accent-hover"),
    *((word, ground) for word in ("--good", "--warn", "--bad") for ground in GROUNDS),
    *((f"--{word}", f"--{word}-soft") for word in ("good", "warn", "bad")),
]
DRAWN = [
    *(("--line-strong", ground) for ground in ("--surface", "--panel", "--raised")),
    *(("--focus", ground) for ground in (*GROUNDS, *SOFT, "--canvas-ground")),
    ("--accent", "--accent-soft"),
]


def _colors(theme: int, *, more: bool = False) -> dict[str, str]:
    """Return the colors of THEME (0 light, 1 dark), those of a person who asks for MORE contrast too."""
    ordinary, asked = TOKENS.read_text(encoding="utf-8").split("@media (prefers-contrast: more)")
    found = COLOR.findall(ordinary) + (COLOR.findall(asked) if more else [])
    return {name: values[theme] for name, *values in found}


def _luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors `#rrggbb`, 1 to 21 (WCAG 2.2, contrast ratio)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("least", "pairs"), [(4.5, TEXTS), (3, DRAWN)], ids=["text", "drawn"])
@pytest.mark.parametrize("more", [False, True], ids=["ordinary", "more"])
def test_colors_stand_out_from_what_they_lie_on(theme: int, least: float, pairs: list, more: bool) -> None:
    colors = _colors(theme, more=more)
    weak = [
        f"{front} on {back}: {ratio:.2f}"
        for front, back in pairs
        if (ratio := contrast(colors[front], colors[back])) < least
    ]
    assert weak == [], "\n".join(weak)


def test_grounds_are_neutral_so_that_gray_levels_are_judged_without_bias() -> None:
    for theme in (0, 1):
        colors = _colors(theme)
        for ground in (*GROUNDS, "--canvas-ground"):
            assert len({colors[ground][place : place + 2] for place in (1, 3, 5)}) == 1, ground
