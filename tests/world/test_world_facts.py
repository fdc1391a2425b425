"""Conditions, the start and verbs that ask for what there is not are told to the designer."""

import pytest

from npcengine.world.model import World
from npcengine.world.needs import MAX_WAYS
from npcengine.world.verbs import verb_names
from tests.world.making import complaints

THERE = """
facts: {flag.open: bool, trust: number, mira.mood: text}
places: {hut: {}, well: {}}
people: {mira: {at: hut}}
creatures: {rat: {at: hut}}
items: {iron: {}}
things: {box: {at: hut}, lamp: {at: hut}}
information: {rumour: {}}
factions: {guild: {}}
verbs: {light: {with: {lamp: thing}, then: ["{lamp}.lit", "{lamp}.oil -= 1", hour = noon]}}
"""
RIGHT = """
player.at == 'hut' | player.level > 3 | player.has.iron >= 1 | player.knows.rumour
player.standing.guild < 0 | mira.alive | rat.captive | mira.at != 'well' | box.at == 'hut'
hut.guarded | mira.has.iron == 0 | hut.has.iron > 0 | box.has.iron > 0 | mira.knows.rumour
box.locked | not box.broken | flag.open | trust > 4 | mira.mood == 'sour' | lamp.lit | box.lit
box.oil > 1 | hour == 'noon' | mira.at == ''
""".replace("\n", "|")
WRONG = """
player.att == 'hut' | level > 3 | player.has.irn >= 1 | player.knows.iron | iron.alive
player.standing.mira < 0 | hut.alive | box.captive | mira.at != 'wel' | hut.at == 'hut'
rat.knows.rumour | hut.locked | mira.broken | flag.opn | trust | trust == 'much' | mira.mood > 3
mira.lit | box.oil | hour | met | turns > 4 | mira.alive == 1 | player.has.iron
""".replace("\n", "|")


def each(conditions: str) -> list[str]:
    return [condition.strip() for condition in conditions.split("|") if condition.strip()]


@pytest.mark.parametrize("condition", each(RIGHT))
def test_a_condition_may_ask_for_every_fact_that_there_is(condition: str) -> None:
    assert complaints(f'{THERE}\nname: "x"\nprices: {{}}\n') == []
    world = THERE.replace("iron: {}", f'iron: {{when: "{condition}"}}')
    assert complaints(world) == []


@pytest.mark.parametrize("condition", each(WRONG))
def test_a_condition_that_asks_for_what_there_is_not_is_told(condition: str) -> None:
    world = THERE.replace("iron: {}", f'iron: {{when: "flag.open and {condition}"}}')
    [complaint] = complaints(world)
    assert (complaint.code, complaint.field) == ("NPC507", "items.iron.when")
    line = world.splitlines()[complaint.line - 1]
    assert line[complaint.column - 1 :].startswith(condition.split()[0])


def test_a_condition_with_too_many_ways_is_told_before_it_is_planned_for() -> None:
    facts = ", ".join(f"f{n}: bool" for n in range(12))
    pairs = " and ".join(f"(f{n} or f{n + 1})" for n in range(0, 12, 2))
    assert MAX_WAYS < 2**6
    [complaint] = complaints(f"facts: {{{facts}}}\nplaces: {{hut: {{when: {pairs}}}}}")
    assert complaint.code == "NPC508"


def test_a_way_and_the_place_behind_it_are_not_too_much_together() -> None:
    facts = ", ".join(f"f{n}: bool" for n in range(12))
    some, others = (
        " and ".join(f"(f{n} or f{n + 1})" for n in numbers)
        for numbers in (range(0, 6, 2), range(6, 12, 2))
    )
    world = (
        f"facts: {{{facts}}}\nplaces:\n  hut: {{exits: [{{to: well, when: {some}}}]}}\n"
        f"  well: {{when: {others}}}\n"
    )
    [complaint] = complaints(world)
    assert (complaint.code, complaint.field) == ("NPC508", "places.hut.exits[0].when")


@pytest.mark.parametrize(
    ("start", "hint"),
    [
        ("player.at: hat", "did you mean 'hut'?"),
        ("player.at: 3", "write a text"),
        ("player.has.irn: 1", "did you mean 'iron'?"),
        ("player.has.iron: -1", "write 0 or more"),
        ("player.has.iron: some", "write a number"),
        ("mira.alive: 1", "write true or false"),
        ("mria.alive: true", "did you mean 'mira.alive'?"),
        ("flag.opn: true", "did you mean 'flag.open'?"),
        ("box.locked: shut", "write true or false"),
    ],
)
def test_the_start_tells_only_what_can_be_so(start: str, hint: str) -> None:
    [complaint] = complaints(f"{THERE}\nstart: {{{start}}}\n")
    assert (complaint.code, complaint.suggestion) == ("NPC510", hint)


def test_what_every_game_has_is_not_declared_otherwise() -> None:
    assert [each.code for each in complaints("facts: {player.at: number}")] == ["NPC509"]
    assert complaints("facts: {player.at: text}") == []


@pytest.mark.parametrize("name", verb_names(World()))
def test_no_verb_hides_one_that_every_game_has(name: str) -> None:
    [complaint] = complaints(f"verbs: {{{name}: {{}}}}")
    assert (complaint.code, complaint.field) == ("NPC511", f"verbs.{name}")


@pytest.mark.parametrize(
    ("verb", "code", "message"),
    [
        ("{at: lamp}", "NPC512", "'lamp' is no parameter of this verb"),
        ("{with: {news: information}, at: news}", "NPC512", "one cannot be at 'news'"),
        ("{needs: '{lamp}.lit'}", "NPC512", "{lamp} is no parameter of this verb"),
        ("{then: ['{lamp}.lit']}", "NPC512", "{lamp} is no parameter of this verb"),
        ("{with: {lamp: thing}, needs: '{lamp} >'}", "NPC507", "after '>', a value is missing"),
        ("{with: {lamp: thing}, needs: '{lamp}.red'}", "NPC507", "no fact is called '{lamp}.red'"),
        ("{with: {who: person}, needs: '{who}.locked'}", "NPC507", "no fact is called"),
        ("{needs: player.has.iron}", "NPC507", "'player.has.iron' is a number"),
        ("{with: {lamp: thing}, then: ['Lit {lamp}']}", "NPC513", "is no change"),
        ("{then: [trust = high]}", "NPC513", "'trust' is of the type number"),
        ("{then: [trust = nan]}", "NPC513", "'trust' is of the type number"),
        ("{then: [trust == 3]}", "NPC513", "'== 3' compares"),
        ("{then: [player.has.irn += 1]}", "NPC513", "there is no item 'irn'"),
        ("{with: {lamp: thing}, then: ['{lamp}.locked = 3']}", "NPC513", "'{lamp}.locked' is"),
    ],
)
def test_a_verb_that_could_not_be_done_is_told(verb: str, code: str, message: str) -> None:
    [complaint] = complaints(THERE.replace("verbs: {", f"verbs: {{odd: {verb}, "))
    assert complaint.code == code
    assert message in complaint.message
    assert complaint.suggestion


def test_the_condition_of_a_verb_has_few_ways_and_fits_when_filled() -> None:
    many = " and ".join(f"({{l}}.a{n} or {{l}}.b{n})" for n in range(6))
    sets = ", ".join(f'"{{l}}.{letter}{n}"' for letter in "ab" for n in range(6))
    verb = f'{{with: {{l: thing}}, needs: "{many}", then: [{sets}]}}'
    [complaint] = complaints(THERE.replace("verbs: {", f"verbs: {{odd: {verb}, "))
    assert complaint.code == "NPC508"

    long = " and ".join(["{l}.lit"] * 40)
    there = THERE.replace("things: {", f"things: {{{'x' * 60}: {{at: hut}}, ")
    verb = f'{{with: {{l: thing}}, needs: "{long}"}}'
    [complaint] = complaints(there.replace("verbs: {", f"verbs: {{odd: {verb}, "))
    assert "more than 500 characters" in complaint.message


def test_a_verb_may_ask_for_what_is_declared_of_some_things() -> None:
    world = THERE.replace("facts: {", "facts: {lamp.wick: bool, ").replace(
        "verbs: {", "verbs: {trim: {with: {what: thing}, needs: '{what}.wick'}, "
    )
    assert complaints(world) == []


def test_what_a_verb_makes_of_two_things_may_be_asked_for() -> None:
    verb = "{with: {who: person, of: information}, then: ['{who}.doubts.{of}']}"
    world = THERE.replace("verbs: {", f"verbs: {{deny: {verb}, ")
    for asked, codes in (("mira.doubts.rumour", []), ("rumour.doubts.mira", ["NPC507"])):
        told = world.replace("iron: {}", f"iron: {{when: {asked}}}")
        assert [each.code for each in complaints(told)] == codes
