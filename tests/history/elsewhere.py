"""A past that another program wrote down, and the history that it is brought into."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.history.past import NOON, WAIT, Faults, a_history, a_service
from trayapp.bringing import Brought, Gathered, bring, gather
from trayapp.core.words import Service
from trayapp.events import timestamp
from trayapp.foreign.source import opened
from trayapp.history.spool import spooling

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
KEPT_FOR = 30 * DAY

WEB = a_service("web")
MAIL = a_service("mail")

KEPT = ("services", "segments", "incidents", "results", "packed", "latency_hours", "latency_days")
"""Tables that an import writes."""

Said = dict[str, Any]


def said(
    at: int, outcome: str = "OK", service: str = "web", latency_ms: float | None = 12.5, message: str = ""
) -> Said:
    return {
        "at": timestamp(at),
        "service": service,
        "outcome": outcome,
        "latency_ms": latency_ms,
        "message": message,
    }


def every_minute(since: int, outcomes: str, service: str = "web", apart: int = MINUTE) -> list[Said]:
    """One check after the other, by letters: O, W, C, U, and a blank where nobody looked."""
    words = {"O": "OK", "W": "WARNING", "C": "CRITICAL", "U": "UNKNOWN"}
    return [
        said(since + place * apart, words[letter], service, 10.0 + place % 7, "" if letter == "O" else f"said {letter}")
        for place, letter in enumerate(outcomes)
        if letter != " "
    ]


def as_json(lines: Iterable[Said]) -> bytes:
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def as_csv(lines: Iterable[Said]) -> bytes:
    out = io.StringIO()
    rows = csv.DictWriter(out, ("at", "service", "outcome", "latency_ms", "message"))
    rows.writeheader()
    rows.writerows(lines)
    return out.getvalue().encode()


def imported(
    path: Path, *contents: bytes, services: Sequence[Service] = (WEB, MAIL), now: int = NOON, most: int | None = None
) -> Brought:
    """Import these files in one go; `most` services at most, as if it broke off then."""
    done, _ = imported_and_gathered(path, *contents, services=services, now=now, most=most)
    return done


def imported_and_gathered(
    path: Path, *contents: bytes, services: Sequence[Service] = (WEB, MAIL), now: int = NOON, most: int | None = None
) -> tuple[Brought, Gathered]:
    faults = Faults()
    history = a_history(path, faults, clock=lambda: now)
    numbers = {service.id: number for number, service in enumerate(services)}
    gathered, done = Gathered(), Brought()
    with spooling(path.with_name("spool")) as spool:
        for number, content in enumerate(contents):
            file = path.with_name(f"given-{number}")
            file.write_bytes(content)
            with opened(str(file)) as source:
                gather(source, file.name, numbers, spool, now, gathered, lambda position: None)
        gaps = history.gaps().result(WAIT)
        for step, brought in enumerate(bring(history, services, spool, gaps, now, KEPT_FOR), 1):
            done = brought
            if step == most:
                break
    assert history.close(WAIT)
    assert not faults
    assert not path.with_name("spool").exists()
    return done, gathered


def kept(path: Path, tables: Sequence[str] = KEPT) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these tables; a result's reason in words, for its number is nobody's business."""
    with closing(sqlite3.connect(path)) as connection:
        return {table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables}
