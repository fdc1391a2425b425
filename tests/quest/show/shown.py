"""A quest to look at, and names that want to be more than names."""

from random import Random

from npcengine.quest.model import Quest
from npcengine.quest.pricing.price import priced
from npcengine.world.model import World
from tests.quest.price.hamlet import HAMLET, START, proved, rich_quest

HOSTILE = (
    "</svg><script>alert(1)</script>",
    "]]><!-- &amp; --><?xml?>",
    '" onload="x" \' | # ` ** [a](b)',
    "W" * 80,
    "北方的废弃矿坑与悬崖边的老磨坊",
    "قلعة الجبل الأسود",
    "%%{init: {'theme': 'dark'}}%% $$x^2$$",
    "\u202eevil\u2066 \x00\x1b[31m\ufffe",
)


def whole() -> Quest:
    """Build a quest with rewards and a proof."""
    asked = rich_quest()
    proof = proved(asked)
    return priced(asked, proof, START, Random(1)).model_copy(update={"proof": proof})


QUEST = whole()


def renamed(name: str) -> World:
    """Return the hamlet with everything called the same."""
    changed = {
        kind: {id: each.model_copy(update={"name": name}) for id, each in some.items()}
        for kind, some in (
            ("places", HAMLET.places),
            ("people", HAMLET.people),
            ("items", HAMLET.items),
            ("creatures", HAMLET.creatures),
            ("information", HAMLET.information),
            ("factions", HAMLET.factions),
        )
    }
    return HAMLET.model_copy(update=changed)
