"""The chat, at the keyboard of a real terminal."""

import asyncio
from pathlib import Path

from npcengine.testing.fake_provider import FakeProvider, Fault
from tests.cli.terminal import CTRL_C, CTRL_D, UP, at_terminal, run

OFFLINE = "No GROQ_API_KEY or OPENAI_API_KEY is set: the characters speak their authored lines."


async def test_a_talk_with_its_commands(home: Path) -> None:
    async with at_terminal(home, "chat", "hild") as (screen, program):
        opening = await screen.until("player> ")
        assert OFFLINE in opening.replace("\n", " ")
        assert "Hild: Mind the sparks." in opening
        screen.type("Can you mend it?\n")
        assert "Hild: Leave it on the bench." in await screen.until("authored (offline)")
        await screen.until("player> ")
        screen.type(f"{UP}\n")
        assert "Can you mend it?" in await screen.until("Hild: Hm.")
        await screen.until("player> ")
        screen.type("\n")  # nothing is said
        await screen.until("player> ")
        screen.type("x" * 1001 + "\n")
        await screen.until("1,001 characters")
        await screen.until("player> ")
        screen.type("/prompt Is it done?\n")
        prompt = await screen.until("<speech>Is it done?</speech>")
        assert "user: <speech>Can you mend it?</speech>" in prompt
        assert "assistant: Leave it on the bench." in prompt
        assert "Hm." not in prompt.partition("history · ")[2]
        await screen.until("player> ")
        screen.type("/reset\n")
        await screen.until("Forgotten: 3 turns.")
        screen.type("/promt\n")
        await screen.until("there is no command /promt: did you mean /prompt? /help lists them all")
        screen.type("/help\n")
        await screen.until("/quit")
        screen.type("/as\n")
        await screen.until("/as NAME")
        screen.type("/as Ayla\n")
        await screen.until("Ayla> ")
        screen.type("/prompt\n")
        assert "history" not in await screen.until("<speech>…</speech>")
        await screen.until("Ayla> ")
        screen.type(CTRL_D)
        await screen.until("Farewell.")
    assert program.returncode == 0


async def test_a_talk_in_another_language_about_what_is_in_a_book(home: Path) -> None:
    (home / "personas" / "lore").mkdir()
    mill = "entries: [{keys: [Mühle], text: The mill burned down.}]\n"
    (home / "personas" / "lore" / "town.yaml").write_text(mill, "utf-8")
    hild = home / "personas" / "hild.yaml"
    german = "lorebooks: [town]\ni18n: {de: {name: Hilda, greetings: [Obacht.]}}\n"
    hild.write_text(hild.read_text("utf-8") + german, "utf-8")
    async with at_terminal(home, "chat", "hild", "--locale", "de") as (screen, program):
        assert "Hilda: Obacht." in await screen.until("player> ")
        screen.type("/prompt Was war mit der Mühle?\n")
        assert "The mill burned down." in await screen.until("<speech>Was war mit der")
        await screen.until("player> ")
        screen.type(CTRL_D)
        await screen.until("Farewell.")
    said = await run(home, "say", "hild", "Hello.", "--locale", "de", "--store", "memory")
    assert said.out == "Obacht.\n"
    assert program.returncode == 0


async def test_ctrl_c_interrupts_a_reply_and_then_leaves(home: Path) -> None:
    async with FakeProvider(replies=["Good day."]) as provider:
        groq = {"GROQ_API_KEY": "gsk_a_key_of_no_account", "GROQ_BASE_URL": provider.base_url}
        async with at_terminal(home, "chat", "hild", env=groq) as (screen, program):
            opening = await screen.until("player> ")
            assert "Hild: Good day." in opening
            assert "groq openai/gpt-oss-20b · " in opening
            assert OFFLINE[:20] not in opening
            provider.plan(Fault.stall(after=9, text="One two three. Four five six."))
            screen.type("Count!\n")
            await screen.until("One two three.")
            screen.type(CTRL_C)
            await screen.until("interrupted")
            await screen.until("player> ")
            screen.type("Again!\n")
            await screen.until("Hild: Good day.")
            await screen.until("player> ")
            # The line editor may learn of a Ctrl-C that comes at once with the next key only.
            screen.type(f"{CTRL_C}\n")
            await screen.until("Farewell.")
        assert program.returncode == 0
        assert "One two three." in str(provider.requests[-1].body)


async def test_names_and_lines_cannot_steer_the_terminal(home: Path) -> None:
    name = "\x1b]0;owned\x07"
    async with at_terminal(home, "chat", "zhou", "--player", name) as (screen, _):
        opening = await screen.until("owned\ufffd> ")
        assert "这香气可是从千里之外的山里带\n      来的" in opening
        screen.type("/\x16\x1b[31mx\n")
        await screen.until("there is no command /\ufffd[31mx")
        screen.type("/quit\n")
        await screen.until("Farewell.")
    assert name not in screen.raw
    assert "\x1b[31mx" not in screen.raw


async def test_a_talk_through_a_pipe_is_bare(home: Path) -> None:
    typed = b"Can you mend it?\n\n/as Bo\nWhere?\n/nothing\n/quit\nnot said\n"
    talk, ended = await asyncio.gather(
        run(home, "chat", "hild", typed=typed),
        run(home, "chat", "hild", "--store", "memory", typed=b"Where?"),
    )
    assert talk.out == "Mind the sparks.\nLeave it on the bench.\nHm.\n"
    assert talk.err.splitlines() == [
        OFFLINE,
        "there is no command /nothing: /help lists them all",
    ]
    assert (ended.code, ended.out) == (0, "Mind the sparks.\nHm.\n")


async def test_the_cost_of_a_talk_is_told(home: Path) -> None:
    async with FakeProvider(replies=["Good day."]) as provider:
        groq = {"GROQ_API_KEY": "gsk_a_key_of_no_account", "GROQ_BASE_URL": provider.base_url}
        async with at_terminal(home, "chat", "hild", env=groq) as (screen, _):
            await screen.until("player> ")
            screen.type("/cost\n")
            assert "turns   1: 1 model\n" in await screen.until("player> ")
            provider.plan(Fault.stall(after=6, text="One two three. Four five six."))
            screen.type("Count!\n")
            await screen.until("One two three.")
            screen.type(CTRL_C)
            await screen.until("player> ")
            screen.type("/cost\n")
            told = await screen.until("player> ")
            screen.type("/quit\n")
            await screen.until("Farewell.")
    assert "turns   2: 2 model\n" in told
    assert "cost    about $0.0" in told
    assert "last    groq openai/gpt-oss-20b · " in told
