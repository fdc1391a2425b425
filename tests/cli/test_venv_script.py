"""The set-up that the scripts share: which Python is taken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import npcengine

PYTHON = os.path.normpath(sys.executable)
SCRIPT = Path(npcengine.__file__).parent.parent / "scripts" / "venv.sh"


def find_python(path: Path, *version: str) -> subprocess.CompletedProcess[str]:
    command = f'set -euo pipefail; source "{SCRIPT}"; find_python "$@"'
    return subprocess.run(
        ["bash", "-c", command, "bash", *version],
        env={"PATH": f"{path}:{os.defpath}", "HOME": str(path), "PYENV_ROOT": str(path / "pyenv")},
        capture_output=True,
        text=True,
        check=False,
    )


def pretend(program: Path, script: str) -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        pretend(tmp_path / name, "exit 127")
    return tmp_path


def test_a_python_that_does_not_run_is_passed_over(path: Path) -> None:
    pretend(path / "python3.12", f'exec "{PYTHON}" "$@"')
    assert find_python(path).stdout.strip() == PYTHON


def test_one_of_pyenv_will_do(path: Path) -> None:
    pretend(path / "pyenv/versions/3.13.9/bin/python3.13", f'exec "{PYTHON}" "$@"')
    assert find_python(path, "3.13").stdout.strip() == PYTHON


def test_an_old_python_is_none(path: Path) -> None:
    # What the program is asked to run says that it is too old.
    pretend(path / "python3", "exit 1")
    found = find_python(path)
    assert (found.returncode, found.stdout) == (1, "")
