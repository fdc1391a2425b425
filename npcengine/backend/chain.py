"""From settings to backends: which models answer for which tier, in which order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from npcengine.backend.base import Backend
from npcengine.backend.cache import Cache
from npcengine.backend.chat import ChatBackend, Endpoint
from npcengine.backend.failures import clean
from npcengine.backend.fallback import Fallback
from npcengine.backend.http import HttpClient
from npcengine.backend.models import current, profile, provider
from npcengine.backend.retry import Retry
from npcengine.clock import Clock
from npcengine.errors import InvalidSetting, MissingKey
from npcengine.hooks import AttemptFailed
from npcengine.settings import TIER_VARIABLES, Settings

DEFAULT_ROUTES: Mapping[str, str] = {
    "fast": "groq:openai/gpt-oss-20b, groq:openai/gpt-oss-120b, openai:gpt-6-luna",
    "smart": "groq:openai/gpt-oss-120b, openai:gpt-6.1-terra, openai:gpt-6-luna",
    "deep": "openai:gpt-6.1-terra, groq:openai/gpt-oss-120b",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One model to ask, and where."""

    provider: str
    model: str
    base_url: str

    @classmethod
    def parse(cls, text: str, settings: Settings) -> Route:
        """Read `PROVIDER:MODEL` or `PROVIDER:MODEL@URL`. Raises `InvalidSetting`."""
        name, _, rest = text.strip().partition(":")
        model, _, url = rest.partition("@http")
        if not name or not model or "://" in model:
            wanted = "PROVIDER:MODEL or PROVIDER:MODEL@http://HOST:PORT/v1"
            raise InvalidSetting("route", f"write {wanted}, not {clean(text)!r}")
        default = settings.base_urls.get(name, provider(name).base_url)
        base_url = (f"http{url}" if url else default).rstrip("/")
        if not _is_base_url(base_url):
            problem = f"write http://HOST or https://HOST, without a user, not {clean(base_url)!r}"
            raise InvalidSetting(f"base URL of {name}", problem)
        return cls(name, model, base_url)

    @property
    def url(self) -> str:
        """Where chat completions are taken."""
        return f"{self.base_url}{provider(self.provider).path}/chat/completions"


def _is_base_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    # A user or password in a URL would turn up wherever the URL does.
    return has_host and parts.scheme in ("http", "https") and "@" not in parts.netloc


def routes_of(tier: str, settings: Settings) -> tuple[Route, ...]:
    """Return the routes of a tier that can be used with the keys at hand.

    Raises:
        MissingKey: A route that was asked for by name has no key. Of the default ones, those
            without a key are left out.
        InvalidSetting: A route is misspelt.
    """
    asked = settings.routes.get(tier)
    found: list[Route] = []
    for text in (asked or DEFAULT_ROUTES[tier]).split(","):
        try:
            route = Route.parse(text, settings)
        except InvalidSetting as error:
            if asked:
                raise InvalidSetting(TIER_VARIABLES[tier], error.problem) from error
            raise
        variable = provider(route.provider).key
        if variable is None or variable in settings.keys:
            found.append(route)
        elif asked:
            raise MissingKey(route.provider, variable)
    return tuple(found)


class Tiers:
    """The backend of each tier that has a route, over connections that all share."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        rng: random.Random,
        on_failure: Callable[[AttemptFailed], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._rng = rng
        self._on_failure = on_failure
        self._clients: dict[str | None, HttpClient] = {}
        self._chats: dict[Route, ChatBackend] = {}
        self.routes = {tier: routes_of(tier, settings) for tier in DEFAULT_ROUTES}
        self.backends: Mapping[str, Backend] = {
            tier: self._chain(routes) for tier, routes in self.routes.items() if routes
        }

    def _chain(self, routes: tuple[Route, ...]) -> Backend:
        tries = [
            Retry(self._chat(route), self._clock, self._rng, self._on_failure) for route in routes
        ]
        return Cache(Fallback(tries, self._clock, self._on_failure), self._clock, self._rng)

    def _chat(self, route: Route) -> ChatBackend:
        if route not in self._chats:
            known = provider(route.provider)
            today = datetime.fromtimestamp(self._clock.wall(), UTC).date()
            model = profile(route.provider, current(route.provider, route.model, today))
            headers = self._settings.openai_headers if route.provider == "openai" else {}
            endpoint = Endpoint(
                route.url,
                self._settings.keys.get(known.key) if known.key else None,
                tuple((name.encode(), value.encode()) for name, value in headers.items()),
            )
            self._chats[route] = ChatBackend(model, endpoint, self._client(route), self._clock)
        return self._chats[route]

    def _client(self, route: Route) -> HttpClient:
        proxy = self._settings.proxy_for(route.base_url)
        return self._clients.setdefault(proxy, HttpClient(proxy=proxy))

    async def warm(self) -> None:
        """Connect to the first route of each tier ahead of the first request."""
        first = [self.routes[tier][0] for tier in self.backends]
        by_host = {route.base_url: self._chats[route] for route in first}
        await asyncio.gather(*[backend.warm() for backend in by_host.values()])

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()
