"""The language of a card, guessed from its script, and its words for the player."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_SCRIPTS: Mapping[str, str] = MappingProxyType(
    {
        "CJK": "zh",
        "HIRAGANA": "ja",
        "KATAKANA": "ja",
        "HANGUL": "ko",
        "CYRILLIC": "ru",
        "GREEK": "el",
        "HEBREW": "he",
        "ARABIC": "ar",
        "THAI": "th",
    }
)
_MARKUP = re.compile(r"\{\{[^{}]*\}\}|<\w+>")
_LOOKED_AT = 4000
_JAPANESE_FROM = 0.05
"""So much kana is in no Chinese text."""


class Words(NamedTuple):
    """What a card calls the player."""

    you: str
    player: str


_ENGLISH = Words("you", "the player")
_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "zh": Words("你", "玩家"),
        "ja": Words("あなた", "プレイヤー"),
        "ko": Words("당신", "플레이어"),
        "ru": Words("игрок", "игрок"),
    }
)


def guess(text: str) -> str:
    """Return the code of a language whose script the text is in; `en` for all Latin ones."""
    letters = [each for each in _MARKUP.sub("", text[:_LOOKED_AT]) if each.isalpha()]
    scripts = Counter(unicodedata.name(each, "?").split(" ")[0] for each in letters)
    if not scripts:
        return "en"
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > _JAPANESE_FROM * len(letters):
        return "ja"
    (most, _), *_ = scripts.most_common(1)
    return _SCRIPTS.get(most.split("-")[0], "en")


def words(locale: str) -> Words:
    """Return the words for the player in a language; the English ones where none are known."""
    return _WORDS.get(locale, _ENGLISH)
