"""A stream's life: how it ends, who is told, and what becomes of its connection."""

import asyncio

import pytest

from npcengine.backend.chat import ChatBackend
from npcengine.messages import Completion
from npcengine.testing.fake_provider import FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import SAID, SECONDS, Ended, ask, read


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
