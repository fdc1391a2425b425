"""A key is sent to its provider, and shows nowhere else, whatever the provider does with it."""

import logging
import random
import traceback
from dataclasses import replace

import pytest
from pydantic import SecretStr

from npcengine.backend.chain import Tiers
from npcengine.backend.chat import Endpoint
from npcengine.backend.http import HttpClient
from npcengine.errors import BackendError, BadAnswer
from npcengine.settings import Settings
from npcengine.testing.fake_provider import FakeProvider, Fault, Page, Step
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import ask, backend_of, events, read

JSON = "application/json"
# One that looks like a key and one that could be anything.
KEYS = ["gsk_a1B2c3D4e5F6g7H8", "let/me+in==42"]


def shown(error: BaseException) -> str:
    fields = " ".join(f"{name}={value!r}" for name, value in vars(error).items())
    return "\n".join([str(error), repr(error), fields, *traceback.format_exception(error)])


def echoes(key: str) -> list[Step]:
    """Every way in which a provider might give a key back."""
    said = f"Incorrect API key provided: {key}."
    escaped = said.replace("/", "\\/").replace("l", "\\u006c")
    return [
        Fault.status(401, message=said),
        Fault.status(403, message=said),
        Fault.status(429, message=f"{key} is over its limit. Please try again in 9s."),
        Fault.status(500, message=f"{key}{key}"),
        Page(said.encode(), status=401, content_type="text/plain"),
        Page(said.encode(), status=200, content_type="text/plain"),
        Page(f"<title>{said}</title>".encode(), status=403),
        Page(f'{{"error":{{"message":"{escaped}"}}}}'.encode(), status=401, content_type=JSON),
        Page(f'{{"error":"{escaped}"}}'.encode(), status=400, content_type=JSON),
        Page(f'{{"error":"{escaped}"}}'.encode(), status=200, content_type=JSON),
        Page(f'{{"detail":"{said}"}}'.encode(), status=401, content_type=JSON),
        events({"error": {"message": said, "code": "invalid_api_key"}}),
        Fault.stream_error(said, shape="x_groq", after=0),
    ]


@pytest.mark.parametrize("key", KEYS)
async def test_no_error_repeats_the_key(
    key: str, provider: FakeProvider, client: HttpClient, clock: ManualClock
) -> None:
    backend = backend_of(provider, client, clock, key=key)
    for step in echoes(key):
        provider.plan(step)
        with pytest.raises(BackendError) as caught:
            await backend.open(ask(clock))
        assert key not in shown(caught.value)
        assert "[key]" in str(caught.value)
    assert {each.headers["authorization"] for each in provider.requests} == {f"Bearer {key}"}


@pytest.mark.parametrize("key", KEYS)
async def test_no_stream_that_breaks_repeats_the_key(
    key: str, provider: FakeProvider, client: HttpClient, clock: ManualClock
) -> None:
    provider.plan(replace(Fault.stream_error(f"Your key {key} was revoked."), split=40))
    backend = backend_of(provider, client, clock, key=key)
    stream = await backend.open(ask(clock))
    async for _ in stream:
        pass
    error = stream.completion.error
    assert isinstance(error, BackendError)
    assert error.message == "Your key [key] was revoked."
    assert key not in shown(error)


@pytest.mark.parametrize("key", KEYS)
async def test_no_log_has_the_key(
    key: str,
    provider: FakeProvider,
    client: HttpClient,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    backend = backend_of(provider, client, clock, key=key)
    await read(await backend.open(ask(clock)))
    for step in (*echoes(key), Fault.drop(), Fault.not_http()):
        provider.plan(step)
        with pytest.raises(BackendError):
            await backend.open(ask(clock))
    assert key not in caplog.text


async def test_a_redirect_is_not_followed_so_that_the_key_goes_nowhere_else(
    provider: FakeProvider, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as elsewhere:
        there = (("location", f"{elsewhere.base_url}/openai/v1/chat/completions"),)
        for status in (301, 302, 307, 308):
            provider.plan(Page(b"", status=status, headers=there))
            with pytest.raises(BadAnswer, match=f"HTTP {status}"):
                await backend_of(provider, client, clock).open(ask(clock))
        assert elsewhere.requests == ()


@pytest.mark.parametrize("key", KEYS)
async def test_no_repr_has_the_key(key: str, clock: ManualClock) -> None:
    settings = Settings.from_env({"GROQ_API_KEY": key, "OPENAI_API_KEY": key})
    tiers = Tiers(settings, clock, random.Random(7), lambda _: None)
    endpoint = Endpoint("http://127.0.0.1/v1", SecretStr(key))
    objects = [settings, endpoint, tiers, tiers.routes, *tiers.backends.values()]
    assert all(key not in f"{each!r} {each}" for each in objects)
    await tiers.aclose()
