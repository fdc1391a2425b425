"""What the surroundings say: the only reader of environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from pydantic import SecretStr

from npcengine.errors import InvalidSetting

KEY_VARIABLES = ("GROQ_API_KEY", "OPENAI_API_KEY")
TIER_VARIABLES = {"fast": "NPCENGINE_FAST", "smart": "NPCENGINE_SMART", "deep": "NPCENGINE_DEEP"}
BASE_URL_VARIABLES = {"groq": "GROQ_BASE_URL", "openai": "OPENAI_BASE_URL"}
OPENAI_HEADERS = {"OPENAI_ORG_ID": "openai-organization", "OPENAI_PROJECT_ID": "openai-project"}
PROXY_VARIABLES = ("https_proxy", "http_proxy", "all_proxy")


@dataclass(frozen=True)
class Settings:
    """The settings of one engine. Its repr shows no keys, and no proxies with their passwords."""

    keys: Mapping[str, SecretStr] = field(default_factory=dict)
    """By the name of their variable."""
    base_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By provider, where they differ from the provider's own."""
    routes: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By tier, where they differ from the default: `groq:MODEL, openai:MODEL@URL`."""
    openai_headers: Mapping[str, str] = field(default_factory=dict)
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By scheme, as `https`; `no` lists the hosts that are reached directly."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `environ`, by default that of the process.

        Variables of the vendors have the meaning that the vendors' own clients give them:
        `GROQ_BASE_URL` ends before `/openai/v1`, `OPENAI_BASE_URL` includes `/v1`. An empty
        variable counts as unset.

        Raises:
            InvalidSetting: A key or an id has a character in it that no header can carry.
        """
        source = os.environ if environ is None else environ
        env = {name: value.strip() for name, value in source.items() if value.strip()}
        lower = {name.lower(): value for name, value in env.items()}
        for name in (*KEY_VARIABLES, *OPENAI_HEADERS):
            if not env.get(name, "").isprintable():
                raise InvalidSetting(name, "it has a line break or the like inside; copy it again")
        proxies = {
            name.removesuffix("_proxy"): value if "://" in value else f"http://{value}"
            for name in PROXY_VARIABLES
            if (value := lower.get(name))
        }
        if "no_proxy" in lower:
            proxies["no"] = lower["no_proxy"]
        return cls(
            keys=MappingProxyType({v: SecretStr(env[v]) for v in KEY_VARIABLES if v in env}),
            base_urls={p: env[v] for p, v in BASE_URL_VARIABLES.items() if v in env},
            routes={tier: env[v] for tier, v in TIER_VARIABLES.items() if v in env},
            openai_headers={h: env[v] for v, h in OPENAI_HEADERS.items() if v in env},
            proxies=MappingProxyType(proxies),
        )

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
