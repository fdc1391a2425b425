"""Quests that are made ahead, and handed out once each."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from npcengine.errors import StoreUnavailable
from npcengine.quest.brief import QuestBrief
from npcengine.quest.maker import Made, NoQuest, QuestMaker
from npcengine.quest.model import Quest
from npcengine.quest.pooling.pool import MAX_MISSES, Filled, Pool
from npcengine.quest.pooling.pool_file import MAX_LINE
from npcengine.turns import Fact
from npcengine.world.index import Index
from npcengine.world.state import State
from tests.quest.journal.harm import can_be_met, harmed, holds_up
from tests.quest.journal.village import INDEX, NOTHING
from tests.quest.simulator.setting import Setting
from tests.quest.worlds import made_world

MIRA = QuestBrief("mira")
TOM = QuestBrief("tom", difficulty="easy")


def pool(index: Index = INDEX) -> Pool:
    maker = QuestMaker(index, None)
    return Pool(index, lambda brief: maker.quests(brief, NOTHING, None, None))


async def filled(pool: Pool, count: int, *briefs: QuestBrief) -> list[Filled]:
    return [each async for each in pool.fill(count, briefs)]


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def test_filling_tells_how_far_it_is() -> None:
    some = pool()
    steps = await filled(some, 6, MIRA, TOM)
    assert steps[-1].made == steps[-1].wanted == len(some) == 6
    assert [each.made for each in steps] == sorted(each.made for each in steps)
    assert {each.quest.giver for each in steps if each.quest} == {"mira", "tom"}
    assert [each.quest for each in steps if each.quest] == sorted(
        some, key=[each.quest for each in steps].index
    )


async def test_filling_can_be_ended_at_any_time() -> None:
    some = pool()
    going = some.fill(100, [MIRA])
    async for each in going:
        if each.made == 2:
            break
    await going.aclose()
    assert len(some) == 2


async def test_filling_ends_where_there_is_nothing_more_to_make() -> None:
    async def nothing(brief: QuestBrief) -> AsyncGenerator[Made, None]:
        yield NoQuest(brief, "the world is empty", {})

    some = Pool(INDEX, nothing)
    assert len(await filled(some, 5, MIRA, TOM)) == 2 * MAX_MISSES
    assert await filled(some, 5) == []
    assert len(some) == 0


async def test_no_quest_is_held_or_served_twice() -> None:
    some = pool()
    await filled(some, 40, MIRA)
    asked = [(each.giver, each.objectives, each.outcomes) for each in some]
    assert len(asked) == len({repr(each) for each in asked})
    served = [quest for _ in range(100) if (quest := some.take(MIRA, NOTHING)) is not None]
    assert len(served) == len(asked)
    await filled(some, 40, MIRA)
    assert not {repr(each.objectives) for each in served} & {repr(each.objectives) for each in some}


WANTED: list[tuple[dict[str, Any], dict[str, Fact], bool]] = [
    ({}, {}, True),
    ({"giver": "tom"}, {}, False),
    ({"giver": "zed"}, {}, False),
    ({"difficulty": "hard"}, {}, False),
    ({"theme": "a lost ring"}, {}, False),
    ({"locale": "de"}, {}, False),
    ({"player": "ayla", "seed": 7}, {}, True),
    ({}, {"player.level": 3}, True),
    ({}, {"player.level": 4}, False),
    ({}, {"mira.alive": False}, False),
]


@pytest.mark.parametrize(("brief", "told", "found"), WANTED, ids=str)
async def test_a_quest_is_taken_if_it_fits(
    brief: dict[str, Any], told: dict[str, Fact], found: bool
) -> None:
    some = pool()
    await filled(some, 3, MIRA)
    quest = some.take(replace(MIRA, **brief), told)
    assert (quest is not None) is found
    assert len(some) == 3 - found


async def test_a_quest_is_taken_by_its_motive() -> None:
    some = pool()
    await filled(some, 12, MIRA)
    for motive in ("wealth", "comfort"):
        quest = some.take(replace(MIRA, motive=motive), NOTHING)
        assert quest is None or quest.motive == motive
    first = next(iter(some))
    assert some.take(replace(MIRA, motive=first.motive), NOTHING) == first


@pytest.mark.parametrize("seed", [21, 22])
async def test_nothing_impossible_is_taken_from_a_world_that_was_harmed(seed: int) -> None:
    world = made_world(seed, 120)
    index, setting = Index.of(world), Setting(world.model_dump(by_alias=True))
    some = pool(index)
    briefs = [QuestBrief(id) for id, each in world.people.items() if not each.captive]
    await filled(some, 60, *briefs)
    told = harmed(world, Random(seed))
    taken = 0
    for brief in briefs * 6:
        quest = some.take(brief, told)
        if quest is not None:
            taken += 1
            assert holds_up(setting, told, quest)
            assert can_be_met(quest, State.of(index, told))
    assert taken > 30


async def test_a_pool_is_saved_and_loaded(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "pool.jsonl"
    some = pool()
    await filled(some, 5, MIRA, TOM)
    some.take(MIRA, NOTHING)
    some.save(path)
    lines = path.read_text("utf-8").splitlines()
    assert all(json.loads(each)["npcengine_pool"] == 1 for each in lines)
    again = pool()
    assert again.load(path) == ()
    assert list(again) == list(some)
    assert again.load(path) == ()
    assert len(again) == 4
    assert names(path.parent) == ["pool.jsonl"]


async def test_what_was_served_after_saving_is_not_served_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    some = pool()
    await filled(some, 6, MIRA)
    some.save(path)
    first = some.take(MIRA, NOTHING)
    with path.open("ab") as file:
        file.write(b'{"npcengine_pool":1,"ser')  # a crash in the midst of a note
    again = pool()
    assert [each.line for each in again.load(path)] == [len(path.read_bytes().splitlines())]
    second = again.take(MIRA, NOTHING)
    third = pool()
    third.load(path)
    left = [each.id for each in third]
    assert first is not None
    assert second is not None
    assert len(left) == 4
    assert not {first.id, second.id} & set(left)


async def test_broken_lines_are_told_with_their_number_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "pool.jsonl"
    some = pool()
    await filled(some, 2, MIRA)
    some.save(path)
    good = path.read_bytes().splitlines()
    stranger = good[0].replace(b'"giver":"mira"', b'"giver":"zed"')
    broken = [
        b"{",
        b"[]",
        b"\xff\xfe",
        good[0].replace(b'"npcengine_pool":1', b'"npcengine_pool":9'),
        good[0].replace(b'"npcengine_pool":1', b'"npcengine_pool":0'),
        good[0].replace(b'"objectives"', b'"object"'),
        b'{"npcengine_pool":1}',
        b"x" * (2 * MAX_LINE + 10),
        stranger,
        b"[" * 100_000,
    ]
    path.write_bytes(b"\n".join([good[0], *broken, b"", good[1]]))
    again = pool()
    told = again.load(path)
    assert [each.line for each in told] == list(range(2, 2 + len(broken)))
    assert all(each.problem for each in told)
    assert "9" in told[3].problem
    assert "zed" in told[8].problem
    assert len(again) == 2


async def test_a_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    some = pool()
    with pytest.raises(StoreUnavailable, match="nowhere"):
        some.load(tmp_path / "nowhere.jsonl")
    await filled(some, 2, MIRA)
    with pytest.raises(StoreUnavailable):
        some.save(tmp_path)
    assert names(tmp_path) == []
    some.save(tmp_path / "pool.jsonl")
    before = (tmp_path / "pool.jsonl").read_bytes()
    (tmp_path / ".pool.jsonl.tmp").mkdir()
    some.take(MIRA, NOTHING)
    noted = (tmp_path / "pool.jsonl").read_bytes()
    with pytest.raises(StoreUnavailable):
        some.save(tmp_path / "pool.jsonl")
    assert noted.startswith(before)
    assert (tmp_path / "pool.jsonl").read_bytes() == noted


async def test_what_makes_quests_may_be_anything() -> None:
    async def twice(brief: QuestBrief) -> AsyncGenerator[Made, None]:
        maker = QuestMaker(INDEX, None, seed=3)
        async for each in maker.quests(brief, NOTHING, None, None):
            assert isinstance(each, Quest)
            yield each
            yield each.model_copy(update={"theme": "told better"})

    some = Pool(INDEX, twice)
    await filled(some, 3, MIRA)
    assert {each.theme for each in some} == {"told better"}
