"""A line that is polled once a frame."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npcengine import Piece, UsageError
from npcengine.errors import EngineClosed, InvalidLine, NoRoute, ProviderFailed, UnknownNPC
from tests.blocking.gates import LONG, PATIENCE, Gate, Stage


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind == "text")


def test_pieces_come_while_the_line_is_still_being_spoken() -> None:
    gate = Gate()
    with Stage(("It is a long story. ", gate, "My father knew it.")).engine as engine:
        line = engine.say_soon("mira", "Tell me.", player="ayla", deadline=LONG)
        gate.await_model()
        assert text_of(line.poll()) == "It is a long story."
        assert (line.poll(), line.done, line.error) == ([], False, None)
        with pytest.raises(UsageError, match="still being spoken"):
            _ = line.reply
        assert line.wait(0) is False
        gate.open()
        assert line.wait(PATIENCE)
        assert line.done is False  # there is something left to poll
        assert text_of(line.poll()) == " My father knew it."
        assert (line.poll(), line.done, line.error) == ([], True, None)
        assert line.reply.text == "It is a long story. My father knew it."


def test_who_does_not_poll_waits() -> None:
    with Stage("Aye.").engine as engine:
        line = engine.say_soon("mira", "Hello?", player="ayla")
        assert line.wait()
        assert line.wait(0)
        assert (line.reply.text, line.done) == ("Aye.", False)
        assert (text_of(line.poll()), line.done) == ("Aye.", True)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), min_size=1, max_size=12))
def test_what_was_polled_is_what_was_said(parts: list[str]) -> None:
    with Stage(tuple(parts)).engine as engine:
        line = engine.say_soon("mira", "Hello?", player="ayla", deadline=LONG)
        came = line.poll()
        assert line.wait(PATIENCE)
        came += line.poll()
        assert line.done
        assert text_of(came) == line.reply.text


def test_a_greeting_comes_in_one_go() -> None:
    with Stage("*nods* Well met.").engine as engine:
        line = engine.greet_soon("mira", player="ayla")
        assert line.wait(PATIENCE)
        assert line.poll() == [Piece("emote", "nods"), Piece("text", "Well met.")]
        assert line.reply.text == "Well met."


def test_each_piece_is_given_to_one_of_those_who_poll() -> None:
    words = [f"w{number} " for number in range(400)]
    with Stage((*words, "end")).engine as engine:
        line = engine.say_soon("mira", "Hello?", player="ayla", deadline=LONG)
        came: list[list[Piece]] = [[] for _ in range(4)]

        def poll(mine: list[Piece]) -> None:
            assert line.wait(PATIENCE)
            while not line.done:
                mine += line.poll()

        threads = [threading.Thread(target=poll, args=(mine,)) for mine in came]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        pieces = [piece for mine in came for piece in mine]
        assert sorted("".join(piece.text for piece in pieces)) == sorted(line.reply.text)


def test_a_wrong_call_is_refused_at_once() -> None:
    s = Stage("Aye.")
    with s.engine as engine:
        with pytest.raises(UnknownNPC):
            engine.say_soon("nobody", "Hello?", player="ayla")
        with pytest.raises(InvalidLine):
            engine.say_soon("mira", " ", player="ayla")
        with pytest.raises(UnknownNPC):
            engine.greet_soon("nobody", player="ayla")
        with pytest.raises(UsageError, match="player"):
            engine.greet_soon("mira", player="")
    assert s.backend.requests == []


def test_what_strict_raises_waits_in_the_line() -> None:
    with Stage(ProviderFailed("down")).engine as engine:
        line = engine.say_soon("mira", "Hello?", player="ayla", strict=True)
        assert line.wait(PATIENCE)
        assert line.done
        assert isinstance(line.error, ProviderFailed)
        with pytest.raises(ProviderFailed):
            _ = line.reply
    with Stage().engine as engine:
        line = engine.greet_soon("mira", player="ayla", strict=True)
        assert line.wait(PATIENCE)
        assert isinstance(line.error, NoRoute)


def test_a_cancelled_line_ends_where_it_stands_and_is_remembered() -> None:
    gate = Gate()
    s = Stage(("It is a long story. My father came ", gate, "here once."))
    with s.engine as engine:
        line = engine.say_soon("mira", "Tell me.", player="ayla", deadline=LONG)
        gate.await_model()
        line.cancel()
        line.cancel()
        assert line.wait(PATIENCE)
        gate.await_cancelled()
        assert line.reply.finish == "closed"
        assert text_of(line.poll()) == line.reply.text
        line.cancel()
    assert s.kept("mira", "ayla") == [("Tell me.", line.reply.text + "—")]


def test_cancelled_before_its_first_word_it_leaves_no_trace() -> None:
    gate = Gate()
    s = Stage((gate, "Never."))
    with s.engine as engine:
        begun = engine.say_soon("mira", "Tell me.", player="ayla", deadline=LONG)
        greeting = engine.greet_soon("tom", player="ayla", deadline=LONG)
        gate.await_model()
        for line in (begun, greeting):
            line.cancel()
            assert line.wait(PATIENCE)
            assert isinstance(line.error, UsageError)
            with pytest.raises(UsageError, match="cancelled"):
                _ = line.reply
        gate.await_cancelled()
    assert s.kept("mira", "ayla") == []


def test_cancelled_at_once_it_ends_all_the_same() -> None:
    with Stage((Gate(), "Never.")).engine as engine:
        lines = [
            engine.say_soon("mira", "Hello?", player=f"p{number}", deadline=LONG)
            for number in range(50)
        ]
        for line in lines:
            line.cancel()
        assert all(line.wait(PATIENCE) for line in lines)


def test_a_new_line_interrupts_the_one_being_spoken() -> None:
    gate = Gate()
    with Stage(("It is a long story. ", gate, "Never."), "Go, then.").engine as engine:
        first = engine.say_soon("mira", "Tell me.", player="ayla", deadline=LONG)
        gate.await_model()
        second = engine.say_soon("mira", "I must go.", player="ayla")
        assert first.wait(PATIENCE)
        assert second.wait(PATIENCE)
        assert (first.reply.finish, second.reply.text) == ("closed", "Go, then.")


def test_closing_the_engine_ends_every_line() -> None:
    gate = Gate()
    s = Stage(("It is a long story. ", gate, "Never."))
    s.engine.start()
    heard = s.engine.say_soon("mira", "Tell me.", player="ayla", deadline=LONG)
    gate.await_model()
    late = [
        s.engine.say_soon("mira", "Hello?", player=f"p{number}", deadline=LONG, queue=True)
        for number in range(20)
    ]
    s.engine.close()
    assert heard.wait(0)
    assert heard.reply.text == "It is a long story."
    for line in late:
        assert line.wait(0)
        assert line.error is None or isinstance(line.error, EngineClosed)
        line.cancel()
