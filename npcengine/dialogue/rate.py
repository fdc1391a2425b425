"""How often a player may be answered by a model."""

from __future__ import annotations

from collections import OrderedDict, deque

MINUTE = 60.0
MAX_PLAYERS = 10_000
"""Of so many it is known when they spoke; who was quiet for longest is forgotten first."""


class Rate:
    """Counts the lines of each player."""

    def __init__(self, most: int | None) -> None:
        """Let each player say `most` lines in any minute; None for no limit."""
        self._most = most
        self._said: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, player: str, now: float) -> float:
        """Count a line and return 0; or the seconds to wait for the next one, not counting this."""
        if self._most is None:
            return 0.0
        said = self._said.get(player)
        if said is None:
            said = self._said[player] = deque(maxlen=self._most)
            if len(self._said) > MAX_PLAYERS:
                self._said.popitem(last=False)
        else:
            self._said.move_to_end(player)
        if len(said) == self._most and now - said[0] < MINUTE:
            return said[0] + MINUTE - now
        said.append(now)
        return 0.0
