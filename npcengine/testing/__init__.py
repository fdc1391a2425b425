"""Doubles for tests, of npcengine itself and of games that embed it.

`FakeProvider` is in `npcengine.testing.fake_provider`, and needs the extra `testing`.
"""

from npcengine.testing.manual_clock import ManualClock
from npcengine.testing.scripted import Script, ScriptedBackend

__all__ = ["ManualClock", "Script", "ScriptedBackend"]
