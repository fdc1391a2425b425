"""Error bodies as the providers give them."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import NamedTuple

from npcengine.testing.fake_provider.answers import ApiError, Page, Style


class _Body(NamedTuple):
    message: str
    type: str = "invalid_request_error"
    code: str | None = None


_RATE = "Rate limit reached for model `{model}` in organization `org_fake` on tokens per minute"
_LARGE = "Request too large for model `{model}` in organization `org_fake` on tokens per minute"

# By status and code; None stands for the status without a code being asked for.
_BODIES: dict[tuple[int, str | None], _Body] = {
    (400, None): _Body("The request body is not valid."),
    (400, "unsupported_parameter"): _Body(
        "Unsupported parameter: '{param}' is not supported with this model.",
        code="unsupported_parameter",
    ),
    (400, "unsupported_value"): _Body(
        "Unsupported value: '{param}' does not support that value with this model. "
        "Only the default (1) value is supported.",
        code="unsupported_value",
    ),
    (400, "unknown_parameter"): _Body("Unknown parameter: '{param}'.", code="unknown_parameter"),
    (400, "model_decommissioned"): _Body(
        "The model `{model}` has been decommissioned and is no longer supported. Please refer to "
        "https://console.groq.com/docs/deprecations for a recommendation on which model to use "
        "instead.",
        code="model_decommissioned",
    ),
    (400, "context_length_exceeded"): _Body(
        "Please reduce the length of the messages or completion.", code="context_length_exceeded"
    ),
    (401, None): _Body("Invalid API Key", code="invalid_api_key"),
    (404, None): _Body(
        "The model `{model}` does not exist or you do not have access to it.",
        code="model_not_found",
    ),
    (404, "unknown_url"): _Body(
        "Unknown request URL: {param}. Please check the URL for typos.", code="unknown_url"
    ),
    (413, None): _Body(
        f"{_LARGE} (TPM): Limit 8000, Requested 34031, please reduce your message size and try "
        "again.",
        "tokens",
        "rate_limit_exceeded",
    ),
    (422, None): _Body("The request was well-formed, but its semantics are not valid."),
    (429, None): _Body(
        f"{_RATE} (TPM): Limit 8000, Used 7654, Requested 1234.{{wait}}",
        "tokens",
        "rate_limit_exceeded",
    ),
    (429, "insufficient_quota"): _Body(
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        "insufficient_quota",
    ),
    (429, "slow_down"): _Body(
        "Please reduce your request rate and raise it again slowly.", "requests", "slow_down"
    ),
    (498, None): _Body(
        "Flex tier capacity exceeded, please try again later.",
        "capacity_exceeded",
        "capacity_exceeded",
    ),
    (500, None): _Body("Internal Server Error", "internal_server_error"),
    (503, None): _Body(
        "{model} is currently over capacity. Please try again and back off exponentially.",
        "internal_server_error",
    ),
}

_OPENAI_BODIES: dict[tuple[int, str | None], _Body] = {
    (401, None): _Body("Incorrect API key provided.", code="invalid_api_key"),
    (500, None): _Body(
        "The server had an error while processing your request.", "server_error", "server_error"
    ),
    (503, None): _Body(
        "The server is currently overloaded with other requests.",
        "service_unavailable_error",
        "server_is_overloaded",
    ),
}

_LOCAL_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    501: "not_supported_error",
    503: "unavailable_error",
}

_PAGES = {
    403: b"<!DOCTYPE html><html><head><title>Access denied</title></head>"
    b"<body>error code: 1010</body></html>",
    502: b"<html><head><title>502 Bad Gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center></body></html>",
}


def render_error(error: ApiError, style: Style, model: str) -> Page:
    """Give an error the body that a provider of that style gives it."""
    if error.status in _PAGES and not (error.code or error.message):
        return Page(_PAGES[error.status], status=error.status, headers=error.headers)
    body = _find(error, style)
    message = error.message or body.message
    wait = dict(error.headers).get("retry-after")
    for name, value in (
        ("{param}", error.param or ""),
        ("{wait}", f" Please try again in {wait}s." if wait else ""),
        ("{model}", model),
    ):
        message = message.replace(name, value)
    document = {"error": _shape(error, body, message, style)}
    return Page(
        json.dumps(document, ensure_ascii=False).encode(),
        status=error.status,
        content_type="application/json",
        headers=error.headers,
    )


def _find(error: ApiError, style: Style) -> _Body:
    key = (error.status, error.code)
    found = _OPENAI_BODIES.get(key) if style == "openai" else None
    if found := found or _BODIES.get(key):
        return found
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    return _Body(_phrase(error.status), kind, error.code)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def _shape(error: ApiError, body: _Body, message: str, style: Style) -> dict[str, object]:
    if style == "local":
        usual = "invalid_request_error" if error.status < 500 else "server_error"
        kind = _LOCAL_TYPES.get(error.status, usual)
        text = message if error.message or error.status != 503 else "Loading model"
        return {"code": error.status, "message": text, "type": kind}
    shape: dict[str, object] = {"message": message, "type": body.type}
    details = {"param": error.param, "code": body.code}
    if style == "groq":
        return shape | {key: value for key, value in details.items() if value is not None}
    return shape | details
