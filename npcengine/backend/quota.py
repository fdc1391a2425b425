"""What a provider allows, as the headers of its answers say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_LONGEST = 40
_PARTS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|us|\u00b5s|\u00c2\u00b5s|ns|h|m|s|d)")
_BARE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_UNITS: Mapping[str, float] = {
    "ns": 1e-9,
    "us": 1e-6,
    "\u00b5s": 1e-6,
    "\u00c2\u00b5s": 1e-6,  # UTF-8, read as headers are
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
}


class Allowance(NamedTuple):
    """One limit; what makes no sense is None."""

    limit: int
    remaining: int | None = None
    reset: float | None = None
    """Seconds until all of it may be used again, if nobody uses any."""


class Quota(NamedTuple):
    """The limits that an answer tells."""

    requests: Allowance | None = None
    tokens: Allowance | None = None


def read_quota(headers: Mapping[str, str]) -> Quota:
    """Read the headers of an answer, whose names are in lower case. Never fails."""
    return Quota(_allowance(headers, "requests"), _allowance(headers, "tokens"))


def _allowance(headers: Mapping[str, str], kind: str) -> Allowance | None:
    limit = _number(headers.get("x-ratelimit-limit-" + kind, ""))
    if not limit:
        return None
    remaining = _number(headers.get("x-ratelimit-remaining-" + kind, ""))
    if remaining is not None and remaining > limit:
        remaining = None
    return Allowance(limit, remaining, duration(headers.get("x-ratelimit-reset-" + kind, "")))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 12 else None


def duration(text: str) -> float | None:
    """Return the seconds of a duration as Go writes it, `2m59.56s`, or of a bare number."""
    if len(text) > _LONGEST:
        return None
    if _BARE.fullmatch(text):
        return float(text)
    seconds, size = 0.0, 0
    for number, unit in _PARTS.findall(text):
        seconds += float(number) * _UNITS[unit]
        size += len(number) + len(unit)
    return seconds if size and size == len(text) else None
