"""Every error of the engine, grouped by who has to act.

NPCEngineError
├─ UsageError            the programmer
│  ├─ UnknownNPC         no persona has that id
│  ├─ InvalidLine        a player's line that is empty or too long
│  ├─ InvalidSetting     a setting that cannot be used as it stands
│  ├─ MissingKey         a provider was asked for whose key is not set
│  ├─ NoRoute            strict mode, and no provider to ask
│  └─ EngineClosed       the engine was used after it was closed
├─ ContentError          the writer: file:line:column, field, code, suggestion
├─ BackendError          the provider, or the way to it
│  ├─ Unreachable        no connection: refused, unresolved, TLS, proxy
│  ├─ DeadlineExceeded   the time for an answer ran out
│  ├─ RateLimited        429, or capacity for the moment
│  ├─ QuotaExhausted     the account has no money or quota left
│  ├─ KeyRejected        401 or 403
│  ├─ ModelUnavailable   the model is retired, or not open to this account
│  ├─ RequestTooLarge    413, or more tokens than the context holds
│  ├─ RequestRefused     any other 4xx: the provider will not take it as it is
│  ├─ ProviderFailed     5xx
│  ├─ BadAnswer          an answer that is not a chat completion
│  ├─ EmptyAnswer        an answer without a visible word
│  ├─ StreamBroken       a stream that ended before it was finished
│  ├─ LimitReached       the route's limit is reached by our own count
│  ├─ RouteResting       the route failed too often and is left alone for a while
│  └─ AllBackendsFailed  every backend of a chain failed; carries each error
├─ OutputError           the model: what it wrote cannot be used
└─ StoreError            the disk, or what is kept there
   ├─ SaveTooOld         written by a version whose form is no longer read
   ├─ SaveTooNew         written by a newer version
   ├─ SaveCorrupt        damaged, or not a save of npcengine
   └─ StoreUnavailable   cannot be read or written now: in use, read-only, full
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from npcengine.diagnostics import Diagnostic


class NPCEngineError(Exception):
    """The base of everything that the engine raises on purpose."""


class UsageError(NPCEngineError):
    """The programmer's call, or the configuration, has to change."""


LISTED = 12
"""How many ids a message lists."""


class UnknownNPC(UsageError):
    """No loaded persona has this id. Carries `npc` and the ids that are `known`."""

    def __init__(self, npc: str, known: Sequence[str], suggestion: str | None = None) -> None:
        self.npc = npc
        self.known = tuple(known)
        self.suggestion = suggestion
        hint = f" Did you mean {suggestion!r}?" if suggestion else ""
        more = f" and {len(self.known) - LISTED} more" if len(self.known) > LISTED else ""
        listed = ", ".join(self.known[:LISTED]) or "none"
        super().__init__(f"no persona has the id {npc!r:.80}.{hint} Loaded: {listed}{more}.")


class InvalidLine(UsageError):
    """A player's line that cannot be said: empty, or longer than the limit."""


class InvalidSetting(UsageError):
    """A setting that cannot be used as it stands. Carries its `name` and the `problem`."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        self.problem = problem
        super().__init__(f"{name}: {problem}")


class MissingKey(UsageError):
    """A route names a provider whose key is not set. Carries `provider` and `variable`."""

    def __init__(self, provider: str, variable: str) -> None:
        self.provider = provider
        self.variable = variable
        super().__init__(f"{provider!r} needs a key: set {variable}, or take its routes out")


class NoRoute(UsageError):
    """No provider can be asked: none is set up, or the characters are to speak authored lines."""

    def __init__(self, problem: str = "") -> None:
        super().__init__(
            problem
            or "no model can be asked: set GROQ_API_KEY or OPENAI_API_KEY, "
            "or NPCENGINE_FAST to a local server such as ollama:MODEL"
        )


class EngineClosed(UsageError):
    """The engine was used after `aclose()`, or after its `async with` block."""


class ContentError(NPCEngineError):
    """Content that a writer has to mend. Carries every finding in `diagnostics`."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(each) for each in self.diagnostics))


Remedy = Literal[
    "again",  # the same request to the same backend, in a moment
    "wait",  # the same, when the provider said to
    "shrink",  # a shorter request
    "drop",  # the request without the parameter that is refused
    "elsewhere",  # another backend, at once
    "never",  # another backend; this one not before its configuration has changed
]


class BackendError(NPCEngineError):
    """A provider did not give an answer that can be used. Never carries a key."""

    remedy: ClassVar[Remedy] = "elsewhere"
    """What helps."""
    usages: tuple[object, ...] = ()
    """The `Usage` of each request that cost something all the same, as far as is known."""

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        model: str = "",
        status: int | None = None,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.message = message
        self.provider = provider
        self.model = model
        self.status = status
        self.code = code
        self.param = param
        self.request_id = request_id
        self.retry_after = retry_after
        """Seconds that the provider asks to wait; None when it did not say."""
        super().__init__(message)

    def __str__(self) -> str:
        where = " ".join(part for part in (self.provider, self.model) if part)
        status = f"HTTP {self.status}: " if self.status else ""
        request = f" [request {self.request_id}]" if self.request_id else ""
        return f"{where}: {status}{self.message}{request}" if where else f"{status}{self.message}"


class Unreachable(BackendError):
    """No connection to the provider: refused, unresolved, TLS or proxy trouble."""

    remedy = "again"


class DeadlineExceeded(BackendError):
    """The time for an answer ran out before its first word."""


class RateLimited(BackendError):
    """Too many requests or tokens for the moment; `retry_after` says how long, if told."""

    remedy = "wait"


class QuotaExhausted(BackendError):
    """The account has no quota or credit left; waiting does not help."""

    remedy = "never"


class KeyRejected(BackendError):
    """The provider refuses the key, or the key may not use this model."""

    remedy = "never"


class ModelUnavailable(BackendError):
    """The model is retired, misspelt, or not open to this account."""

    remedy = "never"


class RequestTooLarge(BackendError):
    """More tokens than the provider takes in one request; waiting does not help."""

    remedy = "shrink"


class RequestRefused(BackendError):
    """The provider refuses the request as it stands; `param` names the part, if told."""

    remedy = "drop"


class ProviderFailed(BackendError):
    """The provider failed on its own side (5xx)."""

    remedy = "again"


class BadAnswer(BackendError):
    """The answer is not a chat completion: HTML, broken JSON, an unasked-for encoding."""


class StreamBroken(BackendError):
    """The stream ended before it was finished: cut, stalled, or an error inside it."""

    remedy = "again"


class EmptyAnswer(BackendError):
    """The model ended without a visible word; `finish` tells why, if it was told."""

    def __init__(self, message: str, finish: str | None = None) -> None:
        super().__init__(message)
        self.finish = finish


class LimitReached(BackendError):
    """The route's limit, or a budget, is reached by our own count. See `retry_after`."""


class RouteResting(BackendError):
    """The route failed lately and was not asked; `limited` where the provider asked for that."""

    def __init__(self, message: str, *, retry_after: float, limited: bool) -> None:
        self.limited = limited
        super().__init__(message, retry_after=retry_after)


class AllBackendsFailed(BackendError):
    """Every backend of a chain failed. Carries each one's error in `errors`."""

    def __init__(self, errors: Sequence[BackendError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(str(error) for error in self.errors))


class OutputError(NPCEngineError):
    """The model wrote something that cannot be used. Carries the `raw` text."""

    def __init__(self, problem: str, raw: str) -> None:
        self.raw = raw
        super().__init__(problem)


class StoreError(NPCEngineError):
    """What is remembered cannot be read or written. Carries `where` it is kept: the file."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        super().__init__(f"{where}: {problem}")


class SaveTooOld(StoreError):
    """A save in a form that is no longer read. Carries its `version` and the `oldest` read."""

    def __init__(self, where: str, version: int, oldest: int) -> None:
        self.version = version
        self.oldest = oldest
        problem = f"it is of version {version}, and versions before {oldest} are no longer read: "
        remedy = "let an older npcengine read it, or begin another; it has not been changed"
        super().__init__(where, problem + remedy)


class SaveTooNew(StoreError):
    """A save of a newer npcengine. Carries its `version` and the `newest` that is read."""

    def __init__(self, where: str, version: int, newest: int) -> None:
        self.version = version
        self.newest = newest
        problem = f"it is of version {version}, and this npcengine reads up to {newest}: "
        remedy = "update npcengine, or begin another; it has not been changed"
        super().__init__(where, problem + remedy)


class SaveCorrupt(StoreError):
    """A save that is damaged, or not one of npcengine's. Carries the `problem`."""

    def __init__(self, where: str, problem: str) -> None:
        self.problem = problem
        remedy = "go back to a copy, or begin another; it has not been changed"
        super().__init__(where, f"{problem}: {remedy}")


class StoreUnavailable(StoreError):
    """The store cannot be read or written now; the message says what to do."""
