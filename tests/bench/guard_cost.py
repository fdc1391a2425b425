"""What the guard costs: a piece of a reply on its way to the player, and a player's line.

Measured in this process's own processor time, in whole replies, of which the median counts.
"""

from __future__ import annotations

import gc
import statistics
import time

from npcengine.guard.heard import harmless
from npcengine.guard.said import OutputGuard, Watch
from npcengine.prompt.sections import RULES
from tests.bench.rows import Row, finish

REPLIES = 300
PIECE = 20
"""Characters: a few words, as one network read brings them."""
LINE = "Can you mend this sword by tomorrow morning, please? I can pay."
WATCH = Watch(
    locked=(("brother", ("deserter", "old mill", "Tam Holt")), ("vault", ("thistledown",))),
    banned=("arse", "bloody hell"),
    voices=("Borin", "Captain Rusk", "Doctor Shen"),
    private=(RULES,),
    canary="k7q2x9zd",
)
SAID = {
    "English": "Aye, I could mend that blade by supper if ye leave it here. Two silver, and keep "
    "it out of the wet after. Ask Humphrey at the inn, he knows the mage. ",
    "German": "Ja, die Klinge kann ich bis zum Abend richten, wenn du sie hier lässt. Zwei "
    "Silberstücke, und halt sie nachher trocken. Frag Humphrey im Gasthaus. ",
    "Chinese": "行，你把剑放在这里，晚饭前我能修好。两枚银币，之后别让它淋湿。去问客栈的汉弗莱吧。",
}


def piece_cost(language: str) -> Row:
    text = SAID[language] * 4
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    spent = []
    gc.disable()
    for _ in range(REPLIES):
        begun = time.process_time()
        guard = OutputGuard(WATCH, ("Ayla",))
        for piece in pieces:
            guard.feed(piece)
        guard.close()
        spent.append((time.process_time() - begun) / len(pieces) * 1e6)
        if guard.violation:
            raise RuntimeError(f"an innocent reply was stopped: {guard.violation}")
    gc.enable()
    best = f"{PIECE} characters; best {min(spent):.0f}"
    return Row(f"guard a piece, {language}", statistics.median(spent), "µs", 30, None, best)


def line_cost() -> Row:
    begun = time.process_time()
    for _ in range(REPLIES * 10):
        harmless(LINE, ("Mira Holt", "Mira", "Ayla"))
    spent = (time.process_time() - begun) / (REPLIES * 10) * 1e6
    return Row("a player's line made harmless", spent, "µs", 100)


def main() -> None:
    finish([*(piece_cost(language).tell() for language in SAID), line_cost().tell()])


if __name__ == "__main__":
    main()
