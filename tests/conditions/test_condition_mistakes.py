"""What a writer is told whose text is not a condition."""

from contextlib import suppress

import pytest

from npcengine.conditions.condition import Condition
from npcengine.conditions.parser import MAX_DEPTH
from npcengine.conditions.tokens import MAX_LENGTH, ConditionError


def mistake(text: str) -> ConditionError:
    with pytest.raises(ConditionError) as caught:
        Condition.parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "at", "suggestion"),
    [
        ("trust = 40", "= 40", "write '=='"),
        ("trust === 40", "=== 40", "write '=='"),
        ("trust => 40", "=> 40", "write '>='"),
        ("trust =< 40", "=< 40", "write '<='"),
        ("trust ≥ 40", "≥ 40", "write '>='"),
        ("trust <> 40", "<> 40", "write '!='"),
        ("met && rain", "&& rain", "write 'and'"),
        ("met || rain", "|| rain", "write 'or'"),
        ("!met", "!met", "write 'not'"),
        ("（met）", "（met）", "write '('"),
        ("trust ＝ 40", "＝ 40", "write '=='"),
        ("quest == “done”", "“done”", "write straight quotes, as in 'done'"),
        ("quest == ‘done’", "‘done’", "write straight quotes, as in 'done'"),
        ("quest == ＇done＇", "＇done＇", "write straight quotes, as in 'done'"),
        ("trust is 40", "is 40", "write '=='"),
        ("trust is not 40", "is not 40", "write '!='"),
        (
            "quest == None",
            "None",
            "leave it out: what hangs on a fact that nobody told is never true",
        ),
        ("Trust >= 40", "Trust >= 40", "write 'trust'"),
        ("10 <= trust < 20", "< 20", "write: 10 <= trust and trust < 20"),
        ("trust > 10 < 20", "< 20", "write: trust > 10 and trust < 20"),
        ("trust > 10 <", "<", "write: trust > 10 and trust < …"),
        ("quest == done", "done", "put it in quotes if it is a text: quest == 'done'"),
        ("trust > '40'", "> '40'", "write the number without quotes: 40"),
        ("quest > 'done'", "> 'done'", "use '==' or '!='"),
        ("met < true", "< true", "use '==' or '!='"),
        ("40", "40", "compare a fact with it: trust >= 40"),
        ("true", "true", "leave the condition out, or name a fact"),
        ("(met and rain", "(met and rain", "add a ')'"),
        ("met)", ")", "take it out, or add a '(' before it"),
        ("trust 40", "40", "or '==', to compare them"),
    ],
)
def test_a_usual_slip_is_told_where_it_is_and_how_to_mend_it(
    text: str, at: str, suggestion: str
) -> None:
    found = mistake(text)
    assert (text[found.position :], found.suggestion) == (at, suggestion)
    assert str(found) == f"{found.message} ({suggestion})"


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", "", "no condition"),
        ("  \n", "  \n", "no condition"),
        ("met and", "", "after 'and', the name of a fact is missing"),
        ("met and or rain", "or rain", "after 'and', the name of a fact is missing"),
        ("and met", "and met", "at the start, the name of a fact is missing"),
        ("not", "", "after 'not'"),
        ("()", ")", "after '('"),
        ("(met and) or rain", ") or rain", "after 'and'"),
        (">= 40", ">= 40", "at the start"),
        ("trust >=", "", "after '>=', a value is missing"),
        ("trust >= >= 4", ">= 4", "after '>=', a value is missing"),
        ("met == not rain", "not rain", "after '==', a value is missing"),
        ("met rain", "rain", "between 'met' and 'rain', 'and' or 'or' is missing"),
        ("(met rain)", "rain)", "between 'met' and 'rain'"),
        ("met if rain else snow", "if rain else snow", "between 'met' and 'if'"),
        ("quest in 'ab'", "in 'ab'", "'in' is not used here"),
        ("len(quest) > 3", "(quest) > 3", "nothing that calculates"),
        ("(met) == true", "== true", "in brackets"),
        ("1 < 2", "1 < 2", "neither is a fact"),
        ("'done'", "'done'", "asks about no fact"),
        ("quest == 'done", "'done", "does not end"),
        ("quest == 'it's'", "'", "does not end"),
        ("flag.marsh-visited", "-visited", "'-' cannot be used"),
        ("trust + 5 > 10", "+ 5 > 10", "'+' cannot be used"),
        ("quest in ['a']", "['a']", "'[' cannot be used"),
        ("{{user}} == 'x'", "{{user}} == 'x'", "'{' cannot be used"),
        ("trust >= 40%", "%", "'%' cannot be used"),
        ("flag..x", "..x", "'.' cannot be used"),
        ("größe > 3", "größe > 3", "cannot be the name"),
        ("quest.__class__ == 'x'", "quest.__class__ == 'x'", "cannot be the name"),
        ("trust > 1_000", "1_000", "neither a number nor"),
        ("trust > 1e5", "1e5", "neither a number nor"),
        ("trust > 40th", "40th", "neither a number nor"),
        ("trust > 1234567890.123456", "1234567890.123456", "more than 15 digits"),
        ("met\u200b", "\u200b", "invisible character, U+200B"),
    ],
)
def test_what_is_no_condition_is_refused_in_plain_words(text: str, at: str, words: str) -> None:
    found = mistake(text)
    assert text[found.position :] == at
    assert words in found.message


def test_the_longest_text_holds_a_hundred_questions() -> None:
    text = " or ".join(["a"] * 100)
    assert len(text) <= MAX_LENGTH
    assert Condition.parse(text).value({"a": True}) is True
    assert "at most 500 are allowed" in mistake(text.ljust(MAX_LENGTH + 1)).message


@pytest.mark.parametrize("opening", ["(", "not ", "(not "])
def test_nesting_has_an_end(opening: str) -> None:
    times = MAX_DEPTH // (opening.count("(") + opening.count("not"))
    closing = ")" * opening.count("(")
    deepest = opening * times + "met" + closing * times
    assert Condition.parse(deepest).value({"met": True}) is not None
    assert "more than 20 levels" in mistake(opening + deepest + closing).message


@pytest.mark.parametrize("text", ["(" * 500, "not " * 125, "(" * 100_000, "'" * 499, "a" * 500])
def test_a_hostile_text_gets_an_answer(text: str) -> None:
    with suppress(ConditionError):
        assert Condition.parse(text).value({}) is None
