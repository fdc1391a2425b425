"""Line breaks, in scripts with and without spaces."""

from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from npcengine.cli.wrap import Wrapped


def wrapped(text: str, width: int) -> list[str]:
    console = Console(file=StringIO(), width=width)
    with console.capture() as shown:
        console.print(Wrapped(Text(text)))
    return shown.get().splitlines()


def test_lines_break_at_spaces_and_between_wide_characters() -> None:
    assert wrapped("Leave it on the bench.", 12) == ["Leave it on", "the bench."]
    assert wrapped("Odo: 客官，里面请。", 12) == ["Odo: 客官，", "里面请。"]
    assert wrapped("*擦桌子* 这个嘛……让我想想。", 12) == ["*擦桌子* 这", "个嘛……让我想", "想。"]


def test_the_authors_line_breaks_stay() -> None:
    assert wrapped("- one\n\n- two", 20) == ["- one", "", "- two"]


@given(st.text("ab é，。客官…*\n ", max_size=200), st.integers(4, 30))
def test_every_line_fits_and_no_word_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
