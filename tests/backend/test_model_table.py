"""models.toml: what is known of providers and models fits together."""

import logging
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from npcengine.backend import models
from npcengine.backend.chain import DEFAULT_ROUTES
from npcengine.backend.models import (
    Price,
    choose_tier,
    current,
    profile,
    profile_of,
    provider,
    provider_names,
)
from npcengine.errors import InvalidSetting
from npcengine.messages import Usage

TABLES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(models.__file__).with_name("models.toml").read_text("utf-8")
)
MODELS = [(name, model) for name, table in TABLES.items() for model in table.get("models", ())]
ALIASES = [
    (name, retired, alias)
    for name, table in TABLES.items()
    for retired, alias in table.get("aliases", {}).items()
]
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def nothing_warned_yet() -> Iterator[None]:
    models._warn_once.cache_clear()
    yield
    models._warn_once.cache_clear()


@pytest.mark.parametrize("name", TABLES)
def test_every_provider_says_where_it_is_and_which_key_it_wants(name: str) -> None:
    known = provider(name)
    assert known.base_url.startswith("https://" if known.key else "http://localhost:")
    assert not known.base_url.endswith("/")
    assert known.path == "" or known.path.startswith("/")
    assert name in provider_names()


def test_a_provider_that_is_not_known_is_an_error_that_lists_those_that_are() -> None:
    with pytest.raises(InvalidSetting, match=r"Did you mean 'groq'. Known: groq, openai"):
        provider("grok")


@pytest.mark.parametrize(("name", "model"), [*MODELS, *((name, "unlisted") for name in TABLES)])
def test_every_model_has_a_whole_row(name: str, model: str) -> None:
    row = profile(name, model)
    assert (row.provider, row.model) == (name, model)
    assert row.cap in ("max_tokens", "max_completion_tokens")
    optional = {"temperature", "top_p", "stop", "stream_options", "user", "safety_identifier"}
    optional.add("include_obfuscation")
    assert row.accepts <= optional
    assert "stream_options" in row.accepts
    assert not row.accepts & row.always.keys()
    assert row.headroom >= 0
    assert row.structured in ("schema", "object", "none")
    # Reasoning that is left on needs room under the limit, or nothing is left for the words.
    reasons = row.always.get("reasoning_effort", "none") != "none"
    assert (row.headroom >= 256) == reasons


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_a_row_has_no_misspelt_column(name: str, model: str) -> None:
    columns = {"price", "ends", "cap", "headroom", "least_temperature", "accepts", "always"}
    columns.add("structured")
    assert TABLES[name]["models"][model].keys() <= columns


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_every_listed_model_has_a_price_that_makes_sense(name: str, model: str) -> None:
    price = profile(name, model).price
    assert price is not None
    assert 0 < price.cached <= price.input <= price.output


def test_a_model_that_is_not_listed_has_no_price_but_a_local_one_is_free() -> None:
    assert profile("openai", "gpt-99").price is None
    local = profile("ollama", "gemma").price
    assert local is not None
    assert local.of(Usage(900, 80)) == 0.0


def test_a_price_counts_cached_tokens_at_their_own_rate() -> None:
    price = Price(input=1.0, cached=0.1, output=5.0)
    usage = Usage(prompt=1_000_000, completion=200_000, cached=400_000, reasoning=100_000)
    assert price.of(usage) == pytest.approx(0.6 + 0.04 + 1.0)


@pytest.mark.parametrize("name", ["llamacpp", "ollama", "vllm", "lmstudio"])
def test_servers_of_ones_own_need_no_key_and_get_the_scene_folded(name: str) -> None:
    assert provider(name).key is None
    assert profile(name, "anything").folds_scene


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_hosted_models_get_the_scene_as_it_is(name: str, model: str) -> None:
    assert not profile(name, model).folds_scene


@pytest.mark.parametrize(("name", "retired", "alias"), ALIASES)
def test_a_retired_id_leads_to_a_listed_model_that_lives_on(
    name: str, retired: str, alias: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert alias in TABLES[name]["models"]
    assert retired not in TABLES[name]["models"]
    assert TABLES[name]["models"][alias].get("ends") is None
    assert current(name, retired, TODAY) == alias
    assert current(name, retired, TODAY) == alias
    said = f"{name} does not serve {retired} (any more): {alias} answers in its place"
    assert caplog.messages == [said]
    assert caplog.records[0].levelno == logging.WARNING
    assert caplog.records[0].name == "npcengine"


# What games were written for before, and where it may still be asked for by its old name.
NAMES = [
    *(
        ("groq", name)
        for name in ("gpt-3.5-turbo", "gpt-4", "gpt-4-turbo", "gpt-4o", "gpt-4o-mini")
    ),
    *(("openai", name) for name in ("gpt-3.5-turbo", "gpt-4", "gpt-4-turbo")),
    *(
        (provider, name)
        for provider in ("groq", "openai")
        for name in (
            "llama-3.1-8b-instant",
            "llama-3.1-70b-versatile",
            "mixtral-8x7b-32768",
            "gemma-7b-it",
        )
    ),
]


@pytest.mark.parametrize(("name", "model"), NAMES)
def test_the_names_of_other_vendors_and_of_yesterday_lead_somewhere(name: str, model: str) -> None:
    assert current(name, model, TODAY) in TABLES[name]["models"]
    assert profile_of(f"{name}:{model}").price is not None


@pytest.mark.parametrize("model", ["gpt-4", "llama-3.1-8b-instant"])
def test_a_server_of_ones_own_names_its_models_itself(model: str) -> None:
    assert current("vllm", model, TODAY) == model


@pytest.mark.parametrize(
    ("realtime", "quality", "tier"),
    [
        (True, False, "fast"),
        (True, True, "smart"),
        (False, False, "deep"),
        (False, True, "deep"),
    ],
)
def test_who_waits_and_how_good_it_must_be_decide_about_the_tier(
    realtime: bool, quality: bool, tier: str
) -> None:
    assert choose_tier(realtime, quality) == tier


@pytest.mark.parametrize(
    ("today", "warned"),
    [
        (date(2026, 10, 11), False),
        (date(2026, 10, 12), True),
        (date(2026, 12, 11), True),
        (date(2027, 3, 1), True),
    ],
)
def test_a_model_that_is_shut_down_soon_is_warned_about_once(
    today: date, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    assert profile("openai", "gpt-5-nano").ends == date(2026, 12, 11)
    for _ in range(2):
        assert current("openai", "gpt-5-nano", today) == "gpt-5-nano"
    said = "openai: gpt-5-nano is shut down on 2026-12-11; choose another model"
    assert caplog.messages == [said] * warned


@pytest.mark.parametrize("model", ["openai/gpt-oss-20b", "something-of-tomorrow"])
def test_a_model_that_stays_is_not_warned_about(
    model: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert current("groq", model, TODAY) == model
    assert caplog.messages == []


@pytest.mark.parametrize("tier", ["fast", "smart", "deep"])
def test_the_default_routes_exist_and_stay(tier: str) -> None:
    routes = [route.partition(":") for route in DEFAULT_ROUTES[tier]]
    assert len(routes) >= 2
    for name, _, model in routes:
        assert model in TABLES[name]["models"]
        assert TABLES[name]["models"][model].get("ends") is None
    assert {name for name, _, _ in routes} == {"groq", "openai"}
