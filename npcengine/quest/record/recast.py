"""Others in the parts of those who are gone, so that a quest can be finished all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from npcengine.quest.model import Objective, Proof, Quest
from npcengine.quest.planning.casting import Stage, cast
from npcengine.quest.planning.skeleton import unwanted
from npcengine.quest.planning.strategy import Role, Strategies
from npcengine.quest.planning.surroundings import Surroundings
from npcengine.quest.progress import Progress, Tracker
from npcengine.quest.proving.prove import NoProof, Verdict
from npcengine.quest.proving.rest import prove_rest, rest_of
from npcengine.quest.record.entry import NOT_BEGUN
from npcengine.world.state import State

MAX_PROOFS = 40
"""So many casts are proved before it is given up."""
MAX_FOR_ONE = 12
"""So many for the same roles."""


async def recast(
    quest: Quest, state: State, strategies: Strategies, progress: Progress = NOT_BEGUN
) -> Quest | None:
    """Return the quest with others in the roles that are lost, proved; None where nobody fits.

    All others keep their parts, and whoever played one in what is done already; rewards and texts
    stay as they are. The proof is of what is left. The same arguments give the same.

    A step of it takes milliseconds, and there may be many: between them others have the loop.
    """
    places = [*state.places(quest.giver), str(state.get("player.at"))]
    home = next((place for place in places if place in state.index.exits), None)
    if home is None or quest.giver not in state.index.entities:
        return None
    await asyncio.sleep(0)
    around = Surroundings.of(state, home, quest.difficulty)
    await asyncio.sleep(0)
    stage = Stage(state, quest.giver, around, quest.difficulty, lambda _: 0.0)
    search = _Search(quest, progress, stage, _roles(quest, state, strategies))
    return await search.found()


def _roles(quest: Quest, state: State, strategies: Strategies) -> Mapping[str, Role]:
    """Return what each role asks for; where nobody knows, whatever is of the same kind."""
    twists = (each for each in strategies.twists if each.id in quest.twists)
    patterns = (each for each in strategies.strategies if each.id == quest.strategy)
    known = {name: role for each in (*twists, *patterns) for name, role in each.roles.items()}
    alike = ((name, _alike(state, id)) for name, id in quest.roles.items())
    return {name: known.get(name, role) for name, role in alike if role is not None}


def _alike(state: State, id: str) -> Role | None:
    kind = state.kind(id)
    if kind == "creature":
        return Role(kind=kind, respawns=state.entity(id).respawns)
    if kind == "person":
        return Role(kind=kind, captive=state.entity(id).captive)
    return None if kind is None else Role(kind=kind)


@dataclass(slots=True)
class _Search:
    quest: Quest
    progress: Progress
    stage: Stage
    roles: Mapping[str, Role]
    left: int = MAX_PROOFS
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.quest.id)

    async def found(self) -> Quest | None:
        verdict = prove_rest(self.quest, self.progress, self.stage.state)
        if isinstance(verdict, Proof):
            return self.quest.model_copy(update={"proof": verdict})
        for lost in dict.fromkeys(self._lost(verdict)):
            found = await self._with_others(lost) if lost else None
            if found is not None:
                return found
        return None

    def _lost(self, verdict: NoProof) -> Iterator[frozenset[str]]:
        """Give the roles that others may have to play, the fewest and the most likely first."""
        state, free = self.stage.state, self._free()
        gone = frozenset(name for name, id in free.items() if _is_gone(state, id, self.roles[name]))
        yield gone
        stuck = frozenset(self._named(verdict.objective)) & free.keys()
        yield from (frozenset({name}) for name in free if name in stuck)
        yield gone | stuck
        yield from (gone | {name} for name in free)
        yield frozenset(free)

    def _free(self) -> Mapping[str, str]:
        """Return the roles that have a part in what is left, and none in what is done."""
        done, left = set[str](), set[str]()
        for each in self.quest.objectives:
            (done if each.id in self.progress.done else left).update(self._named(each.id))
        return {
            name: id
            for name, id in self.quest.roles.items()
            if name in left - done and name in self.roles
        }

    def _named(self, objective: str) -> Iterator[str]:
        """Give the roles that an objective is about."""
        using = next(
            (each.using.values() for each in self.quest.objectives if each.id == objective), ()
        )
        yield from (name for name, id in self.quest.roles.items() if id in using)

    async def _with_others(self, lost: frozenset[str]) -> Quest | None:
        """Try others in these roles, and learn from what fails who need not be tried again."""
        quest, wanted = self.quest, {name: self.roles[name] for name in self.roles if name in lost}
        kept = {name: id for name, id in quest.roles.items() if name not in lost}
        out = {quest.roles[name] for name in lost}
        out.update(item for each in quest.outcomes for item in each.reward.items)
        for _ in range(min(MAX_FOR_ONE, self.left)):
            await asyncio.sleep(0)
            roles = cast(_without(self.stage, out), wanted, kept, self.random)
            if roles is None:
                return None
            self.left -= 1
            made = _played_by(quest, {name: roles[name] for name in quest.roles}, self.stage.state)
            verdict = self._proved(made)
            if isinstance(verdict, Proof):
                return made.model_copy(update={"proof": verdict})
            failing = [
                each.using.values()
                for each in made.objectives
                if verdict.objective in ("", each.id)
            ]
            wrong = {id for name in lost if (id := roles[name]) for some in failing if id in some}
            if not wrong:
                return None
            out |= wrong
        return None

    def _proved(self, made: Quest) -> Verdict:
        state = self.stage.state
        pairs = zip(self.quest.objectives, made.objectives, strict=True)
        changed = {new.id for old, new in pairs if old.using != new.using}
        rest = rest_of(made, self.progress, state)
        for id in Tracker(rest, state.world).accept(state).done:
            if id in changed:
                return NoProof("done", "it is done already", objective=id)
        verdict = prove_rest(made, self.progress, state)
        if isinstance(verdict, Proof) and unwanted(made, verdict.plans, state):
            return NoProof("unwanted", "it would take what nobody would ask for")
        return verdict


def _is_gone(state: State, id: str, role: Role) -> bool:
    if state.kind(id) in ("person", "creature"):
        held = role.kind == "person" and bool(state.get(f"{id}.captive")) is not role.captive
        return state.get(f"{id}.alive") is False or held or not state.places(id)
    return False


def _without(stage: Stage, out: set[str]) -> Stage:
    """Return the stage as if some were not there."""
    ids = {
        kind: tuple(id for id in some if id not in out) for kind, some in stage.around.ids.items()
    }
    return replace(stage, around=replace(stage.around, ids=ids))


def _played_by(quest: Quest, roles: Mapping[str, str], state: State) -> Quest:
    """Return the quest with this cast."""
    others = {id: roles[name] for name, id in quest.roles.items() if roles[name] != id}
    objectives = tuple(_with(each, others, state) for each in quest.objectives)
    return quest.model_copy(update={"roles": roles, "objectives": objectives, "proof": None})


def _with(objective: Objective, others: Mapping[str, str], state: State) -> Objective:
    if objective.do == "choose" or others.keys().isdisjoint(objective.using.values()):
        return objective
    using = {name: others.get(str(each), each) for name, each in objective.using.items()}
    target = str(using.get("target"))
    if objective.do == "kill" and not getattr(state.entity(target), "respawns", False):
        using.pop("count", None)
    return objective.model_copy(update={"using": using})
