"""The simulator stands by itself, and knows what the fields of a world say."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from npcengine.turns import Fact
from npcengine.world.loader import world_from
from tests.quest.simulator import conditions
from tests.quest.simulator.conditions import answer, read
from tests.quest.simulator.run import Result, simulate

FOLDER = Path(conditions.__file__).parent
FIELDS: Mapping[str, Any] = {
    "money": "coin",
    "items": {
        "coin": {}, "key": {}, "axe": {}, "ring": {"essential": True}, "ale": {"used_up": True},
        "log": {"gather": "wood", "tool": "axe"},
        "bow": {"make": {"of": {"log": 2}, "at": "bench"}},
    },
    "places": {
        "hall": {"exits": ["wood", {"to": "vault", "door": "gate"}], "holds": {"axe": 1}},
        "wood": {"exits": [{"to": "pit", "one_way": True}, {"to": "peak", "when": "flag.clear"}]},
        "vault": {"holds": {"ring": 1}}, "pit": {}, "peak": {},
    },
    "people": {
        "ann": {"at": "hall", "essential": True, "knows": ["secret"],
                "sells": {"key": 3, "ale": 2}},
        "bob": {"at": "wood", "captive": True}, "cid": {"at": "pit", "carries": {"key": 1}},
    },
    "creatures": {"wolf": {"at": ["wood", "pit"], "respawns": True, "carries": {"log": 2}}},
    "things": {"gate": {"at": "hall", "key": "key"}, "bench": {"at": "hall"}},
    "information": {"secret": {}},
    "facts": {"flag.clear": "bool"},
    "start": {"player.at": "hall", "player.has.coin": 4},
}  # fmt: skip
STEPS = {
    "home": "goto to=hall", "wood": "goto to=wood", "pit": "goto to=pit", "peak": "goto to=peak",
    "axe": "take item=axe from=hall", "log": "gather item=log count=2", "bow": "make item=bow",
    "key": "buy item=key", "gate": "unlock what=gate", "vault": "goto to=vault",
    "wolf": "kill target=wolf", "ann": "kill target=ann", "free": "free target=bob",
    "lead": "escort who=bob to=hall", "ask": "ask to=ann about=secret", "cid": "kill target=cid",
    "tell": "tell to=bob about=secret", "ring": "take item=ring from=vault",
    "lost": "give item=ring to=ann", "ale": "buy item=ale", "drink": "use item=ale",
}  # fmt: skip
CANNOT: Mapping[str, str] = {
    "wood home vault": "no open way",
    "wood pit home": "no open way",
    "wood log": "player.has.axe",
    "axe wood log bow": "player.at",
    "key ale": "player.has.coin",
    "ann": "no way at all",
    "wood lead": "bob.captive",
    "wood tell": "player.knows.secret",
    "wood wolf home wolf": "player.at",
    "wood pit cid cid": "cid.alive",
    "ale drink drink": "player.has.ale",
    "gate": "player.has.key",
    "key gate gate": "gate.locked",
}
CAN = (
    "key gate vault home", "axe wood log home bow", "wood wolf home bow", "wood free lead home",
    "ask wood tell", "wood pit cid", "ale drink",
)  # fmt: skip


def step(name: str) -> dict[str, Any]:
    do, *using = STEPS[name].split()
    pairs = (each.split("=") for each in using)
    return {"do": do, "with": {key: int(v) if v.isdigit() else v for key, v in pairs}}


def played(names: str, facts: Mapping[str, Fact] | None = None, **objective: object) -> Result:
    """Do steps for a quest that is over with the last of them, or with what an objective says."""
    steps = [step(each) for each in names.split()]
    last = {"id": "end", "after": (), "do": "choose", "with": {"option": "done"}} | objective
    if last["do"] == "choose":
        steps.append({"do": "choose", "with": {"option": "done"}})
    quest = {
        "giver": "ann", "objectives": [last], "minutes": None,
        "outcomes": [{"id": "done", "needs": ("end",)}],
    }  # fmt: skip
    world = world_from(FIELDS).model_dump(by_alias=True)
    return simulate(world, facts or {}, quest, {"outcome": "done", "steps": steps})


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_the_simulator_shares_nothing_with_what_it_judges(path: Path) -> None:
    ours = [each for each in imported(path) if each.partition(".")[0] in ("npcengine", "tests")]
    assert [each for each in ours if not each.startswith("tests.quest.simulator.")] == []


@pytest.mark.parametrize("names", CAN)
def test_what_the_world_allows_can_be_done(names: str) -> None:
    assert played(names).reason == ""


@pytest.mark.parametrize(("names", "why"), CANNOT.items())
def test_what_the_world_forbids_cannot(names: str, why: str) -> None:
    assert why in played(names).reason


def test_what_nobody_told_is_assumed_and_said() -> None:
    assert played("wood peak").assumed
    assert not played("wood peak", {"flag.clear": True}).assumed
    assert "no open way" in played("wood peak", {"flag.clear": False}).reason


def test_a_plan_that_goes_on_after_the_end_is_wrong() -> None:
    reached = played("wood home", do="goto", **{"with": {"to": "wood"}})
    assert reached.reason == "step 1 comes after the end, which was done"


def test_it_tells_what_should_not_have_been_lost() -> None:
    assert "essential" in played("key gate vault ring home lost").spoilt[0]
    assert "cid dies" in played("wood pit cid").spoilt[0]


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("a and not b", True), ("b or c >= 2", True), ("not (a and c < 2)", True),
        ("name == 'x'", True), ("name != \"x\"", False), ("3 > c", True), ("nobody", None),
        ("a or nobody", True), ("b and nobody", False), ("not nobody", None), ("c == true", None),
    ],
)  # fmt: skip
def test_conditions(text: str, so: bool | None) -> None:
    facts: dict[str, Fact] = {"a": True, "b": False, "c": 2, "name": "x"}
    assert answer(read(text), facts.get) is so
