"""Three characters of Oakvale answer a short conversation, and one of them hands out a quest."""

import asyncio
from collections import Counter
from pathlib import Path

from npcengine import NPCEngine, Quest, QuestBrief, Reply, Scene
from npcengine.cli.notes import Notes
from npcengine.cli.quest_page import write_quest
from npcengine.cli.replies import dollars, source
from npcengine.cli.screen import Screen
from npcengine.cli.terms import OFFLINE, is_offline

PERSONAS = Path(__file__).parent.parent / "personas"
WORLD = Path(__file__).parent / "oakvale" / "world.yaml"
PLAYER = "ayla"
TALKS = {
    "blacksmith": ("Can you mend this sword?", "And how much for a new one?"),
    "mage": ("What do you think of the blacksmith?", "What is wrong with the mill?"),
    "innkeeper": ("Do you have a room for the night?", "Where is the caravan?"),
}
BRIEF = QuestBrief("innkeeper", player=PLAYER, theme="the missing caravan")
GO_ON = "Go on: `scripts/demo chat blacksmith`, or `scripts/demo quest innkeeper --seed 2`"


async def main() -> None:
    screen, notes = Screen(decorated=True), Notes()
    replies: list[Reply] = []
    async with NPCEngine.from_env(personas=PERSONAS, world=WORLD) as engine:
        if is_offline(engine):
            notes.take()
            screen.write(OFFLINE)
        for npc, lines in TALKS.items():
            replies += await talk(engine, npc, lines, screen, notes)
        await hand_out(engine, screen)
        for note in notes.take():
            screen.remark(note, indent=2)
        screen.write(summary(replies, engine.spent.total.cost))
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


async def hand_out(engine: NPCEngine, screen: Screen) -> None:
    screen.gap()
    screen.write(f"A quest of {engine.cast[BRIEF.giver].name}", "bold underline")
    made = await engine.quest(BRIEF)
    if isinstance(made, Quest):
        write_quest(made, engine.quests.world, BRIEF.locale, screen)
    else:
        screen.write(made.message)


def summary(replies: list[Reply], dollars_spent: float) -> str:
    sources = Counter(source(reply) for reply in replies)
    counted = ", ".join(f"{count} {name}" for name, count in sources.items())
    return f"{len(replies)} turns: {counted}. {dollars(dollars_spent)} in all."


if __name__ == "__main__":
    asyncio.run(main())
