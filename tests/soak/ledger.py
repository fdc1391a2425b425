"""What was told before the kills, held against what the file has afterwards."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from npcengine.messages import Origin
from npcengine.stores.save import RealmTurns
from npcengine.turns import Turn
from tests.soak.talker import SLOT, save_turns


class Said(NamedTuple):
    """A turn: no two have the same words."""

    line: str
    answer: str

    @property
    def age(self) -> tuple[int, ...]:
        """Round and place in the conversation, with which every line begins."""
        return tuple(int(word) for word in self.line.split()[:2])


@dataclass
class Ledger:
    """All that was told so far, and each fault that was found as a sentence."""

    owed: dict[Origin, set[Said]] = field(default_factory=lambda: defaultdict(set))
    """What the file has to have: all that was told, and what was found in it once."""
    answered: int = 0
    """How many turns were told."""
    restored: int = -1
    """The save that was restored last."""
    restores: int = 0
    unheard: set[Said] = field(default_factory=set)
    """Turns of the file that were not told: the kill came in between."""
    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    displaced: set[str] = field(default_factory=set)
    torn: set[str] = field(default_factory=set)

    @property
    def faults(self) -> set[str]:
        return self.lost | self.doubled | self.displaced | self.torn

    def note(self, what: str, realm: str, *rest: str | int) -> None:
        """Take down what the game told."""
        if what == "said":
            player, npc, line, answer = map(str, rest)
            self.owed[Origin(realm, npc, player)].add(Said(line, answer))
            self.answered += 1
        elif what == "restored":
            self.restored = int(rest[0])
            self.restores += 1

    def compare(self, realm: str, kept: RealmTurns) -> int:
        """Look for faults in a realm of the file; return how many turns it has."""
        found = {
            Origin(realm, *key): [Said(turn.player_line, turn.npc_line) for turn in turns]
            for key, turns in kept.items()
        }
        for key in found.keys() | {key for key in self.owed if key.realm == realm}:
            self._compare(key, found.get(key, []))
        return sum(len(turns) for turns in found.values())

    def _compare(self, key: Origin, found: list[Said]) -> None:
        owed, once = self.owed[key], set(found)
        self.lost |= {f"lost: {key} {said}" for said in owed - once}
        if len(once) < len(found):
            self.doubled |= {f"twice: {key} {said}" for said in once if found.count(said) > 1}
        if found != sorted(found, key=lambda said: said.age):
            self.displaced.add(f"out of order: {key} {found}")
        self.unheard |= once - owed
        owed |= once

    def compare_slot(self, kept: RealmTurns) -> None:
        """Look whether the save slot has one whole save, and none older than was told."""
        if not kept and self.restored < 0:
            return
        number = _number(kept)
        if number is None or dict(kept) != dict(save_turns(number)):
            self.torn.add(f"torn: {SLOT} {kept}")
        elif number < self.restored:
            self.lost.add(f"lost: save {self.restored}, {SLOT} has {number}")


def _number(kept: RealmTurns) -> int | None:
    """Return the number of the save that these may be."""
    first: tuple[Turn, ...] = next(iter(kept.values()), ())
    return int(first[0].at) if first else None
