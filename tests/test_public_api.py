"""One list is the API, and the list tells the truth."""

import inspect
import subprocess
import sys

import npcengine


def test_the_list_names_what_is_there_in_order() -> None:
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


def test_the_http_client_loads_only_when_it_is_needed() -> None:
    code = "import sys, npcengine; print(sorted({'httpx', 'aiohttp', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
