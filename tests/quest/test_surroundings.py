"""What quests may be about: what is near the giver now, wherever it was when the world was made."""

from npcengine.quest.planning.surroundings import Surroundings
from npcengine.turns import Fact
from npcengine.world.loader import parse_world
from npcengine.world.state import State

INN = """
places: {inn: {exits: [cellar]}, cellar: {}, isle: {}}
people: {mira: {at: inn}, tom: {at: isle, knows: [rumour], carries: {pipe: 1}}}
creatures: {drake: {at: isle, hostile: true}, rat: {at: cellar, respawns: true, hostile: false}}
information: {rumour: {}}
items: {pipe: {}}
start: {player.at: inn}
"""


def around(**told: Fact) -> tuple[Surroundings, State]:
    facts = {name.replace("__", "."): value for name, value in told.items()}
    state = State.of(parse_world(INN, "inn.yaml"), facts)
    return Surroundings.of(state, "inn", "easy"), state


def test_who_has_come_is_there_with_what_they_have_and_know() -> None:
    far, _ = around()
    assert far.ids["person"] == ("mira",)
    near, _ = around(tom__at="cellar")
    assert near.ids["person"] == ("mira", "tom")
    assert near.ids["item"] == ("pipe",)
    assert near.ids["information"] == ("rumour",)


def test_who_has_gone_is_not() -> None:
    gone, _ = around(mira__at="isle")
    assert "mira" not in gone.ids.get("person", ())
    nowhere, _ = around(mira__at="")
    assert "mira" not in nowhere.ids.get("person", ())


def test_a_place_is_dangerous_while_something_hostile_is_there() -> None:
    near, state = around(drake__at="cellar")
    assert near.dangerous(state, "cellar")
    assert not near.dangerous(state, "inn")
    dead, state = around(drake__at="cellar", drake__alive=False)
    assert not dead.dangerous(state, "cellar")
    away, state = around()
    assert not away.dangerous(state, "cellar")
