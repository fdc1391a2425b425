from collections.abc import Collection
from typing import Any

import pytest

from npcengine.testing.fake_provider import ApiError, Style
from npcengine.testing.fake_provider.strictness import refusal

KEY = {"authorization": "Bearer test-key"}
USER = {"role": "user", "content": "Hello."}
NPC = {"role": "assistant", "content": "Aye."}
RULES = {"role": "system", "content": "You are a blacksmith."}
BODY: dict[str, Any] = {"model": "openai/gpt-oss-20b", "messages": [RULES, USER]}
GROQ = {
    "max_completion_tokens": 400,
    "temperature": 0.8,
    "top_p": 0.9,
    "stop": ["\n"],
    "seed": 1,
    "n": 1,
    "stream": True,
    "stream_options": {"include_usage": True},
    "reasoning_effort": "low",
    "include_reasoning": False,
}
OPENAI = {
    "max_completion_tokens": 160,
    "temperature": 0.8,
    "reasoning_effort": "none",
    "stream": True,
    "stream_options": {"include_usage": True, "include_obfuscation": False},
    "prompt_cache_key": "blacksmith",
    "safety_identifier": "a1b2",
}


def check(
    style: Style,
    body: dict[str, Any] | None,
    *,
    headers: dict[str, str] = KEY,
    refuse: Collection[str] = (),
    check_templates: bool = False,
) -> ApiError | None:
    return refusal(style, headers, body, refuse=refuse, check_templates=check_templates)


@pytest.mark.parametrize(("style", "more"), [("groq", GROQ), ("openai", OPENAI), ("local", GROQ)])
def test_the_requests_that_the_providers_document_are_taken(
    style: Style, more: dict[str, Any]
) -> None:
    assert check(style, BODY | more) is None


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic abc"}])
def test_only_a_local_server_needs_no_key(headers: dict[str, str]) -> None:
    for style in ("groq", "openai"):
        error = check(style, BODY, headers=headers)
        assert error is not None
        assert error.status == 401
    assert check("local", BODY, headers=headers) is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"messages": [USER]},
        {"model": 3, "messages": [USER]},
        {"model": "m"},
        {"model": "m", "messages": []},
        {"model": "m", "messages": ["Hello."]},
    ],
)
@pytest.mark.parametrize("style", ["groq", "openai", "local"])
def test_a_body_without_a_model_and_messages_is_refused(
    style: Style, body: dict[str, Any] | None
) -> None:
    error = check(style, body)
    assert error is not None
    assert error.status == 400


@pytest.mark.parametrize(
    "more",
    [
        {"messages": [RULES, USER | {"name": "ayla"}]},
        {"n": 2},
        {"logprobs": True},
        {"top_logprobs": 2},
        {"logit_bias": {}},
        {"reasoning_format": "hidden"},
        {"reasoning_effort": "none"},
        {"response_format": {"type": "json_schema"}, "stream": True},
        {"response_format": {"type": "json_schema"}, "tools": [{}]},
    ],
)
def test_groq_refuses(more: dict[str, Any]) -> None:
    error = check("groq", BODY | more)
    assert error is not None
    assert error.status == 400
    assert check("local", BODY | more) is None


def test_groq_takes_more_from_models_that_can_stop_reasoning() -> None:
    more = {"model": "qwen/qwen3.8-27b", "reasoning_format": "hidden", "reasoning_effort": "none"}
    assert check("groq", BODY | more) is None


@pytest.mark.parametrize("name", ["include_reasoning", "reasoning_format", "top_k"])
def test_openai_refuses_keys_that_it_does_not_know(name: str) -> None:
    assert check("openai", BODY | {name: False}) == ApiError(
        400, code="unknown_parameter", param=name
    )


@pytest.mark.parametrize("style", ["groq", "openai", "local"])
def test_parameters_may_be_refused_by_name(style: Style) -> None:
    assert check(style, BODY | {"stop": ["\n"]}, refuse={"stop", "max_tokens"}) == ApiError(
        400, code="unsupported_parameter", param="stop"
    )
    assert check(style, BODY, refuse={"stop"}) is None


@pytest.mark.parametrize("style", ["groq", "openai", "local"])
@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([RULES, USER, NPC, USER], None),
        ([USER, NPC], None),
        ([RULES], None),
        ([RULES, USER, RULES], "System message must be at the beginning"),
        ([USER, RULES, NPC], "System message must be at the beginning"),
        ([RULES, NPC, USER], "must alternate"),
        ([RULES, USER, USER], "must alternate"),
    ],
)
def test_strict_templates(style: Style, messages: list[dict[str, str]], words: str | None) -> None:
    body = BODY | {"messages": messages}
    error = check(style, body, check_templates=True)
    assert (error is None) == (words is None)
    if error is not None and words is not None:
        assert (error.status, words in error.message) == (400, True)
    assert check(style, body) is None
