"""Hostile lines and innocent ones, all of them: the rates that `tests.guard.rates` prints."""

from __future__ import annotations

from tests.guard.corpora import handled, read, untouched
from tests.guard.rates import rate


def test_both_files_have_their_lines() -> None:
    for name in ("hostile.txt", "benign.txt"):
        lines = [each.line for each in read(name)]
        assert len(lines) == len(set(lines)) >= 150


def test_hostile_lines_are_handled() -> None:
    share, others = rate("hostile.txt", handled)
    assert share >= 0.95, others


def test_innocent_lines_pass() -> None:
    share, others = rate("benign.txt", untouched)
    assert share >= 0.99, others
