"""One list is the API, and the list tells the truth."""

import inspect
import subprocess
import sys

import npcengine


def test_the_list_names_what_is_there_in_order() -> None:
    for name in npcengine.__all__:
        getattr(npcengine, name)  # what is loaded late is there from now on
    public = {
        name
        for name, value in vars(npcengine).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert set(npcengine.__all__) == public | {"__version__"}
    assert npcengine.__all__ == sorted(npcengine.__all__)


def test_every_public_name_is_explained() -> None:
    for name in npcengine.__all__:
        value = getattr(npcengine, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), name


def test_what_not_everybody_needs_is_loaded_only_then() -> None:
    late = {"httpx", "aiohttp", "rich", "json_repair", "npcengine.quest", "npcengine.world"}
    code = f"import sys, npcengine; print(sorted({late} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_that_is_not_there_is_said_to_be_missing() -> None:
    assert not hasattr(npcengine, "Quset")
    assert set(npcengine.__all__) <= set(dir(npcengine))
