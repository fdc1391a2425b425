"""A state is a world as the game tells it, and never changes."""

from collections.abc import Iterator, Mapping

from hypothesis import given
from hypothesis import strategies as st

from npcengine.turns import Fact
from npcengine.world.needs import Change
from npcengine.world.state import State
from tests.world.making import state

WORLD = """
places: {hut: {exits: [{to: well, door: gate}]}, well: {}}
people: {mira: {at: hut, knows: [rumour], carries: {iron: 3}}}
creatures:
  rat: {at: [hut, well], respawns: true}
  wolf: {at: well}
items: {iron: {}, key: {gather: hut}}
things: {gate: {at: hut, key: key}, wheel: {at: well, broken: true}}
information: {rumour: {}}
facts: {mood: text}
start: {player.at: hut, player.has.iron: 2}
"""
START = state(WORLD)
FACTS = ["player.has.iron", "mira.at", "mood", "gate.locked", "mira.has.iron"]
VALUES = st.booleans() | st.integers(-9, 9) | st.sampled_from(["hut", "well", "sour"])
CHANGES = st.lists(
    st.builds(Change, st.sampled_from(FACTS), VALUES)
    | st.builds(Change, st.sampled_from(FACTS), st.integers(-9, 9), st.just(True)),
    max_size=8,
)


def facts(now: State) -> dict[str, Fact | None]:
    return {name: now.get(name) for name in FACTS}


def test_what_the_designer_wrote_is_so_from_the_start() -> None:
    expected = {
        "player.at": "hut", "player.has.iron": 2, "player.has.key": 0, "player.knows.rumour": False,
        "mira.at": "hut", "mira.alive": True, "mira.captive": False, "mira.knows.rumour": True,
        "mira.has.iron": 3, "wolf.at": "well", "wolf.alive": True, "rat.alive": True,
        "gate.locked": True, "wheel.locked": False, "wheel.broken": True, "gate.broken": False,
    }  # fmt: skip
    assert {name: START.get(name) for name in expected} == expected
    assert START.get("mood") is None


def test_what_the_game_tells_counts_more_and_is_asked_each_time() -> None:
    told: dict[str, Fact] = {"player.at": "well", "mira.alive": False}

    class Database(Mapping[str, Fact]):
        asked = 0

        def __getitem__(self, name: str) -> Fact:
            self.asked += 1
            return told[name]

        def __iter__(self) -> Iterator[str]:
            raise AssertionError("nobody copies a database")

        def __len__(self) -> int:
            raise AssertionError("nobody copies a database")

    database = Database()
    now = State.of(START.index, database)
    assert (now.get("player.at"), now.get("mira.alive"), now.get("wolf.alive")) == (
        "well", False, True,
    )  # fmt: skip
    assert database.asked == 3


@given(CHANGES)
def test_nothing_that_is_done_changes_the_state_it_was_done_in(changes: list[Change]) -> None:
    before = facts(START)
    START.after(changes)
    assert facts(START) == before


@given(CHANGES)
def test_afterwards_each_fact_is_what_its_changes_made_of_it(changes: list[Change]) -> None:
    expected = facts(START)
    for fact, value, adds in changes:
        now = expected[fact]
        if adds and not isinstance(value, str) and not isinstance(now, str):
            value = (now or 0) + value
        expected[fact] = value
    assert facts(START.after(changes)) == expected


@given(CHANGES, CHANGES)
def test_changes_one_after_the_other_are_as_all_at_once(
    some: list[Change], more: list[Change]
) -> None:
    assert facts(START.after(some).after(more)) == facts(START.after([*some, *more]))


def test_what_nobody_told_counts_nothing() -> None:
    assert START.number("well.has.iron") == 0
    assert START.number("mira.at") == 0
    assert START.after([Change("well.has.iron", 2, adds=True)]).get("well.has.iron") == 2


def test_where_everything_is() -> None:
    ids = ["hut", "mira", "rat", "wolf", "gate", "wheel", "iron", "nothing"]
    assert {id: START.places(id) for id in ids} == {
        "hut": ("hut",),
        "mira": ("hut",),
        "rat": ("hut", "well"),
        "wolf": ("well",),
        "gate": ("hut", "well"),  # a door is at both of its ends
        "wheel": ("well",),
        "iron": (),
        "nothing": (),
    }
    assert START.after([Change("mira.at", "well")]).places("mira") == ("well",)
    assert START.after([Change("mira.at", "")]).places("mira") == ()
