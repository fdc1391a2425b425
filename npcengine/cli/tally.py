"""What a talk has cost so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from npcengine.cli.counted import counted
from npcengine.cli.replies import dollars, source
from npcengine.turns import Reply


class Tally:
    """Counts replies, and what was paid for them."""

    def __init__(self) -> None:
        self._replies: list[Reply] = []

    def add(self, reply: Reply) -> None:
        """Count a reply."""
        self._replies.append(reply)

    def lines(self) -> list[str]:
        """Return what there is to tell, in a few short lines."""
        if not self._replies:
            return ["Nothing was said yet."]
        sources = Counter(reply.source for reply in self._replies)
        turns = ", ".join(f"{count} {name}" for name, count in sources.most_common())
        return [
            f"turns   {len(self._replies)}: {turns}",
            f"tokens  {_tokens(self._replies)}",
            f"cost    {_cost(self._replies)}",
            f"last    {source(self._replies[-1])} · {_tokens(self._replies[-1:])}"
            f" · {_cost(self._replies[-1:])}",
        ]


def _paid(replies: Sequence[Reply]) -> list[Reply]:
    """Return those that a provider was asked for; one from our cache was paid once before."""
    return [reply for reply in replies if reply.usage is not None and reply.source != "cache"]


def _tokens(replies: Sequence[Reply]) -> str:
    used = [reply.usage for reply in _paid(replies) if reply.usage is not None]
    prompt, completion = sum(each.prompt for each in used), sum(each.completion for each in used)
    return f"{prompt:,} in, {completion:,} out"


def _cost(replies: Sequence[Reply]) -> str:
    paid = _paid(replies)
    known = [reply for reply in paid if reply.cost is not None]
    unknown = len(paid) - len(known)
    if unknown and not known:
        return "unknown price"
    about = any(reply.usage.estimated for reply in known if reply.usage is not None)
    total = dollars(sum(reply.cost for reply in known if reply.cost is not None))
    more = f", and {counted(unknown, 'turn')} of unknown price" if unknown else ""
    return f"{'about ' if about else ''}{total}{more}"
