"""What personas name that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from npcengine.persona.loader import Sheet
from npcengine.persona.rules.rule import Found, Rule, Stage, each_sheet
from npcengine.spelling import did_you_mean


def _nobody(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    for index, other in enumerate(sheet.persona.relationships):
        if other.npc not in stage.ids:
            message = f"there is no character {other.npc!r}"
            hint = did_you_mean(other.npc, stage.ids) or "the id of a persona stands here"
            yield Found(sheet.tree, ("relationships", index, "npc"), message, hint)


def _not_played(stage: Stage) -> Iterator[Found]:
    for tree in stage.strays:
        message = "this character is not in the cast, as it stands in a folder inside"
        hint = "move its file up; or, if it is only a part of others, write 'abstract: true'"
        yield Found(tree, ("id",), message, hint)


def _no_book(sheet: Sheet, stage: Stage) -> Iterator[Found]:
    for index, name in enumerate(sheet.persona.lorebooks):
        if name not in stage.shelf:
            message = f"there is no lorebook {name!r}"
            where = f"a file lore/{name}.yaml, in the folder of the personas, is looked for"
            hint = did_you_mean(name, stage.shelf) or where
            yield Found(sheet.tree, ("lorebooks", index), message, hint)


def _no_tags(stage: Stage) -> Iterator[Found]:
    tags = {
        name: {tag for entry in volume.book.entries for tag in entry.tags}
        for name, volume in stage.books.items()
    }
    for sheet in stage.sheets:
        mine = sheet.persona.lorebooks
        if all(name in tags for name in mine):  # else it is not known what is in one
            yield from _no_tag(sheet, set[str]().union(*(tags[name] for name in mine)))


def _no_tag(sheet: Sheet, tags: set[str]) -> Iterator[Found]:
    for index, tag in enumerate(sheet.persona.scope):
        if tag not in tags:
            message = f"no lore of this character has the tag {tag!r}"
            hint = did_you_mean(tag, tags) or "take it out, or give it to entries of a lorebook"
            yield Found(sheet.tree, ("scope", index), message, hint)


_TOWN = "entries:\n  - {keys: [mill], text: The mill burned down in spring., tags: [town]}\n"

RULES = (
    Rule(
        "NPC317",
        "A tag that no lore has",
        "With a `scope`, a character hears only of lore whose tags are all in it. No entry of its "
        "lorebooks has this one.",
        _no_tags,
        "lorebooks: [town]\nscope: [town, marhs]\n",
        "lorebooks: [town]\nscope: [town]\n",
        beside={"lore/town.yaml": _TOWN},
    ),
    Rule(
        "NPC320",
        "A character in a folder inside",
        "Only the files that stand in the folder of the personas itself are characters. Folders in "
        "it hold what characters share, which is `abstract`.",
        _not_played,
        "id: tom\nname: Tom\ndescription: The innkeeper of Oakvale.\n",
        "id: tom\nabstract: true\nrole: innkeeper of Oakvale\n",
        file="village/tom.yaml",
        beside={"aldric.yaml": "mixins: [tom]\n"},
    ),
    Rule(
        "NPC401",
        "A character that does not exist",
        "`relationships` names others by their ids, and there is no persona with this one.",
        each_sheet(_nobody),
        "relationships:\n  - {npc: aldrik, kind: brother}\n",
        "relationships:\n  - {npc: aldric, kind: brother}\n",
        beside={"aldric.yaml": "role: captain\n"},
        severity="error",
    ),
    Rule(
        "NPC402",
        "A lorebook that does not exist",
        "`lorebooks` names files in the folder `lore` beside the personas, without `.yaml`.",
        each_sheet(_no_book),
        "lorebooks: [twon]\n",
        "lorebooks: [town]\n",
        beside={"lore/town.yaml": _TOWN, "aldric.yaml": "lorebooks: [town]\n"},
        severity="error",
    ),
)
