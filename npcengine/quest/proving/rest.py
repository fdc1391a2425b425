"""What is left of a quest, in the world as it is now, and whether that can still be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from npcengine.quest.events import Event
from npcengine.quest.model import Objective, Outcome, Proof, Quest
from npcengine.quest.progress import Progress, Tracker
from npcengine.quest.proving.prove import IN_PLAY, Verdict, prove
from npcengine.quest.proving.replay import Stuck, replay
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.needs import Change
from npcengine.world.state import State


def state_now(index: Index, told: Mapping[str, Fact], progress: Progress) -> State:
    """Return the world as the game tells it; what it does not tell, as events told it last."""
    state = State.of(index, told)
    facts = progress.facts.items()
    return state.after(Change(fact, now) for fact, now in facts if told.get(fact) is None)


def resumed(tracker: Tracker, progress: Progress, state: State) -> Progress:
    """Go on with what is so now in the place of what was told last."""
    now = replace(progress, facts=tracker.accept(state).facts)
    return tracker.advance(now, Event("tick"))


def rest_of(quest: Quest, progress: Progress, state: State) -> Quest:
    """Return the quest of what is not done yet, as if all that was done had been its turn."""
    tracker = Tracker(quest, state.world)
    progress = tracker.ahead(progress)
    done = set(progress.done)
    objectives = tuple(
        _rest(each, tracker, progress) for each in quest.objectives if each.id not in done
    )
    outcomes = tuple(each.model_copy(update={"needs": _but(each, done)}) for each in quest.outcomes)
    minutes = None if quest.minutes is None else max(0.0, quest.minutes - progress.minutes)
    left = {"objectives": objectives, "outcomes": outcomes, "minutes": minutes}
    return quest.model_copy(update=left)


def _but(outcome: Outcome, done: set[str]) -> tuple[str, ...]:
    return tuple(id for id in outcome.needs if id not in done)


def _rest(objective: Objective, tracker: Tracker, progress: Progress) -> Objective:
    after = tuple(id for id in objective.after if id not in progress.done)
    using = objective.using
    counted = progress.counts.get(objective.id, 0) + tracker.used(objective.id, progress)
    asked = using.get("count", 1)
    if isinstance(asked, int) and 0 < counted < asked:
        using = {**using, "count": asked - counted}
    return objective.model_copy(update={"after": after, "using": using})


def plays(quest: Quest, state: State) -> bool:
    """Tell whether the plans of a quest's proof can be carried out from here; that is cheap."""
    tracker = Tracker(quest, state.world)
    plans = quest.proof.plans if quest.proof is not None else ()
    for plan in plans:
        played = replay(tracker, state, (each.step for each in plan.steps))
        if isinstance(played, Stuck) or played.progress.outcome != plan.outcome:
            return False
    return bool(plans)


def prove_rest(quest: Quest, progress: Progress, state: State) -> Verdict:
    """Prove what is left of a quest; of one that was accepted, one way to end it is enough."""
    rest = rest_of(quest, progress, state)
    verdict = prove(rest, state, IN_PLAY)
    if isinstance(verdict, Proof) or progress.status == "offered" or len(rest.outcomes) == 1:
        return verdict
    for outcome in rest.outcomes:
        only = rest.model_copy(update={"outcomes": (outcome,)})
        found = prove(only, state, IN_PLAY)
        if isinstance(found, Proof):
            return found
    return verdict
