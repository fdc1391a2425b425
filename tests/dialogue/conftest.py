from collections.abc import AsyncIterator, Callable

import pytest

from npcengine.testing.scripted import Script
from tests.dialogue.stage import Stage


@pytest.fixture
async def stage() -> AsyncIterator[Callable[..., Stage]]:
    """Make an engine over a script; without one it has no backend at all."""
    made: list[Stage] = []

    def make(*script: Script) -> Stage:
        made.append(Stage(*script))
        return made[-1]

    yield make
    for each in made:
        await each.engine.aclose()
