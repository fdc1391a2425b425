"""The sentence that the folders spell (docs/architecture.md), held as tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import npcengine

PACKAGE = Path(npcengine.__file__).parent

# A room may import only from itself and from what stands before it.
ORDER = [
    "version", "spelling", "diagnostics", "errors", "messages", "turns", "hooks", "clock",
    "content", "configuration", "settings", "facts", "conditions", "world", "lore", "guard",
    "persona", "cards", "prompt", "stores", "backend", "reply", "memory", "dialogue",
    "quest", "engine", "blocking", "otel", "testing", "cli",
]  # fmt: skip
EDGES = {"__init__", "__main__"}
LAZY = {"backend/proxied.py", "persona/live.py", "quest/reading/mended.py", "engine.py"}
"""Those that import inside functions: httpx is slow to load, and few have a proxy; watchfiles may
not be there, and few need it; json_repair is slow to load, and most answers need no repair; quests
are slow to load, and not every engine has a world."""

FILES = sorted(PACKAGE.rglob("*.py"))


def module(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def own_imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("npcengine"):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in MODULES else str(node.module)
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("npcengine"))


MODULES = {module(path): path for path in FILES}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in MODULES.items()}


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@pytest.mark.parametrize("name", MODULES)
def test_imports_only_from_rooms_that_stand_before(name: str) -> None:
    here = room(name)
    if here in EDGES:
        return
    for target in own_imports(TREES[name]):
        there = room(target)
        assert ORDER.index(there) <= ORDER.index(here), f"{name} imports {target}"


def test_every_room_has_its_place() -> None:
    assert {room(name) for name in MODULES} - EDGES <= set(ORDER)


def test_no_import_cycles() -> None:
    graph = {name: set(own_imports(tree)) & set(MODULES) for name, tree in TREES.items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for target in graph[name]:
                visit(target, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert lines <= 300, f"{lines} lines: a file that wants more is two ideas"
    for node in ast.walk(TREES[module(path)]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            assert size <= 50, f"{node.name} has {size} lines"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_imported_inside_functions(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() in LAZY:
        return
    for node in ast.walk(TREES[module(path)]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
            assert not inner, f"{node.name} imports"


def test_one_file_imports_httpx() -> None:
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        for node in ast.walk(TREES[module(path)])
        if isinstance(node, ast.Import) and any(a.name.startswith("httpx") for a in node.names)
    }
    assert importing == {"backend/proxied.py"}


def test_one_file_reads_the_environment() -> None:
    reading = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if any(word in path.read_text("utf-8") for word in ("os.environ", "os.getenv"))
    }
    assert reading == {"settings.py"}
