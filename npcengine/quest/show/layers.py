"""A layout for graphs that lead somewhere: in layers from top to bottom, with few crossings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]

GAP_X, GAP_Y = 28.0, 46.0
"""What is free between boxes beside and below each other."""
_THREAD = 10.0
"""How broad a line is that passes a layer."""
_SWEEPS = 8


class Layout(NamedTuple):
    """Where everything is."""

    centres: tuple[Point, ...]
    """The middle of each box."""
    lines: tuple[tuple[Point, ...], ...]
    """For each edge the points that it passes, from the bottom of a box to the top of another."""
    width: float
    height: float


def layered(sizes: Sequence[Point], edges: Sequence[tuple[int, int]]) -> Layout:
    """Lay out boxes of these sizes. Of edges in a circle one leads upwards.

    Takes time in proportion to boxes and edges squared; meant for a hundred of them.
    """
    layer = _layers(len(sizes), edges)
    chains = [_chain(edge, layer) for edge in edges]
    boxes = [*sizes]
    rows: dict[int, list[int]] = defaultdict(list)
    for box, level in enumerate(layer):
        rows[level].append(box)
    paths = list[list[int]]()
    for (start, end), levels in zip(edges, chains, strict=True):
        threads = list(range(len(boxes), len(boxes) + len(levels)))
        boxes += [(_THREAD, 0.0)] * len(levels)
        for thread, level in zip(threads, levels, strict=True):
            rows[level].append(thread)
        paths.append([start, *threads, end])
    links = [pair for path in paths for pair in pairwise(path)]
    ordered = _ordered([rows[level] for level in sorted(rows)], links)
    xs = _across(ordered, links, [width for width, _ in boxes])
    return _placed(ordered, paths, boxes, xs, len(sizes))


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return how many boxes lead to each, on the longest way; a circle is cut where it closes."""
    layer = [0] * count
    for _ in range(count):
        lower = [(end, layer[start] + 1) for start, end in edges if layer[end] <= layer[start]]
        lower = [(end, level) for end, level in lower if level < count]
        if not lower:
            break
        for end, level in lower:
            layer[end] = max(layer[end], level)
    levels = {level: at for at, level in enumerate(sorted(set(layer)))}
    return [levels[each] for each in layer]


def _chain(edge: tuple[int, int], layer: Sequence[int]) -> range:
    """Return the layers between the ends of an edge."""
    start, end = layer[edge[0]], layer[edge[1]]
    return range(start + 1, end) if end > start else range(start - 1, end, -1)


def _ordered(rows: list[list[int]], links: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Order each row so that few lines cross: each box near the middle of its neighbours."""
    near: dict[int, list[int]] = defaultdict(list)
    for start, end in links:
        near[start].append(end)
        near[end].append(start)
    best, fewest = rows, _crossings(rows, links)
    for sweep in range(_SWEEPS):
        rows = [list(row) for row in rows]
        down = sweep % 2 == 0
        for at in range(1, len(rows)) if down else reversed(range(len(rows) - 1)):
            beside = {box: n for n, box in enumerate(rows[at - 1 if down else at + 1])}
            place = {
                box: _mean([beside[each] for each in near[box] if each in beside], float(n))
                for n, box in enumerate(rows[at])
            }
            rows[at].sort(key=place.__getitem__)
        crossings = _crossings(rows, links)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _crossings(rows: list[list[int]], links: Sequence[tuple[int, int]]) -> int:
    at = {box: (level, n) for level, row in enumerate(rows) for n, box in enumerate(row)}
    by_level: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for link in links:
        (level, start), (_, end) = sorted((at[link[0]], at[link[1]]))
        by_level[level].append((start, end))
    return sum(
        (one[0] - other[0]) * (one[1] - other[1]) < 0
        for some in by_level.values()
        for n, one in enumerate(some)
        for other in some[:n]
    )


def _across(
    rows: list[list[int]], links: Sequence[tuple[int, int]], widths: Sequence[float]
) -> list[float]:
    """Return how far to the right each box is: as near to above its neighbours as there is room."""
    near: dict[int, list[int]] = defaultdict(list)
    for start, end in links:
        near[start].append(end)
        near[end].append(start)
    xs = [0.0] * len(widths)
    for row in rows:
        offsets = _offsets(row, widths)
        for box, offset in zip(row, offsets, strict=True):
            xs[box] = offset - offsets[-1] / 2
    for sweep in range(2 * _SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_mean([xs[each] for each in near[box]], xs[box]) for box in row]
            offsets = _offsets(row, widths)
            free = [want - offset for want, offset in zip(wanted, offsets, strict=True)]
            for box, offset, x in zip(row, offsets, _rising(free), strict=True):
                xs[box] = offset + x
    return xs


def _offsets(row: Sequence[int], widths: Sequence[float]) -> list[float]:
    """Return how far boxes of a row are from the first, packed as close as may be."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (widths[left] + widths[right]) / 2 + GAP_X)
    return offsets


def _rising(values: Sequence[float]) -> list[float]:
    """Return the nearest numbers of which none is less than the one before it."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        total, count = value, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before = blocks.pop()
            total, count = total + before[0], count + before[1]
        blocks.append((total, count))
    return [total / count for total, count in blocks for _ in range(count)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _placed(
    rows: list[list[int]],
    paths: list[list[int]],
    boxes: Sequence[Point],
    xs: Sequence[float],
    count: int,
) -> Layout:
    left = min((x - width / 2 for x, (width, _) in zip(xs, boxes, strict=True)), default=0.0)
    right = max((x + width / 2 for x, (width, _) in zip(xs, boxes, strict=True)), default=0.0)
    ys, spans, top = [0.0] * len(boxes), [(0.0, 0.0)] * len(boxes), 0.0
    for row in rows:
        height = max(boxes[box][1] for box in row)
        for box in row:
            ys[box], spans[box] = top + height / 2, (top, top + height)
        top += height + GAP_Y
    centres = [(x - left, y) for x, y in zip(xs, ys, strict=True)]
    lines = tuple(_line(path, centres, spans, boxes) for path in paths)
    return Layout(tuple(centres[:count]), lines, right - left, max(0.0, top - GAP_Y))


def _line(
    path: Sequence[int],
    centres: Sequence[Point],
    spans: Sequence[Point],
    boxes: Sequence[Point],
) -> tuple[Point, ...]:
    """Lead a line straight through every row, so that it bends between rows only."""
    start, end = path[0], path[-1]
    down = 1 if centres[end][1] > centres[start][1] else -1
    passed = [(centres[box][0], y) for box in path for y in spans[box][::down]]
    first = centres[start][0], centres[start][1] + down * boxes[start][1] / 2
    last = centres[end][0], centres[end][1] - down * boxes[end][1] / 2
    return (first, *passed[1:-1], last)
