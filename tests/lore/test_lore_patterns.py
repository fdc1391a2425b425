"""Keys that are regular expressions."""

import pytest

from npcengine.errors import ContentError, UsageError
from npcengine.lore.index import Index
from npcengine.lore.loader import parse_lorebook
from npcengine.lore.patterns import can_search
from tests.lore.library import book, entry, fired, fires, word_count

with_re2 = pytest.mark.skipif(not can_search(), reason="needs RE2")
without_re2 = pytest.mark.skipif(can_search(), reason="RE2 is installed")


@without_re2
def test_without_re2_one_is_told_how_to_get_it() -> None:
    with pytest.raises(UsageError, match=r"pip install 'npcengine\[regex\]'"):
        Index([book(entry("/mills?/"))], word_count)


@with_re2
@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("/mills?/", "two mills"),
        ("/MILL/i", "the mill"),
        ("/old.*mill/", "the old red mill"),
        ("/old.mill/s", "old\nmill"),
        ("/^mill$/m", "the\nmill"),
        (r"/\u78e8坊/u", "老磨坊"),
        (r"/\u{1F409}/u", "a 🐉"),
        ("/(?<what>mill)/g", "mill"),
        (r"/a\/b/", "a/b"),
        ("/мельниц[аыуе]/i", "Мельницу сожгли"),
    ],
)
def test_an_expression_that_is_said(key: str, said: str) -> None:
    assert fires(entry(key), said)


@with_re2
def test_an_expression_minds_capitals_unless_it_says_otherwise() -> None:
    assert not fires(entry("/mill/"), "Mill")
    assert fires(entry("mills?", regex=True), "MILLS")
    assert not fires(entry("mills?", regex=True, case_sensitive=True), "MILLS")
    assert not fires(entry("/^b$/"), "a\nb\nc")


def test_a_key_with_slashes_may_be_words() -> None:
    assert fires(entry("/home/user"), "it is in /home/user")
    assert fires(entry("and/or"), "and/or")


@with_re2
@pytest.mark.parametrize(
    "key",
    [
        "/(/",
        "/mill(?=stone)/",
        "/(?<!wind)mill/",
        r"/(a)\1/",
        "/x{2000}/",
        "/(?:\\pL{99}){9}/",
    ],
)
def test_an_expression_that_cannot_be_used_never_fires_and_is_reported(key: str) -> None:
    index = Index([book(entry(key, "mill"))], word_count)

    [problem] = index.problems
    assert (problem.book, problem.key) == ("oakvale", key)
    assert problem.reason
    assert fires(entry(key, "mill"), "the mill")
    assert not fires(entry(key), "the millstone aa (")


@with_re2
def test_secondary_and_excluded_keys_may_be_expressions() -> None:
    mill = entry("/mills?/", secondary=("/burn(s|ed)/",), exclude=("/pepper/",))
    assert fires(mill, "the mill burned")
    assert not fires(mill, "the mill")
    assert not fires(mill, "the pepper mill burned")


@with_re2
@pytest.mark.parametrize(
    "key", ["/(a+)+$/", "/^(a|a)*$/", "/(a|aa)+$/", "/(.*a){30}$/", "/(x+x+)+y/", "/(?:a?){400}b/"]
)
def test_a_hostile_expression_comes_to_an_end(key: str) -> None:
    # Each of these would keep a backtracking engine busy until the end of the world.
    assert not fires(entry(key), "a" * 50_000 + "!")


@with_re2
def test_of_too_many_expressions_the_first_are_searched() -> None:
    many = book(*(entry(f"/mill{'[ab]?' * 90}{number}/") for number in range(100)))
    index = Index([many], word_count)

    assert 0 < len(index.problems) < 100
    assert fired(many, "mill ab 0") == []


@with_re2
def test_a_text_that_is_no_text_is_searched_as_well() -> None:
    assert fires(entry("/mill/"), "\ud800 mill")


@with_re2
def test_a_file_with_an_expression_that_cannot_be_used_is_complained_about() -> None:
    text = (
        "entries:\n- keys: [mill, /(/]\n  text: It burned.\n"
        "- text: |\n    @@exclude_keys /(/\n    It burned.\n"
    )
    with pytest.raises(ContentError) as caught:
        parse_lorebook(text, "oakvale.yaml")

    told = [(each.code, each.line, each.field) for each in caught.value.diagnostics]
    assert told == [("NPC203", 2, "entries[0].keys[1]"), ("NPC203", 4, "entries[1].text")]
