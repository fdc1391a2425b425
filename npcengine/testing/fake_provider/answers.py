"""How one request is answered: plain frozen values, for `FakeProvider.plan`."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal

Style = Literal["groq", "openai", "local"]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A chat completion, and how it comes over the wire; by default a faultless one."""

    text: str = "Aye."
    _: KW_ONLY
    reasoning: str = ""
    """Sent before the text where the style shows reasoning; counted as tokens everywhere."""
    refusal: str = ""
    """Sent in place of the text."""
    finish: str = "stop"
    """The `finish_reason`."""
    usage: bool = True
    """False withholds all token counts."""
    delay: float = 0.0
    """Seconds before the first content: after the headers of a stream, else before them."""
    pace: float = 0.0
    """Seconds between the writes of a stream."""
    batch: int = 1
    """Chunks in one write."""
    split: int = 0
    """Write pieces of so many bytes in place of whole chunks, a client of the same event loop
    reading each alone."""
    newline: Literal["\n", "\r\n", "\r"] = "\n"
    """Ends the lines of a stream."""
    ping: bool = False
    """Put a comment before every chunk."""
    gzip: bool | None = None
    """True compresses although nobody asked; None as the client's `accept-encoding` says."""
    unstreamed: bool = False
    """One JSON document, although a stream was asked for."""
    after: int | None = None
    """How many chunks come before `frame` and `ending`: 0 the headers only, 1 the role, 3 two
    words; from the end as in a slice, -1 all but `[DONE]`. None means all. A JSON document is
    cut in its middle, or before its first byte when 0."""
    frame: str = ""
    """The lines of one event, as they stand, put in after `after` chunks."""
    ending: Literal["whole", "end", "drop", "stall"] = "whole"
    """After `after` chunks: go on, end the body cleanly, cut the connection, or fall silent."""


@dataclass(frozen=True, slots=True)
class ApiError:
    """An HTTP error with the body that the provider of that style gives."""

    status: int
    _: KW_ONLY
    code: str | None = None
    """Picks among the bodies of one status, as `insufficient_quota` for 429."""
    param: str | None = None
    message: str = ""
    """In place of the usual message."""
    headers: Headers = ()
    delay: float = 0.0
    """Seconds before the answer."""


@dataclass(frozen=True, slots=True)
class Page:
    """Any HTTP answer, as it stands."""

    body: bytes
    _: KW_ONLY
    status: int = 200
    content_type: str = "text/html"
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes on the socket in place of an HTTP answer."""

    data: bytes = b""
    _: KW_ONLY
    ending: Literal["close", "drop", "stall"] = "close"
    """Close when all is sent, cut the connection, or keep it open and fall silent."""


Step = Answer | ApiError | Page | Raw
