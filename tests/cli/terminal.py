"""The real program: with pipes, and at a terminal of 80 columns and 24 rows."""

import asyncio
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

PATIENCE = 20
"""Seconds after which a test that waits for the program has failed."""
PROGRAM = (sys.executable, "-W", "error", "-m", "npcengine")
UP, CTRL_C, CTRL_D = "\x1b[A", "\x03", "\x04"

# Makes the pseudo-terminal the one from which Ctrl-C comes, then becomes the program.
_LOG_IN = (
    "import fcntl, os, sys, termios;"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
_NOTHING: Mapping[str, str] = MappingProxyType({})
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str


def _environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    basic = {"PATH": os.defpath, "HOME": str(home), "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
    return {**basic, **more}


async def run(
    home: Path, *arguments: str, typed: bytes = b"", env: Mapping[str, str] = _NOTHING
) -> Finished:
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *arguments,
        cwd=home,
        env=_environment(home, env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate(typed)
    assert process.returncode is not None
    return Finished(process.returncode, out.decode(), err.decode())


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
    home: Path, *arguments: str, env: Mapping[str, str] = _NOTHING
) -> AsyncIterator[tuple[Terminal, asyncio.subprocess.Process]]:
    keyboard, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", _LOG_IN),
        *PROGRAM,
        *arguments,
        cwd=home,
        env=_environment(home, {"TERM": "xterm-256color", **env}),
        stdin=screen,
        stdout=screen,
        stderr=screen,
        start_new_session=True,
    )
    os.close(screen)
    terminal = Terminal(keyboard)
    loop = asyncio.get_running_loop()
    loop.add_reader(keyboard, terminal.receive)
    try:
        yield terminal, process
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        loop.remove_reader(keyboard)
        os.close(keyboard)
