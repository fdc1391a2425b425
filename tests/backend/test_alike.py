"""Events that are read without being parsed say exactly what parsing them says."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from npcengine.backend.alike import TRIES, Alike
from npcengine.backend.wire import only_text, parse_json


def event(text: str, *, escaped: bool = False, **more: object) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    data = {"id": "chatcmpl-1", "choices": [choice], **more}
    return json.dumps(data, ensure_ascii=escaped).encode("utf-8", "replace")


def read(events: list[bytes]) -> tuple[list[str | None], int]:
    """Return the text of each event, as a stream is read, and how many were parsed."""
    alike, texts, at, parsed = Alike(), list[str | None](), 0, 0
    while at < len(events):
        found = alike.texts(events, at)
        texts += found
        at += len(found)
        if not found:
            parsed += 1
            texts.append(plainly(events[at]))
            if texts[-1] is not None:
                alike.learn(events[at])
            at += 1
    return texts, parsed


def plainly(one: bytes) -> str | None:
    try:
        return only_text(parse_json(one))
    except ValueError:
        return None


def test_only_the_first_of_many_like_events_is_parsed() -> None:
    said = ["Aye", ", leave", " it", ' on "the', "\nbench", "。剑", "", "\\"]
    texts, parsed = read([event(text) for text in said])
    assert (texts, parsed) == (said, 1)


def test_where_no_two_are_alike_each_is_parsed_and_few_are_learned_from() -> None:
    said = [str(number) for number in range(3 * TRIES)]
    texts, parsed = read([event(text, padding=f"x{text}") for text in said])
    assert (texts, parsed) == (said, 3 * TRIES)


def mangled(one: bytes, place: int, more: bytes) -> bytes:
    place %= len(one)
    return one[:place] + more + one[place:]


MANGLED = st.builds(
    mangled,
    st.text(max_size=6).map(event),
    st.integers(0, 200),
    st.sampled_from([b"", b'"', b"\\", b'","', b'"],["', b"\n", b"\xff", b"{", b"\\u12"]),
)
EVENTS = st.one_of(
    st.text(max_size=8).map(event),
    st.text(max_size=8).map(lambda text: event(text, escaped=True)),
    st.text(max_size=8).map(lambda text: event(text, usage=None)),
    MANGLED,
    st.just(b"[DONE]"),
)


@given(st.lists(EVENTS, max_size=12))
@example([event("a"), event("b").replace(b'"b"', b'"b","c"'), event("d").replace(b'"d"', b'"')])
@example([event("a"), event("b").replace(b'"b"', b'"b","c\\"'), event("d")])
@example([event("a"), event("a")[:-1] + event("a")[-3:]])
def test_each_event_says_what_parsing_it_says(events: list[bytes]) -> None:
    texts, _ = read(events)
    assert texts == [plainly(one) for one in events]
