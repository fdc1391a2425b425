"""From a persona, its history and a scene to the messages of one request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from npcengine.messages import Message, Prefix
from npcengine.persona.model import Example, Persona
from npcengine.persona.opened import Opened
from npcengine.prompt.beside import beside, coming_to_mind
from npcengine.prompt.budget import estimate_tokens
from npcengine.prompt.fitting import Cut
from npcengine.prompt.resting import resting
from npcengine.prompt.room import (
    CONTEXT,
    Static,
    Talk,
    fit_static,
    fit_talk,
    prefix_room,
    surely_fits,
    tail_room,
)
from npcengine.prompt.sections import STATIC_SECTIONS, render
from npcengine.prompt.speech import LANGUAGES, describe, speech
from npcengine.turns import Scene, Turn

EXAMPLES_TOKENS = 500
"""The most that examples may take, in estimated tokens; of more than one, the last are left out."""
REMINDER_TOKENS = 40
NAME_TOKENS = 12
"""Of them, what a name may take: a longer one is cut."""


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
    left_out: int = 0
    """Tokens of what had to give way, for the prompt would be too large with it."""
    why: str = ""
    """Why that could."""


def static_prefix(persona: Persona, context: int = CONTEXT) -> Prefix:
    """Return the messages that never change for `persona`: rules, persona, examples.

    Where the persona is too large for a `context` of so many tokens, they lose what can give way,
    whatever is said.
    """
    static = _static(persona, context)
    system = "\n\n".join(text for _, text in static.sections)
    return Prefix.of([Message("system", system), *example_messages(static.examples)])


def _static(persona: Persona, context: int) -> Static:
    texts = ((section.name, render(section, persona)) for section in STATIC_SECTIONS)
    sections = [(name, text) for name, text in texts if text]
    shown = persona.shown[: len(example_messages(persona.shown)) // 2]
    return fit_static(sections, shown, prefix_room(persona, context))


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
        if lore and lore[place]:
            messages += coming_to_mind(lore[place])
        messages.append(Message("user", speech(turn.player_line)))
        messages.append(Message("assistant", turn.npc_line))
    return messages


@lru_cache(maxsize=1024)
def _shortened(name: str) -> str:
    while estimate_tokens(name) > NAME_TOKENS:
        name = name[: len(name) * 3 // 4]
    return name


def reminder(persona: Persona, locale: str | None, turns: Sequence[Turn] = ()) -> str:
    """Return what the model must not forget, in at most `REMINDER_TOKENS` estimated tokens.

    What the persona's own `reminder` says comes after it, and which catchphrases are not to be
    said again so soon after `turns`.
    """
    language = locale or persona.locale
    name = _shortened(persona.name)
    name_of_it = LANGUAGES.get(language.lower().partition("-")[0])
    spoken = f"{name_of_it} ({language})" if name_of_it and "-" in language else name_of_it
    spoken = spoken or language
    most = persona.speech.max_sentences
    note = f"Only {name} speaks, in character, in {spoken}: at most {most} sentence(s), no markup."
    if persona.reminder:
        note = f"{note}\n{persona.reminder}"
    return f"{note}\n{rest}" if (rest := resting(persona.speech, turns)) else note


def build_tail(
    opened: Opened,
    turns: tuple[Turn, ...],
    scene: Scene,
    player_line: str,
    locale: str | None = None,
    lore: Sequence[str] = (),
    limit: int | None = None,
) -> tuple[Message, ...]:
    """Return what follows the static prefix.

    That is what is open to this player alone, history, scene and reminder, the player's line. An
    empty `player_line` lets the character speak first. `lore` is what stands before each turn, and
    at last before the line. What takes more than `limit` tokens, as `tail_room` gives them, loses
    what can give way. The same arguments give the same messages.
    """
    talk = Talk(opened.examples, turns, tuple(lore))
    rest = _rest(opened, turns, scene, player_line, locale)
    tail = _tail(talk, rest)
    if limit is None or surely_fits(tail, limit):
        return tail
    shown = opened.examples[: len(example_messages(opened.examples)) // 2]
    left, _ = fit_talk(talk._replace(examples=shown), rest, limit)
    return _tail(left, rest)


def _rest(
    opened: Opened, turns: tuple[Turn, ...], scene: Scene, player_line: str, locale: str | None
) -> tuple[Message, ...]:
    """Return what always stays of a tail: what is open, scene and reminder, the line."""
    now = describe(scene)
    note = reminder(opened.persona, locale, turns)
    alone = beside(opened)
    return (
        *([Message("system", alone)] if alone else ()),
        Message("system", f"{now}\n{note}" if now else note),
        Message("user", speech(player_line)),
    )


def _tail(talk: Talk, rest: tuple[Message, ...]) -> tuple[Message, ...]:
    return (
        *example_messages(talk.examples),
        *rest[:-2],
        *history_messages(talk.turns, talk.lore),
        *coming_to_mind(talk.lore[-1] if talk.lore else ""),
        *rest[-2:],
    )


def explain(
    persona: Persona,
    opened: Opened,
    turns: tuple[Turn, ...],
    scene: Scene,
    player_line: str,
    locale: str | None = None,
    lore: Sequence[str] = (),
    context: int = CONTEXT,
) -> tuple[SectionReport, ...]:
    """Return the prompt section by section, as the model would get it.

    `opened` and `lore` are as for `build_tail`. A section that had to give way is there without a
    text.
    """
    static = _static(persona, context)
    limit = tail_room(persona, static_prefix(persona, context), context)
    rest = _rest(opened, turns, scene, player_line, locale)
    shown = opened.examples[: len(example_messages(opened.examples)) // 2]
    talk, cuts = fit_talk(Talk(shown, turns, tuple(lore)), rest, limit)
    texts = dict(static.sections) | {"examples": _transcript(example_messages(static.examples))}
    names = [*(section.name for section in STATIC_SECTIONS), "examples"]
    moving = {
        "more examples": _transcript(example_messages(talk.examples)),
        "open now": beside(opened),
        "history": _transcript(history_messages(talk.turns, talk.lore)),
        "lore": _transcript(coming_to_mind(talk.lore[-1] if talk.lore else "")),
        "scene": describe(scene),
        "reminder": reminder(opened.persona, locale, turns),
        "player": speech(player_line),
    }
    places = {"more examples": "examples"}
    reports = [_report(name, texts.get(name, ""), static.cuts, name) for name in names]
    reports += [
        _report(name, text, cuts, places.get(name, name), static=False)
        for name, text in moving.items()
    ]
    return tuple(each for each in reports if each.text or each.left_out)


def _transcript(messages: Iterable[Message]) -> str:
    return "\n".join(f"{message.role}: {message.content}" for message in messages)


def _report(
    name: str, text: str, cuts: Iterable[Cut], cut_from: str, *, static: bool = True
) -> SectionReport:
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    own = [cut for cut in cuts if cut.item.section == cut_from]
    left_out, why = sum(cut.item.tokens for cut in own), own[0].why if own else ""
    return SectionReport(name, static, text, estimate_tokens(text), digest, left_out, why)
