"""The program as others run it: what it writes where, and how it exits."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from npcengine.testing.fake_provider import FakeProvider, Fault
from npcengine.version import __version__
from tests.cli.terminal import Finished, at_terminal, run

ANSWER = "Aye. Leave it by the anvil."


def groq(provider: FakeProvider) -> dict[str, str]:
    return {"GROQ_API_KEY": "gsk_a_key_of_no_account", "GROQ_BASE_URL": provider.base_url}


async def test_say_in_a_pipe_writes_the_text_and_nothing_else(home: Path) -> None:
    said = await run(home, "say", "hild", "can", "you", "mend", "it?", afresh=True)
    assert said == Finished(0, "Leave it on the bench.\n", "")


async def test_say_writes_the_whole_reply_as_json(home: Path) -> None:
    async with FakeProvider(replies=[ANSWER]) as provider:
        said = await run(
            home, "say", "hild", "-", "--json", typed=b"Good day.\n", env=groq(provider)
        )
        assert "Good day." in str(provider.requests[0].body)
    reply = json.loads(said.out)
    assert (said.code, said.err) == (0, "")
    assert reply.items() >= {"npc": "hild", "text": ANSWER, "source": "model"}.items()
    assert reply["provider"] == "groq"
    assert reply["usage"]["prompt"] > 0
    assert reply["error"] is None


async def test_a_provider_that_fails_is_told_once_and_the_next_answers(home: Path) -> None:
    async with (
        FakeProvider(replies=[Fault.status(503)]) as broken,
        FakeProvider(style="openai", replies=[ANSWER]) as whole,
    ):
        openai = {"OPENAI_API_KEY": "sk-a-key-of-no-account", "OPENAI_BASE_URL": whole.base_url}
        said = await run(home, "say", "hild", "Good day.", env=groq(broken) | openai)
    assert (said.code, said.out) == (0, f"{ANSWER}\n")
    told = said.err.splitlines()
    assert [line.partition(" HTTP 503: ")[0] for line in told] == [
        "hild: groq openai/gpt-oss-20b:",
        "hild: groq openai/gpt-oss-120b:",
    ]


async def test_at_a_terminal_say_streams_and_tells_the_source(home: Path) -> None:
    async with FakeProvider(replies=[f"*nods* {ANSWER}"]) as provider:
        arguments = ("say", "hild", "Good day.")
        async with at_terminal(home, *arguments, env=groq(provider), afresh=True) as (screen, it):
            shown = await screen.until("$0.0")
        assert it.returncode == 0
        assert provider.requests[0].body is not None
        assert provider.requests[0].body["stream"] is True
    assert f"Hild: *nods* {ANSWER}" in shown
    assert "groq openai/gpt-oss-20b · " in shown


async def test_strict_fails_when_no_model_answers(home: Path) -> None:
    offline = await run(home, "say", "hild", "Good day.", "--strict", "--json")
    assert (offline.code, offline.out) == (3, "")
    assert "set GROQ_API_KEY" in offline.err
    async with FakeProvider(replies=[Fault.status(401)]) as provider:
        refused = await run(home, "say", "hild", "Good day.", "--strict", env=groq(provider))
    assert (refused.code, refused.out) == (3, "")
    assert "HTTP 401" in refused.err
    assert "gsk_a_key" not in refused.err


async def test_bad_input_gets_one_message_and_its_exit_code(home: Path) -> None:
    (home / "typo.yaml").write_text("id: a\nname: A\ndescripton: B\n")
    (home / "empty").mkdir()
    say_hild = ("say", "hild", "Good day.")
    cases: dict[tuple[str, ...], tuple[int, str]] = {
        ("chat", "hidl"): (1, "Did you mean 'hild'?"),
        ("say", "hild", ""): (1, "line is empty"),
        (*say_hild, "--personas", "nowhere"): (1, "no personas in 'nowhere': pass --personas"),
        (*say_hild, "--personas", "x" * 300): (1, "name too long"),
        (*say_hild, "--personas", "empty"): (1, "no .yaml or .yml file"),
        (*say_hild, "--personas", "typo.yaml"): (1, "typo.yaml:3:1: NPC"),
        ("chat", "hild", "--deadline", "-1"): (1, "deadline is a number of seconds above 0"),
        (*say_hild, "--player", ""): (1, "player is an id"),
        (*say_hild, "--deadline", "soon"): (2, "--deadline"),
        ("say", "hild"): (2, "LINE"),
        ("sya",): (2, "No such command 'sya'"),
    }
    ended = await asyncio.gather(*(run(home, *arguments) for arguments in cases))
    for (arguments, (code, message)), it in zip(cases.items(), ended, strict=True):
        assert it.code == code, arguments
        assert it.out == "", arguments
        assert message.lower() in it.err.lower(), arguments
        assert "Traceback" not in it.err, arguments
        assert len(it.err) < 1000, arguments


async def test_a_wrong_surrounding_is_explained(home: Path) -> None:
    strict = {"PYTHONIOENCODING": "utf-8:strict"}
    misspelt, keyless, long, binary = await asyncio.gather(
        run(home, "say", "hild", "Good day.", env={"NPCENGINE_FAST": "grok:x"}),
        run(home, "chat", "hild", env={"NPCENGINE_FAST": "groq:openai/gpt-oss-20b"}),
        run(home, "say", "hild", "-", typed=b"x" * 100_000 + b"\n"),
        run(home, "say", "hild", "-", typed=b"\xff\xfe\n", env=strict, afresh=True),
    )
    assert {it.code for it in (misspelt, keyless, long, binary)} == {1}
    assert "NPCENGINE_FAST" in misspelt.err
    assert "set GROQ_API_KEY" in keyless.err
    assert "100,000 characters" in long.err
    assert binary.err == "the line on stdin is not UTF-8 text\n"


async def test_nothing_that_is_written_is_markup_or_steers_a_terminal(home: Path) -> None:
    (home / "bad.yaml").write_text('id: a\nname: A\ndescription: B\n"\\e[2J\\u202e": 1\n')
    plain, prompt, lint, say = await asyncio.gather(
        run(home, "chat", "mara"),
        run(home, "prompt", "mara", "\x1b[31m hello"),
        run(home, "lint", "bad.yaml"),
        run(home, "say", "\x1b[31mmara", "Good day."),
    )
    assert plain.out == "Look at :boom: me.\n"
    assert "She is [bold]bold[/bold]." in prompt.out
    assert (lint.code, say.code) == (1, 1)
    for it in (plain, prompt, lint, say):
        assert not {"\x1b", "\u202e"} & set(it.out + it.err)


async def test_help_and_tables_fit_80_columns(home: Path) -> None:
    scene = ("--place", "the forge", "--time", "dusk")
    written = await asyncio.gather(
        run(home, "--help"),
        run(home, "chat", "--help"),
        run(home, "prompt", "zhou", "你好", "--explain", *scene),
    )
    for it in written:
        assert (it.code, it.err) == (0, "")
        assert max(map(cell_len, it.out.splitlines())) <= 80
        assert "\x1b" not in it.out
    assert "3  no model could answer" in written[0].out
    assert "..." not in written[0].out.partition("Commands:")[2]


async def test_prompt_shows_what_is_sent_and_what_it_takes(home: Path) -> None:
    plain, messages, table, sections = await asyncio.gather(
        run(home, "prompt", "hild", "Good day.", "--place", "the forge"),
        run(home, "prompt", "hild", "Good day.", "--place", "the forge", "--json"),
        run(home, "prompt", "hild", "Good day.", "--place", "the forge", "--explain"),
        run(home, "prompt", "hild", "Good day.", "--place", "the forge", "--explain", "--json"),
    )
    sent = json.loads(messages.out)
    assert sent[-1] == {"role": "user", "content": "<speech>Good day.</speech>"}
    assert "the forge" in sent[-2]["content"]
    assert plain.out == "".join(f"{each['role']}:\n{each['content']}\n\n" for each in sent)
    reports = json.loads(sections.out)
    rows = [line.split() for line in table.out.splitlines()[1:]]
    for report, row in zip(reports, rows, strict=False):
        kind = "static" if report["static"] else "changes"
        assert row == [report["name"], str(report["tokens"]), kind, report["sha256"]]
    assert rows[-1] == ["all", str(sum(report["tokens"] for report in reports))]


async def test_lint_tells_places_and_fails_on_errors_only(home: Path) -> None:
    (home / "typo.yaml").write_text("id: a\nname: A\ndescription: B\ntrait: [bold]\n")
    warned, failed, machine = await asyncio.gather(
        run(home, "lint"), run(home, "lint", "typo.yaml"), run(home, "lint", "typo.yaml", "--json")
    )
    assert (warned.code, failed.code, machine.code) == (0, 1, 1)
    assert "\npersonas/zhou.yaml:7:11: NPC303 examples: " in warned.out
    assert "write two to six short exchanges" in warned.out
    assert failed.out.startswith("typo.yaml:4:1: NPC")
    found = json.loads(machine.out)
    assert found[0].items() >= {"line": 4, "column": 1, "severity": "error"}.items()
    assert "did you mean" in found[0]["suggestion"]
    assert (warned.err, failed.err, machine.err) == ("", "", "")


async def test_version(home: Path) -> None:
    assert await run(home, "--version", afresh=True) == Finished(
        0, f"npcengine {__version__}\n", ""
    )


@pytest.mark.parametrize("missing", ["typer", "rich"])
async def test_without_its_extra_the_program_says_what_to_install(missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; import npcengine.__main__ as m; m.main()"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await process.communicate()
    assert process.returncode == 1
    assert complaint.decode().splitlines() == [
        "npcengine: the command line is an extra: pip install 'npcengine[cli]'"
    ]
