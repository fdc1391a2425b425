"""The sample world agrees with the sample cast, and everything in it can be come by."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.configuration import Configuration, read_configuration
from npcengine.content.fields import check
from npcengine.errors import ContentError
from npcengine.persona.lint import lint
from npcengine.persona.loader import load_cast
from npcengine.turns import Fact
from npcengine.world.actions import Step
from npcengine.world.index import Index
from npcengine.world.lint import lint_world
from npcengine.world.loader import load_world, world_from
from npcengine.world.model import Motive, World, entities
from npcengine.world.reach import reachable
from npcengine.world.routes import route_if_opened
from npcengine.world.state import State
from npcengine.world.verbs import Refusal, perform

ROOT = Path(__file__).parents[2]
FILE = ROOT / "examples" / "oakvale" / "world.yaml"
FOUND: dict[str, Fact] = {"flag.mill_watched": True, "flag.caravan_found": True, "trust": 60}


@pytest.fixture(scope="module")
def oakvale() -> World:
    return load_world(FILE)


def test_it_loads_without_a_complaint_and_without_advice() -> None:
    assert lint_world(FILE) == []


def test_editors_check_it_against_the_schema_beside_it() -> None:
    first = FILE.read_text("utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=world.schema.json"
    assert (FILE.parent / "world.schema.json").is_file()


def test_the_whole_sample_cast_lives_there_under_its_own_ids(oakvale: World) -> None:
    cast = load_cast(ROOT / "personas")
    assert set(cast.ids) <= set(oakvale.people)
    for id in set(cast.ids) - {"herbalist"}:  # whose name is written in her language
        assert oakvale.people[id].name == cast[id].name
    assert cast["herbalist"].name in str(oakvale.people["herbalist"].name)


def test_it_declares_what_the_cast_asks_for(oakvale: World, tmp_path: Path) -> None:
    declared = check(read_configuration(ROOT / "examples" / "npcengine.yaml"), Configuration).facts
    assert dict(oakvale.facts) == dict(declared)
    shutil.copytree(ROOT / "personas", tmp_path / "personas")
    assert lint(tmp_path / "personas", oakvale.facts) == []


def test_every_motive_moves_several_people(oakvale: World) -> None:
    moved = Counter(motive for person in oakvale.people.values() for motive in person.wants)
    assert set(moved) == set(get_args(Motive))
    assert all(person.wants for person in oakvale.people.values())


def test_it_is_a_village_of_some_size(oakvale: World) -> None:
    counted = {kind: len(some) for kind, some in entities(oakvale).items()}
    assert 12 <= counted["place"] <= 16
    assert counted["person"] + counted["creature"] >= 20
    assert counted["item"] >= 40
    assert {each.level for each in oakvale.creatures.values()} == set(range(1, 9))


def test_some_items_come_from_more_than_one_source(oakvale: World) -> None:
    sources = Index.of(oakvale).sources
    assert len([item for item, some in sources.items() if len(some) > 1]) >= 8
    assert {each.how for some in sources.values() for each in some} == {
        "take", "steal", "gather", "buy", "make", "kill",
    }  # fmt: skip


def test_names_are_in_three_languages_but_for_those_of_people(oakvale: World) -> None:
    for kind, some in entities(oakvale).items():
        for id, each in some.items():
            is_proper = isinstance(each.name, str) and kind == "person"
            assert is_proper or set(each.name) == {"en", "de", "zh"}, id


def test_every_place_is_reached_with_the_keys_that_can_be_had(oakvale: World) -> None:
    reached = reachable(Index.of(oakvale))
    assert {place for place in oakvale.places if ("at", place) not in reached} == set()


def test_what_nobody_knows_yet_is_given_away_by_nothing_that_exists(oakvale: World) -> None:
    state = State.of(oakvale)
    hidden = {"vault", "strongbox", "bess", "odo", "ghost", "bread", "vault_below", "the_found"}
    for id in hidden:
        ways = state.index.existence(id)
        assert not any(all(need.met(state.get) for need in way) for way in ways), id
        assert any(all(need.met(FOUND.get) for need in way) for way in ways), id


def test_the_island_is_found_by_who_asks_both_of_two(oakvale: World) -> None:
    state = State.of(oakvale)
    for told, is_open in (
        ({}, False),
        ({"player.knows.causeway": True}, False),
        ({"player.knows.firm_ground": True}, False),
        ({"player.knows.causeway": True, "player.knows.firm_ground": True}, True),
        ({"flag.caravan_found": True}, True),
    ):
        way = route_if_opened(State.of(state.index, told), "square", "island")
        assert way is not None
        assert (way.shut is None) is is_open


WALK = """
goto to=stable_yard; take item=locker_key; goto to=gate; unlock what=oil_locker
take item=lamp_oil count=2; read about=last_patrol in=gate_book
goto to=north_wood; gather item=charcoal count=3
goto to=forge; take item=tongs; gather item=iron_scrap count=6; make item=iron_bar
make item=nail count=2; make item=bar_hook; ask to=blacksmith about=chain
goto to=mill_lane; unlock what=mill_door; watch_the_mill
goto to=sedge; kill target=old_pike
goto to=vault; kill target=long_eel; unlock what=strongbox; take item=toll_cup
goto to=tower; ask to=mage about=causeway
goto to=healer_house; ask to=herbalist about=firm_ground
goto to=island; take item=marsh_map; read about=causeway in=marsh_map; take item=ink_bottle count=9
goto to=tower; give item=marsh_map to=mage
goto to=hill; buy item=egg count=2; gather item=beeswax
goto to=stable_yard; buy item=wick; buy item=lantern_paper; make item=lantern
"""


def steps(text: str) -> Iterator[Step]:
    for each in text.replace("\n", ";").split(";"):
        if each.strip():
            do, *using = each.split()
            pairs = (one.split("=") for one in using)
            given = {name: int(value) if value.isdigit() else value for name, value in pairs}
            yield Step.of(do, **given)


def test_it_can_be_played_from_the_square_to_the_island(oakvale: World) -> None:
    state = State.of(oakvale)
    for step in steps(WALK):
        done = perform(state, step)
        assert not isinstance(done, Refusal), f"{step}: {done}"
        assert done.assumes == (), step
        state = done.state
    assert state.get("player.has.toll_cup") == 1
    assert state.get("mage.has.marsh_map") == 1
    assert state.get("player.has.copper") == 25 - 2 - 1 - 1


def spots(data: Any, loc: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Everything that stands somewhere in the file."""
    if loc:
        yield loc
    if isinstance(data, dict | list):
        for name, each in data.items() if isinstance(data, dict) else enumerate(data):
            yield from spots(each, (*loc, name))


DATA = yaml.safe_load(FILE.read_text("utf-8"))
SPOTS = sorted(spots(DATA), key=str)
OTHERS = st.sampled_from(
    [*(id for group in entities(load_world(FILE)).values() for id in group), "player", "nothing"]
)
VALUES = (
    OTHERS
    | st.lists(OTHERS, max_size=3)
    | st.dictionaries(OTHERS, st.integers(-1, 3), max_size=2)
    | st.sampled_from([None, True, -1, 0, 1e12, "", "player.at", "not {what}.lit", "trust >= 'a'"])
    | OTHERS.map("{}.alive".format)
)


def changed(data: Any, loc: tuple[Any, ...], value: object) -> Any:
    if not loc:
        return value
    inner = dict(data) if isinstance(data, dict) else list(data)
    inner[loc[0]] = changed(data[loc[0]], loc[1:], value)
    return inner


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SPOTS), VALUES)
def test_with_anything_changed_it_is_complained_about_or_can_be_played(
    loc: tuple[Any, ...], value: object
) -> None:
    try:
        world = world_from(changed(DATA, loc, value))
    except ContentError:
        return
    index = Index.of(world)
    assert all(index.existence(id) for id in index.kinds)
    assert reachable(index)
    state = State.of(index)
    for step in steps(WALK):
        done = perform(state, step)
        state = state if isinstance(done, Refusal) else done.state
