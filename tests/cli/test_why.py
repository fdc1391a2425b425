"""`npcengine why`: why a character knows something now, or does not."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import run

MIRA = """\
id: mira
name: Mira
description: A smith.
knows_until: 300
knowledge:
  - {id: mill, text: The mill burned down., since: 312}
  - {id: inn, text: The inn is full.}
goals:
  - {id: rebuild, text: Buy the mill., when: met}
secrets:
  - id: brother
    text: Her brother deserted.
    reveal_when: trust >= 60 and marsh
    leak_terms: [deserter, deserted]
    deflect: He is gone.
scope: [trade]
lorebooks: [oakvale]
"""
OAKVALE = """\
entries:
  - {id: fair, keys: [fair, market], secondary: [autumn], exclude: [rain], text: The fair is on.}
  - {id: vault, keys: [vault], text: It lies under the mill., tags: [trade], when: trust >= 60}
  - {id: rites, keys: [rites], text: They are held at night., tags: [trade, faith]}
  - {id: fire, keys: [fire], text: The mill burned down., since: 312}
  - {id: flood, keys: [flood], text: The mill was flooded., enabled: false}
  - {id: law, constant: true, text: Nobody forges at night.}
"""


@pytest.fixture
def hiding(home: Path) -> Path:
    """A cast with a character that hides something."""
    (home / "personas" / "mira.yaml").write_text(MIRA, "utf-8")
    (home / "personas" / "lore").mkdir(exist_ok=True)
    (home / "personas" / "lore" / "oakvale.yaml").write_text(OAKVALE, "utf-8")
    return home


async def test_it_tells_part_by_part_what_keeps_a_secret_shut(hiding: Path) -> None:
    (hiding / "facts.yaml").write_text("trust: 40\n", "utf-8")
    told = await run(hiding, "why", "mira", "brother", "--facts", "facts.yaml")
    assert (told.code, told.err) == (0, "")
    lines = [" ".join(line.split()) for line in told.out.splitlines()]
    assert lines == [
        "mira does not know brother (secret): trust >= 60 and marsh is false",
        "Her brother deserted.",
        "trust >= 60 trust is 40 false",
        "marsh nobody told it unknown",
        "Until then no reply may have 'deserter', 'deserted'.",
        "Instead is said: He is gone.",
    ]


async def test_it_opens_as_the_facts_change(hiding: Path) -> None:
    (hiding / "facts.yaml").write_text("trust: 60\nmarsh: true\n", "utf-8")
    told = await run(hiding, "why", "mira", "brother", "--facts", "facts.yaml", "--json")
    (found,) = json.loads(told.out)
    assert found["known"] is True
    assert [part["value"] for part in found["parts"]] == [True, True]
    assert found["leak_terms"] == []


async def test_without_an_id_all_of_it_is_told(hiding: Path) -> None:
    told = await run(hiding, "why", "mira", "--json")
    found = {each["id"]: (each["known"], each["reason"]) for each in json.loads(told.out)}
    assert found == {
        "rebuild": (False, "nobody has told enough to decide met"),
        "mill": (False, "it is so since 312, and knows_until is 300"),
        "inn": (True, "it hangs on no condition"),
        "brother": (False, "nobody has told enough to decide trust >= 60 and marsh"),
    }


LOCKS = {
    "fair": (
        True,
        "nothing locks it; it comes to mind when one of these is said: 'fair', 'market', "
        "and one of: 'autumn', and none of: 'rain'",
    ),
    "oakvale/vault": (False, "nobody has told enough to decide trust >= 60"),
    "rites": (False, "its tags are not in the scope of mira: faith"),
    "fire": (False, "it is so since 312, and knows_until is 300"),
    "flood": (False, "it is not enabled"),
    "law": (True, "nothing locks it, and it is told whatever is said"),
}


@pytest.mark.parametrize("item", LOCKS)
async def test_of_lore_it_tells_the_lock_or_the_keys(hiding: Path, item: str) -> None:
    (found,) = json.loads((await run(hiding, "why", "mira", item, "--json")).out)
    assert (found["known"], found["reason"]) == LOCKS[item]
    assert (found["kind"], found["id"]) == ("lore", f"oakvale/{item.removeprefix('oakvale/')}")


async def test_the_lock_of_lore_is_told_part_by_part(hiding: Path) -> None:
    (hiding / "facts.yaml").write_text("trust: 60\n", "utf-8")
    told = await run(hiding, "why", "mira", "vault", "--facts", "facts.yaml")
    assert told.out.splitlines() == [
        "mira knows oakvale/vault (lore): nothing locks it; it comes to mind when one of these is"
        " said: 'vault'",
        "  It lies under the mill.",
        " trust >= 60  trust is 60  true",
    ]


async def test_mistakes_are_told_with_what_to_do(hiding: Path) -> None:
    misspelt = await run(hiding, "why", "mira", "brothr")
    assert misspelt.code == 1
    assert "did you mean 'brother'?" in misspelt.err
    misspelt = await run(hiding, "why", "mira", "oakvale/vualt")
    assert "did you mean 'oakvale/vault'?" in misspelt.err
    (hiding / "npcengine.yaml").write_text("facts:\n  trust: number\n  marsh: bool\n", "utf-8")
    (hiding / "facts.yaml").write_text("trusst: 40\n", "utf-8")
    unknown = await run(hiding, "why", "mira", "--facts", "facts.yaml")
    assert unknown.code == 1
    assert "did you mean 'trust'?" in " ".join(unknown.err.split())
    (hiding / "facts.yaml").write_text("trust: [40]\n", "utf-8")
    no_value = await run(hiding, "why", "mira", "--facts", "facts.yaml")
    assert no_value.code == 1
    assert "facts.yaml:1:8" in no_value.err
