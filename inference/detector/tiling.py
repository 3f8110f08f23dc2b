"""Large frames in tiles: where the tiles lie, and how what is found in them becomes the boxes of the frame.

A frame larger than the network's input is run in overlapping squares at native size, and again at
reduced sizes where the labeled defects are too long for a tile. A defect no longer than the overlap less
twice `MARGIN` is whole inside of some tile, wherever it is. What is found becomes one list by this rule:

1. A box that touches a border of its tile inside of the frame is a *piece*. One that reaches less than
   `SLIVER` into the tile is dropped: the neighbour shows all of that and more. Pieces of neighbouring tiles
   that agree in the area that both tiles see, with comparable scores, are one defect: they are joined to
   their hull.
2. A reduced size counts for long defects only; small ones are found at the finer size.
3. The boxes of a type are processed, best first; a piece that found no partner counts a quarter of its
   score here, because a whole box is better evidence. Each one removes those that it overlaps (IoU), and
   those from other tiles of which the smaller lies inside of the larger.

This module needs no network: NumPy and Pillow only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image

MARGIN = 2.0  # pixels of a tile; a box nearer to a border inside of the frame may be cut
FILL = 128  # what lies beside a frame smaller than its tile
SLIVER = 4.0  # pixels of a tile
AGREEMENT = 0.5  # IoU of two pieces on their common ground from which on they are one defect
COMPARABLE = 0.25  # of the better of two pieces; one with less is not joined to it
INSIDE = 0.7  # share of the smaller box from which on it lies inside of the larger
PIECE_INSIDE = 0.5  # the same where one of them is a piece
PIECE_TRUST = 0.25
LEFT_TO_FINER = 0.5  # of the longest defect that the finer size sees whole; shorter ones are its own
MOST = 3000  # the best boxes of one frame, which are merged


@dataclass(frozen=True)
class Tiling:
    """How a frame is cut: squares of `size` pixels that share `overlap`, at 1 / each of `reductions`."""

    size: int
    overlap: int
    reductions: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reductions", tuple(float(value) for value in self.reductions))
        if not 0 <= self.overlap < self.size:
            raise ValueError(f"Tiles of {self.size} pixels cannot overlap by {self.overlap}.")
        if not self.reductions or any(value < 1 for value in self.reductions):
            raise ValueError("A tiling needs reductions of at least 1.")

    @property
    def longest(self) -> float:
        """Return the longest defect that is seen whole wherever it lies, in pixels of a tile."""
        return max(0.0, self.overlap - 2 * MARGIN)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for model.json."""
        return {**asdict(self), "reductions": list(self.reductions)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> Tiling | None:
        """Read what to_dict wrote; None stays None. Raises ValueError, KeyError, TypeError."""
        if values is None:
            return None
        return cls(int(values["size"]), int(values["overlap"]), tuple(values["reductions"]))


@dataclass(frozen=True)
class Tile:
    """A square of the frame: its corner in pixels of the reduced frame, and where it lies in the frame."""

    level: int
    x: int
    y: int
    scale: tuple[float, float]  # pixels of the frame in one of the tile, along x and y
    place: tuple[float, float, float, float]  # in the frame; the part beside it left out
    inner: tuple[bool, bool, bool, bool]  # which of the sides xmin, ymin, xmax, ymax lie inside of the frame


def place_along(length: int, tiling: Tiling) -> list[int]:
    """Return where tiles begin along a side of the (reduced) frame, evenly, overlapping enough."""
    size, stride = tiling.size, tiling.size - tiling.overlap
    if length <= size:
        return [0]
    count = -(-(length - size) // stride) + 1
    return [index * (length - size) // (count - 1) for index in range(count)]


def reduced_shape(height: int, width: int, reduction: float) -> tuple[int, int]:
    """Return height and width of a frame at 1 / reduction; at least a pixel."""
    return max(1, round(height / reduction)), max(1, round(width / reduction))


def levels_of(height: int, width: int, tiling: Tiling) -> list[tuple[int, int]]:
    """Return height and width at each reduction, ending where the frame fits into one tile."""
    shapes = []
    for reduction in tiling.reductions:
        shapes.append(reduced_shape(height, width, reduction))
        if max(shapes[-1]) <= tiling.size:
            break
    return shapes


def plan(height: int, width: int, tiling: Tiling) -> list[Tile]:
    """Return the tiles of a frame, level by level and row by row."""
    tiles = []
    for level, (rows, columns) in enumerate(levels_of(height, width, tiling)):
        scale = (width / columns, height / rows)
        for y in place_along(rows, tiling):
            for x in place_along(columns, tiling):
                right, low = min(x + tiling.size, columns), min(y + tiling.size, rows)
                place = (x * scale[0], y * scale[1], right * scale[0], low * scale[1])
                inner = (x > 0, y > 0, right < columns, low < rows)
                tiles.append(Tile(level, x, y, scale, place, inner))
    return tiles


def reduce_frame(pixels: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Shrink uint8 [H, W, C] to (height, width), averaging over what becomes one pixel."""
    if pixels.shape[:2] == shape:
        return pixels
    gray = pixels.shape[-1] == 1
    image = Image.fromarray(pixels[..., 0] if gray else pixels)
    resized = np.asarray(image.resize(shape[::-1], Image.Resampling.BILINEAR))
    return resized.reshape(*shape, pixels.shape[-1])


def cut(pixels: np.ndarray, tiles: Sequence[Tile], size: int) -> Iterator[np.ndarray]:
    """Yield the uint8 [size, size, C] of each tile of a frame [H, W, C]; outside of it is `FILL`."""
    level, reduced = 0, pixels
    for tile in tiles:
        if tile.level != level:
            height, width = pixels.shape[:2]
            level = tile.level
            reduced = reduce_frame(pixels, (round(height / tile.scale[1]), round(width / tile.scale[0])))
        part = reduced[tile.y : tile.y + size, tile.x : tile.x + size]
        if part.shape[:2] == (size, size):
            yield part
        else:
            whole = np.full((size, size, pixels.shape[-1]), FILL, np.uint8)
            whole[: part.shape[0], : part.shape[1]] = part
            yield whole


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes of a frame: float [n, 4] as xmin, ymin, xmax, ymax, scores [n], classes [n], tiles int [n]."""

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray
    tiles: np.ndarray

    def pick(self, which: np.ndarray) -> Boxes:
        """Return the boxes at the indexes, or in the mask, `which`."""
        return Boxes(self.boxes[which], self.scores[which], self.classes[which], self.tiles[which])


def to_frame(boxes: np.ndarray, tile: Tile) -> np.ndarray:
    """Move boxes [n, 4] from pixels of a tile to those of the frame, clipped to what the tile shows."""
    scale = np.array(tile.scale * 2)
    moved = (boxes + np.array([tile.x, tile.y] * 2)) * scale
    left, top, right, low = tile.place
    clipped: np.ndarray = np.clip(moved, [left, top, left, top], [right, low, right, low])
    return clipped


def merge(found: Boxes, tiles: Sequence[Tile], tiling: Tiling, *, iou: float = 0.5) -> Boxes:
    """Make one list of what was found in the tiles, best first, by the rule at the head of this module."""
    found = found.pick(np.argsort(-found.scores, kind="stable")[:MOST])
    sides = found.boxes[:, 2:] - found.boxes[:, :2]
    shortest = np.array([_shortest(tile, tiling) for tile in tiles])
    found = found.pick((sides > 0).all(axis=1) & (sides.max(axis=1, initial=0.0) >= shortest[found.tiles]))
    found, pieces = _join(found, tiles)
    rank = found.scores * np.where(pieces, PIECE_TRUST, 1.0)
    order = np.argsort(-rank, kind="stable")
    found = found.pick(order)
    kept = found.pick(_suppress(found, pieces[order], iou))
    return kept.pick(np.argsort(-kept.scores, kind="stable"))


def _shortest(tile: Tile, tiling: Tiling) -> float:
    """Return the shortest longer side that a tile answers for, in pixels of the frame."""
    if tile.level == 0:
        return 0.0
    return LEFT_TO_FINER * tiling.longest * tiling.reductions[tile.level - 1]


def find_cut_sides(found: Boxes, tiles: Sequence[Tile]) -> np.ndarray:
    """Return which sides of boxes touch a border of their tile that lies inside of the frame; bool [n, 4]."""
    places = np.array([tile.place for tile in tiles])[found.tiles].reshape(-1, 4)
    inner = np.array([tile.inner for tile in tiles])[found.tiles].reshape(-1, 4)
    # A hair less, because the scale of a reduced frame is no round number.
    near = np.abs(found.boxes - places) < _margins(found, tiles) * (1 - 1e-6)
    cut_sides: np.ndarray = near & inner
    return cut_sides


def _margins(found: Boxes, tiles: Sequence[Tile]) -> np.ndarray:
    margins: np.ndarray = MARGIN * np.array([tile.scale * 2 for tile in tiles])[found.tiles].reshape(-1, 4)
    return margins


def _join(found: Boxes, tiles: Sequence[Tile]) -> tuple[Boxes, np.ndarray]:
    """Replace the pieces that belong together by their hull, which has the best score among them.

    Returns the boxes and which of them are pieces still: a hull is whole when each of its sides was seen by
    a tile that did not cut it.
    """
    cut_sides, margins = find_cut_sides(found, tiles), _margins(found, tiles)
    reach = (found.boxes[:, 2:] - found.boxes[:, :2]) / margins[:, 2:] * MARGIN
    slivers = np.any(cut_sides & (np.tile(reach, 2) < SLIVER), axis=1)
    found, cut_sides, margins = found.pick(~slivers), cut_sides[~slivers], margins[~slivers]
    pieces: np.ndarray = cut_sides.any(axis=1)
    places = np.flatnonzero(pieces)
    if len(places) < 2:
        return found, pieces
    groups = _group(found.pick(places), tiles)
    boxes, scores, left = found.boxes.copy(), found.scores.copy(), np.ones(len(pieces), bool)
    for number in np.unique(groups):
        members = places[groups == number]
        if len(members) == 1:
            continue
        parts, first = found.boxes[members], members[0]
        hull = np.concatenate([parts[:, :2].min(axis=0), parts[:, 2:].max(axis=0)])
        seen = (np.abs(parts - hull) <= margins[members]) & ~cut_sides[members]
        boxes[first], scores[first] = hull, found.scores[members].max()
        pieces[first], left[members[1:]] = not seen.any(axis=0).all(), False
    joined = Boxes(boxes, scores, found.classes, found.tiles)
    return joined.pick(left), pieces[left]


def _group(found: Boxes, tiles: Sequence[Tile]) -> np.ndarray:
    """Number the defects that pieces belong to; int [n]."""
    levels = np.array([tile.level for tile in tiles])[found.tiles]
    places = np.array([tile.place for tile in tiles])[found.tiles]
    first, second = _comparable(found, levels)
    ground = _intersect(places[first], places[second])
    ours = (_intersect(ground, found.boxes[first]), _intersect(ground, found.boxes[second]))
    agree = _overlaps(*ours)[0] >= AGREEMENT
    groups = np.arange(len(levels))
    for i, j in zip(first[agree], second[agree], strict=True):
        if groups[i] != groups[j]:
            groups[groups == groups[j]] = groups[i]
    return groups


def _comparable(found: Boxes, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of all pairs of different tiles, of one class and level, whose scores are alike."""
    count = len(levels)
    group = found.classes.astype(np.int64) * (1 + int(levels.max(initial=0))) + levels
    alike = (group[:, None] == group) & (found.tiles[:, None] != found.tiles)
    alike &= np.minimum(found.scores[:, None], found.scores) >= COMPARABLE * np.maximum(
        found.scores[:, None], found.scores
    )
    alike &= np.arange(count)[:, None] < np.arange(count)
    # Pieces of one defect lie close: in one direction nothing of the one is beyond the other's reach.
    low, high = found.boxes[:, :2], found.boxes[:, 2:]
    for side in range(2):
        alike &= (low[:, None, side] < high[:, side]) & (low[:, side] < high[:, None, side])
    first, second = np.nonzero(alike)
    return first, second


def _intersect(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.concatenate([np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])], axis=-1)


def _area(boxes: np.ndarray) -> np.ndarray:
    areas: np.ndarray = np.maximum(boxes[..., 2:] - boxes[..., :2], 0.0).prod(axis=-1)
    return areas


def _overlaps(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the intersection of boxes over their union and over the smaller of them."""
    common, area_a, area_b = _area(_intersect(a, b)), _area(a), _area(b)
    smaller = np.minimum(area_a, area_b)
    return common / np.maximum(area_a + area_b - common, 1e-9), common / np.maximum(smaller, 1e-9)


def _suppress(found: Boxes, pieces: np.ndarray, iou: float) -> np.ndarray:
    """Return the places of the boxes that stay, in the order given, which is best first."""
    remaining, kept = np.ones(len(found.scores), bool), []
    for i in range(len(remaining)):
        if not remaining[i]:
            continue
        kept.append(i)
        rest = np.flatnonzero(remaining[i + 1 :] & (found.classes[i + 1 :] == found.classes[i])) + i + 1
        union, inside = _overlaps(found.boxes[i], found.boxes[rest])
        least = np.where(pieces[rest] | pieces[i], PIECE_INSIDE, INSIDE)
        out = (union > iou) | ((inside >= least) & (found.tiles[rest] != found.tiles[i]))
        remaining[rest[out]] = False
    return np.array(kept, int)
