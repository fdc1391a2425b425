"""Every field of a persona that a model may read is in its prompt, and nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from npcengine.persona.loader import parse_persona
from npcengine.persona.model import Persona
from npcengine.prompt.build import reminder, static_prefix

START = "id: mira\nname: Mira\ndescription: A blacksmith.\n"
WHOLE = """\
aka: [the smith, Holt]
pronouns: she/her
species: human
age: 41
faction: the guild
home: Mill Lane
appearance: Broad shoulders.
values: [a debt is a debt]
flaws: [holds grudges]
speech: {register: plain, verbosity: terse, avoid: [hurry], banned: [smartphone]}
ignorance: [magic]
relationships: [{npc: guard_captain, kind: friend, note: She pays in time.}]
safety: {rating: everyone, blocked: [politics of today]}
instructions: Mention the weather now and then.
"""
WORDS = st.sampled_from(["met", "not met", "trust >= 40", "turns > 2 and met"])


def system(persona: Persona) -> str:
    return static_prefix(persona).messages[0].content


def test_every_plain_field_is_in_the_prompt() -> None:
    prompt = system(parse_persona(START + WHOLE, "mira.yaml"))
    for words in (
        "Also called: the smith, Holt. Pronouns: she/her. Species: human. Age: 41. "
        "Belongs to: the guild. Lives in: Mill Lane.",
        "Broad shoulders.",
        "- a debt is a debt",
        "- holds grudges",
        "plain",
        "no more than will do",
        "hurry, smartphone",
        "- magic",
        "Guard Captain: friend. She pays in time.",
        "small children",
        "politics of today",
        "Mention the weather now and then.",
    ):
        assert words in prompt


def test_a_reminder_stands_after_the_talk() -> None:
    mira = parse_persona(START + "reminder: Mira limps.\n", "mira.yaml")
    assert reminder(mira, None).endswith("\nMira limps.")
    assert "limps" not in system(mira)


@given(condition=WORDS)
def test_what_hangs_on_a_condition_is_not_in_the_static_prompt(condition: str) -> None:
    gated = f"{{text: Kept back., when: {condition}}}"
    text = f"""\
goals: [Free goal., {gated}]
knowledge: [Free fact., {gated}, {{text: Kept back by time., since: 9}}]
knows_until: 8
greetings: [Free greeting., {gated}]
stock_lines: {{fallback: [{gated}]}}
relationships: [{{npc: tom, kind: Kept back, when: {condition}}}]
examples:
  - {{player: Free question, npc: Free answer.}}
  - {{player: Kept back, npc: Kept back., when: {condition}}}
secrets:
  - id: debt
    text: Kept back.
    reveal_when: {condition}
    leak_terms: [Kept back]
    deflect: Kept back.
"""
    prefix = static_prefix(parse_persona(START + text, "mira.yaml"))
    told = "\n".join(message.content for message in prefix.messages)
    assert "Kept back" not in told
    assert told.count("Free") == 5
