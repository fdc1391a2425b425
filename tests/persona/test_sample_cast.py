"""The people of Oakvale: what they share, what they hide, and how they speak other languages."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from npcengine import NPCEngine, Reply, Scene, load_cast
from npcengine.cli.findings import GAUGES
from npcengine.cli.told import facts_in
from npcengine.lore.gate import Moment
from npcengine.messages import ChatRequest
from npcengine.persona.lint import examine
from npcengine.persona.model import Persona, StockLines
from npcengine.prompt.budget import estimate_tokens
from npcengine.settings import Settings
from npcengine.testing.scripted import Script, ScriptedBackend
from npcengine.turns import Fact

ROOT = Path(__file__).parents[2]
CAST = load_cast(ROOT / "personas")
DECLARED = Settings.from_env({}, ROOT / "examples" / "npcengine.yaml").configuration.facts
TRUSTED = facts_in(ROOT / "examples" / "facts.yaml")
FOUND: Mapping[str, Fact] = {"flag.caravan_found": True}


def test_nothing_is_left_to_mend() -> None:
    assert examine(ROOT / "personas", DECLARED, GAUGES).findings == ()


async def say(
    npc: str,
    line: str,
    *script: Script,
    facts: Mapping[str, Fact] | None = None,
    locale: str | None = None,
) -> tuple[Reply, list[ChatRequest]]:
    """Say a line to one of the cast; without a script, nobody but its author answers."""
    backend = ScriptedBackend(script)
    engine = NPCEngine(
        personas=CAST, backends={"fast": backend} if script else None, facts=DECLARED
    )
    async with engine:
        scene = Scene(facts=facts or {})
        reply = await engine.say(npc, line, player="ayla", scene=scene, locale=locale)
    return reply, backend.requests


def prompt_of(request: ChatRequest) -> str:
    return "\n".join(message.content for message in request.messages)


HIDING = [("innkeeper", "en"), ("child", "en"), ("child", "zh")]
SHUT: list[dict[str, Fact]] = [
    {},
    {"trust": 49},
    {"trust": 49, "flag.mill_watched": False, "flag.caravan_found": False},
]
ASKED = {
    ("innkeeper", "en"): ("Who really takes the bread?", "It's Tansy who has it, my dear."),
    ("child", "en"): ("Who is the ghost at the mill?", "The ghost is Uncle Odo, silly."),
    ("child", "zh"): ("磨坊里的鬼到底是谁？", "鬼就是奥多叔叔呀。"),
}


@pytest.mark.parametrize(("npc", "locale"), HIDING)
@pytest.mark.parametrize("facts", SHUT, ids=str)
async def test_a_shut_secret_is_in_no_prompt(npc: str, locale: str, facts: dict[str, Fact]) -> None:
    asked, _ = ASKED[npc, locale]
    _, (request,) = await say(npc, "Tell me.", "Hm.", facts=facts, locale=locale)
    [secret] = CAST[npc].in_locale(locale).secrets
    prompt = prompt_of(request).casefold()
    assert [each for each in (*secret.leak_terms, asked) if each.casefold() in prompt] == []
    assert secret.text not in prompt_of(request)


@pytest.mark.parametrize(("npc", "locale"), HIDING)
async def test_it_opens_for_whom_it_is_meant(npc: str, locale: str) -> None:
    asked, leak = ASKED[npc, locale]
    [secret] = CAST[npc].in_locale(locale).secrets
    reply, (request,) = await say(npc, asked, leak, facts=TRUSTED, locale=locale)
    assert reply.text == leak
    assert secret.text in prompt_of(request)
    _, (shut,) = await say(npc, asked, "Hm.", locale=locale)
    assert shut.prefix == request.prefix


@pytest.mark.parametrize(("npc", "locale"), HIDING)
async def test_a_model_that_guesses_it_is_not_heard(npc: str, locale: str) -> None:
    asked, leak = ASKED[npc, locale]
    reply, _ = await say(npc, asked, leak, leak, locale=locale)
    assert reply.text == CAST[npc].in_locale(locale).secrets[0].deflect


@pytest.mark.parametrize(
    ("npc", "locale", "line"),
    [
        ("innkeeper", "en", "It's Tansy's goose, my dear."),
        ("innkeeper", "en", "There's no mice in this stew."),
        ("child", "en", "It's Uncle Odo's mill, and the ghost is very tidy about crumbs."),
        ("child", "zh", "那是奥多叔叔的磨坊。主教不是鬼，他是鹅。"),
    ],
)
async def test_what_gives_nothing_away_is_heard(npc: str, locale: str, line: str) -> None:
    reply, _ = await say(npc, "Tell me.", line, locale=locale)
    assert (reply.text, reply.source) == (line, "model")


@pytest.mark.parametrize(("npc", "locale"), HIDING)
async def test_it_is_told_without_a_model_too(npc: str, locale: str) -> None:
    asked, _ = ASKED[npc, locale]
    [told] = [each for each in CAST[npc].in_locale(locale).examples if each.when]
    opened, _ = await say(npc, asked, facts=TRUSTED, locale=locale)
    shut, _ = await say(npc, asked, locale=locale)
    assert opened.text == told.npc != shut.text


async def test_a_miller_who_is_found_is_no_secret_any_more() -> None:
    _, (request,) = await say("child", "Where is he?", "Hm.", facts=FOUND)
    assert CAST["child"].secrets[0].text in prompt_of(request)


OVERLAID = {"guard_captain": "de", "child": "zh"}


def lines_of(persona: Persona) -> Iterator[str]:
    yield from (each.text for each in persona.greetings)
    yield from (each.npc for each in persona.examples)
    yield from (each.text for each in persona.knowledge)
    for kind in StockLines.model_fields:
        yield from (each.text for each in getattr(persona.stock_lines, kind))


@pytest.mark.parametrize(("npc", "locale"), OVERLAID.items())
def test_another_language_says_all_of_it_in_other_words(npc: str, locale: str) -> None:
    own, theirs = CAST[npc], CAST[npc].in_locale(locale)
    assert theirs.locale == locale
    both = list(zip(lines_of(own), lines_of(theirs), strict=True))
    assert [one for one, other in both if one == other] == []
    assert [each.when for each in own.greetings] == [each.when for each in theirs.greetings]
    assert [each.when for each in own.goals] == [each.when for each in theirs.goals]


@pytest.mark.parametrize(("npc", "locale"), OVERLAID.items())
async def test_a_player_is_answered_in_their_language(npc: str, locale: str) -> None:
    theirs = set(lines_of(CAST[npc].in_locale(locale)))
    asked = [
        "Guten Tag.",
        "Wo ist der Müller?",
        "Xyzzy.",
        "?!",
        "奥多在哪儿？",
        "你好",
        "Ein Kahn?",
    ]
    async with NPCEngine(personas=CAST) as engine:
        greeting = await engine.greet(npc, player="ayla", locale=locale)
        answers = [await engine.say(npc, each, player="ayla", locale=locale) for each in asked]
    said = [greeting.text, *(answer.text for answer in answers)]
    assert set(said) <= theirs
    assert len(set(said)) > 4
    if locale == "zh":
        assert [text for text in said if re.search("[A-Za-z]", text)] == []


@pytest.mark.parametrize("npc", CAST.ids)
async def test_whoever_was_met_is_greeted_as_such(npc: str) -> None:
    persona = CAST[npc]
    strangers = {each.text for each in persona.greetings if str(each.when) == "not met"}
    friends = {each.text for each in persona.greetings if str(each.when) == "met"}
    async with NPCEngine(personas=CAST) as engine:
        said = [(await engine.greet(npc, player="ayla")).text for _ in range(9)]
    assert said[0] not in friends
    assert strangers.isdisjoint(said[1:])
    assert friends <= set(said)


def comes_to_mind(npc: str, line: str, facts: Mapping[str, Fact] | None = None) -> list[str]:
    persona = CAST[npc]
    moment = Moment(facts or {}, persona.scope or None, persona.knows_until)
    found = CAST.lore(npc, estimate_tokens).find([line], moment, 600)
    return [each.id for each in found.fired]


@pytest.mark.parametrize("npc", CAST.ids)
def test_news_reaches_everybody_once_it_is_news(npc: str) -> None:
    assert "oakvale/found" not in comes_to_mind(npc, "Any news of the caravan? 商队呢？")
    first, *_ = comes_to_mind(npc, "Any news of the caravan? 商队呢？", FOUND)
    assert first == "oakvale/found"


def test_each_has_read_what_they_have_read() -> None:
    asked = "What happened to the patrol at the third milestone?"
    assert comes_to_mind("guard_captain", asked) == ["sedge/open_line", "sedge/patrol"]
    assert comes_to_mind("mage", asked) == ["sedge/dry_shod", "sedge/patrol"]
    assert comes_to_mind("innkeeper", asked) == []


def test_the_mage_has_not_heard_of_the_bees() -> None:
    assert comes_to_mind("innkeeper", "How is Old Peck?") == ["oakvale/old_peck"]
    assert comes_to_mind("mage", "How is Old Peck?") == []


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("Sind das Wölfe?", "wolves"),
        ("那只大鹅咬人吗？", "bishop"),
        ("你们放灯吗？", "harvest_home"),
    ],
)
def test_lore_is_found_in_the_languages_of_the_players(line: str, entry: str) -> None:
    assert comes_to_mind("child", line) == [f"oakvale/{entry}"]
