"""Several documents as one: what is kept, what is replaced, and where each value stands."""

import json
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.content.merge import MORE, lay, merge
from npcengine.content.source import Source
from npcengine.content.yaml_tree import Data, Loc, Tree, read_tree

WORDS = st.text("abc ,:'\"\\üß米", max_size=6)
SCALARS = WORDS | st.integers(-9, 9) | st.booleans()
IDS = st.sampled_from(["mill", "chain", "goose"])
ENTRIES = st.dictionaries(IDS, st.dictionaries(st.sampled_from(["text", "when"]), WORDS)).map(
    lambda entries: [{"id": name, **fields} for name, fields in entries.items()]
)


def fields(depth: int = 2) -> st.SearchStrategy[dict[str, object]]:
    kinds: dict[str, st.SearchStrategy[object]] = {
        "name": SCALARS,
        "role": SCALARS,
        "traits": st.lists(SCALARS, min_size=1, max_size=3),
        "secrets": ENTRIES.filter(bool),
    }
    if depth:
        kinds["speech"] = fields(depth - 1)
    return st.fixed_dictionaries({}, optional=kinds)


def wild(depth: int = 2) -> st.SearchStrategy[dict[str, object]]:
    """Groups with anything anywhere, what takes away and what adds too."""
    values: st.SearchStrategy[object] = (
        SCALARS | st.none() | st.lists(SCALARS | st.none(), max_size=3) | ENTRIES
    )
    if depth:
        values |= wild(depth - 1)
    names = [f"{name}{more}" for name in ("name", "traits", "speech") for more in ("", MORE)]
    return st.dictionaries(st.sampled_from(names), values, max_size=4)


def tree(data: Mapping[str, object], path: str = "a.yaml") -> Tree:
    return read_tree(Source(path, json.dumps(data, ensure_ascii=False, indent=1)))


def trees(*documents: Mapping[str, object]) -> list[Tree]:
    return [tree(each, f"{number}.yaml") for number, each in enumerate(documents)]


def merged(*documents: Mapping[str, object]) -> Data:
    return merge(trees(*documents)).data


def leaves(value: Data, at: Loc = ()) -> Iterator[tuple[Loc, Data]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*at, name))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*at, index))
    else:
        yield at, value


@pytest.mark.parametrize(
    ("below", "above", "outcome"),
    [
        ({"role": "smith"}, {"role": "guard"}, {"role": "guard"}),
        ({"role": "smith"}, {"name": "Mira"}, {"role": "smith", "name": "Mira"}),
        ({"role": "smith"}, {"role": None}, {}),
        ({"role": ["a"]}, {"role": {"a": 1}}, {"role": {"a": 1}}),
        ({"speech": {"a": 1, "b": 2}}, {"speech": {"b": 3}}, {"speech": {"a": 1, "b": 3}}),
        ({"speech": {"a": 1, "b": 2}}, {"speech": {"a": None}}, {"speech": {"b": 2}}),
        ({"speech": {"a": 1}}, {"speech": None}, {}),
        ({"traits": ["a", "b"]}, {"traits": ["c"]}, {"traits": ("c",)}),
        ({"traits": ["a", "b"]}, {"traits+": ["c"]}, {"traits": ("a", "b", "c")}),
        ({"traits": ["a"]}, {"traits": []}, {"traits": ()}),
        ({}, {"traits+": ["c"]}, {"traits": ("c",)}),
        ({}, {"traits+": ["b"], "traits": ["a"]}, {"traits": ("a", "b")}),
        ({"traits": ["x"]}, {"traits+": ["b"], "traits": ["a"]}, {"traits": ("a", "b")}),
        ({}, {"speech": {"avoid+": ["c"]}}, {"speech": {"avoid": ("c",)}}),
        (
            {"a": [{"id": "x", "t": 1}]},
            {"a": [{"id": "x", "u": 2}]},
            {"a": ({"id": "x", "t": 1, "u": 2},)},
        ),
        ({"a": ["t", {"id": "x"}]}, {"a": [{"id": "y"}]}, {"a": ("t", {"id": "x"}, {"id": "y"})}),
        ({"a": [{"id": "x"}]}, {"a": [{"id": "y"}, "t"]}, {"a": ({"id": "y"}, "t")}),
        (
            {"a": [{"id": "x", "t": 1}]},
            {"a+": [{"id": "x", "t": 2}, "t"]},
            {"a": ({"id": "x", "t": 2}, "t")},
        ),
        (
            {"a": [{"id": "x", "l": ["1"]}]},
            {"a": [{"id": "x", "l+": ["2"]}]},
            {"a": ({"id": "x", "l": ("1", "2")},)},
        ),
    ],
)
def test_a_later_document_changes_an_earlier_one(
    below: dict[str, object], above: dict[str, object], outcome: object
) -> None:
    assert merged(below, above) == outcome


def test_what_cannot_be_added_stays_to_be_complained_about() -> None:
    assert merged({"role": "smith"}, {"role+": ["x"]}) == {"role": "smith", "role+": ("x",)}
    assert merged({"traits": ["a"]}, {"traits+": "b"}) == {"traits": ("a",), "traits+": "b"}


def test_an_empty_field_that_takes_nothing_away_is_a_mistake_only_at_the_top() -> None:
    assert merged({"name": "Mira"}, {"role": None}) == {"name": "Mira", "role": None}
    assert merged({"role": None}, {"name": "Mira"}) == {"name": "Mira"}


@given(fields())
def test_one_document_stays_as_it_is(data: dict[str, object]) -> None:
    alone = tree(data)
    assert merge([alone]).data == alone.data
    assert merge([alone]).spots == alone.spots


@given(fields(), fields())
def test_the_later_one_wins(below: dict[str, object], above: dict[str, object]) -> None:
    outcome = merge(trees(below, above)).data
    for name in above.keys() & {"name", "role"}:
        assert outcome[name] == above[name]
    for name in below.keys() - above.keys():
        assert outcome[name] == tree(below).data[name]


@given(fields(), st.sampled_from(["name", "role", "traits", "secrets", "speech"]))
def test_nothing_is_left_of_what_is_taken_away(data: dict[str, object], name: str) -> None:
    outcome = merge(trees({name: "x", **data}, {name: None}))
    assert name not in outcome.data
    assert outcome.data == {
        other: value for other, value in tree(data).data.items() if other != name
    }


@given(st.lists(st.lists(SCALARS), min_size=1, max_size=4))
def test_what_is_added_comes_in_the_order_of_the_documents(lists: list[list[object]]) -> None:
    documents = [{"traits+": each} for each in lists]
    assert merged(*documents) == {"traits": tuple(value for each in lists for value in each)}


@given(fields(), fields(), fields())
def test_it_does_not_matter_which_two_are_laid_over_each_other_first(
    one: dict[str, object], two: dict[str, object], three: dict[str, object]
) -> None:
    a, b, c = trees(one, two, three)
    assert merge([merge([a, b]), c]).data == merge([a, merge([b, c])]).data


@given(wild(), wild(), wild())
def test_layer_by_layer_is_all_at_once(
    one: dict[str, object], two: dict[str, object], three: dict[str, object]
) -> None:
    a, b, c = trees(one, two, three)
    below = lay(lay(None, a, is_top=False), b, is_top=False)
    assert merge([a, b, c]).data == lay(below, c).data


@given(st.lists(wild() | fields(), min_size=1, max_size=4))
def test_every_value_stands_where_it_is_said_to_stand(documents: list[dict[str, object]]) -> None:
    laid = trees(*documents)
    outcome = merge(laid)
    for loc, value in leaves(outcome.data):
        spot = outcome.spots[loc]
        assert spot.source in [each.source for each in laid]
        assert json.loads(spot.source.text[spot.start : spot.end]) == value
        path, line = outcome.place(loc)
        assert path == spot.source.path
        assert 1 <= line <= spot.source.text.count("\n") + 1


@given(st.lists(wild(), min_size=1, max_size=4))
def test_groups_and_lists_have_a_place_too(documents: list[dict[str, object]]) -> None:
    outcome = merge(trees(*documents))
    for loc, _ in leaves(outcome.data):
        for length in range(len(loc)):
            assert loc[:length] in outcome.spots
