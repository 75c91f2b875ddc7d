"""`watchbell restore FILE`: the history as a copy has it; the one that was there is kept."""

from __future__ import annotations

import argparse
import sqlite3

from trayapp.cli import exits, show
from trayapp.cli.alone import Ended, alone
from trayapp.cli.home import places_of
from trayapp.cli.passing import Passing
from trayapp.core.wording import plain
from trayapp.history.backup import NoHistory, restore
from trayapp.history.writer import wall_clock


def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    if arguments.file.is_dir():
        show.complain(f"{arguments.file} is a folder; name the file that `watchbell backup` wrote")
        return exits.NO_INPUT
    try:
        with alone(places), Passing() as passing:
            passing.begin("Copying", None)
            aside = restore(arguments.file, places.history_db, wall_clock(), passing.reach_of)
    except Ended as end:
        show.complain(str(end))
        return end.status
    except NoHistory as fault:
        show.complain(f"{arguments.file}: {plain(str(fault))}; nothing was changed")
        return exits.DATA if arguments.file.exists() else exits.NO_INPUT
    except (sqlite3.Error, OSError) as fault:
        show.complain(f"nothing was restored: {plain(str(fault))}")
        return exits.NOT_WRITTEN
    kept = f" What was there before is kept as {aside.name}." if aside is not None else ""
    show.say(f"The history is what {arguments.file} holds.{kept}")
    return 0
