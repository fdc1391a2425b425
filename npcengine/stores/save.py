"""The written form of conversations, and a save slot: all those of a realm as one value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from npcengine.errors import SaveCorrupt, UsageError
from npcengine.stores.base import MAX_ID, MAX_TURNS, check_version
from npcengine.turns import Turn

T = TypeVar("T")

VERSION = 1
OLDEST_LOADABLE = 1
# What each version added. 1: for each turn the player's line, the answer, when, whether stock, and
# the lore that fired, if any did.

MAX_TEXT = 20_000
"""Characters of a line that are read; far more than any line has."""
WHERE = "the save"

RealmTurns = Mapping[tuple[str, str], tuple[Turn, ...]]
"""The turns of all conversations of a realm, by character and player."""

_Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID)]
_Row = tuple[str, str, float, bool] | tuple[str, str, float, bool, tuple[str, ...]]
_Turns = tuple[_Row, ...]
_strictly = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
_turns: TypeAdapter[_Turns] = TypeAdapter(_Turns, config=_strictly)
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class _Head(BaseModel):
    model_config = ConfigDict(strict=True)

    npcengine_save: int


class _Conversation(BaseModel):
    model_config = _strictly

    npc: _Id
    player: _Id
    turns: _Turns


class _Save(BaseModel):
    model_config = _strictly

    npcengine_save: int
    conversations: tuple[_Conversation, ...]


def checked(turn: Turn) -> Turn:
    """Return a turn as it will be read again. Raises `UsageError` if it cannot be written."""
    if _is_plain(turn):
        return turn
    try:
        return _limited(_turns.validate_json(_turns.dump_json(_rows((turn,)), warnings=False)))[0]
    except ValueError as error:  # pydantic's own is one
        raise UsageError(f"a turn that cannot be kept: {turn!r:.200}") from error


def _is_plain(turn: Turn) -> bool:
    """Tell whether writing leaves a turn as it is, as it does most."""
    for text in (turn.player_line, turn.npc_line):
        if type(text) is not str or not text.isascii() or len(text) > MAX_TEXT:
            return False
    plain = type(turn.at) is float and isfinite(turn.at) and type(turn.stock) is bool
    return plain and not turn.lore


def write_turns(turns: tuple[Turn, ...]) -> str:
    """Return turns as JSON."""
    return _turns.dump_json(_rows(turns)).decode()


def read_turns(where: str, text: str) -> tuple[Turn, ...]:
    """Return turns that were written. Raises `SaveCorrupt`, which names `where` they stood."""
    try:
        return _limited(_turns.validate_json(text))
    except ValidationError as error:
        raise _corrupt(where, error) from error


def read_row(where: str, kind: TypeAdapter[T], row: object) -> T:
    """Return a row of a file as what it has to be. Raises `SaveCorrupt` where it is not that."""
    try:
        return kind.validate_python(row, strict=True)
    except ValidationError as error:
        raise _corrupt(where, error) from error


def dump(conversations: RealmTurns) -> bytes:
    """Return the save of a realm: JSON. The same conversations give the same bytes."""
    kept = [
        {"npc": npc, "player": player, "turns": _rows(turns)}
        for (npc, player), turns in sorted(conversations.items())
    ]
    return _encode({"npcengine_save": VERSION, "conversations": kept}).encode()


def load(save: bytes) -> RealmTurns:
    """Return the conversations of a save.

    Raises:
        SaveTooOld, SaveTooNew, SaveCorrupt: It cannot be read.
    """
    try:
        version = _Head.model_validate_json(save).npcengine_save
        check_version(WHERE, version, oldest=OLDEST_LOADABLE, newest=VERSION)
        found = _Save.model_validate_json(save).conversations
    except ValidationError as error:
        raise _corrupt(WHERE, error) from error
    kept = {(each.npc, each.player): _limited(each.turns) for each in found}
    if len(kept) < len(found):
        raise SaveCorrupt(WHERE, "it holds a conversation twice")
    return kept


def _rows(turns: tuple[Turn, ...]) -> _Turns:
    return tuple(_row(each) for each in turns)


def _row(turn: Turn) -> _Row:
    said = turn.player_line, turn.npc_line, turn.at, turn.stock
    return (*said, turn.lore) if turn.lore else said


def _limited(rows: _Turns) -> tuple[Turn, ...]:
    return tuple(
        Turn(player_line[:MAX_TEXT], npc_line[:MAX_TEXT], at, stock, *lore)
        for player_line, npc_line, at, stock, *lore in rows[-MAX_TURNS:]
    )


def _corrupt(where: str, error: ValidationError) -> SaveCorrupt:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return SaveCorrupt(where, f"{place}: {first['msg']}" if place else first["msg"])
