"""How replies look: their words, and where they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from math import floor, log10

from rich.text import Text

from npcengine.cli.visible import visible
from npcengine.turns import Piece, Reply

_STYLES = {"text": "", "emote": "dim italic", "thinking": "dim"}
_WHOLE = ("stop", "limit")


def spoken(pieces: Sequence[Piece]) -> Text:
    """Return pieces as they are shown; a `thinking` piece only until something is said."""
    shown = Text()
    kind = ""
    for piece in [each for each in pieces if each.kind != "thinking"] or pieces[-1:]:
        words = visible(f"*{piece.text}*" if piece.kind == "emote" else piece.text)
        apart = "emote" in (kind, piece.kind) and shown.plain[-1:].strip() and words[:1].strip()
        shown.append(f" {words}" if apart else words, _STYLES[piece.kind])
        kind = piece.kind
    return shown


def whole(reply: Reply) -> Text:
    """Return a reply that did not come piece by piece, as it is shown."""
    emotes = [Piece("emote", emote) for emote in reply.emotes]
    return spoken([*emotes, Piece("text", reply.text)])


def plain(reply: Reply) -> dict[str, object]:
    """Return a reply as data for JSON."""
    error = str(reply.error) if reply.error else None
    return asdict(replace(reply, error=None)) | {"error": error}


def source(reply: Reply) -> str:
    """Return where a reply came from."""
    model = f"{reply.provider} {reply.model}".strip()
    if reply.source == "authored":
        return f"authored ({reply.reason})"
    return model if reply.source == "model" else f"cache ({model})"


def source_line(reply: Reply) -> str:
    """Return where a reply came from, how long it took and what it cost, in one line."""
    heard = reply.elapsed if reply.first_text is None else reply.first_text
    first, total = f"{heard:.2f} s", f"{reply.elapsed:.2f} s"
    parts = [source(reply), *([total] if first == total else [f"first word {first}", total])]
    cost = 0.0 if reply.reason == "offline" else reply.cost
    if cost is not None:
        parts.append(dollars(cost))
    if reply.finish not in _WHOLE:
        parts.append(f"cut short ({reply.finish})")
    return " · ".join(parts)


def dollars(amount: float) -> str:
    """Return an amount with two significant digits, and at least with cents."""
    digits = 2 if amount <= 0 else max(2, 1 - floor(log10(amount)))
    return f"${amount:.{digits}f}"
