"""Quests that nobody would write, in worlds that no loader would let pass."""

from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from npcengine.quest.check import check
from npcengine.quest.model import Proof, Quest
from npcengine.quest.proving.prove import prove
from npcengine.quest.rules.table import RULES
from npcengine.world.builtin import BUILTIN
from npcengine.world.model import World
from npcengine.world.state import State
from tests.quest.check.good import QUESTS as GOOD
from tests.quest.check.good import good, in_village, village, written

IDS = st.sampled_from(
    [*village().people, *village().items, *village().things, "boar", "wyrm", "cave", "heath",
     "way_in", "guild", "nobody", "a"]
)  # fmt: skip
OWN = st.sampled_from(["one", "two", "three", "four"])
WORDS = st.text(max_size=40) | st.sampled_from(["{giver}", "{count}", "57 wolves", "Rosa", "**"])
TEXTS = st.lists(WORDS, max_size=4).map(" ".join)
PARAMETERS = st.sampled_from(
    sorted({name for verb in BUILTIN.values() for name in verb.parameters} | {"who", "bell"})
)
NUMBERS = st.integers(-3, 12) | st.sampled_from([10**18, 10**400])
ARGUMENTS = IDS | st.text(min_size=1, max_size=9) | NUMBERS
VERBS = st.sampled_from([*BUILTIN, "goto", "escort", "obtain", "learn", "ring", "pray", "fly"])
OBJECTIVES = st.builds(
    lambda id, do, using, after, optional: {
        "id": id, "do": do, "with": using, "after": after, "optional": optional
    },
    OWN, VERBS, st.dictionaries(PARAMETERS, ARGUMENTS, max_size=4), st.lists(OWN, max_size=3),
    st.booleans(),
)  # fmt: skip
REWARDS = st.fixed_dictionaries(
    {},
    optional={
        "money": st.floats(0, 1e9),
        "items": st.dictionaries(IDS, st.integers(1, 9), max_size=2),
        "standing": st.dictionaries(IDS, st.integers(-100, 100), max_size=2),
    },
)
OUTCOMES = st.builds(
    lambda id, needs, reward: {"id": id, "needs": needs, "reward": reward},
    OWN, st.lists(OWN, min_size=1, max_size=4), REWARDS,
)  # fmt: skip
PACKS = st.builds(
    lambda title, offer, thanks, objectives: {
        "title": title, "offer": offer, "thanks": thanks, "objectives": objectives
    },
    TEXTS, TEXTS, st.dictionaries(OWN, TEXTS, max_size=2), st.dictionaries(OWN, TEXTS, max_size=2),
)  # fmt: skip
QUESTS = st.fixed_dictionaries(
    {
        "id": st.just("q"),
        "giver": IDS,
        "motive": st.just("comfort"),
        "strategy": st.just("none"),
        "objectives": st.lists(OBJECTIVES, min_size=1, max_size=5),
        "outcomes": st.lists(OUTCOMES, min_size=1, max_size=3),
    },
    optional={
        "roles": st.dictionaries(OWN, IDS, max_size=2),
        "minutes": st.floats(0, 1000),
        "texts": st.dictionaries(st.sampled_from(["en", "de", "zh"]), PACKS, max_size=3),
    },
)


def holds(quest: Quest, world: World | State) -> None:
    findings = check(quest, world)
    assert all(each.code in RULES and each.message and each.suggestion for each in findings)
    assert all(each.severity == RULES[each.code].severity for each in findings)
    assert findings == check(quest, world)
    for each in findings:
        assert len(str(each)) < 2_000


SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@given(QUESTS)
@SLOW
def test_no_quest_makes_it_raise(data: dict[str, Any]) -> None:
    holds(Quest.model_validate(data, strict=False), in_village())


CONDITIONS = st.sampled_from(["open", "not a.alive", " or ".join(f"f{n}" for n in range(40))])
IN_WORLD = st.sampled_from(["a", "b", "rosa", "green", "inn", "ale", "boar", "thing"])
COUNTS = st.dictionaries(IN_WORLD, st.integers(1, 3), max_size=2)
ENTITY = {"when": CONDITIONS, "name": st.sampled_from(["Ann", "the mill"])}
WORLDS = st.fixed_dictionaries(
    {},
    optional={
        "money": IN_WORLD,
        "places": st.dictionaries(
            IN_WORLD,
            st.fixed_dictionaries(
                {},
                optional=ENTITY | {
                    "holds": COUNTS,
                    "exits": st.lists(
                        st.fixed_dictionaries(
                            {"to": IN_WORLD}, optional={"door": IN_WORLD, "when": CONDITIONS}
                        ),
                        max_size=2,
                    ),
                },
            ),
        ),
        "people": st.dictionaries(
            IN_WORLD,
            st.fixed_dictionaries(
                {"at": IN_WORLD},
                optional=ENTITY | {
                    "carries": COUNTS,
                    "faction": IN_WORLD,
                    "sells": st.dictionaries(IN_WORLD, st.floats(0, 9), max_size=2),
                    "knows": st.lists(IN_WORLD, max_size=2),
                },
            ),
        ),
        "creatures": st.dictionaries(
            IN_WORLD,
            st.fixed_dictionaries(
                {"at": st.lists(IN_WORLD, max_size=2)},
                optional={"carries": COUNTS, "respawns": st.booleans(), "faction": IN_WORLD},
            ),
        ),
        "items": st.dictionaries(
            IN_WORLD,
            st.fixed_dictionaries(
                {},
                optional=ENTITY | {
                    "gather": st.lists(IN_WORLD, max_size=2),
                    "tool": IN_WORLD,
                    "make": st.fixed_dictionaries({"of": COUNTS}, optional={"at": IN_WORLD}),
                },
            ),
        ),
        "things": st.dictionaries(
            IN_WORLD,
            st.fixed_dictionaries(
                {"at": IN_WORLD},
                optional={"key": IN_WORLD, "holds": COUNTS, "repair": COUNTS},
            ),
        ),
        "information": st.dictionaries(
            IN_WORLD,
            st.fixed_dictionaries({}, optional={"written": st.lists(IN_WORLD, max_size=2)}),
        ),
        "factions": st.dictionaries(
            IN_WORLD,
            st.fixed_dictionaries({}, optional={"enemies": st.lists(IN_WORLD, max_size=2)}),
        ),
        "start": st.dictionaries(
            st.sampled_from(["player.at", "player.level", "a.alive", "rosa.at", "player.has.ale"]),
            st.booleans() | st.integers(-2, 9) | IN_WORLD,
        ),
        "verbs": st.dictionaries(
            st.sampled_from(["ring", "pray"]),
            st.fixed_dictionaries(
                {},
                optional={
                    "with": st.dictionaries(
                        st.sampled_from(["at", "bell"]), st.sampled_from(["place", "thing"])
                    ),
                    "at": st.sampled_from(["at", "bell"]),
                    "needs": st.sampled_from(["{bell}.rung", "(", "{nothing}", "a or b"]),
                    "then": st.lists(
                        st.sampled_from(["{bell}.rung", "x += 1", "?", "player.at = {at}"]),
                        max_size=2,
                    ),
                },
            ),
        ),
    },
)  # fmt: skip


@given(QUESTS, WORLDS)
@SLOW
def test_no_world_makes_it_raise(quest: dict[str, Any], world: dict[str, Any]) -> None:
    holds(Quest.model_validate(quest, strict=False), World.model_validate(world, strict=False))


@given(st.dictionaries(st.sampled_from(["rosa.at", "player.at", "bell.rung", "player.has.ale",
                                        "thief.alive", "player.level", "ferry_runs"]),
                       st.booleans() | st.floats() | st.text(max_size=5)))  # fmt: skip
@example({"player.at": ""})
@SLOW
def test_nothing_that_a_game_tells_makes_it_raise(told: dict[str, Any]) -> None:
    holds(good("a choice"), State.of(village(), told))


GROUPS = ("places", "people", "creatures", "items", "things", "information", "factions")
ENTITIES = st.sampled_from([(group, id) for group in GROUPS for id in getattr(village(), group)])


@given(st.sampled_from(list(GOOD)), st.sets(ENTITIES, min_size=1, max_size=4))
@SLOW
def test_a_world_from_which_something_was_taken_does_not_make_it_raise(
    name: str, taken: set[tuple[str, str]]
) -> None:
    left = {
        group: {
            id: each for id, each in getattr(village(), group).items() if (group, id) not in taken
        }
        for group in GROUPS
    }
    holds(good(name), village().model_copy(update=left))


@given(st.sampled_from(list(GOOD)), st.data())
@SLOW
def test_a_quest_in_which_anything_was_changed_does_not_make_it_raise(
    name: str, data: st.DataObject
) -> None:
    quest = written(name)
    objective = data.draw(st.sampled_from(quest["objectives"]))
    if data.draw(st.booleans()):
        objective["do"] = data.draw(VERBS)
    for parameter in data.draw(st.lists(st.sampled_from(list(objective["with"])), max_size=2)):
        objective["with"][parameter] = data.draw(ARGUMENTS)
    objective["after"] = data.draw(
        st.lists(st.sampled_from([each["id"] for each in quest["objectives"]]), max_size=2)
    )
    changed = Quest.model_validate(quest, strict=False)
    holds(changed, in_village())
    if not check(changed, in_village()):
        assert isinstance(prove(changed, in_village()), Proof)
