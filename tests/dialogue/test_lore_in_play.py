"""Lore comes to mind where it is spoken of, stays there, and never before it is open."""

from npcengine import NPCEngine, Scene
from npcengine.lore.model import Lorebook
from npcengine.messages import ChatRequest, Message
from npcengine.persona.cast import Cast
from npcengine.persona.loader import parse_persona
from npcengine.stores.inmemory import InMemoryStore
from npcengine.testing.scripted import ScriptedBackend

MIRA = parse_persona(
    "id: mira\nname: Mira\ndescription: A smith.\nlorebooks: [oakvale]\n", "mira.yaml"
)
BOOK = Lorebook.model_validate(
    {
        "name": "Oakvale",
        "entries": (
            {"id": "mill", "keys": ("mill",), "text": "The mill burned down in spring."},
            {
                "id": "cave",
                "keys": ("marsh", "burned"),
                "text": "Under the marsh lies a cave.",
                "when": "trust >= 60",
            },
        ),
    }
)
CAST = Cast([MIRA], books={"oakvale": BOOK})


class Talk:
    """Some lines of one player, and what was asked for each."""

    def __init__(self) -> None:
        self.backend = ScriptedBackend(["Aye."])
        self.store = InMemoryStore()
        self.engine = NPCEngine(
            personas=CAST,
            backends={"fast": self.backend},
            store=self.store,
            facts={"trust": "number"},
        )

    async def say(self, line: str, trust: int = 0) -> ChatRequest:
        scene = Scene(facts={"trust": trust})
        await self.engine.say("mira", line, player="ayla", scene=scene)
        return self.backend.requests[-1]


def lore(request: ChatRequest) -> list[tuple[int, str]]:
    """Return where lore stands in the tail of a request, and its text."""
    return [
        (place, message.content.partition("\n")[2])
        for place, message in enumerate(request.tail)
        if message.role == "system" and message.content.startswith("What comes to")
    ]


async def test_it_stands_where_it_fired_and_the_prompt_begins_as_before() -> None:
    talk = Talk()
    async with talk.engine:
        first = await talk.say("What of the mill?")
        second = await talk.say("And the mill's owner?")
    assert lore(first) == [(0, "The mill burned down in spring.")]
    assert lore(second) == lore(first), "it is told once"
    scene = next(
        place for place, each in enumerate(first.tail) if "Only Mira speaks" in each.content
    )
    assert second.tail[:scene] == first.tail[:scene]
    assert second.tail[scene] == Message("user", "<speech>What of the mill?</speech>")
    assert (await talk.store.read(second.origin))[0].lore == ("oakvale/mill",)


async def test_what_is_locked_neither_fires_nor_stays() -> None:
    talk = Talk()
    async with talk.engine:
        shut = await talk.say("What is in the marsh?", trust=10)
        told = await talk.say("What is in the marsh?", trust=60)
        again = await talk.say("Nothing else?", trust=60)
        gone = await talk.say("Nothing else?", trust=10)
    texts = [[text for _, text in lore(each)] for each in (shut, told, again, gone)]
    assert texts == [[], ["Under the marsh lies a cave."], ["Under the marsh lies a cave."], []]


async def test_a_save_knows_what_came_to_mind() -> None:
    talk, other = Talk(), Talk()
    async with talk.engine, other.engine:
        await talk.say("What of the mill?")
        await other.engine.restore("main", await talk.engine.export("main"))
        request = await other.say("Go on.")
    assert lore(request) == [(0, "The mill burned down in spring.")]
