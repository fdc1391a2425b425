"""The cast: all personas that are loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from npcengine.content.fields import first_problem
from npcengine.content.yaml_tree import dotted
from npcengine.errors import UnknownNPC, UsageError
from npcengine.persona.model import Persona
from npcengine.spelling import nearest


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
    """An immutable collection of personas by their id.

    `cast["blacksmith"]` gives a persona and raises `UnknownNPC` if there is none. Iterating
    gives the personas, in the order in which they were loaded.
    """

    __slots__ = ("_personas",)

    def __init__(self, personas: Iterable[Persona] = ()) -> None:
        self._personas: dict[str, Persona] = {}
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

    def with_persona(self, persona: Persona) -> Cast:
        """Give a cast that has this persona too. Raises `UsageError` if its id is taken."""
        return Cast((*self, persona))
