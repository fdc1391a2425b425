"""Whether what a model wrote about a quest agrees with the quest."""

from __future__ import annotations

import re
from collections.abc import Mapping

from npcengine.dialogue.guarding import watch_of
from npcengine.guard.heard import printable
from npcengine.guard.said import OutputGuard
from npcengine.persona.model import Persona
from npcengine.persona.opened import opened
from npcengine.quest.mentions import is_meant
from npcengine.quest.model import Quest
from npcengine.quest.planning.surroundings import Surroundings
from npcengine.quest.telling.names import name_of
from npcengine.quest.tokens import TOKEN, tokens_for, tokens_in
from npcengine.turns import Fact
from npcengine.world.model import Kind, World
from npcengine.world.state import State

LEAST_NAME = 4
"""Names with fewer letters are not looked for in a text: too many are other words too."""

_BRACES = re.compile(r"[{}<>\[\]|`*_#\\]")
_NUMBER = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")


def agreed(
    text: str,
    quest: Quest,
    state: State,
    locale: str,
    facts: Mapping[str, Fact],
    giver: Persona | None,
) -> str | None:
    """Return a model's text with tokens for names and numbers; None where it cannot be used.

    It cannot when it names something else of the world of the kinds that play a part, a number
    that the quest has not, or a token that there is not; when it has markup; or when the giver
    must not say it, as the guard of the dialogue has it.
    """
    text = _SPACE.sub(" ", printable(text)).strip().strip('"“”')
    if not text or (giver is not None and _forbidden(text, giver, facts)):
        return None
    names = names_of(quest, state.world, locale)
    for name in sorted(names, key=len, reverse=True):
        # Somebody called Will is not meant by "I will pay".
        is_person = state.kind(quest.roles.get(names[name], quest.giver)) == "person"
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", 0 if is_person else re.I)
        text = pattern.sub(_token(names[name]), text)
    if not set(tokens_for(quest)).issuperset(tokens_in(text)):
        return None
    counts = _counts(quest)
    prose = TOKEN.sub(" ", text)
    if _BRACES.search(prose) or not counts.issuperset(_NUMBER.findall(prose)):
        return None
    if _names_others(prose, quest, state, locale):
        return None
    return _NUMBER.sub("{count}", text)


def _counts(quest: Quest) -> set[str]:
    """Return the number that `{count}` stands for, where it is the same all over the quest."""
    if "count" not in tokens_for(quest):
        return set()
    return {str(each.using["count"]) for each in quest.objectives if "count" in each.using}


def names_of(quest: Quest, world: World, locale: str) -> Mapping[str, str]:
    """Return what the parts of a quest are called in a language, and the token for each."""
    names = {name_of(world, id, locale): role for role, id in quest.roles.items()}
    return {**names, name_of(world, quest.giver, locale): "giver"}


def _token(role: str) -> str:
    return f"{{{role}}}"


def _forbidden(text: str, giver: Persona, facts: Mapping[str, Fact]) -> bool:
    guard = OutputGuard(watch_of(opened(giver, facts), ()))
    return any(guard.feed(part)[1] is not None for part in (text, "\n"))


def _names_others(prose: str, quest: Quest, state: State, locale: str) -> bool:
    """Tell whether a text names something near that could play a part, and does not."""
    words = _WORD.findall(prose.casefold())
    kinds: set[Kind] = {"person"}
    kinds |= {kind for kind in map(state.kind, quest.roles.values()) if kind is not None}
    own = {quest.giver, *quest.named()}
    home = next(iter(state.places(quest.giver)), "")
    near = Surroundings.of(state, home, quest.difficulty).ids
    others = (id for kind in kinds for id in near.get(kind, ()) if id not in own)
    said = f" {' '.join(words)} "
    named = ((id, name_of(state.world, id, locale)) for id in others)
    return any(
        f" {folded} " in said and is_meant(name, id, state.index, prose)
        for id, name in named
        if len(folded := " ".join(_WORD.findall(name.casefold()))) >= LEAST_NAME
    )
