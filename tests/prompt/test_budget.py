"""Estimates of tokens, held against what a tokenizer counts."""

from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from npcengine.prompt.budget import estimate_tokens

GOOD = 0.15
COUNTED = yaml.safe_load((Path(__file__).parent / "token_counts.yaml").read_text("utf-8"))
HELD_OUT: dict[str, list[dict[str, Any]]] = COUNTED["held_out"]


@pytest.mark.parametrize("language", HELD_OUT)
def test_estimates_are_good_to_15_percent_on_texts_they_were_not_fitted_to(language: str) -> None:
    counted = [entry["tokens"] for entry in HELD_OUT[language]]
    estimated = [estimate_tokens(entry["text"]) for entry in HELD_OUT[language]]
    assert sum(estimated) == pytest.approx(sum(counted), rel=GOOD)
    off = [abs(one - other) / other for one, other in zip(estimated, counted, strict=True)]
    assert fmean(off) < GOOD
    assert sum(each <= GOOD for each in off) >= 2 / 3 * len(off)
    assert max(off) < 0.25


@pytest.mark.parametrize("language", HELD_OUT)
def test_the_counts_are_of_two_halves_that_share_no_text(language: str) -> None:
    fitted, held_out = (
        {entry["text"] for entry in COUNTED[half][language]} for half in ("fitted", "held_out")
    )
    assert not fitted & held_out
    assert len(held_out) >= 3


def test_indented_text_is_not_counted_by_its_spaces() -> None:
    assert estimate_tokens("if met:\n" + " " * 16 + "greet()") < 12


@given(st.text())
def test_every_text_has_an_estimate_and_only_an_empty_one_is_free(text: str) -> None:
    assert bool(estimate_tokens(text)) == bool(text)


def test_half_a_character_counts_as_well() -> None:
    assert estimate_tokens("Stay \ud83d") > estimate_tokens("Stay")
