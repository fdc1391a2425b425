"""Quantiles of the time to first content, against exact ones."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.backend.latency import ALIVE, BUCKETS, DEAD, HALF_LIFE, LOWEST, STEP, Latency

SECONDS = st.floats(min_value=LOWEST, max_value=90.0)
MANY = st.lists(SECONDS, min_size=40, max_size=400)
ROUNDING = 1 + 1e-6


def latency_of(samples: Sequence[float]) -> Latency:
    latency = Latency()
    for seconds in samples:
        latency.add(seconds)
    return latency


def exact(samples: Sequence[float], share: float) -> float:
    """The least sample up to which lie `share` of the weights, where old ones weigh less."""
    weighted = sorted(
        (seconds, 2 ** ((number - len(samples)) / HALF_LIFE))
        for number, seconds in enumerate(samples)
    )
    wanted, reached = share * math.fsum(weight for _, weight in weighted), 0.0
    for seconds, weight in weighted:
        reached += weight
        if reached >= wanted * (1 - 1e-9):
            return seconds
    raise AssertionError("the weights add up to their sum")


@given(MANY, st.sampled_from([0.05, 0.5, 0.75, 0.95]))
def test_a_quantile_is_the_exact_one_or_little_more(samples: list[float], share: float) -> None:
    found = latency_of(samples).quantile(share)
    assert found is not None
    assert exact(samples, share) / ROUNDING <= found <= exact(samples, share) * STEP * ROUNDING


@given(MANY, SECONDS, st.sampled_from([0.05, 0.5, 0.75, 0.95]))
def test_a_try_that_was_given_up_lowers_no_quantile(
    samples: list[float], given_up: float, share: float
) -> None:
    latency = latency_of(samples)
    before = latency.quantile(share) or 0.0
    latency.add_at_least(given_up)
    assert (latency.quantile(share) or 0.0) * ROUNDING >= before


def test_players_who_leave_early_make_a_route_look_no_faster() -> None:
    rng, latency, whole = random.Random(7), Latency(), Latency()
    for _ in range(2000):
        seconds, patience = rng.lognormvariate(-2.0, 0.5), rng.uniform(0.0, 0.5)
        whole.add(seconds)
        if seconds <= patience:
            latency.add(seconds)
        else:
            latency.add_at_least(patience)
    for share in (0.5, 0.95):
        found, right = latency.quantile(share), whole.quantile(share)
        assert found is not None
        assert right is not None
        assert right / STEP**3 <= found <= right * STEP**3


def test_a_route_that_never_answers_is_as_slow_as_it_was_waited_for() -> None:
    latency = Latency()
    for _ in range(40):
        latency.add_at_least(0.3)
    assert 0.3 <= (latency.quantile(0.5) or 0.0) <= 0.3 * STEP


def test_it_takes_enough_samples() -> None:
    latency = Latency()
    known = []
    for number in range(1, 61):
        latency.add(0.05)
        known.append((latency.dead is not None, latency.slow is not None, number))
    assert next(number for dead, _, number in known if dead) == 4
    assert next(number for _, slow, number in known if slow) == 40


def test_a_route_is_dead_after_four_times_its_usual_time() -> None:
    assert latency_of([0.01] * 40).dead == ALIVE
    dead = latency_of([0.1] * 40).dead
    assert dead is not None
    assert DEAD * 0.1 <= dead <= DEAD * 0.1 * STEP


@pytest.mark.parametrize("silent", [2, 10, 40])
def test_silence_does_not_make_slowness_look_usual(silent: int) -> None:
    rng, latency = random.Random(7), Latency()
    for number in range(1000):
        if number % 100 < silent:
            latency.add_at_least(0.5)
        else:
            latency.add(rng.uniform(0.05, 0.1))
    assert 0.095 <= (latency.slow or 0.0) <= 0.1 * STEP


def test_what_was_is_forgotten() -> None:
    latency = latency_of([0.05] * 5000)
    for _ in range(2 * HALF_LIFE):
        latency.add(0.4)
    assert 0.4 <= (latency.quantile(0.5) or 0.0) <= 0.4 * STEP


@given(st.lists(st.floats(min_value=0.0, allow_nan=False, allow_infinity=False), min_size=4))
def test_any_time_goes_in(samples: list[float]) -> None:
    latency = latency_of(samples)
    latency.add_at_least(samples[0])
    assert LOWEST <= (latency.quantile(0.5) or 0.0) <= LOWEST * STEP**BUCKETS


def test_a_long_life_costs_no_memory_and_no_precision() -> None:
    latency = latency_of([0.05])
    for number in range(50_000):
        latency.add(0.05 if number % 10 else 0.2)
    assert len(latency._buckets) == BUCKETS
    assert (latency.quantile(0.5) or 0.0) <= 0.05 * STEP
    assert 0.2 <= (latency.quantile(0.95) or 0.0) <= 0.2 * STEP
