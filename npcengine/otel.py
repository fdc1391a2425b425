"""Turns and calls as OpenTelemetry has them: spans and metrics, without what anybody said."""

from __future__ import annotations

from collections.abc import Mapping

from cachetools import LRUCache

try:
    from opentelemetry import metrics, trace
    from opentelemetry.context import Context
    from opentelemetry.trace import SpanKind, StatusCode
except ImportError as error:
    raise ImportError("OpenTelemetry is an extra: pip install 'npcengine[otel]'") from error

from npcengine.clock import Clock, SystemClock
from npcengine.hooks import AttemptEnded, Event, TurnEnded
from npcengine.messages import Completion, Usage
from npcengine.version import __version__

REMEMBERED = 1000
"""Turns whose late calls, as one that is read to its end in the background, find their span."""

# As recommended by the semantic conventions for generative AI, which are still in development;
# the names here are those of their version 1.42.
_SECONDS = [0.01 * 2**step for step in range(14)]
_TOKENS = [float(4**step) for step in range(14)]
_FINISHES = {
    "stop": "stop",
    "length": "length",
    "filtered": "content_filter",
    "broken": "error",
    "deadline": "error",
}

_Attributes = dict[str, str | bool | int | float | tuple[str, ...]]


class OpenTelemetry:
    """A hook that makes a span of each turn, and in it one of each call of a model, and metrics.

    Use it as `NPCEngine(hooks=[OpenTelemetry()])`, one for each engine. Spans are those of the
    span that is current where the turn was asked for. They name characters, providers and
    models; neither what anybody said nor any player stands in them.
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Write to these; without them, to those that the program has set up globally."""
        self._clock = clock or SystemClock()
        self._tracer = trace.get_tracer("npcengine", __version__, tracer_provider)
        meter = metrics.get_meter("npcengine", __version__, meter_provider)
        self._turn_seconds = _seconds(meter, "gen_ai.invoke_agent.duration", "A turn.")
        self._seconds = _seconds(meter, "gen_ai.client.operation.duration", "A call of a model.")
        first = "gen_ai.client.operation.time_to_first_chunk"
        self._first = _seconds(meter, first, "From a call to its first content.")
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            "{token}",
            "Tokens of a call, as the provider has counted them.",
            explicit_bucket_boundaries_advisory=_TOKENS,
        )
        # Spans are made when all is known: those of calls wait for that of their turn.
        self._waiting: LRUCache[int, list[tuple[AttemptEnded, int]]] = LRUCache(REMEMBERED)
        self._ended: LRUCache[int, Context] = LRUCache(REMEMBERED)

    def __call__(self, event: Event) -> None:
        """Take an event; those that are no end of a turn or a call are passed over."""
        if isinstance(event, AttemptEnded):
            self._attempt(event)
        elif isinstance(event, TurnEnded):
            self._turn(event)

    def _attempt(self, event: AttemptEnded) -> None:
        self._measure(event)
        turn, now = event.origin.turn, self._now()
        context = self._ended.get(turn)
        if turn and context is None:
            self._waiting.setdefault(turn, []).append((event, now))
        else:
            self._write(event, now, context)

    def _turn(self, event: TurnEnded) -> None:
        now, npc, turn = self._now(), event.origin.npc, event.origin.turn
        attributes = _of_turn(event)
        span = self._tracer.start_span(
            f"invoke_agent {npc}",
            attributes=attributes,
            start_time=now - _nanoseconds(event.seconds),
        )
        context = trace.set_span_in_context(span)
        for attempt, ended in self._waiting.pop(turn, ()):
            self._write(attempt, ended, context)
        if event.error is not None:
            span.set_status(StatusCode.ERROR)
        span.end(now)
        self._ended[turn] = context
        shared = "gen_ai.operation.name", "gen_ai.agent.name", "npcengine.source", "error.type"
        self._turn_seconds.record(event.seconds, _only(attributes, *shared))

    def _write(self, event: AttemptEnded, ended: int, context: Context | None) -> None:
        span = self._tracer.start_span(
            f"chat {event.model}".strip(),
            context,
            SpanKind.CLIENT,
            _of_attempt(event) | _of_answer(event.completion, streamed=event.streamed),
            start_time=ended - _nanoseconds(event.seconds),
        )
        if _error(event):
            span.set_status(StatusCode.ERROR)
        span.end(ended)

    def _measure(self, event: AttemptEnded) -> None:
        said = event.completion
        if said is None and event.error is None:
            return  # how long it would have taken is not known
        attributes = _of_attempt(event)
        for name in ("gen_ai.agent.name", "gen_ai.request.stream", "npcengine.lane"):
            attributes.pop(name, None)
        self._seconds.record(event.seconds, attributes)
        attributes.pop("error.type", None)
        if said is None:
            return
        if event.streamed:
            self._first.record(said.first_content, attributes)
        if not said.usage.estimated:
            for kind, tokens in (("input", said.usage.prompt), ("output", said.usage.completion)):
                self._tokens.record(tokens, attributes | {"gen_ai.token.type": kind})

    def _now(self) -> int:
        return _nanoseconds(self._clock.wall())


def _of_turn(event: TurnEnded) -> _Attributes:
    reply = event.reply
    told: dict[str, str | float | None] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": event.origin.npc,
        "error.type": type(event.error).__name__ if event.error else None,
    }
    if reply is not None:
        told |= {
            "gen_ai.provider.name": reply.provider or None,
            "gen_ai.request.model": reply.model or None,
            "npcengine.source": reply.source,
            "npcengine.reason": reply.reason,
            "npcengine.finish": reply.finish,
            "npcengine.first_text": reply.first_text,
            "npcengine.cost": reply.cost,
        }
    return _known(told)


def _of_attempt(event: AttemptEnded) -> _Attributes:
    host, _, port = event.server.rpartition(":")
    return _known(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": event.provider or None,
            "gen_ai.request.model": event.model or None,
            "gen_ai.request.stream": event.streamed or None,
            "gen_ai.agent.name": event.origin.npc,
            "server.address": host or None,
            "server.port": int(port) if host else None,
            "npcengine.lane": event.lane,
            "error.type": _error(event),
        }
    )


def _of_answer(said: Completion | None, *, streamed: bool) -> _Attributes:
    if said is None:
        return {}
    finish = _FINISHES.get(said.finish)
    told = _known(
        {
            "gen_ai.response.id": said.request_id,
            "gen_ai.response.finish_reasons": (finish,) if finish else None,
            "gen_ai.response.time_to_first_chunk": said.first_content if streamed else None,
            "npcengine.finish": said.finish,
            "npcengine.cost": said.cost,
            "npcengine.queued": said.queued,
        }
    )
    return told if said.usage.estimated else told | _of_usage(said.usage)


def _of_usage(usage: Usage) -> _Attributes:
    return {
        "gen_ai.usage.input_tokens": usage.prompt,
        "gen_ai.usage.cache_read.input_tokens": usage.cached,
        "gen_ai.usage.output_tokens": usage.completion,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
    }


def _error(event: AttemptEnded) -> str | None:
    """Return the kind of what went wrong; None also for what was given up, or cut by intent."""
    if event.error is not None:
        return type(event.error).__name__
    said = event.completion
    if said is None or said.finish not in ("broken", "deadline"):
        return None
    return type(said.error).__name__ if said.error else "DeadlineExceeded"


def _known(values: Mapping[str, str | bool | float | tuple[str, ...] | None]) -> _Attributes:
    return {name: value for name, value in values.items() if value is not None}


def _only(attributes: _Attributes, *names: str) -> _Attributes:
    return {name: attributes[name] for name in names if name in attributes}


def _seconds(meter: metrics.Meter, name: str, about: str) -> metrics.Histogram:
    return meter.create_histogram(name, "s", about, explicit_bucket_boundaries_advisory=_SECONDS)


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)
