"""How much a player may say."""

import asyncio

import pytest

from npcengine import NPCEngine, Reply, Saying
from npcengine.configuration import Players
from npcengine.dialogue.rate import MAX_PLAYERS, Rate
from npcengine.errors import InvalidLine, LimitReached
from npcengine.hooks import Event, PlayerTooFast
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import ScriptedBackend
from tests.dialogue.stage import MIRA, TOM


class Crowded:
    """An engine where each player may say two lines a minute."""

    def __init__(self, players: Players) -> None:
        self.clock = ManualClock()
        self.backend = ScriptedBackend(clock=self.clock)
        self.events: list[Event] = []
        self.engine = NPCEngine(
            personas=[MIRA, TOM],
            backends={"fast": self.backend},
            players=players,
            hooks=[self.events.append],
            clock=self.clock,
        )

    async def say(self, npc: str = "tom", player: str = "ayla", *, strict: bool = False) -> Reply:
        return await self.engine.say(npc, "And then?", player=player, strict=strict)

    @property
    def told(self) -> list[PlayerTooFast]:
        return [each for each in self.events if isinstance(each, PlayerTooFast)]


async def test_who_says_too_much_is_answered_at_once_without_a_model() -> None:
    town = Crowded(Players(lines_per_minute=2))
    async with town.engine:
        await town.say()
        await town.clock.advance(20)
        replies = [await town.say("mira"), await town.say("mira"), await town.say(player="bo")]
        assert [each.reason for each in replies] == [None, "too_fast", None]
        assert replies[1].text in ("Iron's hot. Wait.", "Not now.")
        assert len(town.backend.requests) == 3
        [event] = town.told
        assert (event.origin.npc, event.origin.player, event.seconds) == ("mira", "ayla", 40)


async def test_a_model_answers_again_when_the_minute_is_over() -> None:
    town = Crowded(Players(lines_per_minute=2))
    async with town.engine:
        reasons = []
        for seconds in (0, 20, 20, 20, 0, 20):
            await town.clock.advance(seconds)
            reasons.append((await town.say()).reason)
    assert reasons == [None, None, "too_fast", None, "too_fast", None]


async def test_in_strict_mode_it_is_an_error_that_says_how_long_to_wait() -> None:
    town = Crowded(Players(lines_per_minute=1))
    async with town.engine:
        await town.say()
        with pytest.raises(LimitReached, match=r"lines_per_minute.*wait 60 s") as caught:
            await town.say(strict=True)
    assert caught.value.retry_after == 60


async def test_to_walk_up_to_somebody_counts_and_what_the_game_asks_does_not() -> None:
    town = Crowded(Players(lines_per_minute=1))
    async with town.engine:
        sayings = [Saying("tom", f"Line {number}.", player="ayla") for number in range(3)]
        replies = [reply async for _, reply in town.engine.say_all(sayings)]
        greetings = [await town.engine.greet("tom", player="ayla") for _ in range(2)]
    assert [each.reason for each in replies] == [None] * 3
    assert [each.reason for each in greetings] == [None, "too_fast"]


async def test_a_line_that_cannot_be_said_does_not_count() -> None:
    town = Crowded(Players(longest_line=10, lines_per_minute=1))
    async with town.engine:
        with pytest.raises(InvalidLine, match="11 characters; pass at most 10"):
            await town.engine.say("tom", "x" * 11, player="ayla")
        assert (await town.say()).reason is None


async def test_normally_nobody_says_too_much() -> None:
    town = Crowded(Players())
    async with town.engine:
        replies = await asyncio.gather(*(town.say(player=f"p{n % 3}") for n in range(90)))
    assert {each.reason for each in replies} == {None}
    assert town.told == []


def test_it_knows_of_so_many_players_and_forgets_who_was_quiet_for_longest() -> None:
    rate = Rate(1)
    assert [rate.wait("first", 0.0), rate.wait("second", 0.0)] == [0, 0]
    for number in range(MAX_PLAYERS - 1):
        assert rate.wait(f"player-{number}", 1.0) == 0
        assert rate.wait("second", 1.0) == 59
    assert rate.wait("first", 1.0) == 0
