"""What holds for every test."""

import gc
from collections.abc import Generator

import pytest
from hypothesis import settings

# How long one example takes says more about the machine than about the code.
settings.register_profile("npcengine", deadline=None)
settings.load_profile("npcengine")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the thousands of tests, which stay to the end, out of every search for garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
