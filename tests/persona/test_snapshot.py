"""A cast that is kept is the cast that was read, while its files are as they were then."""

from hashlib import sha256
from pathlib import Path
from shutil import copytree

import pytest

from npcengine import Cast, ContentError, load_cast
from npcengine.persona.snapshot import Snapshot
from tests.bench.made_up import write_cast

PERSONAS = Path(__file__).parents[2] / "personas"
ODD = """\
id: odd
name: "Odd\\u2028 \\r\\nName"
description: D.
age: 41
extensions: {tool: [a, {b: [1, 2.5, ~]}]}
lorebooks: [odd]
greetings: [{text: Hm., when: met}]
"""
BOOK = """\
entries:
  - keys: [mill]
    text: "@@scan_depth 2\\n@@unknown 3\\nThe mill."
    when: met and trust >= 3
    since: -4
    extensions: {x: [1]}
  - {keys: [mill], text: Twice.}
extensions: {tool: [[1]]}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the sample cast, a made-up one and an odd character."""
    folder = tmp_path / "personas"
    copytree(PERSONAS, folder)
    write_cast(folder, 12)
    (folder / "odd.yaml").write_text(ODD, "utf-8")
    (folder / "lore" / "odd.yaml").write_text(BOOK, "utf-8")
    return tmp_path


def kept(home: Path) -> Cast | None:
    return Snapshot(home / "cache", home / "personas").cast()


def load(home: Path) -> Cast:
    return load_cast(home / "personas", home / "cache")


def told(cast: Cast) -> tuple[object, ...]:
    """Return all there is of a cast, and what of it was written and what was left out."""
    all_of_it = (*cast, *cast.shelf.items())
    return (
        *all_of_it,
        *(each.model_dump(exclude_unset=True) for each in (*cast, *cast.shelf.values())),
    )


def test_what_is_kept_is_what_was_read(home: Path) -> None:
    cast = load_cast(home / "personas")
    assert kept(home) is None
    assert told(load(home)) == told(cast)
    again = kept(home)
    assert again is not None
    assert told(again) == told(cast)
    assert again.ids == cast.ids
    assert told(load(home)) == told(cast)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "odd.yaml").write_text(ODD.replace("D.", "E."), "utf-8"),
        lambda folder: (folder / "lore" / "odd.yaml").write_text("entries: []\n", "utf-8"),
        lambda folder: (folder / "parts" / "trait1.yaml").write_text(
            "id: trait1\nabstract: true\n"
        ),
        lambda folder: (folder / "new.yml").write_text(ODD.replace("id: odd", "id: new"), "utf-8"),
        lambda folder: (folder / "odd.yaml").unlink(),
        lambda folder: (folder / "odd.yaml").rename(folder / "else.yaml"),
    ],
)
def test_it_is_read_anew_when_anything_has_changed(home: Path, change: object) -> None:
    load(home)
    assert callable(change)
    change(home / "personas")
    assert kept(home) is None
    assert told(load(home)) == told(load_cast(home / "personas"))


def test_a_cast_with_a_mistake_is_not_kept(home: Path) -> None:
    load(home)
    (home / "personas" / "odd.yaml").write_text("id: odd\n")
    for _ in range(2):
        with pytest.raises(ContentError):
            load(home)


def test_whatever_stands_in_the_file_it_does_no_harm(home: Path) -> None:
    cast = load(home)
    [file] = (home / "cache").iterdir()
    whole = file.read_bytes()
    for at in range(0, len(whole), len(whole) // 50):
        for spoilt in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], b""):
            file.write_bytes(spoilt)
            assert kept(home) is None
    assert told(load(home)) == told(cast)
    assert file.read_bytes() == whole


@pytest.mark.parametrize(
    "content",
    [b"", b"3", b"[]\n{}", b'["odd"]', b"[]\n3", b"[" * 100_000, b'[]\n{"id": "a"}', b"\xff"],
)
def test_a_file_that_somebody_made_is_no_cast(home: Path, content: bytes) -> None:
    load(home)
    [file] = (home / "cache").iterdir()
    before = file.read_bytes().split(b" ")[0]
    file.write_bytes(b"%s %s\n%s" % (before, sha256(content).hexdigest().encode(), content))
    found = kept(home)
    assert found is None or len(found) == 0


def test_a_folder_that_cannot_be_written_is_no_harm(home: Path) -> None:
    (home / "cache").write_text("a file")
    assert len(load(home)) == len(load_cast(home / "personas"))


def test_there_is_one_file_for_a_folder(home: Path) -> None:
    for number in range(3):
        (home / "personas" / "odd.yaml").write_text(f"{ODD}home: House {number}\n", "utf-8")
        load(home)
    assert len(list((home / "cache").iterdir())) == 1
