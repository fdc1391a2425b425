"""`npcengine quest GIVER`: one quest; with --count, a pool of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from npcengine.cards.writing import write_files
from npcengine.cli.batch import INTERRUPTED
from npcengine.cli.exits import WRONG_INPUT
from npcengine.cli.notes import Notes
from npcengine.cli.quest_page import write_quest
from npcengine.cli.quest_pool import Filling
from npcengine.cli.quest_terms import Facts, World, told_in, world_of
from npcengine.cli.screen import Screen
from npcengine.cli.terms import (
    PERSONAS,
    AsJson,
    Personas,
    cast_of,
    is_offline,
    opened_store,
    personas_path,
)
from npcengine.configuration import MEMORY, Budgets
from npcengine.engine import NPCEngine
from npcengine.errors import LISTED, UsageError
from npcengine.persona.cast import Cast
from npcengine.quest.brief import Mode, QuestBrief
from npcengine.quest.maker import Made
from npcengine.quest.model import DIFFICULTIES, Difficulty, Quest
from npcengine.settings import Settings
from npcengine.stores.open import open_store
from npcengine.turns import Fact
from npcengine.world.model import Motive
from npcengine.world.model import World as AnyWorld

Giver = Annotated[
    str | None, typer.Argument(metavar="GIVER", help="The id of a person of the world.")
]
Player = Annotated[str, typer.Option(metavar="ID", help="For whom it is.")]
Theme = Annotated[str, typer.Option(metavar="TEXT", help="What it should be about.")]
Hard = Annotated[
    Difficulty | None,
    typer.Option(help="How hard it is.  [default: medium; with --count, all of them]"),
]
Why = Annotated[
    Motive | None,
    typer.Option(metavar="MOTIVE", help="Why the giver asks.  [default: what moves them]"),
]
Locale = Annotated[str, typer.Option(metavar="CODE", help="The player's language.")]
Way = Annotated[Mode, typer.Option(help="How much of it a model writes; `plain` asks none.")]
Seed = Annotated[int, typer.Option(metavar="N", help="Another seed makes another quest.")]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Keep it in a file too, as JSON; with --count, the pool."),
]
Count = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Fill a pool up to so many, for all givers and levels."),
]


def make(
    giver: Giver = None,
    world: World = None,
    personas: Personas = None,
    player: Player = "",
    theme: Theme = "",
    difficulty: Hard = None,
    motive: Why = None,
    locale: Locale = "en",
    mode: Way = "fast",
    seed: Seed = 0,
    facts: Facts = None,
    as_json: AsJson = False,
    out: Out = None,
    count: Count = None,
) -> None:
    """Make a quest that can be finished, or say why there is none.

    With --count, fill a pool from which a game serves quests at once. Run again with the same
    --out, it goes on where it ended.
    """
    brief = QuestBrief(
        giver or "", player, theme, difficulty or "medium", motive, locale, mode, seed
    )
    screen, notes, loaded = Screen(), Notes(), world_of(world)
    told = told_in(facts, loaded)
    engine = _engine(personas, loaded, screen)
    if count is None:
        _make_one(engine, brief, told, screen, out, as_json)
    else:
        difficulties = [difficulty] if difficulty else DIFFICULTIES
        givers = [giver] if giver else list(loaded.people)
        briefs = [replace(brief, giver=g, difficulty=d) for d in difficulties for g in givers]
        _make_many(Filling(engine, _pool_file(out), told, screen), count, briefs, screen, as_json)
    if not is_offline(engine):
        for note in notes.take():
            screen.warn(note)


def _make_one(
    engine: NPCEngine,
    brief: QuestBrief,
    told: Mapping[str, Fact],
    screen: Screen,
    out: Path | None,
    as_json: bool,
) -> None:
    world = engine.quests.index.world
    if not brief.giver:
        people = ", ".join(list(world.people)[:LISTED]) or "nobody"
        raise UsageError(f"say who hands it out: npcengine quest GIVER; there are {people}")
    if out is not None and out.exists():
        raise UsageError(f"{out} is there already: choose another --out")
    made = asyncio.run(_made(engine, brief, told, screen))
    if not isinstance(made, Quest):
        screen.complain(made.message)
        raise typer.Exit(WRONG_INPUT)
    data = made.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False)
    if out is not None:
        text = json.dumps(data, ensure_ascii=False, indent=2)
        write_files({out: f"{text}\n".encode()})
    if as_json:
        screen.write_json(data)
    else:
        write_quest(made, world, brief.locale, screen)


async def _made(
    engine: NPCEngine, brief: QuestBrief, told: Mapping[str, Fact], screen: Screen
) -> Made:
    async with engine:
        with screen.passing() as waiting:
            waiting.update(Text("…", "dim"), refresh=True)
            return await engine.quest(brief, told)


def _make_many(
    filling: Filling, count: int, briefs: Sequence[QuestBrief], screen: Screen, as_json: bool
) -> None:
    try:
        asyncio.run(filling.fill(count, briefs))
    except KeyboardInterrupt:
        screen.warn(f"Stopped: {filling.summary()}")
        screen.warn("To go on from here, run it again with the same --out.")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        screen.write_json(filling.plain())
    screen.warn(filling.summary())
    if len(filling) < count:
        screen.warn(f"These are fewer than {count:,}: nothing new comes of any giver any more.")
    if not len(filling):
        raise typer.Exit(WRONG_INPUT)


def _pool_file(out: Path | None) -> Path:
    if out is None:
        raise UsageError("a pool is kept in a file: pass --out FILE")
    return out


def _engine(personas: Path | None, world: AnyWorld, screen: Screen) -> NPCEngine:
    """Set up an engine that keeps nothing but what is spent, where that has a limit."""
    budgeted = Settings.from_env().configuration.budgets != Budgets()
    store = opened_store(None, screen) if budgeted else open_store(MEMORY)
    return NPCEngine.from_env(personas=_cast(personas), store=store, world=world)


def _cast(personas: Path | None) -> Cast | tuple[()]:
    """Load who can speak. A world may do without, where nobody has said that there are any."""
    path = personas_path(personas)
    return cast_of(personas) if path != PERSONAS or path.exists() else ()
