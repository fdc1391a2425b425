"""The endings that a word may have, language by language, as far as names and nouns need them."""

from __future__ import annotations

from functools import lru_cache

from npcengine.guard.folding import fold

Shape = tuple[str, frozenset[str]]
"""The letters that a word begins with, and what may follow them."""

BARE = frozenset({""})
_SHORTEST = 3
"""Letters of the shortest word that is inflected."""

_CYRILLIC = "а я о е ы и у ю ой ей ом ем ам ям ами ями ах ях ов ев ий ого его ому ему ую ые ых ым"
# What a word may gain as it stands.
_GAINED = {
    "en": "s es d ed ing", "de": "s es e en n er ern em ens", "nl": "s en n e",
    "fr": "s x e es", "es": "s es", "pt": "s es", "it": "", "pl": "a u em owi y i ami ach om e",
    "sv": "s en er et n r ar or", "da": "s en er et n r", "no": "s en er et n r a",
    "ru": _CYRILLIC, "uk": _CYRILLIC,
}  # fmt: skip
# What its last letters may turn into.
_TURNED = {
    "en": {"y": "ies ied", "e": "ing"},
    "fr": {"al": "aux"},
    "es": {"o": "a os as", "a": "o os as", "z": "ces"},
    "pt": {"o": "a os as", "a": "o os as", "m": "ns", "l": "is"},
    "it": {"o": "a i e", "a": "e o i", "e": "i a"},
    "pl": {"a": "y e o u i", "o": "a u em", "e": "a u"},
    "ru": dict.fromkeys("аяоеыийь", _CYRILLIC),
    "uk": dict.fromkeys("аяоеиіїйь", _CYRILLIC),
}


def shapes(word: str, locale: str) -> list[Shape]:
    """Return the shapes of a folded word in a language; English is taken for one not known."""
    if len(word) < _SHORTEST or not word.isalpha():
        return [(word, BARE)]
    language = locale.lower().partition("-")[0]
    gained = _GAINED.get(language, _GAINED["en"])
    turned = _TURNED.get(language, {})
    return [
        (word, _folded(gained) | BARE),
        *(
            (word[: -len(last)], _folded(endings))
            for last, endings in turned.items()
            if word.endswith(fold(last))
        ),
    ]


@lru_cache(maxsize=64)
def _folded(endings: str) -> frozenset[str]:
    return frozenset(fold(endings).split())
