"""Results that are handed back on the host's own thread."""

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from npcengine import PendingLine, Piece, UsageError
from npcengine.errors import NoRoute
from tests.blocking.gates import LONG, PATIENCE, Gate, Stage

Events = SimpleQueue[Callable[[], None]]


class Host:
    """Runs what is posted until a line has ended, and keeps what it was told."""

    def __init__(self) -> None:
        self.events: Events = SimpleQueue()
        self.pieces: list[Piece] = []
        self.ended: list[PendingLine] = []
        self.threads: set[threading.Thread] = set()

    def on_piece(self, piece: Piece) -> None:
        assert not self.ended
        self.threads.add(threading.current_thread())
        self.pieces.append(piece)

    def on_end(self, line: PendingLine) -> None:
        self.threads.add(threading.current_thread())
        self.ended.append(line)

    def run(self) -> None:
        while not self.ended:
            self.events.get(timeout=PATIENCE)()
        assert self.events.empty()


def test_pieces_and_the_end_come_in_order_on_the_hosts_thread() -> None:
    host = Host()
    with Stage(("Aye. ", "Leave it ", "here."), post=host.events.put).engine as engine:
        line = engine.say_soon(
            "mira", "Hello?", player="ayla", on_piece=host.on_piece, on_end=host.on_end
        )
        host.run()
        assert host.ended == [line]
        assert line.done
        assert "".join(piece.text for piece in host.pieces) == line.reply.text
        assert line.reply.text == "Aye. Leave it here."
    assert host.threads == {threading.current_thread()}


def test_a_greeting_is_handed_over_too() -> None:
    host = Host()
    with Stage("Well met.", post=host.events.put).engine as engine:
        engine.greet_soon("mira", player="ayla", on_piece=host.on_piece, on_end=host.on_end)
        host.run()
    assert host.pieces == [Piece("text", "Well met.")]


def test_the_end_is_told_once_however_it_came() -> None:
    gate = Gate()
    host = Host()
    with Stage((gate, "Never."), post=host.events.put).engine as engine:
        line = engine.say_soon("mira", "Hello?", player="a", deadline=LONG, on_end=host.on_end)
        gate.await_model()
        line.cancel()
        host.run()
        assert isinstance(line.error, UsageError)
    host = Host()
    with Stage(post=host.events.put).engine as engine:
        engine.say_soon("mira", "Hello?", player="a", strict=True, on_end=host.on_end)
        host.run()
        assert isinstance(host.ended[0].error, NoRoute)


def test_without_post_a_callback_is_refused() -> None:
    s = Stage("Aye.")
    host = Host()
    with s.engine as engine:
        with pytest.raises(UsageError, match="post="):
            engine.say_soon("mira", "Hello?", player="ayla", on_piece=host.on_piece)
        with pytest.raises(UsageError, match="post="):
            engine.greet_soon("mira", player="ayla", on_end=host.on_end)
    assert s.backend.requests == []


def test_a_post_that_fails_is_logged_and_the_line_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def post(_: Callable[[], None]) -> None:
        raise RuntimeError("the reactor is gone")

    host = Host()
    with (
        caplog.at_level(logging.ERROR, "npcengine"),
        Stage("Aye.", post=post).engine as engine,
    ):
        line = engine.say_soon("mira", "Hello?", player="ayla", on_piece=host.on_piece)
        assert line.wait(PATIENCE)
        assert line.reply.text == "Aye."
    assert "the reactor is gone" in caplog.text
