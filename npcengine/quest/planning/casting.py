"""Who plays which part: roles are filled with what is around and fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import TypeAlias

from npcengine.quest.model import Difficulty
from npcengine.quest.planning.strategy import Role
from npcengine.quest.planning.surroundings import Surroundings
from npcengine.world.state import State

MAX_CANDIDATES = 12
"""So many are tried for one role."""
MAX_TRIES = 60
"""So often somebody is put into a role before it is given up."""

LEVELS: Mapping[Difficulty, tuple[int, int]] = {"easy": (-10, 0), "medium": (-3, 2), "hard": (0, 5)}
"""How far below and above the player's level those are who are fought."""

Cast: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """What is the same for all roles of a quest."""

    state: State
    giver: str
    around: Surroundings
    difficulty: Difficulty
    likes: Callable[[str], float]
    """How well somebody fits the theme, and how long ago they played a part: 0 to 1."""


def cast(stage: Stage, roles: Mapping[str, Role], taken: Cast, rng: Random) -> Cast | None:
    """Fill all roles with what fits, each with another; None when that cannot be done."""
    tries = [MAX_TRIES]
    return _cast(stage, list(roles.items()), roles, taken, rng, tries)


def _cast(
    stage: Stage,
    left: Sequence[tuple[str, Role]],
    roles: Mapping[str, Role],
    cast: Cast,
    rng: Random,
    tries: list[int],
) -> Cast | None:
    if not left:
        return cast
    (name, role), *rest = left
    candidates = [id for id in stage.around.ids.get(role.kind, ()) if id not in cast.values()]
    candidates.sort(key=lambda id: rng.random() - stage.likes(id))
    wanted = role.wanted
    fitting = (id for id in candidates if _fits(stage, role, id, wanted))
    for id in islice(fitting, MAX_CANDIDATES):
        if tries[0] <= 0:
            return None
        tries[0] -= 1
        now = {**cast, name: id}
        if _related(stage, roles, now):
            found = _cast(stage, rest, roles, now, rng, tries)
            if found is not None:
                return found
    return None


def _fits(stage: Stage, role: Role, id: str, wanted: Mapping[str, bool]) -> bool:
    if id == stage.giver:
        return False
    if role.tags and not set(role.tags) & set(stage.state.entity(id).tags):
        return False
    if not all(_KINDS[role.kind](stage, id)) or not _captive_fits(stage.state, role, id):
        return False
    return all(_TESTS[name](stage, id) is value for name, value in wanted.items())


def _captive_fits(state: State, role: Role, id: str) -> bool:
    return role.kind != "person" or bool(state.get(f"{id}.captive")) is role.captive


def _in_reach(stage: Stage, id: str) -> bool:
    """Tell whether somebody is as strong as those whom this player should fight."""
    level = stage.state.get("player.level")
    if not isinstance(level, int | float):
        return True
    low, high = LEVELS[stage.difficulty]
    return bool(low <= stage.state.entity(id).level - level <= high)


def _alive(stage: Stage, id: str) -> bool:
    return stage.state.get(f"{id}.alive") is True


def _sources(stage: Stage, id: str) -> set[str]:
    return {each.how for each in stage.state.index.sources.get(id, ())}


def _enemy(stage: Stage, id: str) -> bool:
    factions = stage.state.world.factions
    own, theirs = stage.state.entity(stage.giver).faction, stage.state.entity(id).faction
    if own not in factions or theirs not in factions:
        return False
    return bool(theirs in factions[own].enemies or own in factions[theirs].enemies)


_KINDS: Mapping[str, Callable[[Stage, str], Iterator[bool]]] = {
    "place": lambda stage, id: iter([id != stage.around.home]),
    "person": lambda stage, id: iter([_alive(stage, id)]),
    "creature": lambda stage, id: iter([_alive(stage, id), _in_reach(stage, id)]),
    "item": lambda stage, id: iter(
        [
            not stage.state.entity(id).essential,
            id != stage.state.world.money,
            id not in stage.state.entity(stage.giver).sells,  # nobody asks for what they sell
        ]
    ),
    "thing": lambda stage, id: iter([True]),
    "information": lambda stage, id: iter([stage.state.get(f"player.knows.{id}") is not True]),
    "faction": lambda stage, id: iter([True]),
}
_TESTS: Mapping[str, Callable[[Stage, str], bool]] = {
    "sold": lambda stage, id: "buy" in _sources(stage, id),
    "gathered": lambda stage, id: "gather" in _sources(stage, id),
    "made": lambda stage, id: "make" in _sources(stage, id),
    "carried": lambda stage, id: "kill" in _sources(stage, id),
    "hidden": lambda stage, id: not _sources(stage, id) & {"buy", "gather", "make"},
    "used_up": lambda stage, id: stage.state.entity(id).used_up,
    "unique": lambda stage, id: stage.state.entity(id).unique,
    "dangerous": lambda stage, id: stage.around.dangerous(stage.state, id),
    "hostile": lambda stage, id: stage.state.entity(id).hostile,
    "respawns": lambda stage, id: stage.state.entity(id).respawns,
    "enemy": _enemy,
    "essential": lambda stage, id: stage.state.entity(id).essential,
    "broken": lambda stage, id: stage.state.get(f"{id}.broken") is True,
    "locked": lambda stage, id: stage.state.get(f"{id}.locked") is True,
    "known_to_giver": lambda stage, id: stage.state.get(f"{stage.giver}.knows.{id}") is True,
}


def _related(stage: Stage, roles: Mapping[str, Role], cast: Cast) -> bool:
    """Tell whether those who have their parts are to each other what the roles say."""
    for name, role in roles.items():
        if name not in cast:
            continue
        for relation, test in _RELATIONS.items():
            other = getattr(role, relation)
            if other is None:
                continue
            if other in cast:
                if not test(stage, cast[name], cast[other]):
                    return False
            elif relation != "knows_not" and not _RELATED[relation](stage, cast[name]):
                return False
    return True


_RELATIONS: Mapping[str, Callable[[Stage, str, str], bool]] = {
    "knows": lambda stage, id, other: stage.state.get(f"{id}.knows.{other}") is True,
    "knows_not": lambda stage, id, other: stage.state.get(f"{id}.knows.{other}") is not True,
    "has": lambda stage, id, other: stage.state.number(f"{id}.has.{other}") >= 1,
    "sells": lambda stage, id, other: other in stage.state.entity(id).sells,
}
_RELATED: Mapping[str, Callable[[Stage, str], bool]] = {
    "knows": lambda stage, id: bool(stage.state.entity(id).knows),
    "has": lambda stage, id: bool(stage.state.entity(id).carries),
    "sells": lambda stage, id: bool(stage.state.entity(id).sells),
}
