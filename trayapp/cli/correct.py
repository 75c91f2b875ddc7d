"""`watchbell correct NUMBER VERDICT`: an incident was none, or planned work, and the figures follow."""

from __future__ import annotations

import argparse

from trayapp import events
from trayapp.cli import exits, moments, show
from trayapp.cli.home import places_of
from trayapp.cli.known import Known
from trayapp.cli.reading import reads_history
from trayapp.cli.recording import record
from trayapp.cli.show import say
from trayapp.core.timeline import percent, tally
from trayapp.core.wording import duration, plain
from trayapp.core.words import Incident
from trayapp.history.queries import Reader
from trayapp.monitor.clock import SystemClock

VERDICTS = {"false-alarm": "false alarm", "maintenance": "maintenance"}
MONTH = 30 * 86_400_000
LONGEST = 1_000
"""Characters of a note."""


@reads_history
def main(arguments: argparse.Namespace) -> int:
    if arguments.undo == (arguments.verdict is not None):
        show.complain("was it a false-alarm or maintenance? Or --undo takes back what was said before")
        return exits.USAGE
    if not arguments.undo and arguments.verdict not in VERDICTS:
        show.complain(f'"{plain(arguments.verdict, 40)}" is no verdict; write false-alarm or maintenance')
        return exits.USAGE
    places = places_of(arguments)
    now = SystemClock().now()
    reader = Reader(places.history_db)
    known = Known(places, reader)
    incident = reader.incident(arguments.number)
    if incident is None:
        show.complain(f"there is no incident {arguments.number}; `watchbell incidents` lists them")
        return exits.USAGE
    verdict = None if arguments.undo else VERDICTS[arguments.verdict]
    note = plain(arguments.note or "", LONGEST)
    before = _figures(reader, incident, now)
    request = {"do": "correct", "incident": incident.id, "verdict": verdict, "note": note}
    if verdict is None:
        reply = record(places, request, lambda history: history.undo_correction(incident.id), events.corrected)
    else:
        reply = record(places, request, lambda history: history.correct(incident.id, verdict, note), events.corrected)
    name = f"Incident {incident.id} ({known.name(incident.service)}, {_when(incident, now)})"
    if reply["correction"] is None:
        say(f"{name} was not corrected, so there is nothing to undo.")
        return 0
    after = _figures(reader, incident, now)
    if verdict is None:
        say(f"{name} counts again as it was seen.")
    else:
        say(f"{name} counts as {'a false alarm' if verdict == 'false alarm' else verdict}.")
    changed = f"{before} → {after}" if before != after else f"{after}, as before"
    say(f"Availability over {_window_said(incident, now)}: {changed}")
    return 0


def _window(incident: Incident, now: int) -> tuple[int, int]:
    """The last 30 days, or those up to the end of an incident that is older."""
    until = now if incident.end is None or incident.end > now - MONTH else incident.end
    return until - MONTH, until


def _window_said(incident: Incident, now: int) -> str:
    _, until = _window(incident, now)
    return "30 days" if until == now else f"30 days until {moments.clock(until, now)}"


def _figures(reader: Reader, incident: Incident, now: int) -> str:
    since, until = _window(incident, now)
    inside = tally(reader.segments(incident.service, since, until, now), since, until)
    return percent(inside.availability)


def _when(incident: Incident, now: int) -> str:
    lasted = duration((now if incident.end is None else incident.end) - incident.start)
    return f"{moments.clock(incident.start, now)}, {lasted}{' so far' if incident.end is None else ''}"
