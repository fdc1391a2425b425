"""From settings to backends: which models are asked, where, and in which order."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from npcengine.backend.chain import DEFAULT_ROUTES, Route, Tiers, routes_of
from npcengine.errors import AllBackendsFailed, InvalidSetting, MissingKey, ProviderFailed
from npcengine.hooks import Hook
from npcengine.settings import Settings
from npcengine.testing.fake_provider import FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import ask, read, sent
from tests.backend.racing import Told

GROQ = {"GROQ_API_KEY": "gsk_of_nobody"}
OPENAI = {"OPENAI_API_KEY": "sk-of-nobody"}
OSS_20B, OSS_120B, LUNA = "groq openai/gpt-oss-20b", "groq openai/gpt-oss-120b", "openai gpt-6-luna"


class JumpingClock(ManualClock):
    """Where others sleep, this one lets the time pass at once."""

    async def sleep(self, seconds: float) -> None:
        await self.advance(seconds)


def routes(tier: str = "fast", **environ: str) -> tuple[Route, ...]:
    return routes_of(tier, Settings.from_env(environ))


def named(tier: str = "fast", **environ: str) -> list[str]:
    return [f"{route.provider} {route.model}" for route in routes(tier, **environ)]


def at(groq: FakeProvider, openai: FakeProvider | None = None) -> dict[str, str]:
    """The environment in which these are the providers."""
    environ = GROQ | {"GROQ_BASE_URL": groq.base_url}
    return environ | OPENAI | {"OPENAI_BASE_URL": openai.base_url} if openai else environ


@asynccontextmanager
async def tiers_of(
    clock: ManualClock,
    environ: dict[str, str],
    tell: Hook = lambda _: None,
) -> AsyncIterator[Tiers]:
    tiers = Tiers(Settings.from_env(environ), clock, random.Random(7), tell)
    yield tiers
    await tiers.aclose()


def test_the_keys_at_hand_decide_about_the_default_routes() -> None:
    assert named() == []
    assert named(**GROQ) == [OSS_20B, OSS_120B]
    assert named(**OPENAI) == [LUNA]
    assert named(**GROQ, **OPENAI) == [OSS_20B, OSS_120B, LUNA]
    assert named("deep", **GROQ, **OPENAI) == ["openai gpt-6.1-terra", OSS_120B]


def test_routes_may_be_named() -> None:
    asked = {"NPCENGINE_SMART": " openai:gpt-6-luna ,groq:openai/gpt-oss-20b"}
    assert named("smart", **asked, **GROQ, **OPENAI) == [LUNA, OSS_20B]
    assert named("fast", **asked, **GROQ) == [OSS_20B, OSS_120B]


def test_a_route_that_was_asked_for_by_name_needs_its_key() -> None:
    with pytest.raises(MissingKey, match="set OPENAI_API_KEY") as caught:
        routes(NPCENGINE_FAST="groq:openai/gpt-oss-20b, openai:gpt-6-luna", **GROQ)
    assert (caught.value.provider, caught.value.variable) == ("openai", "OPENAI_API_KEY")


@pytest.mark.parametrize("name", ["llamacpp", "ollama", "vllm", "lmstudio"])
def test_servers_of_ones_own_need_none(name: str) -> None:
    (route,) = routes(NPCENGINE_FAST=f"{name}:gemma3:4b")
    assert (route.provider, route.model) == (name, "gemma3:4b")
    assert route.url.startswith("http://localhost:")
    assert route.url.endswith("/v1/chat/completions")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("gpt-6-luna", "write PROVIDER:MODEL or PROVIDER:MODEL@http://HOST:PORT/v1, not 'gpt-6-lu"),
        ("groq:", "not 'groq:'"),
        (":gpt-6-luna", "not ':gpt-6-luna'"),
        ("groq:openai/gpt-oss-20b,", "not ''"),
        (
            "grok:openai/gpt-oss-20b",
            "no provider is called 'grok'. Did you mean 'groq'? Known: groq, openai, llama",
        ),
        ("ollama:gemma@ftp://127.0.0.1/v1", "not 'ollama:gemma@ftp://127.0.0.1/v1'"),
        ("ollama:@http://127.0.0.1/v1", "not 'ollama:@http"),
        ("ollama:gemma@httpx", "write http://HOST or https://HOST, without a user, not 'httpx'"),
    ],
)
def test_a_misspelt_route_is_named_with_its_variable(asked: str, words: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^NPCENGINE_FAST: ") as caught:
        routes(NPCENGINE_FAST=asked, **GROQ)
    assert words in str(caught.value)
    assert caught.value.name == "NPCENGINE_FAST"


def test_a_base_url_without_its_scheme_is_an_error() -> None:
    with pytest.raises(InvalidSetting, match="GROQ_BASE_URL: write http"):
        routes(GROQ_BASE_URL="api.groq.com", **GROQ)


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        (GROQ, "https://api.groq.com/openai/v1/chat/completions"),
        (GROQ | {"GROQ_BASE_URL": "http://h:1"}, "http://h:1/openai/v1/chat/completions"),
        (GROQ | {"GROQ_BASE_URL": "http://h:1/g/"}, "http://h:1/g/openai/v1/chat/completions"),
        (OPENAI, "https://api.openai.com/v1/chat/completions"),
        (OPENAI | {"OPENAI_BASE_URL": "https://h/v1"}, "https://h/v1/chat/completions"),
        (OPENAI | {"OPENAI_BASE_URL": "https://h/v1/"}, "https://h/v1/chat/completions"),
        ({"NPCENGINE_FAST": "vllm:q@http://h:9/v1"}, "http://h:9/v1/chat/completions"),
        ({"NPCENGINE_FAST": "vllm:q@https://h/v1/"}, "https://h/v1/chat/completions"),
        (
            OPENAI | {"NPCENGINE_FAST": "openai:q@http://h/v1", "OPENAI_BASE_URL": "http://i"},
            "http://h/v1/chat/completions",
        ),
    ],
)
def test_base_urls_mean_what_the_vendors_own_clients_take_them_for(
    environ: dict[str, str], url: str
) -> None:
    assert routes(**environ)[0].url == url


def test_a_models_name_may_have_an_at_sign() -> None:
    (route,) = routes(NPCENGINE_FAST="vllm:@cf/meta/llama@2@http://h/v1")
    assert (route.model, route.base_url) == ("@cf/meta/llama@2", "http://h/v1")


async def test_without_a_key_there_is_no_backend(clock: ManualClock) -> None:
    async with tiers_of(clock, {}) as tiers:
        assert tiers.backends == {}
        assert tiers.routes == dict.fromkeys(DEFAULT_ROUTES, ())
        await tiers.warm()


async def test_a_line_comes_from_openai_when_groq_cannot() -> None:
    clock, told = JumpingClock(), Told()
    async with (
        FakeProvider(style="groq", replies=[Fault.status(503)]) as groq,
        FakeProvider(style="openai", replies="Aye, from afar.") as openai,
        tiers_of(clock, at(groq, openai), told) as tiers,
    ):
        said = await read(await tiers.backends["fast"].open(ask(clock)))
        models = [sent(groq, number)["model"] for number in range(len(groq.requests))]
    assert (said.provider, said.model, said.text) == ("openai", "gpt-6-luna", "Aye, from afar.")
    assert models == ["openai/gpt-oss-20b"] * 2 + ["openai/gpt-oss-120b"] * 2
    assert [type(each.error) for each in told.failed] == [ProviderFailed] * 4
    assert [each.error.model for each in told.failed] == models


async def test_when_nobody_can_every_error_is_there() -> None:
    clock = JumpingClock()
    async with (
        FakeProvider(style="groq", replies=[Fault.status(401)]) as groq,
        tiers_of(clock, at(groq)) as tiers,
    ):
        with pytest.raises(AllBackendsFailed) as caught:
            await tiers.backends["fast"].open(ask(clock))
    assert [each.model for each in caught.value.errors] == [
        "openai/gpt-oss-20b",
        "openai/gpt-oss-120b",
    ]


async def test_the_organization_and_the_project_are_told_to_openai_alone(
    clock: ManualClock,
) -> None:
    ids = {"OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj_2"}
    routed = {"NPCENGINE_FAST": "groq:a", "NPCENGINE_SMART": "openai:b"}
    async with (
        FakeProvider(style="groq") as groq,
        FakeProvider(style="openai") as openai,
        tiers_of(clock, ids | routed | at(groq, openai)) as tiers,
    ):
        for tier in ("fast", "smart"):
            await read(await tiers.backends[tier].open(ask(clock)))
        told, others = openai.requests[0].headers, groq.requests[0].headers
    assert (told["openai-organization"], told["openai-project"]) == ("org-1", "proj_2")
    assert told["authorization"] == "Bearer sk-of-nobody"
    assert not {"openai-organization", "openai-project"} & others.keys()
    assert others["authorization"] == "Bearer gsk_of_nobody"


async def test_a_server_of_ones_own_gets_no_key(clock: ManualClock) -> None:
    async with (
        FakeProvider(style="local", check_templates=True) as local,
        tiers_of(clock, {"NPCENGINE_FAST": f"llamacpp:qwen@{local.base_url}"} | GROQ) as tiers,
    ):
        said = await read(await tiers.backends["fast"].open(ask(clock)))
        assert "authorization" not in local.requests[0].headers
    assert (said.provider, said.model, said.cost) == ("llamacpp", "qwen", 0.0)


async def test_one_model_on_two_servers_is_two_routes() -> None:
    clock = JumpingClock()
    async with (
        FakeProvider(style="local", replies=[Fault.status(503)]) as first,
        FakeProvider(style="local", replies="Aye.") as second,
    ):
        asked = f"vllm:qwen@{first.base_url}, vllm:qwen@{second.base_url}"
        async with tiers_of(clock, {"NPCENGINE_FAST": asked}) as tiers:
            said = await read(await tiers.backends["fast"].open(ask(clock)))
        assert (len(first.requests), len(second.requests)) == (2, 1)
    assert said.text == "Aye."


async def test_a_retired_id_asks_the_model_that_took_its_place(clock: ManualClock) -> None:
    async with (
        FakeProvider(style="groq") as groq,
        tiers_of(clock, {"NPCENGINE_FAST": "groq:llama-3.1-8b-instant"} | at(groq)) as tiers,
    ):
        await read(await tiers.backends["fast"].open(ask(clock)))
        assert sent(groq)["model"] == "openai/gpt-oss-20b"


async def test_tiers_share_what_is_known_of_a_route(clock: ManualClock) -> None:
    routed = {
        "NPCENGINE_FAST": "groq:openai/gpt-oss-20b",
        "NPCENGINE_SMART": "groq:llama-3.1-8b-instant",  # the same, by the id that it took over
    }
    told = Told()
    async with (
        FakeProvider(style="groq", replies=[Fault.status(401)]) as groq,
        tiers_of(clock, routed | at(groq), told) as tiers,
    ):
        for tier in ("fast", "smart"):
            with pytest.raises(AllBackendsFailed):
                await tiers.backends[tier].open(ask(clock))
        assert len(groq.requests) == 1
    assert [(each.model, each.seconds) for each in told.rests] == [
        ("openai/gpt-oss-20b", float("inf"))
    ]


async def test_tiers_share_connections_and_what_was_learned_of_a_model(clock: ManualClock) -> None:
    routed = dict.fromkeys(("NPCENGINE_FAST", "NPCENGINE_SMART"), "groq:openai/gpt-oss-20b")
    async with (
        FakeProvider(style="groq", refuse=["include_reasoning"]) as groq,
        tiers_of(clock, routed | at(groq)) as tiers,
    ):
        await tiers.warm()
        for tier in ("fast", "smart"):
            await read(await tiers.backends[tier].open(ask(clock)))
        assert len(groq.requests) == 3
        assert len({request.port for request in groq.requests}) == 1
