"""`npcengine quest check` and `show`, and `npcengine lint` of a world."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.quest_stage import program, quest

pytestmark = pytest.mark.usefixtures("village")

HERBS = """\
id: mira-herbs
giver: mira
motive: comfort
strategy: comfort.luxuries
objectives:
  - {id: find, do: obtain, with: {item: herb, count: 2}}
  - {id: bring, do: give, with: {item: herb, to: mira, count: 2}, after: [find]}
outcomes:
  - {id: done, needs: [find, bring], reward: {money: 24}}
"""


@pytest.fixture
def herbs() -> Callable[..., str]:
    """Write the quest with something else in it, and return the name of its file."""

    def write(old: str = "", new: str = "") -> str:
        assert old in HERBS
        Path("herbs.yaml").write_text(HERBS.replace(old, new) if old else HERBS, "utf-8")
        return "herbs.yaml"

    return write


def test_a_quest_that_is_right_is_not_complained_about(herbs: Callable[..., str]) -> None:
    done = quest("check", herbs())
    assert (done.code, done.out) == (0, "")
    assert json.loads(quest("check", herbs(), "--json").out) == []


def test_what_is_wrong_is_told_where_it_stands(herbs: Callable[..., str]) -> None:
    done = quest("check", herbs("to: mira", "to: mirra"))
    assert done.code == 1
    assert done.out.startswith("herbs.yaml:7:50: QST121 objectives[1].with.to: there is no person")
    assert "(did you mean 'mira'?)" in done.out
    [told] = json.loads(quest("check", "herbs.yaml", "--json").out)
    assert (told["line"], told["column"], told["code"]) == (7, 50, "QST121")


def test_what_is_no_quest_is_told_as_in_any_file(herbs: Callable[..., str]) -> None:
    done = quest("check", herbs("giver: mira", "gifer: mira"))
    assert done.code == 1
    assert "herbs.yaml:2:1: NPC202 gifer: there is no field 'gifer' here" in done.err


def test_it_is_checked_in_the_world_as_the_facts_tell_it(herbs: Callable[..., str]) -> None:
    Path("now.yaml").write_text("mira.alive: false\n", "utf-8")
    assert quest("check", herbs(), "--facts", "now.yaml").code == 1


def test_json_of_other_programs_is_read_from_stdin_alone_or_as_a_line_of_a_pool() -> None:
    made = json.loads(quest("mira", "--json").out)
    made["texts"]["en"]["title"] = "Herbs 🌿 for Mira"
    for written in (made, {"npcengine_pool": 1, "quest": made}):
        shown = quest("show", "-", typed=json.dumps(written))
        assert (shown.code, shown.out.splitlines()[0]) == (0, "Herbs 🌿 for Mira")


@pytest.mark.parametrize(
    ("how", "begins", "holds"),
    [
        ("--mermaid", "flowchart TD\n", "-->"),
        ("--svg", "<svg ", "</svg>"),
        ("--markdown", "# ", "## Proof"),
    ],
)
def test_it_is_drawn(how: str, begins: str, holds: str) -> None:
    Path("made.json").write_text(quest("mira", "--json").out, "utf-8")
    done = quest("show", "made.json", how)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(begins)
    assert holds in done.out


def test_it_is_shown_in_another_language(herbs: Callable[..., str]) -> None:
    assert "Lohn\n" in quest("show", herbs(), "--locale", "de").out


STEPS = [
    {"do": "goto", "with": {"to": "the Cave"}},
    {"do": "give", "with": {"item": "ore", "to": "mira"}},
]


def test_steps_are_checked_one_by_one() -> None:
    done = quest("check", "-", typed=json.dumps(STEPS))
    assert done.code == 1
    first, second = done.out.splitlines()
    assert first.startswith("step 0: unknown: there is no place 'the Cave'")
    assert second.startswith("step 1: ")
    told = json.loads(quest("check", "-", "--json", typed=json.dumps(STEPS)).out)
    assert [each["index"] for each in told] == [0, 1]


def test_steps_are_mended_so_that_nothing_is_wrong_with_them() -> None:
    mended = quest("check", "-", "--fix", typed=json.dumps(STEPS))
    assert mended.code == 0
    assert "step 1: inserted " in mended.err
    assert json.loads(mended.out)[-1] == STEPS[1]
    right = quest("check", "-", typed=mended.out)
    assert (right.code, right.out) == (0, "")
    again = quest("check", "-", "--fix", typed=mended.out)
    assert (again.out, again.err) == (mended.out, "")


def test_steps_that_nothing_helps_are_left_out_and_told() -> None:
    done = quest("check", "-", "--fix", typed='[{"do": "fly"}]')
    assert (done.code, done.out) == (1, "[]\n")
    assert done.err.startswith("step 0: left_out fly: ")


def test_steps_may_be_yaml() -> None:
    done = quest("check", "-", typed="steps:\n  - {do: goto, with: {to: inn}}\n")
    assert (done.code, done.out) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (["check", "-"], "[1,", "<stdin>:1:4: this is not JSON"),
        (["check", "-"], "[" * 100_000, "it is nested too deeply"),
        (["check", "-"], "[" + "1," * 200_000 + "1]", "larger than 256 KiB"),
        (["check", "-", "--fix"], HERBS, "--fix mends lists of steps"),
        (["show", "-"], "[]", "this is a list of steps, and no quest"),
        (["show", "-", "--svg", "--mermaid"], HERBS, "choose one of"),
        (["check", "none.json"], "", "there is no such file"),
    ],
)
def test_what_cannot_be_read_is_told(arguments: list[str], typed: str, told: str) -> None:
    done = quest(*arguments, typed=typed)
    assert (done.code, done.out) == (1, "")
    assert told in done.err


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text() | JSON.map(json.dumps) | st.lists(JSON, max_size=4).map(json.dumps))
def test_whatever_is_read_the_program_never_breaks(typed: str) -> None:
    for arguments in (("check", "-"), ("check", "-", "--fix"), ("show", "-")):
        assert quest(*arguments, typed=typed).code in (0, 1)


def test_lint_tells_what_is_wrong_with_a_world() -> None:
    assert program("lint", "world.yaml").out.startswith("world.yaml:11:3: NPC601 places.isle: ")
    world = Path("world.yaml").read_text("utf-8")
    Path("world.yaml").write_text(world.replace("at: smithy", "at: smity"), "utf-8")
    done = program("lint", "world.yaml")
    assert done.code == 1
    assert "NPC501 people.mira.at: there is no place 'smity' (did you mean 'smithy'?)" in done.out


def test_lint_takes_what_has_the_schema_of_a_world_for_one_and_nothing_else() -> None:
    Path("empty.yaml").write_text("schema: npcengine/world@1\n", "utf-8")
    assert program("lint", "empty.yaml").out == ""
    Path("none.yaml").write_text("id: anna\nname: Anna\n", "utf-8")
    assert "description: this field is missing" in program("lint", "none.yaml").out
