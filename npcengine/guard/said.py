"""What a character must not say, found while it is being said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from npcengine.guard.copies import Copies, Originals, letters
from npcengine.guard.folding import COLON, JOINTS, LINE, SPACE, STOP, placed, solid
from npcengine.guard.phrases import PHRASES, ROLES
from npcengine.guard.scan import Finding, Scan, Terms
from npcengine.guard.terms import Node, Violation, add_phrases, add_term

_PARTS = re.compile(r"([^ \n.\-:]+)|[ \n.\-:]+")
"""A word, or what stands between words."""
_ENDS_SPEECH = frozenset((LINE, STOP, COLON))


@dataclass(frozen=True, slots=True)
class Watch:
    """What one character must not say now. Equal ones share what is worked out from them."""

    locked: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The id of each locked secret, and the terms that would give it away."""
    banned: tuple[str, ...] = ()
    """Words and phrases, found in all their simple forms."""
    voices: tuple[str, ...] = ()
    """The names of others: the character must not speak for them."""
    private: tuple[str, ...] = ()
    """Texts of the prompt that must not be recited."""
    quotable: tuple[str, ...] = ()
    """Lines of the persona. They may be said word for word, whatever is in them."""
    canary: str = ""
    """A mark in the prompt that must never come out; constant, so that caches hold."""
    locale: str = "en"
    """The language of the terms."""


class OutputGuard:
    """Checks one reply as it comes, and holds back what may turn out to be forbidden.

    How the text is cut into parts makes no difference. No more is held back than the longest
    term with its spaces; of a recital, the first forty characters are not.
    """

    def __init__(self, watch: Watch, voices: Sequence[str] = ()) -> None:
        """Prepare for one reply. `voices` are the player's names, which no watch knows."""
        worked = _worked(watch)
        self._voices = worked.voices
        self._player = tuple(filter(None, map(letters, voices)))
        self._scan = Scan(worked.terms)
        self._copies = Copies(worked.originals)
        self._held = ""
        self._at = 0  # where the text begins that is held back
        self._speaker: str | None = ""  # the letters since a sentence began, if they may be a name
        self._speaker_at = 0
        self.violation: Violation | None = None

    def feed(self, text: str) -> tuple[str, Violation | None]:
        """Return what may be shown now, and what must not be said, once that has come up.

        After that, nothing more may be shown.
        """
        if self.violation:
            return "", self.violation
        held, self._held = self._held, self._held + text
        folded, places = placed(text, self._at + len(held))
        words: list[str] = []
        finding = self._read(folded, places, words)
        copied = self._copies.feed("".join(words))
        if copied:
            start = self._letter(held, folded, places, sum(map(len, words)), copied.back)
            finding = Finding(copied.violation, start)
        if finding:
            return self._stopped(finding)
        until = self._at + len(self._held)
        if (start_of_term := self._scan.start) is not None:
            until = start_of_term
        if self._speaker:
            until = min(until, self._speaker_at)
        if back := self._copies.held():
            until = min(until, self._letter(held, folded, places, len(folded), back))
        return self._given(until), None

    def close(self) -> tuple[str, Violation | None]:
        """End the reply: return what was held back, and what must not be said, if that ended it."""
        if self.violation is None and (finding := self._scan.close()):
            return self._stopped(finding)
        return self._given(self._at + len(self._held)), self.violation

    def _given(self, until: int) -> str:
        given, self._held = self._held[: until - self._at], self._held[until - self._at :]
        self._at = until
        return given

    def _stopped(self, finding: Finding) -> tuple[str, Violation]:
        given = self._given(max(finding.start, self._at))
        self._held = ""
        self.violation = finding.violation
        return given, finding.violation

    def _read(self, folded: str, places: Sequence[int], words: list[str]) -> Finding | None:
        """Read what came up to the first finding; note the words."""
        parts = folded.split(SPACE)
        at = place = 0
        while at < len(folded):
            skipped = 0 if COLON in folded else self._scan.skip(parts, place)
            end = at + sum(map(len, parts[place : place + (skipped or 1)])) + (skipped or 1)
            if skipped:
                words.append(solid(folded[at:end]))
                self._skipped(folded, places, at, end)
            else:
                before = self._scan.situation
                if found := self._read_part(folded, at, end, places, words):
                    return found
                self._scan.learn(parts[place], before, spaced=end <= len(folded))
            at, place = end, place + (skipped or 1)
        return None

    def _read_part(
        self, folded: str, at: int, end: int, places: Sequence[int], words: list[str]
    ) -> Finding | None:
        for part in _PARTS.finditer(folded, at, end):
            start, stop = part.span()
            if word := part[1]:
                found = self._scan.word(word, places[start:stop])
                words.append(word[: found.read] if found else word)
                if not found and self._speaker is not None:
                    self._may_be_name(word, places[start])
            else:
                joints = part[0]
                spaced = SPACE in joints or LINE in joints
                found = self._scan.between(joints, spaced=spaced) or self._spoken_for(joints)
            if found:
                return found
        return None

    def _skipped(self, folded: str, places: Sequence[int], at: int, end: int) -> None:
        """Note who may be speaking, when a part of a text without colons was not read."""
        sentence = max(folded.rfind(STOP, at, end), folded.rfind(LINE, at, end)) + 1
        if sentence:
            self._speaker = ""
        if self._speaker is not None:
            for part in _PARTS.finditer(folded, sentence or at, end):
                if word := part[1]:
                    self._may_be_name(word, places[part.start()])
                    if self._speaker is None:
                        return

    def _may_be_name(self, word: str, place: int) -> None:
        if not self._speaker:
            self._speaker_at = place
        speaker = (self._speaker or "") + word
        known = speaker in self._voices or any(name.startswith(speaker) for name in self._player)
        self._speaker = speaker if known else None

    def _spoken_for(self, joints: str) -> Finding | None:
        """Tell of a name with a colon after it; after other marks, another may begin."""
        for joint in joints:
            speaker = self._speaker
            if joint == COLON and speaker and self._is_name(speaker):
                return Finding(Violation("voice", speaker, speaker), self._speaker_at)
            if joint in _ENDS_SPEECH:
                self._speaker = ""
        return None

    def _is_name(self, speaker: str) -> bool:
        return speaker in self._player or self._voices.get(speaker, False)

    def _letter(self, held: str, folded: str, places: Sequence[int], count: int, back: int) -> int:
        """Return where the letter stands that is so many back from the last that was read."""
        new = [place for symbol, place in zip(folded, places, strict=True) if symbol not in JOINTS]
        old, at = placed(held, self._at)
        known = [place for symbol, place in zip(old, at, strict=True) if symbol not in JOINTS]
        known += new[:count]
        return known[-back] if back <= len(known) else self._at


@dataclass(frozen=True, slots=True)
class _Worked:
    """What is worked out from a watch."""

    terms: Terms
    voices: Mapping[str, bool]
    """The beginnings of names, and whether each is a whole one."""
    originals: Originals


@lru_cache(maxsize=256)
def _worked(watch: Watch) -> _Worked:
    own = Node()
    for secret, terms in watch.locked:
        for term in terms:
            add_term(own, term, Violation("leak", secret, term), watch.locale)
    for term in watch.banned:
        add_term(own, term, Violation("banned", term, term), watch.locale)
    return _Worked(
        _phrases().joined(Terms.of(own), _allowed(watch.quotable)),
        _beginnings([*ROLES.split(), *watch.voices]),
        _originals(watch.canary, watch.private, watch.quotable),
    )


@lru_cache(maxsize=1)
def _phrases() -> Terms:
    root = Node()
    for lines in PHRASES.values():
        add_phrases(root, lines)
    return Terms.of(root)


@lru_cache(maxsize=256)
def _originals(canary: str, private: tuple[str, ...], quotable: tuple[str, ...]) -> Originals:
    return Originals.of(canary, private, quotable)


def _beginnings(names: Iterable[str]) -> Mapping[str, bool]:
    # A sentence may begin after the stop of `Dr. Shen`.
    spelled = (each for name in names for each in (name, name.rpartition(".")[2]))
    whole = set(filter(None, map(letters, spelled)))
    parts = {name[:length] for name in whole for length in range(1, len(name) + 1)}
    return {part: part in whole for part in parts}


@lru_cache(maxsize=256)
def _allowed(lines: tuple[str, ...]) -> Set[Violation]:
    """Return what no character says but this one does: a robot may well be a program."""
    allowed: set[Violation] = set()
    terms = _phrases().joined(Terms.of(Node()), allowed)
    for line in lines:
        while found := _first(line, terms):
            allowed.add(found.violation)
    return frozenset(allowed)


def _first(line: str, terms: Terms) -> Finding | None:
    scan = Scan(terms)
    folded, places = placed(line, 0)
    for part in _PARTS.finditer(folded):
        if part[1]:
            found = scan.word(part[1], places[part.start() : part.end()])
        else:
            found = scan.between(part[0], spaced=SPACE in part[0] or LINE in part[0])
        if found:
            return found
    return scan.close()
