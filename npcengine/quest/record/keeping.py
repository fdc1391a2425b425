"""How the journal of a player is kept in a store: one value a quest, and one that lists them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from npcengine.errors import SaveCorrupt, UsageError
from npcengine.quest.model import Quest
from npcengine.quest.progress import Progress
from npcengine.quest.record.entry import Entry
from npcengine.stores.base import MAX_ID, check_version

VERSION = 1
OLDEST_LOADABLE = 1
# What each version added. 1: of a quest the quest itself, the progress, and why it failed; of the
# list the ids of the quests, the one that changed last at the end, and those of the last events;
# of a realm the quests that have what there is only one of.

LIST = "quests"
"""The name of the value that lists a player's quests."""
CLAIMS = "claims"
"""The name of the value that says which quests of a realm have what there is only one of."""
Holder: TypeAlias = tuple[str, str]
"""A player, and the id of a quest."""
MAX_EVENTS = 128
"""So many ids of events are remembered for a player."""
MAX_LISTED = 1_000
"""So many quests are read; far more than any player has."""

_Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID)]
_M = TypeVar("_M", bound=BaseModel)
_strictly = ConfigDict(strict=True, extra="forbid", ser_json_inf_nan="constants")


class _Head(BaseModel):
    model_config = ConfigDict(strict=True)

    npcengine_journal: int


class _Entry(BaseModel):
    model_config = _strictly

    npcengine_journal: int = VERSION
    quest: Quest
    progress: Progress
    reason: str = ""


class _Listing(BaseModel):
    model_config = _strictly

    npcengine_journal: int = VERSION
    quests: Annotated[tuple[_Id, ...], Field(max_length=MAX_LISTED)]
    events: Annotated[tuple[_Id, ...], Field(max_length=MAX_EVENTS)]


class _Claims(BaseModel):
    model_config = _strictly

    npcengine_journal: int = VERSION
    claims: Mapping[_Id, tuple[_Id, _Id]]


class Listing(NamedTuple):
    """What there is of a player's journal."""

    quests: tuple[str, ...] = ()
    """The ids of the quests, the one that changed last at the end."""
    events: tuple[str, ...] = ()
    """The ids of the last events, so that each counts once."""


def name_of(quest_id: str) -> str:
    """Return the name of the value that a quest is kept in."""
    return f"quest.{quest_id}"


def write_entry(entry: Entry) -> str:
    """Return an entry as JSON, without what only its last change says.

    Raises:
        UsageError: It cannot be written: a text in it is none, or a number.
    """
    kept = _Entry.model_construct(
        npcengine_journal=VERSION,
        quest=entry.quest,
        progress=entry.progress,
        reason=entry.reason,
    )
    try:
        return kept.model_dump_json(by_alias=True, warnings=False)
    except ValueError as error:  # pydantic's own is one
        problem = f"the quest {entry.quest.id!r:.80} cannot be kept: {error}"
        raise UsageError(f"{problem:.400}") from error


def read_entry(where: str, text: str, player: str, realm: str) -> Entry:
    """Return an entry that was written.

    Raises:
        SaveTooOld, SaveTooNew, SaveCorrupt: It cannot be read; each names `where` it stood.
    """
    kept = _read(where, text, _Entry)
    return Entry(kept.quest, player, realm, kept.progress, kept.reason)


def write_listing(quests: Iterable[str], events: Iterable[str]) -> str:
    """Return the list of a player's quests as JSON."""
    kept = {"quests": list(quests), "events": list(events)}
    return json.dumps({"npcengine_journal": VERSION, **kept}, ensure_ascii=False)


def read_listing(where: str, text: str) -> Listing:
    """Return a list that was written. Raises what `read_entry` raises."""
    kept = _read(where, text, _Listing)
    return Listing(kept.quests, kept.events)


def write_claims(claims: Mapping[str, Holder]) -> str:
    """Return who has what there is only one of as JSON."""
    return json.dumps({"npcengine_journal": VERSION, "claims": claims}, ensure_ascii=False)


def read_claims(where: str, text: str) -> Mapping[str, Holder]:
    """Return what was written of that. Raises what `read_entry` raises."""
    return _read(where, text, _Claims).claims


def _read(where: str, text: str, kind: type[_M]) -> _M:
    parse: Callable[[str], _M] = kind.model_validate_json
    try:
        version = _Head.model_validate_json(text).npcengine_journal
        check_version(where, version, oldest=OLDEST_LOADABLE, newest=VERSION)
        return parse(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        problem = f"{place}: {first['msg']}" if place else first["msg"]
        raise SaveCorrupt(where, problem) from error
