"""`npcengine prompt --explain`: what was left out of a prompt that is too large, and why."""

import json
from pathlib import Path

from tests.cli.terminal import run

FACT = "  - The miller of the {}th house has three sons, and none of them can read or write.\n"


def clerk(home: Path, facts: int) -> None:
    known = "".join(FACT.format(number) for number in range(facts))
    start = "id: clerk\nname: Clerk\ndescription: He knows it all.\nappearance: Tall.\n"
    (home / "personas" / "clerk.yaml").write_text(f"{start}knowledge:\n{known}", "utf-8")


async def test_it_tells_what_was_left_out(home: Path) -> None:
    clerk(home, 750)
    told = await run(home, "prompt", "clerk", "Good day.", "--explain")
    assert told.code == 0
    assert "Left out of appearance:" in told.err
    assert "(the character can speak without it)" in " ".join(told.err.split())
    as_json = await run(home, "prompt", "clerk", "Good day.", "--explain", "--json")
    (appearance,) = [each for each in json.loads(as_json.out) if each["name"] == "appearance"]
    assert (appearance["text"], appearance["left_out"] > 0) == ("", True)
    sent = await run(home, "prompt", "clerk", "Good day.")
    assert "Tall." not in sent.out


async def test_it_tells_when_nothing_more_can_be_left_out(home: Path) -> None:
    clerk(home, 1100)
    told = await run(home, "prompt", "clerk", "Good day.", "--explain")
    assert "all the rest has to stay: shorten the persona" in " ".join(told.err.split())


MIRA = """\
id: mira
name: Mira
description: A smith.
lorebooks: [town]
knowledge: [{text: The key is under the anvil., when: trust >= 40}]
i18n: {de: {name: Mirl, description: Eine Schmiedin.}}
"""
TOWN = """\
entries:
  - {keys: [mill], text: The mill burned down in spring.}
  - {keys: [mill], text: The miller lives., when: trust >= 40}
"""


async def test_it_shows_what_comes_to_mind_and_what_is_open(home: Path) -> None:
    (home / "npcengine.yaml").write_text("facts: {trust: number}\n")
    (home / "facts.yaml").write_text("trust: 40\n")
    (home / "personas" / "lore").mkdir()
    (home / "personas" / "mira.yaml").write_text(MIRA)
    (home / "personas" / "lore" / "town.yaml").write_text(TOWN)
    shut = await run(home, "prompt", "mira", "Where is the mill?")
    assert "The mill burned down in spring." in shut.out
    assert "The miller lives." not in shut.out
    assert "under the anvil" not in shut.out
    told = ("--facts", "facts.yaml", "--locale", "de")
    open_ = await run(home, "prompt", "mira", "Where is the mill?", *told)
    for text in ("The miller lives.", "under the anvil", "Eine Schmiedin.", "in German"):
        assert text in open_.out
    parts = await run(home, "prompt", "mira", "Where is the mill?", *told, "--explain", "--json")
    (lore,) = [each for each in json.loads(parts.out) if each["name"] == "lore"]
    assert "The miller lives." in lore["text"]
    assert "mill" not in (await run(home, "prompt", "mira", "Good day.")).out
    wrong = await run(home, "prompt", "mira", "--locale", "de_DE")
    assert (wrong.code, "locale is a language tag" in wrong.err) == (1, True)


async def test_ordinary_personas_lose_nothing(home: Path) -> None:
    told = await run(home, "prompt", "hild", "Good day.", "--explain")
    assert told.err == ""
