"""The personas to which the examples of rules belong: they have everything that rules ask for."""

from __future__ import annotations

import re

from npcengine.persona.rules.rule import Rule

SAMPLE = """\
description: The blacksmith of Oakvale.
examples:
  - player: Can you mend this sword?
    npc: I'd sooner bury it. Come back at dusk.
greetings:
  - Mind the sparks.
stock_lines:
  fallback: [Hm., Ask me when the iron is cold., Ask the council. I make hinges.]
  refuse: ["No."]
  busy: [Wait.]
"""
_OTHER = """\
description: The captain of the guard of Oakvale.
examples:
  - player: Who are you?
    npc: Ask at the gate.
greetings:
  - Halt.
stock_lines:
  fallback: [Aye., Move along., Not my watch.]
  refuse: [Never.]
  busy: [Later.]
"""
_FIELD = re.compile(r"^([a-z_0-9]+):.*\n(?:[ -].*\n)*", re.MULTILINE)


def files_of(rule: Rule, text: str) -> dict[str, str]:
    """Return the files that an example or a mend of a rule stands for, by their paths.

    Those of personas have the fields of the sample, but for those that they say themselves.
    """
    files = {**rule.beside, rule.file: text}
    return {
        path: _persona(path, each) if _is_persona(path) else each for path, each in files.items()
    }


def _is_persona(path: str) -> bool:
    return "/" not in path and path != "npcengine.yaml"


def _persona(path: str, fields: str) -> str:
    id = path.removesuffix(".yaml")
    sample = SAMPLE if id == "mira" else _OTHER
    said = {field[1] for field in _FIELD.finditer(fields)}
    others = (field[0] for field in _FIELD.finditer(sample) if field[1] not in said)
    return f"id: {id}\nname: {id.title()}\n{''.join(others)}{fields}"
