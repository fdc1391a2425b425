import re
from itertools import product
from random import Random
from typing import get_args

import pytest

from npcengine.persona.model import Persona
from npcengine.quest.model import Objective, Quest, TextPack
from npcengine.quest.telling.names import name_of
from npcengine.quest.telling.phrases import LANGUAGES, Lines, phrases
from npcengine.quest.telling.readable import readable, readable_task
from npcengine.quest.telling.tell import tell
from npcengine.quest.telling.tokens import filled
from npcengine.quest.tokens import tokens_for, tokens_in
from npcengine.quest.watch import GOALS
from npcengine.world.model import Motive
from npcengine.world.verbs import parameters, verb_names
from tests.quest.price.hamlet import HAMLET, quest, rich_quest

MOTIVES = get_args(Motive)
PARTS = ("title", "offer", "accept", "decline", "remind", "thanks", "fail")
VERBS = tuple(dict.fromkeys((*verb_names(HAMLET), *GOALS)))
EXAMPLES = {
    "item": "pelt", "to": "humphrey", "from": "humphrey", "who": "humphrey", "about": "rumour",
    "in": "chest", "at": "wood", "target": "wolf", "on": "wheel", "what": "wheel",
    "option": "spare_him", "lamp": "wheel",
}  # fmt: skip
PLACES = {"goto": {"to": "wood"}, "escort": {"who": "humphrey", "to": "wood"}}


def names(do: str) -> tuple[str, ...]:
    return tuple(GOALS[do] if do in GOALS else parameters(HAMLET, do))


def ways(do: str) -> list[dict[str, str | int]]:
    """Give the ways in which a verb can be used: with and without what may be left out."""
    examples = {**EXAMPLES, **PLACES.get(do, {})}
    using: dict[str, str | int] = {name: examples.get(name, 7) for name in names(do)}
    optional = ("from", "at", "on", "count")
    less = [{name: each for name, each in using.items() if name != left} for left in optional]
    least = {name: each for name, each in using.items() if name not in optional}
    needed = {"from"} if do == "steal" else {"count"} if do == "pay" else set()
    return [each for each in (using, *less, least) if needed <= each.keys()]


def asked_by(giver: str, motive: str, do: str, using: dict[str, str | int]) -> Quest:
    return Quest.model_validate(
        {
            "id": "errand",
            "giver": giver,
            "motive": motive,
            "strategy": "by_hand",
            "objectives": ({"id": "one", "do": do, "with": using},),
            "outcomes": ({"id": "done", "needs": ("one",)},),
        }
    )


def unknown_tokens(text: str, quest: Quest, objective: Objective | None = None) -> set[str]:
    return set(tokens_in(text)) - set(tokens_for(quest, objective))


def texts(pack: TextPack) -> list[str]:
    parts = [pack.title, pack.offer, pack.accept, pack.decline, pack.remind, pack.fail]
    return [*parts, *pack.thanks.values()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("do", VERBS)
def test_a_line_names_all_that_an_objective_has(language: str, do: str) -> None:
    for using in ways(do):
        told = Objective.model_validate({"id": "a", "do": do, "with": using})
        line = readable_task(told, HAMLET, language)
        for name, value in using.items():
            shown = str(value) if isinstance(value, int) else name_of(HAMLET, value, language)
            assert shown.lower() in line.lower(), f"{do} does not say {name}: {line}"
        assert not set("{}") & set(line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("do", VERBS)
def test_every_text_names_only_tokens_that_exist(language: str, do: str) -> None:
    for motive, giver, using in product(MOTIVES, ("mira", "humphrey"), ways(do)):
        asked = asked_by(giver, motive, do, using)
        pack = tell(asked, language, Random(len(motive)))
        assert all(texts(pack))
        assert not [each for text in texts(pack) for each in unknown_tokens(text, asked)]
        assert not unknown_tokens(pack.objectives["one"], asked, asked.objectives[0])
        shown = readable(asked, HAMLET, language, "Ayla")
        for text in (shown.title, shown.offer, *shown.objectives.values()):
            assert not set("{}") & set(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_motive_has_its_own_words(language: str) -> None:
    words = phrases(language)
    assert set(words.motives) == set(MOTIVES)
    assert set(words.verbs) == {*VERBS} - {"light"}
    for motive, lines in words.motives.items():
        for part in PARTS:
            assert getattr(lines, part), f"{motive} has no {part}"
        assert any("{MAIN}" not in each for each in lines.title)
        assert all("{ASKS}" in each for each in lines.offer)
        assert len(lines.title) >= 3
        assert len(lines.offer) >= 2
    every = [each for lines in words.motives.values() for each in (*lines.title, *lines.offer)]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("language", LANGUAGES)
def test_general_words_hold_for_every_quest(language: str) -> None:
    words = phrases(language)
    every = [words.general, *words.motives.values()]
    for lines in every:
        for part in PARTS:
            found = {
                token for text in getattr(lines, part) for token in re.findall("{(.*?)}", text)
            }
            assert found <= {"giver", "player", "MAIN", "ASKS"}
            assert part in ("title", "offer") or found <= {"giver", "player"}


CHANGES_A_NAME = {
    "de": "am|an|auf|aus|bei|dem|den|der|des|die|das|ein|eine|für|im|in|mit|nach|von|zu|zum|zur",
    "es": "a|al|de|del|el|la|los|las|un|una|en",
    "fr": "à|au|aux|de|du|des|le|la|les|un|une|que|en",
    "ru": "в|во|к|ко|на|о|об|от|до|для|из|за|под|с|со|у|без|над|про|через",
}
"""Words that melt with an article, ask for a case, or need to know a gender."""


@pytest.mark.parametrize("language", CHANGES_A_NAME)
def test_nothing_before_a_name_asks_for_another_form_of_it(language: str) -> None:
    words = phrases(language)
    before = re.compile(rf"(?i)\b(?:{CHANGES_A_NAME[language]}) {{(?!count|VERB|WITH|player)\w+}}")
    patterns = [each for some in words.verbs.values() for each in (*some.line, *some.ask, *some.me)]
    lines = [each for some in words.motives.values() for each in some.title]
    assert [each for each in (*patterns, *lines) if before.search(each)] == []


def test_a_japanese_giver_is_polite_to_a_player_by_name() -> None:
    for motive in MOTIVES:
        shown = readable(asked_by("mira", motive, "talk", {"to": "mira"}), HAMLET, "ja", "Ayla")
        for text in (shown.offer, shown.remind, *shown.thanks.values()):
            assert text.count("Ayla") == text.count("Aylaさん")


def test_labels_fit_behind_every_number() -> None:
    forms = {each: (phrases(each).labels.experience, phrases(each).labels.minutes)
             for each in ("es", "fr", "ru")}  # fmt: skip
    assert forms == {
        "es": ("de experiencia", "minutos"),
        "fr": ("d'expérience", "minutes"),
        "ru": ("опыта", "мин."),
    }


@pytest.mark.parametrize("language", sorted({*LANGUAGES} - {"zh", "ja"}))
def test_languages_with_letters_use_their_own(language: str) -> None:
    words = phrases(language).model_dump_json()
    assert not re.search("[\u3040-\u30ff\u4e00-\u9fff]", words)
    assert bool(re.search("[\u0400-\u04ff]", words)) is (language == "ru")


def test_the_same_seed_gives_the_same_texts_and_others_give_others() -> None:
    asked = rich_quest()
    assert tell(asked, "en", Random(7)) == tell(asked, "en", Random(7))
    assert len({tell(asked, "en", Random(seed)).offer for seed in range(40)}) >= 3
    assert len({tell(asked, "en", Random(seed)).title for seed in range(40)}) >= 2


def test_a_title_says_what_it_is_about_if_it_is_about_something() -> None:
    for seed in range(20):
        assert "{pelts.item}" in tell(rich_quest(), "en", Random(seed)).title
        title = tell(quest("talk to=mira"), "en", Random(seed)).title
        assert set(tokens_in(title)) <= {"giver"}


def test_an_offer_says_what_is_asked_for_and_no_more() -> None:
    shown = readable(
        quest("obtain item=pelt count=3", "give item=pelt count=3 to=mira"), HAMLET, "en"
    )
    assert "Bring me wolf pelt (3)." in shown.offer
    assert "Get hold" not in shown.offer
    shown = readable(quest("kill target=wolf count=2", "talk to=mira"), HAMLET, "en")
    assert "Hunt and kill wolf (2)." in shown.offer
    assert "have a word" not in shown.offer
    assert "rat king" not in readable(rich_quest(), HAMLET, "en").offer, "it is hidden"
    assert "ale" not in readable(rich_quest(), HAMLET, "en").offer.split(), "it is optional"


def test_an_offer_of_much_names_a_little() -> None:
    tasks = [f"kill target=wolf count={number}" for number in range(2, 12)]
    shown = readable(quest(*tasks), HAMLET, "en")
    assert "(11)" in shown.offer
    assert "(2)" not in shown.offer
    assert len(shown.objectives) == 10


def test_a_region_falls_back_on_its_language_and_another_language_on_english() -> None:
    asked = rich_quest()
    assert tell(asked, "de-AT", Random(1)) == tell(asked, "de", Random(1))
    assert tell(asked, "zh-Hant-TW", Random(1)) == tell(asked, "zh", Random(1))
    assert tell(asked, "pl", Random(1)) == tell(asked, "en", Random(1))


def test_the_giver_greets_in_their_own_voice() -> None:
    mira = Persona.model_validate(
        {
            "id": "mira",
            "name": "Mira",
            "description": "A smith.",
            "greetings": ("Mind the sparks. *nods*", "{char} looks up.", "x" * 300),
            "i18n": {"de": {"greetings": ("Achtung, Funken.",)}},
        }
    )
    asked = rich_quest()
    for seed in range(8):
        assert tell(asked, "en", Random(seed), mira).offer.startswith("Mind the sparks. ")
        assert tell(asked, "de", Random(seed), mira).offer.startswith("Achtung, Funken. ")
        assert tell(asked, "zh", Random(seed), mira) == tell(asked, "zh", Random(seed))
    silent = mira.model_copy(update={"greetings": ()})
    assert tell(asked, "en", Random(1), silent) == tell(asked, "en", Random(1))


def test_a_strategy_may_bring_its_own_words() -> None:
    own = Lines(title=("The {beast} Winter",), offer=("Listen. {ASKS} Mind {foe}, though.",))
    asked = rich_quest()
    pack = tell(asked, "en", Random(1), own=own)
    assert pack.title == "The {beast} Winter"
    assert filled(pack.title, asked, HAMLET, "en") == "The wolf Winter"
    assert filled(pack.offer, asked, HAMLET, "en").endswith("Mind rat king, though.")
    assert pack.accept == tell(asked, "en", Random(1), own=own).accept != ""


def test_a_quest_says_its_own_words_first() -> None:
    own = TextPack(title="The Wolves of {giver}", offer="They took {hunt.count}.", objectives={
        "hunt": "Make it {count} fewer"
    })  # fmt: skip
    asked = rich_quest().model_copy(update={"texts": {"en": own}})
    shown = readable(asked, HAMLET, "en-GB")
    assert shown.title == "The Wolves of Mira Holt"
    assert shown.objectives["hunt"] == "Make it 3 fewer"
    assert shown.objectives["king"] == "Kill rat king"
    assert shown.accept
    assert set(shown.thanks) == {"furs", "crowned"}
    assert readable(asked, HAMLET, "pl").title == "The Wolves of Mira Holt"
    assert "Mira" not in readable(asked, HAMLET, "zh").title


def test_a_quest_that_makes_no_sense_has_words_all_the_same() -> None:
    odd = Quest.model_validate(
        {
            "id": "odd", "giver": "nobody", "motive": "wealth", "strategy": "by_hand",
            "objectives": (
                {"id": "a", "do": "give", "with": {"x y": "{a}", "item": "{giver}"}},
                {"id": "b", "do": "{player} do", "hidden": True},
            ),
            "outcomes": ({"id": "z", "needs": ("a", "b")},),
        }
    )  # fmt: skip
    for language in LANGUAGES:
        shown = readable(odd, HAMLET, language)
        for text in (shown.title, shown.offer, *shown.objectives.values()):
            assert not set("{}") & set(text)
