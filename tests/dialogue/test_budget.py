"""What may be spent: who gets by with how much, what is kept of it, and when it begins anew."""

import asyncio
from pathlib import Path

import pytest

from npcengine import Budget, BudgetReached, Budgets, NPCEngine, Persona, Reply
from npcengine.backend.base import ChatStream
from npcengine.errors import LimitReached, StoreUnavailable
from npcengine.hooks import Event
from npcengine.messages import ChatRequest, Completion, Origin, Usage
from npcengine.persona.model import ModelChoice, Speech
from npcengine.stores.base import Store
from npcengine.stores.inmemory import InMemoryStore
from npcengine.stores.sqlite import SqliteStore
from npcengine.testing.fake_provider import FakeProvider
from npcengine.testing.manual_clock import ManualClock

MIRA = Persona(
    id="mira",
    name="Mira",
    description="The blacksmith.",
    model=ModelChoice(tier="smart", max_tokens=120),
    speech=Speech(max_sentences=3),
)
TOM = Persona(id="tom", name="Tom", description="The guard.")
HOUR, DAY = 3600.0, 86_400.0
LONG_LINE = "Aye. Leave it. I will see to it. Later."


class Till:
    """A backend that charges for every answer: by default a dollar and a hundred tokens."""

    def __init__(self, clock: ManualClock, price: float | None = 1.0) -> None:
        self.requests: list[ChatRequest] = []
        self.price = price
        self._clock = clock

    async def open(self, request: ChatRequest) -> ChatStream:
        self.requests.append(request)
        usage = Usage(90, 10)
        said = Completion(LONG_LINE, "stop", "till", "a-model", usage, self.price)
        return ChatStream.whole(said, self._clock)

    async def aclose(self) -> None:
        """Nothing to release."""


class Town:
    """An engine with a budget, and all that a test wants to look at beside it."""

    def __init__(
        self, budgets: Budgets, clock: ManualClock | None = None, store: Store | None = None
    ) -> None:
        self.clock = clock or ManualClock()
        self.smart, self.fast = Till(self.clock), Till(self.clock)
        self.store = store or InMemoryStore(self.clock)
        self.events: list[Event] = []
        self.engine = NPCEngine(
            personas=[MIRA, TOM],
            backends={"smart": self.smart, "fast": self.fast},
            store=self.store,
            budgets=budgets,
            hooks=[self.events.append],
            clock=self.clock,
        )

    async def say(self, npc: str = "mira", player: str = "ayla") -> Reply:
        return await self.engine.say(npc, "Hello.", player=player)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was told of budgets, in order."""
        return [(e.budget, e.rung) for e in self.events if isinstance(e, BudgetReached)]


def dollars(amount: float) -> Budgets:
    return Budgets(total=Budget(dollars_per_day=amount))


async def test_the_ladder_step_by_step() -> None:
    town = Town(dollars(100.0))
    town.smart.price = 70.0
    assert (await town.say()).text == "Aye. Leave it. I will see to it."
    assert town.smart.requests[-1].max_tokens == 120

    town.smart.price = 15.0  # at 70 %: shorter
    assert (await town.say()).text == "Aye. Leave it."
    assert town.smart.requests[-1].max_tokens == 60
    assert "at most 2 sentence(s)" in town.smart.requests[-1].tail[-2].content

    town.fast.price = 10.0  # at 85 %: as short, and by the cheapest models
    assert (await town.say()).text == "Aye. Leave it."
    assert (len(town.smart.requests), len(town.fast.requests)) == (2, 1)
    assert town.fast.requests[-1].max_tokens == 60

    reply = await town.say()  # at 95 %: only what is kept; nothing is
    assert (reply.source, reply.reason) == ("authored", "budget")
    assert len(town.smart.requests) + len(town.fast.requests) == 3
    day = "total.dollars_per_day"
    assert town.told == [(day, "shorter"), (day, "cheapest"), (day, "cache_only")]
    await town.engine.aclose()


async def test_what_is_told_names_whom_it_is_about() -> None:
    town = Town(Budgets(each_player=Budget(tokens_per_hour=100)))
    await town.say()
    about = Origin("", "", "ayla")
    reached = BudgetReached(about, "each_player.tokens_per_hour", "authored", 100, 100)
    assert [each for each in town.events if isinstance(each, BudgetReached)] == [reached]
    await town.engine.aclose()


@pytest.mark.parametrize(
    ("budgets", "others"),
    [
        ({"each_player": {"dollars_per_day": 1}}, {("bo", "mira"), ("bo", "tom")}),
        ({"each_npc": {"dollars_per_day": 1}}, {("ayla", "tom"), ("bo", "tom")}),
        ({"total": {"dollars_per_day": 1}}, set()),
        ({"each_player": {"tokens_per_hour": 100}}, {("bo", "mira"), ("bo", "tom")}),
        ({"total": {"dollars_per_day": 9, "tokens_per_hour": 100}}, set()),
    ],
)
async def test_it_is_spent_by_those_whom_it_is_for(
    budgets: dict[str, dict[str, float]], others: set[tuple[str, str]]
) -> None:
    for player, npc in (("ayla", "mira"), ("ayla", "tom"), ("bo", "mira"), ("bo", "tom")):
        town = Town(Budgets.model_validate(budgets))
        await town.say("mira", "ayla")
        reply = await town.say(npc, player)
        assert (reply.source == "model") == ((player, npc) in others)
        await town.engine.aclose()


async def test_a_budget_of_nothing_means_authored_lines_only() -> None:
    town = Town(dollars(0))
    assert (await town.say()).reason == "budget"
    assert not town.smart.requests
    await town.engine.aclose()


async def test_without_budgets_nothing_is_limited_and_nothing_kept() -> None:
    town = Town(Budgets())
    for _ in range(3):
        assert (await town.say()).source == "model"
    await town.engine.aclose()
    assert town.engine.spent.total.cost == 3.0


async def test_strict_says_which_budget_it_is_and_for_how_long() -> None:
    town = Town(dollars(1))
    await town.clock.advance(DAY - 600.0)  # the clock of tests begins at midnight
    await town.say()
    with pytest.raises(LimitReached, match=r"total.dollars_per_day is used up: 1 of 1") as caught:
        await town.engine.say("mira", "Hello.", player="ayla", strict=True)
    assert caught.value.retry_after == 600.0
    await town.engine.aclose()


@pytest.mark.parametrize(("name", "seconds"), [("tokens_per_hour", HOUR), ("tokens_per_day", DAY)])
async def test_it_begins_anew_with_the_hour_or_the_day(name: str, seconds: float) -> None:
    town = Town(Budgets.model_validate({"total": {name: 100}}))
    await town.clock.advance(seconds / 3)
    await town.say()
    await town.clock.advance(seconds * 2 / 3 - 1)
    assert (await town.say()).reason == "budget"
    await town.clock.advance(1)
    assert (await town.say()).source == "model"
    assert (await town.say()).reason == "budget"
    assert town.told == [(f"total.{name}", "authored")] * 2
    await town.engine.aclose()


async def test_a_calendar_that_is_set_back_gives_nothing_back_and_keeps_nothing_for_ever() -> None:
    town = Town(dollars(1))
    await town.clock.advance(DAY / 2)
    await town.say()
    town.clock.set_wall(town.clock.wall() - DAY)
    assert (await town.say()).reason == "budget"
    hours = 0
    while (await town.say()).reason == "budget":
        await town.clock.advance(HOUR)
        hours += 1
    assert 12 <= hours <= 36
    await town.engine.aclose()


async def test_a_restart_does_not_forget_what_was_spent_today(tmp_path: Path) -> None:
    clock = ManualClock()
    budgets = Budgets(each_player=Budget(dollars_per_day=2), total=Budget(dollars_per_day=10))
    for expected in ("model", "model", "authored"):
        town = Town(budgets, clock, SqliteStore(tmp_path / "town.db", clock))
        assert (await town.say()).source == expected
        await town.engine.aclose()
    town = Town(budgets, clock, SqliteStore(tmp_path / "town.db", clock))
    assert (await town.say(player="bo")).source == "model"
    await clock.advance(DAY)
    assert (await town.say()).source == "model"
    await town.engine.aclose()


async def test_what_was_told_before_a_restart_is_not_told_again(tmp_path: Path) -> None:
    clock = ManualClock()
    told = []
    for _ in range(4):
        town = Town(dollars(4), clock, SqliteStore(tmp_path / "town.db", clock))
        await town.say()
        told += town.told
        await town.engine.aclose()
    assert [rung for _, rung in told] == ["shorter", "authored"]


async def test_whoever_is_forgotten_gets_nothing_back() -> None:
    town = Town(Budgets(each_player=Budget(dollars_per_day=1)))
    await town.say()
    await town.engine.forget("ayla")
    assert (await town.say()).reason == "budget"
    await town.engine.aclose()


async def test_two_engines_on_one_store_share_a_budget() -> None:
    clock = ManualClock()
    store = InMemoryStore(clock)
    one, two = (Town(dollars(4), clock, store) for _ in range(2))
    sources = []
    for town in (one, two) * 5:
        sources.append((await town.say()).source)
        await clock.advance(0)
    # Each hears of what the other spent when it counts something itself.
    assert sources.count("model") in (4, 5)
    await one.engine.aclose()
    await two.engine.aclose()


async def test_many_turns_at_once_are_all_counted() -> None:
    town = Town(dollars(1000))
    await asyncio.gather(*(town.say(player=f"p{n}") for n in range(200)))
    await town.engine.aclose()
    kept = await town.store.value(Origin("", "", ""), "budget.total.dollars_per_day")
    assert kept == "200.0"


class Failing(InMemoryStore):
    """Keeps conversations, and nothing else."""

    async def value(self, origin: Origin, name: str) -> str | None:
        raise StoreUnavailable("here", "the disk is full")

    async def add(self, origin: Origin, name: str, amount: float, until: float) -> float:
        raise StoreUnavailable("here", "the disk is full")


class Hanging(InMemoryStore):
    """Keeps conversations, and takes for ever with everything else."""

    async def value(self, origin: Origin, name: str) -> str | None:
        await asyncio.Event().wait()
        return None

    async def add(self, origin: Origin, name: str, amount: float, until: float) -> float:
        await asyncio.Event().wait()
        return 0.0


async def test_a_store_that_fails_stops_no_turn_and_what_was_spent_counts() -> None:
    town = Town(dollars(2), store=Failing())
    for expected in ("model", "model", "authored"):
        reply = await town.engine.say("mira", "Hello.", player="ayla")
        assert reply.source == expected
    await town.engine.aclose()


class Locked(InMemoryStore):
    """Is used by another program at first."""

    failures = 1

    async def add(self, origin: Origin, name: str, amount: float, until: float) -> float:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("here", "database is locked")
        return await super().add(origin, name, amount, until)


async def test_what_a_store_did_not_take_it_is_told_again() -> None:
    clock = ManualClock()
    store = Locked(clock)
    town = Town(dollars(10), clock, store)
    for _ in range(2):
        await town.say()
        await clock.advance(0)
    await town.engine.aclose()
    assert store.failures == 0
    kept = await store.value(Origin("", "", ""), "budget.total.dollars_per_day")
    assert kept == "2.0"


async def test_a_store_that_hangs_holds_up_a_turn_for_a_second_at_most() -> None:
    town = Town(dollars(2), store=Hanging())
    sources = []
    for _ in range(3):
        saying = asyncio.ensure_future(town.say())
        await town.clock.advance(1.0)
        assert saying.done()
        sources.append(saying.result().source)
    assert sources == ["model", "model", "authored"]
    closing = asyncio.ensure_future(town.engine.aclose())
    await town.clock.advance(1.0)
    assert closing.done()


async def test_a_model_without_a_price_is_told_of_and_counts_in_tokens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    town = Town(Budgets(total=Budget(dollars_per_day=1, tokens_per_day=300)))
    town.smart.price = None
    for _ in range(2):
        assert (await town.say()).source == "model"
    assert caplog.text.count("till:a-model has no known price") == 1
    town.fast.price = None
    await town.say()
    assert (await town.say()).reason == "budget"
    await town.engine.aclose()


async def test_the_warning_is_logged_for_the_operator_but_not_for_each_player(
    caplog: pytest.LogCaptureFixture,
) -> None:
    town = Town(Budgets(total=Budget(tokens_per_day=140), each_player=Budget(tokens_per_day=100)))
    await town.say()
    assert [m for m in caplog.messages if "budget" in m] == [
        "budget total.tokens_per_day: 100 of 140 spent, from now on shorter"
    ]
    await town.engine.aclose()


async def test_what_is_kept_is_said_again_when_nothing_may_be_spent(tmp_path: Path) -> None:
    config = tmp_path / "npcengine.yaml"
    async with FakeProvider(style="local", replies=["One."]) as provider:
        routes = f'tiers: {{fast: ["vllm:q@{provider.base_url}"]}}\n'
        config.write_text(routes)
        async with NPCEngine.from_env(personas=[TOM], config=config, environ={}) as engine:
            await engine.say("tom", "Hello.", player="ayla")
            one = engine.spent.total

        tokens = (one.prompt + one.completion) / 0.97
        config.write_text(f"{routes}budgets: {{total: {{tokens_per_day: {tokens}}}}}\n")
        async with NPCEngine.from_env(personas=[TOM], config=config, environ={}) as engine:
            assert (await engine.say("tom", "Hello.", player="ayla")).source == "model"
            again = await engine.say("tom", "Hello.", player="bo")
            assert (again.text, again.source, again.cost) == ("One.", "cache", 0.0)
            assert (await engine.say("tom", "What news?", player="bo")).reason == "budget"
        assert len(provider.requests) == 2


async def test_without_a_cache_nothing_is_sent_either(tmp_path: Path) -> None:
    config = tmp_path / "npcengine.yaml"
    async with FakeProvider(style="local", replies=["One."]) as provider:
        config.write_text(f"""\
tiers: {{fast: ["vllm:q@{provider.base_url}"]}}
cache: {{requests: 0}}
budgets: {{each_npc: {{tokens_per_day: 1}}}}
""")
        async with NPCEngine.from_env(personas=[TOM], config=config, environ={}) as engine:
            assert (await engine.say("tom", "Hello.", player="ayla")).source == "model"
            assert (await engine.say("tom", "Hello.", player="bo")).reason == "budget"
        assert len(provider.requests) == 1
