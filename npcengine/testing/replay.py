"""Record what models answer, and play it back: tests of a game without a key or a network."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher, unified_diff
from math import inf
from os import PathLike
from pathlib import Path

from npcengine.backend.base import Backend, ChatStream, Source
from npcengine.backend.chain import Tiers
from npcengine.clock import SystemClock
from npcengine.configuration import CacheSize
from npcengine.errors import BackendError, NoRoute, UsageError
from npcengine.messages import ChatRequest, Completion, Finish
from npcengine.settings import Settings
from npcengine.testing.recordings import Answered, Exchange, Failed, read, write

MOST_DIFFERENCES = 12
"""Lines of a difference that an error shows."""
LONGEST = 120
"""Characters of each of them."""


class NotRecorded(UsageError):
    """Nobody has recorded an answer to this request. Carries the `nearest` that there is."""

    def __init__(self, path: Path, asked: Exchange, nearest: Exchange | None) -> None:
        self.nearest = nearest
        told = [f"{path} has no answer for {asked}"]
        if nearest is not None:
            told += ["the nearest that it has (-) differs:", *_differences(nearest, asked)]
        told.append("to record it anew, delete the file and run with a provider's key")
        super().__init__("\n".join(told))


class Recording:
    """A `Backend` that writes down what another one is asked and answers, when it is closed.

    Keys that somebody said are taken out, and so is what is different each time: moments,
    durations, the ids of requests. A file that is there already is replaced.
    """

    def __init__(self, inner: Backend, path: str | PathLike[str]) -> None:
        self._inner = inner
        self._path = Path(path)
        self._asked: list[Exchange] = []
        self._answers: dict[int, Answered | Failed] = {}

    async def open(self, request: ChatRequest) -> ChatStream:
        """Open the inner backend; its stream is handed on as it is."""
        number = len(self._asked)
        self._asked.append(Exchange.of(request))
        try:
            stream = await self._inner.open(request)
        except BackendError as error:
            self._answers[number] = Failed.of(error)
            raise
        pieces: list[str] = []
        pieces.append(stream.tap(lambda source: _Tape(source, pieces)))

        def keep(said: Completion) -> None:
            self._answers[number] = Answered.of(pieces, said)

        stream.on_end(keep)
        return stream

    async def aclose(self) -> None:
        """Close the inner backend and write the file, unless nothing was answered."""
        await self._inner.aclose()
        if self._answers:
            told = [
                self._asked[number].model_copy(update={"answer": answer})
                for number, answer in sorted(self._answers.items())
            ]
            await asyncio.to_thread(write, self._path, told)


class _Tape:
    """A `Source` that notes what is read from another one."""

    def __init__(self, source: Source, pieces: list[str]) -> None:
        self._source = source
        self._pieces = pieces

    async def read(self) -> str | None:
        text = await self._source.read()
        if text is not None:
            self._pieces.append(text)
        return text

    def completion(self, finish: Finish | None, error: Exception | None) -> Completion:
        return self._source.completion(finish, error)

    async def aclose(self) -> None:
        await self._source.aclose()


class Replay:
    """A `Backend` that answers as it was recorded: the same pieces, usage and errors, at once.

    The same request asked several times gets the answers that were recorded for it in their
    order, those to the same player first, and then the last one again.

    Raises:
        UsageError: The file is not there, or cannot be read; from `open`, `NotRecorded`.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._path = Path(path)
        self._exchanges = read(self._path)
        self._used: set[int] = set()

    @property
    def unused(self) -> tuple[str, ...]:
        """What is recorded, and was not asked for."""
        left = (each for n, each in enumerate(self._exchanges) if n not in self._used)
        return tuple(map(str, left))

    async def open(self, request: ChatRequest) -> ChatStream:
        """Answer, or raise the error that was recorded. Raises `NotRecorded` for any other."""
        answer = self._next(Exchange.of(request)).answer
        if isinstance(answer, Failed):
            raise answer.error()
        if answer is None:
            raise UsageError(f"{self._path}: an exchange has no answer: write one, or delete it")
        source = _Played(answer)
        first = await source.read()
        return ChatStream(first or "", source, SystemClock(), inf)

    def _next(self, asked: Exchange) -> Exchange:
        found = [n for n, each in enumerate(self._exchanges) if each.key == asked.key]
        if not found:
            raise NotRecorded(self._path, asked, self._nearest(asked))
        fresh = [n for n in found if n not in self._used]
        mine = [n for n in fresh or found if self._exchanges[n].player == asked.player]
        number = (mine or fresh or found)[0 if fresh else -1]
        self._used.add(number)
        return self._exchanges[number]

    def _nearest(self, asked: Exchange) -> Exchange | None:
        lines, said = list(_lines(asked)), str(asked)

        def likeness(each: Exchange) -> tuple[float, float]:
            whole = SequenceMatcher(None, lines, list(_lines(each)), autojunk=False).ratio()
            return whole, SequenceMatcher(None, said, str(each)).ratio()

        return max(self._exchanges, key=likeness, default=None)

    async def aclose(self) -> None:
        """Nothing to release."""


class _Played:
    """The `Source` of a recorded answer."""

    def __init__(self, answer: Answered) -> None:
        self._answer = answer
        self._left = list(answer.pieces)
        self._read: list[str] = []

    async def read(self) -> str | None:
        if self._left:
            self._read.append(self._left.pop(0))
            return self._read[-1]
        if self._answer.error is not None:
            raise self._answer.error.error()
        return None

    def completion(self, finish: Finish | None, error: Exception | None) -> Completion:
        answer = self._answer
        return Completion(
            text="".join(self._read),
            finish=finish or answer.finish,
            provider=answer.provider,
            model=answer.model,
            usage=answer.usage,
            cost=answer.cost,
            error=error,
        )

    async def aclose(self) -> None:
        self._left.clear()


class _Live:
    """A tier of the real providers, without a cache of our own."""

    def __init__(self, tier: str, environ: Mapping[str, str] | None) -> None:
        settings = Settings.from_env(environ)
        uncached = settings.configuration.model_copy(update={"cache": CacheSize(requests=0)})
        settings = replace(settings, configuration=uncached)
        self._tiers = Tiers(settings, SystemClock(), random.Random(0), lambda _: None)
        if tier not in self._tiers.backends:
            raise NoRoute
        self._backend = self._tiers.backends[tier]

    async def open(self, request: ChatRequest) -> ChatStream:
        return await self._backend.open(request)

    async def aclose(self) -> None:
        await self._tiers.aclose()


def recorded(
    path: str | PathLike[str], *, tier: str = "fast", environ: Mapping[str, str] | None = None
) -> Recording | Replay:
    """Play back a recording, or make it, where the file is not there yet.

    To make it, the models of a tier are asked, as the environment says.

    Raises:
        NoRoute: There is no file, and no model that could be asked.
        UsageError: The file cannot be read.
    """
    if Path(path).exists():
        return Replay(path)
    return Recording(_Live(tier, environ), path)


def _differences(before: Exchange, after: Exchange) -> Iterator[str]:
    changes = list(unified_diff(list(_lines(before)), list(_lines(after)), lineterm="", n=0))
    changes = [each for each in changes[2:] if not each.startswith("@@")]
    for each in changes[:MOST_DIFFERENCES]:
        yield f"  {each if len(each) <= LONGEST else each[: LONGEST - 1] + '…'}"
    if len(changes) > MOST_DIFFERENCES:
        yield f"  … and {len(changes) - MOST_DIFFERENCES} lines more"


def _lines(exchange: Exchange) -> Iterator[str]:
    """Write a request so that a difference is as small as what differs."""
    yield f"npc: {exchange.npc}"
    yield f"max_tokens: {exchange.max_tokens}"
    yield f"sampling: {exchange.sampling}"
    for role, content in (*exchange.prompt, *exchange.messages):
        for line in re.split(r"\n|(?<=[.!?]) ", content):
            yield f"{role}: {line}"
