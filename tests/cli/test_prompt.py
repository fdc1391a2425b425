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


async def test_ordinary_personas_lose_nothing(home: Path) -> None:
    told = await run(home, "prompt", "hild", "Good day.", "--explain")
    assert told.err == ""
