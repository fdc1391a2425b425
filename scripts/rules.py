"""The page about everything that `npcengine lint` finds."""

import textwrap
from collections.abc import Iterator, Mapping

from npcengine.content.codes import CODES
from npcengine.persona.rules.rule import Rule
from npcengine.persona.rules.sample import SAMPLE
from npcengine.persona.rules.table import RULES

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
