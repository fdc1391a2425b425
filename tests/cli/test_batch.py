"""Many lines from a file: all of their answers, each once, whatever comes between."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from npcengine.testing.fake_provider import Answer, FakeProvider, Fault
from npcengine.testing.fake_provider.script import Replies
from tests.cli.terminal import CTRL_C, PATIENCE, PROGRAM, Finished, at_terminal, run

OUT = ("--out", "out.jsonl")
SLOW = Answer("Too late.", delay=60.0)


def line(said: str, player: str = "ayla", **more: Any) -> dict[str, Any]:
    return {"npc": "hild", "line": said, "player": player, **more}


def lines(*said: dict[str, Any] | str) -> str:
    return "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in said)


CROWD = lines(*(line(f"Line {n}.", f"p{n}") for n in range(12)))


@pytest.fixture
def home(home: Path) -> Path:
    (home / "lines.jsonl").write_text(CROWD, "utf-8")
    return home


@asynccontextmanager
async def provided(replies: Replies = "Aye.") -> AsyncIterator[tuple[FakeProvider, dict[str, str]]]:
    async with FakeProvider(style="openai", replies=replies) as provider:
        yield provider, {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": provider.base_url}


def batch(home: Path, *more: str, env: Mapping[str, str]) -> "asyncio.Future[Finished]":
    return asyncio.ensure_future(run(home, "batch", "lines.jsonl", *more, env=env))


def results(text: str) -> list[dict[str, Any]]:
    return [json.loads(each) for each in text.splitlines()]


def kept(home: Path) -> list[dict[str, Any]]:
    return results((home / "out.jsonl").read_text("utf-8"))


def known(provider: FakeProvider) -> list[str]:
    """What the character has said before, as the last request tells it."""
    body = provider.requests[-1].body
    assert body is not None
    return [each["content"] for each in body["messages"] if each["role"] == "assistant"]


async def test_in_a_pipe_each_answer_is_one_line_of_json_and_no_more(home: Path) -> None:
    async with provided(lambda body: body["messages"][-1]["content"]) as (provider, env):
        done = await batch(home, env=env)
        assert len(provider.requests) == 12
    told = results(done.out)
    assert done.code == 0
    assert {each["line"]: each["text"] for each in told} == {
        f"Line {n}.": f"Line {n}." for n in range(12)
    }
    assert told[0].keys() >= {"key", "realm", "npc", "player", "line", "text", "source", "cost"}
    assert done.err.startswith("12 of 12 lines answered; $0.00")
    assert done.err.count("\n") == 1


async def test_every_mistake_is_told_at_once_and_nothing_is_asked(home: Path) -> None:
    wrong = lines(
        line("Hello.", npc="hilt"),
        line(" "),
        "",
        {"npc": "hild", "line": "Hello."},
        line("Hello.", scene={"plaec": "the forge"}),
        line("Hello.", tone="gruff"),
        "{'npc': 'hild'}",
        line("Hello.", id="a"),
        line("Hello.", id="a"),
        line("Hello.", scene={"facts": {"trust": 4}}),
        line("Hello.", id=7),
        "[]",
        "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
    )
    (home / "lines.jsonl").write_text(wrong, "utf-8")
    async with provided() as (provider, env):
        done = await batch(home, *OUT, env=env)
        assert provider.requests == ()
    assert done.code == 1
    for number, says in {
        1: "no persona has the id 'hilt'. Did you mean 'hild'?",
        2: "the player's line is empty",
        4: "player: this field is missing",
        5: "scene.plaec: there is no such field; known are place, time, present, notes, facts",
        6: "tone: there is no such field; known are npc, line, player, id, scene, realm",
        7: "this is not JSON",
        9: "id: 'a' is that of line 8 already",
        10: "no fact is called 'trust'",
        11: "id: this has to be text",
        12: "this has to be an object",
        13: "this is not JSON",
    }.items():
        assert f"lines.jsonl:{number}: {says}" in done.err
    assert "lines.jsonl:3" not in done.err
    assert not (home / "out.jsonl").exists()


async def test_a_file_full_of_mistakes_shows_the_first_of_them(home: Path) -> None:
    (home / "lines.jsonl").write_text("?\n" * 50, "utf-8")
    async with provided() as (_, env):
        done = await batch(home, env=env)
    assert "lines.jsonl:20:" in done.err
    assert "lines.jsonl:21:" not in done.err
    assert done.err.endswith("and 30 more\n")


async def test_a_run_that_was_killed_goes_on_where_it_was(home: Path) -> None:
    talk = lines(*(line(f"Line {n}.", id=f"l{n}") for n in range(4)))
    (home / "lines.jsonl").write_text(talk, "utf-8")
    async with provided(["One.", "Two.", SLOW, "Three.", "Four."]) as (provider, env):
        process = await asyncio.create_subprocess_exec(
            *(*PROGRAM, "batch", "lines.jsonl", *OUT),
            cwd=home,
            env={"HOME": str(home), **env},
        )
        await provider.wait_requested(3)
        process.kill()
        await process.wait()
        with (home / "out.jsonl").open("a") as file:
            file.write('{"key": "l2:0123')  # as far as it had come
        done = await batch(home, *OUT, env=env)
        before = known(provider)
    assert [each["text"] for each in kept(home)] == ["One.", "Two.", "Three.", "Four."]
    assert [each["id"] for each in kept(home)] == ["l0", "l1", "l2", "l3"]
    assert done.err.startswith("2 of 4 lines answered, 2 were there already")
    # The conversation goes on as well, although the process that had it is gone.
    assert before[-3:] == ["One.", "Two.", "Three."]


async def test_two_runs_at_once_do_not_write_to_one_file(home: Path) -> None:
    async with provided(["Aye.", *[SLOW] * 20]) as (provider, env):
        arguments = ("batch", "lines.jsonl", *OUT)
        async with at_terminal(home, *arguments, env=env) as (terminal, _):
            await terminal.until("1/12")
            asked = len(provider.requests)
            second = await batch(home, *OUT, env=env)
            assert len(provider.requests) == asked
            terminal.type(CTRL_C)
            await terminal.until("Stopped: 1 of 12")
    assert second.code == 1
    assert "out.jsonl: another batch writes to it, or has just done so: run this one" in second.err
    assert len(kept(home)) == 1


async def test_what_is_there_is_not_asked_again_unless_its_line_has_changed(home: Path) -> None:
    async with provided() as (provider, env):
        await batch(home, *OUT, env=env)
        again = await batch(home, *OUT, env=env)
        assert len(provider.requests) == 12
        changed = CROWD.replace("Line 3.", "Line three.")
        (home / "lines.jsonl").write_text(changed, "utf-8")
        await batch(home, *OUT, env=env)
        assert len(provider.requests) == 13
    assert again.err.startswith("0 of 12 lines answered, 12 were there already; $0.00")
    assert [each["line"] for each in kept(home)[12:]] == ["Line three."]


async def test_one_without_an_answer_is_told_and_had_by_running_it_again(home: Path) -> None:
    down = True

    def reply(body: dict[str, Any]) -> str | Any:
        failing = down and "Line 5." in body["messages"][-1]["content"]
        return Fault.status(401) if failing else "Aye."

    (home / "lines.jsonl").write_text(lines(*CROWD.splitlines()[5:7]), "utf-8")
    async with provided(reply) as (_, env):
        first = await batch(home, *OUT, env=env)
        down = False
        second = await batch(home, *OUT, env=env)
    assert first.code == 3
    assert "lines.jsonl:1: no answer, failure: " in first.err
    assert "1 without an answer, to be had by running it again" in first.err
    assert second.code == 0
    assert sorted(each["line"] for each in kept(home)) == ["Line 5.", "Line 6."]


async def test_a_file_that_holds_something_else_is_left_as_it_is(home: Path) -> None:
    async with provided() as (provider, env):
        for name, content in {"notes.txt": "My notes", "lines.jsonl": CROWD}.items():
            (home / name).write_text(content, "utf-8")
            done = await batch(home, "--out", name, env=env)
            assert done.code == 1
            assert f"{name}:1: this is no result of npcengine batch: choose another" in done.err
            assert (home / name).read_text("utf-8") == content
        done = await batch(home, "--out", "nowhere/out.jsonl", env=env)
        assert (done.code, "cannot be written: No such file" in done.err) == (1, True)
        assert provider.requests == ()


async def test_without_a_model_nothing_is_written(home: Path) -> None:
    done = await batch(home, *OUT, env={})
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("no model can be asked: set GROQ_API_KEY")
    assert not (home / "out.jsonl").exists()


async def test_ctrl_c_keeps_what_has_come_and_says_how_to_go_on(home: Path) -> None:
    async with provided(["Aye.", *[SLOW] * 20]) as (provider, env):
        arguments = ("batch", "lines.jsonl", *OUT)
        async with at_terminal(home, *arguments, env=env) as (terminal, process):
            await terminal.until("1/12")
            terminal.type(CTRL_C)
            await terminal.until("Stopped: 1 of 12 lines answered; $0.00")
            await terminal.until("To go on from here, run it again with the same --out.")
        assert process.returncode == 130
        await provider.wait_disconnected(1)
    assert len(kept(home)) == 1


async def test_ctrl_c_in_a_pipe_ends_it_as_well(home: Path) -> None:
    async with provided(["Aye.", *[SLOW] * 20]) as (provider, env):
        process = await asyncio.create_subprocess_exec(
            *(*PROGRAM, "batch", "lines.jsonl"),
            cwd=home,
            env={"HOME": str(home), **env},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            first = await process.stdout.readline()
            await provider.wait_requested(3)
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()
    assert process.returncode == 130
    assert json.loads(first)["text"] == "Aye."
    assert b"Traceback" not in err
    assert b"give it --out FILE the next time" in err


async def test_at_a_terminal_a_bar_tells_how_far_it_is(home: Path) -> None:
    async with provided() as (_, env):
        arguments = ("batch", "lines.jsonl", *OUT)
        async with at_terminal(home, *arguments, env=env) as (terminal, process):
            shown = await terminal.until("12 of 12 lines answered")
        assert process.returncode == 0
    assert "/12" in shown
    assert "left" in shown
    for part in ("/s · $0.00", "━"):
        assert part in shown


async def test_a_batch_is_kept_apart_from_other_talk_but_not_from_the_budget(home: Path) -> None:
    (home / "npcengine.yaml").write_text("budgets: {total: {tokens_per_day: 100}}\n", "utf-8")
    (home / "lines.jsonl").write_text(lines(line("Line 1.")), "utf-8")
    async with provided() as (_, env):
        first = await batch(home, env=env)
        (home / "lines.jsonl").write_text(lines(line("Line 2.")), "utf-8")
        second = await batch(home, env=env)
        said = await run(home, "history", env=env)
    assert (first.code, len(results(first.out))) == (0, 1)
    assert (second.code, second.out) == (3, "")
    assert "no answer, budget" in second.err
    assert "Line 1." not in said.out
