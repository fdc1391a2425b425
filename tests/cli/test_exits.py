"""Every error of the engine has its exit code."""

import pytest

from npcengine.cli.exits import explained
from npcengine.diagnostics import Diagnostic
from npcengine.errors import (
    ContentError,
    KeyRejected,
    NoRoute,
    NPCEngineError,
    OutputError,
    UnknownNPC,
)

TYPO = Diagnostic("a.yaml", 3, 1, "nme", "NPC001", "unknown field", "did you mean name?")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (UnknownNPC("hidl", ["hild"], "hild"), 1, "Did you mean 'hild'?"),
        (ContentError([TYPO, TYPO]), 1, f"{TYPO}\n{TYPO}\n"),
        (NoRoute(), 3, "set GROQ_API_KEY"),
        (KeyRejected("bad key", provider="groq", status=401), 3, "groq: HTTP 401: bad key"),
        (OutputError("nothing can be shown", "..."), 3, "nothing can be shown"),
    ],
)
def test_an_error_becomes_a_message_and_a_code(
    error: NPCEngineError, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit, explained():
        raise error
    out, err = capsys.readouterr()
    assert (exit.value.code, out) == (code, "")
    assert message in err


def test_a_mistake_of_the_engine_itself_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), explained():
        raise ZeroDivisionError
