"""The example of a reactor: a telnet game, played through real TCP by several players."""

import asyncio
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from npcengine.testing.fake_provider import Answer, FakeProvider
from tests.test_examples import MUD, PATIENCE, end, key, need, start

ASK = "say Can you mend this sword?"


@pytest.fixture(autouse=True)
def _twisted(capsys: pytest.CaptureFixture[str]) -> None:
    need("twisted", capsys)


class Caller:
    """A player's telnet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def type(self, *lines: str | bytes) -> None:
        for line in lines:
            self._writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    async def chatters(self) -> None:
        """Type on and on, and read nothing."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self.type("say " + "x" * 950)
                await self._writer.drain()

    async def sees(self, text: str) -> str:
        """Return what came since the last call, up to `text`."""
        async with asyncio.timeout(PATIENCE):
            return (await self._reader.readuntil(text.encode())).decode()

    async def sees_the_end(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._reader.read()

    def hang_up(self) -> None:
        self._writer.transport.abort()


class Game:
    """The game as it runs, on a port of its own."""

    def __init__(self, process: Process) -> None:
        self.printed = ""
        """What it printed, once it has ended, and was not read before."""
        self._process = process
        self._port = 0
        self._callers: list[Caller] = []

    async def begin(self) -> None:
        """Return once it listens."""
        [_, host, port, *_] = (await self.prints()).replace(",", "").split()
        assert host == "127.0.0.1"
        self._port = int(port)

    async def prints(self) -> str:
        """Return the next line that it prints."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            return (await self._process.stdout.readline()).decode()

    async def call(self) -> Caller:
        line = socket.create_connection(("127.0.0.1", self._port))
        # So that little is on its way to one who does not read.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        caller = Caller(*await asyncio.open_connection(sock=line))
        self._callers.append(caller)
        return caller

    async def join(self, name: str) -> Caller:
        caller = await self.call()
        caller.type(name)
        await caller.sees("Ways: north, south.\r\n")
        return caller

    async def end(self, by: signal.Signals) -> None:
        if self._process.returncode is None:
            self._process.send_signal(by)
            self.printed = await end(self._process)

    async def clear_away(self) -> None:
        for caller in self._callers:
            caller.hang_up()
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def mud(groq: FakeProvider | None = None) -> AsyncIterator[Game]:
    """Let the game run, and end it with Ctrl-C."""
    game = Game(await start(MUD, "--port", "0", **(key(groq) if groq else {})))
    try:
        await game.begin()
        yield game
        await game.end(by=signal.SIGINT)
    finally:
        await game.clear_away()


def silent() -> FakeProvider:
    return FakeProvider(replies=lambda _: Answer(after=0, ending="stall"))


async def test_players_see_one_another_come_speak_and_go() -> None:
    async with mud() as game:
        ayla, bren = await game.join("ayla"), await game.join("bren")
        await ayla.sees("Bren arrives.")
        ayla.type("say Good morning.", "who")
        await bren.sees("Ayla: Good morning.")
        await ayla.sees("Ayla at the green, Bren at the green")
        ayla.type("go south")
        await bren.sees("Ayla goes south.")
        await ayla.sees("Here: Mira Holt, Ayla. Ways: north.")
        bren.type("quit")
        await bren.sees_the_end()
    assert game.printed == ""


async def test_without_a_key_a_character_speaks_an_authored_line() -> None:
    async with mud() as game:
        ayla = await game.join("ayla")
        ayla.type("south", ASK)
        await ayla.sees("Mira Holt: ")
        assert await game.prints() == "Mira Holt to Ayla: authored offline\n"


async def test_all_in_the_room_hear_what_a_model_says() -> None:
    answer = Answer("*nods* Aye. Leave it by the anvil.", pace=0.02)
    async with FakeProvider(replies=lambda _: answer) as groq, mud(groq) as game:
        ayla, bren = await game.join("ayla"), await game.join("bren")
        bren.type("south")
        await bren.sees("Ways: north.")
        ayla.type("south", ASK)
        for player in (ayla, bren):
            await player.sees("Mira Holt: *nods*\r\nMira Holt: Aye.\r\n")
            await player.sees("Mira Holt: Leave it by the anvil.\r\n")
        assert await game.prints() == "Mira Holt to Ayla: model openai/gpt-oss-20b\n"


@pytest.mark.parametrize("how", ["north", "quit", None])
async def test_what_is_said_to_a_player_who_leaves_is_cancelled(how: str | None) -> None:
    async with silent() as groq, mud(groq) as game:
        ayla = await game.join("ayla")
        ayla.type("south", ASK)
        await groq.wait_requested()
        if how is None:
            ayla.hang_up()
        else:
            ayla.type(how)
        ended = "Mira Holt to Ayla: the line was cancelled before its first word\n"
        assert await game.prints() == ended
        await groq.wait_disconnected()


async def test_one_line_at_a_time_is_answered() -> None:
    async with silent() as groq, mud(groq) as game:
        ayla = await game.join("ayla")
        ayla.type("south", *[ASK] * 50)
        for _ in range(49):
            await ayla.sees("Wait for the answer.")


async def test_nothing_of_a_player_steers_the_terminal_of_another() -> None:
    async with mud() as game:
        bren, ayla = await game.join("bren"), await game.join("ayla")
        await bren.sees("Ayla arrives.\r\n")
        negotiation = (b"\xff\xfa\x18\x00xterm\xff\xf0", b"\xff\xfd\x01", b"\xff")
        rude = "\x1b]0;mine\x07 \x1b[2J \u202e \x9b31m \r Bren: I yield. \x00".encode()
        ayla.type(b"%ssay %s%s%s" % (*negotiation[:2], rude, negotiation[2]), b"say \xe9")
        assert await bren.sees("\ufffd\r\n") == (
            "Ayla: ]0;mine [2J  31m  Bren: I yield.\r\nAyla: \ufffd\r\n"
        )


async def test_a_name_is_letters_and_nobody_elses() -> None:
    async with mud() as game:
        bren, other = await game.join("bren"), await game.call()
        for name in ("", "x", "x" * 17, "Al la", "B4d", "\x1b[31m", "bren", "BREN"):
            other.type(name)
            await other.sees("and nobody else here has it. What is yours?\r\n")
        other.type("莉莎")
        await bren.sees("莉莎 arrives.")


async def test_an_endless_line_ends_the_connection() -> None:
    async with mud() as game:
        ayla = await game.join("ayla")
        ayla.type("x" * 5000)
        await ayla.sees_the_end()


async def test_no_more_than_fifty_connections_are_kept() -> None:
    async with mud() as game:
        for _ in range(50):
            await (await game.call()).sees("What is your name?")
        await (await game.call()).sees_the_end()


async def test_a_client_that_does_not_read_is_let_go() -> None:
    async with mud() as game:
        deaf = await game.join("bren")
        with pytest.raises(ConnectionError):
            await deaf.chatters()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
async def test_it_ends_cleanly_while_somebody_is_answered(sign: signal.Signals) -> None:
    async with silent() as groq, mud(groq) as game:
        ayla = await game.join("ayla")
        ayla.type("south", ASK)
        await groq.wait_requested()
        await game.end(by=sign)
        await ayla.sees_the_end()
