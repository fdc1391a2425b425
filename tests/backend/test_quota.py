"""What the headers of an answer say about limits, and what nonsense in them does: nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.backend.quota import Allowance, Quota, duration, read_quota

GROQ = {
    "x-ratelimit-limit-requests": "14400",
    "x-ratelimit-limit-tokens": "18000",
    "x-ratelimit-remaining-requests": "14370",
    "x-ratelimit-remaining-tokens": "17997",
    "x-ratelimit-reset-requests": "2m59.56s",
    "x-ratelimit-reset-tokens": "7.66s",
}
NAMES = [*GROQ, "x-ratelimit-limit-project-tokens", "retry-after"]
PIECES = ["0", "7", "2.5", "59", "9" * 9, "9" * 400, ".", "-", " ", "\n", "٣", "_", "1e9", "inf"]
UNITS = ["ms", "us", "µs", "ns", "h", "m", "s", "d", "x"]
hostile = st.one_of(
    st.lists(st.sampled_from(PIECES + UNITS), max_size=6).map("".join), st.text(max_size=20)
)


def test_the_headers_of_groq() -> None:
    told = read_quota(GROQ)
    assert told.requests is not None
    assert told.requests[:2] == (14400, 14370)
    assert told.requests.reset == pytest.approx(179.56)
    assert told.tokens == Allowance(18000, 17997, 7.66)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2m59.56s", 179.56),
        ("1m26.4s", 86.4),
        ("585ms", 0.585),
        ("6m0s", 360),
        ("1h0m0.5s", 3600.5),
        ("1d", 86_400),
        ("12µs", 12e-6),
        ("12\u00c2\u00b5s", 12e-6),
        ("7us", 7e-6),
        ("3ns", 3e-9),
        ("0s", 0),
        ("2", 2),
        ("2.5", 2.5),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    ["", "s", "-1s", "1 s", "1x", "1s!", "!1s", ".5s", "1e3s", "inf", "1s1", "1" * 50, "٣s"],
)
def test_what_is_no_duration(text: str) -> None:
    assert duration(text) is None


def test_each_part_stands_for_itself() -> None:
    assert read_quota({}) == Quota(None, None)
    assert read_quota({"x-ratelimit-remaining-requests": "3"}) == Quota(None, None)
    odd = GROQ | {"x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-tokens": "soon"}
    assert read_quota(odd) == Quota(None, Allowance(18000, None, 7.66))
    more = GROQ | {"x-ratelimit-remaining-tokens": "18001", "x-ratelimit-reset-tokens": "later"}
    assert read_quota(more).tokens == Allowance(18000, None, None)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, hostile)))
def test_nonsense_is_passed_over(headers: dict[str, str]) -> None:
    for told in read_quota(headers):
        if told is not None:
            assert 0 < told.limit < 10**12
            assert told.remaining is None or 0 <= told.remaining <= told.limit
            assert told.reset is None or 0 <= told.reset < 1e15
