"""What many personas cost: to load, to lint, to read again, and to make the messages of a turn.

Everything is measured in processor time of a process that does nothing else; the casts and the
lorebook are made up, the same ones every time.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from npcengine import load_cast
from npcengine.cli.findings import GAUGES
from npcengine.configuration import Deadlines
from npcengine.dialogue.request import Requests
from npcengine.dialogue.speech import Ask, Speech
from npcengine.lore.index import Index
from npcengine.lore.model import Entry, Lorebook
from npcengine.messages import ChatRequest, Origin
from npcengine.persona.lint import examine
from npcengine.persona.reading import Reading
from npcengine.prompt.beside import LORE
from npcengine.prompt.budget import estimate_tokens
from npcengine.turns import Scene, Turn
from tests.bench.made_up import FACTS, Words, write_cast
from tests.bench.rows import Row, finish

PERSONAS, LINTED = 10_000, 1_000
ENTRIES = 10_000
TURNS = 20
BLOCKS, CALLS = 41, 25
TALKS = 500
RELOADS = 15


def load(folder: Path) -> None:
    begun = time.process_time()
    count = len(load_cast(folder))
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if _IS_MAC else 2**10)
    _tell({"count": count, "spent": spent, "peak": peak})


def again(folder: Path) -> None:
    cache = folder / ".cache"
    load_cast(folder, cache)
    begun = time.process_time()
    count = len(load_cast(folder, cache))
    _tell({"count": count, "spent": time.process_time() - begun})


def lint(folder: Path) -> None:
    begun = time.process_time()
    report = examine(folder, FACTS, GAUGES)
    found = {"count": len(report.sheets), "findings": len(report.findings)}
    _tell({**found, "spent": time.process_time() - begun})


def reload(folder: Path) -> None:
    reading, spent = Reading(folder), []
    file = min(folder.glob("*.yaml"))
    text = file.read_text("utf-8")
    for number in range(RELOADS):
        file.write_text(f"{text}home: House {number}\n", "utf-8")
        begun = time.process_time()
        changes = reading.look()
        spent.append(time.process_time() - begun)
        if [each.home for each in changes.personas] != [f"House {number}"]:
            raise RuntimeError(f"not what has changed: {changes}")
    _tell({"spent": statistics.median(spent)})


_IS_MAC = sys.platform == "darwin"
_STEPS = {"load": load, "again": again, "lint": lint, "reload": reload}


def _tell(found: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(found))


def apart(step: str, folder: Path) -> dict[str, float]:
    """Return what a step takes in a process of its own."""
    command = [sys.executable, __file__, step, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def of_files() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as made:
        many, some = Path(made, "many"), Path(made, "some")
        write_cast(many, PERSONAS)
        write_cast(some, LINTED)
        loaded = apart("load", many)
        said = f"{loaded['count']:,.0f}, each with two mixins"
        yield Row("load personas", loaded["spent"], "s", 20, None, said)
        yield Row("memory of that", loaded["peak"], "MB", 400)
        kept = apart("again", many)["spent"]
        said = f"with a cache; {loaded['spent'] / kept:.1f} times faster"
        yield Row("load them again", kept, "s", loaded["spent"] / 5, None, said)
        linted = apart("lint", some)
        said = f"{linted['count']:,.0f}, {linted['findings']:,.0f} findings"
        yield Row("lint personas", linted["spent"], "s", 10, None, said)
        few, all_of_them = apart("reload", some), apart("reload", many)
        said = f"of {LINTED:,}; of {PERSONAS:,} {all_of_them['spent'] * 1e3:.0f}"
        yield Row("reload of one file", few["spent"] * 1e3, "ms", 50, None, said)


class Talks:
    """Makes the requests of turns as the engine does, for one persona and a large lorebook."""

    def __init__(self, folder: Path) -> None:
        write_cast(folder, 1)
        self.words = Words(5)
        self._persona = next(iter(load_cast(folder)))
        entries = tuple(self._entry(number) for number in range(ENTRIES))
        self._index = Index([Lorebook(name="world", entries=entries)], estimate_tokens)
        self._requests = Requests(Deadlines())

    def _entry(self, number: int) -> Entry:
        keys = (self.words.name(number), f"the {self.words.word()} of {self.words.name(number)}")
        return Entry(id=f"e{number}", keys=keys, text=self.words.line(30))

    def line(self) -> str:
        """Return what somebody says; half of it names something that there is lore of."""
        named = f" What of {self.words.name(self.words.random.randrange(2 * ENTRIES))}?"
        return self.words.line(12) + named

    def history(self, turns: int) -> tuple[Turn, ...]:
        return tuple(Turn(self.line(), self.words.line(14), float(each)) for each in range(turns))

    def request(
        self, player: str, line: str, scene: Scene, turns: tuple[Turn, ...]
    ) -> tuple[ChatRequest, tuple[str, ...]]:
        """Return the request of a turn, and what lore fires in it."""
        origin = Origin("main", self._persona.id, player)
        ask = Ask(
            self._persona, origin, line, scene, None, 0.0, 4.0, True, False, False,
            lore=self._index,
        )  # fmt: skip
        speech = Speech(ask)
        speech.meets(turns)
        return self._requests.of(speech, turns), speech.lore


def messages(talks: Talks) -> Row:
    spent = []
    turns = talks.history(TURNS)
    fired: tuple[str, ...] = ()
    line, scene = talks.line(), Scene(place="the forge", time="dusk", facts={"trust": 50.0})
    gc.collect()
    gc.disable()
    for _ in range(BLOCKS):
        block = 0.0
        for said, following in [(talks.words.line(14), talks.line()) for _ in range(CALLS)]:
            turns, line = (*turns[1:], Turn(line, said, 0.0, lore=fired)), following
            begun = time.process_time()
            made, fired = talks.request("ayla", line, scene, turns)
            block += time.process_time() - begun
        spent.append(block / CALLS * 1e6)
    gc.enable()
    texts = [each.content for each in made.tail]
    shown = 2 * sum(text.startswith("<speech>") for text in texts[:-1]) - 2
    told = sum(text.startswith(LORE) for text in texts)
    about = f"{shown} lines of talk, {told} of {ENTRIES:,} of lore; best {min(spent):.0f}"
    return Row("messages of a turn", statistics.median(spent), "µs", 300, None, about)


def prefixes(talks: Talks) -> Row:
    """Count the turns of random players and scenes whose prompts begin with the same bytes."""
    chance = random.Random(3)
    made = []
    for number in range(TALKS):
        facts = {"trust": float(chance.randrange(100)), "seen": chance.random() < 0.5}
        scene = Scene(talks.words.word(), talks.words.word(), (), talks.words.line(6), facts)
        turns = talks.history(chance.randrange(TURNS))
        made.append(talks.request(f"player {number}", talks.line(), scene, turns)[0].prefix.encoded)
    same = sum(each == made[0] for each in made) / TALKS * 100
    said = f"of {TALKS} turns of other players in other scenes"
    return Row("same static prefix", same, "%", 100, None, said, more_is_better=True)


def main() -> None:
    if len(sys.argv) > 1:
        _STEPS[sys.argv[1]](Path(sys.argv[2]))
        return
    kept = [row.tell() for row in of_files()]
    with tempfile.TemporaryDirectory() as folder:
        talks = Talks(Path(folder))
    finish([*kept, messages(talks).tell(), prefixes(talks).tell()])


if __name__ == "__main__":
    main()
