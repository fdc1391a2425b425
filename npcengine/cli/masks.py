"""Secrets taken out of whatever is about to be written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from npcengine.settings import Settings

SHORTEST = 4
"""Characters of what is taken out; less than that is found in every other word."""
_USER = re.compile(r"//\S*@")


def secrets_of(settings: Settings) -> Collection[str]:
    """Return the keys, and what of the base URLs could let somebody in, the longest first."""
    found = {key.get_secret_value() for key in settings.keys.values()}
    for url in _urls(settings):
        user = url.rpartition("@")[0]
        found |= {user.partition("//")[2] or user, _query(url)}
    return sorted((each for each in found if len(each) >= SHORTEST), key=len, reverse=True)


def masked(value: Any, secrets: Collection[str]) -> Any:
    """Return `value`, a text or frozen values down to their texts, without any secret."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "[hidden]")
        return _USER.sub("//[hidden]@", value)
    if isinstance(value, tuple):
        return tuple(masked(each, secrets) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        inner = {each.name: getattr(value, each.name) for each in fields(value)}
        return replace(value, **{name: masked(each, secrets) for name, each in inner.items()})
    return value


def _urls(settings: Settings) -> Iterator[str]:
    configuration = settings.configuration
    for endpoint in configuration.providers.values():
        yield endpoint.base_url or ""
    tiers = configuration.tiers
    for route in (*tiers.fast, *tiers.smart, *tiers.deep):
        _, found, rest = route.partition("@http")
        yield f"http{rest}" if found else ""


def _query(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:
        return ""
