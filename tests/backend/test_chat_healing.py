"""What a model turns out to refuse, and answers whose reasoning left no room for words."""

import asyncio
from typing import Any

import pytest

from npcengine.backend.http import HttpClient
from npcengine.errors import EmptyAnswer, RequestRefused, StreamBroken
from npcengine.messages import Sampling
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from tests.backend.asking import ask, backend_of, read, sent

SAMPLING = Sampling(temperature=0.8, top_p=0.9, stop=("\n",))


@pytest.mark.parametrize("refused", ["temperature", "top_p", "stop", "reasoning_effort"])
async def test_a_refused_parameter_is_left_out_and_not_sent_again(
    refused: str, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(refuse=[refused]) as provider:
        backend = backend_of(provider, client, clock)
        for _ in range(2):
            said = await read(await backend.open(ask(clock, sampling=SAMPLING)))
            assert said.text == "Aye."
        assert [refused in sent(provider, number) for number in range(3)] == [True, False, False]
        assert len(provider.requests) == 3
        assert sent(provider, 0).keys() - sent(provider, 1).keys() == {refused}


@pytest.mark.parametrize(
    "code", ["unsupported_parameter", "unsupported_value", "unknown_parameter"]
)
async def test_every_way_to_refuse_a_parameter_is_understood(
    code: str, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(style="openai") as provider:
        provider.plan(Fault.status(400, code=code, param="temperature"))
        backend = backend_of(provider, client, clock, "openai")
        await read(await backend.open(ask(clock, sampling=SAMPLING)))
        assert "temperature" not in sent(provider)


async def test_a_refused_part_of_a_parameter_takes_the_whole_with_it(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(style="openai") as provider:
        fault = Fault.status(400, code="unknown_parameter", param="stream_options.include_usage")
        provider.plan(fault)
        await read(await backend_of(provider, client, clock, "openai").open(ask(clock)))
        assert "stream_options" not in sent(provider)


async def test_two_requests_that_are_refused_at_once_are_both_healed(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(refuse=["stop"]) as provider:
        backend = backend_of(provider, client, clock)
        request = ask(clock, sampling=SAMPLING)
        streams = await asyncio.gather(*(backend.open(request) for _ in range(2)))
        assert [(await read(stream)).text for stream in streams] == ["Aye.", "Aye."]
        assert sorted("stop" in sent(provider, n) for n in range(4)) == [False, False, True, True]


async def test_two_parameters_are_healed_in_two_turns(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(refuse=["stop", "top_p"]) as provider:
        backend = backend_of(provider, client, clock)
        with pytest.raises(RequestRefused):
            await backend.open(ask(clock, sampling=SAMPLING))
        said = await read(await backend.open(ask(clock, sampling=SAMPLING)))
        assert said.text == "Aye."
        assert len(provider.requests) == 4


@pytest.mark.parametrize(
    ("name", "style", "cap", "other", "tokens"),
    [
        ("groq", "groq", "max_completion_tokens", "max_tokens", 376),
        ("vllm", "openai", "max_tokens", "max_completion_tokens", 120),
    ],
)
async def test_where_one_name_of_the_limit_is_refused_the_other_is_used(
    name: str,
    style: Any,
    cap: str,
    other: str,
    tokens: int,
    client: HttpClient,
    clock: ManualClock,
) -> None:
    async with FakeProvider(style=style, refuse=[cap]) as provider:
        backend = backend_of(provider, client, clock, name, model="openai/gpt-oss-20b")
        await read(await backend.open(ask(clock)))
        assert cap not in sent(provider)
        assert sent(provider)[other] == tokens


async def test_an_answer_is_never_left_without_a_limit(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(refuse=["max_completion_tokens", "max_tokens"]) as provider:
        backend = backend_of(provider, client, clock)
        for _ in range(3):
            with pytest.raises(RequestRefused):
                await backend.open(ask(clock))
        limits = {"max_completion_tokens", "max_tokens"}
        assert all(limits & sent(provider, n).keys() for n in range(len(provider.requests)))


@pytest.mark.parametrize(
    "fault",
    [
        Fault.status(400, code="unsupported_parameter", param="model"),
        Fault.status(400, code="unsupported_parameter", param="messages"),
        Fault.status(400, code="unsupported_parameter", param="never_sent"),
        Fault.status(400, code="unsupported_parameter"),
        Fault.status(400, param="temperature"),
        Fault.status(400),
    ],
)
async def test_other_refusals_are_not_healed(
    fault: Any, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(fault)
        with pytest.raises(RequestRefused):
            await backend_of(provider, client, clock).open(ask(clock, sampling=SAMPLING))
        assert len(provider.requests) == 1


@pytest.mark.parametrize("stream", [True, False])
async def test_reasoning_that_left_no_room_gets_twice_as_much_once(
    stream: bool, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Fault.empty())
        backend = backend_of(provider, client, clock)
        said = await read(await backend.open(ask(clock, stream=stream)))
        assert said.text == "Aye."
        caps = [sent(provider, number)["max_completion_tokens"] for number in range(2)]
    assert caps == [120 + 256, 2 * (120 + 256)]


async def test_the_next_request_begins_with_the_usual_limit(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Fault.empty())
        backend = backend_of(provider, client, clock)
        for _ in range(2):
            await read(await backend.open(ask(clock)))
        assert sent(provider)["max_completion_tokens"] == 376


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_that_stays_empty_is_an_error(
    stream: bool, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Fault.empty(), Fault.empty())
        with pytest.raises(EmptyAnswer) as caught:
            await backend_of(provider, client, clock).open(ask(clock, stream=stream))
        assert len(provider.requests) == 2
    assert caught.value.finish == "length"


@pytest.mark.parametrize("finish", ["stop", "content_filter"])
async def test_an_answer_that_is_empty_for_another_reason_is_not_asked_for_again(
    finish: str, client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Answer("", finish=finish))
        with pytest.raises(EmptyAnswer):
            await backend_of(provider, client, clock).open(ask(clock))
        assert len(provider.requests) == 1


async def test_the_second_try_may_fail_in_its_own_way(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider() as provider:
        provider.plan(Fault.empty(), Fault.truncated(after=0))
        with pytest.raises(StreamBroken) as caught:
            await backend_of(provider, client, clock).open(ask(clock))
    assert caught.value.provider == "groq"
