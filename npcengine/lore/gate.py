"""Who may hear of an entry now, whatever is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from npcengine.lore.model import Entry
from npcengine.turns import Fact

Lock = Literal["enabled", "when", "tags", "since"]
"""The field of an entry that keeps it from a character."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What decides, beside what is said, which entries may fire.

    Entries are called `BOOK/ENTRY`, as `Fired.id` has them.
    """

    facts: Mapping[str, Fact] = field(default_factory=dict)
    scope: Collection[str] | None = None
    """The tags that the character may hear of; None for all."""
    knows_until: float | None = None
    """The character knows nothing of what happened later; None for no such point."""
    chance: str = ""
    """What decides where chance does: the same text decides in the same way."""
    turn: int = 0
    """How many times the character has replied in this conversation."""
    greeting: int | None = None
    """The number of the greeting that the conversation began with; None where it is not known."""
    standing: Collection[str] = ()
    """Entries that fired earlier and still stand in the prompt: they do not fire again."""
    before: Collection[str] = ()
    """Entries that ever fired in this conversation."""


def lock(entry: Entry, moment: Moment) -> Lock | None:
    """Say what keeps `entry` from the character; None if nothing does.

    What cannot be decided, because a fact is not known, stays locked.
    """
    if not entry.enabled:
        return "enabled"
    if moment.scope is not None and any(tag not in moment.scope for tag in entry.tags):
        return "tags"
    until = moment.knows_until
    if until is not None and entry.since is not None and entry.since > until:
        return "since"
    if entry.when is not None and entry.when.value(moment.facts) is not True:
        return "when"
    return None


def is_time(id: str, entry: Entry, moment: Moment) -> bool:
    """Tell whether the entry may fire at this point of the conversation, and chance lets it."""
    return (
        not (entry.once and id in moment.before)
        and moment.turn >= entry.after
        and moment.turn % entry.every == 0
        and entry.greeting in (None, moment.greeting)
        and (entry.probability >= 1 or _roll(moment.chance, id) < entry.probability)
    )


def _roll(chance: str, id: str) -> float:
    """Give a number from 0 to 1, always the same one for the same texts."""
    seed = f"{chance}\0{id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(seed, digest_size=6).digest()) / (1 << 48)
