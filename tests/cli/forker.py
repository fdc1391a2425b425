"""Has loaded the program, and becomes it in a new process whenever it is asked to.

Loading is nearly all that a command takes. What is forked is still a process like any other: with
its own folder, environment, streams, terminal, signals, and exit code.

Stdin is a socket. A byte with a socket asks for one process: on that one come its three streams,
with a byte as well, and a line that says what to start; on it are told the id of the process and,
when it has ended, its exit code.
"""

import fcntl
import gc
import json
import os
import signal
import socket
import sys
import termios
import time
from contextlib import suppress
from typing import Any

import npcengine.__main__
import npcengine.cli.quest_commands  # which only its command loads

STREAMS = ("stdin", "stdout", "stderr")


def wait_to_become() -> None:
    """Return in every new process; where it was called, only when nobody can ask any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody has to wait for those who watch
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=os.dup(0)) as asked:
        while received := socket.recv_fds(asked, 1, 1)[1]:
            if not os.fork():
                asked.close()
                return _watch(socket.socket(fileno=received[0]))
            os.close(received[0])
    sys.exit()


def _watch(line: socket.socket) -> None:
    """Return in the process that was asked for, and wait for it in this one."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    streams = socket.recv_fds(line, 1, len(STREAMS))[1]
    with line.makefile("rb") as told:
        start = json.loads(told.readline())
    if not (process := os.fork()):
        line.close()
        return _become(start, streams)
    for each in streams:
        os.close(each)
    with suppress(BrokenPipeError):  # the test has failed, and waits no longer
        line.sendall(b"%d\n" % process)
        line.sendall(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
    os._exit(0)


def _become(start: dict[str, Any], streams: list[int]) -> None:
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    if start["terminal"]:  # from which Ctrl-C comes
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(start["folder"])
    if start["afresh"]:
        os.execve(start["afresh"][0], [*start["afresh"], *start["arguments"]], start["env"])
    os.environ.clear()
    os.environ.update(start["env"])
    time.tzset()
    sys.argv = [npcengine.__main__.__file__, *start["arguments"]]
    for number, name in enumerate(STREAMS):
        old = getattr(sys, name)
        mode, buffering = "w" if number else "r", 1 if name == "stderr" else -1
        new = open(number, mode, buffering, old.encoding, old.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, new)


if __name__ == "__main__":
    wait_to_become()
    npcengine.__main__.main()
