"""Quests made ahead, so that nobody waits for one: each is served once, to one player."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

from npcengine.hooks import logger
from npcengine.quest.brief import QuestBrief
from npcengine.quest.maker import Made
from npcengine.quest.model import Proof, Quest
from npcengine.quest.pooling.pool_file import (
    BrokenLine,
    StrPath,
    note_served,
    read_pool,
    write_pool,
)
from npcengine.quest.proving.rest import plays, prove_rest
from npcengine.quest.record.claims import only_ones
from npcengine.quest.record.entry import NOT_BEGUN
from npcengine.quest.record.recheck import absent
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.state import State

LEVELS = 2
"""How far a quest's level may be from the player's."""
MAX_SERVED = 50_000
"""So many of the quests that were served are never made again, the last ones."""
MAX_CHECKED = 5
"""So many quests are checked for one that is wanted."""
MAX_MISSES = 5
"""So often in a row nothing new may come of a brief before no more is made of it."""

Make: TypeAlias = Callable[[QuestBrief], AsyncGenerator[Made, None]]
"""Makes a quest for a brief, and then the same with better texts; the last one counts."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How far filling is, after each try."""

    made: int
    wanted: int
    brief: QuestBrief
    """What was tried last."""
    quest: Quest | None
    """What came of it; None where there is none, or it was made before."""


class Pool:
    """Holds quests until somebody wants them. It belongs to one realm."""

    def __init__(self, index: Index, make: Make) -> None:
        self._index = index
        self._make = make
        self._quests: dict[str, dict[str, Quest]] = {}
        """By giver and mark, the oldest first."""
        self._served: dict[str, None] = {}
        self._path: Path | None = None

    def __len__(self) -> int:
        return sum(map(len, self._quests.values()))

    def __iter__(self) -> Iterator[Quest]:
        return (quest for quests in self._quests.values() for quest in quests.values())

    async def fill(self, count: int, briefs: Iterable[QuestBrief]) -> AsyncGenerator[Filled, None]:
        """Make so many more quests, of each brief in turn; tell after each try how far it is.

        It ends sooner when nothing new comes of any brief. What is made stays in the pool, however
        it ends.
        """
        turns = deque((brief, 0) for brief in briefs)
        made, seed = 0, len(self) + len(self._served)
        while turns and made < count:
            brief, misses = turns.popleft()
            seed += 1
            quest = await self._made(replace(brief, seed=brief.seed + seed))
            new = quest is not None and self._add(quest)
            made, misses = (made + 1, 0) if new else (made, misses + 1)
            if misses < MAX_MISSES:
                turns.append((brief, misses))
            yield Filled(made, count, brief, quest if new else None)

    def take(
        self, brief: QuestBrief, told: Mapping[str, Fact], taken: frozenset[str] = frozenset()
    ) -> Quest | None:
        """Return a quest that fits, and can be finished in the world as it is now; None for none.

        It is gone from the pool then, and so is what was found not to be possible any more. It
        fits if the giver, the difficulty and the language are those of the brief, its level is
        near the player's, so are the motive and the theme where the brief has any, and it neither
        asks for nor gives what is `taken`: that there is only one of, and another quest has.
        """
        state = State.of(self._index, told)
        quests = self._quests.get(brief.giver)
        if not quests or absent(state, brief.giver):
            return None
        fitting = [
            mark
            for mark, each in quests.items()
            if _fits(each, brief, state) and taken.isdisjoint(only_ones(each, state.world))
        ]
        for mark in fitting[:MAX_CHECKED]:
            possible = _possible(quests.pop(mark), state)
            if possible is not None:
                self._note(mark)
                return possible
        return None

    def load(self, path: StrPath) -> tuple[BrokenLine, ...]:
        """Add what a file holds; return the lines that could not be read, which are left out.

        From then on it is noted in that file what is served, so that a crash gives nothing out
        twice.

        Raises:
            StoreUnavailable: The file cannot be read.
        """
        self._path = Path(path)
        kept = read_pool(self._path)
        for mark in kept.served:
            self._serve(mark)
        broken = list(kept.broken)
        for line, quest in kept.quests:
            if self._index.kinds.get(quest.giver) != "person":
                broken.append(BrokenLine(line, f"{quest.giver!r} is nobody in this world"))
            else:
                self._add(quest)
        return tuple(sorted(broken))

    def save(self, path: StrPath) -> None:
        """Write all to a file, in place of what was there: the old one stays until all is written.

        Raises:
            StoreUnavailable: It cannot be written, and is as it was.
        """
        write_pool(Path(path), self, self._served)
        self._path = Path(path)

    async def _made(self, brief: QuestBrief) -> Quest | None:
        quest: Quest | None = None
        async with aclosing(self._make(brief)) as made:
            async for each in made:
                quest = each if isinstance(each, Quest) else quest
        return quest

    def _add(self, quest: Quest) -> bool:
        """Hold a quest; return False for one that asks for the same as another one did."""
        mark, quests = _mark(quest), self._quests.setdefault(quest.giver, {})
        if mark in quests or mark in self._served:
            return False
        quests[mark] = quest
        return True

    def _note(self, mark: str) -> None:
        self._serve(mark)
        if self._path is not None:
            try:
                note_served(self._path, mark)
            except OSError as error:
                logger.error("%s: what was served is not noted: %s", self._path, error)

    def _serve(self, mark: str) -> None:
        self._served[mark] = None
        if len(self._served) > MAX_SERVED:
            del self._served[next(iter(self._served))]


def _mark(quest: Quest) -> str:
    """Return what two quests have in common that ask for the same."""
    asked = [(each.do, sorted(each.using.items()), each.after) for each in quest.objectives]
    ends = [each.needs for each in quest.outcomes]
    told = repr((quest.giver, asked, ends))
    return blake2b(told.encode(), digest_size=12).hexdigest()


def _fits(quest: Quest, brief: QuestBrief, state: State) -> bool:
    level = state.get("player.level")
    near = not isinstance(level, int | float) or abs(quest.level - level) <= LEVELS
    return (
        near
        and quest.difficulty == brief.difficulty
        and brief.motive in (None, quest.motive)
        and brief.theme in ("", quest.theme)
        and (brief.locale in quest.texts or not quest.texts)
    )


def _possible(quest: Quest, state: State) -> Quest | None:
    """Return a quest whose plans can be carried out from here, or that is proved anew."""
    if plays(quest, state):
        return quest
    verdict = prove_rest(quest, NOT_BEGUN, state)
    return quest.model_copy(update={"proof": verdict}) if isinstance(verdict, Proof) else None
