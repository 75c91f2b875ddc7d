"""The history, opened by a command that writes it and ends: what cannot be written now is not kept for later."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from trayapp.cli import exits, show
from trayapp.cli.alone import Ended
from trayapp.config.places import Places
from trayapp.core.wording import plain
from trayapp.faults import Faults
from trayapp.history.writer import History

PATIENCE = 60.0
"""Seconds for the file: one of an older Watchbell is copied and brought up to date first."""


@contextmanager
def opened(places: Places) -> Iterator[History]:
    """The history of this home, which is ours meanwhile. Raises Ended where it cannot be opened."""
    # No log is open, and what is wrong is said once: here, or by whoever hears that nothing was written.
    logging.getLogger("trayapp.history").addHandler(logging.NullHandler())
    faults = Faults()
    history = History(places.history_db, on_fault=lambda fault: faults.record(fault, "history"), watching=False)
    try:
        if not history.open(PATIENCE):
            raise unwritten(history.trouble or "the history can not be opened")
        yield history
        if history.trouble:
            show.complain(f"note: {plain(history.trouble, 500)}")
    finally:
        history.close(PATIENCE)


def unwritten(trouble: str) -> Ended:
    """What ends the command, without the hope of a program that goes on."""
    what, kept, _ = trouble.partition(": history is kept in memory")
    return Ended(exits.NOT_WRITTEN, plain(f"{what}; nothing was written" if kept else trouble, 500))
