"""Facts told to a command: in a file, and one by one while one talks."""

from pathlib import Path

import pytest

from tests.cli.terminal import at_terminal, run

ANNA = """\
id: anna
name: Anna
description: A smith.
greetings: [Mind the sparks.]
examples:
  - {player: Where is Tom?, npc: Gone.}
  - {player: Who hides out there?, npc: Tom does., when: trust >= 60 and marsh}
stock_lines: {fallback: [Hm., Ask me later.]}
"""


@pytest.fixture
def hiding(home: Path) -> Path:
    (home / "personas" / "anna.yaml").write_text(ANNA, "utf-8")
    (home / "npcengine.yaml").write_text("facts: {trust: number, marsh: bool, town: text}\n")
    (home / "facts.yaml").write_text("trust: 60\n", "utf-8")
    return home


async def test_a_line_opens_while_one_talks(hiding: Path) -> None:
    async with at_terminal(hiding, "chat", "anna", "--facts", "facts.yaml") as (screen, program):
        await screen.until("player> ")
        screen.type("Who hides out there?\n")
        assert "Tom does." not in await screen.until("player> ")
        screen.type("/fact marsh true\n")
        assert "Told: marsh is true.\n" in await screen.until("player> ")
        screen.type("Who hides out there?\n")
        assert "Tom does." in await screen.until("player> ")
        screen.type("/fact trust 10\n")
        await screen.until("player> ")
        screen.type("/prompt\n")
        assert "more examples" not in await screen.until("<speech>…</speech>")
        await screen.until("player> ")
        screen.type("/quit\n")
        await screen.until("Farewell.")
    assert program.returncode == 0


async def test_a_single_line_is_said_with_facts_too(hiding: Path) -> None:
    (hiding / "facts.yaml").write_text("trust: 60\nmarsh: true\n", "utf-8")
    said = await run(hiding, "say", "anna", "Who hides out there?", "--facts", "facts.yaml")
    assert said.out == "Tom does.\n"


async def test_what_cannot_be_told_ends_no_talk(hiding: Path) -> None:
    typed = (
        "/fact\n/fact trust\n/fact trsut 60\n/fact trust yes\n/fact trust [60]\n/fact met true\n"
        "/fact town Ashford by the sea\nWhere is Tom?\n"
    )
    talk = await run(hiding, "chat", "anna", typed=typed.encode())
    assert talk.out == "Mind the sparks.\nTold: town is Ashford by the sea.\nGone.\n"
    _, *complaints = talk.err.splitlines()
    assert complaints == [
        "say which fact, and what it is: /fact NAME VALUE",
        "say which fact, and what it is: /fact NAME VALUE",
        "no fact is called 'trsut': did you mean 'trust'?",
        "the fact 'trust' is declared as number, and is 'yes'",
        "/fact:1:8: NPC203 trust: this is no value that a fact can have (write a truth value, a "
        "number or a text)",
        "'met' is known from the talk itself: leave it out",
    ]


async def test_a_file_that_tells_what_nobody_declared_begins_no_talk(hiding: Path) -> None:
    (hiding / "facts.yaml").write_text("trust: 60\nharbour: true\n", "utf-8")
    for command in (("chat", "anna"), ("say", "anna", "Hello.")):
        done = await run(hiding, *command, "--facts", "facts.yaml")
        assert (done.code, done.out) == (1, "")
        assert "no fact is called 'harbour'" in done.err
