"""Quests checked against the world as it is now: finished, recast, or ended where nothing helps."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from npcengine.quest.events import Event
from npcengine.quest.model import Outcome, Proof, Quest
from npcengine.quest.planning.strategy import Strategies
from npcengine.quest.pricing.promise import priced_anew, raised
from npcengine.quest.progress import Progress, Tracker
from npcengine.quest.proving.prove import IN_PLAY, NoProof, prove
from npcengine.quest.proving.rest import plays, prove_rest, rest_of, resumed, state_now
from npcengine.quest.record.claims import gifts_are_there, only_ones, spared, without
from npcengine.quest.record.entry import NOT_BEGUN, Change, Entry
from npcengine.quest.record.recast import recast
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.needs import Change as Changed
from npcengine.world.state import State

UNDECIDED = ("limit", "dead_end")
"""Verdicts that are no reason to end a quest that was begun: it may still be finished."""


class Recheck:
    """Checks entries in one world.

    `taken` is what there is only one of and other quests have: to those that are checked it is not
    there. Others have the loop between one proof and the next.
    """

    def __init__(self, index: Index, strategies: Strategies) -> None:
        self._index = index
        self._strategies = strategies

    async def accepted(
        self, entry: Entry, told: Mapping[str, Fact], taken: frozenset[str]
    ) -> Entry:
        """Begin a quest that is offered, if it can be finished, or can with others in its roles."""
        state = State.of(self._index, told)
        offered = await self._offered(entry, state, taken)
        if offered.change == "refused":
            return offered
        progress = Tracker(offered.quest, state.world).accept(state)
        change: Change = "recast" if offered.change == "recast" else "accepted"
        return changed(entry, progress, offered.quest, change)

    async def again(
        self,
        entry: Entry,
        told: Mapping[str, Fact],
        taken: frozenset[str],
        event: Event | None = None,
    ) -> Entry:
        """Go on from what is so now, and see that a quest that is not over can be finished.

        What has just failed through `event` is seen to as well.
        """
        state = state_now(self._index, told, entry.progress)
        if event is not None and event.kind == "died":
            state = state.after([Changed(f"{event.what}.alive", value=False)])
        if entry.status == "offered":
            offered = await self._offered(entry, state, taken)
            return offered if offered.change != "nothing" else entry
        if entry.status == "active" or (entry.status == "failed" and event is not None):
            return await self._active(entry, state, taken)
        return entry

    async def turned_in(
        self, entry: Entry, told: Mapping[str, Fact], taken: frozenset[str]
    ) -> Entry:
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
        left = replace(entry, progress=replace(now, status="active"))
        going = await self.again(left, told, taken)
        return changed(entry, going.progress, going.quest, going.change, going.reason)

    async def _offered(self, entry: Entry, state: State, taken: frozenset[str]) -> Entry:
        """Return an offer as it can be kept: with the proof of now, recast, or refused."""
        why = absent(state, entry.quest.giver)
        if why:
            return _ended(entry, "refused", why)
        quest, there = entry.quest, without(state, taken)
        verdict = prove_rest(quest, NOT_BEGUN, there)
        if isinstance(verdict, Proof):
            quest = quest.model_copy(update={"proof": verdict})
        elif not (verdict.code == "limit" and plays(quest, there)):
            others = await recast(quest, there, self._strategies)
            if others is None:
                return _ended(entry, "refused", _why(quest, there, taken) or verdict.message)
            quest = others
        quest = spared(quest, state.world, taken)
        same = quest.objectives == entry.quest.objectives
        if same and gifts_are_there(quest, there, taken):
            return changed(entry, entry.progress, quest, "nothing")
        await asyncio.sleep(0)
        return changed(entry, entry.progress, _priced(quest, there), "recast")

    async def _active(self, entry: Entry, state: State, taken: frozenset[str]) -> Entry:
        world, most = state.world, entry.quest.minutes
        if most is not None and entry.progress.minutes > most:
            return changed(entry, replace(entry.progress, status="failed"))
        going = replace(entry.progress, status="active")
        tracker = Tracker(entry.quest, world)
        now = resumed(tracker, going, state)
        if now.status == "completed":
            return changed(entry, now)
        going = replace(now, status="active")
        verdict = prove_rest(entry.quest, going, state)
        if now.status == "active" and (isinstance(verdict, Proof) or verdict.code in UNDECIDED):
            return changed(entry, now)
        there = without(state, taken)
        quest = await recast(entry.quest, there, self._strategies, tracker.ahead(going))
        if quest is None:
            why = "" if isinstance(verdict, Proof) else verdict.message
            return _ended(replace(entry, progress=now), "failed", why)
        quest = spared(quest, world, taken)
        same = {each.id for each in quest.objectives if each in entry.quest.objectives}
        counts = {id: times for id, times in going.counts.items() if id in same}
        progress = resumed(Tracker(quest, world), replace(going, counts=counts), state)
        await asyncio.sleep(0)
        return changed(entry, progress, await _raised(quest, progress, there), "recast")


def _why(quest: Quest, state: State, taken: frozenset[str]) -> str:
    """Say which of the things that a quest asks for others have; empty for none."""
    both = ", ".join(sorted(taken & only_ones(quest, state.world)))
    return f"there is only one {both}, and another quest has it" if both else ""


def _priced(quest: Quest, state: State) -> Quest:
    """Return an offer with rewards for what is to be done now."""
    return quest if quest.proof is None else priced_anew(quest, quest.proof, state)


async def _raised(quest: Quest, progress: Progress, state: State) -> Quest:
    """Return a quest that was accepted with rewards for all of it as it is now.

    It is priced as if it began here; where what was done cannot be done again, what is left is.
    """
    proof, asked = prove(quest, state, IN_PLAY), quest
    if isinstance(proof, NoProof):
        proof, asked = quest.proof or Proof(plans=()), rest_of(quest, progress, state)
    plans = {each.outcome: each for each in proof.plans}
    outcomes: list[Outcome] = []
    for each in quest.outcomes:
        reward = each.reward
        if each.id in plans:
            await asyncio.sleep(0)
            reward = raised(reward, asked, plans[each.id], state)
        outcomes.append(each.model_copy(update={"reward": reward}))
    return quest.model_copy(update={"outcomes": tuple(outcomes)})


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
    if change == "failed":
        reason = reason or _why_failed(quest or entry.quest, progress)
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


def _why_failed(quest: Quest, progress: Progress) -> str:
    """Say why a quest has failed by what was told; empty where that does not show."""
    if quest.minutes is not None and progress.minutes > quest.minutes:
        return f"there were {quest.minutes:g} minutes for it, and they are over"
    left = (each for each in quest.objectives if each.id not in progress.done and each.do != "kill")
    named = dict.fromkeys(str(id) for each in left for id in each.using.values())
    dead = [id for id in named if progress.facts.get(f"{id}.alive") is False]
    return f"{' and '.join(dead)} {'is' if len(dead) == 1 else 'are'} dead" if dead else ""


def _ended(entry: Entry, change: Change, reason: str) -> Entry:
    progress = replace(entry.progress, status="failed")
    return replace(entry, progress=progress, reason=reason, change=change, done=())
