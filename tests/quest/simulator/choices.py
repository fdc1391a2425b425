"""Everything that can be done in a small world, and what of it can help to end a quest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

from tests.quest.simulator.conditions import Asked, Fact, Is, answer, leaves
from tests.quest.simulator.deeds import TRAVEL, VERBS, Deed
from tests.quest.simulator.doing import deeds
from tests.quest.simulator.following import Follower
from tests.quest.simulator.setting import Change, Data, Moment, Setting, Step

GIVEN = ("give", "pay", "choose", "talk")
"""Done for their own sake alone: what is given away is no nearer for it."""
_CONTRARY = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class Helpful(NamedTuple):
    """What can help, and what of a moment matters for it."""

    steps: tuple[Step, ...]
    asked: frozenset[str]
    """Facts."""
    most: Mapping[str, float]
    """How much of each there is any use for."""


def helpful(follower: Follower, moment: Moment) -> Helpful:
    """Find the steps that can lead to an ending, by what they change and what needs it."""
    setting, quest = follower.setting, follower.quest
    wanted = [*_of_ways(setting), *_of_objectives(follower)]
    left = [(step, _seen(moment, step)) for step in every_step(setting, quest)]
    chosen: list[Step] = []
    grows = True
    while grows:
        rest = []
        for step, found in left:
            if _asked_for(step, quest) or _helps(step, found, wanted):
                chosen.append(step)
                wanted += [each for deed in found for each in _wants(moment, deed, step)]
            else:
                rest.append((step, found))
        grows, left = len(rest) < len(left), rest
        wanted = list(dict.fromkeys(wanted))
    most: dict[str, float] = defaultdict(float)
    for each in wanted:
        if not isinstance(each.value, str):
            most[each.fact] += max(0.0, each.value)
    return Helpful(tuple(chosen), frozenset(each.fact for each in wanted), most)


def _seen(moment: Moment, step: Step) -> list[Deed]:
    if step["do"] == "goto":
        return []
    if step["do"] == "escort":
        who, to = step["with"]["who"], step["with"]["to"]
        free = (Is(f"{who}.captive", "==", False),)
        return [Deed(None, free, (Change(f"{who}.at", to),))]
    return list(deeds(moment, step["do"], step["with"]))


def _asked_for(step: Step, quest: Data) -> bool:
    for each in quest["objectives"]:
        named = {name: one for name, one in each["with"].items() if name != "count"}
        fits = all(step["with"].get(name) == one for name, one in named.items())
        if step["do"] == each["do"] and fits:
            return True
    return False


def _helps(step: Step, found: Iterable[Deed], wanted: Iterable[Is]) -> bool:
    if step["do"] in GIVEN:
        return False
    changes: dict[str, list[Change]] = defaultdict(list)
    for deed in found:
        for change in deed.changes:
            changes[change.fact].append(change)
    return any(_meets(change, each) for each in wanted for change in changes.get(each.fact, ()))


def _meets(change: Change, wanted: Is) -> bool:
    if change.adds and not isinstance(change.value, str):
        return wanted.sign in ("==", "!=") or (change.value > 0) is (wanted.sign in (">", ">="))
    return answer(wanted, {wanted.fact: change.value}.get) is not False


def _wants(moment: Moment, deed: Deed, step: Step) -> Iterator[Is]:
    named = [each for each in step["with"].values() if each in moment.setting.kinds]
    exist = [moment.setting.exists[id] for id in (*named, *deed.entities)]
    yield from _positive((*deed.asked, *exist))


def _positive(asked: Iterable[Asked]) -> Iterator[Is]:
    for each in asked:
        for leaf, so in leaves(each):
            yield leaf if so else Is(leaf.fact, _CONTRARY[leaf.sign], leaf.value)


def _of_ways(setting: Setting) -> Iterator[Is]:
    for ways in setting.ways.values():
        for way in ways.values():
            yield from _positive((way.asked,))
            if way.door is not None:
                yield Is(f"{way.door}.locked", "==", False)


def _of_objectives(follower: Follower) -> Iterator[Is]:
    for objective in follower.objectives.values():
        yield from follower.asks(objective)


def every_step(setting: Setting, quest: Data) -> Iterator[Step]:
    """Give all steps that make sense, with the amounts that anybody asks for."""
    counts = sorted({1, *_amounts(setting, quest)})
    options = [each["with"]["option"] for each in quest["objectives"] if each["do"] == "choose"]
    for do, kinds in TRAVEL.items():
        yield from _steps(setting, do, kinds, counts, options)
    for do, (_, kinds, optional) in VERBS.items():
        wanted = {name: each for name, each in kinds.items() if name not in optional}
        if do in ("take", "gather", "buy", "steal", "make", "give", "kill"):
            wanted = dict(kinds)
        yield from _steps(setting, do, wanted, counts, options)
        if do == "use":
            yield from _steps(setting, do, kinds, counts, options)
    for do, verb in setting.world["verbs"].items():
        wanted = {name: (kind,) for name, kind in verb["with"].items()}
        yield from _steps(setting, do, wanted, counts, options)


def _amounts(setting: Setting, quest: Data) -> Iterator[int]:
    for each in quest["objectives"]:
        yield each["with"].get("count", 1)
    for item in setting.world["items"].values():
        yield from (item["make"] or {"of": {}})["of"].values()
    for thing in setting.world["things"].values():
        yield from thing["repair"].values()


def _steps(
    setting: Setting,
    do: str,
    kinds: Mapping[str, tuple[str, ...]],
    counts: list[int],
    options: list[str],
) -> Iterator[Step]:
    choices: list[list[Fact]] = []
    for each in kinds.values():
        if each == ("number",):
            choices.append(list(counts))
        elif each == ("text",):
            choices.append(list(options))
        else:
            choices.append(list(setting.of_kind(*each)))
    for chosen in product(*choices):
        yield {"do": do, "with": dict(zip(kinds, chosen, strict=True))}
