"""The connections: reused where they can be, and every failure of one as our own error."""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import trustme

from npcengine.backend.http import HttpClient
from npcengine.errors import BackendError, BadAnswer, StreamBroken, Unreachable
from npcengine.messages import Sampling
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault
from npcengine.testing.manual_clock import ManualClock
from npcengine.version import __version__
from tests.backend.asking import KEY, SAID, ask, backend_of, read


@asynccontextmanager
async def speaking(answer: bytes) -> AsyncIterator[str]:
    """A server that answers with these bytes, whatever is asked; gives its base URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def send(client: HttpClient, url: str) -> bytes:
    return await (await client.send("POST", url, body=b"{}")).body(1 << 16)


async def error_of(client: HttpClient, url: str) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await send(client, url)
    return caught.value


async def test_what_every_request_says_of_itself(
    provider: FakeProvider, client: HttpClient, clock: ManualClock
) -> None:
    await read(await backend_of(provider, client, clock).open(ask(clock)))
    headers = provider.requests[0].headers
    assert headers["user-agent"] == f"npcengine/{__version__}"
    assert headers["accept-encoding"] == "identity"
    assert headers["content-type"] == "application/json"
    assert headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_connection_serves_one_answer_after_the_other(
    stream: bool, provider: FakeProvider, client: HttpClient, clock: ManualClock
) -> None:
    backend = backend_of(provider, client, clock)
    for _ in range(3):
        async with await backend.open(ask(clock, stream=stream)) as opened:
            await read(opened)
    assert len({request.port for request in provider.requests}) == 1


async def test_a_connection_serves_on_after_an_error_and_after_a_drain(
    provider: FakeProvider, client: HttpClient, clock: ManualClock
) -> None:
    provider.plan(Fault.status(503), Fault.html(), SAID)
    backend = backend_of(provider, client, clock)
    for _ in range(2):
        with pytest.raises(BackendError):
            await backend.open(ask(clock))
    await (await backend.open(ask(clock))).drain(0.25)
    await read(await backend.open(ask(clock)))
    assert len({request.port for request in provider.requests}) == 1


async def test_models_of_one_provider_share_connections(
    provider: FakeProvider, client: HttpClient, clock: ManualClock
) -> None:
    for model in ("openai/gpt-oss-20b", "openai/gpt-oss-120b"):
        await read(await backend_of(provider, client, clock, model=model).open(ask(clock)))
    assert len({request.port for request in provider.requests}) == 1


async def test_a_stream_that_is_left_takes_its_connection_with_it(
    provider: FakeProvider, client: HttpClient, clock: ManualClock
) -> None:
    provider.plan(Fault.stall(after=2))
    backend = backend_of(provider, client, clock)
    await (await backend.open(ask(clock))).aclose()
    await provider.wait_disconnected()
    await read(await backend.open(ask(clock)))
    assert len({request.port for request in provider.requests}) == 2


async def test_a_stop_on_our_side_ends_what_the_provider_would_still_say(
    client: HttpClient, clock: ManualClock
) -> None:
    async with FakeProvider(style="openai") as provider:
        provider.plan(Answer("Aye.\nPlayer: and so on", after=4, ending="stall"))
        request = ask(clock, sampling=Sampling(stop=("\nPlayer",)))
        said = await read(await backend_of(provider, client, clock, "openai").open(request))
        await provider.wait_disconnected()
    assert (said.text, said.finish) == ("Aye.", "stop")


async def test_a_kept_connection_that_the_server_closed_meanwhile_is_retried_at_once(
    provider: FakeProvider, client: HttpClient, clock: ManualClock
) -> None:
    backend = backend_of(provider, client, clock)
    await read(await backend.open(ask(clock)))
    provider.plan(Fault.drop())
    with pytest.raises(Unreachable, match="closed before an answer came") as caught:
        await backend.open(ask(clock))
    assert caught.value.remedy == "again"
    assert caught.value.retry_after == 0.0
    assert (await read(await backend.open(ask(clock)))).text == SAID


async def test_a_provider_that_was_restarted_is_found_again(
    client: HttpClient, clock: ManualClock
) -> None:
    provider = FakeProvider(replies=SAID)
    async with provider:
        backend = backend_of(provider, client, clock)
        await read(await backend.open(ask(clock)))
    async with provider:
        assert (await read(await backend.open(ask(clock)))).text == SAID


async def test_a_port_that_nobody_listens_on(client: HttpClient) -> None:
    async with FakeProvider() as gone:
        url = gone.base_url
    error = await error_of(client, url)
    assert isinstance(error, Unreachable)
    assert error.message.startswith(f"cannot connect to {url.removeprefix('http://')}: ")


async def test_a_host_that_nobody_knows(client: HttpClient) -> None:
    error = await error_of(client, "http://nobody.invalid/v1")
    assert isinstance(error, Unreachable)
    assert error.message == "no host is called 'nobody.invalid'; check the base URL"


@pytest.mark.parametrize(
    "url",
    [
        f"http://{'a' * 70}.invalid/v1",
        "http://a..b/v1",
        "http:///v1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:port/v1",
        "http://[::1/v1",
        "http://127.0.0.1/\n",
        "ftp://127.0.0.1/v1",
        "127.0.0.1/v1",
        "",
    ],
)
async def test_a_url_that_cannot_be_one(url: str, client: HttpClient) -> None:
    error = await error_of(client, url)
    assert isinstance(error, Unreachable)
    assert error.message.endswith("; check the base URL")
    assert error.message.isprintable()


async def test_tls_with_a_trusted_authority(clock: ManualClock) -> None:
    authority = trustme.CA()
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trusted = ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(served)
    authority.configure_trust(trusted)
    trusting, wary = HttpClient(tls=trusted), HttpClient()
    async with FakeProvider(replies=SAID, ssl_context=served) as provider:
        for stream in (True, False):
            backend = backend_of(provider, trusting, clock)
            assert (await read(await backend.open(ask(clock, stream=stream)))).text == SAID
        with pytest.raises(Unreachable, match=r"TLS with 127\.0\.0\.1:\d+ failed: .*certificate"):
            await backend_of(provider, wary, clock).open(ask(clock))
        await trusting.aclose()
        await wary.aclose()


async def test_tls_with_a_server_that_speaks_none(
    provider: FakeProvider, client: HttpClient
) -> None:
    error = await error_of(client, provider.base_url.replace("http:", "https:"))
    assert isinstance(error, Unreachable)
    assert "TLS with 127.0.0.1" in error.message


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\x16\x03\x01\x02\x00garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"\x1b[2J" * 4000 + b"\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\nPRI",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n",
    ],
)
async def test_an_answer_that_is_not_http(data: bytes, client: HttpClient) -> None:
    async with speaking(data) as url:
        error = await error_of(client, url)
    assert isinstance(error, BadAnswer)
    assert "does not speak HTTP" in error.message
    assert error.message.isprintable()
    assert len(error.message) < 400


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
    ],
)
async def test_a_body_that_is_cut_short(data: bytes, client: HttpClient) -> None:
    async with speaking(data) as url:
        assert isinstance(await error_of(client, url), StreamBroken)


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200"])
async def test_a_server_that_hangs_up(data: bytes, client: HttpClient) -> None:
    async with speaking(data) as url:
        error = await error_of(client, url)
    assert error.remedy == "again"


@pytest.mark.parametrize(("encoding", "words"), [("gzip", "not encoded"), ("br", "'br'")])
async def test_a_body_that_cannot_be_decoded(encoding: str, words: str, client: HttpClient) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: 3\r\n\r\n"
    async with speaking(head.encode() + b"abc") as url:
        error = await error_of(client, url)
    assert isinstance(error, BadAnswer)
    assert words in error.message


async def test_a_body_is_read_up_to_a_limit(provider: FakeProvider, client: HttpClient) -> None:
    async with speaking(b"HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n" + b"x" * 90000) as url:
        answer = await client.send("POST", url)
        assert await answer.body(1000) == b"x" * 1000


async def test_a_proxy_is_asked_in_place_of_the_host(
    provider: FakeProvider, clock: ManualClock
) -> None:
    client = HttpClient(proxy=provider.base_url)
    answer = await client.send("POST", "http://api.example.invalid/openai/v1/chat/completions")
    assert answer.status == 401
    await answer.aclose()
    await client.aclose()
    assert provider.requests[0].headers["host"] == "api.example.invalid"


async def test_a_proxy_that_refuses() -> None:
    head = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
    async with speaking(head) as url:
        client = HttpClient(proxy=url)
        error = await error_of(client, "https://api.example.invalid/v1")
        await client.aclose()
    assert isinstance(error, Unreachable)
    assert "the proxy said 407" in error.message


async def test_warming_up_opens_the_connection_that_is_used_then(client: HttpClient) -> None:
    asked: list[list[bytes]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine: list[bytes] = []
        asked.append(mine)
        while head := (await reader.read(4096)).split():
            mine.append(head[0])
            writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/chat/completions"
        await client.warm(url)
        await (await client.send("POST", url)).body(10)
        await client.aclose()
    assert asked == [[b"POST"]]


@pytest.mark.parametrize("passes", range(4))
async def test_what_is_closed_while_it_warms_up_keeps_no_connection(passes: int) -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        ended.set()

    client = HttpClient()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        warming = asyncio.ensure_future(client.warm(url))
        for _ in range(passes):
            await asyncio.sleep(0)
        await client.aclose()
        await warming
        async with asyncio.timeout(5):
            await ended.wait()


async def test_warming_up_does_not_mind_a_failure(client: HttpClient) -> None:
    await client.warm("http://nobody.invalid/v1")
    await client.warm("http://a..b/v1")


async def test_what_is_said_before_the_answer_is_passed_over(client: HttpClient) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
    async with speaking(early + b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nAye.") as url:
        answer = await client.send("POST", url)
        assert (answer.status, "link" in answer.headers) == (200, False)
        assert await answer.body(10) == b"Aye."


async def test_a_body_of_no_given_length_ends_with_the_connection(client: HttpClient) -> None:
    async with speaking(b"HTTP/1.1 200 OK\r\n\r\nAye.") as url:
        assert await send(client, url) == b"Aye."


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_is_compressed_all_the_same(encoding: str, client: HttpClient) -> None:
    body = gzip.compress(b"Aye." * 100) if encoding == "gzip" else zlib.compress(b"Aye." * 100)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: {len(body)}\r\n\r\n"
    async with speaking(head.encode() + body) as url:
        assert await send(client, url) == b"Aye." * 100


async def test_a_head_without_end(client: HttpClient) -> None:
    async with speaking(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000) as url:
        error = await error_of(client, url)
    assert isinstance(error, BadAnswer)


async def test_a_server_that_says_more_than_was_asked_is_left(client: HttpClient) -> None:
    answers = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nAye."
    ports: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ports.append(writer.get_extra_info("peername")[1])
        while await reader.read(4096):
            writer.write(answers * 2)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for _ in range(2):
            assert await send(client, url) == b"Aye."
        await client.aclose()
    assert len(set(ports)) == 2


async def test_a_server_waits_for_a_reader_who_does_not_come(client: HttpClient) -> None:
    sent = 0
    stuck = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n")
        try:
            while sent < 100_000_000:
                writer.write(b"x" * 100_000)
                sent += 100_000
                async with asyncio.timeout(0.5):
                    await writer.drain()
        except TimeoutError:
            stuck.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        answer = await client.send("POST", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await stuck.wait()
        await answer.aclose()
        await client.aclose()
    assert sent < 50_000_000


@pytest.mark.parametrize("path", ["/a b", "/鐵匠?x=é#y", "/a?b=c&d=%20e"])
async def test_every_path_goes_out_as_ascii(path: str, client: HttpClient) -> None:
    async with speaking(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nAye.") as url:
        assert await send(client, url + path) == b"Aye."


async def test_two_first_requests_share_the_way_through_the_proxy(provider: FakeProvider) -> None:
    client = HttpClient(proxy=provider.base_url)
    answers = await asyncio.gather(
        *(client.send("POST", "http://api.example.invalid/v1") for _ in range(2))
    )
    assert {answer.status for answer in answers} <= {401, 404}
    for answer in answers:
        await answer.aclose()
    await client.aclose()
