"""The HTTP errors of each style, as a plain client sees them."""

from typing import Any

import httpx
import pytest

from npcengine.testing.fake_provider import ApiError, FakeProvider, Fault, Step, Style

BODY = {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "Hello."}]}


async def answer_of(client: httpx.AsyncClient, style: Style, step: Step) -> httpx.Response:
    path = "/openai/v1" if style == "groq" else ""
    async with FakeProvider(style=style) as provider:
        provider.plan(step)
        return await client.post(f"{provider.base_url}{path}/chat/completions", json=BODY)


async def error_of(client: httpx.AsyncClient, style: Style, step: ApiError) -> dict[str, Any]:
    answer = await answer_of(client, style, step)
    assert answer.status_code == step.status
    assert answer.headers["content-type"] == "application/json"
    error: dict[str, Any] = answer.json()["error"]
    return error


@pytest.mark.parametrize(
    ("step", "kind", "code", "words"),
    [
        (Fault.status(400), "invalid_request_error", None, "not valid"),
        (
            Fault.status(400, code="unsupported_parameter", param="stop"),
            "invalid_request_error",
            "unsupported_parameter",
            "Unsupported parameter: 'stop' is not supported with this model.",
        ),
        (
            Fault.status(400, code="model_decommissioned"),
            "invalid_request_error",
            "model_decommissioned",
            "The model `openai/gpt-oss-20b` has been decommissioned",
        ),
        (Fault.status(401), "invalid_request_error", "invalid_api_key", "Invalid API Key"),
        (
            Fault.status(404),
            "invalid_request_error",
            "model_not_found",
            "The model `openai/gpt-oss-20b` does not exist or you do not have access to it.",
        ),
        (Fault.status(413), "tokens", "rate_limit_exceeded", "Request too large for model"),
        (Fault.status(422), "invalid_request_error", None, "semantics"),
        (Fault.status(429), "tokens", "rate_limit_exceeded", "Rate limit reached for model"),
        (
            Fault.status(429, code="insufficient_quota"),
            "insufficient_quota",
            "insufficient_quota",
            "exceeded your current quota",
        ),
        (Fault.status(498), "capacity_exceeded", "capacity_exceeded", "Flex tier"),
        (Fault.status(500), "internal_server_error", None, "Internal Server Error"),
        (Fault.status(503), "internal_server_error", None, "over capacity"),
        (Fault.status(504), "server_error", None, "Gateway Timeout"),
        (Fault.status(499, message="gone"), "invalid_request_error", None, "gone"),
    ],
)
async def test_statuses_of_groq(
    client: httpx.AsyncClient, step: ApiError, kind: str, code: str | None, words: str
) -> None:
    error = await error_of(client, "groq", step)
    assert words in error["message"]
    assert (error["type"], error.get("code"), error.get("param")) == (kind, code, step.param)


async def test_a_rate_limit_says_how_long_to_wait(client: httpx.AsyncClient) -> None:
    answer = await answer_of(client, "groq", Fault.status(429, retry_after=2.5))
    assert answer.headers["retry-after"] == "2.5"
    assert answer.json()["error"]["message"].endswith("Please try again in 2.5s.")


async def test_a_status_may_bring_any_header(client: httpx.AsyncClient) -> None:
    when = {"retry-after": "Sat, 21 Nov 2026 12:00:00 GMT", "x-should-retry": "false"}
    answer = await answer_of(client, "groq", Fault.status(503, headers=when))
    assert when.items() <= dict(answer.headers).items()


async def test_statuses_of_openai_name_every_field(client: httpx.AsyncClient) -> None:
    assert await error_of(client, "openai", Fault.status(503)) == {
        "message": "The server is currently overloaded with other requests.",
        "type": "service_unavailable_error",
        "param": None,
        "code": "server_is_overloaded",
    }


async def test_statuses_of_a_local_server_have_a_number_for_a_code(
    client: httpx.AsyncClient,
) -> None:
    assert await error_of(client, "local", Fault.status(503)) == {
        "code": 503,
        "message": "Loading model",
        "type": "unavailable_error",
    }
    assert (await error_of(client, "local", Fault.status(400)))["code"] == 400


@pytest.mark.parametrize(
    ("step", "status", "words"),
    [
        (Fault.status(403), 403, "error code: 1010"),
        (Fault.status(502), 502, "502 Bad Gateway"),
        (Fault.html(), 200, "<!DOCTYPE html>"),
    ],
)
async def test_web_pages(client: httpx.AsyncClient, step: Step, status: int, words: str) -> None:
    answer = await answer_of(client, "groq", step)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    assert words in answer.text


async def test_a_wrong_url_is_said_to_be_one(client: httpx.AsyncClient) -> None:
    async with FakeProvider(style="groq") as provider:
        answer = await client.post(f"{provider.base_url}/v1/chat/completions", json=BODY)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_url"
    assert "POST /v1/chat/completions" in answer.json()["error"]["message"]
