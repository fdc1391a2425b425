"""Three characters talk at once in a loop of 60 frames a second. Run it where `personas` is.

It prints each sentence as it comes and, at the end, how late the frames began.
"""

import time
from collections import deque
from statistics import quantiles

from npcengine import BlockingEngine, PendingLine

FRAME = 1 / 60
AT_LEAST = 60
"""Frames to run, so that there is something to measure when the answers come at once."""
TALKS = {
    "blacksmith": ("Can you mend this sword?", "How long will it take?"),
    "mage": ("What is wrong with the mill?", "Can you do anything about it?"),
    "innkeeper": ("Do you have a room for the night?", "Who else is staying?"),
}


class Talk:
    """What one character is still to be asked, and what it is saying now."""

    def __init__(self, engine: BlockingEngine, npc: str, questions: tuple[str, ...]) -> None:
        self._engine = engine
        self._npc = npc
        self._name = engine.cast[npc].name
        self._questions = deque(questions)
        self._line: PendingLine | None = None
        self._heard = ""
        self.over = False

    def update(self, frame: int) -> None:
        """Do what there is to do in one frame."""
        if self._line is not None:
            self._listen(self._line, f"{frame:5}  {self._name}")
        elif self._questions:
            question = self._questions.popleft()
            self._line = self._engine.say_soon(self._npc, question, player="ayla")
        else:
            self.over = True

    def _listen(self, line: PendingLine, who: str) -> None:
        for piece in line.poll():
            self._heard += piece.text if piece.kind == "text" else f" *{piece.text}* "
        if self._heard.endswith((".", "!", "?")) or (self._heard and line.done):
            print(f"{who}: {self._heard.strip()}")
            self._heard = ""
        if line.done:
            print(f"{who} has ended: {line.reply.source} {line.reply.reason or line.reply.model}")
            self._line = None


def main() -> None:
    with BlockingEngine.from_env(personas="personas") as engine:
        talks = [Talk(engine, npc, questions) for npc, questions in TALKS.items()]
        late: list[float] = []
        due = time.perf_counter()
        while len(late) < AT_LEAST or not all(talk.over for talk in talks):
            time.sleep(max(0.0, due - time.perf_counter()))
            late.append(time.perf_counter() - due)
            due += FRAME
            for talk in talks:
                talk.update(len(late))
    percent = quantiles(late, n=100, method="inclusive")
    p50, p99, most = (f"{1000 * each:.2f}" for each in (percent[49], percent[98], max(late)))
    print(f"{len(late)} frames, late by p50 {p50} ms, p99 {p99} ms, at most {most} ms")


if __name__ == "__main__":
    main()
