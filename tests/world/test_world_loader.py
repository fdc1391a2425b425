"""A world that cannot be does not load, and its designer reads what to mend."""

import pytest

from npcengine.errors import ContentError
from npcengine.world.data import tree_of
from npcengine.world.declared import MOST_HINTS
from npcengine.world.loader import load_world, parse_world, world_from
from npcengine.world.model import World
from tests.world.making import complaints, told

HUT = "places: {hut: {}, well: {}}\n"
REFERENCES = [
    # what is written, the field that is complained about, what it must be
    ("money: x", "money", "no item"),
    ("places: {a: {exits: [x]}}", "places.a.exits[0]", "no place"),
    ("places: {a: {exits: [{to: x}]}}", "places.a.exits[0].to", "no place"),
    ("places: {a: {exits: [{to: b, door: x}]}, b: {}}", "places.a.exits[0].door", "no thing"),
    ("places: {a: {holds: {x: 1}}}", "places.a.holds.x", "no item"),
    ("people: {m: {at: x}}", "people.m.at", "no place"),
    (HUT + "people: {m: {at: hut, carries: {x: 1}}}", "people.m.carries.x", "no item"),
    (HUT + "people: {m: {at: hut, sells: {x: 1}}}", "people.m.sells.x", "no item"),
    (HUT + "people: {m: {at: hut, knows: [x]}}", "people.m.knows[0]", "no information"),
    (HUT + "people: {m: {at: hut, faction: x}}", "people.m.faction", "no faction"),
    ("creatures: {w: {at: x}}", "creatures.w.at", "no place"),
    (HUT + "creatures: {w: {at: [hut, x], respawns: true}}", "creatures.w.at[1]", "no place"),
    (HUT + "creatures: {w: {at: hut, carries: {x: 1}}}", "creatures.w.carries.x", "no item"),
    (HUT + "creatures: {w: {at: hut, faction: x}}", "creatures.w.faction", "no faction"),
    ("items: {i: {gather: x}}", "items.i.gather", "no place"),
    ("items: {i: {tool: x}}", "items.i.tool", "no item"),
    ("items: {i: {make: {of: {x: 1}}}}", "items.i.make.of.x", "no item"),
    ("items: {i: {make: {of: {}, at: x}}}", "items.i.make.at", "no place or thing"),
    ("items: {i: {make: {of: {}, tool: x}}}", "items.i.make.tool", "no item"),
    ("things: {t: {at: x}}", "things.t.at", "no place"),
    (HUT + "things: {t: {at: hut, key: x}}", "things.t.key", "no item"),
    (HUT + "things: {t: {at: hut, holds: {x: 1}}}", "things.t.holds.x", "no item"),
    (HUT + "things: {t: {at: hut, repair: {x: 1}}}", "things.t.repair.x", "no item"),
    ("information: {r: {concerns: x}}", "information.r.concerns", "nothing called"),
    ("information: {r: {written: [x]}}", "information.r.written[0]", "no item or thing"),
    ("factions: {f: {enemies: [x]}}", "factions.f.enemies[0]", "no faction"),
]


@pytest.mark.parametrize(("text", "field", "wanted"), REFERENCES)
def test_an_id_that_nothing_has_is_told_where_it_stands(text: str, field: str, wanted: str) -> None:
    [complaint] = complaints(text)
    assert (complaint.code, complaint.field) == ("NPC501", field)
    assert complaint.message == f"there is {wanted} 'x'"
    assert text.splitlines()[complaint.line - 1][complaint.column - 1 :].startswith(("x", "{to: x"))
    assert complaint.suggestion


@pytest.mark.parametrize(("text", "field", "wanted"), REFERENCES)
def test_an_id_of_another_kind_is_told(text: str, field: str, wanted: str) -> None:
    other = "verbs: {}\nfactions: {x: {}}\n" if "faction" not in text else "items: {x: {}}\n"
    if "concerns" in text:  # an information may be about anything
        return
    [complaint] = complaints(f"{text}\n{other}")
    assert (complaint.code, complaint.field) == ("NPC502", field)
    assert "has to be a" in complaint.message


def test_a_misspelt_id_is_told_with_the_one_that_was_meant() -> None:
    assert told("places: {mill: {}}\npeople:\n  mira:\n    at: mil\n") == [
        "4:9: NPC501 people.mira.at: there is no place 'mil' (did you mean 'mill'?)"
    ]


def test_everything_wrong_is_told_at_once_in_order_of_place() -> None:
    text = HUT + "people: {mira: {at: hat}}\nitems: {hut: {gather: wel}}\nstart: {player.at: hat}\n"
    assert [(each.line, each.code) for each in complaints(text)] == [
        (2, "NPC501"),
        (3, "NPC503"),
        (3, "NPC501"),
        (4, "NPC510"),
    ]


def test_hints_end_before_they_take_long_and_complaints_do_not() -> None:
    wrong = ", ".join(f"i{n}: {{gather: hot}}" for n in range(MOST_HINTS + 10))
    found = complaints(f"places: {{hut: {{}}}}\nitems: {{{wrong}}}\n")
    hints = [each for each in found if each.suggestion == "did you mean 'hut'?"]
    assert (len(found), len(hints)) == (MOST_HINTS + 10, MOST_HINTS)


def test_the_player_is_nobody_of_the_world() -> None:
    [complaint] = complaints(HUT + "people: {player: {at: hut}}")
    assert complaint.code == "NPC503"


@pytest.mark.parametrize(
    ("creature", "message"),
    [("{at: []}", "it lives nowhere"), ("{at: [hut, well]}", "it lives in 2 places")],
)
def test_a_creature_is_in_one_place(creature: str, message: str) -> None:
    [complaint] = complaints(f"{HUT}creatures: {{rat: {creature}}}")
    assert message in complaint.message


@pytest.mark.parametrize(
    "twice",
    [
        "places: {hut: {holds: {crown: 2}}}",
        "places: {hut: {holds: {crown: 1}}, well: {holds: {crown: 1}}}",
        HUT + "things: {box: {at: hut, holds: {crown: 1}}}\n"
        "people: {king: {at: hut, carries: {crown: 1}}}",
        HUT + "things: {box: {at: hut, holds: {crown: 1}}}\nstart: {player.has.crown: 1}",
        HUT + "people: {king: {at: hut, sells: {crown: 5}}}",
        HUT + "creatures: {rat: {at: hut, respawns: true, carries: {crown: 1}}}",
    ],
)
def test_of_what_is_unique_there_is_one(twice: str) -> None:
    [complaint] = complaints(f"{twice}\nitems: {{crown: {{unique: true}}}}\n")
    assert complaint.code == "NPC506"


@pytest.mark.parametrize("source", ["gather: hut", "make: {of: {stone: 1}}"])
def test_what_is_unique_is_neither_gathered_nor_made(source: str) -> None:
    [complaint] = complaints(f"{HUT}items: {{crown: {{unique: true, {source}}}, stone: {{}}}}")
    assert complaint.code == "NPC506"


def test_an_empty_world_is_one() -> None:
    assert parse_world("", "world.yaml") == World() == world_from({})


def test_a_way_may_be_written_as_the_place_alone() -> None:
    world = parse_world("places: {hut: {exits: [well]}, well: {}}", "world.yaml")
    assert world.places["hut"].exits[0].to == "well"


DATA = {"places": {"hut": {"exits": ["well"]}, "well": {}}, "people": {"mira": {"at": "hut"}}}


def test_data_of_a_game_makes_the_same_world_as_a_file() -> None:
    text = "places: {hut: {exits: [well]}, well: {}}\npeople: {mira: {at: hut}}\n"
    assert world_from(DATA) == parse_world(text, "world.yaml")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"places": {"hut": {"exits": [{"to": "wel"}]}}}, "places.hut.exits[0].to"),
        ({"people": {"mira": {}}}, "people.mira.at"),
        ({"places": {"hut": {"exit": []}}}, "places.hut.exit"),
        ({"places": {"hut": {"when": "flag.open"}}}, "places.hut.when"),
        ({"places": object()}, "places"),
        ({"items": {"gold": {"value": float("nan")}}}, "items.gold.value"),
    ],
)
def test_a_complaint_about_data_names_the_field(data: dict[str, object], field: str) -> None:
    with pytest.raises(ContentError) as caught:
        world_from(data)
    assert [each.field for each in caught.value.diagnostics] == [field]


def test_data_that_holds_itself_is_refused() -> None:
    within: dict[str, object] = {}
    within["places"] = within
    with pytest.raises(ContentError) as caught:
        world_from(within)
    assert [each.code for each in caught.value.diagnostics] == ["NPC109"]


def test_data_without_end_is_refused() -> None:
    with pytest.raises(ContentError, match="more than 10 entries"):
        tree_of({"items": {f"i{n}": {} for n in range(11)}}, most=10)


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(ContentError, match="there is no such file"):
        load_world("nowhere.yaml")


@pytest.mark.parametrize(
    ("id", "suggested"),
    [
        ("kellertür", "write 'kellertuer'"),
        ("café noir", "write 'cafe_noir'"),
        ("iron.key", "write 'iron_key'"),
        ("李明", "write a name such as 'blacksmith'"),
        ("2nd key", "write a name such as 'blacksmith'"),
    ],
)
def test_what_is_suggested_for_an_id_is_one(id: str, suggested: str) -> None:
    [complaint] = complaints(f"items: {{'{id}': {{}}}}")
    assert complaint.message == f"'{id}' is not an id: lower case letters, digits and '_' only"
    assert complaint.suggestion == suggested
