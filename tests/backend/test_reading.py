"""One answer as it comes off the wire: how the network cuts it must not matter."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from npcengine.backend.base import ChatStream
from npcengine.backend.http import HttpAnswer
from npcengine.backend.models import profile
from npcengine.backend.reading import Reading
from npcengine.errors import BackendError, StreamBroken
from npcengine.messages import Completion, Sampling
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import ask, delta, events

FIRST = events(delta(role="assistant"), delta("Aye,"), done=False).body
WHOLE = events(delta(" 好剑. "), delta("\nPlayer: "), delta("And?"), delta("", "stop")).body
BROKEN = events(delta(" friend"), delta(". I"), {"error": "boom"}, delta("!"), done=False).body
SHORT = events(delta(" friend"), delta(". I"), done=False).body
UNCLOSED = events(delta(" friend."), delta(" I."), done=False).body.rstrip()
AFTERWARDS = events(delta(" friend.")).body + events({"error": "too late"}, "x").body


class Reads:
    """An answer whose body comes in these reads."""

    status = 200
    headers: Mapping[str, str] = {}

    def __init__(self, reads: Sequence[bytes]) -> None:
        self._left = [each for each in reads if each]

    async def read(self) -> bytes:
        return self._left.pop(0) if self._left else b""

    async def aclose(self) -> None:
        self._left.clear()


def reading_of(reads: Sequence[bytes], stop: tuple[str, ...] = ()) -> Reading:
    clock = ManualClock()
    answer = HttpAnswer(Reads(reads))
    request = ask(clock, sampling=Sampling(stop=stop))
    refused = frozenset({"stop"})
    return Reading(
        profile("groq", "openai/gpt-oss-20b"), request, answer, clock, clock.now(), refused, ""
    )


async def said(reads: Sequence[bytes], stop: tuple[str, ...] = ()) -> Completion:
    reading, clock = reading_of(reads, stop), ManualClock()
    first = await reading.read()
    assert first is not None
    async with ChatStream(first, reading, clock, clock.now() + 4) as stream:
        heard = "".join([text async for text in stream])
    assert heard == stream.completion.text
    return stream.completion


places = st.lists(st.integers(min_value=0, max_value=2000), max_size=8)


def cut(body: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[start:end] for start, end in pairwise(marks)]


@given(places)
async def test_a_whole_answer_is_the_same_however_it_was_cut(places: list[int]) -> None:
    completion = await said(cut(FIRST + WHOLE, places))
    assert (completion.text, completion.finish) == ("Aye, 好剑. \nPlayer: And?", "stop")


@given(places)
async def test_a_stop_is_cut_at_the_same_place(places: list[int]) -> None:
    completion = await said(cut(FIRST + WHOLE, places), ("\nPlayer:", "剑.?"))
    assert (completion.text, completion.finish) == ("Aye, 好剑. ", "stop")


@given(places)
@example([])
async def test_what_came_before_a_failure_is_said(places: list[int]) -> None:
    completion = await said([FIRST, *cut(BROKEN, places)])
    assert (completion.text, completion.finish) == ("Aye, friend. I", "broken")
    assert str(completion.error) == "groq openai/gpt-oss-20b: boom"


@given(places)
@example([])
async def test_what_was_held_back_for_a_stop_is_said_when_the_stream_breaks(
    places: list[int],
) -> None:
    completion = await said([FIRST, *cut(BROKEN, places)], (". I said",))
    assert (completion.text, completion.finish) == ("Aye, friend. I", "broken")


@given(places)
@example([])
async def test_a_stream_that_ends_too_early_is_broken(places: list[int]) -> None:
    completion = await said([FIRST, *cut(SHORT, places)])
    assert (completion.text, completion.finish) == ("Aye, friend. I", "broken")
    assert isinstance(completion.error, StreamBroken)


@given(places)
async def test_the_last_event_may_lack_its_blank_line(places: list[int]) -> None:
    completion = await said([FIRST, *cut(UNCLOSED, places)])
    assert (completion.text, completion.finish) == ("Aye, friend. I.", "broken")


@given(places)
async def test_what_comes_after_done_does_not_count(places: list[int]) -> None:
    completion = await said([FIRST, *cut(AFTERWARDS, places)])
    assert (completion.text, completion.finish) == ("Aye, friend.", "stop")


async def test_a_failure_in_the_first_read_leaves_everything_open() -> None:
    with pytest.raises(BackendError, match="boom"):
        await reading_of([FIRST + BROKEN]).read()


@given(st.lists(st.binary(max_size=40), max_size=5), st.booleans())
async def test_no_bytes_at_all_raise_anything_else(reads: list[bytes], framed: bool) -> None:
    if framed:
        reads = [b"data: " + each + b"\n\n" for each in reads]
    reading = reading_of(reads)
    try:
        while await reading.read() is not None:
            pass
    except BackendError:
        pass
