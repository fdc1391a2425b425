"""The words of a line that say what it is about.

A language that is not listed is not worse off by much: there the rarity of a word among the
persona's own lines has to tell.
"""

from __future__ import annotations

import re

_WORDS = re.compile(r"[^\W_]+")
_WIDE = "\u2e80"
"""From here on, letters are of scripts without spaces."""

# Words that most questions have, whatever they ask about.
_COMMON = frozenset(
    """
    a about all am an and any are as at be been but by can could did do does ever for from get
    go going got had has have he her here him his how i if in is it its just know let like look
    me may might more my no not now of off on one or our out over please say see seen she should
    so some something sort such tell than that the their them then there these they thing think
    this those to too up us was way we well were what when where which who whom whose why will
    with would yes yet you your
    """.split()
)
# Longer ones first: 什么 is taken out as a whole.
_COMMON_WIDE = re.compile(
    "什么|怎么|怎样|为什么|可以|知道|觉得|认识|有没有|是不是|哪里|哪个|多少|这个|那个|我们|你们|他们"
    "|[的了吗呢吧啊呀你我他她它是在有和与也都就还很不没这那个么请问说能会要想看到去来]"
)
_GREETING = re.compile(
    r"\b(?:hello|hi|hey|greetings|howdy|well met|good (?:morning|day|afternoon|evening)"
    r"|hallo|servus|moin|guten (?:morgen|tag|abend)|grüss gott|bonjour|bonsoir|salut"
    r"|hola|buen[oa]s (?:días|tardes|noches))\b"
    r"|[你您]好|早上好|晚上好|早安|晚安|こんにちは|こんばんは|おはよう"
)
_SHORT = 24
"""A line that greets and has no more characters does little else."""


def has_words(line: str) -> bool:
    """Tell whether there is any word in `line` at all."""
    return _WORDS.search(line) is not None


def is_greeting(line: str) -> bool:
    """Tell whether `line` greets and does little else."""
    return len(line) <= _SHORT and _GREETING.search(line.casefold()) is not None


def words(line: str) -> frozenset[str]:
    """Return all words of `line`, folded; pairs of characters where there are no spaces."""
    found: set[str] = set()
    for word in _WORDS.findall(line.casefold()):
        if max(word) >= _WIDE:
            found.update(word[at : at + 2] for at in range(len(word) - 1))
        else:
            found.add(word)
    return frozenset(found)


def topics(line: str) -> frozenset[str]:
    """Return the words that say what `line` is about, folded for comparison.

    Of scripts without spaces, pairs of characters stand for words.
    """
    found: set[str] = set()
    for word in _WORDS.findall(line.casefold()):
        if max(word) >= _WIDE:
            for part in _COMMON_WIDE.split(word):
                found.update(part[at : at + 2] for at in range(len(part) - 1))
        elif word not in _COMMON and len(word) > 1:
            # The crudest stemming there is: enough to bring `swords` and `sword` together.
            found.add(word[:-1] if len(word) > 3 and word.endswith("s") else word)
    return frozenset(found)
