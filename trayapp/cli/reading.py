"""Commands that read the past: where there is none, or it cannot be read now, they all end in the same way."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import wraps

from trayapp.cli import exits, show
from trayapp.history.faults import HistoryUnavailable

Command = Callable[[argparse.Namespace], int]


def reads_history(command: Command) -> Command:
    """The command, which exits with 66 where it cannot read the history."""

    @wraps(command)
    def told(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except HistoryUnavailable as fault:
            show.complain(str(fault))
            return exits.NO_INPUT

    return told
