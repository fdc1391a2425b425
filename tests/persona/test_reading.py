"""What is read again when files of a cast have changed, and what stays as it was."""

from pathlib import Path

import pytest

from npcengine import ContentError, load_cast
from npcengine.hooks import PersonaKept, PersonaReloaded
from npcengine.lore.gate import Moment
from npcengine.persona.reading import Changes, Reading
from npcengine.prompt.budget import estimate_tokens
from tests.persona.casting import CAST, MIRA, OAKVALE, SMITH, TOM, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path)


@pytest.fixture
def reading(folder: Path) -> Reading:
    return Reading(folder)


def again(changes: Changes) -> set[str]:
    """Give those who are not as before; nothing else may have been told."""
    assert all(isinstance(each, PersonaReloaded) for each in changes.events)
    return {each.npc for each in changes.events}


def kept(changes: Changes) -> list[tuple[str, str, str]]:
    """Give who stays as before, because of which file and what; nothing else may be told."""
    assert not changes.personas
    found = []
    for each in changes.events:
        assert isinstance(each, PersonaKept)
        why = each.error.diagnostics[0].code if each.error else "gone"
        found.append((each.npc, Path(each.path).name, why))
    return sorted(found)


def test_it_begins_as_any_cast_does(folder: Path, reading: Reading) -> None:
    assert list(reading.cast) == list(load_cast(folder))
    assert reading.look() == Changes((), {}, ())
    write(folder, {"tom.yaml": "id: tom\n"})
    with pytest.raises(ContentError, match="NPC201"):
        Reading(folder)
    with pytest.raises(ContentError, match="NPC101"):
        Reading(folder / "nowhere")


def test_only_what_has_changed_is_read_again(folder: Path, reading: Reading) -> None:
    write(folder, {"tom.yaml": TOM + "role: guard\n"})
    changes = reading.look()

    assert again(changes) == {"tom"}
    assert [each.role for each in changes.personas] == ["guard"]
    assert reading.cast["tom"].role == "guard"
    assert reading.look() == Changes((), {}, ())


def test_a_file_that_says_the_same_again_changes_nobody(folder: Path, reading: Reading) -> None:
    write(folder, {"tom.yaml": f"# The guard.\n{TOM}", "lore/oakvale.yaml": f"#\n{OAKVALE}"})
    assert reading.look() == Changes((), {}, ())


def test_a_parent_changes_all_who_take_over_from_it(folder: Path, reading: Reading) -> None:
    files = {
        "archetypes/smith.yaml": SMITH + "mixins: [worker]\n",
        "archetypes/worker.yaml": "id: worker\nabstract: true\nhome: Oakvale\n",
    }
    write(folder, files)
    assert again(reading.look()) == {"mira"}

    write(folder, {"archetypes/worker.yaml": files["archetypes/worker.yaml"] + "age: 40\n"})
    [mira] = reading.look().personas
    assert (mira.role, mira.home, mira.age) == ("blacksmith", "Oakvale", "40")


def test_a_character_that_is_a_parent_changes_its_heirs(folder: Path, reading: Reading) -> None:
    write(folder, {"wat.yaml": "id: wat\nextends: tom\nname: Wat\n"})
    assert again(reading.look()) == {"wat"}
    write(folder, {"tom.yaml": TOM + "role: guard\n"})
    assert again(reading.look()) == {"tom", "wat"}


def test_another_file_may_become_the_parent(folder: Path, reading: Reading) -> None:
    (folder / "archetypes" / "smith.yaml").unlink()
    write(folder, {"traits/s.yaml": SMITH.replace("blacksmith", "goldsmith")})
    [mira] = reading.look().personas
    assert mira.role == "goldsmith"

    write(folder, {"archetypes/smith.yaml": SMITH})  # now there are two
    assert kept(reading.look()) == [("mira", "mira.yaml", "NPC111")]


def test_a_book_changes_all_who_name_it(folder: Path, reading: Reading) -> None:
    write(folder, {"wat.yaml": TOM.replace("tom", "wat") + "lorebooks: [oakvale]\n"})
    reading.look()
    before = reading.cast.lore("mira", estimate_tokens)
    write(folder, {"lore/oakvale.yaml": OAKVALE.replace("mill]", "mill, forge]")})
    changes = reading.look()

    assert again(changes) == {"mira", "wat"}
    assert changes.personas == ()
    found = reading.cast.lore("mira", estimate_tokens).find(["The forge?"], Moment(), 100)
    assert [each.id for each in found.fired] == ["oakvale/mill"]
    assert before.find(["The forge?"], Moment(), 100).fired == ()


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("mira.yaml", MIRA + "colour: red\n", "NPC202"),
        ("mira.yaml", "", "NPC201"),
        ("mira.yaml", MIRA.replace("mira\n", "tom\n"), "NPC111"),
        ("archetypes/smith.yaml", SMITH + "colour: red\n", "NPC202"),
        ("archetypes/smith.yaml", SMITH.replace("smith\n", "smyth\n", 1), "NPC113"),
        ("lore/oakvale.yaml", OAKVALE + "- text: x\n  colour: red\n", "NPC202"),
        ("lore/oakvale.yaml", "entries: [\n", "NPC105"),
    ],
)
def test_who_does_not_load_stays_as_before_until_that_is_mended(
    folder: Path, reading: Reading, name: str, text: str, code: str
) -> None:
    before = reading.cast
    write(folder, {name: text})
    changes = reading.look()
    [told] = changes.events

    assert isinstance(told, PersonaKept)
    assert (told.npc, Path(told.path).name) == ("mira", "mira.yaml")
    assert told.error is not None
    assert {each.code for each in told.error.diagnostics} >= {code}
    assert list(reading.cast) == list(before)

    write(folder, {"tom.yaml": TOM + "role: guard\n"})
    assert again(reading.look()) == {"tom"}  # what is known is not told again
    write(folder, {name: CAST[name]})
    assert again(reading.look()) == {"mira"}
    assert reading.cast["mira"] == before["mira"]


def test_what_is_missing_may_come_later(folder: Path, reading: Reading) -> None:
    write(folder, {"wat.yaml": "id: wat\nextends: worker\nname: Wat\nlorebooks: [forest]\n"})
    assert kept(reading.look()) == [("", "wat.yaml", "NPC113")]
    write(folder, {"archetypes/worker.yaml": "id: worker\nabstract: true\ndescription: A man.\n"})
    assert kept(reading.look()) == [("", "wat.yaml", "NPC402")]
    write(folder, {"lore/forest.yaml": OAKVALE})
    changes = reading.look()

    assert again(changes) == {"wat"}
    assert reading.cast.ids == ("mira", "tom", "wat")
    assert list(changes.books) == ["forest"]


def test_whose_file_is_gone_stays(folder: Path, reading: Reading) -> None:
    text = (folder / "tom.yaml").read_text("utf-8")
    (folder / "tom.yaml").unlink()
    assert kept(reading.look()) == [("tom", "tom.yaml", "gone")]
    assert reading.cast.ids == ("mira", "tom")

    write(folder, {"tom.yaml": text})
    assert again(reading.look()) == {"tom"}


def test_a_file_may_get_another_name_or_be_of_somebody_else(folder: Path, reading: Reading) -> None:
    (folder / "tom.yaml").rename(folder / "a.yaml")
    assert reading.look() == Changes((), {}, ())
    write(folder, {"a.yaml": TOM.replace("tom", "wat")})
    changes = reading.look()

    assert {type(each): each.npc for each in changes.events} == {
        PersonaKept: "tom",
        PersonaReloaded: "wat",
    }
    assert reading.cast.ids == ("mira", "tom", "wat")


def test_two_files_may_change_places(folder: Path, reading: Reading) -> None:
    write(folder, {"tom.yaml": MIRA, "mira.yaml": TOM})
    assert reading.look() == Changes((), {}, ())


def test_all_files_may_go_and_come_back(folder: Path, reading: Reading) -> None:
    away = folder.rename(folder.with_name("away"))
    assert kept(reading.look()) == [("mira", "mira.yaml", "gone"), ("tom", "tom.yaml", "gone")]
    away.rename(folder)
    assert again(reading.look()) == {"mira", "tom"}


def test_one_file_can_be_read_again_with_what_it_uses(folder: Path) -> None:
    reading = Reading(folder / "mira.yaml")
    assert reading.cast.ids == ("mira",)
    write(folder, {"tom.yaml": TOM + "role: guard\n", "archetypes/smith.yaml": SMITH + "age: 40\n"})
    assert again(reading.look()) == {"mira"}


def test_drafts_and_other_files_are_left_alone(folder: Path, reading: Reading) -> None:
    write(folder, {"_draft.yaml": "x", ".tom.yaml": "y", "notes.txt": "z", "lore/other.yaml": "a"})
    assert reading.look() == Changes((), {}, ())
