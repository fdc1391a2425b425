"""What is shut is nowhere: not in a prompt, nor in what a character says without one."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from npcengine.conditions.condition import Condition
from npcengine.dialogue.authored import authored_line, spoken, stock_ending, thinking_line
from npcengine.persona.loader import parse_persona
from npcengine.persona.model import Persona
from npcengine.persona.opened import conditions_of, opened
from npcengine.prompt.build import build_tail, static_prefix
from npcengine.turns import Fact, Reason, Scene

CONDITIONS = (
    "trust >= 40",
    "trust < 40",
    "met",
    "not met",
    "flag.marsh and trust > 10",
    "flag.marsh or met",
    "name == 'Ayla'",
)
GATED: tuple[str, ...] = (
    "goals:\n  - {{id: a{n}, text: {mark}, when: {when}}}\n",
    "knowledge:\n  - {{id: a{n}, text: {mark}, when: {when}}}\n",
    "greetings:\n  - {{text: {mark}, when: {when}}}\n",
    "examples:\n  - {{player: Hello., npc: {mark}, when: {when}}}\n",
    "examples:\n  - {{player: {mark}, npc: Aye., when: {when}}}\n",
    "relationships:\n  - {{npc: tom, kind: {mark}, when: {when}}}\n",
    "stock_lines:\n  fallback:\n    - {{text: {mark}, when: {when}}}\n",
    "stock_lines:\n  thinking:\n    - {{text: {mark}, when: {when}}}\n",
    "secrets:\n  - {{id: a{n}, text: {mark}, reveal_when: {when}}}\n",
    "secrets:\n  - {{id: a{n}, text: {mark}}}\n",
)
MARK = "quuxmark"
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "trust": st.integers(0, 100),
        "met": st.booleans(),
        "flag.marsh": st.booleans(),
        "name": st.sampled_from(["Ayla", "Tom"]),
    },
)


def everything(persona: Persona, facts: Mapping[str, Fact]) -> str:
    """Return all that a model reads or a player hears with these facts."""
    view = opened(persona, facts)
    scene = Scene("the forge", "dusk", notes="It rains.")
    parts = [message.content for message in static_prefix(persona).messages]
    parts += [m.content for line in ("", "Hello.") for m in build_tail(view, (), scene, line)]
    reasons: tuple[Reason, ...] = ("offline", "deadline", "guard")
    for line in ("", "Hello.", "…", f"What of the {MARK}?"):
        for reason in reasons:
            for seed in "abc":
                chosen = authored_line(view.persona, line, reason, said=(), seed=seed)
                parts += [spoken(chosen.pieces), *(piece.text for piece in chosen.pieces)]
    parts += [stock_ending(view.persona, (), "a"), thinking_line(view.persona, "a")]
    return "\n".join(parts)


@given(form=st.sampled_from(GATED), when=st.sampled_from(CONDITIONS), facts=FACTS)
def test_a_text_is_there_exactly_while_its_condition_is_true(
    form: str, when: str, facts: dict[str, Fact]
) -> None:
    written = form.format(n=1, mark=MARK, when=f'"{when}"')
    persona = parse_persona(f"id: mira\nname: Mira\ndescription: A smith.\n{written}", "mira.yaml")
    is_open = "when" in written and Condition.parse(when).value(facts) is True
    assert (MARK in everything(persona, facts)) == is_open
    hidden = [secret.text for secret in opened(persona, facts).shut]
    assert hidden == ([MARK] if "secrets" in form and not is_open else [])


def test_the_same_truths_are_the_same_view() -> None:
    persona = parse_persona(
        "id: mira\nname: Mira\ndescription: A smith.\n"
        "greetings: [Aye.]\nknowledge: [{text: Tom left., when: trust >= 40}]\n",
        "mira.yaml",
    )
    assert opened(persona, {"trust": 40}) is opened(persona, {"trust": 99})
    assert opened(persona, {"trust": 39}) is opened(persona, {})
    assert [each.text for each in conditions_of(persona)] == ["trust >= 40"]


def test_a_persona_without_conditions_is_itself() -> None:
    persona = parse_persona("id: mira\nname: Mira\ndescription: A smith.\n", "mira.yaml")
    assert opened(persona, {"trust": 40}).persona is persona


def test_what_is_open_stands_after_what_never_changes() -> None:
    persona = parse_persona(
        "id: mira\nname: Mira\ndescription: A smith.\n"
        "secrets: [{id: tom, text: Tom deserted., reveal_when: trust >= 60}]\n",
        "mira.yaml",
    )
    shut, told = (opened(persona, {"trust": trust}) for trust in (10, 60))
    assert static_prefix(persona) == static_prefix(shut.persona) == static_prefix(told.persona)
    first = build_tail(told, (), Scene(), "Hello.")[0]
    assert first.role == "system"
    assert "Tom deserted." in first.content
