"""A fake provider: a real HTTP server whose answers, faults and strictness are scripted."""

from importlib.util import find_spec

if find_spec("aiohttp") is None:
    raise ImportError("FakeProvider is an extra: pip install 'npcengine[testing]'")

from npcengine.testing.fake_provider.answers import Answer, ApiError, Page, Raw, Step, Style
from npcengine.testing.fake_provider.faults import Fault, FaultMix
from npcengine.testing.fake_provider.limit import Limit
from npcengine.testing.fake_provider.server import FakeProvider, ReceivedRequest

__all__ = [
    "Answer",
    "ApiError",
    "FakeProvider",
    "Fault",
    "FaultMix",
    "Limit",
    "Page",
    "Raw",
    "ReceivedRequest",
    "Step",
    "Style",
]
