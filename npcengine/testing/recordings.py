"""The file of a recording: requests and their answers, to be read, edited and compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from npcengine import errors
from npcengine.backend.failures import without_secrets
from npcengine.errors import BackendError, StreamBroken, UsageError
from npcengine.messages import ChatRequest, Completion, Finish, Message, Sampling, Usage

HEAD = """\
# What models were asked and what they answered, recorded by npcengine.testing.replay.
# It may be edited; to record it anew, delete it.
"""

_ERROR_FIELDS = ("provider", "model", "status", "code", "param", "retry_after")
_OWN_FIELDS = ("finish", "limited")
"""Those that some kinds of errors have beside them."""
_REQUEST = re.compile(r" \[request [^]]*\]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Recorded(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Failed(_Recorded):
    """An error in place of an answer, or at its end."""

    type: str
    """The name of its class."""
    message: str
    fields: dict[str, str | int | float | bool | None] = {}
    errors: tuple[Failed, ...] = ()

    @classmethod
    def of(cls, error: Exception) -> Failed:
        """Write an error down."""
        if not isinstance(error, BackendError):
            error = StreamBroken(str(error))
        told = {name: getattr(error, name, None) for name in (*_ERROR_FIELDS, *_OWN_FIELDS)}
        return cls(
            type=type(error).__name__,
            message=safe(_REQUEST.sub("", error.message)),
            fields={name: value for name, value in told.items() if value not in (None, "")},
            errors=tuple(map(cls.of, getattr(error, "errors", ()))),
        )

    def error(self) -> BackendError:
        """Return an error that is the same for whoever catches it."""
        kind = getattr(errors, self.type, BackendError)
        error: BackendError = kind.__new__(kind)
        BackendError.__init__(error, self.message)
        vars(error).update(self.fields)
        if self.errors:
            vars(error)["errors"] = tuple(each.error() for each in self.errors)
        return error


class Answered(_Recorded):
    """A whole answer, as it came."""

    pieces: tuple[str, ...]
    finish: Finish
    provider: str
    model: str
    usage: Usage
    cost: float | None = None
    error: Failed | None = None
    """What broke it off."""

    @classmethod
    def of(cls, pieces: Sequence[str], said: Completion) -> Answered:
        """Write an answer down, without what is different each time."""
        whole = "".join(pieces)
        if (shown := safe(whole)) != whole:  # a key may come in several pieces
            pieces = [shown]
        return cls(
            pieces=tuple(pieces),
            finish=said.finish,
            provider=said.provider,
            model=said.model,
            usage=said.usage,
            cost=said.cost,
            error=Failed.of(said.error) if said.error is not None else None,
        )


class Exchange(_Recorded):
    """One request, and what came of it."""

    npc: str
    player: str
    realm: str
    prompt: tuple[Message, ...]
    """The messages that never change for a persona."""
    messages: tuple[Message, ...]
    """The others."""
    max_tokens: int
    sampling: Sampling = Sampling()
    answer: Answered | Failed | None = None

    @classmethod
    def of(cls, request: ChatRequest) -> Exchange:
        """Write a request down, without secrets. Nothing has come of it yet."""
        return cls(
            npc=request.origin.npc,
            player=request.origin.player,
            realm=request.origin.realm,
            prompt=tuple(
                Message(each.role, safe(each.content)) for each in request.prefix.messages
            ),
            messages=tuple(Message(each.role, safe(each.content)) for each in request.tail),
            max_tokens=request.max_tokens,
            sampling=request.sampling,
        )

    @property
    def key(self) -> tuple[object, ...]:
        """What the answer depends on. Who asks is no part of it: the words tell that."""
        return self.npc, self.prompt, self.messages, self.max_tokens, self.sampling

    def __str__(self) -> str:
        said = self.messages[-1].content if self.messages else ""
        return f"{self.npc}, asked by {self.player}: {said}"


def safe(text: str) -> str:
    """Return `text` without secrets, and without what no file can hold."""
    shown = without_secrets(text.encode("utf-8", "replace").decode())
    # Brackets would be taken for markup when it is said, and the next request be another one.
    return shown.replace("[key]", "(key)").replace("[user]", "(user)")


def write(path: Path, exchanges: Iterable[Exchange]) -> None:
    """Write a recording: by realm, character and player, then in the order of asking."""
    told = sorted(exchanges, key=lambda each: (each.realm, each.npc, each.player))
    prompts: dict[tuple[Message, ...], str] = {}
    for each in told:
        if each.prompt not in prompts:
            prompts[each.prompt] = _name(each.npc, list(prompts.values()))
    document = {
        "prompts": {name: _plain(prompt) for prompt, name in prompts.items()},
        "exchanges": [_row(each, prompts[each.prompt]) for each in told],
    }
    text = yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + text, "utf-8")


def read(path: Path) -> tuple[Exchange, ...]:
    """Read a recording. Raises `UsageError`, which says what is wrong with it."""
    try:
        document = yaml.load(path.read_text("utf-8"), _LOADER)  # noqa: S506 - a safe one
        prompts = document["prompts"]
        rows = [each | {"prompt": prompts[each["prompt"]]} for each in document["exchanges"]]
        return tuple(Exchange.model_validate(row) for row in rows)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = str(error)
    except (KeyError, TypeError, AttributeError) as error:
        problem = f"it is not in the form of a recording ({error})"
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        problem = f"an exchange has a mistake at {where}: {first['msg']}"
    raise UsageError(f"{path}: {problem}; mend it, or delete it and record it anew")


def _name(npc: str, taken: Sequence[str]) -> str:
    names = (npc if number == 1 else f"{npc} {number}" for number in count(1))
    return next(name for name in names if name not in taken)


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _FlowList(list[Any]):
    """A list that is written on one line, while that is wide enough."""


def _plain(messages: Iterable[Message]) -> list[dict[str, str]]:
    return [each._asdict() for each in messages]


def _row(exchange: Exchange, prompt: str) -> Mapping[str, Any]:
    row = exchange.model_dump(mode="json", exclude_defaults=True)
    row |= {"prompt": prompt, "messages": _plain(exchange.messages)}
    if "sampling" in row:
        row["sampling"] = _Flow(row["sampling"])
    answer = row["answer"]
    for name in answer.keys() & {"usage", "fields"}:
        answer[name] = _Flow(answer[name])
    if "pieces" in answer:
        answer["pieces"] = _FlowList(answer["pieces"])
    return row


class _Dumper(yaml.SafeDumper):
    """Writes longer texts as blocks, and lists indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(
    _Flow, lambda dumper, each: dumper.represent_mapping("tag:yaml.org,2002:map", each, True)
)
_Dumper.add_representer(
    _FlowList, lambda dumper, each: dumper.represent_sequence("tag:yaml.org,2002:seq", each, True)
)
