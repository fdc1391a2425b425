"""Doubles for tests, of npcengine itself and of games that embed it."""

from npcengine.testing.fake_provider import Answer, FakeProvider, Fault, FaultMix
from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend

__all__ = [
    "Answer",
    "FakeProvider",
    "Fault",
    "FaultMix",
    "ManualClock",
    "Script",
    "ScriptedBackend",
]
