"""What a talk is said to have cost."""

from dataclasses import replace

import pytest

from npcengine.cli.tally import Tally
from npcengine.messages import Usage
from npcengine.turns import Reply

PAID = Reply(
    "hild", "ayla", "Aye.", provider="groq", model="m", usage=Usage(1200, 30), cost=0.00014
)
GUESSED = replace(PAID, usage=Usage(300, 5, estimated=True), cost=0.00002)
UNPRICED = replace(PAID, provider="local", cost=None)
FROM_CACHE = replace(PAID, source="cache", cost=0.0)
OFFLINE = Reply("hild", "ayla", "Hm.", source="authored", reason="offline")
UNUSABLE = replace(OFFLINE, reason="guard", usage=Usage(100, 2), cost=0.00001)


def told(*replies: Reply) -> list[str]:
    tally = Tally()
    for reply in replies:
        tally.add(reply)
    return tally.lines()


def test_nothing_said_costs_nothing() -> None:
    assert told() == ["Nothing was said yet."]


def test_turns_are_told_by_source_and_the_last_by_itself() -> None:
    assert told(PAID, FROM_CACHE, OFFLINE, PAID) == [
        "turns   4: 2 model, 1 cache, 1 authored",
        "tokens  2,400 in, 60 out",
        "cost    $0.00028",
        "last    groq m · 1,200 in, 30 out · $0.00014",
    ]


@pytest.mark.parametrize(
    ("replies", "cost"),
    [
        ([OFFLINE], "$0.00"),
        ([FROM_CACHE], "$0.00"),
        ([UNUSABLE], "$0.000010"),
        ([PAID, GUESSED], "about $0.00016"),
        ([UNPRICED, OFFLINE], "unknown price"),
        ([PAID, UNPRICED], "$0.00014, and 1 turn of unknown price"),
        ([PAID, UNPRICED, UNPRICED], "$0.00014, and 2 turns of unknown price"),
    ],
)
def test_the_cost_says_how_sure_it_is(replies: list[Reply], cost: str) -> None:
    assert told(*replies)[2] == f"cost    {cost}"
