"""The one daemon thread that owns an engine and the event loop it belongs to."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from npcengine.engine import NPCEngine
from npcengine.errors import EngineClosed, UsageError
from npcengine.hooks import logger

T = TypeVar("T")

CLOSING = 5.0
"""Seconds that `close` waits for the thread, which a hook or a store may hold up."""


class LoopThread:
    """Runs an engine in a thread of its own, and what other threads want from it."""

    def __init__(self, make: Callable[[], NPCEngine]) -> None:
        self._make = make
        # Reentrant, because a signal handler may close the engine in the middle of a call.
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._process: int | None = None
        self._started: Future[NPCEngine] = Future()
        self._stop = asyncio.Event()
        self._closed = False
        self._crash: BaseException | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        """Start the thread, unless it runs, and return once the engine is there."""
        self.check_process()
        with self._lock:
            if self._closed:
                raise self.too_late()
            if self._thread is None:
                self._process = os.getpid()
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._run, name="npcengine", daemon=True)
                self._thread.start()
        self._started.result()

    def close(self) -> None:
        """End everything and the thread; in a forked process, where there is none, do nothing."""
        if self._process not in (None, os.getpid()):
            return
        if threading.current_thread() is self._thread:
            raise UsageError("the engine's own thread (a hook?) cannot close it: use another one")
        with self._lock:
            thread = self._thread
            if thread is not None and not self._closed:
                self._loop.call_soon_threadsafe(self._stop.set)
            self._closed = True
        if thread is None:
            return
        thread.join(CLOSING)
        if thread.is_alive():
            logger.warning("the engine has not ended: a hook or a store holds up its thread")
        crash, self._crash = self._crash, None
        if crash is not None:
            raise crash

    def call(self, work: Callable[[NPCEngine], Coroutine[Any, Any, T]]) -> T:
        """Run `work` in the loop and wait for what it returns; leaving early cancels it."""
        self.check_may_wait()
        # Made before anything is asked for: Ctrl-C may come in the middle of asking.
        future: Future[T] = Future()
        try:
            with self._opened() as engine:
                self._loop.call_soon_threadsafe(self._begin, work, engine, future)
            return future.result()
        except CancelledError:
            raise self.too_late() from self._crash
        finally:
            future.cancel()

    def _begin(
        self,
        work: Callable[[NPCEngine], Coroutine[Any, Any, T]],
        engine: NPCEngine,
        future: Future[T],
    ) -> None:
        if future.cancelled():
            return
        task = self.spawn(work(engine))
        task.add_done_callback(lambda _: _hand_over(task, future))
        future.add_done_callback(lambda _: self._leave(task))

    def _leave(self, task: asyncio.Task[Any]) -> None:
        if not task.done() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(task.cancel)

    def soon(self, callback: Callable[[], object]) -> None:
        """Run `callback` in the loop, after all that was asked for before."""
        with self._opened():
            self._loop.call_soon_threadsafe(callback)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` as a task that nobody has to hold; only from inside the loop."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def engine(self) -> NPCEngine:
        """The engine, for what never waits and may be asked from any thread."""
        with self._opened() as engine:
            return engine

    def too_late(self) -> EngineClosed:
        """Return the error for whoever asks once the engine is closed."""
        return EngineClosed("the engine is closed: make a new one, or keep this one open")

    def check_process(self) -> None:
        """Raise `UsageError` in a forked process: threads are not forked along."""
        if self._process not in (None, os.getpid()):
            raise UsageError(
                "the engine was started before os.fork(), and its thread lives in the parent: "
                "make a new engine in the child"
            )

    def check_may_wait(self) -> None:
        """Raise `UsageError` where waiting would stop the one who is waited for, or a loop."""
        if threading.current_thread() is self._thread:
            raise UsageError(
                "the engine's own thread (a hook?) would wait for itself: use say_soon or "
                "greet_soon, or hand the work to another thread"
            )
        if _in_event_loop():
            raise UsageError(
                "waiting would stop the event loop that runs here: await the verbs of NPCEngine, "
                "or use say_soon or greet_soon"
            )

    @contextmanager
    def _opened(self) -> Iterator[NPCEngine]:
        """Keep the engine open for a moment."""
        self.check_process()
        with self._lock:
            if self._closed:
                raise self.too_late() from self._crash
            if not self._started.done():
                raise UsageError("start the engine first: `with engine:`, or engine.start()")
            yield self._started.result()

    def _run(self) -> None:
        crash: BaseException | None = None
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # whatever it is, start() or close() raises it
            crash = error
        with self._lock:
            self._closed = True
            self._crash = crash if self._started.done() else None
        winding_up = self._loop.create_task(self._wind_up())
        try:
            while not winding_up.done():
                with suppress(SystemExit, KeyboardInterrupt):  # of a hook; the others are ended too
                    self._loop.run_until_complete(winding_up)
        finally:
            # Not asyncio.run: it would wait without end for a name look-up in a thread of the loop.
            self._loop.close()
            if crash is not None and not self._started.done():
                self._started.set_exception(crash)

    async def _serve(self) -> None:
        async with self._make() as engine:
            self._started.set_result(engine)
            await self._stop.wait()

    async def _wind_up(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._loop.shutdown_asyncgens()


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _hand_over(task: asyncio.Task[T], future: Future[T]) -> None:
    error = None if task.cancelled() else task.exception()
    if task.cancelled():
        future.cancel()
    elif not future.set_running_or_notify_cancel():
        return
    elif error is not None:
        future.set_exception(error)
    else:
        future.set_result(task.result())
