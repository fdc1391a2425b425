"""What the surroundings say: the environment, over `npcengine.yaml`, over the defaults."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from npcengine.configuration import FILE, MEMORY, Configuration, read_configuration
from npcengine.content.fields import first_problem
from npcengine.content.yaml_tree import Loc, Tree, dotted
from npcengine.errors import InvalidSetting

KEY_VARIABLES = ("GROQ_API_KEY", "OPENAI_API_KEY")
FILE_VARIABLE = "NPCENGINE_CONFIG"
VARIABLES: Mapping[str, Loc] = {
    "NPCENGINE_PERSONAS": ("personas",),
    "NPCENGINE_WORLD": ("world",),
    "NPCENGINE_STORE": ("store",),
    "NPCENGINE_DEADLINE": ("deadlines", "player", "whole"),
    "NPCENGINE_FAST": ("tiers", "fast"),
    "NPCENGINE_SMART": ("tiers", "smart"),
    "NPCENGINE_DEEP": ("tiers", "deep"),
    "GROQ_BASE_URL": ("providers", "groq", "base_url"),
    "OPENAI_BASE_URL": ("providers", "openai", "base_url"),
}
"""The variables that stand for a field of `npcengine.yaml`."""
OPENAI_HEADERS = {"OPENAI_ORG_ID": "openai-organization", "OPENAI_PROJECT_ID": "openai-project"}
PATHS = ("personas", "world", "strategies", "store")
"""The fields that are paths. One may begin with `~`, the user's own folder."""
PROXY_VARIABLES = ("https_proxy", "http_proxy", "all_proxy")

DEFAULT = "default"


class Setting(NamedTuple):
    """One setting that is in force, and who set it."""

    name: str
    """As in `npcengine.yaml`: `deadlines.thinking`."""
    value: object
    origin: str
    """A variable, `npcengine.yaml:7` or `default`."""


@dataclass(frozen=True)
class Settings:
    """The settings of one engine. Its repr shows no keys, and no proxies with their passwords."""

    configuration: Configuration = field(default_factory=Configuration, repr=False)
    """What `npcengine.yaml` says, where no variable says otherwise; paths are absolute."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Who set a setting, by its name; the others have their defaults."""
    keys: Mapping[str, SecretStr] = field(default_factory=dict)
    """By the name of their variable."""
    openai_headers: Mapping[str, str] = field(default_factory=dict)
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By scheme, as `https`; `no` lists the hosts that are reached directly."""

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, file: str | os.PathLike[str] | None = None
    ) -> Settings:
        """Read `environ`, by default that of the process, and the configuration file.

        That is `file`, or the one that `NPCENGINE_CONFIG` names, or `npcengine.yaml` in the
        current directory if it is there. Variables of the vendors have the meaning that the
        vendors' own clients give them: `GROQ_BASE_URL` ends before `/openai/v1`,
        `OPENAI_BASE_URL` includes `/v1`. An empty variable counts as unset.

        Raises:
            ContentError: The file has a mistake, or is not there although it was named.
            InvalidSetting: A variable cannot be understood.
        """
        source = os.environ if environ is None else environ
        env = {name: value.strip() for name, value in source.items() if value.strip()}
        for name in (*KEY_VARIABLES, *OPENAI_HEADERS):
            if not env.get(name, "").isprintable():
                raise InvalidSetting(name, "it has a line break or the like inside; copy it again")
        configuration, origins = _configuration(env, _file(env, file))
        return cls(
            configuration=configuration,
            origins=MappingProxyType(origins),
            keys=MappingProxyType({v: SecretStr(env[v]) for v in KEY_VARIABLES if v in env}),
            openai_headers={h: env[v] for v, h in OPENAI_HEADERS.items() if v in env},
            proxies=MappingProxyType(_proxies(env)),
        )

    @property
    def personas(self) -> Path | None:
        """Where the personas are, if that is set."""
        path = self.configuration.personas
        return Path(path) if path else None

    @property
    def store(self) -> str | None:
        """The file of the store, or `memory`, if one is set."""
        return self.configuration.store or None

    def base_url(self, provider: str) -> str | None:
        """Return where a provider is reached, where that is not its public address."""
        endpoint = self.configuration.providers.get(provider)
        return endpoint.base_url or None if endpoint else None

    def routes(self, tier: str) -> tuple[str, ...]:
        """Return the routes that were asked for by name, as they were written."""
        routes: tuple[str, ...] = getattr(self.configuration.tiers, tier)
        return routes

    def where(self, name: str) -> str:
        """Return what an error calls a setting: its variable, or its place in the file."""
        origin = self.origins.get(name) or self.origins.get(name.partition("[")[0], name)
        return origin if origin in VARIABLES or origin == name else f"{origin}: {name}"

    def listed(self) -> Iterator[Setting]:
        """Give every setting of `npcengine.yaml` that is in force."""
        for loc, value in _leaves(self.configuration.model_dump(), ()):
            name = dotted(loc)
            yield Setting(name, value, self.origins.get(name, DEFAULT))

    def proxy_for(self, url: str) -> str | None:
        """Return the proxy for requests to `url`, or None where it is reached directly.

        Raises:
            InvalidSetting: The proxy there does not speak HTTP.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host == "localhost" or host.startswith("127.") or host == "::1":
            return None
        for entry in self.proxies.get("no", "").lower().split(","):
            direct = entry.strip().removeprefix(".")
            if direct and (direct in ("*", host) or host.endswith(f".{direct}")):
                return None
        proxy = self.proxies.get(parts.scheme) or self.proxies.get("all")
        if proxy and not proxy.lower().startswith(("http://", "https://")):
            scheme = proxy.partition("://")[0]
            raise InvalidSetting(
                "proxy", f"it is http:// or https://, not {scheme}://; see NO_PROXY"
            )
        return proxy


def _file(env: Mapping[str, str], file: str | os.PathLike[str] | None) -> Path | None:
    named = file or env.get(FILE_VARIABLE)
    if named:
        return Path(named)
    usual = Path(FILE)
    return usual if usual.exists() else None


def _configuration(
    env: Mapping[str, str], path: Path | None
) -> tuple[Configuration, dict[str, str]]:
    """Lay the environment over the file; return that, and who set what."""
    data: dict[str, Any] = {}
    origins: dict[str, str] = {}
    if path is not None:
        tree = read_configuration(path)
        data = _from_folder(tree.data, path.absolute().parent)
        origins = _origins(tree)
    for variable, loc in VARIABLES.items():
        if variable in env:
            name = dotted(loc)
            data = _with(data, loc, _value(variable, env[variable]))
            # Entries of a list that stands in the file are not in force any more.
            origins = {each: o for each, o in origins.items() if not each.startswith(f"{name}[")}
            origins[name] = variable
    try:
        return Configuration.model_validate(data), origins
    except ValidationError as error:  # the file alone was in order
        wrong, problem = first_problem(error, Configuration)
        variable = next(v for v, loc in VARIABLES.items() if wrong[: len(loc)] == loc)
        raise InvalidSetting(variable, problem) from error


def _value(variable: str, text: str) -> object:
    if VARIABLES[variable][0] == "tiers":
        return tuple(route.strip() for route in text.split(","))
    if VARIABLES[variable][0] in PATHS:
        return from_home(text)
    if VARIABLES[variable][0] != "deadlines":
        return text
    try:
        return float(text)
    except ValueError as error:
        raise InvalidSetting(variable, f"write a number of seconds, not {text!r:.40}") from error


def from_home(path: str) -> str:
    """Return a path with the user's own folder in place of the `~` that it begins with."""
    return os.path.expanduser(path)  # noqa: PTH111 - `Path` makes `memory` of `./memory`


def _with(data: Mapping[str, Any], loc: Loc, value: object) -> dict[str, Any]:
    """Return nested data with one more value, which takes the place of what stood there."""
    first, *rest = loc
    inner = _with(data.get(str(first), {}), tuple(rest), value) if rest else value
    return {**data, str(first): inner}


def _from_folder(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    paths = {
        name: str(folder / from_home(data[name]))
        for name in PATHS
        if name in data and (name, data[name]) != ("store", MEMORY)
    }
    return {**data, **paths}


def _origins(tree: Tree) -> dict[str, str]:
    name = Path(tree.source.path).name
    return {
        dotted(loc): f"{name}:{tree.source.place(spot.key)[0]}" for loc, spot in tree.spots.items()
    }


def _proxies(env: Mapping[str, str]) -> dict[str, str]:
    lower = {name.lower(): value for name, value in env.items()}
    proxies = {
        name.removesuffix("_proxy"): value if "://" in value else f"http://{value}"
        for name in PROXY_VARIABLES
        if (value := lower.get(name))
    }
    if "no_proxy" in lower:
        proxies["no"] = lower["no_proxy"]
    return proxies


def _leaves(value: object, loc: Loc) -> Iterator[tuple[Loc, object]]:
    if isinstance(value, Mapping) and (value or len(loc) == 0):
        for name, inner in value.items():
            yield from _leaves(inner, (*loc, name))
    else:
        yield loc, value
