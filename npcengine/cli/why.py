"""`npcengine why`: why a character knows something now, or does not."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from npcengine.cli.screen import Screen
from npcengine.cli.terms import AsJson, Npc, Personas, cast_of
from npcengine.cli.visible import visible
from npcengine.conditions.condition import Part
from npcengine.conditions.tree import ENGINE_FACTS
from npcengine.content.source import read_source
from npcengine.content.yaml_tree import Tree, read_tree
from npcengine.diagnostics import Diagnostic
from npcengine.errors import ContentError, UsageError
from npcengine.facts import check_facts
from npcengine.persona.reasons import Why, reasons
from npcengine.settings import Settings
from npcengine.spelling import did_you_mean
from npcengine.turns import Fact

Item = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="The id of a secret, a goal or a fact.")
]
Facts = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What the game tells, a line each: `trust: 40`."),
]


def why(
    npc: Npc,
    item: Item = None,
    facts: Facts = None,
    personas: Personas = None,
    as_json: AsJson = False,
) -> None:
    """Tell why a character may come up with something now, or may not, part by part.

    Without an ID, of everything that has one.
    """
    persona, screen = cast_of(personas)[npc], Screen()
    known = facts_in(facts)
    found = [each for each in reasons(persona, known) if item in (None, each.id)]
    if not found:
        ids = [each.id for each in reasons(persona, known)]
        hint = did_you_mean(item or "", ids) or f"those of {npc} are {', '.join(ids)}"
        problem = f"nothing of {npc} has the id {item!r:.80}" if item else f"no id stands in {npc}"
        raise UsageError(f"{problem}: {hint}" if ids else f"{problem}: there is nothing to explain")
    if as_json:
        screen.write_json([asdict(each) for each in found])
        return
    for place, each in enumerate(found):
        if place:
            screen.write("")
        _show(screen, npc, each)


def facts_in(path: Path | None) -> dict[str, Fact]:
    """Read facts from a file; they have to be those that `npcengine.yaml` declares, if it does.

    Raises `ContentError` and `UsageError`.
    """
    if path is None:
        return {}
    tree = read_tree(read_source(path))
    complaints = list(tree.complaints)
    facts: dict[str, Fact] = {}
    for name, value in tree.data.items():
        if isinstance(value, bool | int | float | str):
            facts[name] = value
        else:
            complaints.append(_no_fact(tree, name))
    if complaints:
        raise ContentError(complaints)
    declared = Settings.from_env().configuration.facts
    if declared:
        check_facts(facts, {**declared, **ENGINE_FACTS})
    return facts


def _no_fact(tree: Tree, name: str) -> Diagnostic:
    suggestion = "write a truth value, a number or a text"
    return tree.complain("NPC203", (name,), "this is no value that a fact can have", suggestion)


def _show(screen: Screen, npc: str, each: Why) -> None:
    verb = "knows" if each.known else "does not know"
    screen.write(visible(f"{npc} {verb} {each.id} ({each.kind}): {each.reason}"), "bold")
    screen.write(visible(f"  {each.text}"))
    if each.parts:
        table = Table(box=None, pad_edge=True, show_header=False)
        for part in each.parts:
            table.add_row(
                Text(visible(part.text)), Text(visible(_told(part))), Text(_truth(part.value))
            )
        screen.write_table(table)
    if each.leak_terms:
        terms = ", ".join(f"'{term}'" for term in each.leak_terms)
        screen.write(visible(f"  Until then no reply may have {terms}."))
    if each.deflect:
        screen.write(visible(f"  Instead is said: {each.deflect}"))


def _told(part: Part) -> str:
    if part.told is None:
        return "nobody told it"
    told = str(part.told).lower() if isinstance(part.told, bool) else str(part.told)
    return f"{part.name} is {told}"


def _truth(value: bool | None) -> str:
    return "unknown" if value is None else str(value).lower()
