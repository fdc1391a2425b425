"""What happens in a game, as far as quests are concerned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from npcengine.turns import Fact
from npcengine.world.actions import Action
from npcengine.world.state import State

EventKind = Literal[
    "killed", "obtained", "lost", "gave", "reached", "talked", "chose", "used", "crafted", "paid",
    "died", "tick", "flag",
]  # fmt: skip
KINDS: tuple[EventKind, ...] = get_args(EventKind)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, told by the game.

    `what` is the item that was obtained, lost, given, used or crafted, the person who was talked
    to or paid, who was killed or died (`player` for the player), the place that was reached, the
    option that was chosen, or the fact that has another `value`.
    """

    kind: EventKind
    what: str = ""
    to: str = ""
    """To whom something was given, or on what it was used."""
    about: str = ""
    """The information that was talked about."""
    count: int = 1
    """How many; for what was paid, how much."""
    value: Fact = True
    """What a fact is now."""
    minutes: float = 0.0
    """For a `tick`: how many minutes of the game have passed since the last one."""
    id: str = ""
    """One that came before with the same id is the same event, and changes nothing."""


_Told: TypeAlias = Callable[[Mapping[str, str | int], int], Event]


def _to(kind: EventKind) -> _Told:
    return lambda using, _: Event(kind, str(using["to"]), about=str(using.get("about", "")))


def _item(kind: EventKind) -> _Told:
    return lambda using, count: Event(kind, str(using["item"]), count=count)


_OF_VERBS: Mapping[str, _Told] = MappingProxyType(
    {
        "talk": _to("talked"),
        "ask": _to("talked"),
        "tell": _to("talked"),
        "give": lambda using, count: Event("gave", str(using["item"]), str(using["to"]), "", count),
        "pay": lambda using, count: Event("paid", str(using["to"]), count=count),
        "kill": lambda using, count: Event("killed", str(using["target"]), count=count),
        "use": lambda using, _: Event("used", str(using["item"]), str(using.get("on", ""))),
        "read": lambda using, _: Event("used", str(using["in"])),
        "make": _item("crafted"),
        "choose": lambda using, _: Event("chose", str(using["option"])),
    }
)


def events_of(state: State, action: Action) -> Iterator[Event]:
    """Give what a game tells when an action is done in a state: what changed, then what was done.

    A deed comes last, so that whatever it depends on has been told by then.
    """
    for fact, value, adds in action.changes:
        subject, _, rest = fact.partition(".")
        if fact == "player.at":
            yield Event("reached", str(value))
        elif subject == "player" and rest.startswith("has.") and adds and not float(value) % 1:
            kind: EventKind = "obtained" if float(value) > 0 else "lost"
            yield Event(kind, rest.removeprefix("has."), count=abs(int(value)))
        elif rest == "alive" and value is False:
            yield Event("died", subject)
        else:
            yield Event("flag", fact, value=state.number(fact) + float(value) if adds else value)
    told = _OF_VERBS.get(action.step.do)
    if told is not None:
        using = dict(action.step.using)
        count = using.get("count", 1)
        yield told(using, count if isinstance(count, int) else 1)
