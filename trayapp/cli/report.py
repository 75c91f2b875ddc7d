"""`watchbell report`: what happened, written down for other people."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from trayapp.cli import exits, show, windows
from trayapp.cli.home import places_of
from trayapp.cli.known import Known
from trayapp.cli.paper import FileThere, put
from trayapp.cli.reading import reads_history
from trayapp.config.here import HERE
from trayapp.config.places import Places
from trayapp.core.wording import dialled, plain
from trayapp.core.words import Service
from trayapp.history.queries import Reader
from trayapp.monitor.clock import SystemClock
from trayapp.report.collect import TITLE, collect
from trayapp.report.html import html
from trayapp.report.markdown import markdown
from trayapp.report.moments import iso_day
from trayapp.report.objects import json
from trayapp.report.sheet import csv
from trayapp.report.summary import summary
from trayapp.report.values import Report, Subject

FORMATS: dict[str, Callable[[Report], str]] = {"html": html, "md": markdown, "csv": csv, "json": json}

_SUFFIXES = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md", ".csv": "csv", ".json": "json"}


@reads_history
def main(arguments: argparse.Namespace) -> int:
    places = places_of(arguments)
    wanted = _format(arguments)
    stretch = windows.chosen(arguments, "7d", SystemClock().now())
    reader = Reader(places.history_db)
    subjects = _subjects(places, reader, arguments.ids)
    title = arguments.title if plain(arguments.title or "") else TITLE
    report = collect(reader, subjects, stretch.since, stretch.until, stretch.now, HERE, title)
    return _deliver(FORMATS[wanted](report), arguments.output, wanted, report)


def _format(arguments: argparse.Namespace) -> str:
    """What --format says, or else what the file is called; exits with 64 where that is called nothing we write."""
    if arguments.format is not None:
        return str(arguments.format)
    suffix = Path(arguments.output or "-").suffix.lower()
    if suffix and suffix not in _SUFFIXES:
        hint = "; open the HTML in a browser and print it" if suffix == ".pdf" else ""
        show.complain(f'no report is written as "{suffix}", but as {", ".join(FORMATS)} (see --format){hint}')
        raise SystemExit(exits.USAGE)
    return _SUFFIXES.get(suffix, "html")


def _subjects(places: Places, reader: Reader, ids: Sequence[str]) -> list[Subject]:
    """Those that were asked for, gone ones too; else all of services.toml, in its order."""
    from trayapp.config.load import load_file  # noqa: PLC0415 - see trayapp.cli.home

    chosen = Known(places, reader).chosen(ids)
    settings = load_file(places.services_toml).settings
    services = {service.id: service for service in settings.services} if settings is not None else {}
    if not chosen and settings is None:
        show.complain("services.toml cannot be read (see `watchbell config check`): every service of history is told")
        chosen = reader.services()
    return [_subject(services.get(id_), id_) for id_ in chosen or services]


def _subject(service: Service | None, id_: str) -> Subject:
    if service is None:
        return Subject(id_, id_)
    slow = service.degraded_above
    return Subject(id_, service.title, service.group, dialled(service), service.objective, slow and int(slow))


def _deliver(text: str, output: str | None, wanted: str, report: Report) -> int:
    """A page is for a file, unless it is asked for; what can be read in a terminal goes there."""
    if output == "-" or (output is None and (wanted != "html" or not sys.stdout.isatty())):
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        return 0
    path = Path(output) if output is not None else _usual(report)
    try:
        put(path, text, over_anything=output is not None)
    except FileThere:
        show.complain(f"{path} is there already and is no report; name another file with -o")
        return exits.NOT_WRITTEN
    except OSError as fault:
        show.complain(f"{path} cannot be written: {fault.strerror or fault}")
        return exits.NOT_WRITTEN
    show.say(f"Wrote {plain(str(path), 1_000)}")
    show.say(" ".join(plain(sentence, 600) for sentence in summary(report)))
    return 0


def _usual(report: Report) -> Path:
    since, until = iso_day(report.since, report.zone), iso_day(report.until - 1, report.zone)
    return Path(f"watchbell-report-{since}-{until}.html")
