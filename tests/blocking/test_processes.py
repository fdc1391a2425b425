"""What only a process of its own can show: forks, Ctrl-C, and ends without `close`."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WAITING = """
    import os, signal, sys, threading
    from npcengine import BlockingEngine, UsageError
    from tests.blocking.gates import LONG, Gate, Stage

    gate = Gate()
    engine = Stage(("A long story. ", gate, "It ends."), "Aye.").engine
"""


def run(program: str, *options: str) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent(WAITING) + textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork: not tested here")
def test_a_forked_child_is_told_so_and_the_parent_goes_on() -> None:
    program = """
        engine.start()
        line = engine.say_soon("mira", "Tell me.", player="ayla", deadline=LONG)
        gate.await_model()
        child = os.fork()
        if not child:
            line.poll()
            told = 0
            for use in (
                lambda: engine.say("mira", "Hello?", player="ayla"),
                lambda: engine.say_soon("mira", "Hello?", player="ayla"),
                lambda: engine.cast,
                engine.start,
                line.poll,
                line.wait,
                line.cancel,
                lambda: line.done,
                lambda: line.reply,
            ):
                try:
                    use()
                except UsageError as error:
                    told += "make a new engine in the child" in str(error)
            engine.close()
            with Stage("Anew.").engine as own:
                print(told, own.say("mira", "Hello?", player="ayla").text, flush=True)
            sys.exit(7)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        gate.open()
        line.wait()
        print(line.reply.text)
        print(engine.say("mira", "Hello?", player="ayla").text)
        engine.close()
    """
    # Later versions of Python warn of any fork of a process that has threads.
    done = run(program, "-W", "error", "-W", "ignore:.*fork:DeprecationWarning")
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["9 Anew.", "7", "A long story. It ends.", "Aye."]
    assert done.returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork: not tested here")
def test_an_engine_may_be_started_after_the_fork() -> None:
    program = """
        engine = Stage("Aye.").engine
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        with engine:
            print(bool(child), engine.say("mira", "Hello?", player="ayla").text, flush=True)
    """
    done = run(program, "-W", "error")
    assert (done.stdout, done.stderr) == ("False Aye.\nTrue Aye.\n", "")
    assert done.returncode == 0


@pytest.mark.parametrize("last", ["", "sys.exit(3)"])
def test_a_program_may_end_without_closing(last: str) -> None:
    program = """
        def talk():
            while True:
                engine.say("tom", "Hello?", player=threading.current_thread().name)

        engine.start()
        line = engine.say_soon("mira", "Tell me.", player="ayla", deadline=LONG)
        gate.await_model()
        for _ in range(4):
            threading.Thread(target=talk, daemon=True).start()
        engine.say("tom", "Hello?", player="ayla")
        print("over")
    """
    done = run(textwrap.dedent(program) + last, "-W", "error")
    assert (done.stdout, done.stderr) == ("over\n", "")
    assert done.returncode == (3 if last else 0)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to a thread here")
def test_ctrl_c_ends_the_waiting_and_the_request() -> None:
    program = """
        def press():
            gate.await_model()
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

        with engine:
            threading.Thread(target=press).start()
            try:
                engine.say("mira", "Tell me.", player="ayla", deadline=LONG)
            except KeyboardInterrupt:
                gate.await_cancelled()
                print(engine.forget("ayla"), engine.say("mira", "Hello?", player="ayla").text)
    """
    done = run(program, "-W", "error")
    assert (done.stdout, done.stderr, done.returncode) == ("0 Aye.\n", "", 0)
