"""What a giver has in mind of the quests that a player has from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from npcengine.guard.heard import inert
from npcengine.quest.progress import Tracker
from npcengine.quest.record.entry import Entry
from npcengine.quest.telling.names import name_of
from npcengine.quest.telling.readable import readable
from npcengine.world.model import World

MAX_NOTE = 380
"""Characters of a note; a scene shows no more than 400."""
MAX_TITLE = 60
"""Characters of a title, and of what is said of one objective."""
LOCALE = "en"


def note(entries: Sequence[Entry], world: World) -> str:
    """Return what a giver knows of these, in short: what is active first, then what is offered.

    Of what is over, only the last one. Names and titles are data in it: nothing in them is markup.
    """
    over = [each for each in entries if each.status in ("completed", "failed")][-1:]
    active = [each for each in entries if each.status == "active"]
    offered = [each for each in entries if each.status == "offered"]
    found = ""
    for each in (*reversed(active), *reversed(offered), *over):
        longer = f"{found} {_about(each, world)}".strip()
        if len(longer) <= MAX_NOTE:
            found = longer
        elif not found:
            return longer[: MAX_NOTE - 1].rsplit(" ", 1)[0] + "…"
    return found


def _about(entry: Entry, world: World) -> str:
    quest = entry.quest
    texts = readable(quest, world, LOCALE)
    giver = inert(name_of(world, quest.giver, LOCALE))
    title = f"'{_short(texts.title)}'"
    lines = {id: _short(text) for id, text in texts.objectives.items()}
    hidden = {each.id for each in quest.objectives if each.hidden}
    match entry.status:
        case "offered":
            asked = _listed(lines[each] for each in quest.outcomes[0].needs if each not in hidden)
            return f"{giver} has offered the other {title} and waits for an answer: {asked}."
        case "active":
            open_ = Tracker(quest, world).open(entry.progress)
            done = _listed(lines[each] for each in entry.progress.done)
            left = _listed(
                lines[each.id]
                for each in quest.objectives
                if each.id not in entry.progress.done and (each.id in open_ or not each.hidden)
            )
            before = f" Done: {done}." if done else ""
            return f"The other has taken on {title} for {giver}.{before} Not done yet: {left}."
        case "completed":
            how = _listed(lines[each] for each in (entry.outcome.needs if entry.outcome else ()))
            return f"The other has done {title}, and {giver} owes thanks for it: {how}."
    return f"{title}, which {giver} asked of the other, has come to nothing."


def _listed(lines: Iterable[str]) -> str:
    return "; ".join(lines)


def _short(text: str) -> str:
    text = inert(text)
    return text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1].rstrip() + "…"
