"""`watchbell history export`: what is remembered, in the words that `history import` and other programs read."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from trayapp import events
from trayapp.cli import exits, show
from trayapp.cli.home import meant, places_of
from trayapp.cli.paper import drafted, taken
from trayapp.cli.reading import reads_history
from trayapp.cli.windows import Stretch, chosen
from trayapp.core.verdict import reading
from trayapp.core.wording import plain
from trayapp.core.words import CheckResult
from trayapp.foreign.cells import covered
from trayapp.foreign.values import COLUMNS, DAY, EARLIEST
from trayapp.history.queries import Reader
from trayapp.history.writer import wall_clock

_EVERYTHING = f"{100 * 365}d"


@reads_history
def main(arguments: argparse.Namespace) -> int:
    if arguments.everything and arguments.format == "csv":
        show.complain("--all has records of several kinds, and CSV has room for one; leave out --format csv")
        return exits.USAGE
    if (sentence := taken(arguments.output, force=arguments.force)) is not None:
        show.complain(sentence)
        return exits.NOT_WRITTEN
    reader = Reader(places_of(arguments).history_db)
    stretch = chosen(arguments, _EVERYTHING, wall_clock())
    try:
        known = reader.services()
        for id_ in arguments.ids:
            if id_ not in known:
                show.complain(f'history knows no service "{id_}"{meant(id_, known)}')
                return exits.USAGE
        services = arguments.ids or known
        with _opened(arguments.output) as out:
            checks = _checks(reader, services, stretch)
            if arguments.format == "csv":
                _write_csv(out, checks)
            elif arguments.everything:
                _write_lines(out, ({"record": "check", **check} for check in checks))
                _write_lines(out, _others(reader, services, stretch))
            else:
                _write_lines(out, checks)
    except BrokenPipeError:
        raise
    except OSError as fault:
        show.complain(f"cannot write {arguments.output or 'standard output'}: {fault.strerror}")
        return exits.NOT_WRITTEN
    if arguments.output is not None:
        show.say(f"Wrote {plain(str(arguments.output), 1_000)}")
    return 0


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    """Where to write: a file that nobody else may read, there once it is whole, or standard output; UTF-8 both."""
    if path is None:
        # A text of its own: the locale of the terminal has no say in what other programs read.
        with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n") as out:
            yield out
        return
    with drafted(path, 0o600) as file:
        out = io.TextIOWrapper(file, encoding="utf-8", newline="\n", write_through=True)
        yield out
        out.detach()


def _checks(reader: Reader, services: Sequence[str], stretch: Stretch) -> Iterator[dict[str, Any]]:
    """Service by service, a day at a time."""
    oldest = reader.size().oldest_check
    first = max(stretch.since, EARLIEST if oldest is None else oldest) // DAY * DAY
    for service in services:
        for day in range(first, stretch.until, DAY):
            for check in reader.checks(service, max(day, stretch.since), min(day + DAY, stretch.until)):
                yield _check(check)


def _check(check: CheckResult) -> dict[str, Any]:
    finding = check.finding
    return {
        "at": events.timestamp(check.at),
        "service": check.service,
        "outcome": reading(finding).value,
        "latency_ms": finding.latency_ms,
        "message": finding.message,
    }


def _others(reader: Reader, services: Sequence[str], stretch: Stretch) -> Iterator[dict[str, Any]]:
    since, until, named = stretch.since, stretch.until, set(services)
    for service in services:
        for segment in reader.segments(service, since, until, stretch.now):
            if segment.reason != "not watched" or segment.start > since:
                yield {"record": "segment", "service": service, **events.segment_object(segment)}
    doubtful = reader.doubtful()
    incidents = [incident for incident in reader.incidents(since, until) if incident.service in named]
    for incident in reversed(incidents):
        yield {"record": "incident", **events.incident_fields(incident, doubtful=incident.id in doubtful)}
    for corrections in reader.corrections([incident.id for incident in incidents]).values():
        for correction in corrections:
            yield {"record": "correction", **events.correction_object(correction)}
    for marker in reader.markers(since, until):
        yield {"record": "marker", **events.marker_object(marker)}


def _write_lines(out: TextIO, records: Iterable[dict[str, Any]]) -> None:
    encode: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    for record in records:
        out.write(f"{encode(record)}\n")


def _write_csv(out: TextIO, checks: Iterable[dict[str, Any]]) -> None:
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for check in checks:
        latency_ms = check["latency_ms"]
        rows.writerow(
            (
                check["at"],
                covered(check["service"]),
                check["outcome"],
                "" if latency_ms is None else latency_ms,
                covered(check["message"]),
            )
        )
