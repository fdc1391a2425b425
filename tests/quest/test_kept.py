"""A quest that is kept in a file, and loaded when the world has gone on."""

from pathlib import Path

import pytest

from npcengine import ContentError, Quest, check, load_quest
from npcengine.errors import SaveTooNew, SaveTooOld
from npcengine.world.needs import Change
from tests.quest.check.good import QUESTS, good, in_village

NAME = "behind a locked gate"


def kept(quest: Quest, folder: Path, name: str = "quest.json") -> Path:
    path = folder / name
    path.write_text(quest.model_dump_json(by_alias=True), "utf-8")
    return path


@pytest.mark.parametrize("name", QUESTS)
def test_a_quest_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    assert load_quest(kept(good(name), tmp_path)) == good(name)


def test_it_is_checked_against_the_world_as_it_is_now(tmp_path: Path) -> None:
    quest = load_quest(kept(good(NAME), tmp_path))
    assert check(quest, in_village()) == ()
    robbed = in_village().after([Change("chest.has.cave_key", 0)])
    assert {each.code for each in check(quest, robbed)} == {"QST174", "QST179"}


def test_a_quest_of_the_lines_of_a_pool_is_read(tmp_path: Path) -> None:
    line = f'{{"npcengine_pool": 1, "quest": {good(NAME).model_dump_json(by_alias=True)}}}'
    (tmp_path / "line.json").write_text(line, "utf-8")
    assert load_quest(tmp_path / "line.json") == good(NAME)


@pytest.mark.parametrize(("version", "error"), [("0", SaveTooOld), ("2", SaveTooNew)])
def test_a_quest_of_another_version_is_told_apart_from_a_broken_one(
    version: str, error: type[Exception], tmp_path: Path
) -> None:
    path = kept(good(NAME), tmp_path)
    text = path.read_text("utf-8").replace("npcengine/quest@1", f"npcengine/quest@{version}")
    path.write_text(text, "utf-8")
    with pytest.raises(error, match=r"quest\.json"):
        load_quest(path)


@pytest.mark.parametrize("text", ["", "[]", '{"id": "x"}', '{"schema": "npcengine/quest@x"}'])
def test_what_is_no_quest_is_told_with_its_place(text: str, tmp_path: Path) -> None:
    (tmp_path / "quest.json").write_text(text, "utf-8")
    with pytest.raises(ContentError, match=r"quest\.json:1:1"):
        load_quest(tmp_path / "quest.json")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="none"):
        load_quest(tmp_path / "none.json")


def test_what_a_designer_wrote_may_leave_out_what_has_a_default(tmp_path: Path) -> None:
    (tmp_path / "quest.yaml").write_text(
        "id: visit\ngiver: rosa\nmotive: comfort\nstrategy: own\n"
        "objectives: [{id: go, do: goto, with: {to: forge}}]\n"
        "outcomes: [{id: done, needs: [go]}]\n",
        "utf-8",
    )
    assert check(load_quest(tmp_path / "quest.yaml"), in_village()) == ()
