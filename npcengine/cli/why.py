"""`npcengine why`: why a character knows something now, or does not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from npcengine.cli.screen import Screen
from npcengine.cli.terms import AsJson, Npc, Personas, cast_of
from npcengine.cli.told import Facts, declared_facts, facts_in, shown
from npcengine.cli.visible import visible
from npcengine.conditions.condition import Part
from npcengine.conditions.tree import ENGINE_FACTS
from npcengine.errors import UsageError
from npcengine.facts import check_facts
from npcengine.persona.reasons import Why, lore_reasons, reasons
from npcengine.spelling import did_you_mean

Item = Annotated[
    str | None,
    typer.Argument(metavar="[ID]", help="The id of a secret, a goal, a fact or a lore entry."),
]


def why(
    npc: Npc,
    item: Item = None,
    facts: Facts = None,
    personas: Personas = None,
    as_json: AsJson = False,
) -> None:
    """Tell why a character knows something now, or does not.

    Part by part; without an ID, of everything that has one but lore. A lore entry may be called
    BOOK/ENTRY too.
    """
    cast, screen = cast_of(personas), Screen()
    persona = cast[npc]
    known, declared = facts_in(facts), declared_facts()
    if declared:
        check_facts(known, {**declared, **ENGINE_FACTS})
    own, lore = [*reasons(persona, known)], [*lore_reasons(persona, cast.books(npc), known)]
    found = [each for each in own if item in (None, each.id)]
    found += [each for each in lore if item in _names(each)]
    if not found:
        ids = [each.id for each in own]
        names = [*ids, *(name for each in lore for name in _names(each))]
        hint = did_you_mean(item or "", names) or _others(npc, ids, names)
        problem = f"nothing of {npc} has the id {item!r:.80}" if item else f"no id stands in {npc}"
        raise UsageError(f"{problem}: {hint}")
    if as_json:
        screen.write_json([asdict(each) for each in found])
        return
    for place, each in enumerate(found):
        if place:
            screen.write("")
        _show(screen, npc, each)


def _names(lore: Why) -> tuple[str, str]:
    return lore.id, lore.id.partition("/")[2]


def _others(npc: str, ids: list[str], names: list[str]) -> str:
    if ids:
        return f"those of {npc} are {', '.join(ids)}"
    return "name an entry of its lorebooks" if names else "there is nothing to explain"


def _show(screen: Screen, npc: str, each: Why) -> None:
    verb = "knows" if each.known else "does not know"
    screen.write(visible(f"{npc} {verb} {each.id} ({each.kind}): {each.reason}"), "bold")
    screen.write(visible(each.text), indent=2)
    if each.parts:
        table = Table(box=None, pad_edge=True, show_header=False)
        for part in each.parts:
            table.add_row(
                Text(visible(part.text)), Text(visible(_told(part))), Text(_truth(part.value))
            )
        screen.write_table(table)
    if each.leak_terms:
        terms = ", ".join(f"'{term}'" for term in each.leak_terms)
        screen.write(visible(f"Until then no reply may have {terms}."), indent=2)
    if each.deflect:
        screen.write(visible(f"Instead is said: {each.deflect}"), indent=2)


def _told(part: Part) -> str:
    if part.told is None:
        return "nobody told it"
    return f"{part.name} is {shown(part.told)}"


def _truth(value: bool | None) -> str:
    return "unknown" if value is None else str(value).lower()
