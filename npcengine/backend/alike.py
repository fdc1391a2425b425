"""Events of a stream that differ in their text alone: read without parsing each as JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic_core import from_json

TRIES = 3
"""How many events of a stream are learned from; of some providers, no two are alike."""

_CONTENT = re.compile(rb'"content":[ ]?"((?:[^"\\]|\\.)*)"')


class Alike:
    """Knows what stands around the text of an event, and finds it in those that come after.

    An event that begins and ends as one that was parsed, with the inside of a JSON string between,
    is that one with another text.
    """

    def __init__(self) -> None:
        self._before = self._after = b""
        self._tries = TRIES

    def learn(self, event: bytes) -> None:
        """Note what is around the text of `event`, which was parsed and brings text alone."""
        if not self._tries:
            return
        self._tries -= 1
        found = list(_CONTENT.finditer(event))
        if len(found) == 1:
            start, end = found[0].span(1)
            self._before, self._after = event[:start], event[end:]

    def texts(self, events: Sequence[bytes], at: int) -> list[str]:
        """Return the texts of the `events` from `at` on, as many as are like the known one.

        The event after those has to be parsed.
        """
        before, after = self._before, self._after
        if not before:
            return []
        start, end = len(before), -len(after)
        inner: list[bytes] = []
        for event in events[at:]:
            if not (event.startswith(before) and event.endswith(after, start)):
                break
            inner.append(event[start:end])
        if not inner:
            return []
        try:
            # No string of JSON has a line end in it, so each of these stands for itself.
            texts: list[str] = from_json(b'["%b"]' % b'",\n"'.join(inner))
        except ValueError:
            texts = []
        if len(texts) != len(inner):
            self._before = b""  # from here on each is parsed
            return []
        return texts
