"""Worlds for tests."""

from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError
from npcengine.world.loader import parse_world
from npcengine.world.state import State

FILE = "world.yaml"


def state(text: str) -> State:
    """The state of a world written in YAML, of which a game tells nothing."""
    return State.of(parse_world(text, FILE))


def complaints(text: str) -> list[Diagnostic]:
    """What is wrong with a world; nothing if it loads."""
    try:
        parse_world(text, FILE)
    except ContentError as error:
        return list(error.diagnostics)
    return []


def told(text: str) -> list[str]:
    """What a designer reads of it, without the name of the file."""
    return [str(each).removeprefix(f"{FILE}:") for each in complaints(text)]
