"""A provider's failure becomes the error that says who must act."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npcengine.backend.failures import MAX_MESSAGE, clean, failure, reported, retry_after
from npcengine.backend.wire import read_chunk
from npcengine.errors import (
    BackendError,
    BadAnswer,
    KeyRejected,
    ModelUnavailable,
    ProviderFailed,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
    RequestTooLarge,
    StreamBroken,
)
from tests.backend.asking import KEY

WALL = 1_795_000_000.0
TPM = "for model `m` in organization `o` on tokens per minute (TPM): Limit 8000,"


def failed(
    status: int, body: object = b"", headers: dict[str, str] | None = None, key: str = ""
) -> BackendError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return failure(status, headers or {}, raw, provider="groq", model="m", wall=WALL, key=key)


def error_body(message: str = "No.", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


REFUSED = "invalid_request_error"
LIMITED = {"type": "tokens", "code": "rate_limit_exceeded"}
CAPTURED: list[tuple[int, dict[str, Any], type[BackendError]]] = [
    # Groq
    (400, error_body(type=REFUSED), RequestRefused),
    (400, error_body(type=REFUSED, code="json_validate_failed"), RequestRefused),
    (400, error_body(type=REFUSED, code="tool_use_failed"), RequestRefused),
    (400, error_body(type=REFUSED, code="model_decommissioned"), ModelUnavailable),
    (400, error_body(type=REFUSED, code="blocked_api_access"), QuotaExhausted),
    (401, error_body("Invalid API Key", code="invalid_api_key"), KeyRejected),
    (403, error_body("error code: 1010"), KeyRejected),
    (404, error_body(type=REFUSED, code="model_not_found"), ModelUnavailable),
    (413, error_body(f"Request too large {TPM} Requested 34031", **LIMITED), RequestTooLarge),
    (422, error_body(type=REFUSED), ProviderFailed),
    (424, error_body(), RequestRefused),
    (429, error_body(f"Rate limit reached {TPM} Used 7654", **LIMITED), RateLimited),
    (498, error_body(code="capacity_exceeded"), RateLimited),
    (499, error_body(), RequestRefused),
    (500, error_body(type="internal_server_error"), ProviderFailed),
    (502, {}, ProviderFailed),
    (503, error_body("over capacity"), ProviderFailed),
    (206, {}, BadAnswer),
    (301, {}, BadAnswer),
    # OpenAI
    (400, error_body(type=REFUSED, code="context_length_exceeded"), RequestTooLarge),
    (400, error_body(code="unsupported_parameter", param="stop"), RequestRefused),
    (403, error_body("Country not supported", code="unsupported_country"), KeyRejected),
    (408, {}, ProviderFailed),
    (409, error_body(), ProviderFailed),
    (429, error_body(code="slow_down"), RateLimited),
    (429, error_body(type="insufficient_quota", code="insufficient_quota"), QuotaExhausted),
    (429, error_body(type="insufficient_quota", code=None), QuotaExhausted),
    (429, error_body(code="credit_balance_exhausted"), QuotaExhausted),
    (503, error_body(code="server_is_overloaded"), ProviderFailed),
    # Servers of one's own, whose codes are numbers
    (400, error_body(code=400, type=REFUSED), RequestRefused),
    (400, error_body(code=400, type="exceed_context_size_error"), RequestTooLarge),
    (401, error_body(code=401, type="authentication_error"), KeyRejected),
    (404, error_body(code=404, type="not_found_error"), ModelUnavailable),
    (501, error_body(code=501, type="not_supported_error"), ProviderFailed),
    (503, error_body("Loading model", code=503, type="unavailable_error"), ProviderFailed),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind"), CAPTURED)
def test_what_the_providers_send(
    status: int, body: dict[str, Any], kind: type[BackendError]
) -> None:
    error = failed(status, body)
    assert type(error) is kind
    assert (error.status, error.provider, error.model) == (status, "groq", "m")
    if "error" in body:
        assert body["error"]["message"] in str(error)


def test_an_error_carries_what_one_acts_on() -> None:
    headers = {"x-request-id": "req_1", "retry-after": "2"}
    error = failed(400, error_body("No.", code="unsupported_value", param="temperature"), headers)
    assert (error.code, error.param) == ("unsupported_value", "temperature")
    assert (error.request_id, error.retry_after) == ("req_1", 2.0)
    assert str(error) == "groq m: HTTP 400: No. [request req_1]"


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (401, "invalid_api_key", "check the key"),
        (429, "insufficient_quota", "top up the account"),
        (404, "model_not_found", "check the model's id"),
        (413, "rate_limit_exceeded", "shorten the persona"),
    ],
)
def test_an_error_says_what_to_do(status: int, code: str, advice: str) -> None:
    assert advice in str(failed(status, error_body(code=code)))


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "2"}, "", 2.0),
        ({"retry-after": "0"}, "", 0.0),
        ({"retry-after": "2.5"}, "", 2.5),
        ({"retry-after-ms": "1500"}, "", 1.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, "", 1.5),
        ({"retry-after-ms": "soon", "retry-after": "2"}, "", 2.0),
        ({"retry-after": "2"}, "Please try again in 7s.", 2.0),
        ({}, "Please try again in 5.289s. Need more?", 5.289),
        ({}, "Please try again in 585ms.", 0.585),
        ({}, "Please try again in 2m59.56s.", 179.56),
        ({}, "Please try again in 1h2m0s.", 3720.0),
        ({}, "Please try again later.", None),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "-3"}, "", None),
        ({"retry-after": "inf"}, "", None),
        ({"retry-after": "9" * 400}, "", None),
        ({"retry-after": "Nov +9999999999999999999 21 99999999999999:1:1 AD 2026"}, "", None),
        ({"retry-after": "Sat, 21 Nov 99999999999999999999 12:00:00 GMT"}, "", None),
    ],
)  # fmt: skip
def test_how_long_a_provider_asks_to_wait(
    headers: dict[str, str], message: str, seconds: float | None
) -> None:
    assert retry_after(headers, message, WALL) == pytest.approx(seconds)


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90.0), (0, 0.0), (-90, 0.0)])
def test_a_date_to_wait_for(ahead: int, seconds: float) -> None:
    until = datetime.fromtimestamp(WALL, UTC) + timedelta(seconds=ahead)
    assert retry_after({"retry-after": format_datetime(until, usegmt=True)}, "", WALL) == seconds
    zoneless = until.strftime("%a, %d %b %Y %H:%M:%S -0000")
    assert retry_after({"retry-after": zoneless}, "", WALL) == seconds


@given(st.text(), st.text())
def test_no_header_is_too_odd(value: str, message: str) -> None:
    waited = retry_after({"retry-after": value, "retry-after-ms": value}, message, WALL)
    assert waited is None or waited >= 0


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (b"", {}, "no reason given"),
        (b" \n ", {}, "no reason given"),
        (b"error code: 1010", {}, "error code: 1010"),
        (b"<html><TITLE>502 Bad\nGateway</TITLE>", {}, "a web page came back (502 Bad Gateway)"),
        (b"<p>Hi", {"content-type": "text/html; charset=utf-8"}, "a web page came back (no title)"),
        (b'{"detail":"Not Found"}', {}, '{"detail":"Not Found"}'),
        (b'{"error":"all wrong"}', {}, "all wrong"),
        (b'{"error":{"message":""}}', {}, '{"error":{"message":""}}'),
        (b'{"error":{"message":["x"]}}', {}, '["x"]'),
        (b'{"error":null}', {}, '{"error":null}'),
        (b"[1,2]", {}, "[1,2]"),
        (b"\xff\xfe broken", {}, "�� broken"),
    ],
)  # fmt: skip
def test_bodies_that_are_not_an_error_object(
    body: bytes, headers: dict[str, str], words: str
) -> None:
    assert words in str(failed(500, body, headers))


def test_a_web_page_points_to_the_base_url() -> None:
    page = failed(404, b"<!DOCTYPE html><title>Nothing</title>")
    assert str(page).count("check the base URL") == 1


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(
    "body",
    [b"<title>Just a moment...</title>", b"error code: 1010", b"", b'{"detail":"Not Found"}'],
)
def test_what_stands_before_a_provider_ends_no_route_for_good(status: int, body: bytes) -> None:
    error = failed(status, body)
    assert (type(error), error.remedy) == (BadAnswer, "elsewhere")


def test_a_key_is_taken_out_before_a_body_is_cut() -> None:
    key = "a1B2c3D4e5F6"
    error = failed(500, b"x" * (MAX_MESSAGE - 6) + key.encode(), key=key)
    assert "a1B2" not in str(error)


@pytest.mark.parametrize(
    "body",
    [
        error_body("evil\x1b[31m\r\nInjected: line\u2028\u202e\x00\ud800"),
        error_body("x" * 100_000),
        error_body(" " * 100_000 + "x"),
        error_body(code="c\n" * 5000, type={"a": 1}, param="p\x1b" * 5000),
        b"[" * 60_000,
        b'{"error":' * 8000,
        b"\x00\xff" * 5000,
        b"<title>" * 9000,
        b"<html>" + b"<title>" + b"\x1b[2J" * 100,
    ],
)
def test_hostile_bodies_give_one_short_line(body: object) -> None:
    error = failed(400, body, {"x-request-id": "r\x1b" * 500})
    assert len(error.message) <= MAX_MESSAGE + 100
    for text in (str(error), error.code or "", error.param or "", error.request_id or ""):
        assert text.isprintable()
        assert len(text) <= 600


@given(st.binary(max_size=300), st.integers(min_value=100, max_value=599))
def test_any_body_with_any_status_is_a_clear_error(body: bytes, status: int) -> None:
    error = failed(status, body)
    assert error.message.isprintable()
    assert error.message


@given(st.text())
def test_clean_words_fit_in_one_line(text: str) -> None:
    said = clean(text)
    assert said.isprintable()
    assert len(said) <= MAX_MESSAGE
    assert clean(said) == said


@pytest.mark.parametrize(
    "echoed",
    [
        "sk-proj-a1b2C3d4_e5",
        "sk-proj-****************d4e5",
        "gsk_a1b2c3d4e5f6",
        "sk_live_a1b2c3",
    ],
)
def test_what_looks_like_a_key_is_taken_out(echoed: str) -> None:
    said = str(failed(401, error_body(f"Incorrect API key provided: {echoed}. See the site.")))
    assert "Incorrect API key provided: [key]" in said
    assert "d4" not in said
    assert "a1b2" not in said


def test_words_that_only_begin_like_a_key_stay() -> None:
    assert clean("risk-averse desk-bound sk-ip task_force") == (
        "risk-averse desk-bound sk-ip task_force"
    )


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (KEY, f"Wrong key: {KEY}".encode()),
        (KEY, error_body(f"Wrong key: {KEY}")),
        ("token/a1B2", error_body("Wrong key: token/a1B2")),
        ("token/a1B2", b'{"error":{"message":"Wrong key: tok\\u0065n\\/a1B2"}}'),
    ],
)
def test_the_key_that_was_sent_is_taken_out_however_it_is_echoed(key: str, body: object) -> None:
    error = failed(401, body, key=key)
    assert "Wrong key: [key]" in str(error)
    assert key not in str(error) + repr(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (None, StreamBroken),
        ("server_error", StreamBroken),
        ("tool_use_failed", StreamBroken),
        ("insufficient_quota", QuotaExhausted),
        ("context_length_exceeded", RequestTooLarge),
        ("rate_limit_exceeded", RateLimited),
    ],
)
def test_errors_reported_inside_an_answer(code: str | None, kind: type[BackendError]) -> None:
    error = reported(f"boom\n{KEY}", code, "req_1", KEY)
    assert type(error) is kind
    assert (error.message, error.code, error.request_id) == ("boom [key]", code, "req_1")
    assert reported("\x1b", code, None).message == "no reason given"


def test_a_limit_that_is_told_inside_an_answer_tells_how_long() -> None:
    error = reported("Rate limit reached. Please try again in 2.5s.", "rate_limit_exceeded", None)
    assert (error.remedy, error.retry_after) == ("wait", 2.5)
    chunk = read_chunk({"error": {"message": "Slow down.", "code": 429}}, "delta")
    assert isinstance(reported(chunk.error or "", chunk.code, None), RateLimited)
