"""`npcengine quest GIVER`: one quest as its players and its designer read it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from npcengine import Quest, load_world
from npcengine.quest.check import check
from npcengine.quest.show.fit import cells
from npcengine.testing.fake_provider import FakeProvider
from tests.cli.quest_stage import quest
from tests.cli.terminal import at_terminal, run

pytestmark = pytest.mark.usefixtures("village")


def test_it_shows_what_is_asked_what_for_and_that_it_can_be_done() -> None:
    done = quest("mira")
    assert (done.code, done.err) == (0, "")
    title, about, *rest = done.out.splitlines()
    assert title
    assert about == "Mira · medium · level 3"
    assert [line for line in rest if line in ("Objectives", "Reward")] == ["Objectives", "Reward"]
    assert "Proved: there is a way to" in done.out
    assert " minutes" in done.out


def test_the_same_seed_gives_the_same_and_others_give_others() -> None:
    asked = [quest("mira", "--seed", str(seed)).out for seed in (0, 0, 1, 2, 3)]
    assert asked[0] == asked[1]
    assert len(set(asked)) > 2


def test_what_is_kept_is_what_was_shown_and_is_right() -> None:
    shown = quest("mira", "--theme", "wolves", "--difficulty", "hard", "--out", "wolves.json")
    again = quest("show", "wolves.json")
    assert again.out == shown.out
    made = Quest.model_validate_json(Path("wolves.json").read_text("utf-8"))
    assert (made.theme, made.difficulty, made.giver) == ("wolves", "hard", "mira")
    found = check(made, load_world("world.yaml"))
    assert [each for each in found if each.severity == "error"] == []
    as_json = quest("mira", "--theme", "wolves", "--difficulty", "hard", "--json").out
    assert Quest.model_validate_json(as_json) == made


def test_what_is_asked_for_is_what_is_made() -> None:
    asked = ("--motive", "knowledge", "--locale", "de", "--mode", "plain", "--player", "ayla")
    made = json.loads(quest("ann", *asked, "--json").out)
    assert made["motive"] == "knowledge"
    assert list(made["texts"]) == ["de"]


def test_facts_say_how_the_world_is_now() -> None:
    Path("now.yaml").write_text("player.level: 7\n", "utf-8")
    assert "level 7" in quest("mira", "--facts", "now.yaml").out


def test_where_there_is_none_it_says_why() -> None:
    done = quest("hermit", "--json")
    assert (done.code, done.out) == (1, "")
    assert done.err == "there is no way to hermit, from where the player is\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--seed", "1"], "say who hands it out"),
        (["mirra"], "did you mean 'mira'?"),
        (["mira", "--out", "world.yaml"], "world.yaml is there already: choose another --out"),
        (["mira", "--facts", "npcengine.yaml"], "npcengine.yaml: no fact is called 'world'"),
        (["mira", "--world", "none.yaml"], "there is no such file"),
        (["mira", "--personas", "none"], "no personas in 'none'"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_made(arguments: list[str], told: str) -> None:
    done = quest(*arguments)
    assert (done.code, done.out) == (1, "")
    assert told in done.err


def test_without_a_world_it_says_how_to_name_one() -> None:
    Path("npcengine.yaml").unlink()
    assert quest("mira").err == "no world: pass --world FILE, or name it in npcengine.yaml"
    assert quest("mira", "--world", "world.yaml").code == 0


def test_a_world_may_do_without_personas() -> None:
    Path("personas/mira.yaml").unlink()
    Path("personas").rmdir()
    assert quest("mira").code == 0


def test_who_is_called_like_a_command_can_be_asked() -> None:
    world = Path("world.yaml").read_text("utf-8")
    Path("world.yaml").write_text(world.replace("  ann:", "  show:"), "utf-8")
    assert "Ann · medium" in quest("make", "show").out


def test_other_commands_do_not_wait_for_what_makes_quests() -> None:
    code = (
        "import sys, npcengine.cli.program;"
        "print([n for n in sys.modules if n.startswith(('npcengine.quest', 'npcengine.world'))])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert loaded.stdout == "[]\n", loaded.stderr


async def test_a_model_tells_it_where_there_is_one(village: Path) -> None:
    answer = '{"pick": "q1", "title": "Off to Work", "offer": "There is work for you."}'
    async with FakeProvider(style="groq", replies=[answer]) as groq:
        key = {"GROQ_API_KEY": "any", "GROQ_BASE_URL": groq.base_url}
        done = await run(village, "quest", "mira", env=key)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Off to Work\nMira · medium · level 3\n\nThere is work for you.\n")


async def test_it_fits_a_terminal(village: Path) -> None:
    arguments = ("quest", "mira", "--difficulty", "hard", "--locale", "zh")
    async with at_terminal(village, *arguments) as (terminal, process):
        shown = await terminal.until("Proved")
        await process.wait()
    assert process.returncode == 0
    assert all(cells(line) <= 80 for line in shown.splitlines())
    assert "\x1b[1m" in terminal.raw  # the title is bold
