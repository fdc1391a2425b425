"""Whether a route works: what its provider lists, and one small real call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from npcengine.backend.chain import Connections, Route
from npcengine.backend.listing import Listed
from npcengine.clock import Clock
from npcengine.errors import BackendError, DeadlineExceeded, InvalidSetting, Unreachable
from npcengine.messages import ChatRequest, Completion, Message, Origin, Prefix, Waits

SECONDS = 5.0
"""For the list of models, and as many again for the call."""
MAX_TOKENS = 16

_ASKED = ChatRequest(
    prefix=Prefix.of([Message("system", "You keep a shop in a game. Answer in one word.")]),
    tail=(Message("user", "Good morning."),),
    origin=Origin("doctor", "doctor", "doctor"),
    deadline=0.0,
    max_tokens=MAX_TOKENS,
    lane="background",
    waits=Waits(connect=SECONDS, first=SECONDS, between=SECONDS),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of asking one route, once and without a second try."""

    models: Mapping[str, Listed] | None = None
    """What its provider lists; None when that could not be read."""
    no_models: BackendError | None = None
    """Why it could not be read."""
    completion: Completion | None = None
    """The whole answer to the call; None when it failed or broke off."""
    error: BackendError | None = None
    """Why it did."""


async def probe(route: Route, connections: Connections, clock: Clock) -> Probe:
    """Read the list of models of a route's provider, then have its model say a word.

    The call goes over the connection that the list has opened, as most calls of a game do.
    """
    try:
        found = Probe(models=await connections.models(route, clock.now() + SECONDS))
    except InvalidSetting as error:  # the proxy
        return Probe(error=Unreachable(str(error)))
    except Unreachable as error:
        return Probe(no_models=error, error=error)
    except BackendError as error:
        found = Probe(no_models=error)
    request = replace(_ASKED, deadline=clock.now() + SECONDS)
    try:
        async with await connections.chat(route).open(request) as stream:
            async for _ in stream:
                pass
    except BackendError as error:
        return replace(found, error=error)
    broken = _broken(stream.completion)
    return replace(found, error=broken, completion=None if broken else stream.completion)


def _broken(completion: Completion) -> BackendError | None:
    if completion.finish == "deadline":
        return DeadlineExceeded("the answer did not end in time")
    return completion.error if isinstance(completion.error, BackendError) else None
