"""From a persona, its history and a scene to the messages of one request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from npcengine.facts import facts_of
from npcengine.messages import Message, Prefix
from npcengine.persona.model import Example, Persona
from npcengine.persona.opened import Opened, opened
from npcengine.prompt.beside import beside
from npcengine.prompt.budget import estimate_tokens
from npcengine.prompt.sections import STATIC_SECTIONS, render
from npcengine.prompt.speech import LANGUAGES, describe, speech
from npcengine.turns import Scene, Turn

EXAMPLES_TOKENS = 500
"""The most that examples may take, in estimated tokens; of more than one, the last are left out."""
REMINDER_TOKENS = 50
LORE = "What comes to the character's mind:"


@dataclass(frozen=True, slots=True)
class SectionReport:
    """What one section of a prompt takes."""

    name: str
    static: bool
    """True when it is the same in every request for this persona."""
    text: str
    tokens: int
    """Estimated."""
    sha256: str
    """The first twelve digits of the text's hash."""


def static_prefix(persona: Persona) -> Prefix:
    """Return the messages that never change for `persona`: rules, persona, examples."""
    texts = (render(section, persona) for section in STATIC_SECTIONS)
    system = "\n\n".join(text for text in texts if text)
    return Prefix.of([Message("system", system), *example_messages(persona.shown)])


def example_messages(examples: Iterable[Example]) -> list[Message]:
    """Return examples as messages, as many as fit their budget."""
    messages: list[Message] = []
    tokens = 0
    for example in examples:
        tokens += estimate_tokens(example.player) + estimate_tokens(example.npc)
        if messages and tokens > EXAMPLES_TOKENS:
            break
        messages.append(Message("user", speech(example.player)))
        messages.append(Message("assistant", example.npc))
    return messages


def history_messages(turns: tuple[Turn, ...], lore: Sequence[str] = ()) -> list[Message]:
    """Return turns that were said as messages, each with the lore that came to mind before it."""
    messages: list[Message] = []
    for place, turn in enumerate(turns):
        messages += _reminding(lore[place] if lore else "")
        messages.append(Message("user", speech(turn.player_line)))
        messages.append(Message("assistant", turn.npc_line))
    return messages


def _reminding(lore: str) -> tuple[Message, ...]:
    return (Message("system", f"{LORE}\n{lore}"),) if lore else ()


def reminder(persona: Persona, locale: str | None) -> str:
    """Return what the model must not forget, in at most `REMINDER_TOKENS` estimated tokens.

    What the persona's own `reminder` says comes after it.
    """
    language = locale or persona.locale
    name = persona.name[: 40 if persona.name.isascii() else 15]
    name_of_it = LANGUAGES.get(language.lower().partition("-")[0], language)
    spoken = f"{name_of_it} ({language})" if "-" in language else name_of_it
    most = persona.speech.max_sentences
    note = f"Only {name} speaks, in character, in {spoken}: at most {most} sentence(s), no markup."
    return f"{note}\n{persona.reminder}" if persona.reminder else note


def build_tail(
    opened: Opened,
    turns: tuple[Turn, ...],
    scene: Scene,
    player_line: str,
    locale: str | None = None,
    lore: Sequence[str] = (),
) -> tuple[Message, ...]:
    """Return what follows the static prefix.

    That is what is open to this player alone, history, scene and reminder, the player's line. An
    empty `player_line` lets the character speak first. `lore` is what stands before each turn, and
    at last before the line. The same arguments give the same messages.
    """
    now = describe(scene)
    note = reminder(opened.persona, locale)
    alone = beside(opened)
    return (
        *example_messages(opened.examples),
        *([Message("system", alone)] if alone else ()),
        *history_messages(turns, lore),
        *_reminding(lore[-1] if lore else ""),
        Message("system", f"{now}\n{note}" if now else note),
        Message("user", speech(player_line)),
    )


def explain(
    persona: Persona,
    turns: tuple[Turn, ...],
    scene: Scene,
    player_line: str,
    locale: str | None = None,
) -> tuple[SectionReport, ...]:
    """Return the prompt section by section, as the model would get it."""
    static = [(section.name, render(section, persona)) for section in STATIC_SECTIONS]
    static.append(("examples", _transcript(example_messages(persona.shown))))
    seen = opened(persona, facts_of(scene, turns))
    moving = [
        ("more examples", _transcript(example_messages(seen.examples))),
        ("open now", beside(seen)),
        ("history", _transcript(history_messages(turns))),
        ("scene", describe(scene)),
        ("reminder", reminder(seen.persona, locale)),
        ("player", speech(player_line)),
    ]
    return tuple(
        [_report(name, text, static=True) for name, text in static if text]
        + [_report(name, text, static=False) for name, text in moving if text]
    )


def _transcript(messages: list[Message]) -> str:
    return "\n".join(f"{message.role}: {message.content}" for message in messages)


def _report(name: str, text: str, *, static: bool) -> SectionReport:
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return SectionReport(name, static, text, estimate_tokens(text), digest)
