"""The end of a turn is told once, whatever ended it."""

import asyncio

import pytest

from npcengine import AttemptEnded, TurnEnded
from npcengine.errors import ProviderFailed
from npcengine.messages import Origin
from tests.dialogue.stage import Stage

AYLA = Origin("main", "mira", "ayla")


def ends(stage: Stage) -> list[TurnEnded]:
    return [event for event in stage.events if isinstance(event, TurnEnded)]


async def test_with_the_reply_and_the_seconds() -> None:
    slow = asyncio.Event()
    s = Stage((slow, "Aye."))
    saying = asyncio.ensure_future(s.engine.say("mira", "Well?", player="ayla"))
    await s.clock.advance(0.5)
    slow.set()
    assert ends(s) == []
    reply = await saying
    assert ends(s) == [TurnEnded(AYLA, reply, None, 0.5)]


async def test_with_what_strict_raised() -> None:
    s = Stage(ProviderFailed("down"))
    with pytest.raises(ProviderFailed) as caught:
        await s.engine.say("mira", "Well?", player="ayla", strict=True)
    assert ends(s) == [TurnEnded(AYLA, None, caught.value)]


@pytest.mark.parametrize("stream", [False, True])
async def test_with_neither_when_the_player_left_before_anything_was_heard(stream: bool) -> None:
    s = Stage((asyncio.Event(), "Too late."))

    async def talk() -> None:
        if stream:
            async with s.engine.stream("mira", "Well?", player="ayla") as line:
                async for _ in line:
                    pass
        else:
            await s.engine.say("mira", "Well?", player="ayla")

    talking = asyncio.ensure_future(talk())
    await s.clock.advance(0.5)
    talking.cancel()
    await asyncio.wait([talking])
    assert ends(s) == [TurnEnded(AYLA, None, None, 0.5)]


async def test_with_what_was_heard_when_the_player_left_later() -> None:
    s = Stage(("Aye. ", asyncio.Event()))
    async with s.engine.stream("mira", "Well?", player="ayla") as line:
        async for _ in line:
            break
    (end,) = ends(s)
    assert end.reply is not None
    assert (end.reply.text, end.reply.finish) == ("Aye.", "closed")


async def test_each_turn_has_its_number_on_all_that_is_told_of_it() -> None:
    s = Stage("Aye.")
    await asyncio.gather(*(s.engine.say("mira", "Well?", player=each) for each in ("ayla", "bo")))
    await s.engine.say("mira", "And?", player="ayla")
    told = [
        (event.origin.turn, event.origin.player)
        for event in s.events
        if isinstance(event, AttemptEnded | TurnEnded)
    ]
    assert sorted(told) == [
        (1, "ayla"),
        (1, "ayla"),
        (2, "bo"),
        (2, "bo"),
        (3, "ayla"),
        (3, "ayla"),
    ]
