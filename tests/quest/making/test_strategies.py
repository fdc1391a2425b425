"""A designer's strategies: what is misspelt in them is told, where it stands."""

from pathlib import Path

import pytest

from npcengine import ContentError
from npcengine.content.fields import check
from npcengine.content.source import Source
from npcengine.content.yaml_tree import read_tree
from npcengine.quest.planning.strategy import Strategies, default_strategies
from npcengine.quest.planning.strategy_checks import load_strategies, misnamed
from npcengine.world.model import World

SUPPER = """
strategies:
  - id: comfort.supper
    motive: comfort
    roles:
      dish: {kind: item}
      guest: {kind: person, has: dish}
    objectives:
      - {id: find, do: obtain, with: {item: "{dish}", count: "{count}"}}
      - {id: bring, do: give, with: {item: "{dish}", to: "{giver}"}, after: [find]}
twists:
  - id: other
    fits: {objectives: [bring], roles: [dish]}
    roles: {rival: {kind: person}}
    objectives:
      - {id: hand_over, do: give, with: {item: "{dish}", to: "{rival}"}, after: [bring]}
    outcome: {id: other, instead_of: [bring]}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "field"),
    [
        ("has: dish", "has: dihs", "strategies[0].roles.guest.has"),
        ('{item: "{dish}"', '{item: "{dihs}"', "strategies[0].objectives[0].with.item"),
        ("do: obtain", "do: obtian", "strategies[0].objectives[0].do"),
        ("give, with: {item", "give, with: {itme", "strategies[0].objectives[1].with.itme"),
        ("after: [find]", "after: [fnid]", "strategies[0].objectives[1].after[0]"),
        ('to: "{rival}"', 'to: "{rvial}"', "twists[0].objectives[0].with.to"),
        ("instead_of: [bring]", "instead_of: [brign]", "twists[0].outcome.instead_of[0]"),
    ],
)
def test_a_word_that_stands_for_nothing_is_told(
    tmp_path: Path, right: str, wrong: str, field: str
) -> None:
    path = tmp_path / "strategies.yaml"
    text = SUPPER.replace(right, wrong, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_strategies(path, World())
    [complaint] = caught.value.diagnostics
    assert (complaint.code, complaint.field) == ("NPC208", field)
    there = text.splitlines()[complaint.line - 1][complaint.column - 1 :]
    assert there.lstrip('"{')[:4] in wrong
    assert complaint.suggestion.startswith("did you mean")


def test_strategies_that_are_right_load(tmp_path: Path) -> None:
    path = tmp_path / "strategies.yaml"
    path.write_text(SUPPER, encoding="utf-8")
    assert len(load_strategies(path, World()).strategies) == 1


def test_the_engines_own_strategies_name_what_is_there() -> None:
    own = default_strategies()
    text = own.model_dump_json(by_alias=True, exclude_defaults=True)
    tree = read_tree(Source("strategies.yaml", text))
    assert misnamed(tree, check(tree, Strategies), World()) == []
