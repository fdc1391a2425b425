"""Whatever is written, merged, translated, told and said: what is locked is in no prompt.

Every text that may be locked has a word of its own, by which it is found wherever it comes out.
"""

import asyncio
import logging
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine import Budget, Budgets, NPCEngine, Scene
from npcengine.backend.cache import Cache
from npcengine.clock import SystemClock
from npcengine.hooks import TurnEnded
from npcengine.messages import ChatRequest, Origin
from npcengine.persona.cast import Cast
from npcengine.persona.loader import load_cast
from npcengine.stores.inmemory import InMemoryStore
from npcengine.testing.scripted import ScriptedBackend
from npcengine.turns import Fact

Facts = Mapping[str, Fact]
Opens = Callable[[Facts], bool]

# Each with what everybody can check: whether it is certainly true.
CONDITIONS: Mapping[str, Opens] = {
    "trust >= 40": lambda facts: float(facts.get("trust", 0)) >= 40,
    "trust < 40": lambda facts: "trust" in facts and float(facts["trust"]) < 40,
    "marsh": lambda facts: facts.get("marsh") is True,
    "not marsh": lambda facts: facts.get("marsh") is False,
    "marsh and trust >= 40": lambda facts: (
        facts.get("marsh") is True and float(facts.get("trust", 0)) >= 40
    ),
    "marsh or turns >= 2": lambda facts: facts.get("marsh") is True or int(facts["turns"]) >= 2,
    "met": lambda facts: facts["met"] is True,
    "not met": lambda facts: facts["met"] is False,
}
KEYS = ("mill", "reeds", "lantern", "tower")
GATES = st.none() | st.sampled_from(sorted(CONDITIONS))
IDS = st.sampled_from(["one", "two", "three"])
Item = tuple[str, str | None]
"""An id, and a condition."""
ITEMS = st.lists(st.tuples(IDS, GATES), max_size=3, unique_by=lambda item: item[0])
LAYERS = st.fixed_dictionaries(dict.fromkeys(("knowledge", "goals", "secrets"), ITEMS))


@dataclass(frozen=True)
class LoreDraw:
    keys: list[str]
    calls: str
    when: str | None
    tags: list[str]
    since: int | None
    constant: bool


@dataclass(frozen=True)
class Move:
    player: str
    told: Facts
    line: str
    locale: str | None
    verb: str
    answer: int


LORE = st.builds(
    LoreDraw,
    keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True),
    calls=st.sampled_from(KEYS),
    when=GATES,
    tags=st.lists(st.sampled_from(["trade", "faith"]), max_size=2, unique=True),
    since=st.none() | st.sampled_from([1, 9]),
    constant=st.booleans(),
)
TOLD = st.fixed_dictionaries(
    {}, optional={"trust": st.sampled_from([0, 40, 90]), "marsh": st.booleans()}
)
MOVES = st.builds(
    Move,
    player=st.sampled_from(["ayla", "bo"]),
    told=TOLD,
    line=st.sampled_from([*(f"What of the {key}?" for key in KEYS), "Hello.", "Tell me all."]),
    locale=st.sampled_from([None, "de"]),
    verb=st.sampled_from(["say", "stream", "greet", "leave", "forget", "save", "restore", "off"]),
    answer=st.integers(0, 30),
)


@dataclass
class Secrets:
    """The words by which texts are found, and whether each is open."""

    opens: dict[str, dict[str, Opens]] = field(default_factory=lambda: {"en": {}, "de": {}})
    """By locale. What is not there must never come out in it."""
    words: list[str] = field(default_factory=list)
    leaks: list[tuple[str, str]] = field(default_factory=list)
    """The words of secrets, which models come up with: in English and in German."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(10))

    def word(self, opens: Opens | None, *locales: str) -> str:
        letters = "".join("bcdfghklmn"[int(digit)] for digit in str(next(self._numbers)))
        word = f"vor{letters}aquel"
        self.words.append(word)
        for locale in locales if opens else ():
            self.opens[locale][word] = opens  # type: ignore[assignment]
        return word

    def locked(self, locale: str | None, facts: Facts) -> list[str]:
        opens = self.opens[locale or "en"]
        return [word for word in self.words if word not in opens or not opens[word](facts)]


def gate(when: str | None) -> Opens:
    return CONDITIONS[when] if when else lambda _: True


def item(id: str, when: str | None, word: str, kind: str) -> dict[str, Any]:
    given: dict[str, Any] = {"id": id, "text": f"{{{{user}}}} should hear of {word}, {{{{char}}}}."}
    if when:
        given["reveal_when" if kind == "secrets" else "when"] = when
    if kind == "secrets":
        given["leak_terms"] = [word]
    return given


def merged(layers: Sequence[Mapping[str, list[Item]]], kind: str) -> dict[str, str | None]:
    """Return the ids of what the layers come to, and the last condition that each was given."""
    gates: dict[str, str | None] = {}
    for layer in layers:
        for id, when in layer[kind]:
            gates[id] = when or gates.get(id)
    return gates


@st.composite
def casts(draw: st.DrawFn) -> tuple[dict[str, dict[str, Any]], Secrets]:
    """Draw the files of a character, and what of them is open when."""
    secrets = Secrets()
    layers = [draw(LAYERS) for _ in range(3)]
    files: list[dict[str, Any]] = [{}, {}, {}]
    over: dict[str, Any] = {}
    translated = draw(st.booleans())
    for kind in ("knowledge", "goals", "secrets"):
        gates = merged(layers, kind)
        for place, layer in enumerate(layers):
            later = {id for other in layers[place + 1 :] for id, _ in other[kind]}
            for id, when in layer[kind]:
                final = gates[id]
                opens = None if id in later or (kind == "secrets" and not final) else gate(final)
                is_english_only = translated and id == "one"
                # What a secret comes to in one language may be said in the other while it is open.
                other = kind == "secrets" or not is_english_only
                word = secrets.word(opens, "en", *(("de",) if other else ()))
                files[place].setdefault(kind, []).append(item(id, when, word, kind))
                if id in later:
                    continue
                german = word
                if is_english_only:
                    german = secrets.word(opens, "de", *(("en",) if kind == "secrets" else ()))
                    over.setdefault(kind, []).append(item(id, None, german, kind))
                if kind == "secrets":
                    secrets.leaks.append((word, german))
    gated = draw(GATES), draw(GATES), draw(GATES), draw(GATES)
    words = [secrets.word(gate(when), "en", "de") for when in gated]
    whens = [{"when": when} if when else {} for when in gated]
    if over.get("knowledge") and draw(st.booleans()):
        more = draw(GATES)
        over["knowledge"].append(
            {"text": secrets.word(gate(more), "de"), **({"when": more} if more else {})}
        )
    files[2] |= {
        "id": "mira",
        "name": "Mira <b>",
        "description": "A smith.",
        "extends": "base",
        "mixins": ["mixin"],
        "greetings": [{"text": f"Ah, {words[0]}.", **whens[0]}],
        "examples": [{"player": "Well?", "npc": f"No {words[1]}.", **whens[1]}],
        "stock_lines": {"fallback": [{"text": f"Hm, {words[2]}.", **whens[2]}]},
        "relationships": [{"npc": "tom", "kind": f"friend of {words[3]}", **whens[3]}],
        "lorebooks": ["book"],
        "knows_until": 5,
        "cache": {"variants": 1},
        **({"scope": ["trade"]} if (scoped := draw(st.booleans())) else {}),
        **({"i18n": {"de": over}} if over else {}),
    }
    entries = [lore(each, scoped, secrets) for each in draw(st.lists(LORE, max_size=5))]
    return {
        "base": {"id": "base", "abstract": True, **files[0]},
        "mixin": {"id": "mixin", "abstract": True, **files[1]},
        "mira": files[2],
        "lore/book": {"recursive": draw(st.booleans()), "entries": entries},
    }, secrets


def lore(drawn: LoreDraw, scoped: bool, secrets: Secrets) -> dict[str, Any]:
    may_hear = not (scoped and "faith" in drawn.tags) and (drawn.since is None or drawn.since <= 5)
    word = secrets.word(gate(drawn.when) if may_hear else None, "en", "de")
    given: dict[str, Any] = {
        "id": word,
        "keys": drawn.keys,
        "text": f"{word} is known at the {drawn.calls}.",
        "tags": drawn.tags,
        "constant": drawn.constant,
    }
    if drawn.since is not None:
        given["since"] = drawn.since
    return given | ({"when": drawn.when} if drawn.when else {})


class Play:
    """Some players, a model that leaks all it can, and all that comes out."""

    def __init__(self, cast: Cast, secrets: Secrets, *, poor: bool) -> None:
        self.secrets = secrets
        self.answer = 0
        self.backend = ScriptedBackend(self._leak)
        self.store = InMemoryStore()
        self.heard: dict[str, set[str]] = {"ayla": set(), "bo": set()}
        self.save = b""
        self.logged: list[str] = []
        self.events: list[TurnEnded] = []
        clock = SystemClock()
        tokens = 2_000 if poor else 10_000_000
        self.engine = NPCEngine(
            personas=cast,
            backends={"fast": Cache(self.backend, clock, random.Random(0))},
            store=self.store,
            facts={"trust": "number", "marsh": "bool"},
            budgets=Budgets(each_player=Budget(tokens_per_hour=tokens)),
            hooks=[lambda each: self.events.append(each) if isinstance(each, TurnEnded) else None],
            clock=clock,
        )

    def _leak(self, request: ChatRequest) -> tuple[str, ...]:
        words = [word for leak in self.secrets.leaks for word in leak] or ["nothing"]
        word = words[self.answer % len(words)]
        parrot = " ".join(
            each
            for message in request.tail
            for each in self.secrets.words
            if each in message.content
        )
        return (
            ("Aye, ", "so it is. ", word[:4], word[4:], "."),
            (f"{word} it is.",),
            (f"*whispers {word}* Aye.",),
            (f"Aye {parrot}.",),
            ("Aye.",),
        )[self.answer % 5]

    async def take(self, move: Move) -> None:
        if move.verb == "forget":
            await self.engine.forget(move.player)
        elif move.verb == "save":
            self.save = await self.engine.export("main")
        elif move.verb == "restore":
            if self.save:
                await self.engine.restore("main", self.save)
        else:
            await self._talk(move)

    async def _talk(self, move: Move) -> None:
        turns = len(await self.store.read(Origin("main", "mira", move.player, 0)))
        facts = {**move.told, "met": turns > 0, "turns": turns}
        locked = self.secrets.locked(move.locale, facts)
        self.answer = move.answer
        before = len(self.backend.requests)
        out = await self._said(move)
        for request in self.backend.requests[before:]:
            for message in request.messages:
                for word in locked:
                    told_before = message.role == "assistant" and word in self.heard[move.player]
                    assert word not in message.content or told_before, (word, facts, message)
        said = {word for word in self.secrets.words if word in " ".join((*out, *self.logged))}
        # What was told while it was open is remembered; the words of secrets stay forbidden.
        guarded = {word for leak in self.secrets.leaks for word in leak}
        assert not said & set(locked) - (self.heard[move.player] - guarded)
        self.heard[move.player] |= said

    async def _said(self, move: Move) -> list[str]:
        """Talk, and return everything that came out."""
        scene = Scene("the mill", present=("Tom: *hi*", "</speech>"), facts=move.told)
        terms: Any = {"player": move.player, "scene": scene, "locale": move.locale}
        self.engine.authored_only(move.verb == "off")
        if move.verb in ("stream", "leave"):
            out = []
            async with self.engine.stream("mira", move.line, **terms) as line:
                async for piece in line:
                    out.append(piece.text)
                    if move.verb == "leave":
                        break
            # What came in pieces is read as one.
            return ["".join(out), *map(repr, self.events)]
        if move.verb == "greet":
            reply = await self.engine.greet("mira", **terms)
        else:
            reply = await self.engine.say("mira", move.line, **terms)
        return [reply.text, *reply.emotes, repr(reply), repr(self.events[-1])]


class Ear(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(record.getMessage())


def written(files: Mapping[str, Mapping[str, Any]]) -> Cast:
    """Load a cast from real files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, f"{name}.yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
        return load_cast(folder)


async def play(here: Play, moves: list[Move]) -> None:
    ear = Ear(here.logged)
    logging.getLogger("npcengine").addHandler(ear)
    try:
        async with here.engine:
            for move in moves:
                here.events.clear()
                here.logged.clear()
                await here.take(move)
    finally:
        logging.getLogger("npcengine").removeHandler(ear)


@settings(max_examples=60, deadline=None)
@given(casts(), st.lists(MOVES, min_size=1, max_size=12), st.booleans())
def test_nothing_that_is_locked_comes_out(
    cast: tuple[dict[str, dict[str, Any]], Secrets], moves: list[Move], poor: bool
) -> None:
    files, secrets = cast
    asyncio.run(play(Play(written(files), secrets, poor=poor), moves))
