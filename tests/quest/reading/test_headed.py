"""Quests as text under headings: real answers, and what in them is no heading."""

from __future__ import annotations

import pytest

from npcengine.quest.reading.parse import ParsedQuest, parse_quest

SOURCE = """标题：失落的戒指
描述：铁匠在磨坊附近丢了一枚戒指。
目标：
1. 前往磨坊
2. 杀死三只狼
3. 把戒指交给铁匠
奖励：100金币；铁剑
"""
MARKDOWN = """Sure! Here is your quest:

# 🗡️ Quest: The Lost Ring: Part 2

**Description:** The smith lost his ring at 10:30, see http://oakvale.example/a?b=1.

He will not say how.

**Difficulty:** Easy

**Objectives:**
- [ ] Kill 3 wolves
- [ ] Talk to Mira: the smith knows more
  and will say it
- [ ] Return before 18:00

**Rewards:**
* 50 gold
* "Iron sword"

Good luck, adventurer!
"""
UNTITLED = """# The Lost Ring
The smith lost it.

## Objectives
1) Find it
   - Note: look near the mill
2) Return

## Rewards
50 gold
"""
JAPANESE = """【クエスト名】失われた指輪
【説明】鍛冶屋が指輪をなくした。
【目標】
・狼を三匹倒す
・指輪を鍛冶屋に渡す
【報酬】
・金貨100枚
"""
FLAT = """- Título: El anillo perdido
- Descripción: El herrero lo perdió.
- Objetivos:
- Matar 3 lobos
- Volver al pueblo
- Recompensas: 50 monedas
"""
NUMBERED = """1. Название – Потерянное кольцо
2. Описание – Кузнец потерял кольцо.
3. Цели –
   1. Найти кольцо
   2. Вернуться к кузнецу
4. Награды – 50 золотых
"""
TABLE = """| Part | Text |
|------|------|
| Titel | Der verlorene Ring |
| Ziele | Finde den Ring; Kehre zurück |
| Belohnung | 50 Gold |
"""


def told(quest: ParsedQuest) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return quest.title, quest.description, tuple(e.text for e in quest.objectives), quest.rewards


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            SOURCE,
            (
                "失落的戒指",
                "铁匠在磨坊附近丢了一枚戒指。",
                ("前往磨坊", "杀死三只狼", "把戒指交给铁匠"),
                ("100金币", "铁剑"),
            ),
        ),
        (
            MARKDOWN,
            (
                "The Lost Ring: Part 2",
                "The smith lost his ring at 10:30, see http://oakvale.example/a?b=1.\n"
                "He will not say how.",
                (
                    "Kill 3 wolves",
                    "Talk to Mira: the smith knows more and will say it",
                    "Return before 18:00",
                ),
                ("50 gold", "Iron sword"),
            ),
        ),
        (
            UNTITLED,
            (
                "The Lost Ring",
                "The smith lost it.",
                ("Find it Note: look near the mill", "Return"),
                ("50 gold",),
            ),
        ),
        (
            JAPANESE,
            (
                "失われた指輪",
                "鍛冶屋が指輪をなくした。",
                ("狼を三匹倒す", "指輪を鍛冶屋に渡す"),
                ("金貨100枚",),
            ),
        ),
        (
            FLAT,
            (
                "El anillo perdido",
                "El herrero lo perdió.",
                ("Matar 3 lobos", "Volver al pueblo"),
                ("50 monedas",),
            ),
        ),
        (
            NUMBERED,
            (
                "Потерянное кольцо",
                "Кузнец потерял кольцо.",
                ("Найти кольцо", "Вернуться к кузнецу"),
                ("50 золотых",),
            ),
        ),
        (TABLE, ("Der verlorene Ring", "", ("Finde den Ring", "Kehre zurück"), ("50 Gold",))),
    ],
    ids=["source", "markdown", "untitled", "japanese", "flat", "numbered", "table"],
)
def test_real_answers(text: str, expected: object) -> None:
    for written in (text, text.replace("\n", "\r\n"), f"\ufeff<think>Title: no</think>{text}"):
        quest = parse_quest(written)
        assert told(quest) == expected
        assert quest.rung == "headed"


@pytest.mark.parametrize(
    ("value", "objectives"),
    [
        ("杀死三只狼、回到村庄", ("杀死三只狼", "回到村庄")),
        ("杀死三只狼；找戒指、项链", ("杀死三只狼", "找戒指、项链")),
        ("1. Kill 3 wolves 2. Pay 1.50 gold", ("Kill 3 wolves", "Pay 1.50 gold")),
        ("①杀死狼②回村", ("杀死狼", "回村")),
        ("Find Mira / Return", ("Find Mira", "Return")),
        ("Win 10/10 and/or leave", ("Win 10/10 and/or leave",)),
        ("Meet me at 10. Then go", ("Meet me at 10. Then go",)),
    ],
)
def test_several_objectives_on_one_line(value: str, objectives: tuple[str, ...]) -> None:
    quest = parse_quest(f"【标题】X\n【目标】{value}")
    assert tuple(each.text for each in quest.objectives) == objectives


def test_a_sentence_that_speaks_of_a_goal_is_no_heading() -> None:
    quest = parse_quest(
        "Title: The Ring\nDescription: Hear me.\nYour goal: to find it.\nThe reward: my thanks.\n"
        "In other words: name: nothing.\nObjectives:\n* Find it"
    )
    assert told(quest)[2:] == (("Find it",), ())
    assert quest.description.count("\n") == 3


def test_a_known_word_inside_a_list_stays_an_entry() -> None:
    quest = parse_quest(
        "Title: X\nObjectives:\n* Location: go to the mill\n* Name: ask the smith for it\n"
        "  * Reward: his thanks\n* Return\nRewards: 50 gold"
    )
    assert [each.text for each in quest.objectives] == [
        "Location: go to the mill",
        "Name: ask the smith for it Reward: his thanks",
        "Return",
    ]
    assert quest.rewards == ("50 gold",)


def test_of_two_quests_the_first_is_read() -> None:
    quest = parse_quest("Title: A\nObjectives:\n1. x\n\nTitle: B\nObjectives:\n1. y")
    assert told(quest) == ("A", "", ("x",), ())
    assert quest.notes == ("what came after the first quest was left out",)


def test_numbered_headings_of_single_objectives_are_gathered() -> None:
    quest = parse_quest("任务名称：失落的戒指\n目标1：找到戒指\n目标2：还给铁匠\n奖励：金币")
    assert told(quest) == ("失落的戒指", "", ("找到戒指", "还给铁匠"), ("金币",))


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "Once upon a time there was a smith. Her goal was simple: peace.",
        "It was 10:30.\nhttp://oakvale.example: a title, a name, a quest.",
        "Objectives\n",
        "Title:\n\n\n",
    ],
)
def test_prose_is_no_quest(text: str) -> None:
    quest = parse_quest(text)
    assert (told(quest), quest.rung) == (("", "", (), ()), "nothing")
