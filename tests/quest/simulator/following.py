"""When an objective counts, when it is done, and when a quest is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tests.quest.simulator.conditions import Fact, Is, answer
from tests.quest.simulator.deeds import effect
from tests.quest.simulator.setting import Data, Moment, Setting, Step

IN_ORDER = ("talk", "ask", "tell", "choose")
"""What counts only once all that comes before it is done: one can always do it again. What uses
something up counts whenever it is done."""
TALKS = {"talk", "ask", "tell"}
"""A game tells with whom one talked and of what, and not who of the two said it."""
COUNTED = ("give", "pay", "use", "make")
HELD = ("obtain", "take", "gather", "buy", "steal")
FACTS: Mapping[str, tuple[str, Fact]] = {
    "goto": ("player.at", "{to}"), "escort": ("{who}.at", "{to}"),
    "learn": ("player.knows.{about}", True), "read": ("player.knows.{about}", True),
    "unlock": ("{what}.locked", False), "repair": ("{what}.broken", False),
    "capture": ("{target}.captive", True), "free": ("{target}.captive", False),
    "guard": ("{what}.guarded", True), "kill": ("{target}.alive", False),
}  # fmt: skip


class Ledger(NamedTuple):
    """How far a player is."""

    done: tuple[str, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    outcome: str | None = None
    failed: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing can be done any more."""
        return self.failed or self.outcome is not None


class Follower:
    """Follows one quest."""

    def __init__(self, setting: Setting, quest: Data) -> None:
        self.setting, self.quest = setting, quest
        self.objectives: dict[str, Data] = {each["id"]: each for each in quest["objectives"]}

    def accept(self, moment: Moment) -> Ledger:
        """Begin with what is so already."""
        return self._settled(Ledger(), moment)

    def note(self, ledger: Ledger, moment: Moment, step: Step) -> Ledger:
        """Go on after a step that led to a moment: first by what is so now, then by what was done.

        When a quest is over, it stays so.
        """
        ledger = self._settled(ledger, moment)
        if ledger.over:
            return ledger
        counts = dict(ledger.counts)
        for id, each in self.objectives.items():
            if self._counts(each, step, ledger):
                counts[id] = counts.get(id, 0) + int(step["with"].get("count", 1))
        counted = ledger._replace(counts=tuple(sorted(counts.items())))
        return self._settled(counted, moment)

    def is_open(self, id: str, ledger: Ledger) -> bool:
        """Tell whether an objective can be worked on now."""
        return id not in ledger.done and set(self.objectives[id]["after"]) <= set(ledger.done)

    def _counts(self, objective: Data, step: Step, ledger: Ledger) -> bool:
        do, wanted, using = objective["do"], objective["with"], step["with"]
        if do in IN_ORDER:
            same = step["do"] == do or {do, step["do"]} <= TALKS
            fits = same and all(using.get(name) == value for name, value in wanted.items())
            return fits and self.is_open(objective["id"], ledger)
        if do not in COUNTED and not self._kinds_are_killed(objective):
            return False
        named = {name: value for name, value in wanted.items() if name != "count"}
        return step["do"] == do and all(using.get(name) == each for name, each in named.items())

    def _kinds_are_killed(self, objective: Data) -> bool:
        target = objective["with"].get("target")
        return objective["do"] == "kill" and (
            target in self.setting.entities and self.setting.respawns(target)
        )

    def holds(self, objective: Data, ledger: Ledger, moment: Moment) -> bool:
        """Tell whether an objective is as it should be, whatever comes before it."""
        do, using = objective["do"], objective["with"]
        if do in IN_ORDER or do in COUNTED or self._kinds_are_killed(objective):
            times = 1 if do in IN_ORDER else using.get("count", 1)
            return dict(ledger.counts).get(objective["id"], 0) >= times
        asked = list(self.asks(objective))
        so = bool(asked) and all(answer(each, moment.get) for each in asked)
        return so or (do in HELD and self._had(objective, ledger, moment))

    def _had(self, objective: Data, ledger: Ledger, moment: Moment) -> bool:
        """Tell whether what is missing of something went where the quest wanted it."""
        item, counts = objective["with"].get("item"), dict(ledger.counts)
        went = 0
        for id, each in self.objectives.items():
            if self._waits(each, objective["id"]):
                mended = each["do"] == "repair" and self.holds(each, ledger, moment)
                times = 1 if mended else counts.get(id, 0)
                went += times * self._part(each).get(item, 0)
        has = moment.get(f"player.has.{item}") or 0
        return bool(went) and float(has) + went >= objective["with"].get("count", 1)

    def _waits(self, objective: Data, on: str) -> bool:
        return any(
            each == on or self._waits(self.objectives[each], on) for each in objective["after"]
        )

    def _part(self, objective: Data) -> Mapping[str, int]:
        """Return what is gone each time that an objective is done."""
        do, using, world = objective["do"], objective["with"], self.setting.world
        if do == "repair":
            return dict(world["things"][using["what"]]["repair"])
        if do == "make":
            return dict((world["items"][using["item"]]["make"] or {}).get("of", {}))
        if do == "use" and not world["items"][using["item"]]["used_up"]:
            return {}
        item = world["money"] if do == "pay" else using.get("item")
        return {item: 1} if do in COUNTED else {}

    def asks(self, objective: Data) -> Iterator[Is]:
        """Give what must be so for an objective that is no matter of what was done.

        Of a verb of the game that is the first thing that it sets.
        """
        do, using = objective["do"], objective["with"]
        if do in HELD:
            count = using.get("count", 1)
            if using.get("item") in self.setting.world["items"] and isinstance(count, int):
                yield Is(f"player.has.{using['item']}", ">=", count)
        elif do in FACTS and not self._kinds_are_killed(objective):
            fact, value = FACTS[do]
            wanted = _filled(value, using) if isinstance(value, str) else value
            yield Is(_filled(fact, using), "==", wanted)
        elif do in self.setting.world["verbs"]:
            changes = (effect(_filled(e, using)) for e in self.setting.world["verbs"][do]["then"])
            first = next((each for each in changes if not each.adds), None)
            if first is not None:
                yield Is(first.fact, "==", first.value)

    def _settled(self, ledger: Ledger, moment: Moment) -> Ledger:
        if ledger.over:
            return ledger
        done = list(ledger.done)
        again = True
        while again:
            again = False
            for id, each in self.objectives.items():
                now = ledger._replace(done=tuple(done))
                if self.is_open(id, now) and self.holds(each, ledger, moment):
                    done.append(id)
                    again = True
        reached = (o["id"] for o in self.quest["outcomes"] if set(o["needs"]) <= set(done))
        after = ledger._replace(done=tuple(done), outcome=next(reached, None))
        return after._replace(failed=after.outcome is None and self._lost(after, moment))

    def _lost(self, ledger: Ledger, moment: Moment) -> bool:
        """Whether every outcome still needs somebody who is dead."""
        left = ([i for i in o["needs"] if i not in ledger.done] for o in self.quest["outcomes"])
        return all(
            any(
                moment.get(f"{who}.alive") is False
                for id in some
                if self.objectives[id]["do"] != "kill"
                for who in self.objectives[id]["with"].values()
                if self.setting.kinds.get(who) == "person"
            )
            for some in left
        )


def _filled(text: str, using: Mapping[str, Any]) -> str:
    for name, value in using.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
