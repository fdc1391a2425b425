"""`npcengine quest --count`: a pool of quests, and the game that takes from it."""

import json
from pathlib import Path

import pytest

from npcengine import Quest
from npcengine.cli.quest_pool import levels_in
from npcengine.world.loader import parse_world
from npcengine.world.state import State
from tests.cli.quest_stage import quest
from tests.cli.terminal import CTRL_C, at_terminal

OAKVALE = Path(__file__).parents[2] / "examples" / "oakvale" / "world.yaml"
pytestmark = pytest.mark.usefixtures("village")


def kept() -> list[Quest]:
    lines = Path("pool.jsonl").read_text("utf-8").splitlines()
    return [Quest.model_validate_json(json.dumps(json.loads(each)["quest"])) for each in lines]


def test_it_is_filled_for_all_givers_and_difficulties_and_goes_on() -> None:
    first = quest("--count", "12", "--out", "pool.jsonl")
    assert (first.code, first.out) == (0, "")
    assert first.err.startswith("12 quests of 3 givers in pool.jsonl; ")
    made = kept()
    assert {each.giver for each in made} == {"mira", "tom", "ann"}
    assert {each.difficulty for each in made} == {"easy", "medium", "hard"}
    assert all(each.proof is not None and each.proof.proved for each in made)

    second = quest("--count", "15", "--out", "pool.jsonl", "--json")
    assert json.loads(second.out) == {"file": "pool.jsonl", "quests": 15, "made": 3}
    assert "12 were there already" in second.err
    assert [each.id for each in made] == [each.id for each in kept() if each in made]


def test_it_can_be_for_one_giver_and_ends_when_nothing_new_comes() -> None:
    done = quest("tom", "--count", "5000", "--difficulty", "easy", "--out", "pool.jsonl")
    assert done.code == 0
    assert "nothing new comes of any giver any more" in done.err
    made = kept()
    assert {(each.giver, each.difficulty) for each in made} == {("tom", "easy")}
    assert len({repr((each.objectives, each.outcomes[0].needs)) for each in made}) == len(made)


def test_a_file_that_is_no_pool_is_left_alone() -> None:
    before = Path("world.yaml").read_bytes()
    done = quest("--count", "5", "--out", "world.yaml")
    assert done.code == 1
    assert "world.yaml:2: this is no quest of a pool in this world" in done.err
    assert Path("world.yaml").read_bytes() == before


def test_nothing_is_written_for_somebody_who_is_not_there() -> None:
    assert "did you mean 'mira'?" in quest("mirra", "--count", "5", "--out", "pool.jsonl").err
    assert not Path("pool.jsonl").exists()


def test_where_there_is_no_quest_at_all_it_fails() -> None:
    done = quest("hermit", "--count", "5", "--out", "pool.jsonl")
    assert (done.code, done.err.partition(" in ")[0]) == (1, "0 quests of 0 givers")


def test_it_needs_a_file() -> None:
    assert quest("--count", "5").err == "a pool is kept in a file: pass --out FILE"


def test_levels_reach_from_the_player_to_the_strongest_who_is_there() -> None:
    start = "places: {a: {}}\nstart: {player.at: a, player.level: 2}\n"
    alone = State.of(parse_world(start, "world.yaml"))
    dragon = parse_world(f"{start}creatures: {{dragon: {{at: a, level: 14}}}}\n", "world.yaml")
    assert levels_in(alone, {}) == [2]
    assert levels_in(State.of(dragon), {}) == [2, 7, 12]
    assert levels_in(State.of(dragon, {"player.level": 9}), {"player.level": 9}) == [9]


async def test_what_was_made_before_ctrl_c_is_kept(village: Path) -> None:
    arguments = ("quest", "--count", "100000", "--out", "pool.jsonl", "--world", str(OAKVALE))
    async with at_terminal(village, *arguments) as (terminal, process):
        await terminal.until("/100000")
        terminal.type(CTRL_C)
        await terminal.until("run it again with the same --out.")
        await process.wait()
    assert process.returncode == 130
    assert kept()
