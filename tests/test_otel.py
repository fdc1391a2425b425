"""Spans and metrics: those that the conventions name, in their places, and nothing private."""

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from npcengine import NPCEngine, Reply
from npcengine.clock import Clock
from npcengine.otel import OpenTelemetry
from npcengine.stores.inmemory import InMemoryStore
from npcengine.testing.fake_provider import FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend
from tests.dialogue.stage import MIRA

PLAYER, LINE, ANSWER = "ayla-of-the-marsh", "Can you mend this halberd?", "Bring tongs, stranger."


class Collector:
    """What a program with the SDK of OpenTelemetry gets from the hook."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        meters = MeterProvider([self._reader])
        self.hook = OpenTelemetry(self.tracers, meters, clock)

    def engine(self, *script: Script, clock: Clock | None = None) -> NPCEngine:
        backends = {"fast": ScriptedBackend(script, clock)} if script else None
        return NPCEngine(personas=[MIRA], backends=backends, hooks=[self.hook], clock=clock)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._spans.get_finished_spans())

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]

    @property
    def turn(self) -> ReadableSpan:
        (span,) = self.named("invoke_agent mira")
        return span

    def points(self, metric: str) -> list[HistogramDataPoint]:
        data = self._reader.get_metrics_data()
        found: list[Any] = []
        for resource in data.resource_metrics if data is not None else ():
            for scope in resource.scope_metrics:
                for each in scope.metrics:
                    found += each.data.data_points if each.name == metric else ()
        return found

    def written(self) -> str:
        data = self._reader.get_metrics_data()
        return "".join(span.to_json() for span in self.spans) + (data.to_json() if data else "")


def attributes(span: ReadableSpan | HistogramDataPoint) -> dict[str, Any]:
    return dict(span.attributes or {})


def is_child(span: ReadableSpan, of: ReadableSpan) -> bool:
    return span.parent is not None and span.parent == of.context


async def say(engine: NPCEngine) -> Reply:
    return await engine.say("mira", LINE, player=PLAYER)


async def fallen_back(seen: Collector, stack: AsyncExitStack) -> NPCEngine:
    """An engine whose first two routes are down and whose third answers."""
    groq = await stack.enter_async_context(FakeProvider(replies=[Fault.status(503)]))
    openai = await stack.enter_async_context(FakeProvider(style="openai", replies=[ANSWER]))
    environ = {
        "GROQ_API_KEY": "gsk_a_key_of_no_account",
        "GROQ_BASE_URL": groq.base_url,
        "OPENAI_API_KEY": "sk-a-key-of-no-account",
        "OPENAI_BASE_URL": openai.base_url,
    }
    engine = NPCEngine.from_env(
        personas=[MIRA], environ=environ, store=InMemoryStore(), hooks=[seen.hook]
    )
    return await stack.enter_async_context(engine)


async def test_a_turn_is_a_span_and_each_call_one_inside_it() -> None:
    seen = Collector()
    async with AsyncExitStack() as stack:
        engine = await fallen_back(seen, stack)
        async with engine.stream("mira", LINE, player=PLAYER) as line:
            async for _ in line:
                pass
    turn = seen.turn
    assert turn.kind == SpanKind.INTERNAL
    assert (
        attributes(turn).items()
        >= {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "mira",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-6-luna",
            "npcengine.source": "model",
            "npcengine.finish": "stop",
        }.items()
    )
    *failed, good = [span for span in seen.spans if span.name.startswith("chat ")]
    assert all(is_child(span, turn) and span.kind == SpanKind.CLIENT for span in (*failed, good))
    assert {span.name for span in failed} == {
        "chat openai/gpt-oss-20b",
        "chat openai/gpt-oss-120b",
    }
    for span in failed:
        assert span.status.status_code == StatusCode.ERROR
        assert attributes(span)["error.type"] == "ProviderFailed"
        assert attributes(span)["gen_ai.provider.name"] == "groq"
    told = attributes(good)
    assert good.name == "chat gpt-6-luna"
    assert told["gen_ai.response.finish_reasons"] == ("stop",)
    assert told["gen_ai.response.id"].startswith("req_")
    assert told["gen_ai.request.stream"] is True
    assert told["gen_ai.response.time_to_first_chunk"] > 0
    assert told["gen_ai.usage.input_tokens"] > told["gen_ai.usage.output_tokens"] > 0
    assert told["server.address"] == "127.0.0.1"
    assert told["npcengine.cost"] == line.reply.cost
    assert "error.type" not in told


async def test_nothing_tells_who_the_player_is_or_what_anybody_said() -> None:
    seen = Collector()
    async with AsyncExitStack() as stack:
        await say(await fallen_back(seen, stack))
    written = seen.written()
    assert "gpt-6-luna" in written
    for private in (PLAYER, "halberd", "tongs", MIRA.description, "gsk_a_key", "sk-a-key"):
        assert private not in written


async def test_what_is_measured() -> None:
    seen = Collector()
    async with AsyncExitStack() as stack:
        engine = await fallen_back(seen, stack)
        reply = await say(engine)
        async with engine.stream("mira", LINE, player=PLAYER) as line:
            async for _ in line:
                pass
    usages = [each.usage for each in (reply, line.reply) if each.usage is not None]
    counted = {
        attributes(point)["gen_ai.token.type"]: (point.count, point.sum)
        for point in seen.points("gen_ai.client.token.usage")
    }
    assert counted == {
        "input": (2, sum(each.prompt for each in usages)),
        "output": (2, sum(each.completion for each in usages)),
    }
    calls = {
        (attributes(point)["gen_ai.request.model"], attributes(point).get("error.type"))
        for point in seen.points("gen_ai.client.operation.duration")
    }
    assert calls == {
        ("openai/gpt-oss-20b", "ProviderFailed"),
        ("openai/gpt-oss-120b", "ProviderFailed"),
        ("gpt-6-luna", None),
    }
    (first,) = seen.points("gen_ai.client.operation.time_to_first_chunk")
    assert first.count == 1  # of the one that was streamed
    (turns,) = seen.points("gen_ai.invoke_agent.duration")
    assert turns.count == 2
    assert attributes(turns)["npcengine.source"] == "model"


async def test_an_estimate_is_no_count() -> None:
    seen = Collector()
    await say(seen.engine(ANSWER))
    (call,) = seen.named("chat script")
    assert "gen_ai.usage.input_tokens" not in attributes(call)
    assert seen.points("gen_ai.client.token.usage") == []
    assert len(seen.points("gen_ai.client.operation.duration")) == 1


async def test_the_span_of_the_caller_is_the_parent() -> None:
    seen = Collector()
    engine = seen.engine(ANSWER)
    with seen.tracers.get_tracer("game").start_as_current_span("command"):
        await say(engine)
    (command,) = seen.named("command")
    assert is_child(seen.turn, command)


async def test_an_authored_line_is_a_turn_without_calls() -> None:
    seen = Collector()
    await say(seen.engine())
    (turn,) = seen.spans
    assert attributes(turn).items() >= {"npcengine.reason": "offline"}.items()
    assert turn.status.status_code == StatusCode.UNSET


async def test_a_call_that_ends_after_its_turn_stands_inside_it_too() -> None:
    clock = ManualClock()
    seen, more = Collector(clock), asyncio.Event()
    engine = seen.engine(
        ("Aye. No. Well. Good. Day. To you. And more. ", more, "Bye."), clock=clock
    )
    async with engine.stream("mira", LINE, player=PLAYER) as line:
        async for _ in line:
            pass
    assert [span.name for span in seen.spans] == ["invoke_agent mira"]
    await clock.advance(1.0)
    (call,) = seen.named("chat script")
    assert is_child(call, seen.turn)
    assert attributes(call)["npcengine.finish"] == "closed"
    await engine.aclose()


async def test_a_turn_whose_player_left_is_a_span_and_its_call_no_failure() -> None:
    clock = ManualClock()
    seen = Collector(clock)
    engine = seen.engine((asyncio.Event(), "Too late."), clock=clock)
    saying = asyncio.ensure_future(say(engine))
    await clock.advance(0.5)
    saying.cancel()
    await asyncio.wait([saying])
    (call,) = seen.named("chat")
    assert is_child(call, seen.turn)
    for span in (call, seen.turn):
        assert span.status.status_code == StatusCode.UNSET
        assert (span.end_time or 0) - (span.start_time or 0) == 500_000_000
    assert seen.points("gen_ai.client.operation.duration") == []
    await engine.aclose()


def test_without_the_extra_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None; import npcengine.otel"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'npcengine[otel]'" in done.stderr
    code = "import sys, npcengine; print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False"
