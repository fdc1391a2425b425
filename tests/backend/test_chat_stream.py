"""A stream's life: how it ends, who is told, and what becomes of its connection."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from npcengine.backend.base import ChatStream
from npcengine.backend.chat import ChatBackend
from npcengine.backend.http import HttpClient
from npcengine.clock import SystemClock
from npcengine.messages import Completion, Finish
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import SECONDS, ask, backend_of, read, run_out

SAID = "Aye, the forge is hot."


@pytest.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with FakeProvider(replies=SAID) as provider:
        yield provider


@pytest.fixture
def backend(provider: FakeProvider, client: HttpClient, clock: ManualClock) -> ChatBackend:
    return backend_of(provider, client, clock)


class Ended:
    """Hears of a stream's end."""

    def __init__(self, stream: ChatStream) -> None:
        self.told: list[Completion] = []
        stream.on_end(self.told.append)

    def once(self, finish: Finish) -> Completion:
        assert [each.finish for each in self.told] == [finish]
        return self.told[0]


async def test_a_whole_stream_tells_its_end_once(backend: ChatBackend, clock: ManualClock) -> None:
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    await read(stream)
    await stream.aclose()
    await stream.drain(1.0)
    await clock.advance(SECONDS)
    assert ended.once("stop") is stream.completion
    late = Ended(stream)
    assert late.once("stop") is stream.completion


async def test_a_document_has_ended_when_it_is_here(
    backend: ChatBackend, clock: ManualClock
) -> None:
    stream = await backend.open(ask(clock, stream=False))
    assert Ended(stream).once("stop").text == SAID
    assert [text async for text in stream] == [SAID]
    assert [text async for text in stream] == []


async def test_a_stream_that_breaks_tells_its_end_once(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.truncated(after=3))
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    await read(stream)
    await stream.aclose()
    await clock.advance(SECONDS)
    assert ended.once("broken").error is not None


async def test_leaving_the_block_closes_the_connection(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=3))
    async with await backend.open(ask(clock)) as stream:
        ended = Ended(stream)
        await anext(stream)
        assert provider.disconnects == 0
    await provider.wait_disconnected()
    assert ended.once("closed").text in SAID
    assert stream.completion.usage.estimated
    assert [text async for text in stream] == []


async def test_a_stream_that_nobody_reads_is_closed_at_its_deadline(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    await clock.advance(SECONDS - 0.1)
    assert ended.told == []
    await clock.advance(0.1)
    await provider.wait_disconnected()
    assert ended.once("deadline").text == "Aye,"
    assert [text async for text in stream] == ["Aye,"]  # it had come in time


async def test_the_deadline_wakes_a_reader(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    reading = asyncio.create_task(read(stream))
    await run_out(clock, reading)
    assert reading.result() is ended.once("deadline")


async def test_a_reader_who_comes_at_the_very_moment_of_the_deadline_is_not_left_waiting(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    reading: list[asyncio.Task[Any]] = []

    def come() -> None:
        reading.append(asyncio.ensure_future(anext(stream, "end")))

    # Set before the stream's own timer, so that the reader is in front of whoever closes.
    clock.call_at(clock.now() + SECONDS, come)
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    assert await anext(stream) == "Aye,"
    await clock.advance(SECONDS)
    assert await reading[0] == "end"
    await provider.wait_disconnected()
    ended.once("deadline")


async def test_closing_at_the_very_moment_of_the_deadline_ends_a_reader_quietly(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    closing: list[asyncio.Task[None]] = []

    def close() -> None:
        closing.append(asyncio.ensure_future(stream.aclose()))

    clock.call_at(clock.now() + SECONDS, close)
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    reading = asyncio.create_task(read(stream))
    await run_out(clock, reading)
    await closing[0]
    assert reading.result() is ended.once("deadline")
    assert reading.cancelling() == 0


async def test_the_deadline_works_on_the_real_clock_too(
    provider: FakeProvider, client: HttpClient
) -> None:
    clock = SystemClock()
    provider.plan(Fault.stall(after=2))
    request = ask(clock, deadline=clock.now() + 0.2)
    stream = await backend_of(provider, client, clock).open(request)
    said = await read(stream)
    assert (said.text, said.finish) == ("Aye,", "deadline")
    await provider.wait_disconnected()


async def test_a_deadline_can_be_moved_on_while_the_stream_is_open(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    stream.extend(clock.now() + 10)
    await clock.advance(9.9)
    assert ended.told == []
    await clock.advance(0.1)
    ended.once("deadline")
    stream.extend(clock.now() + 10)
    await clock.advance(10)
    ended.once("deadline")


async def test_closing_from_another_task_wakes_a_blocked_reader(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    assert await anext(stream) == "Aye,"
    reading = asyncio.create_task(anext(stream, "end"))
    await clock.advance(0)
    await stream.aclose()
    assert await reading == "end"
    assert reading.cancelling() == 0
    await provider.wait_disconnected()
    ended.once("closed")


async def test_a_reader_who_is_cancelled_is_cancelled(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    reading = asyncio.create_task(read(stream))
    await clock.advance(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await provider.wait_disconnected()
    ended.once("closed")


async def test_a_cancellation_that_comes_together_with_the_deadline_is_not_lost(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    reading = asyncio.create_task(read(stream))
    await clock.advance(0)

    def leave() -> None:
        reading.cancel()

    clock.call_at(clock.now() + SECONDS, leave)
    await clock.advance(SECONDS)
    await asyncio.wait([reading])
    assert reading.cancelled()
    assert len(ended.told) == 1


async def test_whoever_gives_up_opening_frees_the_connection(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=1))
    opening = asyncio.create_task(backend.open(ask(clock)))
    await provider.wait_requested()
    await clock.advance(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await provider.wait_disconnected()


async def test_draining_reads_to_the_end_for_the_usage(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    await stream.drain(0.25)
    assert ended.once("stop").text == SAID
    assert not stream.completion.usage.estimated
    assert provider.disconnects == 0


async def test_draining_ends_when_its_time_is_over(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=3))
    stream = await backend.open(ask(clock))
    ended = Ended(stream)
    draining = asyncio.create_task(stream.drain(0.25))
    await clock.advance(0.25)
    await draining
    await provider.wait_disconnected()
    ended.once("closed")


async def test_an_answer_that_was_here_whole_did_not_run_out_of_time(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    # The provider keeps the connection open after its last event.
    provider.plan(Answer(SAID, ending="stall", after=100))
    stream = await backend.open(ask(clock, deadline=clock.now() + 0.1))
    ended = Ended(stream)
    reading = asyncio.create_task(read(stream))
    await run_out(clock, reading)
    assert ended.once("stop").text == SAID


async def test_a_listener_that_fails_spoils_nothing(
    backend: ChatBackend, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: Completion) -> None:
        raise ValueError("the listener's own mistake")

    stream = await backend.open(ask(clock))
    stream.on_end(fails)
    ended = Ended(stream)
    assert (await read(stream)).text == SAID
    ended.once("stop")
    assert caplog.messages == ["a stream's listener failed"]


async def test_the_completion_is_not_there_before_the_end(
    provider: FakeProvider, backend: ChatBackend, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    async with await backend.open(ask(clock)) as stream:
        with pytest.raises(RuntimeError, match="still open"):
            _ = stream.completion
        assert stream.so_far().text == "Aye,"
