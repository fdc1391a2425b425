"""What is known of providers and models: `models.toml`, read into one small type."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from npcengine.errors import InvalidSetting
from npcengine.messages import Usage
from npcengine.persona.model import Tier
from npcengine.spelling import nearest

logger = logging.getLogger("npcengine")

Structured = Literal["schema", "object", "none"]

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
    structured: Structured = "none"
    """How far the model can be held to a JSON object: to its schema, to being one, not at all."""
    folds_scene: bool = False
    """True where only the first message may be a `system` one."""
    requests_window: float | None = None
    """Seconds for which its headers count requests; None where they tell no limits."""
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
        near = nearest(name, _tables())
        hint = f" Did you mean {near!r}?" if near else ""
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
        structured=merged.get("structured", "none"),
        folds_scene=merged.get("folds_scene", False),
        requests_window=merged.get("requests_window"),
        price=Price(**price) if price else None,
        ends=merged.get("ends"),
    )


def embedding_price(provider_name: str, model: str) -> float | None:
    """Return US dollars per million tokens; None where the model's price is not known.

    Raises `InvalidSetting` for a provider that makes no embeddings, as far as is known.
    """
    known = _tables()[provider_name].get("embeddings")
    if known is None:
        instead = "use openai:text-embedding-3-small, or openai:MODEL@URL for a server of your own"
        raise InvalidSetting("route", f"{provider_name} has no embeddings: {instead}")
    price: float | None = known.get(model)
    return price


def current(provider_name: str, model: str, today: date) -> str:
    """Return the id to use for `model`, warning once when it is not served or about to be so."""
    served = _served(provider_name, model)
    ends = profile(provider_name, served).ends
    if ends is not None and (ends - today).days <= NOTICE_DAYS:
        _warn_once(f"{provider_name}: {served} is shut down on {ends}; choose another model")
    return served


def profile_of(route: str) -> Profile:
    """Return the profile of `PROVIDER:MODEL`, or of the model that answers in its place.

    Raises `InvalidSetting` when the provider is not known.
    """
    name, _, rest = route.partition(":")
    model = rest.partition("@http")[0]
    return profile(provider(name).name, _served(name, model))


def choose_tier(realtime: bool, quality: bool) -> Tier:
    """Return the tier for a kind of work: whether a player waits, and whether it must be good."""
    if not realtime:
        return "deep"
    return "smart" if quality else "fast"


def _served(provider_name: str, model: str) -> str:
    alias = _tables()[provider_name].get("aliases", {}).get(model)
    if alias is None:
        return model
    _warn_once(f"{provider_name} does not serve {model} (any more): {alias} answers in its place")
    return str(alias)


@cache
def _warn_once(message: str) -> None:
    logger.warning(message)
