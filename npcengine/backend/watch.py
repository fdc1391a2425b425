"""Tell whoever listens of every call of a model."""

from __future__ import annotations

import asyncio
from functools import partial

from npcengine.backend.base import Backend, ChatStream
from npcengine.backend.models import Profile
from npcengine.clock import Clock
from npcengine.errors import BackendError
from npcengine.hooks import AttemptEnded, Hook
from npcengine.messages import ChatRequest, Completion


class Watch:
    """A `Backend` that tells how each call of another one ended; there only if somebody listens."""

    def __init__(
        self,
        inner: Backend,
        clock: Clock,
        tell: Hook,
        profile: Profile | None = None,
        server: str = "",
    ) -> None:
        """Watch `inner`, the model of `profile` at a `server`, as `api.groq.com:443`."""
        self._inner = inner
        self._clock = clock
        self._tell = tell
        self._provider = profile.provider if profile else ""
        self._model = profile.model if profile else ""
        self._server = server

    async def open(self, request: ChatRequest) -> ChatStream:
        """Open the inner backend."""
        asked = self._clock.now()
        try:
            stream = await self._inner.open(request)
        except BackendError as error:
            self._ended(request, asked, error=error)
            raise
        except asyncio.CancelledError:
            self._ended(request, asked)
            raise
        stream.on_end(partial(self._ended, request, asked))
        return stream

    async def aclose(self) -> None:
        """Close the inner backend."""
        await self._inner.aclose()

    def _ended(
        self,
        request: ChatRequest,
        asked: float,
        said: Completion | None = None,
        error: BackendError | None = None,
    ) -> None:
        if said is not None and said.cached:
            return  # a backend of the game's own has said it again, without a call
        source = said or error
        self._tell(
            AttemptEnded(
                request.origin,
                request.lane,
                self._provider or (source.provider if source else ""),
                self._model or (source.model if source else ""),
                self._server,
                request.stream,
                self._clock.now() - asked,
                said,
                error,
            )
        )
