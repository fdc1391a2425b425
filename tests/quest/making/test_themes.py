"""Themes are wishes: what they name is liked better."""

import pytest

from npcengine.quest.brief import QuestBrief
from npcengine.quest.planning.liking import likes
from npcengine.world.loader import world_from
from npcengine.world.state import State

WORLD = world_from(
    {"items": {"firewood": {"name": {"en": "firewood", "zh": "柴火"}}, "tea": {"name": "茶叶"}}}
)


@pytest.mark.parametrize("theme", ["Firewoods, please", "柴火", "老板娘想要柴火过冬"])
def test_what_a_theme_names_is_liked_better(theme: str) -> None:
    liking = likes(State.of(WORLD), QuestBrief("mira", theme=theme), ())
    assert liking("firewood") > liking("tea")
