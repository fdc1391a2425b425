"""What a character may tell one player and not every other: said after what never changes."""

from __future__ import annotations

from npcengine.messages import Message
from npcengine.persona.opened import Opened
from npcengine.prompt.sections import listed, relations

KNOWS = "What the character also knows, and may tell this one"
CONFIDES = "What the character hides from others, and may confide in this one"
WANTS = "What the character also wants"
OTHERS = "Others, as the character sees them with this one"
LORE = "What comes to the character's mind:"


def beside(opened: Opened) -> str:
    """Return what is open to one player beside the persona's static prompt; often nothing."""
    if not (opened.goals or opened.relationships or opened.knowledge or opened.secrets):
        return ""
    parts = (
        (WANTS, listed(each.text for each in opened.goals)),
        (OTHERS, relations(opened.relationships)),
        (KNOWS, listed(each.text for each in opened.knowledge)),
        (CONFIDES, listed(each.text for each in opened.secrets)),
    )
    return "\n\n".join(f"## {title}\n{text}" for title, text in parts if text)


def coming_to_mind(lore: str) -> tuple[Message, ...]:
    """Return what tells the model of lore that fires; nothing for an empty text."""
    return (Message("system", f"{LORE}\n{lore}"),) if lore else ()
