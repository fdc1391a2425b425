"""Ask a character one question, then hear it speak. Run it where the folder `personas` is."""

import asyncio

from npcengine import NPCEngine


async def main() -> None:
    async with NPCEngine.from_env(personas="personas") as engine:
        reply = await engine.say("blacksmith", "Can you mend this sword?", player="ayla")
        print(reply.text)

        async with engine.stream("blacksmith", "How long will it take?", player="ayla") as line:
            async for piece in line:
                if piece.kind == "text":  # the others are `emote` and `thinking`
                    print(piece.text, end="", flush=True)
        print()

        for each in (reply, line.reply):
            cost = "nothing" if each.cost is None else f"${each.cost:.6f}"
            print(f"[{each.source} {each.model or each.reason}, {each.elapsed:.2f} s, {cost}]")


if __name__ == "__main__":
    asyncio.run(main())
