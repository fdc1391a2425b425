"""A provider's failure to the error that says who must act: one table, one place."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

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

MAX_MESSAGE = 300
"""Characters of a provider's own words that an error repeats."""

# A code says more than a status: the same 429 means "wait" or "pay".
BY_CODE: Mapping[str, type[BackendError]] = {
    "insufficient_quota": QuotaExhausted,
    "credit_balance_exhausted": QuotaExhausted,
    "blocked_api_access": QuotaExhausted,
    "model_not_found": ModelUnavailable,
    "model_decommissioned": ModelUnavailable,
    "model_terms_required": ModelUnavailable,
    "context_length_exceeded": RequestTooLarge,
    "exceed_context_size_error": RequestTooLarge,
    "invalid_api_key": KeyRejected,
    "organization_restricted": KeyRejected,
}
BY_STATUS: Mapping[int, type[BackendError]] = {
    401: KeyRejected,
    403: KeyRejected,
    404: ModelUnavailable,
    408: ProviderFailed,
    409: ProviderFailed,
    413: RequestTooLarge,
    422: ProviderFailed,
    429: RateLimited,
    498: RateLimited,
}
IN_A_STREAM: Mapping[str, type[BackendError]] = {
    **BY_CODE,
    "rate_limit_exceeded": RateLimited,  # beside a status it may also mean: too large
    "slow_down": RateLimited,
    "capacity_exceeded": RateLimited,
}
ADVICE: Mapping[type[BackendError], str] = {
    KeyRejected: "check the key and what it may use",
    QuotaExhausted: "top up the account or choose another provider",
    ModelUnavailable: "check the model's id and the base URL",
    RequestTooLarge: "shorten the persona, or the history",
    BadAnswer: "check the base URL",
}

SALVAGED_CODES = frozenset({"json_validate_failed", "tool_use_failed"})

NO_REASON = "no reason given"
MAX_NAME = 80
"""Characters of a code, a parameter or a request's id that an error carries."""

_NAME = re.compile(r"[\w.-]{1,80}", re.ASCII)
_USER = re.compile(r"//[^/\s@]{1,200}@")
_SECRET = re.compile(r"\b(?:sk|gsk)[-_][\w*.-]{4,}")
_UNITS: Mapping[str, float] = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|[smhd])")
_TRY_AGAIN = re.compile(rf"try again in ((?:{_DURATION.pattern}){{1,4}})")


def failure(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    provider: str,
    model: str,
    wall: float,
    key: str = "",
) -> BackendError:
    """Return the error for an answer whose status is not 200.

    `headers` have lower-case names; `wall` is the time now, in seconds since the epoch. The
    `key` that was sent is taken out of what the provider says.
    """
    error = _error_object(body)
    code = code_of(error)
    param = error.get("param")
    message = error.get("message")
    if not isinstance(message, str) or not message:
        message = _describe(headers, body)
    kind = _kind(status, code)
    if not error and status in (403, 404):
        kind = BadAnswer  # not the provider says so, but what stands before it, perhaps for now
    advice = ADVICE.get(kind)
    said = clean(message, key) or NO_REASON
    return kind(
        f"{said}; {advice}" if advice and advice not in said else said,
        provider=provider,
        model=model,
        status=status,
        code=code,
        param=clean_name(param),
        request_id=clean_name(headers.get("x-request-id")),
        retry_after=retry_after(headers, message, wall),
    )


def salvaged(body: bytes) -> str:
    """Return the text that a provider refused to pass on because it did not fit a schema.

    Groq sends it along; empty where there is none.
    """
    error = _error_object(body)
    text = error.get("failed_generation")
    return text if code_of(error) in SALVAGED_CODES and isinstance(text, str) else ""


def code_of(error: Mapping[str, Any]) -> str | None:
    """Return what an error object calls itself. A code that is a number only repeats a status."""
    return clean_name(error.get("code")) or clean_name(error.get("type"))


def _kind(status: int, code: str | None) -> type[BackendError]:
    known = BY_CODE.get(code or "")
    fixed = BY_STATUS.get(status)
    default = ProviderFailed if status >= 500 else RequestRefused if status >= 400 else BadAnswer
    return known or fixed or default


def reported(message: str, code: str | None, request: str | None, key: str = "") -> BackendError:
    """Return the error that a provider reports in the middle of an answer with status 200."""
    kind = IN_A_STREAM.get(code or "", StreamBroken)
    wait = retry_after({}, message, 0.0)
    return kind(clean(message, key) or NO_REASON, code=code, request_id=request, retry_after=wait)


def named(error: BackendError, provider: str, model: str) -> BackendError:
    """Return `error` with whom it concerns, where it does not know that yet."""
    error.provider = error.provider or provider
    error.model = error.model or model
    return error


def clean(text: str, key: str = "") -> str:
    """Return a provider's words fit for one line of a log: no keys, no control characters."""
    if key:
        text = text.replace(key, "[key]")
    printable = text = text[:2000]
    if not text.isprintable():
        printable = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    folded = without_secrets(" ".join(printable.split()))
    return folded if len(folded) <= MAX_MESSAGE else folded[: MAX_MESSAGE - 1] + "…"


def without_secrets(text: str) -> str:
    """Return `text` without what looks like a key, or like the user of a URL."""
    return _SECRET.sub("[key]", _USER.sub("//[user]@", text))


def clean_name(value: object) -> str | None:
    """Return a provider's name for something, such as a code; None when it is not a text."""
    if isinstance(value, str) and _NAME.fullmatch(value) and not _SECRET.search(value):
        return value
    return clean(value)[:MAX_NAME] or None if isinstance(value, str) else None


def retry_after(headers: Mapping[str, str], message: str, wall: float) -> float | None:
    """Return the seconds that a provider asks to wait, or None when it does not say."""
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "")
        if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
            return float(value) / scale
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, OverflowError):
        said = _TRY_AGAIN.search(message[:2000])
        if said is None:
            return None
        return sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(said[1]))
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.fromtimestamp(wall, UTC)).total_seconds())


def _error_object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = data.get("error") if isinstance(data, dict) else None
    if isinstance(error, dict):
        return error
    return {"message": error} if isinstance(error, str) else {}


def _describe(headers: Mapping[str, str], body: bytes) -> str:
    if not body.strip():
        return NO_REASON
    kind = headers.get("content-type", "").partition(";")[0]
    if kind == "text/html" or body.lstrip()[:1] == b"<":
        title = re.search(rb"<title>([^<]{1,200})", body[:20_000], re.IGNORECASE)
        said = title[1].decode(errors="replace") if title else "no title"
        return f"a web page came back ({said}); check the base URL and what stands before it"
    return body.decode(errors="replace")
