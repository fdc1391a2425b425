import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.quest.model import Proof, TextPack
from npcengine.quest.show.fit import cells, clipped, evened, shortened, wrapped
from npcengine.quest.show.markdown import as_markdown, code, escaped
from npcengine.quest.show.mermaid import as_mermaid
from npcengine.quest.show.text import as_text
from tests.quest.price.hamlet import HAMLET, rich_quest
from tests.quest.show.shown import HOSTILE, QUEST, renamed


def test_a_text_tells_what_to_do_and_what_for() -> None:
    rows = as_text(QUEST, HAMLET, "en", 60)
    told = "\n".join(row.text for row in rows)
    for wanted in (
        "Mira Holt", "medium", "level 3", "1. Find out: what the miller saw", "Kill wolf (3)",
        "(optional)", "(hidden)", "75 coin", "or: 30 coin", "thieves -2",
    ):  # fmt: skip
        assert wanted in told
    assert rows[0].style == "title"
    assert {"title", "note", "speech", "heading", "item"} <= {row.style for row in rows}
    assert not set("{}") & set(told)


@pytest.mark.parametrize("locale", ["en", "zh", "de", "ja", "ru"])
@pytest.mark.parametrize("width", [20, 34, 80, 200])
def test_a_text_fits_its_width(locale: str, width: int) -> None:
    for name in HOSTILE:
        rows = as_text(QUEST, renamed(name), locale, width)
        assert max(cells(row.text) for row in rows) <= width
        assert all("\n" not in row.text and row.text.isprintable() for row in rows)


def test_a_text_is_in_the_language_that_was_asked_for() -> None:
    told = "\n".join(row.text for row in as_text(QUEST, HAMLET, "zh-CN"))
    assert "目标" in told
    assert "消灭狼（3）" in told
    assert "奖励" in told
    assert "普通" in told


def test_markdown_has_all_that_a_designer_wants() -> None:
    page = as_markdown(QUEST, HAMLET, "en")
    for heading in ("# ", "## Objectives", "## Outcomes", "## Texts", "## Proof"):
        assert f"\n{heading}" in f"\n{page}"
    assert "`kill(target=wolf, count=3)`" in page
    assert "- `furs` needs `hear`, `hunt`, `pelts` and brings 75 coin" in page
    assert "It is proved that this can be done: 2 plans" in page
    assert "### How to reach `crowned`" in page
    assert "1. Go to inn: `goto(to=inn)`" in page
    assert "`foe` is `rat_king`" in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {6}
    assert len(rows) == 2 + len(QUEST.objectives)


def test_markdown_says_what_is_not_proved() -> None:
    assert "Nobody has proved" in as_markdown(rich_quest(), HAMLET, "en")
    proof = Proof(plans=(), assumes=("bridge_open",), complete=False)
    page = as_markdown(QUEST.model_copy(update={"proof": proof}), HAMLET, "en")
    assert "This is not proved" in page
    assert "- `bridge_open`" in page
    assert "was given up" in page


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_no_markup_in_markdown(name: str) -> None:
    words = TextPack(title=f"{name} <b>x</b>", offer="[click](http://x) *now*\n# no")
    asked = QUEST.model_copy(update={"texts": {"en": words}, "theme": name})
    page = as_markdown(asked, renamed(name), "en")
    assert not re.search(r"(?<!\\)[<>\[\]*]", page)
    assert {line.count("|") for line in page.splitlines() if line.startswith("| `")} == {6}
    assert escaped("a_b|c\nd") == r"a\_b\|c d"
    assert code("a`b|c") == "`a'b/c`"


def test_mermaid_has_a_node_for_each_thing_and_edges_between_them() -> None:
    lines = as_mermaid(QUEST, HAMLET, "en").splitlines()
    assert lines[0] == "flowchart TD"
    nodes = [
        line for line in lines if re.fullmatch(r' +n\d+(\(\[|\[|\{\{)".+"(\]\)|\]|\}\})', line)
    ]
    assert len(nodes) == 1 + len(QUEST.objectives) + len(QUEST.outcomes)
    edges = [line.strip() for line in lines if "-->" in line]
    assert edges == [
        "n0 --> n1", "n1 --> n2", "n2 --> n3", "n0 --> n4", "n1 --> n5", "n3 --> n6", "n5 --> n7",
    ]  # fmt: skip
    assert "    class n4 optional" in lines


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_cannot_end_a_label_of_mermaid(name: str) -> None:
    words = TextPack(title="x", offer="y", objectives={"hunt": f'{name} "]; n9 --> n0'})
    asked = QUEST.model_copy(update={"texts": {"en": words}})
    for line in as_mermaid(asked, renamed(name), "en").splitlines():
        assert line.count('"') in (0, 2)
        label = line.partition('"')[2].rpartition('"')[0].replace("<br/>", "")
        assert not set('<>"`\\&%$') & set(label)
        assert line.isprintable()


@given(st.text(max_size=200), st.integers(4, 60))
def test_wrapped_lines_have_all_words_and_fit(text: str, width: int) -> None:
    lines = wrapped(text, width, cells)
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(max_size=120), st.integers(4, 40))
def test_lines_of_one_length_are_as_many_and_break_no_other_word(text: str, width: int) -> None:
    lines, evenly = wrapped(text, width, cells), evened(text, width, cells)
    assert len(evenly) == len(lines)
    assert max(map(cells, evenly), default=0) <= max(map(cells, lines), default=0)
    assert "".join("".join(evenly).split()) == "".join(text.split())


def test_no_character_stands_alone_on_a_line() -> None:
    assert evened("护送补锅匠前往沈大夫家", 20, cells) == ["护送补锅匠前", "往沈大夫家"]
    assert evened("Bring the pelt to Humphrey", 22, cells) == ["Bring the pelt", "to Humphrey"]


def test_what_is_cut_ends_in_dots() -> None:
    assert shortened("Well Square", 20, cells) == "Well Square"
    assert shortened("Well Square", 6, cells) == "Well…"
    assert clipped(["a", "b", "c"], 2, 5, cells) == ["a", "b…"]
    assert clipped(["a", "b"], 2, 5, cells) == ["a", "b"]
