"""What players see of what models write: one row a rule."""

from __future__ import annotations

import pytest

from npcengine.reply.parser import ReplyParser
from npcengine.turns import Piece

NPC = ("Mira Holt", "blacksmith", "Mira")


def parser(max_sentences: int = 12, player: str = "Ayla") -> ReplyParser:
    return ReplyParser(npc_names=NPC, player_names=(player,), max_sentences=max_sentences)


def read(text: str, max_sentences: int = 12) -> tuple[str, list[str]]:
    reply = parser(max_sentences)
    return joined([*reply.feed(text), *reply.close()])


def joined(pieces: list[Piece]) -> tuple[str, list[str]]:
    text = "".join(piece.text for piece in pieces if piece.kind == "text")
    return text, [piece.text for piece in pieces if piece.kind == "emote"]


PLAIN = {
    "words": ("Aye. Leave it with me.", "Aye. Leave it with me."),
    "space around": ("\n  Aye, \t then.\r\n\r\nGo.  \n", "Aye, then. Go."),
    "nothing": (" \n ", ""),
    "label": ("Mira: Aye.", "Aye."),
    "label, whole name": ("Mira Holt: Aye.", "Aye."),
    "label, bold": ("**Mira:** Aye.", "Aye."),
    "label, bold name": ("**Mira**: Aye.", "Aye."),
    "label, italic": ("*Mira:* Aye.", "Aye."),
    "label, brackets": ("[Mira]: Aye.", "Aye."),
    "label, id": ("blacksmith: Aye.", "Aye."),
    "label, upper case": ("MIRA: Aye.", "Aye."),
    "label, role": ("NPC: Aye.", "Aye."),
    "label, assistant": ("Assistant: Aye.", "Aye."),
    "label, full width": ("Mira：好。", "好。"),
    "label, with a manner": ("Mira (smiling): Aye.", "Aye."),
    "label, later line": ("Aye.\nMira: Leave it.", "Aye. Leave it."),
    "label, twice": ("Mira: NPC: Aye.", "Aye."),
    "label and quotes": ('Mira: "Aye. Leave it."', "Aye. Leave it."),
    "label in quotes": ('"Mira: Aye. Leave it."', "Aye. Leave it."),
    "name, no label": ("Mira Holt is my name.", "Mira Holt is my name."),
    "name of the player, no label": ("Ayla, come in.", "Ayla, come in."),
    "label of somebody else": ("Rule one: never ask.", "Rule one: never ask."),
    "label in mid-line": ("Ask for Mira: she knows.", "Ask for Mira: she knows."),
    "quotes": ('"Aye. Leave it."', "Aye. Leave it."),
    "quotes, one word": ('"Aye"', "Aye"),
    "quotes, curly": ("“Aye. Leave it.”", "Aye. Leave it."),
    "quotes, German": ("„Ja. Lass es hier.“", "Ja. Lass es hier."),
    "quotes, French": ("« Oui. Laisse-la ici. »", "Oui. Laisse-la ici."),
    "quotes, Chinese": ("「好。放这里吧。」", "好。放这里吧。"),
    "quotes, Japanese": ("『はい。どうぞ。』", "はい。どうぞ。"),
    "quotes, single": ("'Aye, leave it.'", "Aye, leave it."),
    "quotes, single curly": ("‘Aye, leave it.’", "Aye, leave it."),
    "quotes around each part": ('"Aye." "Leave it."', "Aye. Leave it."),
    "quotes, one never closed": ('"Aye. Leave it.', "Aye. Leave it."),
    "quotes inside": ('They call it "the Maw". Stay out.', 'They call it "the Maw". Stay out.'),
    "quotes in quotes": ('"Aye. The "Maw" is shut."', 'Aye. The "Maw" is shut.'),
    "quotes in the first sentence": ('"Aye, the "Maw" is shut."', 'Aye, the "Maw" is shut.'),
    "quotes without space, Chinese": ('他说"好"，走了。', '他说"好"，走了。'),
    "quotes of two kinds": ("“Aye. He said «no» to me.”", "Aye. He said «no» to me."),
    "quotes at the start only": ('"Leave it!" he told me.', '"Leave it!" he told me.'),
    "quotes at the start, Chinese": ("「走吧」是他说的。", "「走吧」是他说的。"),
    "quote inside never closed": ('He said "leave it.', 'He said "leave it."'),
    "quote that closes nothing": ('Leave it," he said.', "Leave it, he said."),
    "apostrophe at the start": ("'Tis the smith's. Go.", "'Tis the smith's. Go."),
    "bold": ("I have **two** swords.", "I have two swords."),
    "stressed": ("I *never* said that.", "I never said that."),
    "stressed, two words": ("I _really never_ said that.", "I really never said that."),
    "stressed at the start": ("*Never* say that.", "Never say that."),
    "stressed before a stop": ("It was *you*.", "It was you."),
    "stressed shout": ("*Never!* I will not.", "Never! I will not."),
    "stressed after a colon": ("Remember: *never* trust it.", "Remember: never trust it."),
    "stressed after a dash": ("I tell you — *never* go.", "I tell you — never go."),
    "stressed after a pause": ("I... *never* said that.", "I... never said that."),
    "stressed in quotes": ('They said "*never* again".', 'They said "never again".'),
    "stressed question": ("*You*? Here?", "You? Here?"),
    "stressed, Chinese": ("我*从不*说谎。", "我从不说谎。"),
    "title": ("I read *The Song of the Marsh* once.", "I read The Song of the Marsh once."),
    "asterisk alone": ("Five * three, and a*", "Five three, and a"),
    "asterisk never closed": ("*wipes her hands and says aye.", "wipes her hands and says aye."),
    "underscore in a word": ("The key is iron_key.", "The key is iron_key."),
    "heading": ("## The Forge\nCome in.", "The Forge Come in."),
    "bullets": ("I have:\n- rope\n* lamps\n• oil", "I have: rope lamps oil"),
    "dash of speech": ("— Привет, путник.", "Привет, путник."),
    "dash inside": ("Aye — leave it.", "Aye — leave it."),
    "ticks": ("Say `open` to it.", "Say open to it."),
    "fence": ("Aye:\n```text\nopen the door\n```", "Aye: open the door"),
    "link": ("See [the board](https://example.com/a_b) there.", "See the board there."),
    "address": ("See https://example.com/x?y=1 now.", "See now."),
    "address, www": ("See www.example.com now.", "See now."),
    "address, upper case": ("See HTTPS://EXAMPLE.COM now.", "See now."),
    "address in brackets": ("Aye (http://example.com) so.", "Aye () so."),
    "address, Chinese around": ("看https://example.com，快走。", "看，快走。"),
    "address, other scheme": ("See ftp://example.com now.", "See ftp now."),
    "tag": ("<b>Aye</b>, <color=#ff0000>leave</color> it.", "Aye, leave it."),
    "tag of the prompt": ("<speech>Aye.</speech>", "Aye."),
    "tag for a new line": ("Aye.<br/>Leave it.", "Aye. Leave it."),
    "BBCode": ("[b]Aye[/b], [url=x]leave[/url] it.", "Aye, leave it."),
    "brackets": ("[sighs] Aye.", "(sighs) Aye."),
    "less than": ("If 3 < 5 or 5 > 3.", "If 3 5 or 5 3."),
    "control token": ("Aye.<|im_end|>", "Aye."),
    "control tokens": ("[INST] <<SYS>>Aye.<</SYS>> [/INST]</s>", "Aye."),
    "control token, full width": ("好。<｜end▁of▁sentence｜>", "好。"),
    "token in a token": ("Aye<|im_<|x|>end|>.", "Aye im end ."),
    "tag in a tag": ("<scr<b>ipt>Aye.", "scriptAye."),
    "thought": ("<think>He wants a sword.\n\nSay aye.</think>\n\nAye.", "Aye."),
    "thought, never ended": ("<think>He wants a sword. Aye.", ""),
    "thought, ended only": ("</think>Aye.", "Aye."),
    "control characters": ("A\x00y\x1be\x7f\x9f.", "Aye."),
    "bidi": ("A\u202eye\u2066.\u200f", "Aye."),
    "zero width": ("A\u200by\ufeffe\u00ad\U000e0041.", "Aye."),
    "joiner in a word": ("می\u200cخواهم.", "می\u200cخواهم."),
    "joiner in an emoji": ("Aye 👩\u200d🍳.", "Aye 👩\u200d🍳."),
    "joiner alone": ("Aye\u200d , \u200cthen.", "Aye , then."),
    "surrogate": ("A\ud800ye.", "Aye."),
}


@pytest.mark.parametrize(("said", "text"), PLAIN.values(), ids=PLAIN)
def test_only_what_is_spoken_is_text(said: str, text: str) -> None:
    assert read(said) == (text, [])


ACTIONS = {
    "at the start": ("*wipes her hands* Aye.", "Aye.", ["wipes her hands"]),
    "capital": ("*Wipes her hands.* Aye.", "Aye.", ["Wipes her hands."]),
    "one word": ("*nods* Aye.", "Aye.", ["nods"]),
    "underscores": ("_nods slowly_ Aye.", "Aye.", ["nods slowly"]),
    "alone": ("*nods*", "", ["nods"]),
    "after a stop": ("Aye. *nods* Leave it.", "Aye. Leave it.", ["nods"]),
    "no space around": ("Aye.*nods*Leave it.", "Aye. Leave it.", ["nods"]),
    "at the end": ("Aye, friend *smiles*", "Aye, friend", ["smiles"]),
    "in mid-sentence": ("Well *wipes her hands* so be it.", "Well so be it.", ["wipes her hands"]),
    "before a stop": ("Well *wipes her hands*.", "Well.", ["wipes her hands"]),
    "two": ("*nods* *sits down* Aye.", "Aye.", ["nods", "sits down"]),
    "on its own line": ("*nods*\nMira: Aye.", "Aye.", ["nods"]),
    "after a label": ("Mira: *nods* Aye.", "Aye.", ["nods"]),
    "after a comma": ("Well, *sighs* I suppose.", "Well, I suppose.", ["sighs"]),
    "after a pause": ("Well... *sighs* Fine.", "Well... Fine.", ["sighs"]),
    "between quotes": ('"Aye." *nods* "Leave it."', "Aye. Leave it.", ["nods"]),
    "in quotes": ('"*nods* Aye. Leave it."', "Aye. Leave it.", ["nods"]),
    "Chinese": ("*擦了擦手* 欢迎。", "欢迎。", ["擦了擦手"]),
    "markup inside": ("*points at `the [b]door[/b]`* Go.", "Go.", ["points at the door"]),
    "address inside": ("*points at www.example.com* Go.", "Go.", ["points at"]),
    "too long": (f"*{'so ' * 50}it is* Aye.", f"{'so ' * 50}it is Aye.", []),
}


@pytest.mark.parametrize(("said", "text", "emotes"), ACTIONS.values(), ids=ACTIONS)
def test_actions_are_split_off(said: str, text: str, emotes: list[str]) -> None:
    assert read(said) == (text, emotes)


@pytest.mark.parametrize(
    "label",
    [
        "Ayla:", "ayla:", "**Ayla:**", "*Ayla:*", "[Ayla]:", "Ayla (softly):", "Ayla：", '"Ayla:',
        "You:", "Player:", "User:", "玩家：", "- Ayla:", "<|im_start|>user:",
    ],
)  # fmt: skip
def test_the_reply_ends_where_the_player_is_spoken_for(label: str) -> None:
    reply = parser()
    pieces = [*reply.feed(f"Aye.\n{label} Give it to me."), *reply.feed(" More.")]
    assert joined(pieces)[0] == "Aye."
    assert reply.done
    assert reply.close() == []


def test_a_reply_that_begins_with_the_player_is_empty() -> None:
    reply = parser()
    assert reply.feed("Ayla: Give it to me.") == []
    assert reply.done


def test_a_name_that_player_and_character_share_is_a_label_of_the_character() -> None:
    reply = parser(player="mira")
    assert joined([*reply.feed("Mira: Aye."), *reply.close()]) == ("Aye.", [])


@pytest.mark.parametrize("name", ["a.*", "(((", "[x](y)", "*", "", "\\", "İİ", "x" * 80, "<b>:"])
def test_names_are_only_names(name: str) -> None:
    reply = ReplyParser(npc_names=(name,), player_names=(name + "2",), max_sentences=3)
    assert joined([*reply.feed("abc: Aye."), *reply.close()])[0] == "abc: Aye."


def test_a_name_with_markup_in_it_is_known_without_it() -> None:
    reply = parser(player="xX_*Ayla*_Xx")
    reply.feed("Aye.\nxX_*Ayla*_Xx: Give it to me.")
    assert reply.done


LIMITED = {
    "one": (1, "Aye. Leave it.", "Aye."),
    "two": (2, "Aye! Leave it. Go.", "Aye! Leave it."),
    "abbreviation": (1, "Mr. Holt left. Go.", "Mr. Holt left."),
    "closing quote": (1, 'They said "no." Then they left.', 'They said "no."'),
    "open quote": (1, 'They said "Aye. Go." and left.', 'They said "Aye."'),
    "quoted": (1, '"Aye, leave it. Go."', "Aye, leave it."),
    "Chinese": (2, "好。走吧！再见。", "好。走吧！"),
    "action after the last": (1, "Aye. *nods* Leave it. *sits*", "Aye."),
}


@pytest.mark.parametrize(("limit", "said", "text"), LIMITED.values(), ids=LIMITED)
def test_a_reply_is_cut_after_enough_sentences(limit: int, said: str, text: str) -> None:
    reply = parser(limit)
    pieces = reply.feed(said)
    assert joined(pieces)[0] == text
    assert reply.done
    assert reply.ended_whole
    assert reply.feed(" And more.") == reply.close() == []


def test_an_action_beside_the_last_sentence_is_given_and_later_ones_are_not() -> None:
    assert read("Aye. *nods* Leave it. *sits*", 1) == ("Aye.", ["nods"])


def test_a_reply_of_just_enough_sentences_is_not_done() -> None:
    reply = parser(2)
    reply.feed("Aye. Leave it.")
    reply.close()
    assert not reply.done


def test_words_are_given_as_they_come() -> None:
    reply = parser()
    given = [reply.feed(token) for token in ("Aye", ",", " leave", " the", " sword", ".")]
    assert [joined(pieces)[0] for pieces in given] == ["Aye", ",", " leave", " the", " sword", "."]


def test_the_order_of_words_and_actions_is_kept() -> None:
    reply = parser()
    assert [*reply.feed("Aye. *nods* Go."), *reply.close()] == [
        Piece("text", "Aye."),
        Piece("emote", "nods"),
        Piece("text", " Go."),
    ]


@pytest.mark.parametrize(
    ("said", "whole"), [("Aye.", True), ("Aye. Leave", False), ("Aye. *no", True), ("", False)]
)
def test_a_broken_stream_tells_if_a_sentence_was_left_open(said: str, whole: bool) -> None:
    reply = parser()
    reply.feed(said)
    assert reply.ended_whole is whole


@pytest.mark.parametrize(
    "begin", ["Leave", "Ayla", "Mira Holt", "You", "Mira：", "Ayla：", "'Leave"]
)
@pytest.mark.parametrize("npc", [NPC, ()])
def test_a_long_reply_is_the_same_whole_and_letter_by_letter(
    begin: str, npc: tuple[str, ...]
) -> None:
    said = f"{begin} it on the bench and I will see to the edge before the fair comes, if the lady"
    said += " of the hill lets me. And mind the tongs, for they are hot still, and so is the anvil."
    whole, apart = (
        ReplyParser(npc_names=npc, player_names=("Ayla",) if npc else (), max_sentences=12)
        for _ in range(2)
    )
    given = [piece for letter in said for piece in apart.feed(letter)]
    assert joined([*whole.feed(said), *whole.close()]) == joined([*given, *apart.close()])
