"""What is known of providers and models: `models.toml`, read into one small type."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from npcengine.errors import InvalidSetting
from npcengine.messages import Usage

logger = logging.getLogger("npcengine")

_LONGEST_NAME = 64
NOTICE_DAYS = 60
"""So many days before a model's shut-down its use is warned about."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    input: float
    cached: float
    output: float

    def of(self, usage: Usage) -> float:
        """Return what `usage` costs, in US dollars."""
        fresh = usage.prompt - usage.cached
        spent = fresh * self.input + usage.cached * self.cached + usage.completion * self.output
        return spent / 1_000_000


@dataclass(frozen=True, slots=True)
class Profile:
    """How to speak to one model of one provider."""

    provider: str
    model: str
    cap: str
    """The name of the parameter that limits the answer's tokens."""
    headroom: int
    """Tokens added to that limit, for a model whose reasoning counts inside it."""
    least_temperature: float
    accepts: frozenset[str]
    """Optional parameters that may be sent; any other is left out."""
    always: Mapping[str, Any]
    """Parameters sent with every request."""
    folds_scene: bool = False
    """True where only the first message may be a `system` one."""
    price: Price | None = None
    """None when it is not known."""
    ends: date | None = None
    """The day on which the provider shuts the model down, where announced."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An endpoint that speaks the chat completions API."""

    name: str
    base_url: str
    path: str
    """What stands between the base URL and `/chat/completions`."""
    key: str | None
    """The environment variable of its key; None where none is needed."""


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("models.toml").read_text(encoding="utf-8"))


def provider_names() -> tuple[str, ...]:
    """Return every provider that is known by name."""
    return tuple(_tables())


def provider(name: str) -> Provider:
    """Return a provider by name. Raises `InvalidSetting` when it is not known."""
    table = _tables().get(name)
    if table is None:
        near = get_close_matches(name.lower(), _tables(), 1) if len(name) < _LONGEST_NAME else []
        hint = f" Did you mean {near[0]!r}?" if near else ""
        known = ", ".join(_tables())
        problem = f"no provider is called {name!r:.80}.{hint} Known: {known}."
        raise InvalidSetting("route", problem)
    return Provider(name, table["base_url"], table["path"], table.get("key"))


def profile(provider_name: str, model: str) -> Profile:
    """Return how to speak to `model`; one that is not listed gets its provider's defaults."""
    table = _tables()[provider_name]
    known = table.get("models", {}).get(model, {})
    merged = {**table, **known}
    price = merged.get("price")
    return Profile(
        provider=provider_name,
        model=model,
        cap=merged["cap"],
        headroom=merged["headroom"],
        least_temperature=merged["least_temperature"],
        accepts=frozenset(merged["accepts"]),
        always=MappingProxyType(merged["always"]),
        folds_scene=merged.get("folds_scene", False),
        price=Price(**price) if price else None,
        ends=merged.get("ends"),
    )


def current(provider_name: str, model: str, today: date) -> str:
    """Return the id to use for `model`, warning once when it is retired or about to be."""
    alias = _tables()[provider_name].get("aliases", {}).get(model)
    if alias is not None:
        _warn_once(f"{provider_name}: {model} is retired; {alias} answers in its place")
        return str(alias)
    ends = profile(provider_name, model).ends
    if ends is not None and (ends - today).days <= NOTICE_DAYS:
        _warn_once(f"{provider_name}: {model} is shut down on {ends}; choose another model")
    return model


@cache
def _warn_once(message: str) -> None:
    logger.warning(message)
