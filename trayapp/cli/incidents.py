"""`watchbell incidents`: the outages of a while, the newest first; with a number, one of them and what was seen."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trayapp import __version__, events
from trayapp.cli import exits, moments, show, windows
from trayapp.cli.home import places_of
from trayapp.cli.known import Known
from trayapp.cli.reading import reads_history
from trayapp.config.here import HERE
from trayapp.core.evidence import Evidence, as_text
from trayapp.core.wording import duration, plain
from trayapp.core.words import Correction, Incident
from trayapp.history.queries import Reader
from trayapp.monitor.clock import SystemClock

if TYPE_CHECKING:
    from rich.text import Text

MOST = 50
"""Incidents shown to a person."""

CLOSED = {
    "": "still down",
    "recovered": "back",
    "changed": "changed",
    "removed": "removed",
    "unseen": "not seen to end",
}
"""How an incident ended."""


@dataclass(frozen=True, slots=True)
class Outage:
    """An incident, what the user said of it, and whether its record was damaged."""

    incident: Incident
    corrections: Sequence[Correction]
    doubtful: bool


@reads_history
def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    stretch = windows.chosen(arguments, "30d", SystemClock().now())
    reader = Reader(places.history_db)
    known = Known(places, reader)
    numbers = [int(word) for word in arguments.ids if _is_number(word) and word not in known]
    services = known.chosen([word for word in arguments.ids if not _is_number(word) or word in known])
    if numbers and services:
        show.complain("ask for incidents by their numbers, or for those of services by their ids")
        return exits.USAGE
    doubtful = reader.doubtful()
    found = _numbered(reader, numbers) if numbers else reader.incidents(stretch.since, stretch.until)
    wanted = [incident for incident in found if not services or incident.service in services]
    made = reader.corrections([incident.id for incident in wanted])
    outages = [Outage(incident, made.get(incident.id, ()), incident.id in doubtful) for incident in wanted]
    if arguments.json:
        for outage in outages:
            print(events.line(_object(reader, outage)))
    elif numbers:
        _tell(reader, outages, known, stretch.now)
    elif outages:
        _show(outages, known, stretch.now)
    else:
        show.say(f"No outage was seen {stretch.within}.")
    return 0


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) < 18


def _numbered(reader: Reader, numbers: Sequence[int]) -> list[Incident]:
    """These, each once; exits with 64 where there is no such incident."""
    found = {number: reader.incident(number) for number in numbers}
    missing = [number for number, incident in found.items() if incident is None]
    for number in missing:
        show.complain(f"there is no incident {number}; `watchbell incidents` lists them")
    if missing:
        raise SystemExit(exits.USAGE)
    return [incident for incident in found.values() if incident is not None]


def _object(reader: Reader, outage: Outage) -> events.Event:
    opening, closing = reader.evidence(outage.incident.id)
    evidence = {"opening": _body(opening), "closing": _body(closing)}
    return events.incident_object(outage.incident, outage.corrections, evidence, doubtful=outage.doubtful)


def _body(evidence: Evidence | None) -> Any:
    import json  # noqa: PLC0415 - for programs alone

    return None if evidence is None else json.loads(evidence.to_json())


def _tell(reader: Reader, outages: Sequence[Outage], known: Known, now: int) -> None:
    """Each as the text that a person may pass on, and what was said of it since."""
    for number, outage in enumerate(outages):
        incident = outage.incident
        opening, closing = reader.evidence(incident.id)
        if number:
            print()
        name = known.name(incident.service)
        print(as_text(incident, opening, closing, title=name, now=now, zone=HERE, version=__version__), end="")
        for sentence in _remarks(outage, now):
            print(f"\n{sentence[:1].upper()}{sentence[1:]}")


def _show(outages: Sequence[Outage], known: Known, now: int) -> None:
    console = show.console()
    show.print_lines(console, show.aligned(list(_rows(outages[:MOST], known, now, console.width)), numbers={0, 2, 3}))
    if len(outages) > MOST:
        console.print(f"… {len(outages) - MOST} more before; --json has them all", style="bright_black")


def _rows(outages: Sequence[Outage], known: Known, now: int, width: int) -> Iterator[Sequence[Text] | Text]:
    longest = min(max(width - 64, 12), 40)  # where it is narrow, names give way to what is said
    for outage in outages:
        incident = outage.incident
        counts = not any(each.undone_at is None for each in outage.corrections)
        yield (
            show.text(str(incident.id), "bright_black"),
            show.text(plain(known.name(incident.service), longest), "bold" if counts else ""),
            show.text(windows.stamp(incident.start, now)),
            show.text(duration((now if incident.end is None else incident.end) - incident.start)),
            show.text(_closed(incident), "red" if incident.end is None and counts else ""),
            show.text(plain(incident.message) or plain(incident.cause)),
        )
        for sentence in _remarks(outage, now):
            yield show.text(f"    {sentence}", "bright_black" if counts else "blue")


def _closed(incident: Incident) -> str:
    if incident.closing == "recovered" and incident.end_uncertain:
        return "back, unseen"
    return CLOSED.get(incident.closing, plain(incident.closing, 20))


def _remarks(outage: Outage, now: int) -> Iterator[str]:
    """ "false alarm, marked 18:00: my own firewall", with when that was undone; and that it may all be wrong."""
    if outage.doubtful:
        yield "its record was damaged, so what it says may be wrong"
    for each in outage.corrections:
        undone = f", undone {moments.clock(each.undone_at, now)}" if each.undone_at is not None else ""
        note = f": {plain(each.note)}" if each.note else ""
        yield f"{each.verdict}, marked {moments.clock(each.at, now)}{undone}{note}"
