"""The fake provider as a program: prints its base URL, then serves until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from typing import get_args

from npcengine.testing.fake_provider.answers import Answer, Step, Style
from npcengine.testing.fake_provider.faults import Fault, FaultMix
from npcengine.testing.fake_provider.server import FakeProvider


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    asyncio.run(_serve(_parser().parse_args()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m npcengine.testing.fake_provider",
        description="A fake chat-completions provider on 127.0.0.1, for demos and benchmarks.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0, the default, takes a free one")
    add("--style", choices=get_args(Style), default="groq")
    add("--reply", action="append", metavar="TEXT", help="may be given again; they take turns")
    add("--status", type=int, metavar="CODE", help="answer everything with this HTTP error")
    add("--delay", type=float, default=0.0, metavar="SECONDS", help="wait before every answer")
    add("--seed", type=int, default=0, help="decides request ids and which requests fail")
    add("--share-of-503", type=float, default=0.0, metavar="SHARE", help="0 to 1")
    return parser


async def _serve(options: argparse.Namespace) -> None:
    replies: list[Step] = [
        Answer(text, delay=options.delay) for text in options.reply or ["Aye, I hear you."]
    ]
    if options.status is not None:
        replies = [Fault.status(options.status, delay=options.delay)]
    provider = FakeProvider(
        style=options.style,
        replies=replies,
        seed=options.seed,
        mix=FaultMix(share_of_503=options.share_of_503),
        port=options.port,
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Unlike the loop's own signal handlers, this works on Windows too.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    async with provider:
        sys.stdout.write(f"{provider.base_url}\n")
        sys.stdout.flush()
        await stopped.wait()


if __name__ == "__main__":
    main()
