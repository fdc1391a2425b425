"""What one event of a stream, or one whole answer, says: providers.md D 10 to 20."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.backend.wire import MAX_TOKENS, Chunk, only_text, read_chunk
from npcengine.messages import Usage
from tests.backend.asking import delta

USAGE = {
    "prompt_tokens": 900,
    "completion_tokens": 180,
    "total_tokens": 1080,
    "prompt_tokens_details": {"cached_tokens": 512},
    "completion_tokens_details": {"reasoning_tokens": 100},
}
COUNTED = Usage(prompt=900, completion=180, cached=512, reasoning=100)


def test_content_is_text() -> None:
    assert read_chunk(delta("Aye,"), "delta") == Chunk("Aye,")


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": []},
        {"choices": None},
        {"choices": 7},
        {"choices": "Aye."},
        {"choices": {"delta": {"content": "Aye."}}},
        {"choices": ["Aye.", None, 7]},
        {},
        delta(),
        delta(""),
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}]},
        {"choices": [{"index": 0, "delta": None}]},
        {"choices": [{"index": 0}]},
        {"choices": [], "prompt_filter_results": [{"index": 0}]},
        {"choices": [], "usage": None},
    ],
)
def test_chunks_without_content_say_nothing(chunk: dict[str, Any]) -> None:
    assert read_chunk(chunk, "delta") == Chunk()


@pytest.mark.parametrize("key", ["reasoning", "reasoning_content"])
def test_reasoning_is_not_said(key: str) -> None:
    assert read_chunk(delta(**{key: "He wants a sword."}), "delta") == Chunk()
    assert read_chunk(delta("Aye.", **{key: "Hm."}), "delta") == Chunk("Aye.")


@pytest.mark.parametrize(
    "calls",
    [
        [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "give"}}],
        [{"index": 0, "function": {"arguments": '{"it'}}],
    ],
)
def test_tool_calls_are_not_said(calls: list[object]) -> None:
    assert read_chunk(delta(tool_calls=calls), "delta") == Chunk()


def test_a_refusal_is_not_said_either_but_told() -> None:
    assert read_chunk(delta(refusal="I can't."), "delta") == Chunk(refusal="I can't.")


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "filtered"),
        ("tool_calls", "stop"),
        ("something_new", "stop"),
        (None, None),
        (7, None),
    ],
)
def test_finish_reasons(reason: Any, finish: str | None) -> None:
    assert read_chunk(delta("", reason), "delta").finish == finish


def test_one_chunk_may_bring_both_content_and_the_end() -> None:
    assert read_chunk(delta("Aye.", "stop"), "delta") == Chunk("Aye.", finish="stop")


def test_only_the_first_choice_counts() -> None:
    choices = [
        {"index": 1, "delta": {"content": "two"}, "finish_reason": "length"},
        {"index": 0, "delta": {"content": "one"}, "finish_reason": None},
    ]
    assert read_chunk({"choices": choices}, "delta") == Chunk("one")
    unnumbered = {"choices": [{"delta": {"content": "one"}}]}
    assert read_chunk(unnumbered, "delta") == Chunk("one")


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": [], "usage": USAGE},
        {"choices": [], "x_groq": {"id": "req_1", "usage": USAGE}},
        {"choices": [], "usage": USAGE, "x_groq": {"usage": {"prompt_tokens": 1}}},
        delta("", "stop") | {"usage": None, "x_groq": {"usage": USAGE}},
    ],
)
def test_usage_stands_in_either_place(chunk: dict[str, Any]) -> None:
    assert read_chunk(chunk, "delta").usage == COUNTED


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 2}, Usage(5, 2)),
        ({"prompt_tokens": 5, "prompt_tokens_details": None}, Usage(5, 0)),
        ({"prompt_tokens": 5, "completion_tokens": "2"}, Usage(5, 0)),
        ({"prompt_tokens": -5, "completion_tokens": 1}, None),
        ({"prompt_tokens": 5, "completion_tokens": -1}, None),
        ({"prompt_tokens": 10**400, "completion_tokens": 1}, None),
        ({"prompt_tokens": 5, "completion_tokens": MAX_TOKENS + 1}, None),
        ({"prompt_tokens": MAX_TOKENS, "completion_tokens": 1}, Usage(MAX_TOKENS, 1)),
        ({"prompt_tokens": True}, None),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 2,
                "completion_tokens_details": {"reasoning_tokens": 9},
            },
            Usage(5, 2, 0, 2),
        ),
        ({"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 9}}, Usage(5, 0, 5)),
        ({"prompt_tokens": "5"}, None),
        ({"prompt_tokens": 5.5}, None),
        ({}, None),
        ([], None),
        ("all of them", None),
    ],
)
def test_usage_is_believed_as_far_as_it_can_be(usage: object, counted: Usage | None) -> None:
    assert read_chunk({"usage": usage}, "delta").usage == counted


def test_the_request_id_of_groq() -> None:
    assert read_chunk(delta() | {"x_groq": {"id": "req_1"}}, "delta").request_id == "req_1"
    assert read_chunk(delta() | {"x_groq": {"id": 3}}, "delta").request_id is None


@pytest.mark.parametrize(
    ("chunk", "error", "code"),
    [
        ({"error": {"message": "boom", "code": "tool_use_failed"}}, "boom", "tool_use_failed"),
        ({"error": {"message": "boom", "code": 500, "type": "bad"}}, "boom", "bad"),
        ({"error": {"message": "boom", "code": 500}}, "boom", None),
        ({"error": "boom"}, "boom", None),
        ({"error": {"code": ["x"]}}, "", None),
        ({"error": ["boom"]}, "['boom']", None),
        (delta() | {"x_groq": {"id": "req_1", "error": "boom"}}, "boom", None),
        (delta("Aye.") | {"error": None, "x_groq": {"error": ""}}, None, None),
        (delta("Aye.") | {"error": {}}, None, None),
    ],
)  # fmt: skip
def test_errors_inside_a_stream(chunk: dict[str, Any], error: str | None, code: str | None) -> None:
    found = read_chunk(chunk, "delta")
    assert (found.error, found.code) == (error, code)


def test_a_whole_answer_has_messages_in_place_of_deltas() -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Aye."}}
    whole = {"choices": [choice | {"finish_reason": "length"}], "usage": USAGE}
    assert read_chunk(whole, "message") == Chunk("Aye.", finish="length", usage=COUNTED)


NAMES = st.sampled_from(
    ["choices", "index", "delta", "content", "finish_reason", "usage", "x_groq", "error", "id",
     "message", "prompt_tokens", "prompt_tokens_details", "cached_tokens", "code", "type"]
)  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, values, max_size=6))
def test_no_json_at_all_is_too_odd(data: dict[str, Any]) -> None:
    chunk = read_chunk(json.loads(json.dumps(data)), "delta")
    assert isinstance(chunk.text, str)
    assert chunk.finish in (None, "stop", "length", "filtered")


deltas = st.fixed_dictionaries(
    {},
    optional={
        "content": st.text(max_size=3) | st.none(),
        "refusal": st.text(max_size=3) | st.none(),
        "reasoning": st.text(max_size=3),
    },
)
choices = st.fixed_dictionaries(
    {},
    optional={
        "index": st.sampled_from([0, 1, None]),
        "delta": deltas | st.none(),
        "finish_reason": st.sampled_from([None, "stop", "length"]),
        "logprobs": st.none(),
    },
)
chunks = st.fixed_dictionaries(
    {},
    optional={
        "id": st.just("chatcmpl-1"),
        "choices": st.lists(choices, max_size=2) | st.none(),
        "usage": st.sampled_from([None, USAGE]),
        "x_groq": st.sampled_from([None, {"id": "req_1"}, {"error": "boom"}]),
        "error": st.sampled_from([None, "boom", {"message": "boom"}]),
    },
)


@given(chunks)
def test_the_short_way_through_an_event_says_what_the_long_one_says(chunk: dict[str, Any]) -> None:
    text = only_text(chunk)
    assert text is None or Chunk(text) == read_chunk(chunk, "delta")


def test_an_ordinary_event_takes_the_short_way() -> None:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    assert only_text(head | delta("Aye,")) == "Aye,"
    assert only_text(head | delta("Aye,") | {"usage": None}) == "Aye,"  # as OpenAI has it
