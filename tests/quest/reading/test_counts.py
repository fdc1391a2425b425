"""How many of something a text speaks of, where it says so clearly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.quest.reading.counts import MAX_COUNT, read_count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Kill 3 wolves", 3),
        ("Collect 1,000 coins", 1000),
        ("Collect herbs x3", 3),
        ("x 4 herbs", 4),
        ("herbs 3×", 3),
        ("herbs ×３", 3),
        ("Wolves slain (0/5)", 5),
        ("Bring three herbs", 3),
        ("Kill twenty-five rats", 25),
        ("Buy a dozen eggs", 12),
        ("Bring one herb", 1),
        ("Collect 3 herbs within 10 minutes", 3),
        ("杀死3只狼", 3),
        ("杀死３只狼", 3),
        ("杀死三只狼", 3),
        ("收集十二株草药", 12),
        ("收集兩朵花", 2),
        ("击败一百零三个哥布林", 103),
        ("狼を三匹倒す", 3),
        ("狼を10匹倒す", 10),
        ("늑대 3마리 처치", 3),
        ("اقتل ٣ ذئاب", 3),
        ("३ भेड़िये मारो", 3),
        ("Убить 7 волков", 7),
    ],
)
def test_a_clear_number_is_read(text: str, count: int) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "Find the ring",
        "Find the one who stole it",
        "Ask one of the guards",
        "Kill 3 wolves and 2 bears",
        "Kill 3-5 wolves",
        "Meet Mira at 10:30",
        "Wait 2 hours",
        "三天内回来",
        "两三只狼",
        "打开第三个箱子",
        "Reach level 5",
        "Go to room #4",
        "Open the 3rd door",
        "Pay 10% of it",
        "Carry 2.5 sacks",
        "Take potion B12",
        "Find the three-legged stool",
        "Find the 3-legged stool",
        "Kill 0 wolves",
        "Kill 123456 wolves",
        "",
    ],
)
def test_what_is_no_clear_number_of_things_is_not_guessed(text: str) -> None:
    assert read_count(text) is None


@given(
    st.text(max_size=60) | st.text(alphabet="0123456789 x×,./-:一二三十百只the one", max_size=60)
)
def test_a_count_is_in_bounds_whatever_the_text(text: str) -> None:
    count = read_count(text)
    assert count is None or 1 <= count <= MAX_COUNT
