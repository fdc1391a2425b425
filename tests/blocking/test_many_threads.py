"""Many threads at once: nothing is lost, and everybody hears the answer to their own line."""

import threading
from collections.abc import Callable

from npcengine import PendingLine
from npcengine.messages import ChatRequest, Origin
from tests.blocking.gates import LONG, PATIENCE, Stage

THREADS = 8
TURNS = 125
PLAYERS = 5


def echo(request: ChatRequest) -> str:
    """Answer with the number in the player's line."""
    return f"Number {request.messages[-1].content.split('number ')[1].split()[0]} it is."


def line_of(number: int) -> str:
    return f"I take number {number} please"


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


def check_conversations(stage: Stage) -> None:
    """Every turn was kept once, in the order in which its player took it."""
    for thread in range(THREADS):
        for player in range(PLAYERS):
            origin = Origin("main", "mira", f"{thread}-{player}")
            turns = stage.store._kept[origin]
            taken = [n for n in range(TURNS) if n % PLAYERS == player]
            assert [turn.player_line for turn in turns] == [line_of(n) for n in taken]
            assert [turn.npc_line for turn in turns] == [f"Number {n} it is." for n in taken]


def test_a_thousand_waiting_turns_from_eight_threads() -> None:
    s = Stage(answer=echo)

    def talk(thread: int) -> None:
        for n in range(TURNS):
            player = f"{thread}-{n % PLAYERS}"
            reply = s.engine.say("mira", line_of(n), player=player, deadline=LONG)
            assert (reply.player, reply.text) == (player, f"Number {n} it is.")

    with s.engine:
        in_eight_threads(talk)
    check_conversations(s)


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
        assert line.reply.text == f"Number {n} it is."
    check_conversations(s)
