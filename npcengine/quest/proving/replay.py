"""Steps carried out one by one, by the rules of the world and of the quest and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from npcengine.quest.events import events_of
from npcengine.quest.progress import Progress, Tracker
from npcengine.world.actions import Action, Step
from npcengine.world.state import State
from npcengine.world.verbs import Done, Refusal, perform


class Played(NamedTuple):
    """Where some steps led."""

    state: State
    progress: Progress
    actions: tuple[Action, ...] = ()
    assumes: tuple[str, ...] = ()
    """What nobody told and had to be so."""

    @property
    def minutes(self) -> float:
        """How long it took."""
        return sum(each.minutes for each in self.actions)


class Stuck(NamedTuple):
    """The first step that could not be done."""

    number: int
    """Counted from 0."""
    step: Step
    refusal: Refusal


def play(tracker: Tracker, played: Played, step: Step) -> Played | Refusal:
    """Do one step, and tell the quest what happened."""
    done = perform(played.state, step)
    return done if isinstance(done, Refusal) else carried(tracker, played, done)


def carried(tracker: Tracker, played: Played, done: Done) -> Played:
    """Go on with what was done, and tell the quest what happened."""
    progress = played.progress
    for event in events_of(played.state, done.action):
        progress = tracker.advance(progress, event)
    actions = (*played.actions, done.action)
    return Played(done.state, progress, actions, (*played.assumes, *done.assumes))


def replay(tracker: Tracker, state: State, steps: Iterable[Step]) -> Played | Stuck:
    """Accept a quest in a state and do all steps, or come to the first that cannot be done."""
    played = Played(state, tracker.accept(state))
    for number, step in enumerate(steps):
        now = play(tracker, played, step)
        if isinstance(now, Refusal):
            return Stuck(number, step, now)
        played = now
    return played
