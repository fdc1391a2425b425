"""The example of a frame loop, with a model that speaks word by word."""

import re

from npcengine.testing.fake_provider import Answer, FakeProvider
from tests.test_examples import ROOT, run

NAMES = ("Mira Holt", "Ilvaren Quillonde", "Humphrey Dole")


async def test_three_characters_talk_in_a_frame_loop() -> None:
    answer = Answer("Aye. That will take until tomorrow, I fear.", pace=0.01)
    async with FakeProvider(style="groq", replies=lambda _: answer) as groq:
        printed = await run(
            ROOT / "examples" / "game_loop.py", GROQ_API_KEY="any", GROQ_BASE_URL=groq.base_url
        )
    *said, frames = printed.splitlines()
    assert len(groq.requests) == 6
    assert re.fullmatch(r"\d+ frames, late by p50 .* ms, p99 .* ms, at most .* ms", frames)
    for name in NAMES:
        assert sum(f"{name} has ended: model" in line for line in said) == 2
        assert any(f"{name}: Aye." in line for line in said)
