"""`watchbell backup FILE`: the history as one file, while Watchbell runs or not."""

from __future__ import annotations

import argparse
import sqlite3

from trayapp.cli import exits, show
from trayapp.cli.home import places_of
from trayapp.cli.paper import taken
from trayapp.cli.passing import Passing
from trayapp.cli.reading import reads_history
from trayapp.core.wording import plain
from trayapp.history.backup import NoHistory, back_up


@reads_history
def main(arguments: argparse.Namespace) -> int:
    file = arguments.file
    if (sentence := taken(file, force=arguments.force)) is not None:
        show.complain(sentence)
        return exits.NOT_WRITTEN
    try:
        with Passing() as passing:
            passing.begin("Copying", None)
            size = back_up(places_of(arguments).history_db, file, passing.reach_of)
    except NoHistory as fault:
        show.complain(str(fault))
        return exits.NO_INPUT
    except OSError as fault:
        show.complain(f"{file} cannot be written: {fault.strerror or fault}")
        return exits.NOT_WRITTEN
    except sqlite3.Error as fault:
        show.complain(f"no backup was made: {plain(str(fault))}")
        return exits.NOT_WRITTEN
    show.say(f"{file} holds the whole history, {size / 1e6:,.1f} MB, and was checked.")
    return 0
