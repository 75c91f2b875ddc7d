"""Who may write this home: the program that runs is asked, and where none does, a command owns it for so long."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from trayapp.cli import exits
from trayapp.config.places import Places
from trayapp.desktop.instance import Owner, acquire

PATIENCE = 5.0
"""Seconds for the running program to answer."""


class Silent(Exception):
    """Somebody owns this home and gives no answer; the text says why."""


class Ended(Exception):
    """A command ends early, with this exit status and this sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def own_or_ask(places: Places, request: Mapping[str, Any], patience: float = PATIENCE) -> Owner | dict[str, Any]:
    """This home becomes ours, or whoever owns it answers the request.

    A command that owns it for a moment answers nobody, and is waited for. Raises Silent where that takes longer than
    the patience, or the request is refused, and OSError where the lock cannot be tried.
    """
    deadline = time.monotonic() + patience
    while (owner := acquire(places.lock, places.socket)) is None:
        # Here, for the tray program's icon does not wait for them.
        from trayapp.desktop.control import AGAIN_AFTER, NoAnswer, Refused, ask  # noqa: PLC0415
        from trayapp.desktop.door import NotRunning  # noqa: PLC0415

        try:
            return ask(places.socket, request, max(deadline - time.monotonic(), 0.1), starting=True)
        except Refused as fault:
            raise Silent(str(fault)) from fault
        except (NotRunning, NoAnswer) as fault:
            if time.monotonic() >= deadline:
                raise Silent(str(fault)) from fault
            time.sleep(AGAIN_AFTER)
    return owner


@contextmanager
def alone(places: Places) -> Iterator[None]:
    """Nobody else watches or writes this home meanwhile. Raises Ended where somebody does."""
    try:
        places.prepare()
        owner = own_or_ask(places, {"do": "status"})
    except Silent as fault:
        raise Ended(
            exits.NOT_RUNNING,
            f"Watchbell, or another command of it, is at work here: {fault}; try again when it is done",
        ) from fault
    except OSError as fault:
        raise Ended(exits.NOT_WRITTEN, f"cannot use {places.home or places.data}: {fault.strerror or fault}") from fault
    if not isinstance(owner, Owner):
        raise Ended(exits.NOT_RUNNING, "Watchbell is running; quit it first, and start it again afterwards")
    try:
        yield
    finally:
        owner.release()
