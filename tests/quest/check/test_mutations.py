"""Every rule finds what breaks it, and nothing else is found; what is right has no finding."""

import pytest

from npcengine.quest.check import check
from npcengine.quest.rules.table import RULES
from tests.quest.check.good import QUESTS, good, in_village, village
from tests.quest.check.mutations import MUTATIONS, mutations


@pytest.mark.parametrize("name", QUESTS)
def test_a_quest_that_is_right_has_no_finding(name: str) -> None:
    assert check(good(name), in_village()) == ()
    assert check(good(name), village()) == ()


def test_every_rule_has_its_mutations() -> None:
    assert set(MUTATIONS) == set(RULES)


@pytest.mark.parametrize("code", MUTATIONS)
def test_what_breaks_a_rule_is_found_by_it_and_by_no_other(code: str) -> None:
    found = [
        {each.code for each in check(quest, world)}
        for name in QUESTS
        for quest, world in mutations(code, name)
    ]
    assert found
    assert all(codes == {code} for codes in found)
