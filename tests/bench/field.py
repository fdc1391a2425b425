"""The server and a process for every client, to be told what to do in turns."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.clients import PEERS

ROOT = Path(__file__).parents[2]
PATIENCE = 150.0
"""Seconds after which a job is given up, and with it the client."""

Figures = dict[str, Any]


class Field:
    """All that takes part, inside `with`. A client that is not installed, or fails, is left out."""

    def __init__(self, names: Iterable[str] = tuple(PEERS)) -> None:
        self._env = {**os.environ, "PYTHONPATH": str(ROOT), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        self._server = self._started("tests.bench.canned")
        told = json.loads(self._server.stdout.readline())  # type: ignore[union-attr]
        self._urls: Mapping[str, str] = told
        self._env["SSL_CERT_FILE"] = told["trusted"]
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.absent: dict[str, str] = {}
        """Why a client has no figures, or not all."""
        self._workers: dict[str, subprocess.Popen[str]] = {}
        for name in names:
            if importlib.util.find_spec(PEERS[name].module) is None:
                self.absent[name] = "cannot be installed here"
            else:
                self._workers[name] = self._started("tests.bench.worker", name)

    def _started(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=getattr(self, "_complaints", None),
            text=True,
            env=self._env,
            cwd=ROOT,
        )

    @property
    def clients(self) -> tuple[str, ...]:
        """Those that take part, still."""
        return tuple(self._workers)

    def versions(self) -> dict[str, str]:
        """Return the version of each client."""
        return {name: metadata.version(PEERS[name].distribution) for name in self.clients}

    def tell(self, name: str, job: str, rhythm: str, scheme: str = "http", **terms: object) -> None:
        """Let a client do a job; `hear` has to follow."""
        order = {"job": job, "place": [self._urls[scheme], rhythm], **terms}
        if name in self._workers:
            stdin = self._workers[name].stdin
            assert stdin is not None
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()

    def hear(self, name: str) -> Figures | None:
        """Return what came of it; None when the client did not do it, and takes no more part."""
        worker = self._workers.get(name)
        if worker is None or worker.stdout is None:
            return None
        ready, _, _ = select.select([worker.stdout], [], [], PATIENCE)
        line = worker.stdout.readline() if ready else ""
        if line:
            found: Figures = json.loads(line)
            return found
        worker.kill()
        worker.wait()
        del self._workers[name]
        self._complaints.seek(0)
        last = self._complaints.read().strip().rpartition("\n")[2]
        self.absent[name] = f"gave up: {last}" if ready else "took too long"
        return None

    def ask(
        self, names: Iterable[str], job: str, rhythm: str, scheme: str = "http", **terms: object
    ) -> dict[str, Figures]:
        """Let clients do a job one after the other; return what came of it, where it did."""
        found = {}
        for name in names:
            self.tell(name, job, rhythm, scheme, **terms)
            if (figures := self.hear(name)) is not None:
                found[name] = figures
        return found

    def together(
        self, names: Iterable[str], job: str, rhythm: str, scheme: str = "http", **terms: object
    ) -> dict[str, Figures]:
        """The same for all at once."""
        names = list(names)
        for name in names:
            self.tell(name, job, rhythm, scheme, **terms)
        heard = {name: self.hear(name) for name in names}
        return {name: figures for name, figures in heard.items() if figures is not None}

    def requests(self) -> int:
        """Return how many requests the server had so far."""
        with urllib.request.urlopen(f"{self._urls['http']}/requests") as answer:
            return int(answer.read())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for process in (*self._workers.values(), self._server):
            if process.stdin is not None:
                process.stdin.close()  # at which it ends
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._complaints.close()
