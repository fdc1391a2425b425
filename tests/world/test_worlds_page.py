"""The worlds on the page for designers load, and what it says of mistakes is so."""

import re
from pathlib import Path

import pytest

from npcengine.content.shape import fields_of
from npcengine.errors import ContentError
from npcengine.world.declared import Declared, Hints
from npcengine.world.lint import lint_world
from npcengine.world.loader import parse_world
from npcengine.world.model import Exit, Person, Place, Verb, World

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "worlds.md").read_text("utf-8")
FIELDS = (DOCS / "world-fields.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", blocks("yaml"))
def test_every_world_on_the_page_loads_and_needs_no_advice(block: str, tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(block, "utf-8")
    assert lint_world(path) == []


def test_the_mistakes_on_the_page_are_told_as_the_page_says() -> None:
    [wrong] = blocks("yaml wrong")
    [told] = blocks("text")
    with pytest.raises(ContentError) as caught:
        parse_world(wrong, "world.yaml")
    assert f"{caught.value}\n" == told


def test_the_facts_on_the_page_are_those_that_every_game_has() -> None:
    kinds = {
        "player": "player", "cellar": "place", "mira": "person", "rat": "creature",
        "chest": "thing", "iron": "item", "rumour": "information", "guild": "faction",
    }  # fmt: skip
    declared = Declared(kinds, {}, {}, {}, Hints())
    table = PAGE.split("Every game has these:")[1].split("Declare your own")[0]
    rows = re.findall(r"^\| (`.*) \| (\w+)", table, re.MULTILINE)
    for names, type_ in rows:
        for name in re.findall(r"`([^`]+)`", names):
            fact = name.replace("ITEM", "iron").replace("INFORMATION", "rumour")
            fact = fact.replace("FACTION", "guild")
            whole = [fact] if "player." in fact else [f"{id}.{fact}" for id in kinds]
            assert type_ in {declared.built_in(each) for each in whole}, name
    assert len(rows) == 8


@pytest.mark.parametrize(
    ("model", "at"),
    [(World, ""), (Place, "places.NAME."), (Exit, "places.NAME.exits[]."),
     (Person, "people.NAME."), (Verb, "verbs.NAME.")],
)  # fmt: skip
def test_every_field_is_explained(model: type[World], at: str) -> None:
    for field in fields_of(model):
        assert f"| `{at}{field}` |" in FIELDS
