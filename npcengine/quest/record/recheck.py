"""Quests checked against the world as it is now: finished, recast, or ended where nothing helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from npcengine.quest.events import Event
from npcengine.quest.model import Proof, Quest
from npcengine.quest.planning.strategy import Strategies
from npcengine.quest.progress import Progress, Tracker
from npcengine.quest.proving.rest import plays, prove_rest, resumed, state_now
from npcengine.quest.record.entry import NOT_BEGUN, Change, Entry
from npcengine.quest.record.recast import recast
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.needs import Change as Changed
from npcengine.world.state import State

UNDECIDED = ("limit", "dead_end")
"""Verdicts that are no reason to end a quest that was begun: it may still be finished."""


class Recheck:
    """Checks entries in one world."""

    def __init__(self, index: Index, strategies: Strategies) -> None:
        self._index = index
        self._strategies = strategies

    def accepted(self, entry: Entry, told: Mapping[str, Fact]) -> Entry:
        """Begin a quest that is offered, if it can be finished, or can with others in its roles."""
        state = State.of(self._index, told)
        why = absent(state, entry.quest.giver)
        quest, recast_, why = (None, False, why) if why else self._possible(entry.quest, state)
        if quest is None:
            return _ended(entry, "refused", why)
        progress = Tracker(quest, state.world).accept(state)
        return changed(entry, progress, quest, "recast" if recast_ else "accepted")

    def again(self, entry: Entry, told: Mapping[str, Fact], event: Event | None = None) -> Entry:
        """Go on from what is so now, and see that a quest that is not over can be finished.

        What has just failed through `event` is seen to as well.
        """
        state = state_now(self._index, told, entry.progress)
        if event is not None and event.kind == "died":
            state = state.after([Changed(f"{event.what}.alive", value=False)])
        if entry.status == "offered":
            return self._offered(entry, state)
        if entry.status == "active" or (entry.status == "failed" and event is not None):
            return self._active(entry, state)
        return entry

    def turned_in(self, entry: Entry, told: Mapping[str, Fact]) -> Entry:
        """Let the player come to the giver, with whatever there is to report.

        What is left of an active quest is then checked as by `again`.
        """
        if entry.status != "active":
            return entry
        state = state_now(self._index, told, entry.progress)
        tracker = Tracker(entry.quest, state.world)
        now = resumed(tracker, entry.progress, state)
        for each in entry.quest.objectives:
            if each.do in ("talk", "tell") and each.using.get("to") == entry.quest.giver:
                about = str(each.using.get("about", ""))
                now = tracker.advance(now, Event("talked", entry.quest.giver, about=about))
        if now.status == "completed":
            return changed(entry, now)
        going = self.again(replace(entry, progress=replace(now, status="active")), told)
        return changed(entry, going.progress, going.quest, going.change, going.reason)

    def _possible(self, quest: Quest, state: State) -> tuple[Quest | None, bool, str]:
        """Return a quest as it can be done, whether that is with others, and why it cannot."""
        verdict = prove_rest(quest, NOT_BEGUN, state)
        if isinstance(verdict, Proof):
            return quest.model_copy(update={"proof": verdict}), False, ""
        if verdict.code == "limit" and plays(quest, state):
            return quest, False, ""
        return recast(quest, state, self._strategies), True, verdict.message

    def _offered(self, entry: Entry, state: State) -> Entry:
        why = absent(state, entry.quest.giver)
        quest, recast_, why = (None, False, why) if why else self._possible(entry.quest, state)
        if quest is None:
            return _ended(entry, "refused", why)
        return changed(entry, entry.progress, quest, "recast") if recast_ else entry

    def _active(self, entry: Entry, state: State) -> Entry:
        world, most = state.world, entry.quest.minutes
        if most is not None and entry.progress.minutes > most:
            return changed(entry, replace(entry.progress, status="failed"))
        going = replace(entry.progress, status="active")
        now = resumed(Tracker(entry.quest, world), going, state)
        if now.status == "completed":
            return changed(entry, now)
        going = replace(now, status="active")
        verdict = prove_rest(entry.quest, going, state)
        if now.status == "active" and (isinstance(verdict, Proof) or verdict.code in UNDECIDED):
            return changed(entry, now)
        quest = recast(entry.quest, state, self._strategies, going)
        if quest is None:
            why = "" if isinstance(verdict, Proof) else verdict.message
            return _ended(replace(entry, progress=now), "failed", why)
        same = {each.id for each in quest.objectives if each in entry.quest.objectives}
        counts = {id: times for id, times in going.counts.items() if id in same}
        progress = resumed(Tracker(quest, world), replace(going, counts=counts), state)
        return changed(entry, progress, quest, "recast")


def absent(state: State, giver: str) -> str:
    """Return why somebody cannot hand out a quest now; empty when they can."""
    if state.kind(giver) != "person":
        return f"{giver} is nobody in this world"
    if state.get(f"{giver}.alive") is False:
        return f"{giver} is dead"
    if state.get(f"{giver}.captive") is True:
        return f"{giver} is held captive"
    nowhere = not any(place in state.index.exits for place in state.places(giver))
    return f"{giver} is nowhere to be found" if nowhere else ""


def changed(
    entry: Entry,
    progress: Progress,
    quest: Quest | None = None,
    change: Change | None = None,
    reason: str = "",
) -> Entry:
    """Return an entry with what is new in it; without `change`, that is seen from the progress."""
    done = tuple(id for id in progress.done if id not in entry.progress.done)
    if change in (None, "nothing"):
        change = _change(entry.progress, progress)
    return replace(
        entry,
        quest=quest or entry.quest,
        progress=progress,
        reason=reason,
        change=change,
        done=done,
    )


def _change(before: Progress, after: Progress) -> Change:
    if after.status != before.status and after.status in ("completed", "failed"):
        return after.status
    grown = after.done != before.done or after.counts != before.counts
    return "advanced" if grown else "nothing"


def _ended(entry: Entry, change: Change, reason: str) -> Entry:
    progress = replace(entry.progress, status="failed")
    return replace(entry, progress=progress, reason=reason, change=change, done=())
