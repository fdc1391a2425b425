"""Asks a model for the texts of a quest, in the place of whoever hands it out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from npcengine.backend.base import Backend
from npcengine.clock import Clock
from npcengine.errors import BackendError
from npcengine.hooks import logger
from npcengine.messages import AnswerFormat, ChatRequest, Lane, Message, Origin, Sampling, Waits
from npcengine.persona.model import Persona
from npcengine.prompt.build import static_prefix


@dataclass(frozen=True, slots=True)
class Writer:
    """One giver's pen: a backend, and until when it may be asked."""

    backend: Backend
    persona: Persona
    origin: Origin
    deadline: float
    """On the engine's clock."""
    waits: Waits
    lane: Lane
    clock: Clock
    began: float
    """When the quest was wanted, on the engine's clock."""

    @property
    def name(self) -> str:
        """What the giver is called."""
        return self.persona.name

    def may_ask_again(self) -> bool:
        """Return whether as much time is left as has passed."""
        now = self.clock.now()
        return now + (now - self.began) < self.deadline

    async def answer(
        self, messages: tuple[Message, ...], most: int, answer: AnswerFormat
    ) -> str | None:
        """Return a whole answer, at most so many tokens; None where no model gave one in time."""
        request = self._request(messages, most, answer)
        try:
            async with await self.backend.open(request) as stream:
                async for _ in stream:
                    pass
                return stream.completion.text
        except BackendError as error:
            logger.info("quest of %s: told without a model: %s", self.origin.npc, error)
            return None

    async def stream(self, messages: tuple[Message, ...], most: int) -> AsyncIterator[str]:
        """Give what was written so far, each time that a line is whole."""
        text, lines = "", 0
        try:
            async with await self.backend.open(self._request(messages, most, None)) as stream:
                async for piece in stream:
                    text += piece
                    if text.count("\n") > lines:
                        lines = text.count("\n")
                        yield text
        except BackendError as error:
            logger.info("quest of %s: told without a model: %s", self.origin.npc, error)
        if text and not text.endswith("\n"):
            yield text + "\n"

    def _request(
        self, messages: tuple[Message, ...], most: int, answer: AnswerFormat | None
    ) -> ChatRequest:
        model = self.persona.model
        return ChatRequest(
            prefix=static_prefix(self.persona),
            tail=messages,
            origin=self.origin,
            deadline=self.deadline,
            max_tokens=most,
            sampling=Sampling(model.temperature, model.top_p),
            stream=answer is None,
            lane=self.lane,
            waits=self.waits,
            answer=answer,
        )
