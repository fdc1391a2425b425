"""Every diagnostic code of worlds: what it means, and a world that earns it.

NPC5xx are errors, with which a world does not load; NPC6xx are advice. A code never changes its
meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from npcengine.content.codes import Code

_HUT = "places:\n  hut: {}\n"
_WELL = "places:\n  hut: {exits: [{to: well}]}\n  well: {}\n"
_START = "start: {player.at: hut}\n"
_LAMP = "  lamp: {at: hut}\n"

WORLD_ERRORS: Mapping[str, Code] = MappingProxyType(
    {
        "NPC501": Code(
            "Nothing has this id",
            "Places, people, creatures, items, things, information and factions are named by their "
            "ids, and each id stands once under its own field.",
            f"{_HUT}people:\n  mira: {{at: hat}}\n",
            f"{_HUT}people:\n  mira: {{at: hut}}\n",
        ),
        "NPC502": Code(
            "Another kind of thing",
            "The id exists, but it is that of a person where an item is expected, and so on.",
            f"{_HUT}people:\n  mira: {{at: hut, carries: {{hut: 1}}}}\n",
            f"{_HUT}people:\n  mira: {{at: hut, carries: {{key: 1}}}}\nitems:\n  key: {{}}\n",
        ),
        "NPC503": Code(
            "An id is taken",
            "Whatever there is in a world has an id of its own, across all kinds: facts such as "
            "`lamp.locked` say only the id. `player` is whoever plays.",
            f"{_HUT}items:\n  lamp: {{gather: hut}}\nthings:\n{_LAMP}",
            f"{_HUT}items:\n  oil: {{gather: hut}}\nthings:\n{_LAMP}",
        ),
        "NPC504": Code(
            "A way that cannot be",
            "From one place to another leads one way at most, and none from a place to itself. A "
            "way leads back unless it is `one_way`, so it is written at one of its ends.",
            "places:\n  hut: {exits: [{to: well}, {to: well, minutes: 9}]}\n  well: {}\n",
            _WELL,
        ),
        "NPC505": Code(
            "A creature that is nowhere, or in two places",
            "A creature lives in one place. Only one that `respawns` stands for a kind of beast, "
            "and may live in several.",
            f"{_WELL}creatures:\n  rat: {{at: [hut, well]}}\n",
            f"{_WELL}creatures:\n  rat: {{at: [hut, well], respawns: true}}\n",
        ),
        "NPC506": Code(
            "More than one of what is unique",
            "A unique item lies in one place, or one of those who do not come back carries it. "
            "What is gathered, made or sold can be had again and again.",
            "places:\n  hut: {holds: {crown: 2}}\nitems:\n  crown: {unique: true}\n",
            "places:\n  hut: {holds: {crown: 1}}\nitems:\n  crown: {unique: true}\n",
        ),
        "NPC507": Code(
            "A condition that asks for what there is not",
            "It names a fact that nobody declares, compares a fact with a value of another type, "
            "or is no condition once a verb's parameters are filled in. There are the facts under "
            "`facts`, those that verbs change, and those of every game: `player.at`, "
            "`player.level`, `player.has.ITEM`, `player.knows.INFORMATION`, "
            "`player.standing.FACTION`; of people and creatures `alive`, `at`, `captive`, "
            "`has.ITEM`, of people also `knows.INFORMATION`; of things `locked`, `broken`, "
            "`has.ITEM`; of places `has.ITEM`; and `guarded` of places, things and people.",
            "places:\n  hut: {when: flag.bridge_biult}\nfacts: {flag.bridge_built: bool}\n",
            "places:\n  hut: {when: flag.bridge_built}\nfacts: {flag.bridge_built: bool}\n",
        ),
        "NPC508": Code(
            "A condition with too many ways",
            "Quests are planned for each way in which a condition can come true, and there may be "
            "32 of them. Each `or` adds ways, and an `and` between two of them multiplies.",
            "places:\n  hut:\n    when: (a or b) and (c or d) and (e or f) and (g or h) and "
            "(i or j) and (k or l)\nfacts: {a: bool, b: bool, c: bool, d: bool, e: bool, f: bool, "
            "g: bool, h: bool, i: bool, j: bool, k: bool, l: bool}\n",
            "places:\n  hut:\n    when: flag.open\nfacts: {flag.open: bool}\n",
        ),
        "NPC509": Code(
            "A fact that every game has, otherwise",
            "`facts` declares what is the game's own. What every game has is there already, and "
            "has its type.",
            f"{_HUT}facts: {{player.at: number}}\n",
            f"{_HUT}facts: {{player.mood: number}}\n",
        ),
        "NPC510": Code(
            "A start that cannot be",
            "Under `start` stand facts that there are, each with a value of its type: a place for "
            "`player.at`, a number that is not below 0 for `player.has.ITEM`.",
            f"{_HUT}start: {{player.at: hat}}\n",
            f"{_HUT}{_START}",
        ),
        "NPC511": Code(
            "A verb that every game has",
            "A verb of the game cannot be called like one of those that every game has: it would "
            "never be used.",
            f"{_HUT}verbs:\n  take: {{}}\n",
            f"{_HUT}verbs:\n  borrow: {{}}\n",
        ),
        "NPC512": Code(
            "No parameter of the verb",
            "What stands in braces is a name under `with`, and so is `at`: that of a place, a "
            "person, a creature or a thing, where one has to be.",
            f"{_HUT}verbs:\n  light: {{with: {{lamp: thing}}, then: ['{{lmap}}.lit']}}\n",
            f"{_HUT}verbs:\n  light: {{with: {{lamp: thing}}, then: ['{{lamp}}.lit']}}\n",
        ),
        "NPC513": Code(
            "No change",
            "What a verb changes is written `fact`, `not fact`, `fact = value`, `fact += number` "
            "or `fact -= number`, and the fact has that type.",
            f"{_HUT}verbs:\n  light: {{with: {{lamp: thing}}, then: ['{{lamp}}.lit == true']}}\n",
            f"{_HUT}verbs:\n  light: {{with: {{lamp: thing}}, then: ['{{lamp}}.lit = true']}}\n",
        ),
    }
)

WORLD_ADVICE: Mapping[str, Code] = MappingProxyType(
    {
        "NPC601": Code(
            "A place to which nothing leads",
            "Even with all doors open, no way leads here from where the player begins.",
            f"places:\n  hut: {{}}\n  well: {{}}\n{_START}",
            _WELL + _START,
        ),
        "NPC602": Code(
            "A key that cannot be had",
            "The key lies nowhere, nobody carries, sells or makes it, and the player does not "
            "begin with it; or all of that is out of reach.",
            f"{_HUT}items:\n  key: {{}}\nthings:\n  box: {{at: hut, key: key}}\n",
            "places:\n  hut: {holds: {key: 1}}\nitems:\n  key: {}\n"
            "things:\n  box: {at: hut, key: key}\n",
        ),
        "NPC603": Code(
            "A key behind its own lock",
            "Only who has opened the lock can get to its key, straight away or through others.",
            f"{_HUT}items:\n  key: {{}}\n"
            "things:\n  box: {at: hut, key: key, holds: {key: 1}}\n",
            "places:\n  hut: {holds: {key: 1}}\nitems:\n  key: {}\n"
            "things:\n  box: {at: hut, key: key}\n",
        ),
        "NPC604": Code(
            "An item that nobody can come by",
            "It lies nowhere within reach, nobody there carries or sells it, and it is neither "
            "gathered nor made. Write `in_quests: false` for what only the game gives.",
            f"{_HUT}items:\n  pearl: {{}}\n",
            f"{_HUT}items:\n  pearl: {{gather: hut}}\n",
        ),
        "NPC605": Code(
            "Somebody whom nobody can get to",
            "No way that can be opened leads to where they are.",
            "places:\n  hut: {}\n  well: {exits: [{to: hut, one_way: true}], in_quests: false}\n"
            f"people:\n  mira: {{at: well}}\n{_START}",
            f"{_WELL}people:\n  mira: {{at: well}}\n{_START}",
        ),
        "NPC606": Code(
            "A condition that decides nothing",
            "It is true whatever the facts are, or never.",
            "places:\n  hut: {when: day and not day}\nfacts: {day: bool}\n",
            "places:\n  hut: {when: day}\nfacts: {day: bool}\n",
        ),
    }
)
