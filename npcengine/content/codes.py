"""Every diagnostic code of content files: what it means, and a persona that earns it.

NPC1xx is about the file itself, NPC2xx about its fields. The other codes are those of the linter's
rules, and of worlds (npcengine/world/codes.py). A code never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Code:
    """What a code means to a writer."""

    title: str
    explanation: str
    example: str = ""
    """The text of a persona that earns the code; empty where no one text could."""
    mend: str = ""
    """The same as it should be."""


_START = "id: mira\nname: Mira\ndescription: A blacksmith.\n"

CODES: Mapping[str, Code] = MappingProxyType(
    {
        "NPC101": Code(
            "The file cannot be read",
            "There is no file at this path, it is a folder, or it may not be opened.",
        ),
        "NPC102": Code(
            "The folder holds no persona",
            "A folder of personas holds files that end in `.yaml` or `.yml`. Files whose names "
            "begin with `.` or `_` are left alone, and folders inside the folder hold only what "
            "personas share.",
        ),
        "NPC103": Code(
            "The file is too large",
            "A file may have 256 KiB, which is a hundred times what a persona needs, and "
            "a lorebook or a world 8 MiB.",
        ),
        "NPC104": Code(
            "The file is not UTF-8 text",
            "Some editors save in an older encoding unless told otherwise. Choose UTF-8 when "
            "saving.",
        ),
        "NPC105": Code(
            "The YAML cannot be read",
            "Reading stopped here, so there may be more to mend below. Most often a line of "
            "dialogue needs quotes, or a line is indented differently from its neighbours.",
            _START + 'greetings:\n  - "Morning," she says.\n',
            _START + "greetings:\n  - '\"Morning,\" she says.'\n",
        ),
        "NPC106": Code(
            "A field stands there twice",
            "YAML would keep only one of the two and say nothing.",
            _START + "role: blacksmith\nrole: blacksmith of Oakvale\n",
            _START + "role: blacksmith of Oakvale\n",
        ),
        "NPC107": Code(
            "A YAML tag",
            "A `!` at the start of a text makes a tag of its first word. If the text begins with "
            "one, put it in quotes.",
            _START + "greetings:\n  - !Stop right there.\n",
            _START + 'greetings:\n  - "!Stop right there."\n',
        ),
        "NPC108": Code(
            "A YAML anchor or alias",
            "A `&` or `*` at the start of a text makes an anchor or an alias of its first word. "
            "If the text begins with one, put it in quotes; if you meant to use a text twice, "
            "write it twice.",
            _START + "greetings:\n  - *sighs\n",
            _START + 'greetings:\n  - "*sighs"\n',
        ),
        "NPC109": Code(
            "The file is too deep or has too many entries",
            "A file has at most 12 levels of nesting and 10,000 entries, a lorebook or a world "
            "400,000. Each field counts, and each entry of a list.",
            _START + "traits: [[[[[[[[[[[[[gruff]]]]]]]]]]]]]\n",
            _START + "traits: [gruff]\n",
        ),
        "NPC110": Code(
            "The file is not one document",
            "A file holds one document: fields, one below the other. It cannot be a list, or hold "
            "a second document after `---`.",
            "- id: mira\n  name: Mira\n  description: A blacksmith.\n",
            "id: mira\nname: Mira\ndescription: A blacksmith.\n",
        ),
        "NPC111": Code(
            "An id is taken",
            "The game finds a character by its id, so each needs one of its own. So do the entries "
            "of a lorebook; one without an `id` is called by its first key.",
        ),
        "NPC112": Code(
            "A character that cannot be shown",
            "Control characters come with text pasted from elsewhere, or from an escape in "
            "double quotes.",
            _START + 'role: "blacksmith\\x07"\n',
            _START + "role: blacksmith\n",
        ),
        "NPC113": Code(
            "A persona that does not exist",
            "`extends` and `mixins` name other personas by their ids. They are looked for beside "
            "this one and in the folders there, by a line that begins with `id:`.",
            _START + "extends: smith\n",
            _START + "role: smith\n",
        ),
        "NPC114": Code(
            "A persona takes over from itself",
            "Going from a persona to those that it names under `extends` and `mixins`, and on to "
            "those that they name, one comes back to where one was.",
            _START + "extends: mira\n",
            _START,
        ),
        "NPC115": Code(
            "Too many generations",
            "Above a persona are at most 8 generations of those that it takes over from.",
        ),
        "NPC201": Code(
            "A field is missing",
            "A persona needs `id`, `name` and `description`; an example needs `player` and `npc`.",
            "id: mira\nname: Mira\n",
            _START,
        ),
        "NPC202": Code(
            "There is no such field",
            "The name is misspelt, or the field belongs under another one.",
            _START + "greeting:\n  - Morning.\n",
            _START + "greetings:\n  - Morning.\n",
        ),
        "NPC203": Code(
            "The wrong kind of value",
            "A text stands where a list is expected, a number where a text is, and so on. A text "
            "with a colon and a space in it looks like a field to YAML: put it in quotes. A key "
            "of a lorebook between slashes has to be a regular expression.",
            _START + "knowledge:\n  - The mill: it burned down.\n",
            _START + 'knowledge:\n  - "The mill: it burned down."\n',
        ),
        "NPC204": Code(
            "The id cannot be used",
            "An id has lower case letters a to z, digits, `.`, `_` and `-`, and begins with a "
            "letter or a digit. What players see is `name`. The name of a fact has no `-`.",
            "id: Mira Holt\nname: Mira Holt\ndescription: A blacksmith.\n",
            "id: mira_holt\nname: Mira Holt\ndescription: A blacksmith.\n",
        ),
        "NPC205": Code(
            "A number out of range",
            "The number is smaller or larger than the field allows.",
            _START + "speech:\n  max_sentences: 40\n",
            _START + "speech:\n  max_sentences: 4\n",
        ),
        "NPC206": Code(
            "Too long",
            "A text has too many characters, or a list too many entries.",
            _START + "model:\n  stop: [one, two, three, four, five]\n",
            _START + "model:\n  stop: [one, two, three, four]\n",
        ),
        "NPC207": Code(
            "Nothing is written there",
            "The field or the entry is empty. Leave out what you do not need.",
            _START + "role:\n",
            _START + "role: blacksmith\n",
        ),
        "NPC208": Code(
            "None of the choices",
            "The field takes one of a few words, and this is none of them.",
            _START + "model:\n  tier: smartest\n",
            _START + "model:\n  tier: smart\n",
        ),
        "NPC209": Code(
            "Not the code of a language",
            "A language is written as its code: `en`, `zh`, `pt-BR`.",
            _START + "locale: English\n",
            _START + "locale: en\n",
        ),
        "NPC210": Code(
            "Not a condition",
            "A condition asks about facts: `met and trust >= 40`, `not met or quest == 'done'`. "
            "Compare with `==`, `!=`, `<`, `<=`, `>` and `>=`, and join with `and`, `or`, `not` "
            "and brackets. Texts stand in quotes, names of facts do not.",
            _START + "knowledge:\n  - text: The mill burned down.\n    when: trust = 40\n",
            _START + "knowledge:\n  - text: The mill burned down.\n    when: turns == 40\n",
        ),
        "NPC211": Code(
            "An id stands twice in a list",
            "The entries of a list are told apart by their ids.",
            _START
            + "secrets:\n  - {id: chain, text: She sold a chain.}\n"
            + "  - {id: chain, text: She made a lock.}\n",
            _START
            + "secrets:\n  - {id: chain, text: She sold a chain.}\n"
            + "  - {id: lock, text: She made a lock.}\n",
        ),
        "NPC212": Code(
            "Words for an entry that is not there",
            "Under `i18n`, an entry with an `id` gives the entry with the same id other words. "
            "What it hangs on is said only once, in the entry itself.",
            _START + "i18n:\n  de:\n    secrets:\n      - {id: kette, text: Die Kette.}\n",
            _START
            + "secrets:\n  - {id: chain, text: She sold a chain.}\n"
            + "i18n:\n  de:\n    secrets:\n      - {id: chain, text: Die Kette.}\n",
        ),
    }
)
