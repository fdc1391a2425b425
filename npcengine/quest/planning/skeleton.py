"""Quests made without any model: a strategy, a cast, and the proof that it can be done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import inf
from random import Random

from npcengine.quest.brief import QuestBrief
from npcengine.quest.model import Difficulty, Objective, Outcome, Plan, Quest
from npcengine.quest.planning.casting import LEVELS, Stage, cast
from npcengine.quest.planning.liking import Mark, likes, words_of
from npcengine.quest.planning.strategy import Amounts, Pattern, Strategies, Strategy, Twist
from npcengine.quest.planning.surroundings import REACH, Surroundings
from npcengine.quest.progress import Tracker
from npcengine.quest.proving.prove import IN_PLAY, NoProof, endings, proof_of
from npcengine.world.routes import SHUT
from npcengine.world.state import State

MAX_ATTEMPTS = 80
"""So many strategies are cast for one brief before it is given up."""

MAX_LIMITED = 3
"""So many proofs may come to their limits for one brief."""

COUNTS: Mapping[Amounts, Mapping[Difficulty, tuple[int, int]]] = {
    "few": {"easy": (1, 1), "medium": (1, 2), "hard": (2, 3)},
    "many": {"easy": (2, 3), "medium": (3, 5), "hard": (5, 8)},
}
TWISTS: Mapping[Difficulty, tuple[int, ...]] = {
    "easy": (0, 0, 0, 1),
    "medium": (0, 1, 1, 2),
    "hard": (1, 1, 2, 2),
}
"""How many twists a quest gets, each number as likely."""

LONGEST = 4
"""A quest may take so many times as long as a way that its difficulty leads to."""
FARTHEST = 2
"""No single way in it counts so many times as much, apart from one thing to be opened on it."""

MAX_LEVEL = 1_000
"""No quest is made for a higher level."""

_ONE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Tried:
    """Something that came to nothing, and why."""

    strategy: str
    code: str
    """Of `NoProof`, or `cast`: nobody around fits; `crime`, `level`, `far`: it can only be done
    in a way that nobody would ask for."""


def skeletons(
    state: State,
    brief: QuestBrief,
    strategies: Strategies,
    recent: Sequence[Mark],
    rng: Random,
) -> Iterator[Quest | Tried]:
    """Give quests that are proved, without rewards and texts, and what came to nothing between.

    The giver must be a person who lives, somewhere. It ends after `MAX_ATTEMPTS`; the same
    arguments give the same.
    """
    home = next(iter(state.places(brief.giver)))
    state = state.within(FARTHEST * REACH[brief.difficulty] + SHUT)
    around = Surroundings.of(state, home, brief.difficulty)
    stage = Stage(state, brief.giver, around, brief.difficulty, likes(state, brief, recent))
    given: set[Mark] = set(recent)
    limited = 0
    for strategy in _in_order(state, brief, strategies.strategies, recent, rng):
        if limited == MAX_LIMITED:
            return
        made = _assembled(stage, brief, strategy, strategies.twists, rng)
        if made is None:
            yield Tried(strategy.id, "cast")
            continue
        mark = Mark.of(made)
        if mark in given:
            yield Tried(strategy.id, "repeated")
            continue
        proved = _proved(made, stage)
        if isinstance(proved, Quest):
            given.add(mark)
        else:
            limited += proved.code == "limit"
        yield proved


def _in_order(
    state: State,
    brief: QuestBrief,
    strategies: Iterable[Strategy],
    recent: Sequence[Mark],
    rng: Random,
) -> Iterator[Strategy]:
    """Give strategies by what moves the giver, the theme, and how often they were used lately."""
    wants = (brief.motive,) if brief.motive else state.entity(brief.giver).wants
    fitting = [each for each in strategies if not wants or each.motive in wants]
    own = {each.id for each in fitting}
    others = [] if brief.motive else [each for each in strategies if each.id not in own]
    used = Counter(mark.strategy for mark in recent)
    theme = words_of(brief.theme)
    left = MAX_ATTEMPTS
    while fitting and left > 0:
        # What moves the giver by nature comes first; after a while, anything may.
        some = [*fitting, *others] if left <= MAX_ATTEMPTS // 2 else fitting
        weights = {
            each.id: rng.random() + 0.3 * used[each.id] - 0.5 * bool(theme & words_of(each.about))
            for each in some
        }
        yield from sorted(some, key=lambda each: weights[each.id])[:left]
        left -= len(some)


def _assembled(
    stage: Stage, brief: QuestBrief, strategy: Strategy, twists: Sequence[Twist], rng: Random
) -> Quest | None:
    """Cast a strategy and its twists, and put the quest together."""
    roles = cast(stage, strategy.roles, {}, rng)
    if roles is None:
        return None
    objectives, endings = list(_filled(strategy, stage, roles, rng)), list[Outcome]()
    needed = tuple(each.id for each in objectives if not each.optional)
    added: list[str] = []
    for twist in _twists(strategy, twists, brief.difficulty, rng):
        more = cast(stage, twist.roles, roles, rng)
        if more is None:
            continue
        roles = more
        new = list(_filled(twist, stage, roles, rng))
        objectives = _joined(objectives, new, twist)
        ids = tuple(each.id for each in new)
        if twist.outcome is not None:
            left = (id for id in needed if id not in twist.outcome.instead_of)
            endings.append(Outcome(id=twist.outcome.id, needs=(*left, *ids)))
        elif twist.before is not None:
            endings = [each.model_copy(update={"needs": (*each.needs, *ids)}) for each in endings]
            needed = (*needed, *ids)
        added.append(twist.id)
    return _quest(stage, brief, strategy, tuple(added), roles, objectives, needed, endings)


def _twists(
    strategy: Strategy, twists: Sequence[Twist], difficulty: Difficulty, rng: Random
) -> list[Twist]:
    ids = {each.id for each in strategy.objectives}
    fitting = [
        each
        for each in twists
        if ids.issuperset(each.fits.objectives)
        and strategy.roles.keys() >= set(each.fits.roles)
        and not ids.intersection(one.id for one in each.objectives)
        and not strategy.roles.keys() & each.roles.keys()
    ]
    wanted = min(rng.choice(TWISTS[difficulty]), len(fitting))
    chosen = rng.sample(fitting, wanted)
    choices = [each for each in chosen if each.outcome is not None]
    return [each for each in chosen if each.outcome is None or each is choices[0]]


def _filled(
    pattern: Pattern, stage: Stage, roles: Mapping[str, str], rng: Random
) -> Iterator[Objective]:
    """Give the objectives of a pattern with those who play in the place of their roles."""
    count = rng.randint(*COUNTS[pattern.count][stage.difficulty])
    filling: dict[str, str | int] = {**roles, "giver": stage.giver, "home": stage.around.home}
    for each in pattern.objectives:
        using = {name: _value(given, filling, count) for name, given in each.using.items()}
        if each.do == "kill" and not _comes_back(stage.state, str(using["target"])):
            using.pop("count", None)
        yield each.model_copy(update={"using": using})


def _value(given: str | int, filling: Mapping[str, str | int], count: int) -> str | int:
    found = _ONE.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        return given
    return filling.get(found[1], count if found[1] == "count" else given)


def _comes_back(state: State, id: str) -> bool:
    return state.kind(id) == "creature" and bool(state.entity(id).respawns)


def _joined(old: list[Objective], new: list[Objective], twist: Twist) -> list[Objective]:
    """Put what a twist adds where it belongs."""
    ids = tuple(each.id for each in new)
    match twist.before:
        case None:
            return [*old, *new]
        case "all":
            late = [each if each.after else each.model_copy(update={"after": ids}) for each in old]
            return [*new, *late]
        case "last":
            followed = {id for each in old for id in each.after}
            last = [each for each in old if each.id not in followed and not each.optional]
            return [
                *(each for each in old if each not in last),
                *new,
                *(each.model_copy(update={"after": (*each.after, *ids)}) for each in last),
            ]


def _quest(
    stage: Stage,
    brief: QuestBrief,
    strategy: Strategy,
    twists: tuple[str, ...],
    roles: Mapping[str, str],
    objectives: Sequence[Objective],
    needed: tuple[str, ...],
    others: Sequence[Outcome],
) -> Quest:
    done = Outcome(id="done", needs=needed)
    quest = Quest.model_construct(
        schema_="npcengine/quest@1",
        id="",
        giver=brief.giver,
        motive=strategy.motive,
        strategy=strategy.id,
        twists=twists,
        difficulty=brief.difficulty,
        level=level_for(stage.state),
        theme=brief.theme,
        roles=dict(roles),
        objectives=tuple(objectives),
        outcomes=(done, *others),
        minutes=None,
        texts={},
        proof=None,
    )
    tasks = [(each.id, each.step, each.after, each.optional) for each in quest.objectives]
    told = repr((quest.giver, quest.strategy, tasks, twists, brief.seed))
    digest = blake2b(told.encode(), digest_size=5).hexdigest()
    return quest.model_copy(update={"id": f"{brief.giver[:40]}-{digest}"})


def level_for(state: State) -> int:
    """Return for what level a quest is made: the player's, as far as quests know levels."""
    level = state.get("player.level")
    return int(min(max(0, level), MAX_LEVEL)) if isinstance(level, int | float) else 1


def _proved(quest: Quest, stage: Stage) -> Quest | Tried:
    """Prove a quest, and refuse what can only be done in a way that nobody would ask for."""
    tracker = Tracker(quest, stage.state.world)
    later = (each for each in tracker.late if each.fact != "player.at")
    if tracker.accept(stage.state).done or any(each.met(stage.state.get) for each in later):
        return Tried(quest.strategy, "done")
    ends = endings(quest, stage.state, IN_PLAY)
    if isinstance(ends, NoProof):
        return Tried(quest.strategy, ends.code)
    wrong = unwanted(quest, [each.plan for each in ends], stage.state)
    if wrong:
        return Tried(quest.strategy, wrong)
    proof = proof_of(quest, stage.state, ends, IN_PLAY)
    if isinstance(proof, NoProof):
        return Tried(quest.strategy, proof.code)
    if not proof.complete:
        return Tried(quest.strategy, "limit")
    return quest.model_copy(update={"proof": proof})


def unwanted(quest: Quest, plans: Iterable[Plan], state: State) -> str | None:
    """Return why nobody would ask for what plans take, as a code of `Tried`; None if one may."""
    asked = {each.using.get("target") for each in quest.objectives if each.do == "kill"}
    player, people = state.get("player.level"), state.world.people
    most = player + LEVELS[quest.difficulty][1] if isinstance(player, int | float) else inf
    for plan in plans:
        if plan.minutes > LONGEST * REACH[quest.difficulty]:
            return "far"
        for step in plan.steps:
            target = str(step.using.get("target"))
            murder = step.do == "kill" and target in people and target not in asked
            if murder or step.do == "steal":
                return "crime"
            if step.do in ("kill", "capture") and state.entity(target).level > most:
                return "level"
    return None
