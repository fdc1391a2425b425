"""What a designer is advised of in a world that loads."""

from pathlib import Path

import pytest

from npcengine.world.index import Index
from npcengine.world.lint import lint_world
from npcengine.world.loader import parse_world
from npcengine.world.reach import reachable


def advice(folder: Path, text: str) -> list[str]:
    path = folder / "world.yaml"
    path.write_text(text, "utf-8")
    return [f"{each.code} {each.field}" for each in lint_world(path)]


CHAIN = """
places: {hut: {holds: {k0: 1}}}
items: {k0: {}, k1: {}, k2: {}}
things:
  b0: {at: hut, key: k0, holds: {k1: 1}}
  b1: {at: hut, key: k1, holds: {k2: 1}}
  b2: {at: hut, key: k2}
"""


def test_keys_that_lie_behind_other_locks_can_be_had(tmp_path: Path) -> None:
    assert advice(tmp_path, CHAIN) == []


def test_keys_that_lie_behind_each_other_cannot(tmp_path: Path) -> None:
    round_ = CHAIN.replace("{holds: {k0: 1}}", "{}").replace("key: k2}", "key: k2, holds: {k0: 1}}")
    assert advice(tmp_path, round_) == [f"NPC603 things.b{n}.key" for n in range(3)]


def test_one_lost_key_is_told_where_it_is_missed_and_what_hangs_on_it(tmp_path: Path) -> None:
    lost = CHAIN.replace("{holds: {k0: 1}}", "{}")
    assert advice(tmp_path, lost) == [f"NPC602 things.b{n}.key" for n in range(3)]


@pytest.mark.parametrize(
    "source",
    [
        "places: {hut: {holds: {pearl: 1}}}",
        "places: {hut: {}}\nthings: {box: {at: hut, holds: {pearl: 1}}}",
        "places: {hut: {}}\npeople: {mira: {at: hut, carries: {pearl: 1}}}",
        "places: {hut: {}}\npeople: {mira: {at: hut, sells: {pearl: 3}}}\nmoney: coin",
        "places: {hut: {}}\ncreatures: {rat: {at: hut, carries: {pearl: 1}}}",
        "places: {hut: {}}\nstart: {player.has.pearl: 1}",
        "places: {hut: {}}\nverbs: {dive: {then: [player.has.pearl += 1]}}",
        "places: {hut: {}}\nverbs: {find: {with: {what: item}, then: ['player.has.{what} += 1']}}",
    ],
)
def test_an_item_with_any_source_can_be_come_by(source: str, tmp_path: Path) -> None:
    assert advice(tmp_path, f"{source}\nitems: {{pearl: {{}}, coin: {{in_quests: false}}}}") == []


@pytest.mark.parametrize(
    "source",
    [
        "places: {hut: {exits: [well]}, well: {}, moon: {holds: {pearl: 1}, in_quests: false}}",
        "places: {hut: {}}\npeople: {mira: {at: hut, sells: {pearl: 3}}}",  # for what money?
        "places: {hut: {}}\n"
        "things: {box: {at: hut, key: pin, holds: {pearl: 1}, in_quests: false}}",
    ],
)
def test_an_item_whose_only_source_is_out_of_reach_cannot(source: str, tmp_path: Path) -> None:
    start = "" if "well" not in source else "start: {player.at: hut}\n"
    world = f"{source}\n{start}items: {{pearl: {{}}, pin: {{in_quests: false}}}}"
    assert advice(tmp_path, world) == ["NPC604 items.pearl"]


def test_what_is_made_needs_all_its_parts_and_tools(tmp_path: Path) -> None:
    world = (
        "places: {hut: {}}\nitems:\n  bar: {make: {of: {ore: 1}, tool: tongs}}\n"
        "  ore: {gather: hut}\n  tongs: {in_quests: false}\n"
    )
    assert advice(tmp_path, world) == ["NPC604 items.bar"]
    assert advice(tmp_path, world.replace("in_quests: false", "gather: hut")) == []


@pytest.mark.parametrize(
    "opened",
    [
        "start: {player.at: hut, door.locked: false}",
        "start: {player.at: hut}\nverbs: {pick: {with: {it: thing}, then: ['not {it}.locked']}}",
        "start: {player.at: hut}\nverbs: {fly: {with: {to: place}, then: ['player.at = {to}']}}",
    ],
)
def test_what_another_way_leads_to_is_no_matter_of_keys(opened: str, tmp_path: Path) -> None:
    world = (
        "places: {hut: {exits: [{to: well, door: door}]}, well: {}}\n"
        "people: {mira: {at: well}}\nitems: {key: {in_quests: false}}\n"
        "things: {door: {at: hut, key: key, in_quests: false}}\n"
    )
    assert advice(tmp_path, world + "start: {player.at: hut}\n") == ["NPC605 people.mira"]
    assert advice(tmp_path, world + opened) == []


def test_without_a_start_a_place_is_lonely_only_if_no_way_leads_there(tmp_path: Path) -> None:
    world = "places: {hut: {exits: [well]}, well: {}, moon: {}}\n"
    assert advice(tmp_path, world) == ["NPC601 places.moon"]
    assert advice(tmp_path, "places: {hut: {}}") == []


def test_a_world_that_does_not_load_is_told_its_errors_alone(tmp_path: Path) -> None:
    assert advice(tmp_path, "places: {hut: {}, moon: {}}\nmoney: coin") == ["NPC501 money"]


def test_a_chain_of_a_thousand_locks_is_followed_to_its_end() -> None:
    items = ", ".join(f"k{n}: {{}}" for n in range(1001))
    things = ", ".join(f"b{n}: {{at: hut, key: k{n}, holds: {{k{n + 1}: 1}}}}" for n in range(1000))
    world = f"places: {{hut: {{holds: {{k0: 1}}}}}}\nitems: {{{items}}}\nthings: {{{things}}}\n"
    assert ("has", "k1000") in reachable(Index.of(parse_world(world, "world.yaml")))
