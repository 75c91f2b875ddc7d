"""The outer bound of a check: a probe that does not end when it is cancelled costs its own result and nobody's time.

Kind.check keeps the timeout by cancelling what it waits for, and whatever swallows that goes on for ever. Nothing can
end such a task; so nobody waits for it longer than twice its timeout.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from trayapp.core.words import Blame, Finding, Outcome

T = TypeVar("T")

STUCK = "self.stuck"
"""The cause of a finding that says: the check did not end when it was told to."""

LEAST = 1.0
"""Seconds beyond the timeout that are always granted, for the loop may be late."""

PARTING = 0.2
"""Seconds for what was cancelled to end."""

_left: set[asyncio.Task[Any]] = set()
"""Tasks that do not end: a loop refers to its tasks weakly, and they would be destroyed with a complaint."""


def bound(timeout: float) -> float:
    """Seconds after which nobody waits for a check of this timeout any more."""
    return max(2 * timeout, timeout + LEAST)


def stuck(seconds: float) -> Finding:
    """What is found of a check that was given up after so long."""
    return Finding(Outcome.UNKNOWN, STUCK, Blame.SELF, f"the check did not end in {seconds:g} s, nor when told to")


async def within(seconds: float, checking: Coroutine[Any, Any, Finding]) -> Finding:
    """The finding of a check, or that it does not end. Raises what it raises."""
    task = asyncio.ensure_future(checking)
    try:
        done, _ = await asyncio.wait((task,), timeout=seconds)
    finally:
        if not task.done():
            let_go(task)
    return task.result() if done else stuck(seconds)


def let_go(task: asyncio.Task[Any]) -> None:
    """Cancel it, and wait for it no more."""
    _left.add(task)
    task.add_done_callback(_ended)
    task.cancel()


def run(work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop | None = None) -> T:
    """asyncio.run, which waits at its end for whatever does not end: this one does not. It closes the loop."""
    loop = loop or asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        if others := asyncio.all_tasks(loop):
            for task in others:
                task.cancel()
            loop.run_until_complete(asyncio.wait(others, timeout=PARTING))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _ended(task: asyncio.Task[Any]) -> None:
    _left.discard(task)
    if not task.cancelled():
        task.exception()  # seen: nobody waits for it
