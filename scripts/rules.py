"""The pages about everything that `npcengine lint` and `npcengine quest check` find."""

import textwrap
from collections.abc import Iterator, Mapping

from npcengine.content.codes import CODES
from npcengine.persona.rules.rule import Rule
from npcengine.persona.rules.sample import SAMPLE
from npcengine.persona.rules.table import RULES
from npcengine.quest.rules import sample as quest_sample
from npcengine.quest.rules.rule import Rule as QuestRule
from npcengine.quest.rules.table import RULES as QUEST_RULES

HEAD = """\
# What `npcengine lint` finds

<!-- Written by scripts/docs from npcengine/content/codes.py and npcengine/persona/rules. -->

`npcengine lint personas` looks at every persona, the parts that they share, and their lorebooks.
Every finding has a place, a code and, as a rule, what to do:

```text
mira.yaml:4:1: NPC202 greeting: there is no field 'greeting' here (did you mean 'greetings'?)
```

| Codes | About | |
| --- | --- | --- |
| NPC1xx | the file itself | errors |
| NPC2xx | its fields | errors |
| NPC3xx | what could be better | advice |
| NPC4xx | what shows only where files are put together | errors |

With an error, the exit code is 1; advice leaves it at 0. A code never changes its meaning.

- `--fix` mends first what can be mended without knowing what was meant, and says where: tabs before
  a line, curly quotes around a text, wide colons after the name of a field. Everything else stays
  as it is, byte for byte.
- `--watch` looks again whenever a file changes. It needs `pip install 'npcengine[watch]'`.
- `--costs` adds a table of the tokens that a model reads of each persona before each reply.
- `--config FILE` names the `npcengine.yaml` that declares the facts.
- `--format github` makes notes on the lines of a pull request, in a workflow of GitHub;
  `--format json` writes JSON, as `--json` does.
"""
FILES = """\
## Files and fields: NPC1xx and NPC2xx

With one of these a persona does not load. `npcengine.yaml` and lorebooks earn them too, and
`ContentError.diagnostics` carries them.
"""
ADVICE = f"""\
## Advice: NPC3xx

The examples below belong to this persona, and say one thing otherwise:

```yaml
id: mira
name: Mira
{SAMPLE.rstrip()}
```
"""
TOGETHER = """\
## Files put together: NPC4xx
"""
QUESTS = f"""\
# What is wrong with a quest

<!-- Written by scripts/docs from npcengine/quest/rules. -->

A quest that the engine makes is right. One that somebody wrote, or that was made in a world which
has changed since, is checked by `npcengine quest check FILE --world WORLD`, and in a program by
`check(quest, world)`, which returns findings:

```text
QST121 objectives[1].with.to: there is no person 'rossa' (did you mean 'rosa'?)
```

| Codes | About |
| --- | --- |
| QST10x | what is too large, and worlds that cannot be used |
| QST11x | ids, verbs and their parameters |
| QST12x | who and what is named |
| QST13x | what comes after what, and where it leads |
| QST14x | who plays a part |
| QST15x | rewards |
| QST16x | texts |
| QST17x, QST18x | whether it can be finished |

A quest with an error must not be handed out; a warning says what might not be meant. A code never
changes its meaning. What would only follow from another error is not told before that is mended:
whether a quest can be finished is looked at last, when everything that it names is there.

The examples say one thing otherwise than this quest, in this world:

```yaml
{quest_sample.QUEST.rstrip()}
```

```yaml
{quest_sample.WORLD.rstrip()}
```

## The rules
"""
STEPS = """\
## Bare lists of steps

`check_steps(world, steps)` does the same for a list of steps such as
`{"do": "give", "with": {"item": "bread", "to": "mira"}}`, which somebody or another program wrote.
It carries them out one by one and names each that cannot be done, with the reason; one that cannot
be done changes nothing. `repair_steps(world, steps)` mends them without any model, and says what it
did:

| Fix | What was done |
| --- | --- |
| `folded` | names, verbs or parameters were written in other words, or nearly right |
| `inserted` | a step needs it: a way, a key, an item |
| `moved` | it could not be done any more after steps that stood before it |
| `dropped` | it is so already, or the player has the item without it |
| `left_out` | it cannot be done at all |

Nothing is wrong any more with what comes out, and steps with which nothing was wrong come back as
they are.
"""


def quest_rules_page() -> str:
    return "\n".join([QUESTS, *map("\n".join, map(quest_rule, QUEST_RULES.values())), STEPS])


def quest_rule(rule: QuestRule) -> Iterator[str]:
    warning = " This is a warning." if rule.severity == "warning" else ""
    yield from entry(rule.code, rule.title, rule.explanation + warning)
    if rule.world:
        yield f"In a world with this:\n\n```yaml\n{rule.world}```\n"
    if rule.example != rule.mend:
        yield from mended(rule.example, rule.mend)


def lint_page() -> str:
    advice = [each for each in RULES.values() if each.code.startswith("NPC3")]
    errors = [each for each in RULES.values() if each not in advice]
    parts = [HEAD, FILES, *codes(), ADVICE, *rules(advice), TOGETHER, *rules(errors)]
    return "\n".join(parts).rstrip() + "\n"


def codes() -> Iterator[str]:
    for code, meaning in CODES.items():
        yield from entry(code, meaning.title, meaning.explanation)
        yield from mended(meaning.example, meaning.mend)


def rules(wanted: list[Rule]) -> Iterator[str]:
    for rule in wanted:
        yield from entry(rule.code, rule.title, rule.explanation)
        shown: Mapping[str, str] = rule.beside
        if shown:
            yield "Beside it:\n"
            for path, text in shown.items():
                yield f"```yaml\n# {path}\n{text.rstrip()}\n```\n"
        name = f"# {rule.file}\n" if "/" in rule.file or shown else ""
        yield from mended(name + rule.example, name + rule.mend)


def entry(code: str, title: str, explanation: str) -> Iterator[str]:
    """The heading is the code alone, so that links to it stay as they are."""
    yield f"### {code}\n"
    yield f"{textwrap.fill(f'**{title}.** {explanation}', 100)}\n"


def mended(example: str, mend: str) -> Iterator[str]:
    if example:
        yield f"```yaml\n{shortened(example)}```\n"
        yield f"Mended:\n\n```yaml\n{shortened(mend)}```\n"


def shortened(text: str) -> str:
    """Lines that come again and again are shown once."""
    lines = text.splitlines()
    repeated = [at for at in range(1, len(lines)) if lines[at] == lines[at - 1]]
    if len(repeated) < 5:
        return text
    first = repeated[0]
    kept = [line for at, line in enumerate(lines) if at not in repeated]
    kept.insert(first, f"  … ({len(repeated) + 1} such lines)")
    return "\n".join(kept) + "\n"
