"""The cast: all personas that are loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from pydantic import ValidationError

from npcengine.content.fields import first_problem
from npcengine.content.yaml_tree import dotted
from npcengine.errors import UnknownNPC, UsageError
from npcengine.lore.index import Index
from npcengine.lore.model import Lorebook
from npcengine.persona.model import Persona
from npcengine.spelling import nearest

Estimate = Callable[[str], int]
"""Counts the tokens of a text."""

_NO_BOOKS: Mapping[str, Lorebook] = MappingProxyType({})


def described(id: str, description: str, name: str | None) -> Persona:
    """Make a persona that is only a description; without a name it is called after its id.

    Raises `UsageError` when one of the values cannot be used.
    """
    called = name or re.sub(r"[._-]+", " ", id).title()
    try:
        return Persona(id=id, name=called, description=description)
    except ValidationError as error:
        loc, problem = first_problem(error, Persona)
        raise UsageError(f"add_persona: {dotted(loc)}: {problem}") from error


class Cast:
    """An immutable collection of personas by their id, and of the lorebooks that they name.

    `cast["blacksmith"]` gives a persona and raises `UnknownNPC` if there is none. Iterating
    gives the personas, in the order in which they were loaded.
    """

    __slots__ = ("_books", "_indexes", "_personas")

    def __init__(
        self, personas: Iterable[Persona] = (), books: Mapping[str, Lorebook] = _NO_BOOKS
    ) -> None:
        """Take personas, and `books` by the names by which the personas call them."""
        self._personas: dict[str, Persona] = {}
        self._books = dict(books)
        self._indexes: dict[tuple[tuple[str, ...], Estimate], Index] = {}
        for persona in personas:
            if persona.id in self._personas:
                raise UsageError(f"two personas have the id {persona.id!r}: rename one of them")
            self._personas[persona.id] = persona

    def __getitem__(self, npc: str) -> Persona:
        try:
            return self._personas[npc]
        except KeyError:
            raise UnknownNPC(npc, self.ids, nearest(npc, self.ids)) from None

    def __contains__(self, npc: object) -> bool:
        return npc in self._personas

    def __iter__(self) -> Iterator[Persona]:
        return iter(self._personas.values())

    def __len__(self) -> int:
        return len(self._personas)

    def __repr__(self) -> str:
        return f"Cast({', '.join(self._personas)})"

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all personas, in the order in which they were loaded."""
        return tuple(self._personas)

    @property
    def shelf(self) -> Mapping[str, Lorebook]:
        """All lorebooks, by the names by which personas call them."""
        return MappingProxyType(self._books)

    def books(self, npc: str) -> tuple[Lorebook, ...]:
        """Return the lorebooks that a character names, under these names, sorted by them.

        A book that the cast was not given is left out. Raises `UnknownNPC`.
        """
        names = sorted({each for each in self[npc].lorebooks if each in self._books})
        return tuple(self._books[name].model_copy(update={"name": name}) for name in names)

    def lore(self, npc: str, estimate: Estimate) -> Index:
        """Return the lorebooks that a character names, ready to be matched.

        They are made ready once for all who name the same ones, which for thousands of entries
        takes a second; `prepare` does it for everybody. A book that the cast was not given is
        left out. Raises `UnknownNPC`, and `UsageError` when a key is a regular expression and RE2
        is not installed.
        """
        names = tuple(sorted({each for each in self[npc].lorebooks if each in self._books}))
        index = self._indexes.get((names, estimate))
        if index is None:
            index = self._indexes[names, estimate] = Index(self.books(npc), estimate)
        return index

    def prepare(self, estimate: Estimate) -> Cast:
        """Make the lore of every character ready, and return the cast. Raises what `lore` does."""
        for npc in self._personas:
            self.lore(npc, estimate)
        return self

    def forget(self) -> None:
        """Forget what was said where lore was looked for."""
        for index in self._indexes.values():
            index.forget()

    def with_persona(self, persona: Persona) -> Cast:
        """Give a cast that has this persona too. Raises `UsageError` if its id is taken."""
        if persona.id in self:
            raise UsageError(f"two personas have the id {persona.id!r}: rename one of them")
        return self.changed([persona])

    def changed(
        self, personas: Iterable[Persona], books: Mapping[str, Lorebook] = _NO_BOOKS
    ) -> Cast:
        """Give a cast where these stand in place of those with their ids and names.

        New ones come last, and all others stay.
        """
        theirs = self._personas | {each.id: each for each in personas}
        cast = Cast(theirs.values(), {**self._books, **books})
        for key, index in tuple(self._indexes.items()):
            if books.keys().isdisjoint(key[0]):
                cast._indexes[key] = index
        return cast
