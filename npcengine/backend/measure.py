"""How fast a route answers: several calls of a usual size, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from statistics import median

from npcengine.backend.chain import Connections, Route
from npcengine.backend.meter import estimate_cost
from npcengine.clock import Clock
from npcengine.errors import BackendError, DeadlineExceeded
from npcengine.messages import ChatRequest, Completion, Message, Origin, Prefix, Waits

SECONDS = 15.0
"""For each call."""
_CHARACTER = """\
You are Hild Marsh, the blacksmith of a village in a fantasy game. Stay in character and answer
in plain sentences, without lists and without stage directions.

Hild has run the forge at the east gate for thirty years. She is gruff, honest and short of time,
proud of her work and fond of nobody's haggling. She lost two fingers to a bad weld and tells the
story to every apprentice. She sells nails, hinges, ploughshares and now and then a sword, and she
mends whatever is brought to her before noon.

She knows that the old mill burned down in spring, that the road to the marsh is flooded, that a
caravan with her iron is a week late, and that the miller's son has not been seen since. She does
not know who set the fire, and she does not guess.

She speaks in short sentences, swears by the anvil, calls strangers traveller, and asks them to
get to the point."""
_ASKED = ChatRequest(
    prefix=Prefix.of([Message("system", _CHARACTER)]),
    tail=(Message("user", "Tell me of your trade and of the village, in five sentences."),),
    origin=Origin("doctor", "doctor", "doctor"),
    deadline=0.0,
    max_tokens=120,
    lane="background",
    waits=Waits(connect=SECONDS, first=SECONDS, between=SECONDS),
)


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured of one route. Where nothing could be, there is None."""

    provider: str
    model: str
    calls: int
    """How many were made."""
    failed: int
    first_p50_ms: int | None
    """From sending to the first content, as `first_p95_ms`."""
    first_p95_ms: int | None
    """Of fewer than 20 calls, the slowest."""
    tokens_per_second: float | None
    """After the first content, of what can be seen."""
    queued_ms: int | None
    """How long requests waited at the provider, where it tells that."""
    cost: float | None
    """US dollars; None where no price is known."""
    errors: tuple[str, ...]
    """Each different one once."""


@dataclass(frozen=True, slots=True)
class _Answer:
    said: Completion
    rate: float | None


def most_cost(routes: Sequence[Route], calls: int) -> tuple[float, int]:
    """Return what so many calls of each will cost at most, and of how many no price is known.

    In US dollars, and about, because the tokens of a prompt are estimated.
    """
    costs = [estimate_cost(_ASKED.messages, str(each), _ASKED.max_tokens) for each in routes]
    return calls * sum(cost for cost in costs if cost is not None), costs.count(None)


async def measure(
    route: Route, connections: Connections, clock: Clock, calls: int, told: Callable[[], None]
) -> Speed:
    """Make so many calls over a connection that is there already, and say when each is done.

    A failure that only another configuration can mend ends them.
    """
    chat = connections.chat(route)
    await chat.warm()
    answers: list[_Answer] = []
    errors: list[BackendError] = []
    for _ in range(calls):
        try:
            answers.append(await _call(route, connections, clock))
        except BackendError as error:
            errors.append(error)
        told()
        if errors and errors[-1].remedy == "never":
            break
    return _speed(route, answers, errors)


async def _call(route: Route, connections: Connections, clock: Clock) -> _Answer:
    request = replace(_ASKED, deadline=clock.now() + SECONDS)
    async with await connections.chat(route).open(request) as stream:
        began = last = clock.now()
        first = 0
        async for text in stream:
            first = first or len(text)
            last = clock.now()
    said = stream.completion
    if isinstance(said.error, BackendError):
        raise said.error
    if said.finish == "deadline":
        raise DeadlineExceeded(
            f"the answer did not end within {SECONDS:g} s", provider=said.provider, model=said.model
        )
    later = (said.usage.completion - said.usage.reasoning) * (1 - first / len(said.text))
    return _Answer(said, later / (last - began) if later > 0 and last > began else None)


def _speed(route: Route, answers: Sequence[_Answer], errors: Sequence[BackendError]) -> Speed:
    firsts = sorted(each.said.first_content for each in answers)
    rates = [each.rate for each in answers if each.rate is not None]
    queued = [each.said.queued for each in answers if each.said.queued is not None]
    costs = [each.said.cost for each in answers]
    return Speed(
        route.provider,
        route.model,
        calls=len(answers) + len(errors),
        failed=len(errors),
        first_p50_ms=_milliseconds(_quantile(firsts, 0.5)),
        first_p95_ms=_milliseconds(_quantile(firsts, 0.95)),
        tokens_per_second=round(median(rates), 1) if rates else None,
        queued_ms=_milliseconds(median(queued) if queued else None),
        cost=None if None in costs else sum(cost for cost in costs if cost is not None),
        errors=tuple(dict.fromkeys(map(_what, errors))),
    )


def _what(error: BackendError) -> str:
    return f"HTTP {error.status}: {error.message}" if error.status else error.message


def _quantile(values: Sequence[float], share: float) -> float | None:
    return values[ceil(share * len(values)) - 1] if values else None


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(1000 * seconds)
