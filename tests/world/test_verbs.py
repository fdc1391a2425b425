"""What every verb comes to, and what is said when it cannot be done."""

from collections.abc import Mapping

import pytest

from npcengine.turns import Fact
from npcengine.world.actions import Step
from npcengine.world.model import World
from npcengine.world.state import State
from npcengine.world.verbs import Refusal, parameters, perform, verb_names
from tests.world.making import state

WORLD = """
money: coin
places:
  hut:
    holds: {bread: 2}
    exits: [{to: well, minutes: 3, danger: 2, door: gate}, {to: wood, one_way: true}]
  well: {}
  wood: {}
  moor: {}
people:
  mira: {at: hut, knows: [rumour], carries: {ring: 1}, sells: {bread: 3}, level: 4}
  odo: {at: hut, captive: true}
  king: {at: hut, essential: true}
creatures:
  wolf: {at: hut, level: 3, carries: {pelt: 1}}
  rat: {at: [hut, well], respawns: true, carries: {tail: 2}}
items:
  coin: {}
  bread: {used_up: true}
  ring: {}
  pelt: {}
  tail: {}
  key: {}
  ore: {gather: hut, tool: pick}
  pick: {}
  bar: {make: {of: {ore: 2}, at: anvil, tool: pick}}
  letter: {}
things:
  gate: {at: hut, key: key}
  chest: {at: hut, key: key, holds: {ring: 1}}
  crate: {at: hut, holds: {ring: 2}}
  wheel: {at: hut, broken: true, repair: {bar: 1}}
  anvil: {at: hut}
  lamp: {at: hut}
  stone: {at: hut}
information:
  rumour: {}
  secret: {written: [letter, chest, stone]}
verbs:
  light:
    with: {lamp: thing, wicks: number}
    at: lamp
    needs: player.has.coin >= {wicks} and not {lamp}.lit
    then: ["{lamp}.lit", "{lamp}.wicks += {wicks}", "{lamp}.colour = red", player.has.coin -= 1]
    minutes: 2
    danger: 1
  rest: {then: [player.tired = false]}
start: {player.at: hut, lamp.lit: false}
"""
START = state(WORLD)


def step(text: str) -> Step:
    """`give item=bread count=2 to=mira`, as a step."""
    do, *using = text.split()
    pairs = (each.split("=") for each in using)
    return Step.of(do, **{name: int(it) if it.isdigit() else it for name, it in pairs})


Told = Mapping[str, Fact]
DONE: list[tuple[str, Told, Told]] = [
    # what is done, what the game tells, what is otherwise afterwards
    ("goto to=wood", {}, {"player.at": "wood"}),
    ("goto to=hut", {}, {"player.at": "hut"}),
    ("goto to=well", {"gate.locked": False}, {"player.at": "well"}),
    ("escort who=mira to=wood", {}, {"player.at": "wood", "mira.at": "wood"}),
    ("talk to=mira", {}, {}),
    ("ask to=mira about=rumour", {}, {"player.knows.rumour": True}),
    ("tell to=king about=secret", {"player.knows.secret": True}, {"king.knows.secret": True}),
    ("read about=secret in=letter", {"player.has.letter": 1}, {"player.knows.secret": True}),
    ("read about=secret in=stone", {}, {"player.knows.secret": True}),
    ("take item=bread", {}, {"player.has.bread": 1, "hut.has.bread": 1}),
    ("take item=ring from=crate count=2", {}, {"player.has.ring": 2, "crate.has.ring": 0}),
    ("take item=ring from=chest", {"chest.locked": False},
     {"player.has.ring": 1, "chest.has.ring": 0}),
    ("steal item=ring from=mira", {}, {"player.has.ring": 1, "mira.has.ring": 0}),
    ("gather item=ore count=3", {"player.has.pick": 1}, {"player.has.ore": 3}),
    ("buy item=bread count=2", {"player.has.coin": 7},
     {"player.has.bread": 2, "player.has.coin": 1}),
    ("make item=bar count=2", {"player.has.ore": 5, "player.has.pick": 1},
     {"player.has.bar": 2, "player.has.ore": 1}),
    ("give item=pelt to=mira", {"player.has.pelt": 1}, {"player.has.pelt": 0, "mira.has.pelt": 1}),
    ("give item=pelt to=chest", {"player.has.pelt": 1},
     {"player.has.pelt": 0, "chest.has.pelt": 1}),
    ("pay to=mira count=5", {"player.has.coin": 5}, {"player.has.coin": 0, "mira.has.coin": 5}),
    ("kill target=wolf", {}, {"wolf.alive": False, "player.has.pelt": 1, "wolf.has.pelt": 0}),
    ("kill target=rat count=3", {}, {"player.has.tail": 6}),
    ("use item=bread", {"player.has.bread": 1}, {"player.has.bread": 0}),
    ("use item=pick on=wheel", {"player.has.pick": 1}, {}),
    ("unlock what=chest", {"player.has.key": 1}, {"chest.locked": False}),
    ("unlock what=gate", {"player.has.key": 1}, {"gate.locked": False}),
    ("unlock what=gate", {"player.has.key": 1, "player.at": "well"}, {"gate.locked": False}),
    ("repair what=wheel", {"player.has.bar": 1}, {"wheel.broken": False, "player.has.bar": 0}),
    ("capture target=wolf", {}, {"wolf.captive": True}),
    ("free target=odo", {}, {"odo.captive": False}),
    ("guard what=mira", {}, {"mira.guarded": True}),
    ("choose option=mercy", {}, {}),
    ("light lamp=lamp wicks=2", {"player.has.coin": 2, "lamp.wicks": 1},
     {"lamp.lit": True, "lamp.wicks": 3, "lamp.colour": "red", "player.has.coin": 1}),
    ("rest", {"player.tired": True}, {"player.tired": False}),
]  # fmt: skip


@pytest.mark.parametrize(("doing", "told", "changed"), DONE)
def test_what_is_done_changes_that_and_nothing_else(doing: str, told: Told, changed: Told) -> None:
    now = State.of(START.index, told)
    done = perform(now, step(doing))
    assert not isinstance(done, Refusal), done
    assert {fact: done.state.get(fact) for fact in changed} == changed
    assert {fact for fact in done.state.changed if done.state.get(fact) != now.get(fact)} == {
        fact for fact in changed if changed[fact] != now.get(fact)
    }
    assert done.assumes == ()


NOT_DONE: list[tuple[str, Told, str, str]] = [
    # what cannot be done, what the game tells, why, and the fact that it hangs on
    ("goto to=well", {}, "shut", "gate.locked"),
    ("goto to=moor", {}, "no_path", "player.at"),
    ("escort who=odo to=wood", {}, "not_so", "odo.captive"),
    ("escort who=mira to=wood", {"mira.at": "wood"}, "elsewhere", "player.at"),
    ("talk to=mira", {"mira.alive": False}, "dead", "mira.alive"),
    ("talk to=mira", {"player.at": "well"}, "elsewhere", "player.at"),
    ("ask to=mira about=rumour", {"mira.knows.rumour": False}, "not_so", "mira.knows.rumour"),
    ("tell to=mira about=secret", {}, "not_so", "player.knows.secret"),
    ("read about=secret in=letter", {}, "not_held", "player.has.letter"),
    ("read about=secret in=chest", {}, "shut", "chest.locked"),
    ("read about=rumour in=letter", {}, "impossible", ""),
    ("take item=bread count=3", {}, "not_held", "hut.has.bread"),
    ("take item=ring from=chest", {}, "shut", "chest.locked"),
    ("take item=ore", {}, "impossible", ""),
    ("steal item=ring from=mira count=2", {}, "not_held", "mira.has.ring"),
    ("gather item=ore", {}, "not_held", "player.has.pick"),
    ("gather item=ring", {}, "impossible", ""),
    ("buy item=bread", {"player.has.coin": 2}, "not_held", "player.has.coin"),
    ("buy item=ore", {}, "impossible", ""),
    ("make item=bar", {"player.has.pick": 1, "player.has.ore": 1}, "not_held", "player.has.ore"),
    ("make item=ring", {}, "impossible", ""),
    ("give item=pelt to=mira", {}, "not_held", "player.has.pelt"),
    ("pay to=mira count=5", {}, "not_held", "player.has.coin"),
    ("kill target=king", {}, "impossible", ""),
    ("kill target=wolf count=2", {}, "impossible", ""),
    ("kill target=wolf", {"wolf.alive": False}, "dead", "wolf.alive"),
    ("use item=bread", {}, "not_held", "player.has.bread"),
    ("unlock what=chest", {}, "not_held", "player.has.key"),
    ("unlock what=chest", {"player.has.key": 1, "chest.locked": False}, "not_so", "chest.locked"),
    ("unlock what=wheel", {}, "impossible", ""),
    ("repair what=wheel", {}, "not_held", "player.has.bar"),
    ("repair what=anvil", {}, "not_so", "anvil.broken"),
    ("capture target=king", {}, "impossible", ""),
    ("capture target=odo", {}, "not_so", "odo.captive"),
    ("free target=mira", {}, "not_so", "mira.captive"),
    ("guard what=mira", {"mira.at": ""}, "elsewhere", "player.at"),
    ("light lamp=lamp wicks=2", {"player.has.coin": 1}, "not_held", "player.has.coin"),
    ("light lamp=lamp wicks=2", {"player.has.coin": 2, "lamp.lit": True}, "not_so", "lamp.lit"),
    ("light lamp=lamp wicks=1", {"player.has.coin": 1, "player.at": "well"}, "elsewhere",
     "player.at"),
    ("dance", {}, "unknown_verb", ""),
    ("choose", {}, "missing", ""),
    ("talk to=mira loudly=1", {}, "unknown_parameter", ""),
    ("talk to=mria", {}, "unknown", ""),
    ("talk to=wolf", {}, "wrong_kind", ""),
    ("take item=bread count=0", {}, "wrong_number", ""),
]  # fmt: skip


@pytest.mark.parametrize(("doing", "told", "code", "fact"), NOT_DONE)
def test_what_cannot_be_done_says_why(doing: str, told: Told, code: str, fact: str) -> None:
    refused = perform(State.of(START.index, told), step(doing))
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.fact) == (code, fact)
    assert refused.message


def test_every_verb_is_done_here_and_refused_here_but_for_those_that_always_can_be() -> None:
    verbs = set(verb_names(START.world))
    assert {doing.split()[0] for doing, *_ in DONE} == verbs
    assert {doing.split()[0] for doing, *_ in NOT_DONE} >= verbs - {"rest"}


@pytest.mark.parametrize(
    ("doing", "hint"), [("tkae item=bread", "did you mean 'take'?"), ("talk to=mria", "'mira'")]
)
def test_what_is_misspelt_is_told_with_what_was_meant(doing: str, hint: str) -> None:
    refused = perform(START, step(doing))
    assert isinstance(refused, Refusal)
    assert hint in refused.message


def test_the_parameters_of_a_verb_of_the_game_are_those_that_it_declares() -> None:
    assert parameters(START.world, "light") == {"lamp": ("thing",), "wicks": ("number",)}
    assert "light" not in verb_names(World())


def test_time_and_danger_are_those_of_the_way_and_of_the_verb() -> None:
    now = State.of(START.index, {"gate.locked": False, "player.has.coin": 9})
    went, lit = perform(now, step("goto to=well")), perform(now, step("light lamp=lamp wicks=1"))
    assert not isinstance(went, Refusal)
    assert not isinstance(lit, Refusal)
    assert (went.action.minutes, went.action.danger) == (3, 2)
    assert (lit.action.minutes, lit.action.danger) == (2, 1)


def test_what_nobody_told_is_taken_to_be_so_and_said() -> None:
    now = State.of(START.index, {"player.has.coin": 1})
    done = perform(now, step("light lamp=stone wicks=1"))
    assert not isinstance(done, Refusal)
    assert done.assumes == ("not stone.lit",)


def test_what_does_not_exist_yet_can_neither_be_met_nor_taken() -> None:
    now = state(
        "facts: {night: bool}\nstart: {player.at: hut, night: false}\nplaces: {hut: {}}\n"
        "people: {ghost: {at: hut, when: night}}\nitems: {dew: {gather: hut, when: night}}\n"
    )
    for doing in ("talk to=ghost", "gather item=dew"):
        refused = perform(now, step(doing))
        assert isinstance(refused, Refusal)
        assert refused.fact == "night"
        assert not isinstance(perform(State.of(now.index, {"night": True}), step(doing)), Refusal)


def test_a_creature_that_comes_back_is_met_wherever_it_lives() -> None:
    for place in ("hut", "well"):
        now = State.of(START.index, {"player.at": place})
        assert not isinstance(perform(now, step("kill target=rat")), Refusal)
