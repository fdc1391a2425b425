"""The ways that are found are the easiest, against all ways tried one after the other."""

from itertools import pairwise, permutations
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from npcengine.turns import Fact
from npcengine.world.index import PER_DANGER
from npcengine.world.loader import world_from
from npcengine.world.needs import Change
from npcengine.world.routes import (
    SHUT,
    Route,
    around,
    distances,
    openings,
    route,
    route_if_opened,
)
from npcengine.world.state import State
from tests.world.making import state

PLACES = [f"p{n}" for n in range(5)]
DOORS = [f"d{n}" for n in range(3)]
FLAGS = [f"f{n}" for n in range(3)]
FACTS = [*FLAGS, *(f"{door}.locked" for door in DOORS)]


class Hop(NamedTuple):
    cost: float
    open: bool | None


class Maze(NamedTuple):
    state: State
    hops: dict[tuple[str, str], Hop]
    """Every step from place to place, as the test understands what is written."""


@st.composite
def mazes(draw: st.DrawFn) -> Maze:
    flags = draw(st.fixed_dictionaries({}, optional={flag: st.booleans() for flag in FLAGS}))
    locked = {door: draw(st.booleans()) for door in DOORS}
    hops: dict[tuple[str, str], Hop] = {}
    places: dict[str, object] = {}
    pairs = st.sampled_from(list(permutations(PLACES, 2)))
    written = draw(st.lists(pairs, max_size=9, unique_by=lambda pair: frozenset(pair)))
    for place in PLACES:
        exits = []
        for to in (to for start, to in written if start == place):
            minutes, danger = draw(st.integers(1, 200)), draw(st.integers(0, 10))
            one_way, door = draw(st.booleans()), draw(st.sampled_from([None, *DOORS]))
            flag = draw(st.sampled_from([None, *FLAGS]))
            exits.append(
                {"to": to, "minutes": minutes, "danger": danger, "one_way": one_way}
                | ({"door": door} if door else {})
                | ({"when": flag} if flag else {})
            )
            shut = (door is not None and locked[door]) or flags.get(flag or "") is False
            is_open = False if shut else None if flag and flag not in flags else True
            hop = Hop(minutes * (1 + PER_DANGER * danger), is_open)
            hops[place, to] = hop
            if not one_way:
                hops[to, place] = hop
        places[place] = {"exits": exits}
    world = world_from(
        {
            "places": places,
            "things": {door: {"at": "p0"} for door in DOORS},
            "facts": dict.fromkeys(FLAGS, "bool"),
        }
    )
    told: dict[str, Fact] = {f"{door}.locked": is_locked for door, is_locked in locked.items()}
    return Maze(State.of(world, told | flags), hops)


Taken = tuple[bool | None, ...]
OPEN: Taken = (True,)
TOLD: Taken = (True, None)
ALL: Taken = (True, None, False)


def cost(maze: Maze, places: tuple[str, ...], taken: Taken) -> float | None:
    """What a way costs; None if it is none, or is not as one of those that are taken."""
    total = 0.0
    for step in pairwise(places):
        hop = maze.hops.get(step)
        if hop is None or hop.open not in taken:
            return None
        total += hop.cost + (0 if hop.open else SHUT)
    return total


def cheapest(maze: Maze, start: str, end: str, taken: Taken) -> float | None:
    if start == end:
        return 0.0
    between = [place for place in PLACES if place not in (start, end)]
    ways = (
        (start, *some, end)
        for size in range(len(PLACES) - 1)
        for some in permutations(between, size)
    )
    costs = [cost(maze, way, taken) for way in ways]
    return min((each for each in costs if each is not None), default=None)


def same(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) < 1e-6


def check(maze: Maze, found: Route | None, start: str, end: str, *, shut_too: bool) -> None:
    """Hold a way against all that there are: those that are surely open come first."""
    sure = OPEN if cheapest(maze, start, end, OPEN) is not None else TOLD
    taken = ALL if shut_too else sure
    least = cheapest(maze, start, end, taken)
    if found is None:
        assert least is None
        return
    assert (found.places[0], found.places[-1]) == (start, end)
    assert same(cost(maze, found.places, taken), least)


ENDS = st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES))


@given(mazes(), ENDS)
def test_the_way_that_is_open_is_the_easiest_of_all_that_are(
    maze: Maze, ends: tuple[str, str]
) -> None:
    found = route(maze.state, *ends)
    check(maze, found, *ends, shut_too=False)
    if found is not None:
        hops = [maze.hops[step] for step in pairwise(found.places)]
        assert found.shut is None
        assert bool(found.assumes) is any(hop.open is None for hop in hops)


@given(mazes(), ENDS)
def test_the_way_that_could_be_opened_names_the_first_thing_that_is_shut(
    maze: Maze, ends: tuple[str, str]
) -> None:
    found = route_if_opened(maze.state, *ends)
    check(maze, found, *ends, shut_too=True)
    if found is not None:
        shut = [step for step in pairwise(found.places) if maze.hops[step].open is False]
        assert found.shut == (shut[0] if shut else None)


@given(mazes(), ENDS)
def test_what_was_asked_before_does_not_change_the_way(maze: Maze, ends: tuple[str, str]) -> None:
    alone = route_if_opened(maze.state, *ends)
    told = {name: now for name in FACTS if (now := maze.state.get(name)) is not None}
    asked_before = State.of(maze.state.index, told)
    for place in PLACES:
        route_if_opened(asked_before, ends[0], place)
    assert route_if_opened(asked_before, *ends) == alone


@given(mazes(), ENDS, st.dictionaries(st.sampled_from(FLAGS), st.booleans(), min_size=1))
def test_a_way_is_found_anew_after_something_changed(
    maze: Maze, ends: tuple[str, str], changes: dict[str, bool]
) -> None:
    route(maze.state, *ends)
    after = maze.state.after(Change(name, now) for name, now in changes.items())
    told = {name: now for name in FACTS if (now := after.get(name)) is not None}
    assert route(after, *ends) == route(State.of(maze.state.index, told), *ends)


@given(mazes(), st.sampled_from(PLACES))
def test_distances_are_those_of_the_ways_that_could_be_opened(maze: Maze, start: str) -> None:
    far = distances(maze.state, start, PLACES, most=len(PLACES))
    for end in PLACES:
        assert same(far.get(end), cheapest(maze, start, end, ALL))
    assert list(far.values()) == sorted(far.values())
    near = around(maze.state, start, minutes=50, most=len(PLACES))
    assert near == {place: each for place, each in far.items() if each <= 50}


@given(mazes(), ENDS)
def test_a_way_that_is_avoided_is_not_taken(maze: Maze, ends: tuple[str, str]) -> None:
    found = route_if_opened(maze.state, *ends)
    if found is None or len(found.places) < 2:
        return
    step = (found.places[0], found.places[1])
    other = route_if_opened(maze.state, *ends, avoid=[step])
    rest = {hop: each for hop, each in maze.hops.items() if hop != step}
    check(Maze(maze.state, rest), other, *ends, shut_too=True)


def test_a_place_that_there_is_not_is_reached_by_no_way() -> None:
    now = state("places: {hut: {}}")
    assert route(now, "hut", "moon") is None
    assert route(now, "moon", "hut") is None


def test_openings_are_what_a_key_and_a_condition_ask_for() -> None:
    now = state(
        "facts: {day: bool, lamp: bool}\nitems: {key: {}}\nthings: {door: {at: hut, key: key}}\n"
        "places: {hut: {exits: [{to: well, door: door, when: day or lamp}]}, well: {}}\n"
    )
    for ends in (("hut", "well"), ("well", "hut")):
        assert [" and ".join(map(str, needs)) for needs in openings(now, *ends)] == [
            "not door.locked and day",
            "not door.locked and lamp",
        ]


def test_a_place_that_does_not_exist_yet_is_not_entered() -> None:
    now = state(
        "facts: {built: bool}\nstart: {built: false}\n"
        "places: {hut: {exits: [{to: hall}]}, hall: {when: built}}\n"
    )
    assert route(now, "hut", "hall") is None
    assert route(State.of(now.index, {"built": True}), "hut", "hall") is not None
