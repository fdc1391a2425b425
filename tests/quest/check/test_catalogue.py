"""The catalogue as designers read it: each example earns its code, and its mend nothing."""

import pytest

from npcengine.quest.check import check
from npcengine.quest.rules.rule import Rule
from npcengine.quest.rules.sample import WORLD, quest_of, world_of
from npcengine.quest.rules.table import RULES
from npcengine.world.loader import parse_world


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_example_of_a_rule_earns_its_code_and_no_other(rule: Rule) -> None:
    findings = check(quest_of(rule.example), world_of(rule))
    assert {(each.code, each.severity) for each in findings} == {(rule.code, rule.severity)}
    assert all(each.message and each.suggestion for each in findings)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_mended_example_of_a_rule_earns_nothing(rule: Rule) -> None:
    world = parse_world(WORLD, "world.yaml") if rule.code == "QST102" else world_of(rule)
    assert check(quest_of(rule.mend), world) == ()


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_has_a_title_and_an_explanation(rule: Rule) -> None:
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.explanation.endswith(".")
