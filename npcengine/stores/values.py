"""Values that end at a moment of the calendar, and what one is that was set back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, isnan, nan

from npcengine.errors import UsageError
from npcengine.messages import Origin

Key = tuple[Origin, str]
"""Whom a value belongs to, and its name."""


@dataclass(frozen=True, slots=True)
class Value:
    """A text, and from when until when it counts, in seconds since the epoch.

    It counts from as long before its beginning as it lasts after it. So a calendar that is set
    back a little, as time servers do, ends nothing; and one that is set back from a wrong year
    does not keep a value until that year: at most, it counts for twice its time.
    """

    text: str
    since: float
    until: float

    def at(self, now: float) -> str | None:
        """Return the text, unless its time is over."""
        return self.text if self.since <= now < self.until else None


NOTHING = Value("", 0.0, 0.0)
"""Where there is no value; it never counts."""


def fresh(text: str, now: float, until: float) -> Value:
    """Return a value that begins now.

    Raises:
        UsageError: One of them cannot be kept.
    """
    try:
        until = float(until)
    except (TypeError, ValueError, OverflowError):
        until = nan
    if isnan(until):
        raise UsageError("a value lasts until a moment in seconds since the epoch: give a number")
    try:
        text.encode()
    except (AttributeError, UnicodeEncodeError) as error:
        raise UsageError(f"a value that is not text cannot be kept: {text!r:.60}") from error
    return Value(text, now - (until - now), until)


def added(value: Value, amount: float, now: float, until: float) -> Value:
    """Return a value with an amount more, which begins at 0 if there is none that counts.

    Raises:
        UsageError: The amount is no number, or the value is not, or their sum is too large.
    """
    text = value.at(now)
    begun = fresh("0.0", now, until) if text is None else value
    stands = number(begun.text)
    try:
        total = float(stands + amount)
    except (TypeError, OverflowError):
        total = nan
    if not isfinite(total):
        raise UsageError(
            f"a counter grows by a number, to a number: from {stands} not by {amount!r:.60}"
        )
    return replace(begun, text=repr(total))


def number(text: str) -> float:
    """Return the number that a counter stands at. Raises `UsageError` if it is none."""
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"a value that was put as {text!r:.60} cannot be added to") from error
