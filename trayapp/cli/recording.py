"""Leaving something for the history: through the program that runs, or else into the file, as its owner meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, NoReturn, TypeVar

from trayapp.cli import exits, show
from trayapp.cli.alone import Ended, Silent, own_or_ask
from trayapp.cli.writing import PATIENCE, opened, unwritten
from trayapp.config.places import Places
from trayapp.core.wording import plain
from trayapp.desktop.instance import Owner
from trayapp.history.writer import History

T = TypeVar("T")


def record(
    places: Places,
    request: Mapping[str, Any],
    write: Callable[[History], Future[T]],
    as_reply: Callable[[T], dict[str, Any]],
) -> Mapping[str, Any]:
    """The reply of the running program to `request`; where none runs, what `write` gives, made into the same reply.

    Ends the program where neither can be: with 75 where the running one refuses, with 74 where the disk does.
    """
    try:
        places.prepare()
        owner = own_or_ask(places, request)
    except OSError as fault:
        _end(f"cannot use {places.home or places.data}: {fault}", exits.NOT_WRITTEN)
    except Silent as fault:
        _end(f"the running Watchbell: {plain(str(fault))}", exits.NOT_RUNNING)
    if not isinstance(owner, Owner):
        return owner
    try:
        with opened(places) as history:
            return as_reply(_written(history, write))
    except Ended as end:
        _end(str(end), end.status)
    finally:
        owner.release()


def _written(history: History, write: Callable[[History], Future[T]]) -> T:
    try:
        return write(history).result(PATIENCE)
    except Exception as fault:
        if history.trouble:
            raise unwritten(history.trouble) from fault
        raise


def _end(sentence: str, status: int) -> NoReturn:
    show.complain(sentence)
    raise SystemExit(status)
