"""The real program: with pipes, and at a terminal of 80 columns and 24 rows."""

import asyncio
import atexit
import fcntl
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import npcengine

PATIENCE = 20
"""Seconds after which a test that waits for the program has failed."""
PROGRAM = (sys.executable, "-W", "error", "-m", "npcengine")
UP, CTRL_C, CTRL_D = "\x1b[A", "\x03", "\x04"

_FORKER = (sys.executable, "-W", "error", str(Path(__file__).with_name("forker.py")))
_SOURCES = str(Path(npcengine.__file__).parents[1])
_NOTHING: Mapping[str, str] = MappingProxyType({})
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Start:
    """How the program starts: in a fork of one that is loaded, or afresh by a Python of its own."""

    arguments: tuple[str, ...]
    folder: str
    env: dict[str, str]
    terminal: bool
    afresh: tuple[str, ...]


class Program:
    """A process of the program."""

    def __init__(self, pid: int, told: asyncio.StreamReader) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._told = told

    async def wait(self) -> int:
        if self.returncode is None:
            self.returncode = int(await self._told.readline())
        return self.returncode


def _environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    basic = {"PATH": os.defpath, "HOME": str(home), "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
    return {**basic, **more}


@cache
def _forker() -> socket.socket:
    """Start what the programs are forks of; it ends with the tests."""
    ours, its = socket.socketpair()
    env = _environment(Path("/"), {"PYTHONPATH": _SOURCES})
    process = subprocess.Popen(_FORKER, stdin=its.fileno(), env=env, start_new_session=True)
    its.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


@asynccontextmanager
async def _started(start: Start, *streams: int) -> AsyncIterator[Program]:
    """Run the program with these streams, which are closed here; kill it if it does not end."""
    ours, its = socket.socketpair()
    with its:
        socket.send_fds(_forker(), [b"."], [its.fileno()])
    socket.send_fds(ours, [b"."], streams)
    ours.sendall(json.dumps(vars(start)).encode() + b"\n")
    for each in set(streams):
        os.close(each)
    told, line = await asyncio.open_connection(sock=ours)
    program = Program(int(await told.readline()), told)
    try:
        yield program
        async with asyncio.timeout(PATIENCE):
            await program.wait()
    finally:
        if program.returncode is None:
            os.kill(program.pid, signal.SIGKILL)
            await program.wait()
        line.close()
        await line.wait_closed()


async def _type(keyboard: int, typed: bytes) -> None:
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(keyboard, "wb"))
    pipe.write(typed)
    pipe.close()


async def _read(screen: int) -> bytes:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    pipe, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(screen, "rb")
    )
    try:
        return await reader.read()
    finally:
        pipe.close()


async def run(
    home: Path,
    *arguments: str,
    typed: bytes = b"",
    env: Mapping[str, str] = _NOTHING,
    afresh: bool = False,
) -> Finished:
    """Run the program to its end; `afresh` by a Python of its own, which takes much longer."""
    program = PROGRAM if afresh else ()
    start = Start(arguments, str(home), _environment(home, env), False, program)
    (stdin, keyboard), (screen, stdout), (errors, stderr) = os.pipe(), os.pipe(), os.pipe()
    async with _started(start, stdin, stdout, stderr) as process, asyncio.timeout(PATIENCE):
        await _type(keyboard, typed)
        out, err = await asyncio.gather(_read(screen), _read(errors))
        code = await process.wait()
    return Finished(code, out.decode(), err.decode())


class Terminal:
    def __init__(self, keyboard: int) -> None:
        self.raw = ""
        self._keyboard = keyboard
        self._seen = 0
        self._ended = False
        self._more = asyncio.Event()

    def type(self, text: str) -> None:
        os.write(self._keyboard, text.encode())

    def receive(self) -> None:
        try:
            brought = os.read(self._keyboard, 65536)
        except OSError:  # how Linux says that nobody is at the other end any more
            brought = b""
        if not brought:
            asyncio.get_running_loop().remove_reader(self._keyboard)
            self._ended = True
        self.raw += brought.decode(errors="replace")
        self._more.set()

    async def until(self, text: str) -> str:
        """Return what was written since the last call, up to `text` and without escapes."""
        async with asyncio.timeout(PATIENCE):
            while (at := self._plain.find(text, self._seen)) < 0:
                assert not self._ended, f"{text!r} never came: {self._plain!r}"
                self._more.clear()
                await self._more.wait()
        start, self._seen = self._seen, at + len(text)
        return self._plain[start : self._seen]

    @property
    def _plain(self) -> str:
        return _ESCAPES.sub("", self.raw).replace("\r", "")


@asynccontextmanager
async def at_terminal(
    home: Path, *arguments: str, env: Mapping[str, str] = _NOTHING, afresh: bool = False
) -> AsyncIterator[tuple[Terminal, Program]]:
    """Run the program while somebody looks and types; see `run` for `afresh`."""
    keyboard, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = _environment(home, {"TERM": "xterm-256color", **env})
    start = Start(arguments, str(home), env, True, PROGRAM if afresh else ())
    terminal = Terminal(keyboard)
    loop = asyncio.get_running_loop()
    loop.add_reader(keyboard, terminal.receive)
    try:
        async with _started(start, screen, screen, screen) as process:
            yield terminal, process
    finally:
        loop.remove_reader(keyboard)
        os.close(keyboard)
