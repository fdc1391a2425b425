"""How much room a prompt has, and what of a persona and of a talk fits there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from npcengine.messages import Message, Prefix
from npcengine.persona.model import Example, Persona
from npcengine.prompt.beside import coming_to_mind
from npcengine.prompt.budget import ROUNDED, estimate_tokens, most_tokens
from npcengine.prompt.fitting import Cut, Item, fit
from npcengine.prompt.speech import speech
from npcengine.turns import Turn

CONTEXT = 16_384
"""Tokens of prompt and answer that a model must be able to read, of whichever tier.

It is one number for all tiers because `fast` may answer for each of the others. The models that
are asked by default read far more, and a server of one's own may have to be told so.
"""
THINKING_TOKENS = 256
"""What a model that reasons may take beside its answer."""
ERROR = 0.15
"""By so large a share a prompt may take more than is estimated."""
TAIL_TOKENS = 2000
"""What the static prefix leaves to all that follows; of a small context, half of the room."""
MESSAGE_TOKENS = 6
"""What a message takes beside its words."""


class Talk(NamedTuple):
    """What of a tail may give way."""

    examples: tuple[Example, ...] = ()
    turns: tuple[Turn, ...] = ()
    lore: tuple[str, ...] = ()
    """What stands before each turn, and before the line; or nothing at all."""


class Static(NamedTuple):
    """What of a persona is in its prompt."""

    sections: tuple[tuple[str, str], ...]
    """Names and texts."""
    examples: tuple[Example, ...]
    cuts: tuple[Cut, ...]


def room(persona: Persona, context: int = CONTEXT) -> int:
    """Return how many estimated tokens a prompt may take beside the answer."""
    return max(0, int((context - THINKING_TOKENS - persona.model.max_tokens) / (1 + ERROR)))


def prefix_room(persona: Persona, context: int = CONTEXT) -> int:
    """Return how much of it the static prefix may take; always the same for one persona."""
    whole = room(persona, context)
    return whole - min(TAIL_TOKENS, whole // 2)


def tail_room(persona: Persona, prefix: Prefix, context: int = CONTEXT) -> int:
    """Return how much of it the static prefix leaves, which is less than nothing if it is huge."""
    return room(persona, context) - _taken(prefix.messages)


def surely_fits(messages: Sequence[Message], limit: int) -> bool:
    """Tell, without counting words, whether messages fit in `limit` tokens; False may be wrong."""
    text = "".join([message[1] for message in messages])
    return len(messages) * (MESSAGE_TOKENS + ROUNDED) + most_tokens(text) <= limit


def fit_static(
    sections: Sequence[tuple[str, str]], examples: tuple[Example, ...], limit: int
) -> Static:
    """Leave out of a persona what has to give way, so that it takes `limit` tokens if it can."""
    items = [Item(name, text, _tokens(text)) for name, text in sections]
    items += map(_example, examples)
    cuts = fit(items, limit).report.cuts
    gone = Counter(cut.item.section for cut in cuts)
    kept = tuple(each for each in sections if each[0] not in gone)
    return Static(kept, examples[: len(examples) - gone["examples"]], cuts)


def fit_talk(talk: Talk, rest: Iterable[Message], limit: int) -> tuple[Talk, tuple[Cut, ...]]:
    """Leave out of a talk what has to give way, and say what that was.

    `rest` is what stands beside it and stays. Lore that fired earlier goes first.
    """
    texts = talk.lore or ("",) * (len(talk.turns) + 1)
    lore = [Item("lore", text, _taken(coming_to_mind(text)), at) for at, text in enumerate(texts)]
    items = [Item("rest", "", _taken(rest)), *map(_example, talk.examples), *lore]
    items += [_exchange("history", each.player_line, each.npc_line) for each in talk.turns]
    # What takes nothing does not have to go.
    cuts = tuple(cut for cut in fit(items, limit).report.cuts if cut.item.tokens)
    gone = Counter(cut.item.section for cut in cuts)
    cut_lore = {cut.item.priority for cut in cuts if cut.item.section == "lore"}
    first = gone["history"]
    left = Talk(
        talk.examples[: len(talk.examples) - gone["examples"]],
        talk.turns[first:],
        tuple("" if at in cut_lore else text for at, text in enumerate(texts))[first:],
    )
    return left, cuts


def _example(example: Example) -> Item:
    return _exchange("examples", example.player, example.npc)


def _exchange(section: str, player_line: str, npc_line: str) -> Item:
    return Item(section, npc_line, _tokens(speech(player_line)) + _tokens(npc_line))


def _taken(messages: Iterable[Message]) -> int:
    return sum(_tokens(each.content) for each in messages)


def _tokens(text: str) -> int:
    return MESSAGE_TOKENS + estimate_tokens(text)
