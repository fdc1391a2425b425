"""`npcengine cards`, as somebody uses it who has downloaded a character."""

import json
from pathlib import Path

import pytest

from tests.cards.samples import LOREBOOK, V2, V3, as_charx, as_json, as_png, cards_of
from tests.cli.terminal import at_terminal, run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "bran.png").write_bytes(as_png(V3, "ccv3"))
    (tmp_path / "marsh.json").write_bytes(as_json(LOREBOOK))
    (tmp_path / "bad.png").write_bytes(b"GIF89a")
    return tmp_path


async def test_import_chat_and_export(home: Path) -> None:
    made = await run(home, "cards", "import", "bran.png", "marsh.json")
    assert (made.code, made.err) == (0, "")
    for told in (
        "Brannoc (Character Card V3, PNG)\n",
        "personas/lore/brannoc.yaml\n",
        "personality -> traits",
        "off      system_prompt, post_history_instructions: to turn one on",
        "The Marsh (lorebook V3, JSON)\n",
    ):
        assert told in made.out
    assert max(map(len, made.out.split("\n"))) <= 80
    linted = await run(home, "lint")
    assert (linted.code, "error" in linted.out) == (0, False)
    said = await run(home, "say", "brannoc", "When is the next one?")
    assert (said.code, "Dawn." in said.out) == (0, True)
    exported = await run(home, "cards", "export", "brannoc", "--format", "png")
    assert exported.out == "brannoc.png: Character Card V3, PNG\n  from  cards/brannoc.png\n"
    assert (home / "brannoc.png").read_bytes() == (home / "bran.png").read_bytes()


async def test_nothing_is_replaced_unless_it_is_asked_for(home: Path) -> None:
    persona = home / "personas" / "brannoc.yaml"
    assert (await run(home, "cards", "import", "bran.png")).code == 0
    persona.write_text("mine")
    again = await run(home, "cards", "import", "bran.png")
    assert (again.code, again.out) == (1, "")
    assert "personas/brannoc.yaml" in again.err
    assert "--force" in again.err
    assert persona.read_text() == "mine"
    assert (await run(home, "cards", "import", "bran.png", "--force")).code == 0
    assert persona.read_text() != "mine"
    (home / "brannoc.json").write_text("mine")
    refused = await run(home, "cards", "export", "brannoc", "--format", "json")
    assert (refused.code, (home / "brannoc.json").read_text()) == (1, "mine")


async def test_one_bad_file_does_not_keep_the_others_out(home: Path) -> None:
    made = await run(home, "cards", "import", "bad.png", "bran.png", "--json", "--out", "cast")
    assert (made.code, made.err.count("\n")) == (1, 1)
    assert made.err.startswith("bad.png: ")
    [told] = json.loads(made.out)
    assert told["made"] == [f"cast/{n}brannoc.{e}" for n, e in
                            (("", "yaml"), ("lore/", "yaml"), ("cards/", "png"))]  # fmt: skip
    assert told["taken"]["personality"] == "traits"
    assert told["off"] == ["system_prompt", "post_history_instructions"]


async def test_two_files_of_one_run_never_replace_each_other(home: Path) -> None:
    (home / "other.json").write_bytes(as_json(V2))
    made = await run(home, "cards", "import", "bran.png", "other.json", "--force")
    assert (made.code, "brannoc.yaml" in made.err) == (1, True)
    assert (home / "personas" / "cards" / "brannoc.png").exists()
    assert not (home / "personas" / "cards" / "brannoc.json").exists()


async def test_files_are_put_into_other_kinds(home: Path) -> None:
    (home / "a.charx").write_bytes(as_charx(V3, icon=b"x"))
    done = await run(home, "cards", "export", "a.charx", "--format", "json", "--json")
    told = json.loads(done.out)
    assert (told["file"], told["left_out"]) == ("a.json", ["1 files of the CHARX"])
    assert json.loads((home / "a.json").read_bytes()) == V3
    piped = await run(home, "cards", "export", "a.json", "--format", "json", "--out", "-")
    assert json.loads(piped.out) == V3
    options = ("--format", "png", "--image", "bran.png", "--out", "b.png")
    assert (await run(home, "cards", "export", "a.json", *options)).code == 0
    assert cards_of((home / "b.png").read_bytes())["ccv3"] == V3


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("nobody", "--format", "json"), "no persona has the id 'nobody'"),
        (("missing.png", "--format", "json"), "missing.png: there is no such file"),
        (("bad.png", "--format", "json"), "bad.png: this is no card"),
        (("bran.png", "--format", "json", "--image", "bran.png"), "--format png"),
        (("bran.png", "--format", "png", "--image", "bad.png", "--out", "c.png"), "PNG"),
    ],
)
async def test_what_cannot_be_exported_is_told(
    home: Path, arguments: tuple[str, ...], problem: str
) -> None:
    (home / "personas").mkdir()
    done = await run(home, "cards", "export", *arguments)
    assert (done.code, done.out) == (1, "")
    assert problem in done.err


async def test_the_card_of_a_persona_is_gone(home: Path) -> None:
    await run(home, "cards", "import", "bran.png")
    (home / "personas" / "cards" / "brannoc.png").unlink()
    done = await run(home, "cards", "export", "brannoc", "--format", "json")
    assert (done.code, "personas/cards/brannoc.png" in done.err) == (1, True)


async def test_the_report_fits_a_terminal(home: Path) -> None:
    async with at_terminal(home, "cards", "import", "bran.png") as (terminal, _):
        shown = await terminal.until("write it out")
    assert max(map(len, shown.split("\n"))) <= 80
