"""The lorebooks of a cast: read with the personas that name them, matched together."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from npcengine import Cast, ContentError, NPCEngine, Persona, UnknownNPC, load_cast, load_persona
from npcengine.diagnostics import Diagnostic
from npcengine.lore.gate import Moment
from npcengine.lore.loader import MAX_BYTES
from npcengine.lore.model import Entry, Lorebook
from npcengine.prompt.budget import estimate_tokens
from tests.persona.casting import CAST, MIRA, OAKVALE, SMITH, TOM, write

FOREST = "entries:\n- keys: [wolf]\n  text: Wolves come at night.\n"


def told(cast: Cast, npc: str, said: str) -> list[str]:
    """Say what of its lore comes to a character's mind."""
    found = cast.lore(npc, estimate_tokens).find([said], Moment(), 1000)
    return [each.id for each in found.fired]


def complaints(load: Callable[[Path], object], path: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(ContentError) as caught:
        load(path)
    return caught.value.diagnostics


def test_a_character_knows_the_books_that_it_names(tmp_path: Path) -> None:
    cast = load_cast(write(tmp_path))

    assert told(cast, "mira", "What of the mill?") == ["oakvale/mill"]
    assert told(cast, "tom", "What of the mill?") == []
    with pytest.raises(UnknownNPC):
        cast.lore("nobody", estimate_tokens)


def test_the_books_of_a_parent_are_taken_over_and_added_to(tmp_path: Path) -> None:
    files = {
        "archetypes/smith.yaml": SMITH + "lorebooks: [oakvale]\n",
        "mira.yaml": MIRA.replace("lorebooks:", "lorebooks+:").replace("oakvale", "forest"),
        "wat.yaml": TOM.replace("tom", "wat") + "extends: smith\n",
        "lore/forest.yml": FOREST,
    }
    cast = load_cast(write(tmp_path, CAST | files))

    assert told(cast, "mira", "A wolf at the mill!") == ["forest/wolf", "oakvale/mill"]
    assert told(cast, "wat", "A wolf at the mill!") == ["oakvale/mill"]


def test_who_names_the_same_books_shares_them(tmp_path: Path) -> None:
    files = {
        "a.yaml": TOM.replace("tom", "a") + "lorebooks: [oakvale, forest, oakvale]\n",
        "b.yaml": TOM.replace("tom", "b") + "lorebooks: [forest, oakvale]\n",
        "lore/forest.yaml": FOREST,
    }
    cast = load_cast(write(tmp_path, CAST | files)).prepare(estimate_tokens)

    assert cast.lore("a", estimate_tokens) is cast.lore("b", estimate_tokens)
    assert cast.lore("a", estimate_tokens) is not cast.lore("mira", estimate_tokens)
    larger = cast.with_persona(Persona(id="c", name="C", description="C."))
    assert larger.lore("a", estimate_tokens) is cast.lore("a", estimate_tokens)


def test_books_go_by_the_names_of_their_files(tmp_path: Path) -> None:
    files = {
        "mira.yaml": MIRA.replace("[oakvale]", "[oakvale, forest]"),
        "lore/oakvale.yaml": "name: The Book\n" + OAKVALE,
        "lore/forest.yaml": "name: The Book\n" + FOREST,
    }
    cast = load_cast(write(tmp_path, CAST | files))
    assert told(cast, "mira", "A wolf at the mill!") == ["forest/wolf", "oakvale/mill"]


@pytest.mark.parametrize("load", [load_cast, lambda path: load_persona(path / "mira.yaml")])
def test_a_book_that_is_not_there_is_told_where_it_is_named(
    tmp_path: Path, load: Callable[[Path], object]
) -> None:
    files = {
        "mira.yaml": MIRA.replace("oakvale]", "oakvale, forrest]"),
        "lore/forest.yaml": FOREST,
    }
    [found] = complaints(load, write(tmp_path, CAST | files))

    assert (Path(found.path).name, found.line, found.column) == ("mira.yaml", 6, 22)
    assert (found.code, found.field) == ("NPC402", "lorebooks[1]")
    assert found.suggestion == "did you mean 'forest'?"


def test_what_is_wrong_in_a_book_is_told_once_beside_all_else(tmp_path: Path) -> None:
    files = {
        "mira.yaml": MIRA.replace("Mind the sparks.", "*sparks"),
        "a.yaml": TOM.replace("tom", "a") + "lorebooks: [oakvale, nowhere]\n",
        "b.yaml": TOM.replace("tom", "b") + "lorebooks: [oakvale]\n",
        "lore/oakvale.yaml": OAKVALE + "  orderr: 3\n",
    }
    found = complaints(load_cast, write(tmp_path, CAST | files))

    assert {(Path(each.path).name, each.line, each.code) for each in found} == {
        ("a.yaml", 4, "NPC402"),
        ("mira.yaml", 5, "NPC108"),
        ("oakvale.yaml", 4, "NPC202"),
    }
    assert len(found) == 3


def test_a_book_that_nobody_names_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {**CAST, "lore/draft.yaml": "id: tom\nnot: [lore\n"})
    assert load_cast(tmp_path).ids == ("mira", "tom")


def test_a_book_may_have_ten_thousand_entries_and_no_file_may_be_endless(tmp_path: Path) -> None:
    entry = "- {id: e%d, keys: [key%d, other%d], text: It is so., order: 3, tags: [a]}\n"
    entries = "".join(entry % (number, number, number) for number in range(10_000))
    write(tmp_path, {**CAST, "lore/oakvale.yaml": f"entries:\n{entries}"})
    assert told(load_cast(tmp_path), "mira", "What of key9999?") == ["oakvale/e9999"]

    write(tmp_path, {"lore/oakvale.yaml": "#" * (MAX_BYTES + 1)})
    assert [each.code for each in complaints(load_cast, tmp_path)] == ["NPC103"]
    write(tmp_path, {"lore/oakvale.yaml": f"extensions: {{a: [{'1,' * 400_000}]}}\n"})
    assert [each.code for each in complaints(load_cast, tmp_path)] == ["NPC109"]


def test_books_can_be_given_in_code() -> None:
    book = Lorebook(entries=(Entry(keys=("mill",), text="It burned."),))
    mira = Persona(id="mira", name="Mira", description="M.", lorebooks=("oakvale", "unknown"))

    assert told(Cast([mira], {"oakvale": book}), "mira", "The mill?") == ["oakvale/mill"]
    assert told(Cast([mira]), "mira", "The mill?") == []


def test_an_engine_keeps_the_books_of_a_cast(tmp_path: Path) -> None:
    engine = NPCEngine(personas=load_cast(write(tmp_path)))
    assert told(engine.cast, "mira", "What of the mill?") == ["oakvale/mill"]
    engine.add_persona("guard", "A guard.")
    assert told(engine.cast, "mira", "What of the mill?") == ["oakvale/mill"]


async def test_what_a_player_said_is_not_kept_for_lore_once_the_player_is_forgotten(
    tmp_path: Path,
) -> None:
    said = " ".join(["What", "of", "the", "mill?"])
    before = sys.getrefcount(said)
    async with NPCEngine(personas=write(tmp_path)) as engine:
        assert told(engine.cast, "mira", said) == ["oakvale/mill"]
        assert sys.getrefcount(said) > before
        await engine.forget("ayla")
        assert sys.getrefcount(said) == before
