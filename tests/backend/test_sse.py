"""Server-sent events: providers.md D 1 to 9, and that no cut of the bytes matters."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from npcengine.backend.sse import MAX_EVENT, EventDecoder, EventTooLarge


def decode(*reads: bytes) -> list[bytes]:
    decoder = EventDecoder()
    found = [data for chunk in reads for data in decoder.feed(chunk)]
    return found + decoder.close()


def cut(body: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[start:end] for start, end in pairwise(marks)]


@pytest.mark.parametrize("newline", [b"\n", b"\r", b"\r\n"])
def test_lines_end_at_lf_cr_or_crlf(newline: bytes) -> None:
    body = b"data: one\n\ndata: two\n\n".replace(b"\n", newline)
    assert decode(body) == [b"one", b"two"]


def test_line_ends_may_be_mixed() -> None:
    assert decode(b"data: one\r\n\ndata: two\r\rdata: three\n\r\n") == [b"one", b"two", b"three"]


def test_a_crlf_may_be_cut_in_two() -> None:
    assert decode(b"data: one\r", b"\n\r", b"\ndata: two\r", b"\n", b"\r\n") == [b"one", b"two"]
    assert decode(b"data: one\r", b"\ndata: two\r", b"", b"\n\r\n") == [b"one\ntwo"]
    assert decode(b": ping\r", b"data: one\n", b"\ndata: two\n\n") == [b"one", b"two"]


def test_a_character_may_be_cut_in_two() -> None:
    start, rest = "data: 剑\n\n".encode()[:7], "data: 剑\n\n".encode()[7:]
    assert decode(start, rest) == ["剑".encode()]


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c"])
def test_what_python_takes_for_a_line_end_stays_inside_an_event(char: str) -> None:
    assert decode(f"data: a{char}b\n\n".encode()) == [f"a{char}b".encode()]


def test_comments_are_passed_over() -> None:
    assert decode(b": ping\n\n:\n\ndata: one\n: in between\n\n: bye\n\n") == [b"one"]


def test_only_one_space_after_the_colon_is_removed() -> None:
    assert decode(b"data:x\n\ndata: x\n\ndata:  x\n\ndata:\tx\n\n") == [b"x", b"x", b" x", b"\tx"]


def test_several_data_lines_are_one_event() -> None:
    assert decode(b"data: {\ndata:\ndata\ndata: }\n\n") == [b"{\n\n\n}"]


def test_other_fields_are_passed_over() -> None:
    body = b"event: error\nid: 7\nretry: 100\ndata: x\nunknown: y\nnocolon\ndatax: z\n\nid\n\n"
    assert decode(body) == [b"x"]


def test_an_event_without_data_is_none() -> None:
    assert decode(b"event: ping\n\n\n\n\n") == []
    assert decode(b"") == []


@pytest.mark.parametrize(
    "reads",
    [
        [b"\xef\xbb\xbfdata: x\n\n"],
        [b"\xef", b"\xbb", b"\xbf", b"data: x\n\n"],
        [b"\xef\xbb", b"\xbfdata: x\n\n"],
    ],
)
def test_a_byte_order_mark_is_dropped(reads: list[bytes]) -> None:
    assert decode(*reads) == [b"x"]


def test_a_byte_order_mark_counts_at_the_start_only() -> None:
    assert decode(b"data: x\n\n\xef\xbb\xbfdata: y\n\n") == [b"x"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"data: x\n\ndata: last", [b"x", b"last"]),
        (b"data: x\n\ndata: last\n", [b"x", b"last"]),
        (b"data: x\n\ndata: last\r", [b"x", b"last"]),
        (b"data: x\n\n: bye", [b"x"]),
        (b"data: [DONE]", [b"[DONE]"]),
    ],
)
def test_an_event_that_the_end_left_open_still_counts(body: bytes, found: list[bytes]) -> None:
    assert decode(body) == found


LIKELY = st.sampled_from(
    [b"data", b"data:", b"data: ", b":", b"\r", b"\n", b"\r\n", b"\n\n", b"\xef\xbb\xbf", b"\xef",
     "剑\u2028".encode(), b"event: x", b'{"a":1}', b"[DONE]", b"\x00", b" "]
)  # fmt: skip
bodies = st.lists(LIKELY, max_size=40).map(b"".join) | st.binary(max_size=200)
places = st.lists(st.integers(min_value=0, max_value=400), max_size=20)


@given(bodies, places)
@example(b"\xef\xbb\xbfdata: x\r\n\r\n", [1, 2, 3, 11, 12])
@example(b"\xef\xbbdata: x\n\n", [1, 2])
@example(b"data: x\r\ndata: y\r\n\r\n", [8, 17])
def test_no_cut_of_the_bytes_changes_the_events(body: bytes, places: list[int]) -> None:
    assert decode(*cut(body, places)) == decode(body)


@given(bodies)
def test_bytes_one_by_one_give_the_same_events(body: bytes) -> None:
    assert decode(*(body[at : at + 1] for at in range(len(body)))) == decode(body)


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n")), max_size=8), places
)
def test_what_was_sent_is_what_comes_out(sent: list[str], places: list[int]) -> None:
    body = "".join(f": ping\r\n\r\ndata: {data}\r\n\r\n" for data in sent).encode()
    assert decode(*cut(body, places)) == [data.encode() for data in sent]


@pytest.mark.parametrize(
    "reads",
    [
        [b"data: " + b"x" * MAX_EVENT + b"\n\n"],
        [b"data: ", *[b"x" * 1024] * (MAX_EVENT // 1024), b"x"],
        [b"data: " + b"x" * 1017 + b"\n"] * (MAX_EVENT // 1024 + 1),
        [b": " + b"x" * 1024] * (MAX_EVENT // 1024),
    ],
    ids=["one read", "one line", "many lines", "a comment"],
)
def test_an_event_without_an_end_is_given_up(reads: list[bytes]) -> None:
    with pytest.raises(EventTooLarge, match="262144 bytes"):
        decode(*reads)


def test_the_limit_holds_for_what_the_end_leaves_open() -> None:
    line = b"data: " + b"x" * (MAX_EVENT // 2)
    with pytest.raises(EventTooLarge):
        decode(line, b"\n", line)


def test_many_events_may_be_larger_than_one() -> None:
    decoder = EventDecoder()
    large = b"data: " + b"x" * (MAX_EVENT - 100) + b"\n\n"
    assert [len(decoder.feed(large)) for _ in range(3)] == [1, 1, 1]
