"""What may be typed to read the past: its figures, outages, changes and reports, and what is said of it afterwards."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trayapp.cli.grammar import Commands, Parser
    from trayapp.cli.grammar_past import Command

PAST = """A moment that is over is written as:
  24h  7d  90d              so long ago; after --since, so long before --until
  18:00                     the last time that the clock showed it
  today  yesterday          the first moment of that day
  2026-11-01  "2026-11-01 18:00"  2026-11-01T17:00:00Z"""

CORRECT = """The time that it was down counts as up after a false-alarm, and is left out of
the figures after maintenance. What was seen is kept: --undo brings it back as
it was.

  watchbell correct 17 false-alarm --note "my own firewall"
  watchbell correct 17 --undo"""

MARK = f"""{PAST}

  watchbell mark "new memcached deployed"
  watchbell mark "certificate renewed" --service twitter mail --at 18:00"""

REPORT = f"""{PAST}

The page is one file that needs nothing else; it is named after its days where
FILE is not given, and opens in any browser. What it says of a service: its
name, group and address, never a secret and none of your notes.

  watchbell report
  watchbell report twitter --since 30d -o twitter.html --title "For the vendor"
  watchbell report --since 2026-11-01 --until 2026-12-01 -o november.csv"""

HISTORY = f"""{PAST}

`watchbell history import` brings along what another program saw, and
`watchbell history export` prints every check; both have a --help of their own.

  watchbell history twitter --since 30d"""


def add_reading(commands: Commands, command: Command, json: Callable[[argparse._ActionsContainer], None]) -> None:
    history = command(commands, "history", "the past of a service; history import, history export", HISTORY)
    history.add_argument("id", metavar="ID", help="which service")
    stretch(history, "7d")
    which = history.add_mutually_exclusive_group()
    json(which)
    which.add_argument("--csv", action="store_true", help="for spreadsheets: one stretch of time a line")

    incidents = command(commands, "incidents", "outages, and what was seen of them", PAST)
    incidents.add_argument(
        "ids", metavar="ID", nargs="*", help="of which services; or numbers of incidents, to see all that is known"
    )
    stretch(incidents, "30d")
    json(incidents)

    correct = command(commands, "correct", "say afterwards that an outage was none, or planned work", CORRECT)
    correct.add_argument("number", metavar="NUMBER", type=_number, help="of the incident")
    correct.add_argument("verdict", metavar="VERDICT", nargs="?", help="false-alarm or maintenance")
    correct.add_argument("--note", metavar="TEXT", help="why, for yourself")
    correct.add_argument("--undo", action="store_true", help="count it again as it was seen")

    mark = command(commands, "mark", "write down a change that you made, just now or before", MARK)
    mark.add_argument("words", metavar="TEXT", nargs="+", help="what was changed")
    mark.add_argument("--service", metavar="ID", nargs="+", action="extend", default=[], help="where; else everywhere")
    mark.add_argument("--at", metavar="T", help="when; else just now")

    markers = command(commands, "markers", "the changes that were written down", PAST)
    stretch(markers, "30d")
    json(markers)

    report = command(commands, "report", "what happened, written for other people", REPORT)
    report.add_argument("ids", metavar="ID", nargs="*", help="about which services; all when none is named")
    stretch(report, "7d")
    report.add_argument("--format", choices=("html", "md", "csv", "json"), help="how (as FILE is called, else html)")
    report.add_argument("-o", "--output", metavar="FILE", help="where to; - is standard output")
    report.add_argument("--title", metavar="TEXT", help="what stands above it")


def stretch(command: Parser, usual: str) -> None:
    """--since and --until; `usual` is what the help says of --since where it is not given."""
    command.add_argument("--since", metavar="T", help=f"from when on ({usual})")
    command.add_argument("--until", metavar="T", help="until when (now)")


def _number(text: str) -> int:
    """17 or #17."""
    digits = text.removeprefix("#")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 18):
        raise argparse.ArgumentTypeError(f'"{text}" is no number of an incident; `watchbell incidents` tells them')
    return int(digits)
