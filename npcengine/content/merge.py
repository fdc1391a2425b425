"""Several documents as one: a later one changes what earlier ones say, and all keeps its place.

Groups are merged field by field. A list whose entries all have an `id` is merged into the earlier
list by those ids; `traits+` adds its entries to the earlier `traits`; whatever else stands in the
later document takes the place of what stood there, and an empty field takes it away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from npcengine.content.yaml_tree import Data, Loc, Tree

MORE = "+"
"""At the end of a field's name: its entries come after those that are there."""


def merge(trees: Sequence[Tree]) -> Tree:
    """Lay documents over each other, the last one on top; at least one is needed.

    An empty field that takes nothing away is left out, except in the last document, where it is a
    mistake.
    """
    *below, top = trees
    return lay(base_of(below), top)


def base_of(trees: Sequence[Tree]) -> Tree | None:
    """Lay documents over each other, for others to be laid over them; without any, none."""
    base: Tree | None = None
    for tree in trees:
        base = lay(base, tree, is_top=False)
    return base


def lay(base: Tree | None, over: Tree, *, is_top: bool = True) -> Tree:
    """Lay one document over another. Below the top one, empty fields go without a trace."""
    return _Layer(base or Tree(over.source, {}, {}, (), frozenset()), over, is_top).merged()


def without(tree: Tree, names: Collection[str]) -> Tree:
    """Leave out fields of the top."""
    data = {name: value for name, value in tree.data.items() if name not in names}
    return Tree(tree.source, data, tree.spots, tree.complaints, tree.blamed)


class _Layer:
    """One document laid over another: `loc` is a place in the upper one, `at` in the outcome."""

    def __init__(self, base: Tree, over: Tree, is_top: bool) -> None:
        self._base = base
        self._over = over
        self._is_top = is_top
        # Most of the top document keeps its place; without a `+` it need not be gone through.
        self._stays = is_top and not any(loc and _adds(loc[-1]) for loc in over.spots)
        self._spots = base.spots | over.spots

    def merged(self) -> Tree:
        base, over = self._base, self._over
        data = self._group(base.data, over.data, (), ())
        complaints = (*base.complaints, *over.complaints)
        return Tree(over.source, data, self._spots, complaints, base.blamed | over.blamed)

    def _group(
        self, base: dict[str, Data], over: dict[str, Data], loc: Loc, at: Loc
    ) -> dict[str, Data]:
        self._spots[at] = self._over.spots[loc]
        made = dict(base)
        for name in over if self._stays else sorted(over, key=_adds):  # `traits`, then `traits+`
            self._field(made, name, over[name], loc, at)
        return made

    def _field(self, made: dict[str, Data], name: str, value: Data, loc: Loc, at: Loc) -> None:
        """Lay one field over a group."""
        field = name.removesuffix(MORE)
        below, here, there = made.get(field), (*loc, name), (*at, field)
        if _adds(name) and name in made and loc == at:  # what could not be added keeps its place
            self._make_room(made[name], value, here)
        if isinstance(below, dict) and isinstance(value, dict):
            made[field] = self._group(below, value, here, there)
        elif isinstance(below, tuple) and isinstance(value, tuple) and _goes_with(name, value):
            made[field] = self._list(below, value, here, there)
        elif _adds(name) and (field in made or not isinstance(value, tuple)):
            self._forget(made.get(name), (*at, name))  # nothing to add to, or nothing to add
            made[name] = self._put(value, here, (*at, name))
        elif value is not None or (self._is_top and field not in made):
            self._forget(below, there)
            made[field] = self._put(value, here, there)
        else:
            self._forget(made.pop(field, None), there)

    def _list(
        self, base: tuple[Data, ...], over: tuple[Data, ...], loc: Loc, at: Loc
    ) -> tuple[Data, ...]:
        if loc == at:
            self._make_room(base, over, at)
        self._spots[at] = self._over.spots[loc]
        made = list(base)
        known = {_id(entry): index for index, entry in enumerate(made) if _id(entry)}
        for index, entry in enumerate(over):
            here, where = (*loc, index), known.get(_id(entry), len(made))
            below = made[where] if where < len(made) else None
            if isinstance(below, dict) and isinstance(entry, dict):
                made[where] = self._group(below, entry, here, (*at, where))
            else:
                made.append(self._put(entry, here, (*at, where)))
        return tuple(made)

    def _put(self, value: Data, loc: Loc, at: Loc) -> Data:
        """Take over a value of the upper document."""
        if self._stays and loc == at and self._spots.get(at) is self._over.spots[loc]:
            return value
        if isinstance(value, dict):
            return self._group({}, value, loc, at)
        self._spots[at] = self._over.spots[loc]
        if isinstance(value, tuple):
            entries = enumerate(value)
            return tuple(self._put(entry, (*loc, i), (*at, i)) for i, entry in entries)
        return value

    def _forget(self, value: Data, at: Loc) -> None:
        """Take away the places of a value of the lower document."""
        for place in _places(value, at):
            if place in self._spots and self._spots[place].source is not self._over.source:
                del self._spots[place]

    def _make_room(self, base: Data, over: Data, at: Loc) -> None:
        """Give the places of a list back to the lower document."""
        for place in _places(over, at):
            del self._spots[place]
        for place in _places(base, at):
            self._spots[place] = self._base.spots[place]


def _adds(name: str | int) -> bool:
    return isinstance(name, str) and name.endswith(MORE)


def _goes_with(name: str, value: tuple[Data, ...]) -> bool:
    """Tell whether a list goes with the earlier one, and not in its place."""
    return _adds(name) or (bool(value) and all(map(_id, value)))


def _id(entry: Data) -> str:
    """Return by what an entry of a list is known; empty if it has nothing of the kind."""
    found = entry.get("id") if isinstance(entry, dict) else None
    return found if isinstance(found, str) else ""


def _places(value: Data, at: Loc) -> Iterator[Loc]:
    """Give the place of a value and of all that is in it."""
    yield at
    parts = value.items() if isinstance(value, dict) else ()
    for name, inner in enumerate(value) if isinstance(value, tuple) else parts:
        yield from _places(inner, (*at, name))
