"""What `npcengine doctor` looks at, as plain values: it finds out, and writes nothing."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile

from npcengine.backend.chain import DEFAULT_ROUTES, Route, check_providers, routes_of
from npcengine.backend.models import NOTICE_DAYS, current, profile, provider
from npcengine.backend.probe import SECONDS, Probe
from npcengine.cli.counted import counted
from npcengine.cli.findings import GAUGES
from npcengine.configuration import MEMORY, FactType
from npcengine.diagnostics import Severity
from npcengine.errors import (
    BackendError,
    DeadlineExceeded,
    EmptyAnswer,
    ProviderFailed,
    RateLimited,
    StoreError,
    StreamBroken,
    Unreachable,
    UsageError,
)
from npcengine.persona.lint import examine
from npcengine.settings import DEFAULT, KEY_VARIABLES, Settings
from npcengine.stores.archive import Archive
from npcengine.stores.held import is_held

ENVIRONMENT = "environment"
MAIN = ("personas", "store", "tiers")
"""Settings that are told also where they have their defaults."""

LINT = "run `npcengine lint`"
NO_MODEL = (
    "no model is set up, so the characters speak their authored lines: set "
    f"{' or '.join(KEY_VARIABLES)}, or NPCENGINE_FAST to a server of your own such as ollama:MODEL"
)
# For errors that do not say themselves what to do.
_REMEDIES: tuple[tuple[type[BackendError], str], ...] = (
    (Unreachable, "check that it runs, its base URL, and the network"),
    (DeadlineExceeded, f"it had {SECONDS:g} s: see the provider's status page, or choose another"),
    (RateLimited, "wait and try again, or choose a model with higher limits"),
    (ProviderFailed, "try again, or see the provider's status page"),
    (StreamBroken, "try again, or see the provider's status page"),
    (EmptyAnswer, "choose a model that thinks less before it speaks"),
)

_ADVISED = re.compile("; (?:check|see) ")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that an operator should know, or, if it is an error, must mend."""

    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class SettingCheck:
    """One setting, and who set it."""

    name: str
    value: object
    origin: str
    """A variable, `npcengine.yaml:7`, `environment` for a key, or `default`."""


@dataclass(frozen=True, slots=True)
class PersonasCheck:
    """Who can be spoken to."""

    path: str
    loaded: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """The file in which conversations are kept."""

    path: str
    exists: bool = False
    bytes: int | None = None
    """With what has not been moved from its log yet."""
    conversations: int | None = None
    in_use: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteCheck:
    """One model that would be asked."""

    provider: str
    model: str
    base_url: str
    tiers: tuple[str, ...]
    answers: str
    """The model that is asked in its place, where it is retired; else itself."""
    listed: bool | None = None
    """None where the provider's list was not read."""
    ends: str | None = None
    """The day on which it is shut down, as `2027-01-14`, where that is known."""
    first_ms: int | None = None
    total_ms: int | None = None
    problems: tuple[Problem, ...] = ()


def check_settings(settings: Settings) -> tuple[SettingCheck, ...]:
    """Give the settings that somebody set, the main ones in any case, and which keys are set."""
    found = [
        SettingCheck(name, value, origin)
        for name, value, origin in settings.listed()
        if origin != DEFAULT or name.partition(".")[0] in MAIN
    ]
    for variable in KEY_VARIABLES:
        is_set = variable in settings.keys
        value, origin = ("set", ENVIRONMENT) if is_set else ("not set", DEFAULT)
        found.append(SettingCheck(variable, value, origin))
    return tuple(found)


def check_personas(path: Path, facts: Mapping[str, FactType]) -> PersonasCheck:
    """Count the personas of a file or a folder, and what is wrong with them."""
    report = examine(path, facts, GAUGES)
    findings = report.findings
    count = Counter(each.severity for each in findings)
    problems = []
    if count["error"]:
        first = next(each for each in findings if each.severity == "error")
        problems.append(Problem("error", f"{counted(count['error'], 'error')}, {LINT}: {first}"))
    if count["warning"]:
        problems.append(Problem("warning", f"{counted(count['warning'], 'warning')}: {LINT}"))
    return PersonasCheck(str(path), len(report.sheets), tuple(problems))


def check_store(store: str) -> StoreCheck:
    """Look at a store, a path or `memory`, without making, changing or locking anything."""
    if store == MEMORY:
        return StoreCheck(MEMORY)
    path = Path(store)
    try:
        exists = path.exists()
        problem = _of_file(path) if exists else _of_folder(path)
        if problem or not exists:
            problems = (Problem("error", problem),) if problem else ()
            return StoreCheck(str(path), exists, problems=problems)
        log = Path(f"{path.resolve()}-wal")
        size = path.stat().st_size + (log.stat().st_size if log.exists() else 0)
    except OSError as error:
        return StoreCheck(str(path), problems=(Problem("error", f"{error.strerror}: {path}"),))
    if not size:  # as good as none
        return StoreCheck(str(path), True, 0, 0)
    try:
        held = is_held(path)
        with Archive(path) as archive:
            return StoreCheck(str(path), True, size, len(archive.latest()), held)
    except StoreError as error:
        message = str(error).removeprefix(f"{error.where}: ")
        return StoreCheck(str(path), True, size, problems=(Problem("error", message),))


def _of_file(path: Path) -> str:
    if path.is_dir():
        return "this is a folder: name a file in it"
    if not path.is_file():
        return "this is not a file: give the store another path"
    if not os.access(path, os.W_OK):
        return "it may not be written: let this user write it, or give the store another path"
    return _of_folder(path.resolve())


def _of_folder(path: Path) -> str:
    """Say why no file can be made beside this one, or on the way there; empty where one can."""
    folder = next(each for each in path.absolute().parents if each.exists())
    if not folder.is_dir():
        return f"{folder} is no folder: give the store another path"
    try:
        with TemporaryFile(dir=folder):  # has no name; rights alone do not tell whether it works
            return ""
    except OSError as error:
        return f"no file can be made in {folder} ({error.strerror}): give the store another path"


def check_tiers(
    settings: Settings,
) -> tuple[Mapping[Route, tuple[str, ...]], tuple[Problem, ...]]:
    """Give each route with the tiers that it belongs to, and what is wrong with the tiers."""
    routes: dict[Route, tuple[str, ...]] = {}
    problems: dict[str, None] = {}
    try:
        check_providers(settings)
    except UsageError as error:
        problems[str(error)] = None
    for tier in DEFAULT_ROUTES:
        try:
            found = routes_of(tier, settings)
        except UsageError as error:
            problems[str(error)] = None
            continue
        for route in dict.fromkeys(found):
            routes[route] = (*routes.get(route, ()), tier)
    if not routes and not problems:
        return routes, (Problem("warning", NO_MODEL),)
    return routes, tuple(Problem("error", problem) for problem in problems)


def check_route(
    route: Route, tiers: tuple[str, ...], probe: Probe | None, turn: float, today: date
) -> RouteCheck:
    """Judge a route by what is known of its model, and by what came of asking it, if it was.

    `turn` is how many seconds a whole line may take.
    """
    answers = current(route.provider, route.model, today)
    found = probe.models.get(answers) if probe and probe.models is not None else None
    ends = (found and found.ends) or profile(route.provider, answers).ends
    problems: list[Problem] = []
    if answers != route.model:
        problems.append(Problem("warning", f"retired: {answers} answers in its place; name that"))
    if ends is not None and (ends - today).days <= NOTICE_DAYS:
        problems.append(Problem("warning", f"shut down on {ends}: choose another model"))
    check = RouteCheck(route.provider, route.model, route.base_url, tiers, answers)
    check = replace(check, ends=None if ends is None else ends.isoformat())
    if probe is None:
        return replace(check, problems=tuple(problems))
    listed = None if probe.models is None else found is not None and found.active
    if probe.error is None:
        problems += _of_listing(route, probe, listed)
    else:
        problems.append(Problem("error", _told(probe.error)))
    if probe.completion is not None:
        first, total = probe.completion.first_content, probe.completion.elapsed
        check = replace(check, first_ms=round(1000 * first), total_ms=round(1000 * total))
        if total > turn:
            slow = (
                f"slower than the {turn:g} s of deadlines.player.whole, so its lines would be cut"
            )
            problems.append(Problem("warning", f"{slow}: choose a faster model"))
    return replace(check, listed=listed, problems=tuple(problems))


def _of_listing(route: Route, probe: Probe, listed: bool | None) -> list[Problem]:
    """Doubt a model that answered: servers of one's own often answer to any name."""
    if probe.no_models is not None:
        return [Problem("warning", f"its list of models cannot be read: {_told(probe.no_models)}")]
    if listed or provider(route.provider).key is None:
        return []
    return [Problem("warning", "it answers, but its provider does not list it as one to use")]


def _told(error: BackendError) -> str:
    """Return what went wrong, without whom it concerns, and what to do."""
    text = f"HTTP {error.status}: {error.message}" if error.status else error.message
    remedy = next((remedy for kind, remedy in _REMEDIES if isinstance(error, kind)), "")
    return f"{text}; {remedy}" if remedy and not _ADVISED.search(text) else text
