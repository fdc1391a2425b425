"""What the tests of the backend ask, and of whom."""

import asyncio
import json
from typing import Any

from pydantic import SecretStr

from npcengine.backend.base import ChatStream
from npcengine.backend.chat import ChatBackend, Endpoint
from npcengine.backend.http import HttpClient
from npcengine.backend.models import profile
from npcengine.backend.models import provider as known_provider
from npcengine.clock import Clock
from npcengine.messages import ChatRequest, Completion, Finish, Message, Origin, Prefix, Waits
from npcengine.testing.fake_provider import FakeProvider, Page
from npcengine.testing.manual_clock import ManualClock

AYLA = Origin("main", "mira", "ayla")
RULES = Prefix.of([Message("system", "You are Mira, a gruff blacksmith.")])
LINE = Message("user", "Can you mend this sword?")
KEY = "gsk_a1B2c3D4e5F6_of_nobody"
MODELS = {"groq": "openai/gpt-oss-20b", "openai": "gpt-6-luna", "llamacpp": "qwen3-4b"}
SAID = "Aye, the forge is hot."
SECONDS = 4.0
"""Between asking and the deadline."""
PATIENT = Waits(connect=60.0, first=60.0, between=60.0)
"""So that nothing but the deadline ends a step."""


def ask(clock: Clock, **changes: Any) -> ChatRequest:
    """A player's line, streamed, with `SECONDS` to answer it."""
    wanted: dict[str, Any] = {
        "prefix": RULES,
        "tail": (LINE,),
        "origin": AYLA,
        "deadline": clock.now() + SECONDS,
        "max_tokens": 120,
        "waits": PATIENT,
    }
    return ChatRequest(**wanted | changes)


def backend_of(
    provider: FakeProvider,
    client: HttpClient,
    clock: Clock,
    name: str = "groq",
    *,
    model: str = "",
    key: str = KEY,
) -> ChatBackend:
    """The backend of `name`'s usual model, or of `model`, as `provider` serves it."""
    url = f"{provider.base_url}{known_provider(name).path}/chat/completions"
    endpoint = Endpoint(url, SecretStr(key))
    return ChatBackend(profile(name, model or MODELS[name]), endpoint, client, clock)


async def read(stream: ChatStream) -> Completion:
    """Read a stream to its end; what was heard must be what it says it was."""
    heard = "".join([text async for text in stream])
    assert heard == stream.completion.text
    return stream.completion


async def run_out(clock: ManualClock, task: "asyncio.Future[Any]") -> None:
    """Let the time of a request pass, and what that sets off come to its end."""
    await clock.advance(SECONDS)
    await asyncio.wait([task])


def events(*chunks: object, done: bool = True) -> Page:
    """A stream of these chunks in one body; texts stand as they are."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in chunks]
    body = "".join(f"data: {line}\n\n" for line in (*lines, *(["[DONE]"] if done else [])))
    return Page(body.encode(), content_type="text/event-stream")


def delta(content: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One chunk of a stream."""
    said = {} if content is None else {"content": content}
    return {"choices": [{"index": 0, "delta": said | more, "finish_reason": finish}]}


def sent(provider: FakeProvider, number: int = -1) -> dict[str, Any]:
    """The body of a request that `provider` got; the last one by default."""
    body = provider.requests[number].body
    assert body is not None
    return body


class Ended:
    """Hears of a stream's end."""

    def __init__(self, stream: ChatStream) -> None:
        self.told: list[Completion] = []
        stream.on_end(self.told.append)

    def once(self, finish: Finish) -> Completion:
        assert [each.finish for each in self.told] == [finish]
        return self.told[0]
