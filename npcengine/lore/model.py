"""The lorebook: what there is to know, and by which words the talk comes to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from npcengine.conditions.when import When
from npcengine.content.model import NOTHING, Content, Extensions
from npcengine.lore.decorators import FIELDS, LONGEST_KEY, MOST, parse, write

Key = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_KEY)]
EntryId = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
LoreText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Rank = Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000)]
Logic = Literal["and_any", "and_all", "not_any", "not_all"]

_LONGEST_DEFAULT_ID = 40


class Entry(Content):
    """Something to know. The smallest is `keys` and `text`."""

    id: EntryId = ""
    """What the entry is called in reports. Left out, it is the first key."""
    keys: tuple[Key, ...] = ()
    """It fires when one of these is said: words, or a regular expression as `/mills?/i`."""
    text: LoreText
    """What the character then knows."""
    secondary: tuple[Key, ...] = ()
    """More keys, of which `logic` says what they have to do."""
    logic: Logic = "and_any"
    """How many of `secondary` are said too: one or more, all, none, or not all."""
    additional: tuple[tuple[Key, ...], ...] = ()
    """Groups of keys; of each group, one has to be said too."""
    exclude: tuple[Key, ...] = ()
    """It does not fire when one of these is said."""
    regex: bool = False
    """True when all its keys are regular expressions, without slashes around them."""
    case_sensitive: bool = False
    """True when `Mill` is not `mill`."""
    whole_words: bool = True
    """False when `mill` is found in `miller` too. Scripts without spaces know no words."""
    scan_depth: Count | None = None
    """In how many of the last messages keys are looked for, instead of what the book says."""
    constant: bool = False
    """True when it fires whatever is said."""
    when: When | None = None
    """Nobody hears of it unless this is true: `trust >= 40`."""
    tags: tuple[Tag, ...] = ()
    """Who may know it: characters with a `scope` that has all of these, or with no scope."""
    since: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """When it happened: characters whose `knows_until` is earlier do not know it."""
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How often it fires when it could: 0.5 is every other time."""
    order: Rank = 100
    """Where it stands among those that fire: smaller is earlier."""
    priority: Rank = 0
    """When not all fit: larger is kept first; of the same priority, larger `order`."""
    expendable: bool = False
    """True when it is the first to go when not all fit."""
    fires_others: bool = True
    """False when its text fires no other entry, in a book that is `recursive`."""
    fired_by_others: bool = True
    """False when only what is said fires it, and no text of another entry."""
    after: Count = 0
    """It fires only once the character has replied so many times."""
    every: Annotated[int, Field(ge=1, le=MOST)] = 1
    """It fires only when the number of the character's replies can be divided by this."""
    greeting: Count | None = None
    """It fires only where the talk began with the greeting of this number; 0 is the first."""
    once: bool = False
    """True when it fires once in a conversation."""
    lasting: bool = False
    """True when, having fired, it fires again as soon as it stands in the prompt no longer."""
    enabled: bool = True
    """False when it never fires."""
    decorators: tuple[str, ...] = ()
    """Lines of an imported card that have no effect here, kept for its export."""
    extensions: Extensions = NOTHING
    """What an imported card says and nothing here uses, kept for its export."""

    @property
    def content(self) -> str:
        """The text with decorators before it, as a card has it."""
        fields = {field: getattr(self, field) for field in FIELDS}
        return write(fields, self.decorators, self.text)

    @model_validator(mode="before")
    @classmethod
    def _read_decorators(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        text = given.get("text")
        if not isinstance(text, str) or not text.lstrip().startswith("@@"):
            return given
        fields, kept, rest = parse(text)
        return {"decorators": kept, **given, **fields, "text": rest}


class Lorebook(Content):
    """Entries that belong together. The smallest is `entries`."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    """What the book is called in reports. Left out, it is the name of the file."""
    scan_depth: Count = 4
    """In how many of the last messages keys are looked for."""
    budget: Count = 400
    """Tokens that the entries of the book may take in one turn."""
    recursive: bool = False
    """True when the text of an entry that fires is read for keys as if it had been said."""
    entries: tuple[Entry, ...] = ()
    """What there is to know. The order does not matter."""
    extensions: Extensions = NOTHING
    """What an imported book says and nothing here uses, kept for its export."""

    @field_validator("entries", mode="after")
    @classmethod
    def _name_entries(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Give each entry an id that depends on nothing but itself, or on one like it."""
        names = [_default_id(entry) for entry in entries]
        shared = Counter(names)
        return tuple(
            entry
            if entry.id
            else entry.model_copy(
                update={"id": name if shared[name] == 1 else _marked(name, entry)}
            )
            for entry, name in zip(entries, names, strict=True)
        )


def _default_id(entry: Entry) -> str:
    name = entry.id or (entry.keys[0] if entry.keys else entry.text)
    return entry.id or " ".join(name.split())[:_LONGEST_DEFAULT_ID] or "entry"


def _marked(name: str, entry: Entry) -> str:
    digest = blake2b(repr(entry).encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()
    return f"{name}~{digest}"
