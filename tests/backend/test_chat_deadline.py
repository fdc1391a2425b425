"""The deadline of a stream: it holds whoever reads, leaves or is cancelled meanwhile."""

import asyncio
import time
from typing import Any

from npcengine.backend.chat import ChatBackend
from npcengine.backend.http import HttpClient
from npcengine.clock import SystemClock
from npcengine.errors import StreamBroken
from npcengine.messages import Waits
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import SAID, SECONDS, Ended, ask, backend_of, read, run_out


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
    assert reading[0].done()
    assert reading[0].result() == "end"
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


async def test_a_stream_that_falls_silent_is_broken_long_before_the_deadline(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(replies=[Fault.stall(4)]) as provider:
        backend = backend_of(provider, client, clock)
        stream = await backend.open(ask(clock, waits=Waits(between=1.5)))
        reading = asyncio.create_task(read(stream))
        await clock.advance(1.6)
        completion = await reading
    assert completion.finish == "broken"
    assert isinstance(completion.error, StreamBroken)
    assert "nothing more came for 1.5 seconds" in str(completion.error)


async def test_a_reader_that_pauses_does_not_break_a_stream(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(replies="Aye. Leave it here.") as provider:
        backend = backend_of(provider, client, clock)
        stream = await backend.open(ask(clock, waits=Waits(between=0.5)))
        await clock.advance(2.0)
        assert (await read(stream)).finish == "stop"


async def test_a_loop_that_stood_still_breaks_no_stream(client: HttpClient) -> None:
    clock = SystemClock()
    async with FakeProvider(replies=[Answer(SAID, pace=0.05)]) as provider:
        backend = backend_of(provider, client, clock)
        stream = await backend.open(ask(clock, waits=Waits(between=0.5)))
        reading = asyncio.create_task(read(stream))
        await asyncio.sleep(0)
        time.sleep(0.7)  # noqa: ASYNC251 - as a game that loads a level
        assert (await reading).finish == "stop"


async def test_a_stream_that_is_silent_after_that_is_broken_all_the_same(
    client: HttpClient,
) -> None:
    clock = SystemClock()
    async with FakeProvider(replies=[Fault.stall(4)]) as provider:
        backend = backend_of(provider, client, clock)
        stream = await backend.open(ask(clock, waits=Waits(between=0.5)))
        reading = asyncio.create_task(read(stream))
        await asyncio.sleep(0)
        time.sleep(0.7)  # noqa: ASYNC251
        assert (await reading).finish == "broken"
