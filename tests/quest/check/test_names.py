"""Words that are names of the world too: found where they are meant, and nowhere else."""

import pytest

from npcengine.quest.check import check
from npcengine.quest.model import Quest
from npcengine.world.loader import parse_world
from tests.quest.check.good import VILLAGE, written

WORLD = parse_world(
    VILLAGE.replace("  bell: {", "  well: {at: green}\n  mine: {at: green}\n  bell: {")
    .replace("  hugo: {", "  will: {name: Will, at: green}\n  hugo: {")
    .replace("  rope: {", "  hat: {name: {en: hat, de: Hut}}\n  brunnen: {}\n  rope: {")
    .replace("inn: {}", "inn: {name: the Three-Legged Heron}"),
    "village.yaml",
)


def codes(text: str, field: str = "offer", locale: str = "en") -> list[str]:
    """Return what is found where the giver of a hunt says so."""
    data = written("a hunt with a report")
    data["texts"] = {locale: data["texts"]["en"] | {field: text}}
    return [each.code for each in check(Quest.model_validate(data, strict=False), WORLD)]


@pytest.mark.parametrize(
    "text",
    [
        "Well, then. Kill {count} of them.",
        "You did well. Now {count} more!",
        "I know her well; {count} is enough.",
        "“Well”, I said, “{count}.”",
        "They are mine! Mine! Kill {count}.",
        "I will pay for {count}.",
        "Go to the hut, and kill {count}.",
    ],
)
def test_a_word_of_every_day_is_no_name(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("They drink from the well, all {count}.", "en"),
        ("They got into my mine, all {count}.", "en"),
        ("Go past Well and kill {count}.", "en"),
        ("Ask Will for {count}.", "en"),
        ("Will's geese ate {count}.", "en"),
        ("Mind the well's rim, and kill {count}.", "en"),
        ("Bring {count}, and a hat.", "en"),
        ("Töte {count} am Brunnen.", "de"),
        ("Wasser am Brunnen", "de"),
        ("Töte {count}, und nimm einen Hut mit.", "de"),
        ("去well那里。", "zh"),
    ],
)
def test_a_name_is_found_where_it_is_meant(text: str, locale: str) -> None:
    assert codes(text, locale=locale) == ["QST164"]


@pytest.mark.parametrize("title", ["All's Well That Ends Well", "The Pests of the Hills and Mine"])
def test_in_a_title_a_capital_makes_no_name(title: str) -> None:
    assert codes(title, "title") == []


def test_a_number_within_a_name_is_no_count() -> None:
    data = written("a hunt with a report")
    said = "Kill {count} by the Three-Legged Heron, with the two-handed pick."
    data["texts"]["en"]["objectives"]["hunt"] = said
    found = check(Quest.model_validate(data, strict=False), WORLD)
    assert "QST165" not in [each.code for each in found]
