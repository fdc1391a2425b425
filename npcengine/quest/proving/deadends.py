"""Whether a player who does what a quest is about, in any order, can get stuck."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from npcengine.quest.progress import Progress, Tracker
from npcengine.quest.proving.planner import Course, Planner
from npcengine.quest.proving.replay import Played, carried, play
from npcengine.world.actions import Action, Step
from npcengine.world.needs import Change
from npcengine.world.routes import reaches
from npcengine.world.state import State
from npcengine.world.verbs import Done, Refusal, Refused, ground

_Key: TypeAlias = tuple[object, ...]

MAX_RESCUED = 400
"""So many steps are tried to find a way on from where what the quest is about leads nowhere."""


class Search(NamedTuple):
    """What came of looking at what a player can do."""

    stuck: tuple[Step, ...] | None
    """Steps after which no ending can be reached; None when there are none."""
    states: int
    complete: bool = True
    """False when the limit was reached before every state was looked at."""


class _Node(NamedTuple):
    played: Played
    before: _Key | None
    step: Step | None


def dead_end(tracker: Tracker, state: State, steps: Sequence[Step], limit: int) -> Search:
    """Look at every state that `steps` lead to, in any order, for one without an ending.

    The player goes where a step can be done whenever there is a way. From a state from which
    these steps lead to no ending, other ways are looked for before it is called a dead end.
    """
    first = Played(state, tracker.accept(state))
    caps = _caps(tracker, state, steps)
    nodes = {_key(first, caps): _Node(first, None, None)}
    into: dict[_Key, list[_Key]] = {}
    queue = deque(nodes)
    while queue and limit > 0:
        key = queue.popleft()
        for step, played in _next(tracker, nodes[key].played, steps):
            limit -= 1
            there = _key(played, caps)
            into.setdefault(there, []).append(key)
            if there not in nodes:
                nodes[there] = _Node(played, key, step)
                queue.append(there)
    ends = [key for key, node in nodes.items() if node.played.progress.status != "active"]
    safe = _back(set(), [*ends, *queue], into)
    for key, node in nodes.items():
        if key not in safe:
            if not _can_go_on(tracker, node.played):
                return Search(_way(nodes, key), len(nodes))
            _back(safe, [key], into)
    return Search(None, len(nodes), complete=not queue)


def _next(tracker: Tracker, played: Played, steps: Sequence[Step]) -> Iterator[tuple[Step, Played]]:
    """Give what can be done next by going where that is done, and what comes of it."""
    if played.progress.status != "active":
        return
    state = played.state
    for step in steps:
        if step.do == "goto" and state.get("player.at") == step.get("to"):
            continue
        for action in grounded(state, step):
            at = next((str(need.value) for need in action.needs if need.fact == "player.at"), None)
            rest = (need for need in action.needs if need.fact != "player.at")
            if all(need.met(state.get) is not False for need in rest):
                there = _gone(tracker, played, at)
                if there is not None:
                    done = Done(there.state.after(action.changes), action)
                    yield step, carried(tracker, there, done)


def _gone(tracker: Tracker, played: Played, place: str | None) -> Played | None:
    """Go to a place; None when no way is open. It is not asked again whether it exists."""
    state, here = played.state, played.state.get("player.at")
    if place is None or here == place:
        return played
    if here is not None and not reaches(state, str(here), place):
        return None
    going = Action(Step.of("goto", to=place), (), (Change("player.at", place),))
    return carried(tracker, played, Done(state.after(going.changes), going))


def _key(played: Played, caps: Mapping[str, float]) -> _Key:
    """Return what of a state matters: of what is needed, no more than is needed."""
    progress = played.progress
    counts = tuple(sorted(progress.counts.items()))
    changed = frozenset(
        (fact, min(value, caps[fact]) if isinstance(value, float | int) else value)
        for fact, value in played.state.changed.items()
        if fact in caps
    )
    return progress.status, frozenset(progress.done), counts, changed


def _caps(tracker: Tracker, state: State, steps: Iterable[Step]) -> dict[str, float]:
    """Return how much of each fact can matter to steps and objectives, all taken together."""
    caps: dict[str, float] = defaultdict(float, {"player.at": 0.0})
    needs = [need for step in steps for action in grounded(state, step) for need in action.needs]
    ways = (need for some in state.index.needs_of_ways.values() for need in some)
    for need in (*needs, *tracker.needs, *ways):
        amount = need.value if isinstance(need.value, float | int) else 0.0
        caps[need.fact] += amount
    return caps


def grounded(state: State, step: Step) -> tuple[Action, ...]:
    """Return the ways in which a step can be done; none where it makes no sense."""
    try:
        return ground(state, step)
    except Refused:
        return ()


def _back(safe: set[_Key], ends: Sequence[_Key], into: dict[_Key, list[_Key]]) -> set[_Key]:
    """Add to the safe states those from which one of these can be reached."""
    queue = deque(ends)
    safe.update(queue)
    while queue:
        for key in into.get(queue.popleft(), ()):
            if key not in safe:
                safe.add(key)
                queue.append(key)
    return safe


def _can_go_on(tracker: Tracker, played: Played) -> bool:
    """Look for a way to an outcome by other steps than those of the quest's own plans."""
    for outcome in tracker.quest.outcomes:
        now, planner = played, Planner(MAX_RESCUED)
        for _ in tracker.quest.objectives:
            left = [id for id in tracker.open(now.progress) if id in outcome.needs]
            course = (
                planner.do(Course(now.state), tracker.quest.objective(left[0])) if left else None
            )
            if course is None:
                break
            now = _followed(tracker, now, course)
        if now.progress.status == "completed":
            return True
    return False


def _followed(tracker: Tracker, played: Played, course: Course) -> Played:
    progress: Progress = played.progress
    for action in course.actions:
        done = play(tracker, played, action.step)
        if isinstance(done, Refusal):  # a plan is right by itself
            return played._replace(progress=progress)
        played = done
    return played


def _way(nodes: dict[_Key, _Node], key: _Key) -> tuple[Step, ...]:
    steps: list[Step] = []
    node = nodes[key]
    while node.before is not None and node.step is not None:
        steps.append(node.step)
        node = nodes[node.before]
    return tuple(reversed(steps))
