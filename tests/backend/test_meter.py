"""What calls cost is counted to the token, whoever hears their answers."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from npcengine import NPCEngine, Persona, Reply, estimate_cost
from npcengine.backend.http import HttpClient
from npcengine.backend.meter import OTHERS, Charge, Meter, Spending, Sum
from npcengine.backend.models import profile
from npcengine.errors import BackendError, EmptyAnswer, InvalidSetting, LimitReached
from npcengine.messages import ChatRequest, Lane, Message, Origin, Usage
from npcengine.persona.model import Cache
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault
from npcengine.testing.fake_provider.answers import Step
from npcengine.testing.fake_provider.completions import pieces
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import ScriptedBackend
from tests.backend.asking import MODELS, ask, backend_of, read, run_out

GROQ = profile("groq", MODELS["groq"])
TOLD = Usage(1000, 100, cached=400, reasoning=30)
GUESSED = Usage(50, 5, estimated=True)


def charge(
    usage: Usage = TOLD,
    cost: float | None = 0.25,
    *,
    npc: str = "mira",
    player: str = "ayla",
    lane: Lane = "player",
) -> Charge:
    return Charge(Origin("main", npc, player), lane, "groq", "some-model", usage, cost)


class Metered:
    """A provider that is asked through a meter."""

    def __init__(self, provider: FakeProvider, client: HttpClient, clock: ManualClock) -> None:
        self.spending = Spending()
        self.meter = Meter(backend_of(provider, client, clock), self.spending, GROQ)
        self.clock = clock

    def ask(self) -> ChatRequest:
        return ask(self.clock)

    @property
    def total(self) -> Sum:
        return self.spending.spent().total


@pytest.fixture
def metered(provider: FakeProvider, client: HttpClient, clock: ManualClock) -> Metered:
    return Metered(provider, client, clock)


def test_it_adds_up_by_everything_one_asks_for() -> None:
    spending = Spending()
    spending.add(charge())
    spending.add(charge(npc="tom", lane="quest"))
    spending.add(charge(GUESSED, None, player="bo"))
    spent = spending.spent()
    assert spent.total == Sum(3, 2050, 800, 205, 60, 0.5, unpriced=1, estimated=1)
    assert spent.estimated == Sum(1, 50, 0, 5, 0, 0.0, unpriced=1, estimated=1)
    assert spent.providers == {"groq": spent.total}
    assert spent.models == {"groq:some-model": spent.total}
    assert spent.npcs["tom"] == spent.lanes["quest"] == Sum(1, 1000, 400, 100, 30, 0.25)
    assert spent.players["ayla"].cost == 0.5
    assert spent.players["bo"] == spent.estimated


def test_what_was_told_does_not_change() -> None:
    spending = Spending()
    spent = spending.spent()
    spending.add(charge())
    assert (spent.total.requests, dict(spent.players)) == (0, {})
    with pytest.raises(TypeError):
        spent.players["ayla"] = Sum()  # type: ignore[index]


def test_those_who_cost_most_are_counted_one_by_one_and_the_others_together() -> None:
    spending = Spending(players=10)
    for number in range(100):
        spending.add(charge(cost=float(number), player=f"p{number}"))
    players = spending.spent().players
    assert len(players) <= 21
    assert {f"p{number}" for number in range(90, 100)} <= set(players)
    assert sum(row.cost for row in players.values()) == sum(range(100))
    assert sum(row.requests for row in players.values()) == 100


def test_whoever_is_forgotten_is_one_of_the_others() -> None:
    spending = Spending()
    spending.add(charge())
    spending.forget("ayla")
    spending.forget("nobody")
    assert spending.spent().players == {OTHERS: spending.spent().total}


async def test_an_answer_counts_as_the_provider_counted_it(
    metered: Metered, provider: FakeProvider
) -> None:
    said = await read(await metered.meter.open(metered.ask()))
    assert metered.total == Sum(
        1, len(provider.requests[0].raw) // 4, 0, len(pieces(said.text)), 0, said.cost or 0.0
    )
    assert list(metered.spending.spent().models) == ["groq:openai/gpt-oss-20b"]


async def test_a_line_that_nobody_hears_to_its_end_counts(
    metered: Metered, provider: FakeProvider
) -> None:
    provider.plan(Fault.stall(after=3))
    stream = await metered.meter.open(metered.ask())
    await anext(stream)
    await stream.aclose()
    assert (metered.total.requests, metered.total.estimated) == (1, 1)
    assert metered.total.prompt > 0
    assert metered.total.completion > 0


async def test_what_is_given_up_counts_as_its_prompt(
    metered: Metered, provider: FakeProvider
) -> None:
    provider.plan(Fault.stall())
    asking = asyncio.ensure_future(metered.meter.open(metered.ask()))
    await provider.wait_requested()
    asking.cancel()
    await asyncio.wait([asking])
    one = metered.total
    assert one.prompt > 0
    assert (one.completion, one.estimated) == (0, 1)

    provider.plan(Fault.stall())
    asking = asyncio.ensure_future(metered.meter.open(metered.ask()))
    await provider.wait_requested(2)
    await run_out(metered.clock, asking)
    assert isinstance(asking.exception(), BackendError)
    assert metered.total.prompt == 2 * one.prompt


@pytest.mark.parametrize(
    "fault", [Fault.status(503), Fault.status(429), Fault.drop(), Fault.html(), Fault.truncated(0)]
)
async def test_what_the_provider_fails_at_costs_nothing(
    metered: Metered, provider: FakeProvider, fault: Step
) -> None:
    provider.plan(fault)
    with pytest.raises(BackendError):
        await metered.meter.open(metered.ask())
    assert metered.total == Sum()


async def test_reasoning_that_left_no_room_for_words_is_paid_with_the_words(
    metered: Metered, provider: FakeProvider
) -> None:
    provider.plan(Fault.empty(), Answer("Aye.", reasoning="Yes."))
    said = await read(await metered.meter.open(metered.ask()))
    thought = len(pieces(Fault.empty().reasoning))
    sent = sum(len(each.raw) // 4 for each in provider.requests)
    assert said.usage == Usage(sent, thought + 2, reasoning=thought + 1)
    assert said.cost is not None
    assert metered.total[:5] == (2, sent, 0, thought + 2, thought + 1)
    assert metered.total.cost == pytest.approx(said.cost)


async def test_an_answer_without_a_word_is_paid_too(
    metered: Metered, provider: FakeProvider
) -> None:
    provider.plan(Fault.empty(), Fault.empty())
    with pytest.raises(EmptyAnswer) as caught:
        await metered.meter.open(metered.ask())
    thought = len(pieces(Fault.empty().reasoning))
    assert metered.total[:5] == (2, metered.total.prompt, 0, 2 * thought, 2 * thought)
    assert metered.total.estimated == 0
    assert len(caught.value.usages) == 2


async def test_what_was_spent_before_another_failure_is_not_lost(
    metered: Metered, provider: FakeProvider
) -> None:
    provider.plan(Fault.empty(), Fault.status(503))
    with pytest.raises(BackendError):
        await metered.meter.open(metered.ask())
    assert metered.total.reasoning == len(pieces(Fault.empty().reasoning))


async def test_reasoning_that_nobody_counted_is_taken_to_have_used_the_limit(
    metered: Metered, provider: FakeProvider
) -> None:
    provider.plan(Answer("", finish="length", usage=False), Answer("Aye.", usage=False))
    said = await read(await metered.meter.open(metered.ask()))
    assert said.usage.reasoning == metered.ask().max_tokens + GROQ.headroom
    assert said.usage.estimated


async def test_what_must_not_cost_anything_is_not_sent(
    metered: Metered, provider: FakeProvider
) -> None:
    with pytest.raises(LimitReached):
        await metered.meter.open(ask(metered.clock, cache_only=True))
    assert not provider.requests


async def test_of_a_backend_of_ones_own_what_came_back_counts(clock: ManualClock) -> None:
    spending = Spending()
    script = (asyncio.Event(), "Too late.")
    meter = Meter(ScriptedBackend(["Aye.", script], clock), spending)
    await read(await meter.open(ask(clock)))
    asking = asyncio.ensure_future(meter.open(ask(clock)))
    await run_out(clock, asking)
    assert asking.exception() is not None
    assert spending.spent().total.requests == 1
    assert list(spending.spent().models) == ["scripted:script"]


def test_a_listener_hears_of_every_call() -> None:
    spending, heard = Spending(), list[Charge]()
    spending.listen(heard.append)
    spending.add(charge())
    assert heard == [charge()]


MIRA = Persona(id="mira", name="Mira", description="A blacksmith.", cache=Cache(scope="none"))


class Till:
    """Decides at random what a provider answers, and counts what it charges for."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.charged: list[tuple[int, int, int]] = []
        self.steps: list[Step] = []

    def answer(self, body: dict[str, object]) -> Step:
        words = "Aye, the forge is hot and the iron waits for nobody at all".split()
        text = " ".join(words[: self._random.randint(1, len(words))]) + "."
        thought = " ".join(["so"] * self._random.randint(0, 40))
        whole = Answer(text, reasoning=thought)
        step = self._random.choices(
            [
                whole,
                Fault.empty(),
                Fault.refusal(),
                Fault.status(400, code="context_length_exceeded"),
                Fault.status(503),
                Fault.drop(),
                Fault.drop(after=3),
                Fault.truncated(after=3),
                Fault.stream_error(after=3),
                Answer(text, usage=False),
            ],
            [40, 4, 2, 2, 1, 1, 3, 3, 3, 3],
        )[0]
        self.steps.append(step)
        return step

    def counted(self, provider: FakeProvider) -> tuple[int, int, int]:
        """Prompt, completion and reasoning of all answers whose usage was sent."""
        prompt = completion = reasoning = 0
        for request, step in zip(provider.requests, self.steps, strict=True):
            if isinstance(step, Answer) and step.usage and step.after is None:
                prompt += len(request.raw) // 4
                reasoning += len(pieces(step.reasoning))
                completion += len(pieces(step.reasoning)) + len(pieces(step.refusal or step.text))
        return prompt, completion, reasoning


async def talk(engine: NPCEngine, player: str, turns: int) -> Sequence[Reply]:
    """Say so much, hearing every second answer as it comes."""
    replies = []
    for turn in range(turns):
        said = f"Line {turn}."
        if turn % 2:
            replies.append(await engine.say("mira", said, player=player, deadline=60.0))
            continue
        async with engine.stream("mira", said, player=player, deadline=60.0) as line:
            async for _ in line:
                pass
        replies.append(line.reply)
    return replies


async def test_it_agrees_with_the_provider_over_hundreds_of_turns_with_faults() -> None:
    till = Till(seed=20)
    async with FakeProvider(style="groq", replies=till.answer) as provider:
        environ = {
            "GROQ_API_KEY": "any",
            "GROQ_BASE_URL": provider.base_url,
            "NPCENGINE_FAST": "groq:openai/gpt-oss-20b",
        }
        async with NPCEngine.from_env(personas=[MIRA], environ=environ) as engine:
            told = await asyncio.gather(*(talk(engine, f"p{n}", 15) for n in range(20)))
        spent = engine.spent
        prompt, completion, reasoning = till.counted(provider)
    assert sum(reply.source == "model" for replies in told for reply in replies) > 200
    assert spent.total.prompt - spent.estimated.prompt == prompt
    assert spent.total.completion - spent.estimated.completion == completion
    assert spent.total.reasoning - spent.estimated.reasoning == reasoning
    assert GROQ.price is not None
    cost = GROQ.price.of(Usage(prompt, completion))
    assert spent.total.cost - spent.estimated.cost == pytest.approx(cost)
    assert 0 < spent.estimated.requests < spent.total.requests / 2
    assert len(spent.players) == 20
    for table in (spent.players, spent.npcs, spent.lanes, spent.models, spent.providers):
        assert sum(row.prompt for row in table.values()) == spent.total.prompt


MESSAGES = [Message("system", "You are Mira, a blacksmith."), Message("user", "Good day!")]


@pytest.mark.parametrize("route", ["groq:openai/gpt-oss-20b", "openai:gpt-6-luna"])
async def test_an_estimate_is_what_it_may_cost_at_most(route: str) -> None:
    name, _, model = route.partition(":")
    price, headroom = profile(name, model).price, profile(name, model).headroom
    assert price is not None
    cost = estimate_cost(MESSAGES, route, max_tokens=100)
    assert cost is not None
    assert cost > price.of(Usage(9, 100 + headroom))
    assert cost < price.of(Usage(40, 100 + headroom))
    longer = estimate_cost(MESSAGES * 2, route, max_tokens=100)
    assert longer is not None
    assert longer > cost


def test_an_estimate_knows_old_names_and_says_when_it_knows_no_price() -> None:
    old, new = "groq:llama-3.1-8b-instant", "groq:openai/gpt-oss-20b"
    assert estimate_cost(MESSAGES, old) == estimate_cost(MESSAGES, new)
    assert estimate_cost(MESSAGES, "openai:gpt-99") is None
    assert estimate_cost(MESSAGES, "ollama:llama3.2:3b@http://10.0.0.5:11434/v1") == 0.0
    with pytest.raises(InvalidSetting, match="groq"):
        estimate_cost(MESSAGES, "grok:some-model")
