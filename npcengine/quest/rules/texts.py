"""What a quest says: whether it is whole, and agrees with what there is to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from npcengine.content.yaml_tree import Loc
from npcengine.guard.said import OutputGuard, Watch
from npcengine.quest.model import Quest, TextPack
from npcengine.quest.rules.rule import Case, Found, Rule
from npcengine.quest.tokens import ALWAYS, TOKEN, tokens_for, tokens_in
from npcengine.reply.characters import UNSEEN
from npcengine.spelling import did_you_mean

FIELDS = ("title", "offer", "accept", "decline", "remind", "fail")
"""Fields of a pack that are one text each."""
GROUPS = ("thanks", "objectives")
"""Fields of a pack that are a text for each of several ids."""

_SEEN_BY_NOBODY = re.compile(f"[{UNSEEN}]")
_REMAINS = re.compile(
    r"```|\*\*|__|`|</?[a-zA-Z][^<>\n]{0,80}>|^\s{0,3}#{1,6} |^\s{0,3}[*+-] |^\s{0,3}>"
    r"|\[/?\w{1,20}\]|\]\(|\\[nrt\"]|\"\s{0,3}:\s{0,3}[\"\[{\d]|\"\s{0,3}[,}\]]\s{0,3}$",
    re.MULTILINE,
)
_BRACES = re.compile(r"[{}]")


def texts_of(quest: Quest) -> Iterator[tuple[Loc, str]]:
    """Give every text of a quest, in every language; some are empty."""
    for locale, pack in quest.texts.items():
        for place, text in _in_pack(pack).items():
            yield ("texts", locale, *place), text


def _in_pack(pack: TextPack) -> Mapping[tuple[str, ...], str]:
    texts: dict[tuple[str, ...], str] = {(name,): getattr(pack, name) for name in FIELDS}
    for group in GROUPS:
        texts |= {(group, id): text for id, text in getattr(pack, group).items()}
    return texts


def _empty(case: Case) -> Iterator[Found]:
    for loc, text in texts_of(case.quest):
        if not text.strip() and (loc[-1] in ("title", "offer") or loc[2] in GROUPS):
            yield Found(loc, "there is no text here", "write what is said, or take the field out")


def _unknown_token(case: Case) -> Iterator[Found]:
    quest = case.quest
    own = {each.id: tokens_for(quest, each) for each in quest.objectives}
    everywhere = tokens_for(quest)
    for loc, text in texts_of(quest):
        is_own = loc[2] == "objectives" and len(loc) == 4
        known = own.get(str(loc[3]), everywhere) if is_own else everywhere
        for token in tokens_in(text):
            if token not in known:
                hint = did_you_mean(token, known) or "write a role, or a parameter as {find.count}"
                yield Found(loc, f"nothing is called {{{token}}} here", hint)


def _unlike(case: Case) -> Iterator[Found]:
    packs = list(case.quest.texts.items())
    known = {name for each in case.quest.objectives for name in tokens_for(case.quest, each)}
    for locale, pack in packs[1:]:
        first, texts, other = packs[0][0], _in_pack(packs[0][1]), _in_pack(pack)
        for place in dict.fromkeys((*texts, *other)):
            here, there = other.get(place, ""), texts.get(place, "")
            loc = ("texts", locale, *place)
            if bool(here.strip()) is not bool(there.strip()):
                if not _is_told_empty(place, other if there.strip() else texts):
                    has, lacks = (locale, first) if here.strip() else (first, locale)
                    message = f"{has!r} has a text here, and {lacks!r} does not"
                    yield Found(loc, message, "write it in both languages, or in neither")
                continue
            differ = sorted((_told_by(here, place) ^ _told_by(there, place)) & known)
            if differ:
                message = f"{first!r} and {locale!r} differ in {{{'}, {'.join(differ)}}}"
                yield Found(loc, message, "use the same names in braces in every language")


def _told_by(text: str, place: tuple[str, ...]) -> set[str]:
    """Return what a text tells by its tokens: of an objective all of it, elsewhere how many."""
    tokens = set(tokens_in(text)) - ALWAYS
    if place[0] == "objectives":
        return tokens
    return {token for token in tokens if token.rpartition(".")[2] == "count"}


def _is_told_empty(place: tuple[str, ...], texts: Mapping[tuple[str, ...], str]) -> bool:
    """Tell whether a text that is empty is a finding by itself."""
    return place in texts and (place[0] in ("title", "offer") or place[0] in GROUPS)


def _remains(case: Case) -> Iterator[Found]:
    for loc, text in texts_of(case.quest):
        plain = TOKEN.sub("", text)
        found = _REMAINS.search(plain) or _BRACES.search(plain)
        if found:
            message = f"{found[0]!r:.40} is markup or data, and players would read it"
            yield Found(loc, message, "write plain text")


def _leaked(case: Case) -> Iterator[Found]:
    for loc, text in texts_of(case.quest):
        guard = OutputGuard(Watch())
        guard.feed(text)
        guard.close()
        if guard.violation is not None:
            message = f"{guard.violation.about!r:.60} is nothing that a character says"
            yield Found(loc, message, "write what the giver would say")


def _unseen(case: Case) -> Iterator[Found]:
    for loc, text in texts_of(case.quest):
        found = _SEEN_BY_NOBODY.search(text)
        if found:
            message = f"character {found.start() + 1} is U+{ord(found[0]):04X}, which nobody sees"
            yield Found(loc, message, "take it out")


def texts(title: str, offer: str, more: str = "", locale: str = "en") -> str:
    """Write the texts of an example in one language."""
    return f"  {locale}:\n    title: {title}\n    offer: {offer}\n{more}"


_TITLE, _OFFER = "A cold supper", "Bring me {count} herrings, will you?"
_DE = texts("Ein kaltes Mahl", "Bring mir {count} Heringe, ja?", locale="de")
_EN = texts(_TITLE, _OFFER)

PROSE = (
    Rule(
        "QST161",
        "A text that is empty",
        "Every language has a title and what the giver says to offer the quest; and whatever else "
        "is there has words in it.",
        _empty,
        f"texts:\n{texts(_TITLE, repr(''))}",
        f"texts:\n{_EN}",
    ),
    Rule(
        "QST166",
        "What is left of markup or data",
        "Marks of Markdown, HTML or JSON stand where players read plain text; a model wrote them, "
        "or they were pasted.",
        _remains,
        f"texts:\n{texts(repr('**A cold supper**'), _OFFER)}",
        f"texts:\n{_EN}",
    ),
    Rule(
        "QST167",
        "What no character says",
        "A phrase of an assistant, of a prompt or of a game's own messages stands in what the "
        "giver says.",
        _leaked,
        f"texts:\n{texts(_TITLE, 'As an AI, I need {count} herrings.')}",
        f"texts:\n{_EN}",
    ),
    Rule(
        "QST168",
        "Characters that nobody sees",
        "Control characters and marks of direction can turn text around, hide words, and break "
        "terminals.",
        _unseen,
        f"texts:\n{texts(_TITLE, chr(34) + chr(92) + 'u202eBring me {count} herrings.' + chr(34))}",
        f"texts:\n{_EN}",
    ),
)
TOKENS = (
    Rule(
        "QST162",
        "A word in braces that stands for nothing",
        "`{giver}`, `{home}`, `{player}`, the roles, and the parameters of objectives, as "
        "`{find.count}`, can stand in any text. In the text of an objective, `{count}` is its own; "
        "and elsewhere, if it is the same in all objectives. Anything else would be read out with "
        "its braces.",
        _unknown_token,
        f"texts:\n{texts(_TITLE, 'Bring me {number} herrings, will you?')}",
        f"texts:\n{_EN}",
    ),
    Rule(
        "QST163",
        "Languages that say different things",
        "What the journal says of an objective names the same in every language, and every other "
        "text the same numbers, so that every player is told as much. A text that one language has "
        "the others have too.",
        _unlike,
        f"texts:\n{_EN}{_DE.replace('{count} ', 'drei ')}".replace("drei", "ein paar"),
        f"texts:\n{_EN}{_DE}",
    ),
)
