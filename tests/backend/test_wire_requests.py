"""Requests as bytes: deterministic, and for each model only what it takes."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.backend.models import profile
from npcengine.backend.wire import encode_request, end_user, fold_systems, request_parameters
from npcengine.messages import (
    ROLES,
    AnswerFormat,
    ChatRequest,
    Message,
    Origin,
    Prefix,
    Sampling,
)
from npcengine.testing.fake_provider import Style
from npcengine.testing.fake_provider.strictness import refusal
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import AYLA, LINE, RULES, ask

GROQ = profile("groq", "openai/gpt-oss-20b")
LUNA = profile("openai", "gpt-6-luna")
SAMPLING = Sampling(temperature=0.8, top_p=0.9, stop=("\n\n", "Player:"))
REQUEST = ask(ManualClock(), sampling=SAMPLING, max_tokens=120)

messages = st.builds(Message, role=st.sampled_from(ROLES), content=st.text())
tails = st.lists(messages, max_size=8).map(tuple)


def decoded(request: ChatRequest, provider: str, model: str, *refused: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(encode_request(request, profile(provider, model), refused))
    return body


def plain(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    return [{"role": each.role, "content": each.content} for each in messages]


@given(st.lists(messages, min_size=1, max_size=4), tails)
def test_a_request_is_what_its_values_say(prefix: list[Message], tail: tuple[Message, ...]) -> None:
    request = replace(REQUEST, prefix=Prefix.of(prefix), tail=tail)
    body = json.loads(encode_request(request, GROQ))
    assert body == {
        "messages": plain(request.messages),
        **request_parameters(request, GROQ),
    }


@given(st.lists(messages, min_size=1, max_size=4), tails)
def test_the_same_request_gives_the_same_bytes(
    prefix: list[Message], tail: tuple[Message, ...]
) -> None:
    requests = [replace(REQUEST, prefix=Prefix.of(prefix), tail=tail) for _ in range(2)]
    first, second = (encode_request(request, GROQ, ["stop"]) for request in requests)
    assert first == second


def test_what_never_changes_stands_first_and_is_copied() -> None:
    marked = Prefix(RULES.messages, b'{"as":"it was encoded"}')
    body = encode_request(replace(REQUEST, prefix=marked), GROQ)
    assert body.startswith(b'{"messages":[{"as":"it was encoded"},{"role":"user"')


def test_two_turns_share_their_bytes_up_to_the_tail() -> None:
    first = encode_request(REQUEST, GROQ)
    second = encode_request(replace(REQUEST, tail=(Message("user", "And my shield?"),)), GROQ)
    shared = b'{"messages":[' + RULES.encoded + b',{"role":"user","content":"'
    assert first.startswith(shared)
    assert second.startswith(shared)


def test_text_is_sent_as_it_is_and_not_escaped() -> None:
    body = encode_request(replace(REQUEST, tail=(Message("user", "好剑 — “é”"),)), GROQ)
    assert "好剑 — “é”".encode() in body


# The table of providers.md E, for the parameters that are sent.
EXPECTED: dict[tuple[str, str], dict[str, Any]] = {
    ("groq", "openai/gpt-oss-20b"): {
        "max_completion_tokens": 120 + 256,
        "temperature": 0.8,
        "top_p": 0.9,
        "stop": ["\n\n", "Player:"],
        "reasoning_effort": "low",
        "include_reasoning": False,
        "user": end_user(AYLA),
    },
    ("groq", "qwen/qwen3.8-27b"): {
        "max_completion_tokens": 120,
        "temperature": 0.8,
        "top_p": 0.9,
        "stop": ["\n\n", "Player:"],
        "reasoning_effort": "none",
        "user": end_user(AYLA),
    },
    ("openai", "gpt-6-luna"): {
        "max_completion_tokens": 120,
        "temperature": 0.8,
        "top_p": 0.9,
        "reasoning_effort": "none",
        "safety_identifier": end_user(AYLA),
    },
    ("openai", "gpt-4o-mini"): {
        "max_completion_tokens": 120,
        "temperature": 0.8,
        "top_p": 0.9,
        "stop": ["\n\n", "Player:"],
        "safety_identifier": end_user(AYLA),
    },
    ("openai", "gpt-5-mini"): {
        "max_completion_tokens": 120 + 256,
        "reasoning_effort": "minimal",
        "safety_identifier": end_user(AYLA),
    },
} | {
    (local, "some-model"): {
        "max_tokens": 120,
        "temperature": 0.8,
        "top_p": 0.9,
        "stop": ["\n\n", "Player:"],
    }
    for local in ("llamacpp", "ollama", "vllm", "lmstudio")
}


@pytest.mark.parametrize(("provider", "model"), EXPECTED)
def test_each_model_gets_the_parameters_that_it_takes(provider: str, model: str) -> None:
    body = decoded(REQUEST, provider, model)
    assert body.pop("messages") == plain(REQUEST.messages)
    assert body.pop("model") == model
    assert body.pop("stream") is True
    unpadded = {"include_obfuscation": False} if provider == "openai" else {}
    assert body.pop("stream_options") == {"include_usage": True} | unpadded
    assert body == EXPECTED[provider, model]


@pytest.mark.parametrize(("provider", "model"), EXPECTED)
def test_no_provider_finds_anything_to_refuse(provider: str, model: str) -> None:
    style: Style = "groq" if provider == "groq" else "openai"
    scene = Message("system", "Here and now: the forge, dusk.")
    request = replace(REQUEST, tail=(LINE, Message("assistant", "Aye."), scene, LINE))
    for streamed in (True, False):
        body = decoded(replace(request, stream=streamed), provider, model)
        local = provider in ("llamacpp", "ollama", "vllm", "lmstudio")
        key = {"authorization": "Bearer x"}
        assert refusal(style, key, body, refuse=(), check_templates=local) is None


SCHEMA = {
    "type": "object",
    "properties": {"pick": {"type": "string"}},
    "required": ["pick"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("provider", "model", "held_to"),
    [
        ("groq", "openai/gpt-oss-20b", "json_schema"),
        ("groq", "qwen/qwen3.8-27b", "json_object"),
        ("openai", "gpt-6-luna", "json_schema"),
        ("llamacpp", "some-model", "json_schema"),
    ],
)
def test_a_model_is_held_to_an_object_as_far_as_it_can_be(
    provider: str, model: str, held_to: str
) -> None:
    answer = AnswerFormat("quest", json.dumps(SCHEMA))
    body = decoded(replace(REQUEST, answer=answer, stream=False), provider, model)
    wanted = body["response_format"]
    assert wanted["type"] == held_to
    if held_to == "json_schema":
        assert wanted["json_schema"] == {"name": "quest", "strict": True, "schema": SCHEMA}
    style: Style = "groq" if provider == "groq" else "openai"
    headers = {"authorization": "Bearer x"}
    assert refusal(style, headers, body, refuse=(), check_templates=False) is None
    assert "response_format" not in decoded(REQUEST, provider, model)


def test_what_was_not_asked_for_is_left_to_the_provider() -> None:
    body = decoded(replace(REQUEST, sampling=Sampling(), stream=False), "openai", "gpt-4o-mini")
    assert body.keys() == {
        *("messages", "model", "max_completion_tokens", "stream", "safety_identifier")
    }
    assert body["stream"] is False


@given(st.builds(Origin, *[st.text()] * 3), st.builds(Origin, *[st.text()] * 3))
def test_a_provider_can_tell_players_apart_and_no_more(one: Origin, other: Origin) -> None:
    assert re.fullmatch("[0-9a-f]{64}", end_user(one))
    alike = (one.realm, one.player) == (other.realm, other.player)
    assert (end_user(one) == end_user(other)) == alike


@pytest.mark.parametrize("route", EXPECTED)
def test_the_id_of_a_player_never_leaves(route: tuple[str, str]) -> None:
    request = replace(REQUEST, origin=Origin("r-17", "mira", "steam:4711"))
    body = encode_request(request, profile(*route))
    for part in (b"r-17", b"steam", b":4711"):
        assert part not in body


def test_a_temperature_of_zero_is_raised_to_the_least_that_groq_takes() -> None:
    cold = replace(REQUEST, sampling=Sampling(temperature=0.0))
    assert decoded(cold, "groq", "openai/gpt-oss-20b")["temperature"] == 1e-8
    assert decoded(cold, "openai", "gpt-6-luna")["temperature"] == 0.0


@pytest.mark.parametrize("refused", ["temperature", "stop", "reasoning_effort", "stream_options"])
def test_what_a_model_refused_is_left_out(refused: str) -> None:
    before = decoded(REQUEST, "groq", "openai/gpt-oss-20b")
    after = decoded(REQUEST, "groq", "openai/gpt-oss-20b", refused)
    assert before.keys() - after.keys() == {refused}


def test_an_answer_stays_limited_where_the_name_of_the_limit_is_refused() -> None:
    body = decoded(REQUEST, "groq", "openai/gpt-oss-20b", "max_completion_tokens")
    assert "max_completion_tokens" not in body
    assert body["max_tokens"] == 376
    body = decoded(REQUEST, "vllm", "some-model", "max_tokens")
    assert "max_tokens" not in body
    assert body["max_completion_tokens"] == 120


@pytest.mark.parametrize("model", ["gpt-6-luna", "gpt-4o-mini"])
def test_the_scene_stays_a_message_of_its_own_where_that_is_taken(model: str) -> None:
    request = replace(REQUEST, tail=(Message("system", "Dusk."), LINE))
    assert decoded(request, "openai", model)["messages"] == plain(request.messages)


def test_local_servers_get_the_scene_inside_the_players_message() -> None:
    request = replace(REQUEST, tail=(Message("system", "Dusk."), LINE))
    said = decoded(request, "ollama", "gemma")["messages"]
    assert said == plain((*RULES.messages, Message("user", f"Dusk.\n\n{LINE.content}")))


@given(tails)
def test_folding_leaves_no_system_message_and_loses_no_word(tail: tuple[Message, ...]) -> None:
    folded = fold_systems(tail)
    assert all(message.role != "system" for message in folded)
    said = "\n\n".join(message.content for message in folded)
    assert sorted(said) == sorted("\n\n".join(message.content for message in tail))


@given(tails)
def test_folding_keeps_who_spoke_in_which_order(tail: tuple[Message, ...]) -> None:
    spoken = [message for message in tail if message.role != "system"]
    folded = fold_systems(tail)
    assert [message.role for message in folded[: len(spoken)]] == [m.role for m in spoken]
    for before, after in zip(spoken, folded, strict=False):
        assert after.content.endswith(before.content)
    assert len(folded) - len(spoken) <= 1


@given(st.lists(messages.filter(lambda message: message.role != "system"), max_size=8))
def test_folding_leaves_alone_what_has_no_system_message(tail: list[Message]) -> None:
    assert fold_systems(tuple(tail)) == tuple(tail)


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), max_size=3))
def test_folding_a_turn_gives_what_a_strict_template_takes(
    lines: list[str], notes: list[str]
) -> None:
    said = [Message(role, line) for line in lines for role in ROLES if role != "system"]
    scene = [Message("system", note) for note in notes]
    roles = [message.role for message in fold_systems((*said, *scene, LINE))]
    assert roles == ["user", "assistant"] * len(lines) + ["user"]
