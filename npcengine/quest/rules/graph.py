"""What comes after what, and where it leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from npcengine.content.yaml_tree import Loc
from npcengine.quest.model import Objective, Outcome, Quest
from npcengine.quest.rules.rule import Case, Found, Rule
from npcengine.quest.rules.shape import objectives
from npcengine.spelling import did_you_mean


def before(quest: Quest) -> Mapping[str, frozenset[str]]:
    """Return for each objective all that must be done before it counts.

    An objective that waits for itself is in its own.
    """
    after = {each.id: frozenset(each.after) for each in quest.objectives}
    found: dict[str, frozenset[str]] = {}
    for id in after:
        seen: set[str] = set()
        left = list(after[id])
        while left:
            one = left.pop()
            if one not in seen:
                seen.add(one)
                left += after.get(one, ())
        found[id] = frozenset(seen)
    return found


def _not_there(case: Case) -> Iterator[Found]:
    quest = case.quest
    ids = {
        "objective": {each.id for each in quest.objectives},
        "outcome": {each.id for each in quest.outcomes},
    }
    for loc, what, id in _named(quest):
        if id not in ids[what]:
            hint = did_you_mean(id, ids[what]) or f"write the id of an {what} of this quest"
            yield Found(loc, f"the quest has no {what} {id!r}", hint)


def _named(quest: Quest) -> Iterator[tuple[Loc, str, str]]:
    """Give where the quest names an objective or outcome of its own, and which."""
    for index, objective in enumerate(quest.objectives):
        for at, id in enumerate(objective.after):
            yield ("objectives", index, "after", at), "objective", id
    for index, outcome in enumerate(quest.outcomes):
        for at, id in enumerate(outcome.needs):
            yield ("outcomes", index, "needs", at), "objective", id
    for locale, pack in quest.texts.items():
        for id in pack.objectives:
            yield ("texts", locale, "objectives", id), "objective", id
        for id in pack.thanks:
            yield ("texts", locale, "thanks", id), "outcome", id


def _circle(case: Case) -> Iterator[Found]:
    earlier = before(case.quest)
    for index, each in enumerate(case.quest.objectives):
        if each.id in earlier[each.id]:
            circle = [id for id in sorted(earlier[each.id]) if each.id in earlier.get(id, ())]
            by = ", ".join(repr(id) for id in circle if id != each.id)
            message = f"{each.id!r} waits for itself" + (f", by way of {by}" if by else "")
            yield Found(("objectives", index, "after"), message, "let one of them wait for nothing")
            return  # the others are on the same circle, or found once this one is mended


def _useless(case: Case) -> Iterator[Found]:
    needed = {id for each in case.quest.outcomes for id in each.needs}
    earlier = before(case.quest)
    needed |= {one for id in needed for one in earlier.get(id, ())}
    for index, each in enumerate(case.quest.objectives):
        if each.id not in needed and not each.optional:
            message = f"no outcome needs {each.id!r}"
            hint = "add it to the 'needs' of an outcome, or write 'optional: true'"
            yield Found(("objectives", index), message, hint)


def _incomplete(case: Case) -> Iterator[Found]:
    earlier = before(case.quest)
    for index, outcome in enumerate(case.quest.outcomes):
        for id in outcome.needs:
            for one in sorted(earlier.get(id, frozenset()) - set(outcome.needs)):
                if one in earlier and one != id:
                    message = f"it needs {id!r}, which comes after {one!r}, and does not need that"
                    hint = f"add {one!r} to its 'needs'"
                    yield Found(("outcomes", index, "needs"), message, hint)


def _optional(case: Case) -> Iterator[Found]:
    for index, each in enumerate(case.quest.objectives):
        needing = [one.id for one in case.quest.outcomes if each.id in one.needs]
        if each.optional and needing:
            message = f"{each.id!r} is optional, and the outcome {needing[0]!r} needs it"
            hint = "take 'optional' out, or take it out of 'needs'"
            yield Found(("objectives", index, "optional"), message, hint)


def _overtaken(case: Case) -> Iterator[Found]:
    for index, later in enumerate(case.quest.outcomes):
        for first in case.quest.outcomes[:index]:
            if set(first.needs) <= set(later.needs):
                message = f"{first.id!r} comes about before {later.id!r} can"
                hint = f"let {first.id!r} need something that {later.id!r} does not"
                yield Found(("outcomes", index, "needs"), message, hint)
                break


def _again(case: Case) -> Iterator[Found]:
    quest = case.quest
    waits = before(quest)
    for one, other in combinations(enumerate(quest.objectives), 2):
        (_, first), (index, second) = one, other
        if not _is_same(first, second) or _apart(quest.outcomes, first, second):
            continue
        in_order = second.do in _REPEATED and (
            first.id in waits[second.id] or second.id in waits[first.id]
        )
        if not in_order:
            message = f"{second.id!r} is done together with {first.id!r}: both ask for the same"
            yield Found(("objectives", index), message, "take one of them out, or ask for more")


_REPEATED = frozenset({"talk", "ask", "tell", "choose", "goto", "escort"})
"""What can be asked for again once something else was done."""


def _is_same(first: Objective, second: Objective) -> bool:
    return (first.do, dict(first.using)) == (second.do, dict(second.using))


def _apart(outcomes: tuple[Outcome, ...], first: Objective, second: Objective) -> bool:
    """Tell whether two objectives belong to different outcomes only."""
    needing = [set(each.needs) & {first.id, second.id} for each in outcomes]
    return {first.id} in needing and {second.id} in needing and len(max(needing, key=len)) == 1


_FIND = "{id: find, do: obtain, with: {item: herring, count: 2}}"
_GIVE = "{id: bring, do: give, with: {item: herring, to: mira, count: 2}, after: [find]}"
_SELL = "{id: sell, do: give, with: {item: herring, to: tom, count: 2}, after: [find]}"
_TELL = "{id: talk, do: talk, with: {to: tom}}"

ORDER = (
    Rule(
        "QST131",
        "An objective or outcome that the quest does not have",
        "`after` and `needs` name objectives of the same quest, and so do its texts; `thanks` "
        "names its outcomes.",
        _not_there,
        "outcomes:\n  - {id: done, needs: [find, brign]}\n",
        "outcomes:\n  - {id: done, needs: [find, bring]}\n",
    ),
    Rule(
        "QST132",
        "Objectives that wait for each other",
        "None of them ever counts, since each comes after the other.",
        _circle,
        objectives(_FIND.replace("2}}", "2}, after: [bring]}"), _GIVE),
        objectives(_FIND, _GIVE),
    ),
)
RULES = (
    Rule(
        "QST133",
        "An objective that no outcome needs",
        "Players would work on it and nothing would come of it. What is worth doing without being "
        "needed is `optional`.",
        _useless,
        objectives(_FIND, _GIVE, _TELL),
        objectives(_FIND, _GIVE, _TELL.replace("tom}", "tom}, optional: true")),
    ),
    Rule(
        "QST134",
        "An outcome that leaves out what comes before",
        "An objective only counts once all that stands in its `after` is done, so an outcome that "
        "needs it needs those as well.",
        _incomplete,
        "outcomes:\n  - {id: done, needs: [bring]}\n",
        "outcomes:\n  - {id: done, needs: [find, bring]}\n",
    ),
    Rule(
        "QST135",
        "An optional objective that is needed",
        "It cannot be both: players are told that they may leave out what is optional.",
        _optional,
        objectives(_FIND, _GIVE.replace("after", "optional: true, after")),
        objectives(_FIND, _GIVE),
    ),
    Rule(
        "QST136",
        "An outcome that never comes about",
        "A quest ends with the first outcome of which all is done. One that needs everything that "
        "an earlier one needs comes too late.",
        _overtaken,
        objectives(_FIND, _GIVE, _SELL) + "outcomes:\n  - {id: done, needs: [find, bring]}\n"
        "  - {id: sold, needs: [find, bring, sell]}\n",
        objectives(_FIND, _GIVE, _SELL) + "outcomes:\n  - {id: done, needs: [find, bring]}\n"
        "  - {id: sold, needs: [find, sell]}\n",
    ),
    Rule(
        "QST137",
        "The same is asked for twice",
        "Both objectives are done by one and the same deed, so one of them is nothing to do.",
        _again,
        objectives(_FIND, _GIVE, _GIVE.replace("id: bring", "id: again"))
        + "outcomes:\n  - {id: done, needs: [find, bring, again]}\n",
        objectives(_FIND, _GIVE, "{id: again, do: talk, with: {to: mira}, after: [bring]}")
        + "outcomes:\n  - {id: done, needs: [find, bring, again]}\n",
    ),
)
