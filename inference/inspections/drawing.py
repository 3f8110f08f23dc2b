"""Draw what was found onto an image: a frame in the type's color, and a label that never leaves the image."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from inference.pipeline import Finding

FALLBACK_COLOR = "#D55E00"
LEAST_TEXT = 11  # pixels; smaller letters cannot be read
PADDING = 2  # pixels around a label's text

Area = tuple[float, float, float, float]  # left, top, right, bottom


def draw(pixels: np.ndarray, findings: Sequence[Finding], *, colors: Mapping[str, str]) -> Image.Image:
    """Return an RGB copy of uint8 `pixels` `[H, W]` or `[H, W, 3]` with `findings` marked.

    `colors` maps defect types to "#rrggbb". Frames and letters grow with the image, so that they can be seen
    when it is shown as a whole.
    """
    picture = Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB")
    pen = ImageDraw.Draw(picture)
    side = min(picture.size)
    stroke = max(1, round(side / 250))
    # Pillow's bitmap font comes only when no size is given.
    font = cast(ImageFont.FreeTypeFont, ImageFont.load_default(max(LEAST_TEXT, side / 45)))
    taken: list[Area] = []
    # The worst defect comes first: its label chooses its place first, and is drawn last, over all others.
    ordered = sorted(findings, key=lambda finding: -_rank(finding))
    for finding in reversed(ordered):
        pen.rectangle(_frame(finding, picture.size), outline=_color(finding, colors), width=stroke)
    labels = [_place(finding, font, stroke, picture.size, taken) for finding in ordered]
    for finding, (area, text) in reversed(list(zip(ordered, labels, strict=True))):
        if text:
            color = _color(finding, colors)
            pen.rectangle((area[0], area[1], area[2] - 1, area[3] - 1), fill=color)
            place = (area[0] + PADDING, area[1] + PADDING)
            pen.text(place, text, font=font, fill=ink_on(color), anchor="la")
    return picture


def label_of(finding: Finding) -> str:
    """Return the text of a label: the type with its severity where a grader computed it, else its score."""
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in finding.class_name).split())
    if finding.grade_probabilities and finding.severity is not None:
        return f"{name} severity {finding.severity:.2f}"
    return f"{name} score {finding.score:.2f}"


def ink_on(color: str) -> str:
    """Return black or white, whichever has more contrast on `color` (WCAG 2 relative luminance)."""
    channels = [value / 255 for value in ImageColor.getrgb(color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "black" if luminance > 0.179 else "white"


def _color(finding: Finding, colors: Mapping[str, str]) -> str:
    return colors.get(finding.class_name, FALLBACK_COLOR)


def _rank(finding: Finding) -> float:
    return finding.score if finding.severity is None else finding.severity


def _frame(finding: Finding, size: tuple[int, int]) -> Area:
    """Return the outermost pixels of the finding's box inside of the image, as Pillow draws: inclusive."""
    width, height = size
    left = min(max(round(finding.xmin), 0), width - 1)
    top = min(max(round(finding.ymin), 0), height - 1)
    right = min(max(round(finding.xmax) - 1, left), width - 1)
    bottom = min(max(round(finding.ymax) - 1, top), height - 1)
    return left, top, right, bottom


def _place(
    finding: Finding, font: ImageFont.FreeTypeFont, stroke: int, size: tuple[int, int], taken: list[Area]
) -> tuple[Area, str]:
    """Choose where the label stands: above, below or inside its box, where no other label stands already."""
    width, height = size
    text = _fit(label_of(finding), font, width - 2 * PADDING)
    text_width = font.getlength(text)
    label_width, label_height = round(text_width) + 2 * PADDING, round(font.size * 1.25) + 2 * PADDING
    if not text or label_height > height:
        return (0, 0, 0, 0), ""
    left, top, _, bottom = _frame(finding, size)
    x = min(max(left, 0), width - label_width)
    rows = (top - label_height, bottom + 1, top + stroke, bottom - stroke - label_height)
    places = [(x, y, x + label_width, y + label_height) for y in rows if 0 <= y <= height - label_height]
    places.append((x, height - label_height, x + label_width, height))
    area = next((place for place in places if not any(_overlap(place, other) for other in taken)), places[0])
    taken.append(area)
    return area, text


def _fit(text: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    """Return `text`, cut at its front until it fits into `room` pixels, because numbers are at its end."""
    if font.getlength(text) <= room:
        return text
    for start in range(1, len(text)):
        if font.getlength("…" + text[start:]) <= room:
            return "…" + text[start:]
    return ""


def _overlap(a: Area, b: Area) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
