"""What the page on quests shows is what the program does."""

import re
import shutil
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from npcengine import QuestBrief, load_world
from npcengine.quest.brief import MODES
from npcengine.quest.planning.strategy_checks import load_strategies
from npcengine.world.model import Motive
from tests.cli.quest_stage import quest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "quests.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"^```yaml\n# ([a-z.]+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
"""What files hold, by their names."""


@pytest.fixture
def game(village: Path) -> Path:
    """The folder of whoever follows the page."""
    for name in ("oakvale", "personas"):
        shutil.rmtree(village / name, ignore_errors=True)
    shutil.copytree(ROOT / "examples" / "oakvale", village / "oakvale")
    shutil.copytree(ROOT / "personas", village / "personas")
    for name in ("npcengine.yaml", "strategies.yaml", "heron.yaml"):
        # The comment is the first line of the file too: complaints count from there.
        (village / name).write_text(f"# {name}\n{BLOCKS[name]}", "utf-8")
    return village


def shown(language: str, holding: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    [block] = [each for each in found if holding in each]
    return str(block)


@pytest.mark.usefixtures("game")
def test_a_strategy_of_ones_own_is_used() -> None:
    loaded = load_strategies("strategies.yaml", load_world("oakvale/world.yaml"))
    assert [each.id for each in loaded.strategies] == ["comfort.supper"]
    [command] = [each for each in PAGE.splitlines() if "--theme supper" in each]
    asked = command.removeprefix("$ npcengine quest ").rpartition(" ")[0].split()
    made = [quest(*asked, str(seed), "--json").out for seed in range(1, 9)]
    assert '"strategy": "comfort.supper"' in " ".join(made)


@pytest.mark.usefixtures("game")
def test_the_quest_on_the_page_has_one_mistake_and_none_once_it_is_mended() -> None:
    assert quest("check", "heron.yaml").out == shown("text", "QST121")
    mended = BLOCKS["heron.yaml"].replace("inkeeper", "innkeeper")
    Path("heron.yaml").write_text(mended, "utf-8")
    assert quest("check", "heron.yaml").code == 0


@pytest.mark.usefixtures("game")
def test_the_steps_on_the_page_are_judged_and_mended_as_it_says() -> None:
    Path("steps.json").write_text(shown("json", "flour"), "utf-8")
    assert quest("check", "steps.json").out == shown("text", "step 0")
    assert quest("check", "steps.json", "--fix").code == 0


def test_the_prices_on_the_page_are_those_of_a_world(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(BLOCKS["world.yaml"], "utf-8")
    assert load_world(path).prices.most == 150


def test_every_motive_mode_and_field_of_a_brief_is_named() -> None:
    wanted = {*get_args(Motive), *MODES, *(field.name for field in fields(QuestBrief))}
    assert [name for name in wanted if f"`{name}`" not in PAGE] == []
