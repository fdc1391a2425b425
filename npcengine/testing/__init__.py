"""Doubles for tests, of npcengine itself and of games that embed it."""
