"""A small game: three quests hang on a board, one is taken, and played to its end.

The player follows the plan that came with the quest. The game does what the world's rules say,
and tells the journal of it; nothing else can end a quest.
"""

import asyncio
from pathlib import Path

from npcengine import (
    Entry,
    NPCEngine,
    Quest,
    QuestBrief,
    Refusal,
    State,
    events_of,
    perform,
    readable,
)

HERE = Path(__file__).parent
GIVERS = ("innkeeper", "guard_captain", "blacksmith")
PLAYER, REALM = "ayla", "main"


async def main() -> None:
    world = HERE / "oakvale" / "world.yaml"
    async with NPCEngine.from_env(personas=HERE.parent / "personas", world=world) as engine:
        board = await hang_up(engine)
        chosen = board[0]
        await show_giver(engine, chosen.giver)

        entry = await engine.quests.journal.accept(chosen.id, PLAYER, {}, REALM)
        print(f"\n{PLAYER} takes it: {entry.status}.")
        await show_giver(engine, chosen.giver)

        entry = await play(engine, entry)
        print(f"\nIt is {entry.status}.")
        if entry.outcome is not None:
            thanks = readable(chosen, engine.quests.world, "en", PLAYER).thanks
            reward = entry.outcome.reward
            print(f"{chosen.giver}: {thanks[entry.outcome.id]}")
            print(f"{PLAYER} gets {reward.money:g} coppers and {reward.experience:g} experience.")
        await show_giver(engine, chosen.giver)


async def hang_up(engine: NPCEngine) -> list[Quest]:
    """Let each giver offer a quest, and print what the board says."""
    board: list[Quest] = []
    for giver in GIVERS:
        made = await engine.quest(QuestBrief(giver, player=PLAYER, theme="the missing caravan"))
        if not isinstance(made, Quest):
            print(f"- {made.message}")
            continue
        await engine.quests.journal.offer(made, PLAYER, REALM)
        board.append(made)
        texts = readable(made, engine.quests.world, "en", PLAYER)
        print(f"- {texts.title}\n    {texts.offer}")
        for objective in made.objectives:
            print(f"    [ ] {texts.objectives[objective.id]}")
    return board


async def play(engine: NPCEngine, entry: Entry) -> Entry:
    """Do what the plan of a quest says, until the journal says that the quest is over."""
    quests = engine.quests
    texts = readable(entry.quest, quests.world, "en", PLAYER)
    state = State.of(quests.index)
    plan = entry.quest.proof.plans[0].steps if entry.quest.proof else ()
    for task in plan:
        done = perform(state, task.step)
        if isinstance(done, Refusal):
            raise SystemExit(f"{task.step} cannot be done: {done.message}")
        print(f"\n> {task.step}")
        for event in events_of(state, done.action):
            print(f"    {event.kind} {event.what}")
            for changed in await quests.journal.advance(event, [PLAYER], REALM):
                entry = changed
                for id in entry.done:
                    print(f"    [x] {texts.objectives[id]}")
        state = done.state
    return entry


async def show_giver(engine: NPCEngine, giver: str) -> None:
    """Print what a giver has in mind of the player's quests, and what they say."""
    note = engine.quests.journal.notes(giver, PLAYER, REALM)
    reply = await engine.say(giver, "About that work.", player=PLAYER)
    print(f"\n{giver} has in mind: {note or 'nothing'}")
    print(f"{giver}: {reply.text}  [{reply.source} {reply.reason or reply.model}]")


if __name__ == "__main__":
    asyncio.run(main())
