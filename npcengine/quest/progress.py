"""How far a player is with a quest: a pure reducer over what happens in the game."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from npcengine.quest.events import Event
from npcengine.quest.model import Objective, Outcome, Quest
from npcengine.quest.watch import Deeds, uses_of, watch_of
from npcengine.turns import Fact
from npcengine.world.model import World
from npcengine.world.needs import Need
from npcengine.world.state import State

Status = Literal["offered", "active", "completed", "failed", "abandoned"]

MAX_SEEN = 256
"""So many ids of events are remembered, to know one that comes again."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one player is with one quest."""

    status: Status = "offered"
    done: tuple[str, ...] = ()
    """The objectives that are done, in the order in which that happened. None is undone."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """By objective, how often something has happened that must happen several times."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """What objectives hang on, as it was told last."""
    outcome: str | None = None
    """How it ended well."""
    minutes: float = 0.0
    """How long it has been active, in minutes of the game."""
    seen: tuple[str, ...] = ()
    """Ids of the last events."""


class Tracker:
    """Follows a quest: what `accept` begins, `advance` carries on, event by event."""

    def __init__(self, quest: Quest, world: World) -> None:
        self.quest = quest
        self._watches: dict[str, Need | Deeds] = {}
        for each in quest.objectives:
            watch = watch_of(world, each)
            if watch is not None:
                self._watches[each.id] = watch
        self._uses = {each.id: tuple(uses_of(quest, each, world)) for each in quest.objectives}
        self._lives = {each.id: _lives(world, each) for each in quest.objectives}
        watched = {each.fact for each in self.needs}
        self._facts = watched.union(*self._lives.values())

    @property
    def needs(self) -> tuple[Need, ...]:
        """What has to be so for objectives that are done once something is."""
        return tuple(each for each in self._watches.values() if isinstance(each, Need))

    @property
    def late(self) -> tuple[Need, ...]:
        """What has to be so once other objectives are done, and not before."""
        needs = ((each, self._watches.get(each.id)) for each in self.quest.objectives)
        return tuple(need for each, need in needs if each.after and isinstance(need, Need))

    @property
    def held(self) -> Iterator[Need]:
        """The same, without as much of something as the quest itself takes, which counts as had."""
        for each in self.quest.objectives:
            need = self._watches.get(each.id)
            if not each.after or not isinstance(need, Need):
                continue
            used = sum(amount * self._most(later) for later, amount in self._uses[each.id])
            if isinstance(need.value, bool | str) or not used:
                yield need
            elif need.value > used:
                yield need._replace(value=need.value - used)

    def accept(self, state: State) -> Progress:
        """Begin, with what is so already."""
        facts = {fact: now for fact in sorted(self._facts) if (now := state.get(fact)) is not None}
        return self._settled(Progress("active", facts=facts))

    def abandon(self, progress: Progress) -> Progress:
        """Give up a quest that is active; nothing else can be given up."""
        active = progress.status == "active"
        return replace(progress, status="abandoned") if active else progress

    def open(self, progress: Progress) -> tuple[str, ...]:
        """Return the objectives that can be worked on now, in the order of the quest."""
        done = set(progress.done)
        return tuple(
            each.id
            for each in self.quest.objectives
            if each.id not in done and done.issuperset(each.after)
        )

    def ahead(self, progress: Progress) -> Progress:
        """Return the progress as if what was done before its turn had been done in it."""
        left = ((id, each) for id, each in self._watches.items() if id not in progress.done)
        early = (id for id, each in left if self._has_been(id, each, progress))
        return replace(progress, done=(*progress.done, *early))

    def advance(self, progress: Progress, event: Event) -> Progress:
        """Return how far the player is once an event has happened.

        An event that is none of the quest's business changes nothing, nor does one that comes a
        second time, nor any once the quest is over. Several may come in any order.
        """
        if progress.status != "active" or (event.id and event.id in progress.seen):
            return progress
        changed = self._counted(self._told(progress, event), event)
        if changed is not progress:
            changed = self._settled(changed)
        if event.id:
            changed = replace(changed, seen=(*changed.seen, event.id)[-MAX_SEEN:])
        return changed

    def _told(self, progress: Progress, event: Event) -> Progress:
        """Note what an event says of facts."""
        if event.kind == "tick":
            return replace(progress, minutes=progress.minutes + max(0.0, event.minutes))
        fact, value = _fact(progress.facts, event)
        if fact not in self._facts or progress.facts.get(fact) == value:
            return progress
        return replace(progress, facts={**progress.facts, fact: value})

    def _counted(self, progress: Progress, event: Event) -> Progress:
        counts: dict[str, int] = {}
        for id, watch in self._watches.items():
            if not isinstance(watch, Deeds):
                continue
            times = watch.counts(event)
            if times and (not watch.in_order or id in self.open(progress)):
                before = progress.counts.get(id, 0)
                counts[id] = min(before + times, watch.times)
        return replace(progress, counts={**progress.counts, **counts}) if counts else progress

    def _settled(self, progress: Progress) -> Progress:
        """Mark what is done, and end the quest if that was the last of it."""
        all_done = self._done(progress)
        if len(all_done) > len(progress.done):
            progress = replace(progress, done=all_done)
        done = set(progress.done)
        for outcome in self.quest.outcomes:
            if done.issuperset(outcome.needs):
                return replace(progress, status="completed", outcome=outcome.id)
        late = self.quest.minutes is not None and progress.minutes > self.quest.minutes
        if late or not any(self._can_come(each, progress) for each in self.quest.outcomes):
            return replace(progress, status="failed")
        return progress

    def _done(self, progress: Progress) -> tuple[str, ...]:
        done = dict.fromkeys(progress.done)
        while True:
            more = [
                each.id
                for each in self.quest.objectives
                if each.id not in done
                and done.keys() >= set(each.after)
                and self._is_done(each.id, progress)
            ]
            if not more:
                return tuple(done)
            done.update(dict.fromkeys(more))

    def _is_done(self, id: str, progress: Progress) -> bool:
        watch = self._watches.get(id)
        if watch is None:
            return False
        if isinstance(watch, Need) and watch.met(progress.facts.get):
            return True
        return self._has_been(id, watch, progress)

    def _has_been(self, id: str, watch: Need | Deeds, progress: Progress) -> bool:
        """Tell whether something was done, though it may be so no more, or its turn not yet."""
        if isinstance(watch, Deeds):
            return progress.counts.get(id, 0) >= watch.times
        return self._was_had(id, watch, progress)

    def used(self, id: str, progress: Progress) -> int:
        """Return how much of what an objective brings the quest has taken already."""
        return sum(each * self._times(later, progress) for later, each in self._uses[id])

    def _was_had(self, id: str, watch: Need, progress: Progress) -> bool:
        """Tell whether the player had enough of something of which the quest has taken some."""
        used = self.used(id, progress)
        has = progress.facts.get(watch.fact, 0)
        if not used or isinstance(has, str):
            return False
        return watch.met({watch.fact: has + used}.get) is True

    def _most(self, id: str) -> int:
        """Return how often something has to be done."""
        watch = self._watches.get(id)
        return watch.times if isinstance(watch, Deeds) else 1

    def _times(self, id: str, progress: Progress) -> int:
        """Return how often something was done, whether it was its turn or not."""
        watch = self._watches.get(id)
        if isinstance(watch, Need):
            return int(watch.met(progress.facts.get) is True)
        return progress.counts.get(id, 0)

    def _can_come(self, outcome: Outcome, progress: Progress) -> bool:
        """Tell whether everybody lives who is still needed for an outcome."""
        if not self._lives.keys() >= set(outcome.needs):
            return False
        left = (self._lives[id] for id in outcome.needs if id not in progress.done)
        return all(progress.facts.get(fact) is not False for lives in left for fact in lives)


def _lives(world: World, objective: Objective) -> tuple[str, ...]:
    """Return the facts that somebody lives without whom an objective cannot be done."""
    if objective.do == "kill":
        return ()
    named = (each for each in objective.using.values() if isinstance(each, str))
    return tuple(f"{each}.alive" for each in named if each in world.people)


def _fact(facts: Mapping[str, Fact], event: Event) -> tuple[str, Fact]:
    """Return which fact an event tells of, and what it is now."""
    match event.kind:
        case "reached":
            return "player.at", event.what
        case "obtained" | "lost":
            name = f"player.has.{event.what}"
            before = facts.get(name, 0)
            count = event.count if event.kind == "obtained" else -event.count
            return name, max(0, (0 if isinstance(before, str) else before) + count)
        case "died":
            return f"{event.what}.alive", False
        case "flag":
            return event.what, event.value
    return "", False
