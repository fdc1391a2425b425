"""`npcengine explain`: what a persona comes to, and which file and line said so."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import at_terminal, run

SMITH = "id: smith\nabstract: true\nrole: blacksmith\nspeech:\n  style: >-\n    Short. {long}\n"
ANNA = "id: anna\nextends: smith\nname: '[red]Anna'\ndescription: A smith.\ntraits+: [fair]\n"


@pytest.fixture
def shared(home: Path) -> Path:
    """A cast with a character that takes over from another file."""
    (home / "personas" / "archetypes").mkdir()
    style = "Says little. " * 20
    smith = SMITH.format(long=style)
    (home / "personas" / "archetypes" / "smith.yaml").write_text(smith, "utf-8")
    (home / "personas" / "anna.yaml").write_text(ANNA, "utf-8")
    return home


async def test_it_names_the_file_and_line_of_every_value(shared: Path) -> None:
    told = await run(shared, "explain", "anna")
    assert (told.code, told.err) == (0, "")
    rows = [line.split() for line in told.out.splitlines()]
    assert [rows[0], *((row[0], row[-1]) for row in rows[1:])] == [
        ["field", "value", "from"],
        ("id", "anna.yaml:1"),
        ("name", "anna.yaml:3"),
        ("description", "anna.yaml:4"),
        ("extends", "anna.yaml:2"),
        ("role", "archetypes/smith.yaml:3"),
        ("traits[0]", "anna.yaml:5"),
        ("speech.style", "archetypes/smith.yaml:5"),
    ]
    assert "[red]Anna" in told.out
    assert max(map(len, told.out.splitlines())) <= 80


async def test_one_field_is_told_whole(shared: Path) -> None:
    told = await run(shared, "explain", "anna", "speech")
    first, second = told.out.splitlines()
    assert first == "anna speech.style  archetypes/smith.yaml:5"
    assert second.count("Says little.") == 20


async def test_machines_get_all_of_it(shared: Path) -> None:
    told = await run(shared, "explain", "anna", "role", "--json")
    [row] = json.loads(told.out)
    path = str(Path("personas/archetypes/smith.yaml"))
    assert row == {"field": "role", "value": "blacksmith", "path": path, "line": 3}


async def test_a_part_and_one_file_can_be_explained_too(shared: Path) -> None:
    part = await run(shared, "explain", "smith", "role")
    assert part.out == "smith role  archetypes/smith.yaml:3\nblacksmith\n"
    alone = await run(shared, "explain", "anna", "role", "--personas", "personas/anna.yaml")
    assert alone.out == "anna role  archetypes/smith.yaml:3\nblacksmith\n"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("anna", "cache.ttl"), 0, "Nothing is written there"),
        (("anna", "speech.stile"), 1, "did you mean 'speech.style'?"),
        (("anna", "zzz"), 1, "a persona has no field 'zzz'"),
        (("ana",), 1, "Did you mean 'anna'?"),
        (("anna", "--personas", "nowhere"), 1, "no personas in 'nowhere'"),
    ],
)
async def test_what_cannot_be_explained_is_told(
    shared: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    told = await run(shared, "explain", *arguments)
    assert told.code == code
    assert words in told.out + told.err
    assert "Traceback" not in told.err


async def test_a_broken_character_can_be_explained(shared: Path) -> None:
    with (shared / "personas" / "anna.yaml").open("a") as file:
        file.write("colour: red\n")
    assert "colour" in (await run(shared, "explain", "anna")).out
    with (shared / "personas" / "anna.yaml").open("a") as file:
        file.write('role: "a" b\n')
    broken = await run(shared, "explain", "anna")
    assert (broken.code, "anna.yaml:7" in broken.err) == (1, True)


async def test_it_fits_a_terminal(shared: Path) -> None:
    async with at_terminal(shared, "explain", "anna") as (terminal, _):
        shown = await terminal.until("archetypes/smith.yaml:5")
        assert max(map(len, shown.splitlines())) <= 80
        assert "…" in shown
