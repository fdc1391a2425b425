"""Three characters of Oakvale answer a short conversation."""

import asyncio
from collections import Counter
from pathlib import Path

from npcengine import NPCEngine, Reply, Scene
from npcengine.cli.notes import Notes
from npcengine.cli.replies import dollars, source
from npcengine.cli.screen import Screen
from npcengine.cli.terms import OFFLINE, is_offline

PERSONAS = Path(__file__).parent.parent / "personas"
PLAYER = "ayla"
TALKS = {
    "blacksmith": ("Can you mend this sword?", "And how much for a new one?"),
    "mage": ("What do you think of the blacksmith?", "What is wrong with the mill?"),
    "innkeeper": ("Do you have a room for the night?", "Where is the caravan?"),
}
GO_ON = "Go on: `scripts/demo chat blacksmith`, or `.venv/bin/npcengine chat blacksmith`"


async def main() -> None:
    screen, notes = Screen(decorated=True), Notes()
    replies: list[Reply] = []
    async with NPCEngine.from_env(personas=PERSONAS) as engine:
        if is_offline(engine):
            notes.take()
            screen.write(OFFLINE)
        for npc, lines in TALKS.items():
            replies += await talk(engine, npc, lines, screen, notes)
    screen.gap()
    screen.write(summary(replies))
    screen.write(GO_ON)


async def talk(
    engine: NPCEngine, npc: str, lines: tuple[str, ...], screen: Screen, notes: Notes
) -> list[Reply]:
    persona = engine.cast[npc]
    screen.gap()
    screen.write(f"{persona.name}, {persona.role}", "bold underline")
    replies = []
    for said in lines:
        screen.write(f"{PLAYER}> {said}")
        scene = Scene(place="Oakvale", time="early evening")
        async with engine.stream(npc, said, player=PLAYER, scene=scene) as line:
            replies.append(await screen.speak(persona.name, line))
        for note in notes.take():
            screen.remark(note, indent=2)
    return replies


def summary(replies: list[Reply]) -> str:
    sources = Counter(source(reply) for reply in replies)
    counted = ", ".join(f"{count} {name}" for name, count in sources.items())
    cost = dollars(sum(reply.cost or 0.0 for reply in replies))
    return f"{len(replies)} turns: {counted}. {cost} in all."


if __name__ == "__main__":
    asyncio.run(main())
