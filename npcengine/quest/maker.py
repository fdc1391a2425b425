"""Makes quests: the world is planned in, the engine proves and prices, a model picks and tells."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeAlias

from cachetools import LRUCache

from npcengine.content.model import LOCALE_PATTERN
from npcengine.errors import UsageError
from npcengine.guard.heard import printable
from npcengine.hooks import logger
from npcengine.persona.model import Persona
from npcengine.quest.brief import MAX_THEME, MODES, QuestBrief
from npcengine.quest.model import DIFFICULTIES, Quest, TextPack
from npcengine.quest.planning.liking import Mark
from npcengine.quest.planning.skeleton import Tried, skeletons
from npcengine.quest.planning.strategy import Strategies, default_strategies
from npcengine.quest.pricing.price import priced
from npcengine.quest.proving.planner import Course, Planner
from npcengine.quest.record.claims import only_ones, without
from npcengine.quest.record.recheck import absent
from npcengine.quest.telling.tell import tell
from npcengine.quest.writing.agreement import agreed
from npcengine.quest.writing.draft import (
    FAST_ANSWER,
    FAST_TOKENS,
    HANDLES,
    RICH_TOKENS,
    fast_messages,
    read_fast,
    read_rich,
    rich_messages,
)
from npcengine.quest.writing.proposal import ANSWER as PROPOSAL
from npcengine.quest.writing.proposal import (
    TOKENS,
    Proposed,
    asked_again,
    proposal_messages,
    read_proposal,
)
from npcengine.quest.writing.writer import Writer
from npcengine.spelling import did_you_mean
from npcengine.stores.base import check_id
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.needs import Need
from npcengine.world.state import State

REACHED = 400
"""So many steps are tried to find a way to a giver."""
MAX_SEED = 10**100 - 1
"""No seed is larger."""
MAX_REMEMBERED = 10_000
"""Of so many givers and players it is remembered what was made for them."""
REMEMBERED = 40
"""So many of the last quests of a giver, and of a player, are not made again."""


@dataclass(frozen=True, slots=True)
class NoQuest:
    """That there is no quest for a brief in the world as it is, and why."""

    brief: QuestBrief
    message: str
    tried: Mapping[str, int]
    """How many came to nothing, by why: `cast` for nobody around who fits, `objective` for what
    cannot be done, `far`, `level`, `dead_end` and so on."""

    def __bool__(self) -> bool:
        """Return False, so that `if quest:` tells one from the other."""
        return False


Made: TypeAlias = Quest | NoQuest

_WHY = {
    "cast": "nobody and nothing around fits",
    "objective": "there is no way to do it",
    "outcome": "an ending cannot be reached",
    "dead_end": "the player could get stuck",
    "limit": "it could not be proved in time",
    "done": "it is done already",
    "crime": "it would take a theft or a murder",
    "level": "what is fought is too strong",
    "far": "it takes too long",
    "repeated": "it was asked for lately",
    "taken": "another quest has the only one there is",
}


class QuestMaker:
    """Makes quests in one world, and remembers which it made lately."""

    def __init__(self, index: Index, strategies: Strategies | None, seed: int = 0) -> None:
        self.index = index
        self.strategies = default_strategies() + (strategies or Strategies())
        self._seed = seed
        self._recent: LRUCache[tuple[str, str], deque[Mark]] = LRUCache(MAX_REMEMBERED)

    async def quests(
        self,
        brief: QuestBrief,
        told: Mapping[str, Fact],
        giver: Persona | None,
        writer: Writer | None,
        taken: frozenset[str] = frozenset(),
    ) -> AsyncGenerator[Made, None]:
        """Give a quest that can be played at once, and then the same with better texts.

        `told` are the world's facts as they are now; what is `taken` is neither asked for nor
        given. With a writer the last one has what a model wrote, as far as that agrees with the
        quest; without one, the first is the last.
        """
        brief = replace(brief, theme=printable(brief.theme[:MAX_THEME]))
        state = without(State.of(self.index, told), taken)
        reason = unable(state, brief)
        if reason:
            yield NoQuest(brief, reason, {})
            return
        rng = Random(f"{self._seed}/{brief.giver}/{brief.player}/{brief.seed}")
        wanted = len(HANDLES) if writer is not None and brief.mode == "fast" else 1
        found, tried = await self._found(state, brief, rng, wanted, taken)
        if not found:
            yield NoQuest(brief, _nothing(brief, tried), dict(tried))
            return
        ready = [self._dressed(each, state, brief, giver) for each in found]
        last = ready[0]
        yield last
        if writer is not None:
            async for last in self._written(ready, brief, state, writer, told):
                yield last
        self._remember(brief, last)

    async def _found(
        self, state: State, brief: QuestBrief, rng: Random, wanted: int, taken: frozenset[str]
    ) -> tuple[list[Quest], Counter[str]]:
        """Plan quests, and let others have the loop between one try and the next."""
        found: list[Quest] = []
        tried: Counter[str] = Counter()
        recent = [mark for key in _keys(brief) for mark in self._recent.get(key, ())]
        for each in skeletons(state, brief, self.strategies, recent, rng):
            if isinstance(each, Tried):
                tried[each.code] += 1
            elif taken.isdisjoint(only_ones(each, state.world)):
                found.append(each)
            else:
                tried["taken"] += 1
            if len(found) == wanted:
                break
            await asyncio.sleep(0)
        return found, tried

    def _dressed(
        self, quest: Quest, state: State, brief: QuestBrief, giver: Persona | None
    ) -> Quest:
        """Give a quest its rewards and the texts that need no model."""
        rng = Random(f"{self._seed}/{quest.id}")
        if quest.proof is not None:
            quest = priced(quest, quest.proof, state, rng)
        pack = tell(quest, brief.locale, rng, giver)
        return quest.model_copy(update={"texts": {brief.locale: pack}})

    async def _written(
        self,
        ready: Sequence[Quest],
        brief: QuestBrief,
        state: State,
        writer: Writer,
        told: Mapping[str, Fact],
    ) -> AsyncIterator[Quest]:
        if brief.mode == "model_first":
            proposed = await _proposed(brief, state, writer)
            if proposed is not None and proposed.quest is not None:
                dressed = self._dressed(proposed.quest, state, brief, writer.persona)
                yield self._with(dressed, brief, proposed.texts, state, told, writer.persona)
            return
        if brief.mode == "rich":
            messages = rich_messages(ready[0], brief, state.world, writer.name)
            async for text in writer.stream(messages, RICH_TOKENS):
                yield self._with(ready[0], brief, read_rich(text), state, told, writer.persona)
            return
        messages = fast_messages(ready, brief, state.world, writer.name)
        answer = await writer.answer(messages, FAST_TOKENS, FAST_ANSWER)
        draft = read_fast(answer, len(ready)) if answer is not None else None
        if answer is not None and draft is None:
            logger.info("quest of %s: told without a model: its answer is of no use", brief.giver)
        if draft is not None:
            yield self._with(ready[draft.pick], brief, draft.texts, state, told, writer.persona)

    def _with(
        self,
        quest: Quest,
        brief: QuestBrief,
        texts: Mapping[str, str],
        state: State,
        told: Mapping[str, Fact],
        giver: Persona,
    ) -> Quest:
        """Put what a model wrote in the place of what stood there, where it agrees."""
        pack: TextPack = quest.texts[brief.locale]
        usable: dict[str, object] = {}
        for part, text in texts.items():
            checked = agreed(text, quest, state, brief.locale, told, giver)
            if checked is not None:
                usable[part] = checked
        if "thanks" in usable:
            usable["thanks"] = {**pack.thanks, quest.outcomes[0].id: str(usable["thanks"])}
        texts_now = {**quest.texts, brief.locale: pack.model_copy(update=usable)}
        return quest.model_copy(update={"texts": texts_now})

    def _remember(self, brief: QuestBrief, quest: Quest) -> None:
        for key in _keys(brief):
            self._recent.setdefault(key, deque(maxlen=REMEMBERED)).append(Mark.of(quest))


async def _proposed(brief: QuestBrief, state: State, writer: Writer) -> Proposed | None:
    """Let a model propose a quest; of one that cannot be done, it is told why, and asked again."""
    messages = proposal_messages(brief, state, writer.name)
    answer = await writer.answer(messages, TOKENS, PROPOSAL)
    if answer is None:
        return None
    first = read_proposal(answer, brief, state)
    if first.quest is not None or not writer.may_ask_again():
        return first
    again = asked_again(messages, answer, first.problems)
    answer = await writer.answer(again, TOKENS, PROPOSAL)
    return None if answer is None else read_proposal(answer, brief, state)


def check_brief(brief: QuestBrief, index: Index) -> None:
    """Raise `UsageError` unless a brief makes sense in a world."""
    for name in ("giver", "player", "theme", "locale"):
        if not isinstance(getattr(brief, name), str):
            raise UsageError(f"{name} is a text, not {getattr(brief, name)!r:.40}")
    if brief.player:
        check_id("player", brief.player)
    if abs(brief.seed) > MAX_SEED:
        raise UsageError(f"seed is a whole number of up to {len(str(MAX_SEED))} digits")
    if index.kinds.get(brief.giver) != "person":
        people = [id for id, kind in index.kinds.items() if kind == "person"]
        hint = did_you_mean(brief.giver, people) or f"there are {len(people):,} people in it"
        raise UsageError(f"no person of the world has the id {brief.giver!r:.80}: {hint}")
    if not re.fullmatch(LOCALE_PATTERN, brief.locale):
        problem = f"locale is a language tag such as 'en' or 'pt-BR', not {brief.locale!r:.40}"
        raise UsageError(problem)
    if brief.mode not in MODES:
        raise UsageError(f"mode is one of {', '.join(MODES)}, not {brief.mode!r:.40}")
    if brief.difficulty not in DIFFICULTIES:
        choices = ", ".join(DIFFICULTIES)
        raise UsageError(f"difficulty is one of {choices}, not {brief.difficulty!r:.40}")


def unable(state: State, brief: QuestBrief) -> str:
    """Return why a giver cannot hand out anything now; empty when they can."""
    reason = absent(state, brief.giver)
    if reason:
        return reason
    home = next(place for place in state.places(brief.giver) if place in state.index.exits)
    there = Need("player.at", "==", home)
    if Planner(REACHED).meet(Course(state), [there]) is None:
        return f"there is no way to {brief.giver}, from where the player is"
    return ""


def _keys(brief: QuestBrief) -> Iterable[tuple[str, str]]:
    yield "giver", brief.giver
    if brief.player:
        yield "player", brief.player


def _nothing(brief: QuestBrief, tried: Counter[str]) -> str:
    if not tried:
        return f"no strategy fits what {brief.giver} wants"
    reasons = ", ".join(f"{_WHY.get(code, code)} ({n}×)" for code, n in tried.most_common(3))
    return f"{brief.giver} has no {brief.difficulty} quest to give now: {reasons}"
