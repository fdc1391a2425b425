"""Many threads at once: nothing is lost, and everybody hears the answer to their own line."""

import threading
from collections.abc import Callable

from npcengine import PendingLine
from npcengine.messages import ChatRequest
from tests.blocking.gates import LONG, PATIENCE, Stage

THREADS = 8
TURNS = 125
PLAYERS = 5


def line_of(number: int) -> str:
    return f"I take number {number} please"


def answer_to(number: int) -> str:
    return f"Number {number} it is."


def echo(request: ChatRequest) -> str:
    """Answer with the number in the player's line."""
    return answer_to(int(request.messages[-1].content.split("number ")[1].split()[0]))


def in_eight_threads(work: Callable[[int], None]) -> None:
    failures: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE * 3)
        assert not thread.is_alive()
    assert failures == []


def conversations(stage: Stage) -> list[list[tuple[str, str]]]:
    """What is remembered of every player."""
    return [
        stage.kept("mira", f"{thread}-{player}")
        for thread in range(THREADS)
        for player in range(PLAYERS)
    ]


def taken() -> list[list[tuple[str, str]]]:
    """What should be: each turn once, in the order in which its player took it."""
    return [
        [(line_of(n), answer_to(n)) for n in range(player, TURNS, PLAYERS)]
        for _ in range(THREADS)
        for player in range(PLAYERS)
    ]


def test_a_thousand_waiting_turns_from_eight_threads() -> None:
    s = Stage(answer=echo)

    def talk(thread: int) -> None:
        for n in range(TURNS):
            player = f"{thread}-{n % PLAYERS}"
            reply = s.engine.say("mira", line_of(n), player=player, deadline=LONG)
            assert (reply.player, reply.text) == (player, answer_to(n))

    with s.engine:
        in_eight_threads(talk)
    assert conversations(s) == taken()


def test_a_thousand_turns_that_nobody_waits_for_from_eight_threads() -> None:
    s = Stage(answer=echo)
    lines: dict[tuple[int, int], PendingLine] = {}

    def talk(thread: int) -> None:
        for n in range(TURNS):
            player = f"{thread}-{n % PLAYERS}"
            lines[thread, n] = s.engine.say_soon(
                "mira", line_of(n), player=player, deadline=LONG, queue=True
            )

    with s.engine:
        in_eight_threads(talk)
        assert all(line.wait(PATIENCE) for line in lines.values())
    assert len(lines) == THREADS * TURNS
    for (_, n), line in lines.items():
        assert line.reply.text == answer_to(n)
    assert conversations(s) == taken()
