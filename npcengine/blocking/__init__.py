"""The engine without an event loop: one thread owns the loop, everybody else asks it."""
