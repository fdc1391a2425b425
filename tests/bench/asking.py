"""What every client asks, where, and what it is to the process that measures it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, Protocol

from npcengine import NPCEngine
from npcengine.backend.models import profile
from npcengine.backend.wire import encode_request
from npcengine.messages import ChatRequest
from npcengine.stores.inmemory import InMemoryStore
from npcengine.testing.scripted import ScriptedBackend
from tests.bench.canned import MODEL
from tests.bench.turn_cost import LINE, SCENE, SMITH, remember

KEY = "gsk_a_key_of_no_account"
PATIENCE = 4.0
"""Seconds after which a call is given up: what a player's turn may take."""
LONG = 60.0
"""The same for the answers that last."""


class Client(Protocol):
    """One library, set up as a game would."""

    async def prepare(self, turns: int) -> None:
        """Do what is no part of so many turns."""

    async def turn(self, *, streamed: bool) -> float | None:
        """Take a turn; return the seconds to its first content, None without any answer.

        A client that does not look at its answers returns 0.
        """

    async def aclose(self) -> None:
        """Close the connections."""


class Place(NamedTuple):
    """Whom to ask: a server's URL, and what it is to do there and at the spare route."""

    url: str
    rhythm: str
    spare: str = "steady"

    @property
    def first(self) -> str:
        return f"{self.url}/{self.rhythm}/openai/v1"

    @property
    def second(self) -> str:
        return f"{self.url}/{self.spare}/v1"

    @property
    def patience(self) -> float:
        """Seconds after which a call is given up."""
        return LONG if self.rhythm == "lasting" else PATIENCE


async def asked() -> ChatRequest:
    """Return what the engine asks in a turn after nine others."""
    backend, store = ScriptedBackend(), InMemoryStore()
    await remember(store, "0")
    async with NPCEngine(personas=[SMITH], backends={"fast": backend}, store=store) as engine:
        await engine.say("smith", LINE, player="0", scene=SCENE)
    return backend.requests[0]


async def body_of_a_turn() -> dict[str, Any]:
    """Return what is sent for it, without whether it is to be streamed."""
    encoded = encode_request(await asked(), profile("groq", MODEL))
    return {name: value for name, value in json.loads(encoded).items() if name != "stream"}
