"""Whether a quest can be finished, by the proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from npcengine.content.yaml_tree import Loc
from npcengine.quest.model import Proof
from npcengine.quest.proving.prove import NoProof
from npcengine.quest.proving.replay import Stuck, replay
from npcengine.quest.rules.rule import Case, Check, Found, Rule
from npcengine.quest.rules.shape import objectives
from npcengine.quest.watch import watch_of


def _index(case: Case, id: str) -> int:
    return next(at for at, each in enumerate(case.quest.objectives) if each.id == id)


def _over(case: Case) -> Iterator[Found]:
    progress = case.tracker.accept(case.state)
    if progress.status != "active":
        message = f"it is {progress.status} as soon as it is accepted"
        yield Found((), message, "ask for something that is not so yet, and can still be")


def _done_already(case: Case) -> Iterator[Found]:
    progress = case.tracker.accept(case.state)
    for id in progress.done if progress.status == "active" else ():
        message = f"{id!r} is done before anything is"
        hint = "ask for something that is not so yet, or take it out"
        yield Found(("objectives", _index(case, id)), message, hint)


def _never_told(case: Case) -> Iterator[Found]:
    for index, each in enumerate(case.quest.objectives):
        if watch_of(case.state.world, each) is None:
            message = f"nothing tells when {each.do!r} was done"
            hint = "let the verb set a fact in its 'then', or ask for something else"
            yield Found(("objectives", index, "do"), message, hint)


def _unproved(code: str) -> Check:
    """Make a rule's search for one way in which the proof fails."""

    def found(case: Case) -> Iterator[Found]:
        verdict = case.verdict
        if isinstance(verdict, NoProof) and verdict.code == code:
            yield Found(_where(case, verdict), verdict.message, _HINTS[code])

    return found


def _where(case: Case, verdict: NoProof) -> Loc:
    if verdict.code in _FIELDS:
        return _FIELDS[verdict.code]
    if verdict.objective:
        return ("objectives", _index(case, verdict.objective))
    outcomes = [each.id for each in case.quest.outcomes]
    return ("outcomes", outcomes.index(verdict.outcome)) if verdict.outcome else ()


_FIELDS: Mapping[str, Loc] = {"time": ("minutes",), "giver": ("giver",)}
_HINTS = {
    "objective": "let the world have a way to it, or ask for something else",
    "outcome": "let what it needs be done without bringing about another outcome first",
    "dead_end": "let one objective come 'after' the other, or let there be more of what is short",
    "time": "give more time, or ask for less",
    "giver": "choose another giver, or ask for something that they survive",
}


def _assumed(case: Case) -> Iterator[Found]:
    if isinstance(case.verdict, Proof):
        for fact in case.verdict.assumes:
            message = f"it can only be done if {fact}, and nobody told whether that is so"
            yield Found((), message, "let the game tell this fact, or the world's 'start'")


def _given_up(case: Case) -> Iterator[Found]:
    verdict = case.verdict
    if isinstance(verdict, NoProof) and verdict.code == "limit":
        yield Found((), verdict.message, "make the quest shorter, or what it takes nearer")
    elif isinstance(verdict, Proof) and not verdict.complete:
        message = f"after {verdict.states:,} states nobody knows whether one can get stuck"
        yield Found((), message, "let objectives come 'after' others, so that there is less choice")


def _stale(case: Case) -> Iterator[Found]:
    proof = case.quest.proof
    if proof is None:
        return
    hint = "prove it again in the world as it is now"
    for index, plan in enumerate(proof.plans):
        loc = ("proof", "plans", index)
        played = replay(case.tracker, case.state, (each.step for each in plan.steps))
        if isinstance(played, Stuck):
            message = f"this cannot be done: {played.refusal.message}"
            yield Found((*loc, "steps", played.number), message, hint)
        elif played.progress.outcome != plan.outcome:
            yield Found(loc, f"this does not lead to {plan.outcome!r}", hint)
    for outcome in case.quest.outcomes:
        if all(plan.outcome != outcome.id for plan in proof.plans):
            yield Found(("proof", "plans"), f"there is no plan for {outcome.id!r}", hint)


_FIND = "{id: find, do: obtain, with: {item: herring, count: 2}}"
_GIVE = "{id: bring, do: give, with: {item: herring, to: mira, count: 2}, after: [find]}"
_COINS = "{id: find, do: obtain, with: {item: coin, count: 5}}"
_BACK = "{id: bring, do: talk, with: {to: mira}, after: [find]}"
_ESCORT = "{id: bring, do: escort, with: {who: ann, to: square}}"
_MANY = [
    f"{{id: {do}_{who}, do: {do}, with: {{to: {who}{count}}}}}"
    for do, count in (("talk", ""), ("pay", ", count: 1"))
    for who in ("mira", "tom", "ann", "bob")
]


def _all_of(*each: str) -> str:
    ids = ", ".join(one.removeprefix("{id: ").partition(",")[0] for one in each)
    return f"{objectives(*each)}outcomes:\n  - id: done\n    needs: [{ids}]\n"


BEFORE_IT = (
    Rule(
        "QST171",
        "Over before it begins",
        "All that it asks for is so already, or somebody whom it needs is dead: it ends the moment "
        "it is accepted.",
        _over,
        objectives(_COINS, "{id: bring, do: goto, with: {to: square}, after: [find]}"),
        objectives(_FIND, _GIVE),
    ),
    Rule(
        "QST172",
        "An objective that is done already",
        "What it asks for is so when the quest is accepted, and it would be crossed out at once.",
        _done_already,
        objectives(_COINS, _BACK),
        objectives(_FIND, _BACK),
    ),
    Rule(
        "QST173",
        "An objective that is never done",
        "A verb of the game's own is done once the first fact that it sets is so. One that only "
        "adds to numbers sets none.",
        _never_told,
        objectives("{id: find, do: pray, with: {at: square}}", _BACK),
        objectives("{id: find, do: light, with: {lamp: lamp}}", _BACK),
    ),
)
RULES = (
    Rule(
        "QST174",
        "An objective that cannot be done",
        "No way to it was found: no path, a door whose key cannot be had, an item that is nowhere, "
        "or somebody who is not there.",
        _unproved("objective"),
        objectives("{id: find, do: goto, with: {to: moor}}", _BACK),
        objectives("{id: find, do: goto, with: {to: cellar}}", _BACK),
    ),
    Rule(
        "QST175",
        "An outcome that cannot be reached",
        "On the way to what it needs, the quest always ends otherwise.",
        _unproved("outcome"),
        objectives(_FIND, _GIVE, "{id: greet, do: talk, with: {to: mira}, after: [bring]}")
        + "outcomes:\n  - {id: done, needs: [find, bring, greet]}\n"
        "  - {id: short, needs: [find, bring]}\n",
        objectives(_FIND, _GIVE, "{id: greet, do: talk, with: {to: ann}, after: [find]}")
        + "outcomes:\n  - {id: done, needs: [find, bring]}\n"
        "  - {id: short, needs: [find, greet]}\n",
    ),
    Rule(
        "QST176",
        "A dead end",
        "Players who do something else first, or give away what is needed later, can get stuck: no "
        "outcome can be reached any more, and nothing tells them.",
        _unproved("dead_end"),
        objectives(
            "{id: find, do: unlock, with: {what: trapdoor}}",
            "{id: bring, do: give, with: {item: iron_key, to: mira}}",
        ),
        objectives(
            "{id: find, do: unlock, with: {what: trapdoor}}",
            "{id: bring, do: talk, with: {to: mira}}",
        ),
    ),
    Rule(
        "QST177",
        "Possible only if something is so",
        "The quest is not wrong, but unproved: it hangs on facts that neither the world nor the "
        "game told.",
        _assumed,
        objectives("{id: find, do: goto, with: {to: island}}", _BACK),
        objectives("{id: find, do: goto, with: {to: cellar}}", _BACK),
        severity="warning",
    ),
    Rule(
        "QST178",
        "Too large to be proved",
        "The search was given up at its limit: the quest may be possible, and nobody knows.",
        _given_up,
        _all_of(_ESCORT, *_MANY, "{id: light, do: light, with: {lamp: lamp}}"),
        _all_of(_ESCORT, *_MANY[:3]),
        severity="warning",
    ),
    Rule(
        "QST179",
        "A proof that is stale",
        "A proof is true for the world in which it was found. Since then something has changed: a "
        "step of it cannot be done any more, or it does not lead to its outcome.",
        _stale,
        "proof:\n  plans:\n    - outcome: done\n      minutes: 1\n      steps:\n"
        "        - {do: give, with: {item: herring, to: mira, count: 2}}\n",
        "proof: null\n",
    ),
    Rule(
        "QST180",
        "Too little time",
        "Even who goes straight for it needs longer than `minutes`.",
        _unproved("time"),
        "minutes: 5\n",
        "minutes: 120\n",
    ),
    Rule(
        "QST181",
        "A giver who does not live to see it",
        "Once all is done, the giver is dead: nobody is left to give the thanks and the reward.",
        _unproved("giver"),
        objectives("{id: find, do: poison, with: {who: mira}}")
        + "outcomes: [{id: done, needs: [find]}]\n",
        objectives("{id: find, do: poison, with: {who: bob}}", _BACK),
    ),
)
