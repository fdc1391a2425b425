"""What was read before is skipped, and that makes no difference to anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from npcengine.guard.said import OutputGuard, Watch, _worked
from npcengine.guard.scan import MAX_SITUATIONS, MAX_STEPS, Scan, Terms
from npcengine.guard.terms import Node, Violation, add_term

TERMS = ("deserter", "lime kiln", "a b c", "moonwell", "oak", "沼泽")
WATCH = Watch(locked=(("it", TERMS),), voices=("Bo Reed",), canary="mw7kq2xd", locale="en")
WORDS = st.sampled_from(
    [
        *("the", "a", "b", "c", "b.", "lime", "lime.", "limes", "kiln", "-kiln", "moon", "well"),
        *("deser", "ter", "deserters", "d", "e", "s", "r", "t", "d3serter", "oaks", "0ak", "oaken"),
        *("Bo", "Reed", "Bo:", "Reed:", "bo.", "mw7k", "q2xd", "沼", "泽", "在沼泽", "", "\n", "—"),
    ]
)
GAPS = st.sampled_from([" ", " ", " ", "  ", " - ", ". ", "\n", "", "     "])
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=12).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
NUMBERS = count()
FULL = {(f"word{number}", -2): 0 for number in range(MAX_STEPS)}


def read(text: str, sizes: list[int], watch: Watch) -> list[tuple[str, Violation | None]]:
    guard = OutputGuard(watch, ("Ayla",))
    shown = []
    for size in sizes:
        shown.append(guard.feed(text[:size]))
        text = text[size:]
    return [*shown, guard.feed(text), guard.close()]


@given(st.lists(TEXTS, max_size=6), TEXTS, st.lists(st.integers(0, 12), max_size=8))
def test_what_others_said_before_changes_no_verdict_and_nothing_shown(
    before: list[str], text: str, sizes: list[int]
) -> None:
    # A watch that differs in anything shares nothing with the others, and where the memory is
    # full nothing is remembered.
    fresh = replace(WATCH, private=(f"{next(NUMBERS)}",))
    _worked(fresh).terms.steps.update(FULL)
    _worked(fresh).terms.ends.update(FULL)
    alone = read(text, sizes, fresh)
    assert len(_worked(fresh).terms.steps) == len(FULL)
    for each in before:
        read(each, [], WATCH)
    assert read(text, sizes, WATCH) == alone
    assert read(text, sizes, WATCH) == alone


def test_what_is_remembered_is_bounded_however_much_is_said() -> None:
    root = Node()
    for term in ("a b c d e f g h i j k l", "abc abd abe abf", "lime kiln"):
        add_term(root, term, Violation("leak", "it", term), "en")
    terms = Terms.of(root)
    letters = "abcdefghijkl.- "
    for number in range(20_000):
        scan = Scan(terms)
        word = "".join(letters[number // 15**place % 15] for place in range(4))
        for symbol in word:
            before = scan.situation
            if symbol.isalpha():
                scan.word(symbol, [0])
            else:
                scan.between(symbol, spaced=symbol == " ")
                scan.learn(f"{word}{number}", before, spaced=True)
    assert len(terms.steps) <= MAX_STEPS
    assert len(terms.situations) <= MAX_SITUATIONS
    assert len(set(terms.situations.values())) == len(terms.situations)
