"""A layout for maps: places as far from each other as the ways between them are long."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from math import atan2, cos, exp, hypot, log, sin, sqrt
from random import Random
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Ways: TypeAlias = Sequence[Sequence[tuple[int, float]]]
"""For each place, which others a way leads to, and how long that is."""

_ROUNDS = 24
_APART = 0.62
"""So near each other no two places are, in lengths of a usual way."""


def spread(ways: Ways) -> list[Point]:
    """Place the points of a graph, some 150 at most; the same graph gives the same places.

    By gradient descent on the stress, one pair at a time (Zheng, Pawar and Goodman, 2018), with
    lengths near 1. What hangs together not at all stands side by side.
    """
    count = len(ways)
    rng = Random(count)
    far = [_distances(ways, start) for start in range(count)]
    most = max((each for row in far for each in row if each is not None), default=1.0)
    pairs = [
        (one, other, far[one][other] or most + 1.5) for one in range(count) for other in range(one)
    ]
    size = sqrt(count)
    points = [(rng.uniform(-size, size), rng.uniform(-size, size)) for _ in range(count)]
    fall = log((most + 1.5) ** 2 / 0.05) / _ROUNDS
    for number in range(_ROUNDS):
        step = (most + 1.5) ** 2 * exp(-fall * number)
        rng.shuffle(pairs)
        for one, other, length in pairs:
            _pull(points, one, other, length, min(1.0, step / length**2))
    for _ in range(_ROUNDS):
        close = [(one, other) for one, other, _ in pairs if _gap(points, one, other) < _APART]
        for one, other in close:
            _pull(points, one, other, 1.01 * _APART, 1.0)
        if not close:
            break
    return points


def turned(points: Sequence[Point], first: int) -> list[Point]:
    """Turn points so that they are broader than high, with one of them to the left."""
    count = max(1, len(points))
    x, y = sum(p[0] for p in points) / count, sum(p[1] for p in points) / count
    moved = [(px - x, py - y) for px, py in points]
    across = sum(px * px - py * py for px, py in moved)
    angle = atan2(2 * sum(px * py for px, py in moved), across) / 2
    flat = [
        (px * cos(angle) + py * sin(angle), py * cos(angle) - px * sin(angle)) for px, py in moved
    ]
    sign = -1.0 if flat and flat[first][0] > 0 else 1.0
    return [(sign * px, sign * py) for px, py in flat]


def _distances(ways: Ways, start: int) -> list[float | None]:
    found: list[float | None] = [None] * len(ways)
    queue = [(0.0, start)]
    while queue:
        far, place = heappop(queue)
        if found[place] is None:
            found[place] = far
            for other, length in ways[place]:
                if found[other] is None:
                    heappush(queue, (far + length, other))
    return found


def _gap(points: Sequence[Point], one: int, other: int) -> float:
    return hypot(points[one][0] - points[other][0], points[one][1] - points[other][1])


def _pull(points: list[Point], one: int, other: int, length: float, by: float) -> None:
    """Move two points towards the distance that they should have."""
    (x, y), (ox, oy) = points[one], points[other]
    dx, dy = x - ox, y - oy
    gap = hypot(dx, dy)
    if gap < 1e-9:
        dx, dy, gap = 1e-3, 1e-3 * (one - other), hypot(1e-3, 1e-3 * (one - other))
    move = by * (gap - length) / 2 / gap
    points[one] = x - move * dx, y - move * dy
    points[other] = ox + move * dx, oy + move * dy
