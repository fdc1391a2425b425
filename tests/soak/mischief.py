"""What a provider does to a request: mostly it answers, in one of many ways, or else it fails.

Everything that it counts is written down, so that it can be held against what the engine counts.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic_core import to_json

from npcengine.messages import Usage
from npcengine.testing.fake_provider import Answer, Fault, FaultMix, Page
from npcengine.testing.fake_provider.answers import Step
from npcengine.testing.fake_provider.completions import pieces

WORDS = (
    "the forge is hot and the iron is not yet what it should be so mind the sparks or go home "
    "before the rain comes down from the hills with all that it brings to us here"
).split()
FAULTY = 0.2
"""The share of requests that fail."""
FATAL = 0.002
"""The share that fails in a way after which a route is not asked again."""
YEAR = 31_536_000.0

Maker = Callable[[random.Random, str], Step]
"""Makes an answer that would have said this text."""

FAULTS: dict[str, Maker] = {
    "500": lambda rng, _: Fault.status(500),
    "502": lambda rng, _: Fault.status(502),
    "503": lambda rng, _: Fault.status(503, delay=rng.choice([0.0, 0.05])),
    "524": lambda rng, _: Fault.html(524),
    "498": lambda rng, _: Fault.status(498),
    "422": lambda rng, _: Fault.status(422),
    "413": lambda rng, _: Fault.status(413),
    "429": lambda rng, _: Fault.status(429, retry_after=rng.choice([0.01, 0.1, 0.3])),
    "429 without a word": lambda rng, _: Fault.status(429),
    "429 with nonsense": lambda rng, _: Fault.status(
        429,
        headers={
            "retry-after": rng.choice(["soon", "-3", "nan", "Thu, 99 Foo 2026"]),
            "x-ratelimit-reset-tokens": rng.choice(["7.66z", "1e999s", "--", "m1s"]),
            "x-ratelimit-remaining-requests": "many",
        },
    ),
    "slow down": lambda rng, _: Fault.status(429, code="slow_down", retry_after=0.1),
    "refused parameter": lambda rng, _: Fault.status(
        400, code="unsupported_parameter", param=rng.choice(["temperature", "reasoning_effort"])
    ),
    "context": lambda rng, _: Fault.status(400, code="context_length_exceeded"),
    "page": lambda rng, _: Fault.html(),
    "nothing": lambda rng, _: Page(b"", content_type=rng.choice(["application/json", "text/html"])),
    "empty stream": lambda rng, _: Page(b"", content_type="text/event-stream"),
    "not HTTP": lambda rng, _: Fault.not_http(),
    "silence": lambda rng, _: Fault.silence(),
    "stall": lambda rng, text: Fault.stall(rng.choice([0, 1, 2, 5]), text),
    "drop": lambda rng, text: Fault.drop(rng.choice([None, 0, 1, 2, 5]), text),
    "truncated": lambda rng, text: Fault.truncated(rng.choice([1, 3, -1]), text),
    "stream error": lambda rng, text: Fault.stream_error(
        shape=rng.choice(["event", "data", "text", "x_groq"]), after=rng.choice([1, 3]), text=text
    ),
    "malformed": lambda rng, text: Fault.malformed(rng.choice([1, 2, 4]), text),
    "unstreamed": lambda rng, text: Fault.unstreamed(text),
    "empty": lambda rng, _: Fault.empty(),
    "refusal": lambda rng, _: Fault.refusal(),
    "gzip unasked": lambda rng, text: Fault.gzip_unasked(text),
    "mix": lambda rng, text: FaultMix(0.3, 0.3, 0.3, slow=0.4).pick(rng, Answer(text)),
}
FATALITIES: dict[str, Maker] = {
    "401": lambda rng, _: Fault.status(401),
    "404": lambda rng, _: Fault.status(404),
    "403": lambda rng, _: Fault.status(403),
    "no quota": lambda rng, _: Fault.status(429, code="insufficient_quota"),
    "retired": lambda rng, _: Fault.status(400, code="model_decommissioned"),
    "a year": lambda rng, _: Fault.status(429, retry_after=YEAR),
}
FOREIGN = ("<html", "{", "SSH-", "HTTP", "error", "I'm sorry", "Traceback", "chatcmpl")
"""What no line of a character holds, whatever a provider said."""


class Provider:
    """Answers requests for a `FakeProvider`, by chance, and keeps the provider's own account."""

    def __init__(self, name: str, rng: random.Random) -> None:
        """Speak of itself by `name`, which has to be a word that a character may say."""
        self._name = name
        self._rng = rng
        self._numbers = itertools.count(1)
        self.calm = False
        """True when nothing goes wrong any more."""
        self.stalls = False
        """True when nobody gets an answer."""
        self.done: Counter[str] = Counter()
        """How often each thing was done."""
        self.counted: Counter[Usage] = Counter()
        """What each request used by the provider's own count, whether it could tell or not."""
        self.told: set[str] = set()
        """The first words of the answers that came with a count."""

    def answer(self, body: dict[str, Any]) -> Step:
        """Return what this request gets."""
        rng = self._rng
        opening = f"Aye {self._name} {next(self._numbers)}"
        text = f"{opening}, {' '.join(rng.choices(WORDS, k=rng.randint(3, 30)))}."
        if self.stalls:
            return Fault.stall()
        if self.calm:
            step: Step = Answer(text)
        else:
            step = self._pick(text)
        if isinstance(step, Answer) and step.usage:
            self._count(step, body)
            if step.text == text:
                self.told.add(opening)
        return step

    def _pick(self, text: str) -> Step:
        rng = self._rng
        draw = rng.random()
        if draw < FATAL:
            name, make = rng.choice(list(FATALITIES.items()))
        elif draw < FAULTY:
            name, make = rng.choice(list(FAULTS.items()))
        else:
            name, make = "answered", _answered
        self.done[name] += 1
        return make(rng, text)

    def _count(self, step: Answer, body: dict[str, Any]) -> None:
        prompt = len(to_json(body)) // 4  # as the fake provider does it
        reasoning = len(pieces(step.reasoning))
        completion = reasoning + len(pieces(step.refusal or step.text))
        self.counted[Usage(prompt, completion, reasoning=reasoning)] += 1


def _answered(rng: random.Random, text: str) -> Answer:
    """Answer faultlessly, in one of the ways that providers have."""
    answer = Answer(
        text,
        delay=rng.choice([0.0, 0.0, 0.01, 0.05, 0.2]),
        pace=rng.choice([0.0, 0.0, 0.002]),
        batch=rng.choice([1, 1, 4]),
        split=rng.choice([0, 0, 0, 7]),
        newline=rng.choice(["\n", "\n", "\r\n", "\r"]),
        ping=rng.random() < 0.1,
        usage=rng.random() < 0.9,
        finish=rng.choice(["stop", "stop", "stop", "length"]),
    )
    return replace(answer, reasoning="Let me think.") if rng.random() < 0.2 else answer
