"""A killed game keeps every answer; and the ledger would notice if it did not."""

import signal
from pathlib import Path

import pytest

from npcengine.messages import Origin
from npcengine.stores.save import RealmTurns
from npcengine.turns import Turn
from tests.soak.kill_loop import run
from tests.soak.ledger import Ledger
from tests.soak.talker import SAVED, save_turns

KEY = ("mira", "0-0")
HELLO = Turn("3 0 0-0.", "I heard you say 3 0 0-0.", 0.0)
BYE = Turn("3 1 0-0.", "I heard you say 3 1 0-0.", 1.0)
AGAIN = Turn("4 0 0-0.", "I heard you say 4 0 0-0.", 2.0)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this platform has no kill like it")
def test_no_kill_takes_an_answer(tmp_path: Path) -> None:
    outcome = run(tmp_path / "oakvale.db", rounds=8, seed=3)
    assert not outcome.ledger.faults
    assert outcome.rounds == 8
    assert outcome.amid_turns > 1
    assert outcome.found == outcome.ledger.answered + len(outcome.ledger.unheard)


@pytest.fixture
def ledger() -> Ledger:
    """Return one in which these turns were told, and no save."""
    told = Ledger()
    for turn in (HELLO, BYE, AGAIN):
        told.note("said", "world-1", "0-0", "mira", turn.player_line, turn.npc_line)
    told.note("opening", "world-1")
    return told


def test_a_file_with_all_that_was_told_and_one_turn_more(ledger: Ledger) -> None:
    unheard = Turn("4 1 0-0.", "I heard you say 4 1 0-0.", 3.0)
    assert ledger.compare("world-1", {KEY: (HELLO, BYE, AGAIN, unheard)}) == 4
    assert not ledger.faults
    assert [said.line for said in ledger.unheard] == [unheard.player_line]
    ledger.compare("world-1", {KEY: (HELLO, BYE, AGAIN)})  # what was there once has to stay
    assert len(ledger.lost) == 1


@pytest.mark.parametrize(
    ("kept", "fault"),
    [
        ({}, "lost"),
        ({KEY: (HELLO, BYE)}, "lost"),
        ({KEY: (HELLO, AGAIN)}, "lost"),
        ({KEY: (HELLO, BYE, Turn(AGAIN.player_line, "I heard", 2.0))}, "lost"),
        ({("tom", "0-0"): (HELLO, BYE, AGAIN)}, "lost"),
        ({KEY: (HELLO, BYE, BYE, AGAIN)}, "twice"),
        ({KEY: (BYE, HELLO, AGAIN)}, "out of order"),
        ({KEY: (HELLO, AGAIN, BYE)}, "out of order"),
    ],
)
def test_a_file_that_is_wrong(ledger: Ledger, kept: RealmTurns, fault: str) -> None:
    ledger.compare("world-1", kept)
    assert {each.partition(":")[0] for each in ledger.faults} == {fault}


def test_turns_of_another_realm_do_not_count(ledger: Ledger) -> None:
    assert ledger.compare("world-2", {}) == 0
    assert not ledger.faults
    assert list(ledger.owed) == [Origin("world-1", *KEY)]


HALF = dict(list(save_turns(7).items())[: SAVED // 2])


@pytest.mark.parametrize(
    ("kept", "fault"),
    [
        (save_turns(7), set()),
        (save_turns(8), set()),  # the kill came before it was told
        (save_turns(6), {"lost"}),
        ({}, {"torn"}),
        (HALF, {"torn"}),
        ({**save_turns(8), **HALF}, {"torn"}),
    ],
)
def test_a_restored_save(ledger: Ledger, kept: RealmTurns, fault: set[str]) -> None:
    ledger.compare_slot({})
    assert not ledger.faults
    ledger.note("restored", "world-1", 7)
    ledger.compare_slot(kept)
    assert {each.partition(":")[0] for each in ledger.faults} == fault
