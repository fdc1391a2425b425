"""The doctor says what is in force, what works, and what to mend; and no secret."""

import json
import os
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from npcengine.messages import Origin
from npcengine.stores.sqlite import SqliteStore
from npcengine.testing.fake_provider import Answer, FakeProvider, Fault, Step
from npcengine.turns import Turn
from tests.cli.terminal import Finished, at_terminal, run

GROQ_KEY, OPENAI_KEY = "gsk_a_key_of_no_account", "sk-a-key-of-no-account"
KEYS = {"GROQ_API_KEY": GROQ_KEY, "OPENAI_API_KEY": OPENAI_KEY}
GOOD = "openai:gpt-6-luna"
LISTED = {"NPCENGINE_FAST": f"groq:openai/gpt-oss-20b, {GOOD}", "NPCENGINE_SMART": GOOD}


async def examined(home: Path, *options: str, **env: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the report as JSON."""
    done = await run(home, "doctor", "--json", *options, env=env)
    assert done.err == ""
    return done.code, json.loads(done.out)


def messages(part: dict[str, Any]) -> str:
    return "\n".join(f"{each['severity']}: {each['message']}" for each in part["problems"])


@asynccontextmanager
async def four_providers() -> AsyncIterator[dict[str, str]]:
    """One refuses the key, one is fine, one is slow, and one is not there."""
    async with AsyncExitStack() as stack:
        groq = await stack.enter_async_context(FakeProvider(replies=[Fault.status(401)]))
        openai = await stack.enter_async_context(FakeProvider(style="openai"))
        slow = await stack.enter_async_context(
            FakeProvider(style="local", replies=[Answer("Morning.", delay=0.2)])
        )
        async with FakeProvider(style="local") as gone:
            pass
        routes = [
            "groq:openai/gpt-oss-20b",
            GOOD,
            f"llamacpp:qwen3-4b@{slow.base_url}",
            f"ollama:qwen3@{gone.base_url}",
        ]
        yield KEYS | {
            "GROQ_BASE_URL": groq.base_url,
            "OPENAI_BASE_URL": openai.base_url,
            "NPCENGINE_FAST": ", ".join(routes),
            "NPCENGINE_SMART": GOOD,
            "NPCENGINE_DEEP": GOOD,
            "NPCENGINE_DEADLINE": "0.1",
        }


def no_secret(done: Finished) -> bool:
    return not any(key in done.out + done.err for key in KEYS.values())


async def test_every_route_is_asked_and_told_apart(home: Path) -> None:
    async with four_providers() as env:
        code, report = await examined(home, **env)
    refused, fine, slow, gone = report["routes"]
    assert (code, report["ok"]) == (1, False)
    assert "HTTP 401: Invalid API Key; check the key" in messages(refused)
    assert (refused["listed"], refused["total_ms"]) == (True, None)
    assert fine["problems"] == []
    assert (fine["tiers"], fine["listed"]) == (["fast", "smart", "deep"], True)
    assert 0 <= fine["first_ms"] <= fine["total_ms"]
    assert messages(slow).startswith("warning: slower than the 0.1 s of deadlines.player.whole")
    assert "error: cannot connect to 127.0.0.1:" in messages(gone)
    assert "check that it runs" in messages(gone)


async def test_in_a_pipe_and_at_a_terminal_it_fits_80_columns_and_tells_no_key(home: Path) -> None:
    async with four_providers() as env:
        piped = await run(home, "doctor", env=env)
        machine = await run(home, "doctor", "--json", env=env)
        async with at_terminal(home, "doctor", env=env) as (screen, it):
            await screen.until("4 of 4 models asked\n")  # lines that were erased when it was done
            shown = await screen.until("has to be mended.")
    assert (piped.code, machine.code, it.returncode) == (1, 1, 1)
    assert no_secret(piped)
    assert no_secret(machine)
    assert no_secret(Finished(1, screen.raw, ""))
    assert "\x1b" not in piped.out
    assert "models asked" not in piped.out + piped.err
    assert "1 of 4 models asked" in screen.raw
    for line in (*piped.out.splitlines(), *shown.splitlines()):
        assert cell_len(line) <= 80, line
    for line in piped.out.splitlines():
        assert line == line.rstrip()
    assert re.search("GROQ_API_KEY +set", piped.out)
    assert f"ok       {GOOD} · fast, smart, deep · first word " in piped.out


async def test_where_all_is_well_it_says_so(home: Path) -> None:
    async with FakeProvider() as groq, FakeProvider(style="openai") as openai:
        urls = {"GROQ_BASE_URL": groq.base_url, "OPENAI_BASE_URL": openai.base_url}
        done = await run(home, "doctor", env=KEYS | LISTED | urls | {"NPCENGINE_DEEP": GOOD})
        assert (len(groq.requests), len(openai.requests)) == (1, 1)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("\n\nAll is well.\n")
    assert not (home / "npcengine.db").exists()


async def test_without_a_key_it_says_what_to_set_and_that_this_is_no_mistake(home: Path) -> None:
    done = await run(home, "doctor")
    assert (done.code, done.err) == (0, "")
    told = " ".join(done.out.split())
    assert "the characters speak their authored lines: set GROQ_API_KEY or OPENAI_API_KEY" in told
    assert done.out.endswith("Nothing has to be mended; but no model speaks.\n")


async def test_it_shows_who_won(home: Path) -> None:
    (home / "npcengine.yaml").write_text(
        "personas: personas\nfacts: {trust: number}\n"
        "deadlines:\n  player: {whole: 3}\n  thinking: 1\n"
    )
    _, report = await examined(home, NPCENGINE_DEADLINE="2", GROQ_API_KEY=GROQ_KEY, **LISTED)
    told = {each["name"]: (each["value"], each["origin"]) for each in report["settings"]}
    assert told["deadlines.player.whole"] == (2.0, "NPCENGINE_DEADLINE")
    assert told["deadlines.thinking"] == (1.0, "npcengine.yaml:5")
    assert told["facts.trust"] == ("number", "npcengine.yaml:2")
    assert told["personas"] == (str(home / "personas"), "npcengine.yaml:1")
    assert told["store"][1] == told["tiers.deep"][1] == "default"
    assert told["GROQ_API_KEY"] == ("set", "environment")
    assert told["OPENAI_API_KEY"] == ("not set", "default")
    assert {"cache.requests", "deadlines.player.first", "deadlines.quest.whole"}.isdisjoint(told)


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("OPENAI_BASE_URL", "http://someone:hun/ter2@127.0.0.1:9/v1"),
        ("OPENAI_BASE_URL", "someone:hun/ter2@127.0.0.1:9/v1"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1?token=hun/ter2"),
        ("NPCENGINE_FAST", "ollama:qwen3@http://someone:hun/ter2@127.0.0.1:9/v1"),
        ("NPCENGINE_FAST", "ollama:qwen3@http://127.0.0.1:9/v1?token=hun/ter2"),
        ("HTTPS_PROXY", "http://someone:hun/ter2@127.0.0.1:9"),
    ],
)
async def test_no_password_is_written(variable: str, url: str, home: Path) -> None:
    env = {"OPENAI_API_KEY": OPENAI_KEY, variable: url}
    plain = await run(home, "doctor", "--offline", env=env)
    machine = await run(home, "doctor", "--offline", "--json", env=env)
    assert "ter2" not in plain.out + plain.err + machine.out + machine.err
    assert no_secret(plain)


async def test_offline_asks_nobody_and_still_knows_what_has_ended(home: Path) -> None:
    async with FakeProvider() as groq, FakeProvider(style="openai") as openai:
        urls = {"GROQ_BASE_URL": groq.base_url, "OPENAI_BASE_URL": openai.base_url}
        routes = {"NPCENGINE_FAST": "groq:llama-3.1-8b-instant, openai:gpt-4o-mini"}
        code, report = await examined(home, "--offline", **KEYS, **urls, **routes)
        assert groq.requests == openai.requests == ()
    retired, ending = report["routes"][:2]
    assert code == 0
    assert retired["answers"] == "openai/gpt-oss-20b"
    assert "retired: openai/gpt-oss-20b answers in its place" in messages(retired)
    assert (ending["ends"], ending["listed"]) == ("2027-01-14", None)


async def test_a_model_that_its_provider_does_not_list_is_doubted(home: Path) -> None:
    async with FakeProvider() as groq, FakeProvider(style="local") as own:
        routes = f"groq:qwen/qwen3.8-27b, llamacpp:any-name@{own.base_url}"
        env = {"GROQ_API_KEY": GROQ_KEY, "GROQ_BASE_URL": groq.base_url, "NPCENGINE_FAST": routes}
        code, report = await examined(home, **env)
    doubted, own_model = report["routes"][:2]
    assert code == 0
    assert "warning: it answers, but its provider does not list it" in messages(doubted)
    assert (own_model["listed"], own_model["problems"]) == (False, [])


async def test_a_tier_that_cannot_be_used_does_not_hide_the_others(home: Path) -> None:
    async with FakeProvider(style="openai") as openai:
        env = {
            "OPENAI_API_KEY": OPENAI_KEY,
            "OPENAI_BASE_URL": openai.base_url,
            "NPCENGINE_FAST": "groq:openai/gpt-oss-20b",
            "NPCENGINE_SMART": GOOD,
            "NPCENGINE_DEEP": "opnai:gpt-6-luna",
        }
        code, report = await examined(home, **env)
    assert code == 1
    assert [each["tiers"] for each in report["routes"]] == [["smart"]]
    assert "set GROQ_API_KEY" in messages(report)
    assert "NPCENGINE_DEEP: no provider is called 'opnai'. Did you mean 'openai'?" in (
        messages(report)
    )


async def test_personas_that_do_not_load_have_to_be_mended(home: Path) -> None:
    _, warned = await examined(home)
    assert (warned["personas"]["loaded"], messages(warned["personas"])) == (
        3,
        "warning: 7 warnings: run `npcengine lint`",
    )
    (home / "personas" / "typo.yaml").write_text("id: a\nname: A\ndescripton: B\n")
    code, broken = await examined(home)
    assert (code, broken["personas"]["loaded"]) == (1, 3)
    assert "run `npcengine lint`: personas/typo.yaml:" in messages(broken["personas"])
    assert (await examined(home, NPCENGINE_PERSONAS="nowhere"))[0] == 1


def beside(path: Path) -> set[str]:
    return {each.name for each in path.parent.glob(f"{path.name}-*")}


async def test_a_store_is_looked_at_also_while_a_game_has_it(home: Path) -> None:
    path = home / "npcengine.db"
    store = SqliteStore(path)
    await store.append(Origin("main", "hild", "ayla"), Turn("Hello?", "Hm.", 1_767_225_600.0))
    code, open_ = await examined(home)
    await store.aclose()
    kept = path.read_bytes()
    _, closed = await examined(home)
    assert code == 0
    assert open_["store"].items() >= {"exists": True, "in_use": True, "conversations": 1}.items()
    assert closed["store"].items() >= {"in_use": False, "bytes": len(kept), "problems": []}.items()
    assert path.read_bytes() == kept
    assert beside(path) == {"npcengine.db-lock"}


async def test_a_store_that_cannot_be_used_has_to_be_mended(home: Path) -> None:
    path = home / "store.db"
    env = {"NPCENGINE_STORE": "store.db"}
    path.write_bytes(b"")
    assert (await examined(home, **env))[0] == 0
    path.write_bytes(b"no database at all" * 100)
    assert (await examined(home, **env))[0] == 1
    path.unlink()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(SqliteStore(path).aclose)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    code, report = await examined(home, **env)
    assert code == 1
    assert "it is of version 99" in messages(report["store"])
    beneath = {"NPCENGINE_STORE": "store.db/inside/npcengine.db"}
    code, report = await examined(home, **beneath)
    assert code == 1
    assert "is no folder" in messages(report["store"])


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("/proc/nowhere/npcengine.db", "no file can be made in /proc"),
        ("pipe", "this is not a file: give the store another path"),
        ("personas", "this is a folder: name a file in it"),
    ],
)
async def test_no_store_can_be_there(home: Path, name: str, problem: str) -> None:
    os.mkfifo(home / "pipe")
    code, report = await examined(home, NPCENGINE_STORE=name)
    assert (code, problem in messages(report["store"])) == (1, True)
    said = await run(home, "say", "hild", "Hi.", env={"NPCENGINE_STORE": name})
    assert (said.code, said.out) == (1, "")


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


async def test_looking_for_room_leaves_nothing_behind(home: Path) -> None:
    before = names_in(home)
    assert (await examined(home, NPCENGINE_STORE="saves/npcengine.db"))[0] == 0
    assert names_in(home) == before


async def test_a_store_in_memory_is_no_file(home: Path) -> None:
    code, report = await examined(home, NPCENGINE_STORE="memory")
    assert (code, report["store"]["path"], report["store"]["problems"]) == (0, "memory", [])
    assert not (home / "memory").exists()


SLOW, QUICK = "openai:gpt-6-luna", "groq:openai/gpt-oss-20b"
TALE = "Aye, traveller. I have run this forge for thirty years. The mill burned down in spring."


@asynccontextmanager
async def quick_and_slow() -> AsyncIterator[dict[str, str]]:
    """Two providers to measure: the second is slow, and fails every third time."""
    slow: list[Step] = [Answer(TALE, delay=0.3, pace=0.005), Answer(TALE, delay=0.3)]
    slow.append(Fault.status(503))
    async with (
        FakeProvider(replies=[Answer(TALE, pace=0.002)]) as groq,
        FakeProvider(style="openai", replies=slow) as openai,
    ):
        urls = {"GROQ_BASE_URL": groq.base_url, "OPENAI_BASE_URL": openai.base_url}
        routes = {"NPCENGINE_FAST": f"{QUICK}, {SLOW}", "NPCENGINE_SMART": SLOW}
        yield KEYS | urls | routes | {"NPCENGINE_DEEP": SLOW}
        assert len(groq.requests) == len(openai.requests)


async def test_bench_measures_each_route_and_says_before_what_it_costs(home: Path) -> None:
    async with quick_and_slow() as env:
        done = await run(home, "doctor", "--bench", "--calls", "3", "--json", env=env)
    quick, slow = json.loads(done.out)["speeds"]
    most = re.fullmatch(
        r"Making 3 calls to each of 2 models, at most about \$(\d\.\d+)\.\n", done.err
    )
    assert most is not None
    assert 0 < quick["cost"] + slow["cost"] < float(most[1])
    assert (quick["calls"], quick["failed"], quick["queued_ms"]) == (3, 0, 20)
    assert (slow["calls"], slow["failed"], slow["queued_ms"]) == (3, 1, None)
    assert 300 <= slow["first_p50_ms"] <= slow["first_p95_ms"]
    assert quick["tokens_per_second"] > 0
    assert (quick["errors"], len(slow["errors"])) == ([], 1)
    assert slow["errors"][0].startswith("HTTP 503: ")


async def test_bench_shows_a_table_that_fits_and_how_far_it_has_come(home: Path) -> None:
    async with quick_and_slow() as env:
        async with at_terminal(home, "doctor", "--bench", env=env) as (screen, it):
            await screen.until("10 of 10 calls made")
            shown = await screen.until("but some calls failed.")
        piped = await run(home, "doctor", "--bench", env=env)
    assert (it.returncode, piped.code) == (0, 0)
    assert no_secret(piped)
    assert "calls made" not in piped.out + piped.err
    for line in (*shown.splitlines(), *piped.out.splitlines()):
        assert cell_len(line) <= 80 or "HTTP 503" in line, line
    for told in (shown, piped.out):
        assert re.search(r"^model +first p50 +p95 +tokens/s +queue +failed$", told, re.M)
        assert re.search(rf"^{QUICK} .* 20 ms  0 of 5$", told, re.M)
        assert re.search(rf"^{SLOW} .* –  [12] of 5$", told, re.M)
        assert re.search(r"^10 calls, \$0\.\d+$", told, re.M)


async def test_bench_leaves_out_a_route_that_does_not_answer(home: Path) -> None:
    async with four_providers() as env:
        done = await run(home, "doctor", "--bench", "--calls", "1", "--json", env=env)
    measured = [each["model"] for each in json.loads(done.out)["speeds"]]
    assert measured == ["gpt-6-luna", "qwen3-4b"]


async def test_bench_and_offline_do_not_go_together(home: Path) -> None:
    done = await run(home, "doctor", "--bench", "--offline")
    assert (done.code, done.out) == (2, "")
    assert "leave --offline out" in done.err
