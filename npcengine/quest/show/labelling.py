"""Where the names on a map stand, so that none covers another, a place or a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from npcengine.quest.show.layers import Point


class Box(NamedTuple):
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def round(cls, centre: Point, width: float, height: float) -> Box:
        """Make the box with this middle and size."""
        x, y = centre
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    def shared(self, other: Box) -> float:
        """Return the area that two boxes have in common."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    @property
    def centre(self) -> Point:
        """The middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class Label(NamedTuple):
    """A name to be placed, and how much room it takes."""

    width: float
    height: float
    needed: bool
    """True when it must be placed, even where it covers something."""


class Line(NamedTuple):
    """A line that names had better not cross."""

    start: Point
    end: Point
    matters: bool
    """True when it is worse to cross this one than another."""


class Labelling(NamedTuple):
    """The boxes of names."""

    boxes: tuple[Box | None, ...]
    """None for a name that found no place."""
    clear: bool
    """Whether all are there, and none covers another."""


def labelled(
    points: Sequence[Point],
    labels: Sequence[Label],
    radii: Sequence[float],
    lines: Sequence[Line],
    marks: Sequence[Box],
    order: Iterable[int],
) -> Labelling:
    """Place the names of points one after the other, each where it is least in the way.

    Never on another name, a point or one of the marks if that can be; on as few lines as can be.
    """
    dots = [Box.round(p, 2 * r + 2, 2 * r + 2) for p, r in zip(points, radii, strict=True)]
    passed = [(point, line) for line in lines for point in _samples(line)]
    boxes: list[Box | None] = [None] * len(points)
    clear = True
    for at in order:
        around = Box.round(points[at], *_reach(labels[at], radii[at]))
        named = (each for each in boxes if each is not None)
        others = [*dots[:at], *dots[at + 1 :], *marks, *named]
        taken = [each for each in others if around.shared(each)]
        near = [each for each in passed if _inside(each[0], around)]
        best, cost = _best(points[at], labels[at], radii[at], taken, near)
        covers = cost >= _COVERS
        clear = clear and not covers
        if labels[at].needed or not covers:
            boxes[at] = best
    return Labelling(tuple(boxes), clear)


_COVERS = 1_000.0
_CROSSES = {False: 12.0, True: 30.0}
_GAP = 4.0


def _reach(label: Label, radius: float) -> Point:
    """Return the size of what every candidate lies in."""
    return 2 * (label.width + radius + _GAP), 6 * (label.height + radius + _GAP)


def _best(
    point: Point, label: Label, radius: float, taken: list[Box], near: list[tuple[Point, Line]]
) -> tuple[Box, float]:
    tried = []
    for rank, box in enumerate(_candidates(point, label, radius)):
        covered = sum(box.shared(each) for each in taken)
        crossed = {line for each, line in near if _inside(each, box)}
        cost = rank + sum(_CROSSES[line.matters] for line in crossed)
        cost += _COVERS + covered if covered else 0.0
        tried.append((box, cost))
    return min(tried, key=lambda each: each[1])


def _candidates(point: Point, label: Label, radius: float) -> list[Box]:
    x, y = point
    side, above = radius + _GAP + label.width / 2, radius + _GAP + label.height / 2
    slant = 0.7 * radius + label.width / 2
    centres = (
        (x, y + above), (x, y - above), (x + side, y), (x - side, y),
        (x + slant, y + 0.8 * above), (x - slant, y + 0.8 * above),
        (x + slant, y - 0.8 * above), (x - slant, y - 0.8 * above),
        (x, y + 2.1 * above), (x, y - 2.1 * above),
    )  # fmt: skip
    return [Box.round(each, label.width, label.height) for each in centres]


def _samples(line: Line) -> list[Point]:
    (x, y), (ox, oy) = line.start, line.end
    return [(x + (ox - x) * n / 12, y + (oy - y) * n / 12) for n in range(1, 12)]


def _inside(point: Point, box: Box) -> bool:
    return box.left <= point[0] <= box.right and box.top <= point[1] <= box.bottom
