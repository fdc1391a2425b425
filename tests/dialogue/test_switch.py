"""The live switch between models and authored lines."""

from collections.abc import Callable

import pytest

from npcengine.errors import NoRoute, UnknownNPC
from tests.dialogue.stage import Stage

Make = Callable[..., Stage]


async def reasons(s: Stage) -> tuple[str | None, str | None]:
    """Say something to Mira and to Tom; return why each did not answer by a model."""
    mira = await s.engine.say("mira", "Hello.", player="ayla")
    tom = await s.engine.say("tom", "Hello.", player="ayla")
    return mira.reason, tom.reason


async def test_everybody_can_be_switched_off_and_on(stage: Make) -> None:
    s = stage("Aye.")
    s.engine.authored_only()
    assert await reasons(s) == ("switched_off", "switched_off")
    assert not s.backend.requests
    s.engine.authored_only(False)
    assert await reasons(s) == (None, None)


async def test_one_character_can_be_switched_off_and_on(stage: Make) -> None:
    s = stage("Aye.")
    s.engine.authored_only(npc="mira")
    assert await reasons(s) == ("switched_off", None)
    s.engine.authored_only(False, "mira")
    assert await reasons(s) == (None, None)


async def test_one_character_may_speak_while_the_others_do_not(stage: Make) -> None:
    s = stage("Aye.")
    s.engine.authored_only()
    s.engine.authored_only(False, npc="tom")
    assert await reasons(s) == ("switched_off", None)


async def test_what_is_said_of_everybody_counts_for_those_switched_before(stage: Make) -> None:
    s = stage("Aye.")
    s.engine.authored_only(npc="mira")
    s.engine.authored_only(False)
    assert await reasons(s) == (None, None)


async def test_a_line_that_is_being_spoken_goes_on(stage: Make) -> None:
    s = stage(("Aye. ", "Leave it."))
    async with s.engine.stream("mira", "Hello.", player="ayla") as line:
        await anext(aiter(line))
        s.engine.authored_only()
        async for _ in line:
            pass
    assert line.reply.text == "Aye. Leave it."


async def test_strict_says_that_it_is_switched_off(stage: Make) -> None:
    s = stage("Aye.")
    s.engine.authored_only()
    with pytest.raises(NoRoute, match=r"authored_only\(False\) ends that"):
        await s.engine.say("mira", "Hello.", player="ayla", strict=True)


async def test_a_character_that_nobody_knows_cannot_be_switched(stage: Make) -> None:
    with pytest.raises(UnknownNPC, match="mirra"):
        stage("Aye.").engine.authored_only(npc="mirra")
