"""`npcengine lint` as a writer and a workflow of GitHub use it."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import CTRL_C, at_terminal, run

GOOD = """\
id: {id}
name: {id}
description: Somebody.
examples: [{{player: Hello., npc: "{id}."}}]
greetings: ["{id}!"]
stock_lines: {{fallback: [Hm., Ah., So.], refuse: [Never.], busy: [Wait.]}}
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A folder with one persona that is in order."""
    write(tmp_path / "personas" / "mira.yaml", GOOD.format(id="mira"))
    return tmp_path


async def test_a_workflow_of_github_is_told_file_line_and_what_to_do(game: Path) -> None:
    write(
        game / "personas" / "a,b%.yaml",
        GOOD.format(id="tom") + 'role: "100%: {{time}}"\ntrait: 1\n',
    )
    write(game / "personas" / "ann.yaml", GOOD.format(id="ann") + 'role: "100%: {{time}}"\n')

    done, absolute = await asyncio.gather(
        run(game, "lint", "--format", "github"),
        run(game, "lint", str(game / "personas"), "--format", "github"),
    )

    assert (done.code, absolute.out) == (1, done.out)
    wrong, advised = done.out.splitlines()
    assert wrong == (
        "::error file=personas/a%2Cb%25.yaml,line=8,col=1,title=NPC202::"
        "trait: there is no field 'trait' here (did you mean 'traits'?)"
    )
    assert advised.startswith(
        "::warning file=personas/ann.yaml,line=7,col=7,title=NPC313::role: {{time}} stays"
    )


async def test_both_ways_of_asking_for_json_give_the_same(game: Path) -> None:
    write(game / "personas" / "ann.yaml", GOOD.format(id="ann") + "trait: 1\n")
    asked = await asyncio.gather(run(game, "lint", "--json"), run(game, "lint", "--format", "json"))
    assert asked[0] == asked[1]
    [found] = json.loads(asked[0].out)
    assert (found["code"], found["line"], found["severity"]) == ("NPC202", 7, "error")


async def test_facts_are_those_of_the_file_above_the_personas_or_of_the_one_named(
    game: Path,
) -> None:
    gated = "knowledge: [{text: The mill burned., when: trsut > 4}]\n"
    write(game / "personas" / "mira.yaml", GOOD.format(id="mira") + gated)
    other = write(game / "other.yaml", "facts: {trsut: number}\n")

    undeclared = await run(game, "lint", "--json")
    write(game / "npcengine.yaml", "facts: {trust: number}\n")
    (game / "elsewhere").mkdir()
    misspelt, named, by_variable = await asyncio.gather(
        run(game / "elsewhere", "lint", "../personas", "--json"),
        run(game, "lint", "--json", "--config", str(other)),
        run(game, "lint", "--json", env={"NPCENGINE_CONFIG": str(other)}),
    )

    [once] = json.loads(undeclared.out)
    assert (once["code"], undeclared.code) == ("NPC312", 0)
    [wrong] = json.loads(misspelt.out)
    assert (wrong["code"], wrong["suggestion"]) == ("NPC403", "did you mean 'trust'?")
    assert (wrong["line"], wrong["column"]) == (7, 44)
    assert (named.out, by_variable.out) == ("[]\n", "[]\n")


async def test_what_is_mechanical_is_mended_and_told_and_all_else_stays(game: Path) -> None:
    mira = game / "personas" / "mira.yaml"
    kept = "\ufeff# Mira,\t“as she is”\r\n" + GOOD.format(id="mira").replace("\n", "\r\n")
    write(mira, kept + "role: “smith”\r\nspeech:\r\n\tstyle: Short.\r\n")
    mira.chmod(0o640)
    part = write(game / "personas" / "parts" / "guard.yaml", "id: guard\nabstract: true\nrole：g\n")
    untouched = write(game / "personas" / "ann.yaml", GOOD.format(id="ann"))
    before = untouched.stat()

    done = await run(game, "lint", "--fix")

    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines() == [
        "personas/mira.yaml:8: curly quotes became straight ones",
        "personas/mira.yaml:10: tabs became spaces",
        "personas/parts/guard.yaml:3: the wide colon became a narrow one",
    ]
    mended = kept + 'role: "smith"\r\nspeech:\r\n  style: Short.\r\n'
    assert mira.read_bytes() == mended.encode()
    assert mira.stat().st_mode & 0o777 == 0o640
    assert part.read_text() == "id: guard\nabstract: true\nrole: g\n"
    after = untouched.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert sorted(each.name for each in (game / "personas").iterdir()) == [
        "ann.yaml",
        "mira.yaml",
        "parts",
    ]


async def test_costs_stand_in_a_table_or_in_json(game: Path) -> None:
    write(game / "personas" / "ann.yaml", GOOD.format(id="ann") + f"backstory: {'word ' * 50}\n")
    table, machine = await asyncio.gather(
        run(game, "lint", "--costs"), run(game, "lint", "--costs", "--json")
    )
    told = json.loads(machine.out)
    assert (told["findings"], [each["npc"] for each in told["costs"]]) == ([], ["ann", "mira"])
    ann = told["costs"][0]
    assert ann["all"] == sum(ann["sections"].values())
    head, first, second = (line.split() for line in table.out.splitlines())
    assert (head[:2], head[-2:]) == (["tokens", "of"], ["others", "all"])
    assert (first[0], first[-1], second[0]) == ("ann", str(ann["all"]), "mira")


async def test_a_change_is_seen_while_one_watches(game: Path) -> None:
    mira = game / "personas" / "mira.yaml"
    async with at_terminal(game, "lint", "--watch") as (terminal, _):
        await terminal.until("Nothing to complain about.")
        await terminal.until("Watching. Ctrl-C ends.")
        write(mira, GOOD.format(id="mira") + "trait: [gruff]\n")
        assert "there is no field 'trait' here" in await terminal.until("1 error")
        await terminal.until("Watching. Ctrl-C ends.")
        write(game / "npcengine.yaml", "nonsense: 1\n")
        write(mira, GOOD.format(id="mira") + "traits: [gruff]\n")
        assert "'nonsense'" in await terminal.until("Watching. Ctrl-C ends.")
        (game / "npcengine.yaml").unlink()
        mira.touch()
        await terminal.until("Nothing to complain about.")
        terminal.type(CTRL_C)


async def test_watching_without_its_extra_says_what_to_install(game: Path) -> None:
    code = (
        "import sys; sys.modules['watchfiles'] = None; sys.argv = ['npcengine', 'lint', '--watch'];"
        "import npcengine.__main__ as m; m.main()"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=game, stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await process.communicate()
    assert process.returncode == 1
    assert complaint.decode() == "--watch is an extra: pip install 'npcengine[watch]'\n"


async def test_there_is_nothing_to_watch_where_nothing_is(tmp_path: Path) -> None:
    done = await run(tmp_path, "lint", "nowhere/personas", "--watch")
    assert (done.code, done.err) == (
        1,
        "there is nothing to watch at nowhere: check the path\n",
    )


async def test_many_files_show_how_far_it_is_and_leave_nothing_behind(tmp_path: Path) -> None:
    for number in range(120):
        write(tmp_path / "personas" / f"p{number}.yaml", GOOD.format(id=f"p{number}"))
    async with at_terminal(tmp_path, "lint") as (terminal, process):
        await terminal.until("/120")
        await terminal.until("Nothing to complain about.")
    assert process.returncode == 0
    assert await run(tmp_path, "lint", "--json") == await run(tmp_path, "lint", "--format", "json")
