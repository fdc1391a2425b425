"""The libraries of the field, used as their documentation shows.

Each is loaded only in the process that measures it, for none of them has to be installed.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from npcengine.messages import Message
from tests.bench.asking import KEY, Place, asked, body_of_a_turn
from tests.bench.canned import MODEL


class Sdk:
    """The client of a vendor: openai's, or groq's, which has the same face."""

    def __init__(self, client: Any, body: dict[str, Any]) -> None:
        self._client = client
        self._create = client.chat.completions.create
        self._wanted = {
            "model": MODEL,
            "messages": body["messages"],
            "max_completion_tokens": body["max_completion_tokens"],
        }

    @classmethod
    async def openai(cls, place: Place) -> Sdk:
        made = importlib.import_module("openai").AsyncOpenAI
        client = made(api_key=KEY, base_url=place.first, timeout=place.patience)
        return cls(client, await body_of_a_turn())

    @classmethod
    async def groq(cls, place: Place) -> Sdk:
        made = importlib.import_module("groq").AsyncGroq
        url = place.first.removesuffix("/openai/v1")
        client = made(api_key=KEY, base_url=url, timeout=place.patience)
        return cls(client, await body_of_a_turn())

    async def prepare(self, turns: int) -> None:
        pass

    async def turn(self, *, streamed: bool) -> float | None:
        if streamed:
            return await first_content(lambda: self._create(**self._wanted, stream=True))
        answer = await self._create(**self._wanted)
        return 0.0 if answer.choices[0].message.content else None

    async def aclose(self) -> None:
        await self._client.close()


class LiteLLM:
    """Its router, with a second deployment to fall back to."""

    def __init__(self, router: Any, body: dict[str, Any]) -> None:
        self._router = router
        self._wanted = {
            "model": "fast",
            "messages": body["messages"],
            "max_completion_tokens": body["max_completion_tokens"],
        }

    @classmethod
    async def made(cls, place: Place) -> LiteLLM:
        router = importlib.import_module("litellm").Router(
            model_list=[
                {
                    "model_name": name,
                    "litellm_params": {"model": f"openai/{MODEL}", "api_base": url, "api_key": KEY},
                }
                for name, url in (("fast", place.first), ("spare", place.second))
            ],
            fallbacks=[{"fast": ["spare"]}],
            timeout=place.patience,
        )
        return cls(router, await body_of_a_turn())

    async def prepare(self, turns: int) -> None:
        pass

    async def turn(self, *, streamed: bool) -> float | None:
        if streamed:
            ask = self._router.acompletion
            return await first_content(lambda: ask(**self._wanted, stream=True))
        answer = await self._router.acompletion(**self._wanted)
        return 0.0 if answer.choices[0].message.content else None

    async def aclose(self) -> None:
        self._router.reset()


class PydanticAI:
    """An agent that is given what was said before."""

    def __init__(self, agent: Any, line: str, history: list[Any], client: Any) -> None:
        self._agent = agent
        self._line = line
        self._history = history
        self._client = client

    @classmethod
    async def made(cls, place: Place) -> PydanticAI:
        sdk = importlib.import_module("openai").AsyncOpenAI
        client = sdk(api_key=KEY, base_url=place.first, timeout=place.patience)
        provider = importlib.import_module("pydantic_ai.providers.openai").OpenAIProvider
        chat = importlib.import_module("pydantic_ai.models.openai").OpenAIChatModel
        model = chat(MODEL, provider=provider(openai_client=client))
        agent = importlib.import_module("pydantic_ai").Agent(model)
        *before, last = (await asked()).messages
        return cls(agent, last.content, _as_pydantic_ai(before), client)

    async def prepare(self, turns: int) -> None:
        pass

    async def turn(self, *, streamed: bool) -> float | None:
        if not streamed:
            answer = await self._agent.run(self._line, message_history=self._history)
            return 0.0 if answer.output else None
        begun = time.perf_counter()
        first = None
        async with self._agent.run_stream(self._line, message_history=self._history) as result:
            async for text in result.stream_text(delta=True, debounce_by=None):
                if text and first is None:
                    first = time.perf_counter() - begun
        return first

    async def aclose(self) -> None:
        await self._client.close()


def _as_pydantic_ai(messages: Iterable[Message]) -> list[Any]:
    known = importlib.import_module("pydantic_ai.messages")
    part = {
        "system": lambda text: known.ModelRequest(parts=[known.SystemPromptPart(content=text)]),
        "user": lambda text: known.ModelRequest(parts=[known.UserPromptPart(content=text)]),
        "assistant": lambda text: known.ModelResponse(parts=[known.TextPart(content=text)]),
    }
    return [part[message.role](message.content) for message in messages]


async def first_content(ask: Callable[[], Awaitable[Any]]) -> float | None:
    """Read a stream of chunks as openai gives them; return when the first text was there."""
    begun = time.perf_counter()
    first = None
    async for chunk in await ask():
        if chunk.choices and chunk.choices[0].delta.content and first is None:
            first = time.perf_counter() - begun
    return first
