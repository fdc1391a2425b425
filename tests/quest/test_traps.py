"""Quests that look as if they could be finished, in worlds of a few lines."""

from collections.abc import Mapping
from typing import Any

import pytest

from npcengine.quest.model import Proof, Quest
from npcengine.quest.proving.prove import NoProof, Verdict, prove
from npcengine.turns import Fact
from npcengine.world.loader import world_from
from npcengine.world.state import State

Fields = dict[str, Any]
Objectives = Mapping[str, str]

HOME: Fields = {
    "places": {"home": {"exits": ["yard"], "holds": {"egg": 1}}, "yard": {}},
    "items": {"egg": {"used_up": True}},
    "things": {"nest": {"at": "home"}},
    "people": {"ann": {"at": "home"}, "bob": {"at": "yard"}},
    "start": {"player.at": "home"},
}


def quest(objectives: Objectives, **fields: Any) -> Quest:
    """Make a quest of lines such as `give item=egg to=ann after=find`; one with `?` is optional."""
    made, needs = [], []
    for id, line in objectives.items():
        do, *using = line.rstrip("?").split()
        pairs = dict(each.split("=") for each in using)
        after = tuple(pairs.pop("after").split(",")) if "after" in pairs else ()
        arguments = {name: int(v) if v.isdigit() else v for name, v in pairs.items()}
        optional = line.endswith("?")
        made.append({"id": id, "do": do, "with": arguments, "after": after, "optional": optional})
        needs += [] if optional else [id]
    outcome = {"id": "done", "needs": tuple(needs)}
    base = {"id": "q", "giver": "ann", "motive": "wealth", "strategy": "own"}
    return Quest.model_validate(
        {**base, "objectives": tuple(made), "outcomes": (outcome,), **fields}
    )


def verdict(
    world: Fields, objectives: Objectives, told: Mapping[str, Fact] | None = None, **fields: Any
) -> Verdict:
    return prove(quest(objectives, **fields), State.of(world_from(HOME | world), told or {}))


_PIT: Fields = {
    "places": {"home": {"exits": [{"to": "pit", "one_way": True}, "yard"]}, "yard": {},
               "pit": {"holds": {"egg": 1}}},
    "people": {"ann": {"at": "home"}, "bob": {"at": "yard"}, "cid": {"at": "pit"}},
}  # fmt: skip

STUCK: Mapping[str, tuple[Fields, Objectives]] = {
    "the way from where one begins does not lead back": (
        {"places": {"home": {"exits": [{"to": "yard", "one_way": True}], "holds": {"egg": 1}},
                    "yard": {}}},
        {"find": "obtain item=egg", "visit": "talk to=bob",
         "leave": "give item=egg to=bob after=find,visit"},
    ),
    "it is given to another before having it counts": (
        {},
        {"look": "goto to=yard", "find": "obtain item=egg after=look",
         "feed": "give item=egg to=bob ?", "bring": "give item=egg to=ann after=find"},
    ),
    "what is optional uses up what is needed": (
        {},
        {"find": "obtain item=egg", "eat": "use item=egg ?",
         "bring": "give item=egg to=ann after=find"},
    ),
    "one of two things is made twice": (
        {"places": {"home": {"exits": ["yard"], "holds": {"egg": 2}}, "yard": {}},
         "items": {"egg": {}, "pie": {"make": {"of": {"egg": 1}}},
                   "cake": {"make": {"of": {"egg": 1}}}}},
        {"bake": "make item=pie", "bake_too": "make item=cake"},
    ),
    "a way is open only to who has what is used up": (
        {"places": {"home": {"holds": {"torch": 1}, "exits": [
                        {"to": "yard", "when": "player.has.torch >= 1", "one_way": True}]},
                    "yard": {"exits": [{"to": "home", "one_way": True}]}},
         "items": {"egg": {}, "torch": {"used_up": True}}},
        {"find": "obtain item=torch", "visit": "talk to=bob", "burn": "use item=torch"},
    ),
    "one must not have yet what is to be found": (
        {"verbs": {"climb": {"needs": "player.has.egg < 1", "then": ["flag.seen"]}},
         "facts": {"flag.seen": "bool"}},
        {"look": "climb", "find": "obtain item=egg"},
    ),
    "a number grows beyond what another step allows": (
        {"verbs": {"wait": {"then": ["flag.waited", "day += 1"]},
                   "sow": {"needs": "day <= 1", "then": ["flag.sown"]}},
         "facts": {"day": "number", "flag.waited": "bool", "flag.sown": "bool"},
         "start": {"player.at": "home", "day": 1}},
        {"sow": "sow", "wait": "wait"},
    ),
    "what is to be so late was so, and cannot be so again": (
        {"items": {"egg": {}, "oil": {}},
         "verbs": {"light": {"with": {"what": "thing"}, "at": "what",
                             "needs": "player.has.oil >= 1",
                             "then": ["{what}.lit", "player.has.oil -= 1"]},
                   "douse": {"with": {"what": "thing"}, "at": "what", "then": ["not {what}.lit"]}},
         "start": {"player.at": "home", "player.has.oil": 1, "nest.lit": False}},
        {"visit": "talk to=bob", "light": "light what=nest after=visit",
         "douse": "douse what=nest"},
    ),
    "a place to go to is a pit": (_PIT, {"visit": "talk to=bob", "jump": "goto to=pit"}),
    "an optional place to go to is a pit": (
        _PIT, {"visit": "talk to=bob", "jump": "goto to=pit ?"},
    ),
    "somebody optional is in a pit": (_PIT, {"visit": "talk to=bob", "chat": "talk to=cid ?"}),
    "something optional is in a pit": (
        _PIT, {"visit": "talk to=bob", "find": "obtain item=egg ?"},
    ),
    "an optional step moves the player to a pit": (
        _PIT | {"verbs": {"fall": {"then": ["flag.fallen", "player.at = pit"]}},
                "facts": {"flag.fallen": "bool"}, "start": {"player.at": "home",
                                                            "flag.fallen": False}},
        {"visit": "talk to=bob", "fall": "fall ?"},
    ),
    "the way back has to be opened with what is outside": (
        {"places": {"home": {"exits": [{"to": "pit", "one_way": True}], "holds": {"egg": 1}},
                    "pit": {"exits": [{"to": "home", "door": "nest", "one_way": True}]}},
         "people": {"ann": {"at": "home"}, "bob": {"at": "pit"}},
         "things": {"nest": {"at": "home", "key": "egg"}}},
        {"find": "obtain item=egg", "visit": "talk to=bob", "back": "talk to=ann after=visit"},
    ),
    "it can be bought of somebody who takes all the money": (
        {"money": "coin", "items": {"egg": {}, "coin": {}, "pie": {}},
         "people": {"bob": {"at": "yard", "sells": {"pie": 10}},
                    "ann": {"at": "home", "sells": {"pie": 3}}},
         "start": {"player.at": "home", "player.has.coin": 10}},
        {"buy": "buy item=pie", "pay": "pay to=ann count=5"},
    ),
}  # fmt: skip

FREE: Mapping[str, tuple[Fields, Objectives]] = {
    "it is used as it should be before having it counts": (
        {"things": {"nest": {"at": "home"}, "pyre": {"at": "home"}}},
        {"look": "goto to=yard", "find": "obtain item=egg after=look",
         "burn": "use item=egg on=pyre after=find"},
    ),
    "a repair takes it before having it counts": (
        {"things": {"nest": {"at": "home", "broken": True, "repair": {"egg": 1}}}},
        {"look": "goto to=yard", "find": "obtain item=egg after=look",
         "mend": "repair what=nest after=find"},
    ),
}  # fmt: skip

IMPOSSIBLE: Mapping[str, tuple[Fields, Objectives, dict[str, Fact]]] = {
    "the kiln does not exist": (
        {"items": {"egg": {"gather": "home"}, "pot": {"make": {"of": {"egg": 1}, "at": "kiln"}}},
         "things": {"kiln": {"at": "home", "when": "flag.built"}},
         "facts": {"flag.built": "bool"}},
        {"make": "make item=pot"}, {"flag.built": False},
    ),
    "who sells it does not exist": (
        {"money": "coin", "items": {"egg": {}, "coin": {}, "pie": {}},
         "people": {"ann": {"at": "home"},
                    "bob": {"at": "home", "when": "flag.fair", "sells": {"pie": 1}}},
         "facts": {"flag.fair": "bool"}},
        {"buy": "buy item=pie"}, {"flag.fair": False, "player.has.coin": 5},
    ),
    "what holds it does not exist": (
        {"items": {"egg": {}, "pie": {}}, "facts": {"flag.fair": "bool"},
         "things": {"stall": {"at": "home", "when": "flag.fair", "holds": {"pie": 1}}}},
        {"take": "take item=pie"}, {"flag.fair": False},
    ),
    "an essential item would be used up": (
        {"items": {"egg": {"essential": True}, "pie": {"make": {"of": {"egg": 1}}}}},
        {"bake": "make item=pie"}, {},
    ),
    "an essential item would be given away": (
        {"items": {"egg": {"essential": True}}}, {"bring": "give item=egg to=bob"}, {},
    ),
    "half a coin is no coin": (
        {"money": "coin", "items": {"egg": {}, "coin": {}, "pie": {}},
         "people": {"ann": {"at": "home", "sells": {"pie": 2.5}}}},
        {"buy": "buy item=pie", "keep": "obtain item=coin count=3 after=buy"},
        {"player.has.coin": 5},
    ),
    "both are nowhere": ({}, {"talk": "talk to=bob"}, {"player.at": "", "bob.at": ""}),
    "the giver is dead": ({}, {"talk": "talk to=bob"}, {"ann.alive": False}),
    "the giver would die": ({}, {"kill": "kill target=ann"}, {}),
    "how many is no number": ({}, {"find": "obtain item=egg count=many"}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("world", "objectives"), STUCK.values(), ids=STUCK)
def test_no_way_to_get_stuck_is_overlooked(world: Fields, objectives: Objectives) -> None:
    found = verdict(world, objectives)
    assert isinstance(found, NoProof)
    assert found.code == "dead_end"


@pytest.mark.parametrize(("world", "objectives"), FREE.values(), ids=FREE)
def test_what_the_quest_took_early_counts_in_its_turn(
    world: Fields, objectives: Objectives
) -> None:
    found = verdict(world, objectives)
    assert isinstance(found, Proof)
    assert found.proved


@pytest.mark.parametrize(("world", "objectives", "told"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_done_is_not_proved(
    world: Fields, objectives: Objectives, told: dict[str, Fact]
) -> None:
    assert isinstance(verdict(world, objectives, told), NoProof)


def test_a_plan_that_takes_longer_than_there_is_time_proves_nothing() -> None:
    assert isinstance(verdict({}, {"talk": "talk to=bob"}, minutes=5.0), NoProof)
    assert isinstance(verdict({}, {"talk": "talk to=bob"}, minutes=60.0), Proof)


def test_a_way_that_nobody_told_of_is_not_taken_if_another_is_open() -> None:
    places = {
        "home": {"exits": [{"to": "yard", "when": "flag.ferry"}, {"to": "ridge", "minutes": 100}]},
        "ridge": {"exits": [{"to": "yard", "minutes": 100}]},
        "yard": {},
    }
    world = {"places": places, "facts": {"flag.ferry": "bool"}}
    found = verdict(world, {"talk": "talk to=bob"})
    assert isinstance(found, Proof)
    assert found.assumes == ()


def test_what_somebody_is_not_said_to_have_cannot_be_had_of_them_for_certain() -> None:
    found = verdict({}, {"steal": "steal item=egg from=bob"})
    assert isinstance(found, NoProof) or not found.proved


def test_where_the_player_is_not_known_nothing_is_certain() -> None:
    found = verdict({"start": {}}, {"talk": "talk to=bob"})
    assert isinstance(found, NoProof) or not found.proved


@pytest.mark.parametrize("needs", [("talk", "nothing"), ("nothing",)])
def test_an_outcome_that_needs_what_there_is_not_is_said_to_be_out_of_reach(
    needs: tuple[str, ...],
) -> None:
    found = verdict({}, {"talk": "talk to=bob"}, outcomes=({"id": "done", "needs": needs},))
    assert isinstance(found, NoProof)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, 10**400, 0.5, -3, "many"])
def test_whatever_a_game_tells_of_amounts_nothing_breaks(value: Fact) -> None:
    told = {"home.has.egg": value, "player.has.egg": 1}
    assert verdict({}, {"find": "obtain item=egg count=2"}, told) is not None


def test_verbs_of_the_game_without_their_parameters_are_no_surprise() -> None:
    world = {"verbs": {"light": {"with": {"lamp": "thing"}, "then": ["{lamp}.lit"]}}}
    assert isinstance(verdict(world, {"light": "light"}), NoProof)
    assert isinstance(verdict(world, {"light": "light lamp=3"}), NoProof)
    assert isinstance(verdict(world, {"light": "light lamp=nest"}), Proof)


def test_a_plan_may_take_longer_than_any_single_way() -> None:
    far = {"to": "yard", "minutes": 90_000}
    places = {"home": {"exits": [far], "holds": {"egg": 1}}, "yard": {}}
    visits = {"visit": "talk to=bob", "back": "talk to=ann after=visit"}
    found = verdict({"places": places}, visits)
    assert isinstance(found, Proof)
    assert found.plans[0].minutes > 180_000


def test_who_looks_no_farther_than_so_overlooks_no_dead_end() -> None:
    places = {
        "home": {"exits": [{"to": "yard", "minutes": 100}]},
        "yard": {"exits": [{"to": "pit", "minutes": 100, "one_way": True}]},
        "pit": {},
    }
    people = {"ann": {"at": "home"}, "bob": {"at": "yard"}, "cid": {"at": "pit"}}
    world = world_from(HOME | {"places": places, "people": people, "things": {}})
    found = prove(
        quest({"visit": "talk to=bob", "jump": "talk to=cid"}), State.of(world).within(150)
    )
    assert isinstance(found, NoProof)
    assert found.code == "dead_end"


def test_a_plan_ends_with_its_quest() -> None:
    world = {
        "verbs": {"ring": {"with": {"bell": "thing"}, "at": "bell", "then": ["flag.rung"]}},
        "things": {"nest": {"at": "home"}, "bell": {"at": "tower"}},
        "places": {"home": {"exits": [{"to": "tower", "when": "flag.rung"}]}, "tower": {}},
        "people": {"ann": {"at": "home"}},
        "facts": {"flag.rung": "bool"},
    }
    found = verdict(world, {"ring": "ring bell=bell"}, {"flag.rung": False})
    assert isinstance(found, Proof)
    assert [each.do for each in found.plans[0].steps] == ["ring"]
