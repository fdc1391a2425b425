"""A cast of any size, made up of words that nobody knows, the same one every time."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from string import ascii_lowercase

from npcengine.configuration import FactType

FACTS: Mapping[str, FactType] = {"trust": "number", "seen": "bool"}
JOBS, TRAITS = 20, 50


class Words:
    """Gives words as prose has them: few of them often, many seldom."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._words = [self._made() for _ in range(4000)]
        self._weights = [1 / (place + 1) for place in range(len(self._words))]

    def _made(self) -> str:
        return "".join(self.random.choices(ascii_lowercase, k=self.random.randint(2, 9)))

    def word(self) -> str:
        return self.random.choice(self._words)

    def name(self, number: int) -> str:
        """Return the name of a place; no other number has the same."""
        return f"{self._words[number % 1000]}ia{self._words[number // 1000]}".capitalize()

    def line(self, count: int) -> str:
        return " ".join(self.random.choices(self._words, self._weights, k=count)).capitalize() + "."


def write_cast(folder: Path, count: int) -> None:
    """Write personas, each with an archetype and two mixins, and those."""
    words = Words(1)
    parts = folder / "parts"
    parts.mkdir(parents=True)
    (parts / "human.yaml").write_text("id: human\nabstract: true\nspecies: human\n", "utf-8")
    for number in range(JOBS):
        (parts / f"job{number}.yaml").write_text(_job(number, words), "utf-8")
    for number in range(TRAITS):
        (parts / f"trait{number}.yaml").write_text(_trait(number, words), "utf-8")
    for number in range(count):
        (folder / f"npc{number:05}.yaml").write_text(_npc(number, count, words), "utf-8")


def _job(number: int, words: Words) -> str:
    return f"""\
id: job{number}
abstract: true
extends: human
role: '{words.line(3)}'
knowledge:
  - {{id: a{number}, text: '{words.line(9)}'}}
  - {{id: b{number}, text: '{words.line(9)}', when: trust >= 20}}
stock_lines:
  fallback: ['{words.line(4)}', '{words.line(4)}', '{words.line(4)}']
  refuse: ['{words.line(4)}']
"""


def _trait(number: int, words: Words) -> str:
    return f"""\
id: trait{number}
abstract: true
traits+: ['{words.line(3)}', '{words.line(3)}']
values+: ['{words.line(4)}']
speech:
  style: '{words.line(20)}'
  catchphrases+: ['{words.line(4)}']
"""


def _npc(number: int, count: int, words: Words) -> str:
    one, other = words.random.sample(range(TRAITS), 2)
    return f"""\
id: npc{number:05}
extends: job{words.random.randrange(JOBS)}
mixins: [trait{one}, trait{other}]
name: Person {number}
description: >-
  {words.line(12)} {words.line(12)}
  {words.line(12)}
age: {words.random.randint(16, 80)}
backstory: >-
  {words.line(12)} {words.line(12)}
goals:
  - '{words.line(7)}'
  - {{id: g, text: '{words.line(7)}', when: met}}
speech:
  max_sentences: 2
  avoid: ['{words.line(2)}']
examples:
  - player: '{words.line(5)}'
    npc: '{words.line(10)}'
  - player: '{words.line(5)}'
    npc: '{words.line(10)}'
  - {{player: '{words.line(5)}', npc: '{words.line(10)}', when: trust >= 40}}
greetings:
  - '{words.line(4)}'
  - '{words.line(4)}'
knowledge+:
  - {{id: k1, text: '{words.line(9)}'}}
  - {{id: k2, text: '{words.line(9)}'}}
  - {{id: k3, text: '{words.line(9)}'}}
secrets:
  - id: s
    text: '{words.line(9)}'
    reveal_when: trust >= 60 and seen
    leak_terms: ['{words.word()}{number}']
    deflect: '{words.line(3)}'
relationships:
  - {{npc: npc{words.random.randrange(count):05}, kind: friend, note: '{words.line(5)}'}}
"""
