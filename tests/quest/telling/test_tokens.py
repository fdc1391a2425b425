import re

from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine.quest.telling.names import name_of, plain
from npcengine.quest.telling.phrases import LANGUAGES
from npcengine.quest.telling.readable import readable
from npcengine.quest.telling.tokens import filled
from npcengine.quest.tokens import tokens_for
from npcengine.world.model import World
from tests.quest.price.hamlet import HAMLET, rich_quest

hostile = st.text(
    st.one_of(st.characters(), st.sampled_from("{}<>[]*_`\\|#&\"'\u202e\u200b\x00\x1b\n ")),
    max_size=120,
)


def test_names_are_those_of_the_language() -> None:
    asked = rich_quest()
    assert filled("{beast} {hunt.count} {giver}", asked, HAMLET, "zh") == "狼 3 米拉"
    assert filled("{pelts.item}", asked, HAMLET, "de-CH") == "Wolfspelz"
    assert filled("{pelts.item}", asked, HAMLET, "fr") == "wolf pelt"
    assert filled("{foe}", asked, HAMLET, "de") == "rat king"
    assert filled("{toast.count}", asked, HAMLET, "de") == "1"
    only = HAMLET.model_copy(
        update={
            "people": {"mira": HAMLET.people["mira"].model_copy(update={"name": {"pt": "Íris"}})}
        }
    )
    assert name_of(only, "mira", "en") == "Íris"
    assert name_of(only, "nobody_there", "en") == "nobody there"


def test_a_token_of_an_objective_is_its_own_before_it_is_a_role() -> None:
    asked = rich_quest().model_copy(update={"roles": {"item": "sword", "count": "ring"}})
    pelts = asked.objective("pelts")
    assert filled("{item} {count}", asked, HAMLET, "en", objective=pelts) == "wolf pelt 3"
    assert filled("{item}", asked, HAMLET, "en") == "sword"
    assert filled("{x} {hunt.on}", asked, HAMLET, "en") == "{x} {hunt.on}"


def test_every_token_that_there_is_is_filled() -> None:
    asked = rich_quest().model_copy(update={"minutes": 90.0})
    for objective in (None, *asked.objectives):
        for token in tokens_for(asked, objective):
            shown = filled(f"{{{token}}}", asked, HAMLET, "en", objective=objective)
            assert shown
            assert not set("{}") & set(shown), token
    assert filled("{home}", asked, HAMLET, "zh") == "铁匠铺"
    assert filled("{minutes} {about} {item} {count}", asked, HAMLET, "en") == (
        "90 what the miller saw {item} 3"
    )


def test_a_player_without_a_name_is_somebody_who_is_passing() -> None:
    assert filled("{player}", rich_quest(), HAMLET, "en") == "traveller"
    assert filled("{player}", rich_quest(), HAMLET, "zh") == "旅人"
    assert filled("{player}", rich_quest(), HAMLET, "en", "\u200b{}") == "()"


@given(hostile)
def test_a_name_is_harmless_whatever_it_says(name: str) -> None:
    shown = plain(name)
    assert len(shown) <= 80
    assert not set("{}<>[]*`\\|#~") & set(shown)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]", shown)
    assert plain(shown) == shown


@settings(deadline=None)
@given(hostile, hostile, st.sampled_from(LANGUAGES))
def test_nothing_in_a_name_is_filled_again(name: str, player: str, language: str) -> None:
    wolf = HAMLET.creatures["wolf"].model_copy(update={"name": name or "wolf"})
    item = HAMLET.items["pelt"].model_copy(update={"name": "{giver}{hunt.count}{player}"})
    world: World = HAMLET.model_copy(
        update={"creatures": {"wolf": wolf}, "items": {**HAMLET.items, "pelt": item}}
    )
    shown = readable(rich_quest(), world, language, player)
    for text in (shown.title, shown.offer, *shown.objectives.values(), *shown.thanks.values()):
        assert not set("{}<>*") & set(text)
    assert "(giver)(hunt.count)(player)" in shown.objectives["pelts"]
