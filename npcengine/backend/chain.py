"""From settings to backends: which models answer for which tier, in which order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from npcengine.backend.base import Backend
from npcengine.backend.breaker import Breaker
from npcengine.backend.cache import Cache
from npcengine.backend.chat import ChatBackend, Endpoint
from npcengine.backend.embeddings import Embeddings
from npcengine.backend.failures import clean
from npcengine.backend.fallback import Fallback
from npcengine.backend.hedge import Candidate
from npcengine.backend.http import HttpClient
from npcengine.backend.latency import Stopwatch
from npcengine.backend.limits import Limiter
from npcengine.backend.listing import Listed, find_model, list_models
from npcengine.backend.meter import Meter, Spending
from npcengine.backend.models import current, profile, provider
from npcengine.backend.pace import Pace
from npcengine.backend.watch import Watch
from npcengine.clock import Clock
from npcengine.configuration import Limits
from npcengine.content.yaml_tree import dotted
from npcengine.errors import InvalidSetting, MissingKey
from npcengine.hooks import Hook
from npcengine.settings import Settings

DEFAULT_ROUTES: Mapping[str, tuple[str, ...]] = {
    "fast": ("groq:openai/gpt-oss-20b", "groq:openai/gpt-oss-120b", "openai:gpt-6-luna"),
    "smart": ("groq:openai/gpt-oss-120b", "openai:gpt-6.1-terra", "openai:gpt-6-luna"),
    "deep": ("openai:gpt-6.1-terra", "groq:openai/gpt-oss-120b"),
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
        public = provider(name).base_url
        base_url = (f"http{url}" if url else settings.base_url(name) or public).rstrip("/")
        if not _is_base_url(base_url):
            problem = f"write http://HOST or https://HOST, without a user, not {clean(base_url)!r}"
            where = "route" if url else settings.where(f"providers.{name}.base_url")
            raise InvalidSetting(where, problem)
        return cls(name, model, base_url)

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"

    @property
    def server(self) -> str:
        """The host and port of its base URL, as `api.groq.com:443`."""
        parts = urlsplit(self.base_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return f"{parts.hostname}:{port}"

    @property
    def url(self) -> str:
        """Where chat completions are taken."""
        return f"{self.base_url}{provider(self.provider).path}/chat/completions"

    @property
    def models_url(self) -> str:
        """Where the provider lists its models."""
        return f"{self.base_url}{provider(self.provider).path}/models"

    @property
    def embeddings_url(self) -> str:
        """Where texts become vectors."""
        return f"{self.base_url}{provider(self.provider).path}/embeddings"


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
    asked = settings.routes(tier)
    found: list[Route] = []
    for place, text in enumerate(asked or DEFAULT_ROUTES[tier]):
        try:
            route = Route.parse(text, settings)
        except InvalidSetting as error:
            if error.name != "route":
                raise
            where = settings.where(f"tiers.{tier}[{place}]")
            raise InvalidSetting(where, error.problem) from error
        variable = provider(route.provider).key
        if variable is None or variable in settings.keys:
            found.append(route)
        elif asked:
            raise MissingKey(route.provider, variable)
    return tuple(found)


def check_providers(settings: Settings) -> None:
    """Raise `InvalidSetting` when `npcengine.yaml` sets up a provider that is not known."""
    for name in settings.configuration.providers:
        try:
            provider(name)
        except InvalidSetting as error:
            where = settings.where(dotted(("providers", name)))
            raise InvalidSetting(where, error.problem) from error


class Connections:
    """The way to each route, over connections that all share."""

    def __init__(self, settings: Settings, clock: Clock, tell: Hook | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._tell = tell
        self.pace = Pace(settings.configuration.deadlines.per_pass)
        self._clients: dict[str | None, HttpClient] = {}
        self._chats: dict[Route, ChatBackend] = {}
        self.spending = Spending()
        self._timed: dict[Route, Stopwatch] = {}
        self._limiters: dict[Route, Limiter] = {}
        self._embeddings: dict[Route, Embeddings] = {}

    def chat(self, route: Route) -> ChatBackend:
        """Return the backend of a route, always the same one. Raises `InvalidSetting`."""
        route = self._served(route)
        if route not in self._chats:
            model = profile(route.provider, route.model)
            endpoint = self._endpoint(route, route.url)
            self._chats[route] = ChatBackend(model, endpoint, self._client(route), self._clock)
        return self._chats[route]

    def timed(self, route: Route) -> Stopwatch:
        """Return that backend with its costs counted and its time measured."""
        route = self._served(route)
        if route not in self._timed:
            chat = self.chat(route)
            meter = Meter(self._watched(chat, route), self.spending, chat.profile)
            self._timed[route] = Stopwatch(meter, self._clock)
        return self._timed[route]

    def limited(self, route: Route) -> Limiter:
        """Return that backend within the limits of its key, for all who share them."""
        route = self._served(route)
        if route not in self._limiters:
            chat = self.chat(route)
            watch, limits = self.timed(route), self._limits(route)
            limiter = Limiter(watch, chat.profile, limits, self._clock, self._tell)
            chat.on_head = limiter.saw
            self._limiters[route] = limiter
        return self._limiters[route]

    def _limits(self, route: Route) -> Limits:
        endpoint = self._settings.configuration.providers.get(route.provider)
        return endpoint.limits if endpoint is not None else Limits()

    def _watched(self, chat: ChatBackend, route: Route) -> Backend:
        if self._tell is None:
            return chat
        return Watch(chat, self._clock, self._tell, chat.profile, route.server)

    def _served(self, route: Route) -> Route:
        today = datetime.fromtimestamp(self._clock.wall(), UTC).date()
        return replace(route, model=current(route.provider, route.model, today))

    async def models(self, route: Route, deadline: float) -> Mapping[str, Listed]:
        """Return what a route's provider lists, in one try: no failure is to go unseen.

        Raises `BackendError` and `InvalidSetting`.
        """
        endpoint, client = self._endpoint(route, route.models_url), self._client(route)
        return await list_models(route.provider, endpoint, client, self._clock, deadline, 1)

    async def model(self, route: Route, deadline: float) -> Listed:
        """Return what a route's provider says of its model. Raises what `models` raises."""
        endpoint, client = self._endpoint(route, route.models_url), self._client(route)
        name, clock = route.provider, self._clock
        return await find_model(name, endpoint, client, clock, deadline, route.model)

    def embeddings(self, route: Route) -> Embeddings:
        """Return what makes vectors of texts, always the same: its limits are shared.

        Raises `InvalidSetting` where nothing makes any.
        """
        if route not in self._embeddings:
            endpoint, client = self._endpoint(route, route.embeddings_url), self._client(route)
            limits, where = self._limits(route), (route.provider, route.model)
            made = Embeddings(*where, endpoint, client, self._clock, self.spending, limits)
            self._embeddings[route] = made
        return self._embeddings[route]

    def _endpoint(self, route: Route, url: str) -> Endpoint:
        known = provider(route.provider)
        headers = self._settings.openai_headers if route.provider == "openai" else {}
        return Endpoint(
            url,
            self._settings.keys.get(known.key) if known.key else None,
            tuple((name.encode(), value.encode()) for name, value in headers.items()),
        )

    def _client(self, route: Route) -> HttpClient:
        proxy = self._settings.proxy_for(route.base_url)
        return self._clients.setdefault(proxy, HttpClient(proxy=proxy, pace=self.pace))

    async def aclose(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()


class Tiers:
    """The backend of each tier that has a route, over connections that all share."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        rng: random.Random,
        tell: Hook,
        *,
        listened: bool = False,
    ) -> None:
        """Tell what is worth a line in the log; where it is `listened` to, all that happens."""
        self._settings = settings
        self._clock = clock
        self._rng = rng
        self._tell = tell
        self._candidates: dict[Stopwatch, Candidate] = {}
        self._connections = Connections(settings, clock, tell if listened else None)
        self.spending = self._connections.spending
        self.pace = self._connections.pace
        check_providers(settings)
        self.routes = {tier: routes_of(tier, settings) for tier in DEFAULT_ROUTES}
        self.backends: Mapping[str, Backend] = {
            tier: self._chain(routes) for tier, routes in self.routes.items() if routes
        }

    def _chain(self, routes: tuple[Route, ...]) -> Backend:
        candidates = list(dict.fromkeys(self._candidate(route) for route in routes))
        chain = Fallback(candidates, self._clock, self._rng, self._tell)
        requests = self._settings.configuration.cache.requests
        return Cache(chain, self._clock, self._rng, requests)

    def _candidate(self, route: Route) -> Candidate:
        """Return a route with what is known of it, the same for every tier."""
        limiter, watch = self._connections.limited(route), self._connections.timed(route)
        if watch not in self._candidates:
            model = self._connections.chat(route).profile.model
            breaker = Breaker(limiter, self._clock, route.provider, model, self._tell)
            self._candidates[watch] = Candidate(route.provider, model, breaker, watch)
        return self._candidates[watch]

    def forget(self) -> None:
        """Forget every reply that is kept to be said again."""
        for backend in self.backends.values():
            if isinstance(backend, Cache):
                backend.clear()

    async def warm(self) -> None:
        """Connect to each provider ahead of the first request, and before its help is needed."""
        routes = [route for tier in self.backends for route in self.routes[tier]]
        by_host = {route.base_url: self._connections.chat(route) for route in routes}
        await asyncio.gather(*[backend.warm() for backend in by_host.values()])

    async def aclose(self) -> None:
        """Give up what is under way, and close every connection."""
        for backend in self.backends.values():
            await backend.aclose()
        await self._connections.aclose()
