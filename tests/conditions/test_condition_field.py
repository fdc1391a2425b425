import pytest

from npcengine.conditions.condition import Condition
from npcengine.conditions.when import When
from npcengine.content.fields import check
from npcengine.content.model import Content
from npcengine.content.source import Source
from npcengine.content.yaml_tree import read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError


class Entry(Content):
    text: str
    when: When = None


class Book(Content):
    entries: tuple[Entry, ...] = ()


def read(when: str) -> Book:
    text = f"entries:\n  - text: The mill burned down.\n    when: {when}\n"
    return check(read_tree(Source("book.yaml", text)), Book)


def complaint(when: str) -> Diagnostic:
    with pytest.raises(ContentError) as caught:
        read(when)
    [found] = caught.value.diagnostics
    return found


def test_a_text_becomes_a_condition_and_a_text_again() -> None:
    book = read("trust >= 40 and not met")
    assert book.entries[0].when == Condition.parse("trust >= 40 and not met")
    assert book.model_dump()["entries"][0]["when"] == "trust >= 40 and not met"
    assert Book.model_validate(book.model_dump()) == book
    assert Entry(text="Hm.").when is None
    assert Entry(text="Hm.").model_dump_json() == '{"text":"Hm.","when":null}'


def test_a_mistake_is_told_where_it_stands() -> None:
    assert str(complaint("trust = {40}")) == (
        "book.yaml:3:11: NPC210 entries[0].when: '=' is not used here (write '==')"
    )


@pytest.mark.parametrize("when", ["true", "40", "2.5"])
def test_what_yaml_takes_for_a_value_is_told_as_what_it_is(when: str) -> None:
    found = complaint(when)
    assert (found.code, found.message) == ("NPC210", f"'{when}' asks about no fact")


@pytest.mark.parametrize(("when", "code"), [("", "NPC207"), ("[met]", "NPC203")])
def test_other_slips_keep_their_codes(when: str, code: str) -> None:
    assert complaint(when).code == code


def test_an_editor_sees_a_text() -> None:
    schema = Entry.model_json_schema()["properties"]["when"]
    assert (schema["type"], schema["maxLength"]) == ("string", 500)
