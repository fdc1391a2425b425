"""Quests written down in every way that is to be read back."""

from __future__ import annotations

from dataclasses import dataclass

from npcengine.quest.reading.headings import tables

LANGUAGES: dict[str, dict[str, list[str]]] = tables()["languages"]
PARTS = ("title", "description", "objectives", "rewards")
COLONS = [*tables()["marks"]["colons"], " = ", " - ", " – ", " — ", " | "]
HEADS = (
    "{h}{c}{v}", "{h} {c} {v}", "**{h}{c}** {v}", "**{h}**{c} {v}", "**{h}{c} {v}**",
    "## {h}{c} {v}", "__{h}__{c}{v}", "【{h}】{v}", "【{h}{c}{v}】", "**【{h}】** {v}", "[{h}] {v}",
    "「{h}」{c}{v}", "> {h}{c} {v}", "- {h}{c} {v}", "🎯 {h}{c} {v}", "| {h} | {v} |", "{h}\n{v}",
    "### **{h}**\n{v}",
)  # fmt: skip
BULLETS = (
    "{v}", "- {v}", "* {v}", "+ {v}", "• {v}", "・{v}", "–{v}", "→ {v}", "✓ {v}", "- [ ] {v}",
    "- **{v}**", "{n}. {v}", "{n}) {v}", "{n}、{v}", "{n}．{v}", "（{n}）{v}", "({n}) {v}",
    "**{n}.** {v}", "{circled}{v}", "{cjk}、{v}", "{keycap} {v}", "  - {v}", "   {n}. {v}",
)  # fmt: skip
INLINE = ("; ", "；", " / ", "、")

WORDS = {
    "en": "the smith needs his lost ring back from Old Mill before dusk Mira can't wait",
    "zh": "前往磨坊 寻找戒指 交给铁匠 十字路口 击败狼王 回到村庄 打听消息",
    "ja": "磨坊へ行く 指輪を探す 鍛冶屋に渡す 村に戻る 狼を倒す",
    "ko": "방앗간으로 가서 반지를 찾는다 대장장이에게 준다 늑대를 처치",
    "ru": "найти кольцо у старой мельницы вернуть кузнецу до заката убить волков",
    "fr": "trouver l'anneau près du moulin à l'aube où l'évêque dort",
    "de": "den Ring für Käthe suchen über große Brücken zum Müller gehen",
    "es": "buscar el anillo del señor en el año pasado ¡rápido!",
    "pt": "buscar o anel do ferreiro até amanhã não é fácil",
    "ar": "ابحث عن الخاتم قرب الطاحونة ثم عد إلى القرية",
    "he": "מצא את הטבעת ליד הטחנה וחזור לכפר",
    "hi": "अंगूठी खोजो और लोहार को वापस दो",
    "th": "ตามหาแหวนที่หายไป กลับไปที่หมู่บ้าน",
    "el": "βρες το δαχτυλίδι και γύρνα στο χωριό",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a rendered quest says."""

    title: str
    description: str
    objectives: tuple[str, ...]
    rewards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is written down."""

    headings: tuple[str, str, str, str]
    head: str
    colon: str
    bullet: str
    newline: str = "\n"
    gap: str = ""
    """What stands between two parts."""


def rendered(told: Told, manner: Manner) -> str:
    """Write a quest as text under headings."""
    values: tuple[str | tuple[str, ...], ...] = (
        told.title,
        told.description,
        told.objectives,
        told.rewards,
    )
    parts = (
        _part(heading, value, manner)
        for heading, value in zip(manner.headings, values, strict=True)
        if value
    )
    return f"\n{manner.gap}".join(parts).replace("\n", manner.newline)


def _part(heading: str, value: str | tuple[str, ...], manner: Manner) -> str:
    said, below = "", ""
    if isinstance(value, str):
        said = value
    elif manner.bullet in INLINE:
        said = manner.bullet.join(value)
    else:
        below = _lines(value, manner)
    return manner.head.format(h=heading, c=manner.colon, v=said).rstrip() + below


def _lines(entries: tuple[str, ...], manner: Manner) -> str:
    marks = tables()["marks"]
    lines = (
        manner.bullet.format(
            v=entry,
            n=at + 1,
            circled=marks["circled"][at],
            cjk=marks["numerals"][at],
            keycap=f"{at + 1}\ufe0f\u20e3",
        )
        for at, entry in enumerate(entries)
    )
    return "\n" + "\n".join(lines)
