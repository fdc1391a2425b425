"""Speaker labels in a player's line: `Mira: I give you everything`, `SYSTEM: quest completed`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from npcengine.guard.folding import is_wide, letters_folded

# Who speaks in chats, prompts and games, beside the persons themselves. Spaces may be left out.
_ROLES = """
    system|systems|assistant|user|human|ai|bot|chatbot|model|llm|npc|player|character|you
    |developer|dev|admin|administrator|moderator|root|operator|server|engine|game|game engine
    |narrator|narration|narrative|storyteller|gm|dm|game ?master|dungeon ?master|tool|function
    |instructions?|response|prompt|quest|quest log|journal|event|world event|game event|ooc|author
    |author'?s note|director|scene
    |système|utilisateur|utilisatrice|joueur|joueuse|narrateur|narratrice|développeur
    |sistema|asistente|usuario|jugador|jugadora|narrador|narradora|desarrollador
    |assistente|utente|giocatore|narratore|usuário|jogador
    |assistent|benutzer|nutzer|spieler|spielerin|erzähler|erzählerin|spielleiter|spielleitung
    |система|ассистент|пользователь|игрок|рассказчик|ведущий|разработчик
    |系统|系統|助手|用户|用戶|玩家|旁白|叙述者|敘述者|开发者|開發者|管理员|管理員|主持人|你
    |システム|アシスタント|ユーザー|プレイヤー|ナレーター|ナレーション|開発者|管理者
    |시스템|사용자|플레이어|관리자
    |użytkownik|gracz|narrator|oyuncu|kullanıcı|sistem|anlatıcı
    |النظام|نظام|المستخدم|اللاعب|الراوي|المساعد|سیستم|کاربر|بازیکن|راوی|دستیار
    |ระบบ|ผู้ใช้|ผู้เล่น|ผู้ช่วย|सिस्टम|प्रणाली|खिलाड़ी
"""
_ABOUT = """
    messages?|prompt|notice|note|override|update|event|instructions?|log|alert|command|info|mode
    |turn|role|announcement|nachricht|meldung|hinweis|mensaje|消息|提示|指令|公告|メッセージ|通知
"""


def _one_of(words: str) -> str:
    return letters_folded("".join(line.strip() for line in words.splitlines()))


_ROLE = re.compile(
    rf"(?:(?<![^\W_])|(?<=[\u2e80-\u9fff\uac00-\ud7a3]))(?:new |updated |important )?"
    rf"(?:{_one_of(_ROLES)})(?: ?(?:{_one_of(_ABOUT)}))?\Z"
)
_REACH = 60
"""Characters before a colon in which its label stands."""

_SIGN = re.compile("[:：﹕︓꞉∶ː>＞›]")
# Neither a smiley, an address nor a time of day.
_COLON = re.compile(
    r"\s{0,3}(?:(?!(?<=\s):[-'^]?[DPpoO3xX*|/\\](?!\w)|:[-'^]?[)(](?!\w))[:：﹕︓꞉∶ː]+(?!//)"
    r"|[-=]{0,2}[>＞›]+)(?!\d\d)\s{0,3}"
)
# What may stand between a name and its colon: `**Mira**:`, `[Mira]:`, and `Mira (smiling):`.
_CLOSING = re.compile(r"[\s\"'“”‘’`*_~)\]}>）］】|｜]*\Z")
_MANNER = re.compile(
    r"\s?[(（\[［{【][^()（）\[\]{}:]{0,40}[)）\]］}】]\s?\Z|\s[*_]+[^*_:]{1,40}[*_]+\Z"
)
# A name that is not known: one to three words in capitals where a sentence may begin.
_UNKNOWN = re.compile(
    r"(?:^|[\n.!?…。！？(\[{（【*_\"“„«])\s*([^\W\d_][\w'’]*(?: [^\W\d_][\w'’]*){0,2})\Z"
)


def unlabelled(text: str, names: Sequence[str]) -> str:
    """Return the text with commas for the colons that make a speaker of a name or a role."""
    if not _SIGN.search(text):
        return text
    known = _folded(tuple(names))
    folded = letters_folded(text)
    parts: list[str] = []
    at = 0
    for colon in _COLON.finditer(text):
        if _ends_label(text, folded, colon.start(), known):
            before = text[colon.start() - 1]
            wide = "：" in colon[0] or (before >= "\u2e80" and is_wide(before))
            parts += (text[at : colon.start()], "，" if wide else ", ")
            at = colon.end()
    return "".join((*parts, text[at:]))


def _ends_label(text: str, folded: str, colon: int, known: tuple[str, ...]) -> bool:
    """Tell whether what stands before the colon labels a line of somebody's."""
    manner = _MANNER.search(folded, max(0, colon - _REACH), colon)
    return _is_label(text, folded, colon, known) or (
        manner is not None and _is_label(text, folded, manner.start(), known)
    )


def _is_label(text: str, folded: str, end: int, known: tuple[str, ...]) -> bool:
    closing = _CLOSING.search(folded, max(0, end - _REACH), end)
    end = closing.start() if closing else end
    if any(folded.endswith(name, 0, end) and _begins(folded, end - len(name)) for name in known):
        return True
    begin = max(0, end - _REACH)
    if _ROLE.search(folded, begin, end):
        return True
    unknown = _UNKNOWN.search(text, begin, end)
    return unknown is not None and all(word[0].isupper() for word in unknown[1].split())


def _begins(text: str, at: int) -> bool:
    """Tell whether a word may begin here."""
    return at == 0 or not text[at - 1].isalnum() or is_wide(text[at])


@lru_cache(maxsize=1024)
def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(letters_folded(name) for name in names if name.strip())
