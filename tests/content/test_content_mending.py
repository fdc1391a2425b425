import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.content.mending import mended
from npcengine.content.source import Source
from npcengine.content.yaml_tree import read_tree
from npcengine.errors import ContentError


def mend(text: str) -> tuple[str, list[tuple[int, str]]]:
    new, changes = mended(Source("mira.yaml", text))
    return new, [(each.line, each.what) for each in changes]


TABS = "tabs became spaces"
QUOTES = "curly quotes became straight ones"
COLON = "the wide colon became a narrow one"


@pytest.mark.parametrize(
    ("typed", "meant", "changes"),
    [
        ("a:\n\tb: c\n\td: e\n", "a:\n  b: c\n  d: e\n", [(2, TABS), (3, TABS)]),
        ("a:\n    b: c\ne:\n\tf: g\n", "a:\n    b: c\ne:\n    f: g\n", [(4, TABS)]),
        ("a:\n  b: c\n\td: e\n", "a:\n  b: c\n  d: e\n", [(3, TABS)]),
        ("a: >-\n\tlong\n\ttext\n", "a: >-\n  long\n  text\n", [(2, TABS), (3, TABS)]),
        ("a:\r\n\t- b\r\n", "a:\r\n  - b\r\n", [(2, TABS)]),
        ("a: “b”  # “why”\n", 'a: "b"  # “why”\n', [(1, QUOTES)]),
        ("a:\n  - ‘b’\n  - „c“\n", 'a:\n  - "b"\n  - "c"\n', [(2, QUOTES), (3, QUOTES)]),
        ("a: “b: c”\n", 'a: "b: c"\n', [(1, QUOTES)]),
        ("a:\n  - “b: c”\n", 'a:\n  - "b: c"\n', [(2, QUOTES)]),
        ("a: [“b”, “c”]\n", 'a: ["b", "c"]\n', [(1, QUOTES), (1, QUOTES)]),
        ("a：b\nc: d\n", "a: b\nc: d\n", [(1, COLON)]),
    ],
)
def test_a_slip_is_mended_and_told(typed: str, meant: str, changes: list[tuple[int, str]]) -> None:
    assert mend(typed) == (meant, changes)
    read_tree(Source("mira.yaml", meant))


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n",
        "# \ta comment of “mine”：\na: >-\n  “Hm,” she said.\n  \tWell.\n",
        "a: “Hm,” she said, “no.”\n",
        'a: “She said "no".”\n',
        'a: "“Hm.”"\n',
        "a: '‘Hm.’'\n",
        "a: |\n  b：c\n  “d”\n",
        "a: “no end\n",
        "a: [b\nc: d\n",
        "a: 「b」\n",
    ],
)
def test_what_may_be_meant_stays_as_it_is(text: str) -> None:
    assert mend(text) == (text, [])


def test_empty_lines_below_what_cannot_be_mended_are_left_alone() -> None:
    assert mend("\t- \n\n") == ("\t- \n\n", [])


def test_a_file_that_cannot_be_mended_to_its_end_is_mended_as_far_as_it_goes() -> None:
    text, changes = mend("a:\n\tb: c\nd: *e f\ng:\n\th: i\n")
    assert (text.splitlines()[1], changes[0]) == ("  b: c", (2, TABS))


PIECES = st.sampled_from(
    ["a: ", "- ", "\t", "  ", "\n", "“", "”", "b", "：", '"', "#", ">-\n", "\r\n"]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_mending_never_breaks_what_can_be_read_and_is_done_at_once(text: str) -> None:
    source = Source("mira.yaml", text)
    new, _ = mended(source)
    assert mended(Source("mira.yaml", new)) == (new, ())
    try:
        before = read_tree(source).data
    except ContentError:
        return
    after = read_tree(Source("mira.yaml", new)).data
    assert str(after).translate(_BARE) == str(before).translate(_BARE)


_BARE = str.maketrans("", "", "“”\"'")
